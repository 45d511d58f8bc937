# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every format is: declarations, and the way from a batch of texts to a usage frame."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.formats.fields import Const, Phone, Rule, Work
from connectors.formats.summary import Declared, Summary
from connectors.frame import COLUMNS, Decoded, empty, rejects_frame, text_column
from connectors.readers.batch import Batch
from connectors.readers.lines import check_encoding
from connectors.reasons import SettingsError, message
from connectors.settings import Setting, currency, resolve

Source = str | Path | BinaryIO

DEFAULTS: dict[str, Const] = {
    "record_id": Const(None),
    "service": Const("voice"),
    "direction": Const("out"),
    "unit": Const("second"),
    "account": Const(None),
    "destination": Const(None),
    "currency": Const(None),
    "conference": Const(None),
    "participant": Const(None),
}


class Field(Protocol):
    """A declaration of connectors.formats.fields."""

    def build(self, work: Work) -> Any: ...


class Decoding(Iterator[Decoded]):
    """The chunks of a delivery, and its :class:`Summary`, complete when the chunks are used up."""

    def __init__(
        self, chunks: Iterator[Decoded], summary: Summary, settled: dict[int, int] | None = None
    ) -> None:
        self._chunks = chunks
        self.summary = summary
        self.settled = {} if settled is None else settled
        """Carried rows (by their number) -> line of the record that they became part of."""

    def __iter__(self) -> Decoding:
        return self

    def __next__(self) -> Decoded:
        return next(self._chunks)

    def close(self) -> None:
        """Stop early and let go of the file."""
        self._chunks.close()  # type: ignore[attr-defined]

    def read(self) -> Decoded:
        """The rest of the delivery as one chunk; for files that fit into memory."""
        chunks = list(self)
        if not chunks:
            return Decoded(empty(), rejects_frame([]))
        return Decoded(
            pd.concat([chunk.frame for chunk in chunks], ignore_index=True),
            pd.concat([chunk.rejects for chunk in chunks], ignore_index=True),
        )


