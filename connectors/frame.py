# SPDX-License-Identifier: AGPL-3.0-or-later
"""The usage frame: the one contract between this package and whatever loads and rates.

One row is one usage record.  Quantities and money are integers of a millionth, times are naive
UTC, telephone numbers are E.164 digits without a plus sign.  See :data:`COLUMNS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

MICRO = 1_000_000
"""Quantities and money are stored as integers of one millionth."""

STRING = pd.StringDtype("pyarrow")

COLUMNS: dict[str, object] = {
    "line": np.dtype("int64"),  # 1-based ordinal of the line or record in the delivered file
    "record_id": STRING,  # the source's own id of the record, NA where it has none
    "service": STRING,  # voice, sms, data, conference, fax, …
    "direction": STRING,  # out, in, transfer
    "started_at": np.dtype("datetime64[us]"),  # naive = UTC; what billing counts as the start
    "quantity": np.dtype("int64"),  # millionths of `unit`: 61 s = 61_000_000; below 0: a refund
    "unit": STRING,  # second, byte, piece, participant, …
    "a_number": STRING,  # E.164 digits, NA where the source names no telephone number
    "b_number": STRING,
    "a_raw": STRING,  # as delivered, "" where absent
    "b_raw": STRING,
    "account": STRING,  # trunk, account code, SIP user or line the source names
    "destination": STRING,  # the carrier's own name of the destination
    "cost": pd.Int64Dtype(),  # stated cost, millionths of `currency`; positive = we pay
    "currency": STRING,  # ISO 4217
    "conference": STRING,  # id of the conference
    "participant": STRING,  # who, within it
}

REQUIRED = ("line", "service", "direction", "started_at", "quantity", "unit", "a_raw", "b_raw")
"""Columns that are never NA."""

DIRECTIONS = ("out", "in", "transfer")

REJECT_COLUMNS: dict[str, object] = {
    "line": np.dtype("int64"),
    "kind": STRING,  # FAULTY or FILTERED
    "reason": STRING,  # stable code, see connectors.reasons
    "message": STRING,  # names the value and what to do
    "raw": STRING,  # the line as delivered
}

FAULTY = "faulty"
"""A line that could not be decoded: somebody has to look."""

FILTERED = "filtered"
"""A line left out by the format's declared record selection, or merged into another record."""

_CODE = "^[A-Z]{3}$"

_KEY_COLUMNS = (
    "service", "direction", "started_at", "quantity", "unit", "a_raw", "b_raw",
    "account", "destination", "cost", "currency", "conference", "participant",
)  # fmt: skip


@dataclass(frozen=True)
class Decoded:
    """One chunk of a delivery: the records and the lines that did not become records."""

    frame: pd.DataFrame
    rejects: pd.DataFrame


def empty() -> pd.DataFrame:
    """A usage frame without rows."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in COLUMNS.items()})


def empty_rejects() -> pd.DataFrame:
    """A frame of rejects without rows."""
    return rejects_frame([])


def rejects_frame(rows: Iterable[tuple[int, str, str, str, str]]) -> pd.DataFrame:
    """Rejects from tuples (line, kind, reason, message, raw)."""
    columns = list(zip(*rows, strict=True)) or [()] * len(REJECT_COLUMNS)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=dtype)
            for (name, dtype), values in zip(REJECT_COLUMNS.items(), columns, strict=True)
        }
    )


def text_column(values: pa.Array | pa.ChunkedArray) -> pd.api.extensions.ExtensionArray:
    """An Arrow string array as a pandas string column, without a loop over the values."""
    if isinstance(values, pa.Array):
        values = pa.chunked_array([values])
    if values.type != pa.large_string():
        values = values.cast(pa.large_string())
    return pd.array(values, dtype=STRING)


def arrow_text(column: pd.Series) -> pa.Array:
    """A pandas string column as one Arrow string array (nulls kept)."""
    array = pa.array(column, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return array if array.type == pa.large_string() else array.cast(pa.large_string())


def faults(frame: pd.DataFrame) -> list[str]:
    """What is wrong with a usage frame, in words; empty when it keeps the contract."""
    found = [f"column {name} is missing" for name in COLUMNS if name not in frame]
    found += [f"column {name} is unknown" for name in frame if name not in COLUMNS]
    if found:
        return found
    for name, dtype in COLUMNS.items():
        if frame[name].dtype != dtype:
            found.append(f"column {name} is {frame[name].dtype}, not {dtype}")
    if found:
        return found
    for name in REQUIRED:
        if frame[name].isna().any():
            found.append(f"column {name} has {int(frame[name].isna().sum())} empty values")
    if not frame["direction"].isin(DIRECTIONS).all():
        found.append(f"direction is none of {', '.join(DIRECTIONS)}")
    for name in ("a_number", "b_number"):
        digits = pc.match_substring_regex(arrow_text(frame[name]), "^[1-9][0-9]{1,14}$")
        if pc.any(pc.invert(digits)).as_py():
            found.append(f"{name} holds something that is not 2 to 15 digits")
    if pc.any(pc.invert(pc.match_substring_regex(arrow_text(frame["currency"]), _CODE))).as_py():
        found.append("currency is no code of three letters")
    if (frame["cost"].notna() & frame["currency"].isna()).any():
        found.append("cost without currency")
    return found


def check(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame; raise ValueError naming every breach of the contract."""
    found = faults(frame)
    if found:
        raise ValueError("not a usage frame: " + "; ".join(found))
    return frame


