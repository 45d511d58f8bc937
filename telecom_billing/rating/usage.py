# SPDX-License-Identifier: AGPL-3.0-or-later
"""A usage frame as the engine sees it: integers and codes instead of texts.

Columns: ``started_at`` and ``quantity`` must be there; ``contract``, ``line``, ``customer``,
``tariff``, ``service`` (default voice), ``direction`` (default out), ``unit`` (default second),
``b_number``, ``a_number``, ``destination``, ``conference``, ``participant``, ``options``,
``continuation``, ``price``, ``cost``, ``currency``, ``carrier``, ``key`` and ``arrival`` are read
where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .digits import NumberColumn, from_integers, number_column

#: What is read of a usage frame.
COLUMNS = (
    "started_at", "quantity", "contract", "line", "customer", "tariff", "service", "direction",
    "unit", "b_number", "a_number", "destination", "conference", "participant", "options", "kind",
    "continuation", "price", "cost", "currency", "carrier", "key", "arrival",
)  # fmt: skip
#: A quantity above this (in millionths of its unit) is taken for an error of its source.
MAX_QUANTITY = 1 << 61
_NAT = np.iinfo(np.int64).min


class UsageError(ValueError):
    """A usage frame that cannot be read; the message names the column and the remedy."""


class SumError(UsageError):
    """Records of one holder that add up to more than a frame holds."""


class Usage:
    """Columns of a usage frame, read once, lazily. ``frame`` itself is never changed."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.rows = len(frame)
        missing = [name for name in ("started_at", "quantity") if name not in frame.columns]
        if missing:
            has = ", ".join(str(name) for name in frame.columns) or "none"
            if len(missing) == 1:
                raise UsageError(
                    f"usage has no column {missing[0]!r} (it has: {has}); add or rename it"
                )
            named = ", ".join(repr(name) for name in missing)
            raise UsageError(f"usage has no columns {named} (it has: {has}); add or rename them")

    @cached_property
    def started(self) -> np.ndarray:
        """Start in microseconds since 1970 (UTC); 0 where :attr:`bad_start`."""
        column = self.frame["started_at"]
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_convert("UTC").dt.tz_localize(None)
        if column.dtype.kind != "M":
            raise UsageError(
                f"started_at is {column.dtype}; it must be datetime64[us] in UTC (naive)"
            )
        values = column.to_numpy().astype("datetime64[us]", copy=False).view(np.int64)
        if len(values) and values.min() == _NAT:
            values = np.where(values == _NAT, 0, values)
        return values

    @cached_property
    def bad_start(self) -> np.ndarray:
        column = self.frame["started_at"]
        return column.isna().to_numpy() if column.hasnans else self._none

    @cached_property
    def signed_quantity(self) -> np.ndarray:
        """Quantity in millionths of the record's unit, int64, 0 where there is none; read-only
        where it is the frame's own."""
        column = self.frame["quantity"]
        if not pd.api.types.is_integer_dtype(column.dtype):
            raise UsageError(
                f"quantity is {column.dtype}; it must be int64 millionths of the unit (61 seconds "
                "are 61000000); multiply it, or write a CSV file, which takes 61 or 35.5"
            )
        if column.dtype.kind == "u":
            # What int64 cannot hold is too large, instead of turning negative.
            column = column.clip(upper=MAX_QUANTITY + 1)
        if column.dtype != np.int64:
            return column.fillna(0).to_numpy(dtype=np.int64)
        values = column.to_numpy().view()
        values.flags.writeable = False
        return values

    @cached_property
    def bad_quantity(self) -> np.ndarray:
        column, values = self.frame["quantity"], self.signed_quantity
        bad = self._none
        if len(values) and (values.min() < -MAX_QUANTITY or values.max() > MAX_QUANTITY):
            bad = (values > MAX_QUANTITY) | (values < -MAX_QUANTITY)
        return bad | column.isna().to_numpy() if column.hasnans else bad

    @cached_property
    def _none(self) -> np.ndarray:
        return np.zeros(self.rows, dtype=bool)

    def codes(self, name: str) -> tuple[np.ndarray, list[str]]:
        """(code per row or -1, the texts behind the codes) of an identifier column."""
        if name not in self._codes:
            self._codes[name] = self._encode(name)
        return self._codes[name]

    @cached_property
    def _codes(self) -> dict[str, tuple[np.ndarray, list[str]]]:
        return {}

    def _encode(self, name: str) -> tuple[np.ndarray, list[str]]:
        if name not in self.frame.columns:
            return np.broadcast_to(np.int64(-1), self.rows), []
        column = self.frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            return column.cat.codes.to_numpy().astype(np.int64), [
                str(value) for value in column.cat.categories
            ]
        column = _whole(column, name)
        if column.dtype == np.int64 and self.rows and column.min() == column.max():
            return np.broadcast_to(np.int64(0), self.rows), [str(column.iloc[0])]
        try:
            codes, values = pd.factorize(column, use_na_sentinel=True)
        except TypeError:
            raise UsageError(f"{name} holds values that are no identifiers; make them texts") from (
                None
            )
        return np.asarray(codes, dtype=np.int64), [str(value) for value in values]

    def fill(self, name: str, by: str, known: Mapping[str, str | None]) -> None:
        """Fill gaps of column ``name`` with what is known by the identifiers of column ``by``."""
        known = {who: value for who, value in known.items() if value is not None}
        stated = name in self.frame.columns and not self.frame[name].hasnans
        if not known or not self.rows or stated:
            return
        codes, values = self.codes(name)
        holders, texts = self.codes(by)
        values = list(dict.fromkeys([*values, *known.values()]))
        place = {value: number for number, value in enumerate(values)}
        said = np.array([*(place[known[t]] if t in known else -1 for t in texts), -1])
        self._codes[name] = (np.where(codes < 0, said[holders], codes), values)

    def filled_codes(self, name: str, default: str) -> tuple[np.ndarray, list[str]]:
        """The same with a default for rows (or a frame) without a value; codes of categories are
        as narrow as the frame has them."""
        if name in self.frame.columns and isinstance(self.frame[name].dtype, pd.CategoricalDtype):
            column = self.frame[name].cat
            codes, values = column.codes.to_numpy(), [str(value) for value in column.categories]
        else:
            codes, values = self.codes(name)
        if len(codes) and codes.min() < 0:
            codes = np.where(codes < 0, len(values), codes)
            values = [*values, default]
        return codes, values

    def numbers(self, rows: slice | np.ndarray) -> NumberColumn:
        """The number that decides the price of each of ``rows``: the called one, of incoming calls
        the caller's."""
        if self._as_kept is not None:
            return from_integers(self._as_kept[rows])
        return NumberColumn(self._all_numbers.padded[rows], self._all_numbers.length[rows])

    def callers(self) -> NumberColumn:
        """The caller's number of each row, whatever its direction."""
        return self._number("a_number")

    @cached_property
    def _as_kept(self) -> np.ndarray | None:
        """The called numbers where they are integers and no call is incoming: read by the block."""
        if "b_number" not in self.frame.columns or "in" in self.codes("direction")[1]:
            return None
        column = self.frame["b_number"]
        return column.to_numpy() if column.dtype == np.int64 else None

    @cached_property
    def _all_numbers(self) -> NumberColumn:
        called = self._number("b_number")
        codes, values = self.codes("direction")
        if "in" not in values:
            return called
        incoming = codes == values.index("in")
        caller = self._number("a_number")
        return NumberColumn(
            np.where(incoming, caller.padded, called.padded),
            np.where(incoming, caller.length, called.length),
        )

    def _number(self, name: str) -> NumberColumn:
        if name not in self.frame.columns:
            none = np.full(self.rows, -1, dtype=np.int64)
            return NumberColumn(none, none.astype(np.int8))
        return number_column(_whole(self.frame[name], name))

    def texts(self, name: str) -> Sequence[str | None] | None:
        """A text column with None for NA, or None where the frame has no such column."""
        if name not in self.frame.columns:
            return None
        column = self.frame[name]
        return [None if pd.isna(value) else str(value) for value in column]

    def integers(self, name: str) -> tuple[np.ndarray, np.ndarray] | None:
        """(values, present) of a nullable integer column, or None where there is none."""
        if name not in self.frame.columns:
            return None
        column = self.frame[name]
        present = column.notna().to_numpy()
        if not present.any():
            return None
        if not pd.api.types.is_integer_dtype(column.dtype):
            raise UsageError(f"{name} is {column.dtype}; it must be Int64 millionths")
        return column.fillna(0).to_numpy(dtype=np.int64), present

    def flags(self, name: str) -> np.ndarray | None:
        """A column of truth values (NA = false), or None where there is none."""
        if name not in self.frame.columns:
            return None
        column = self.frame[name]
        if column.dtype == bool:
            return column.to_numpy()
        known = column.dropna()
        if len(known) and not known.isin((True, False)).all():
            raise UsageError(f"{name} is {column.dtype}; it must hold true and false")
        return column.eq(True).fillna(False).to_numpy(dtype=bool)

    def facts(self, rows: np.ndarray) -> Iterator[dict[str, Any]]:
        """What messages say about rows; None where a row does not say it."""
        part = self.frame.iloc[rows]

        def column(name: str) -> list[Any]:
            if name not in part.columns:
                return [None] * len(rows)
            return [None if pd.isna(value) else str(value) for value in part[name]]

        names = ("b_number", "destination", "started_at", "service", "unit", "tariff")
        for number, destination, started, service, unit, tariff in zip(
            *map(column, names), strict=True
        ):
            yield {
                "number": number or destination,
                "destination": destination,
                "started": started,
                "service": service or "voice",
                "unit": unit or "second",
                "tariff": tariff,
            }


def _whole(column: pd.Series, name: str) -> pd.Series:
    """Numbers with a gap among them come as floats: 7.0 is the identifier 7.

    >>> _whole(pd.Series([7, None]), "tariff").tolist()
    [7, <NA>]
    """
    if column.dtype.kind != "f":
        return column
    try:
        return column.astype("Int64")
    except (TypeError, ValueError):
        raise UsageError(
            f"{name} is {column.dtype} with fractions; make it texts or whole numbers"
        ) from None