class Format(abc.ABC):
    """A format of usage records.  Subclasses declare; see readme/DEVELOP.md for how to add one."""

    name = ""
    label = ""
    help = ""
    kind = ""  # csv, fixed, xml, json
    extensions: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()

    @abc.abstractmethod
    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        """Frame column -> declaration, in the order in which faults are reported."""

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        """Record selection; what no rule wants becomes a reject of kind "filtered"."""
        return ()

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        """Row hook: change or add text columns before they are read."""
        return batch

    def control(self, fields: list[str], settings: Mapping[str, Any]) -> Declared:
        """What a control record states."""
        return Declared()

    def combines(self, settings: Mapping[str, Any]) -> str:
        """How rows of one key become one record (connectors.formats.combine); "" for not."""
        return ""

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        """Key of each row (null: complete as it is), and its role, "open" or "close", for pairs."""
        return pa.nulls(len(batch.line), pa.string()), None

    @abc.abstractmethod
    def batches(
        self, source: BinaryIO, settings: Mapping[str, Any], summary: Summary
    ) -> Iterator[Any]:
        """Pieces of the delivery for :meth:`read_piece`; counts header lines in the summary."""

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        """Settings with defaults; raises SettingsError with all faults."""
        found = resolve(self.settings, settings)
        for side in "ab":
            if f"{side}_notation" in found:
                try:
                    Phone("", side).notation(found)
                except ValueError as error:
                    raise SettingsError(f"{side}_notation: {error}") from None
        if "currency" in found:
            try:
                found["currency"] = currency(found["currency"])
            except ValueError as error:
                raise SettingsError(f"currency: {error}") from None
        if "encoding" in found:
            check_encoding(found["encoding"])
        return found

    def decode(
        self,
        source: Source,
        settings: Mapping[str, Any] | None = None,
        chunk_rows: int = 100_000,
        carried: Sequence[tuple[int, str, str]] | None = None,
    ) -> Decoding:
        """Decode a delivery, in bounded memory.

        `carried`: rows of earlier deliveries whose other part was missing (number, `raw` of the
        reject, header of its file).  If it is given, even empty, rows without their other part
        become rejects "carried", kept for the next delivery; None: they are judged at once.

        Raises SettingsError here, DeliveryError or OSError here or with the first chunk, and
        nothing afterwards: whatever a line holds, it becomes a record or a reject.
        """
        from connectors.formats.decode import decode

        return decode(self, source, self.resolve(settings), chunk_rows, carried)

    def retry(
        self,
        lines: Iterable[tuple[int, str]],
        settings: Mapping[str, Any] | None = None,
        header: str = "",
    ) -> Decoding:
        """Decode single lines again, after they or the settings were corrected.

        `lines`: ordinal and text, as in a reject's `line` and `raw`; `header` is the summary's
        `header_text`.  The frame and the rejects carry the ordinals given.
        """
        from connectors.formats.decode import retry

        return retry(self, list(lines), self.resolve(settings), header)

    def rejoin(self, texts: list[str], settings: Mapping[str, Any], header: str) -> bytes:
        """A delivery that holds just these lines; records of nested formats are their raw text."""
        return "".join(f"{text}\n" for text in ([header] if header else []) + texts).encode()

    def describe(self) -> dict[str, Any]:
        """Name, label, kind and settings as plain data, for a form."""
        return {
            "name": self.name,
            "label": self.label,
            "help": self.help,
            "kind": self.kind,
            "extensions": list(self.extensions),
            "settings": [setting.describe() for setting in self.settings],
        }

    def _mark(
        self, frame: pd.DataFrame, batch: Batch, settings: Mapping[str, Any], keep: np.ndarray
    ) -> None:
        """Add the hidden columns that the combiner works with."""
        keys, roles = self.group(batch, settings)
        kept = pa.array(keep)
        frame["_key"] = text_column(keys.filter(kept))
        single = frame["_key"].isna()
        frame["_raw"] = [
            "" if alone else batch.raw(line)
            for line, alone in zip(frame["line"].tolist(), single, strict=True)
        ]
        if roles is not None:
            frame["_role"] = text_column(roles.filter(kept))

    def assemble(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[Decoded, dict[str, int]]:
        """Frame and rejects of a batch, and notes (code -> number of rows)."""
        batch = self.prepare(batch, settings)
        work = Work(batch, settings)
        for rule in self.rules(settings):
            rule.apply(work)
        declared = self.fields(settings)
        built: dict[str, Any] = {"line": batch.line}
        for column, field in declared.items():
            built[column] = field.build(work)
        for column, default in DEFAULTS.items():
            if column not in built:
                built[column] = default.build(work)
        for side in ("a", "b"):
            source = getattr(declared.get(f"{side}_number"), "name", "")
            if f"{side}_raw" not in built:
                built[f"{side}_raw"] = work.text(source) if source else work.text("")
            built.setdefault(f"{side}_number", Const(None).build(work))
        built.setdefault("cost", pa.nulls(work.count, pa.int64()))
        keep = ~work.gone
        frame = _frame(built, None if keep.all() else keep)
        if self.combines(settings):
            self._mark(frame, batch, settings, keep)
        rejects = [
            (fault.line, fault.kind, fault.reason,
             message(fault.reason, fault.field, fault.value), batch.raw(fault.line))
            for fault in batch.faults
        ]  # fmt: skip
        for at, kind, reason, name, values in work.lost:
            lines = batch.line[at].tolist()
            rejects += [
                (line, kind, reason, message(reason, name, value), batch.raw(line))
                for line, value in zip(lines, values.to_pylist(), strict=True)
            ]
        rejects.sort(key=lambda row: row[0])
        return Decoded(frame, rejects_frame(rejects)), work.notes


def _frame(built: Mapping[str, Any], keep: np.ndarray | None) -> pd.DataFrame:
    mask = None if keep is None else pa.array(keep)
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        values = built[name]
        if isinstance(values, np.ndarray):
            values = values if keep is None else values[keep]
            columns[name] = values.view("M8[us]") if name == "started_at" else values
        else:
            values = values if mask is None else values.filter(mask)
            columns[name] = _nullable_int(values) if name == "cost" else text_column(values)
    return pd.DataFrame(columns, copy=False)


def _nullable_int(values: pa.Array) -> pd.api.extensions.ExtensionArray:
    mask = values.is_null().to_numpy(zero_copy_only=False)
    filled = values.fill_null(0).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(filled.astype(np.int64), mask.astype(bool))