class Deduplicator:
    """Keys that tell a record delivered twice from two records that look alike.

    A record with an id of its own is known by it.  Without one it is known by its facts and by
    how many equal rows came before it *in the same delivery*: identical SMS are legitimate, and
    the same file delivered again gives the same keys.  Use one object per delivery and feed the
    chunks in order.  Keys do not contain the source: scope them by it.
    """

    def __init__(self) -> None:
        self._seen = np.empty(0, dtype=np.uint64)  # first 8 bytes of the facts' hashes, sorted

    def keys(self, frame: pd.DataFrame) -> np.ndarray:
        """One 16-byte key a row: numpy array (n,) of dtype V16, in the order of the frame."""
        count = len(frame)
        keys = np.zeros((count, 16), dtype=np.uint8)
        if not count:
            return keys.view("V16").reshape(0)
        ids = arrow_text(frame["record_id"])
        named = ids.is_valid().to_numpy(zero_copy_only=False)
        if named.any():
            keys[named] = _digests(ids.drop_null(), b"id\x1f")
        if not named.all():
            rest = frame if not named.any() else frame[~named]
            keys[~named] = self._by_facts(rest)
        return keys.view("V16").reshape(count)

    def _by_facts(self, frame: pd.DataFrame) -> np.ndarray:
        parts = []
        for name in _KEY_COLUMNS:
            if frame[name].dtype == STRING:
                parts.append(arrow_text(frame[name]))
            elif name == "started_at":
                stamps = frame[name].to_numpy().view("int64")
                parts.append(pa.array(stamps).cast(pa.large_string()))
            else:
                parts.append(pa.array(frame[name], from_pandas=True).cast(pa.large_string()))
        joined = pc.binary_join_element_wise(
            *parts,
            pa.scalar("\x1f", pa.large_string()),
            null_handling="replace",
            null_replacement="\x00",
        )
        digests = _digests(joined)
        heads = np.ascontiguousarray(digests[:, :8]).view(np.uint64).reshape(len(frame))
        within = pd.Series(heads).groupby(heads).cumcount().to_numpy()
        before = np.searchsorted(self._seen, heads, "right") - np.searchsorted(
            self._seen, heads, "left"
        )
        self._seen = np.sort(np.concatenate([self._seen, heads]), kind="stable")
        occurrence = (within + before).astype(np.uint64)
        again = occurrence > 0
        if again.any():
            salted = [
                bytes(digest) + int(number).to_bytes(8, "big")
                for digest, number in zip(digests[again], occurrence[again], strict=True)
            ]
            digests[again] = _digests(pa.array(salted, type=pa.binary()))
        return digests


def dedup_keys(frame: pd.DataFrame, state: Deduplicator | None = None) -> np.ndarray:
    """Keys of a whole delivery in one frame, or of its next chunk when `state` is carried on."""
    return (state or Deduplicator()).keys(frame)


def uuid_texts(keys: np.ndarray) -> list[str]:
    """The keys as PostgreSQL reads a uuid (32 hexadecimal digits)."""
    text = keys.tobytes().hex()
    return [text[at : at + 32] for at in range(0, len(text), 32)]


def _digests(values: pa.Array, salt: bytes = b"") -> np.ndarray:
    """BLAKE2b of 16 bytes for each value: fixed for all time, since the keys are stored."""
    start = hashlib.blake2b(salt, digest_size=16)
    out = []
    for value in values.cast(pa.large_binary()).to_pylist():
        state = start.copy()
        state.update(value)
        out.append(state.digest())
    return np.frombuffer(b"".join(out), dtype=np.uint8).reshape(-1, 16).copy()
