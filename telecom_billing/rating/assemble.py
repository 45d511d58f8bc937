# SPDX-License-Identifier: AGPL-3.0-or-later
"""From arrays and single segments to the frame of charges."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .book import TariffBook
from .reasons import CODES, NUMBER, message
from .record import Segment
from .resolve import Resolved
from .result import Rated, id_column
from .usage import Usage


@dataclass
class Rows:
    """One entry a usage row; rows with several segments (or none of these) stand in ``own``."""

    rate: np.ndarray
    zone: np.ndarray
    reason: np.ndarray
    quantity: np.ndarray
    billed: np.ndarray
    price: np.ndarray
    rest: np.ndarray
    own: dict[int, list[Segment]] = field(default_factory=dict)
    details: dict[int, str] = field(default_factory=dict)

    @classmethod
    def empty(cls, rows: int) -> Rows:
        def zeros() -> np.ndarray:
            return np.zeros(rows, dtype=np.int64)

        return cls(zeros(), zeros(), zeros(), zeros(), zeros(), zeros(), zeros())

    def refuse(self, row: int, code: str, detail: str = "") -> None:
        """Give a row a reason instead of a price."""
        self.reason[row] = NUMBER[code]
        self.details[row] = detail
        self.own.pop(row, None)

    def put(self, row: int, segments: list[Segment], sign: int) -> None:
        """Give a row its segments."""
        for segment in segments:
            segment.price *= sign
            segment.rest *= sign
            segment.used *= sign
            segment.billed *= sign
        self.own[row] = segments


def assemble(book: TariffBook, usage: Usage, found: Resolved, rows: Rows) -> Rated:
    """The frames of a :class:`~.result.Rated`."""
    bad = rows.reason != 0
    any_bad = bool(bad.any())
    if any_bad:
        rows.rate = np.where(bad, -1, rows.rate)
        rows.zone = np.where(bad, -1, rows.zone)
        for column in (rows.price, rows.rest, rows.billed):
            column[bad] = 0
    index = np.arange(usage.rows, dtype=np.int64)
    segment = np.zeros(usage.rows, dtype=np.int16)
    columns = [rows.rate, rows.zone, rows.quantity, rows.billed, rows.price, rows.rest]
    if rows.own:
        index, segment, columns = _spread(rows, columns)
    rate, zone, quantity, billed, price, rest = columns
    version = np.array([*book.rate_version, -1], dtype=np.int64)[rate]
    tariff = np.array([*(v.tariff for v in book.versions), -1], dtype=np.int64)[version]
    band_of = [book.band_place.get(str(r.band), -1) if r.band is not None else -1
               for r in book.rates]  # fmt: skip
    charges = pd.DataFrame(
        {
            "usage": index,
            "segment": segment,
            "tariff": id_column([t.id for t in book.tariff_list], tariff),
            "version": id_column([v.id for v in book.versions], version),
            "rate": id_column([r.id for r in book.rates], rate),
            "zone": id_column([z.id for z in book.zone_list], zone),
            "band": id_column(
                [b.id for b in book.band_list], np.array([*band_of, -1], dtype=np.int64)[rate]
            ),
            "quantity": quantity,
            "billed": billed,
            "allowance": id_column([], np.full(len(index), -1)),
            "allowance_units": np.zeros(len(index), dtype=np.int64),
            "allowance_money": np.zeros(len(index), dtype=np.int64),
            "price": price,
            "rest": rest,
            "currency": _currency(book, found, tariff, index),
            "reason": pd.Categorical.from_codes(rows.reason[index].astype(np.int64) - 1, CODES[1:]),
            "message": _messages(usage, found, rows, index),
        },
        copy=False,
    )
    return Rated(charges, _no_allowances(), _no_alerts(), _no_topups(), book)


def _spread(
    rows: Rows, columns: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Rows with own segments take as many places as they have of them."""
    own = np.fromiter(rows.own, dtype=np.int64, count=len(rows.own))
    counts = np.ones(len(rows.price), dtype=np.int64)
    counts[own] = [len(segments) for segments in rows.own.values()]
    index = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    begins = np.cumsum(counts) - counts
    segment = (np.arange(len(index), dtype=np.int64) - begins[index]).astype(np.int16)
    spread = [column[index] for column in columns]
    for row, segments in rows.own.items():
        for offset, one in enumerate(segments):
            place = begins[row] + offset
            values = (one.rate, one.zone, one.used, one.billed, one.price, one.rest)
            for column, value in zip(spread, values, strict=True):
                column[place] = value
    return index, segment, spread


def _currency(
    book: TariffBook, found: Resolved, tariff: np.ndarray, index: np.ndarray
) -> pd.Categorical:
    names = list(dict.fromkeys([book.currency, *(t.currency for t in book.tariff_list)]))
    place = np.array([*(names.index(t.currency) for t in book.tariff_list), 0], dtype=np.int64)
    known = np.where(tariff < 0, found.tariff[index], tariff)
    return pd.Categorical.from_codes(place[known], names)


def _messages(usage: Usage, found: Resolved, rows: Rows, index: np.ndarray) -> pd.Series:
    """Sentences for rows with a reason, NA for the others."""
    texts = pd.Series(pd.NA, index=range(len(index)), dtype="object")
    bad = np.flatnonzero(rows.reason[index])
    if bad.size:
        said = []
        for place in bad:
            row = int(index[place])
            facts = usage.facts(row)
            if facts["tariff"] == "–":
                facts["tariff"] = found.chains.named[found.chains.row[row]]
            facts["detail"] = rows.details.get(row, "–")
            said.append(message(CODES[rows.reason[row]], facts))
        texts.iloc[bad] = said
    return texts.astype("string")


def _no_allowances() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "allowance": pd.Series(dtype="object"),
            "holder": pd.Series(dtype="string"),
            "period": pd.Series(dtype="datetime64[s]"),
            "granted": pd.Series(dtype="int64"),
            "carried": pd.Series(dtype="int64"),
            "used": pd.Series(dtype="int64"),
            "expired": pd.Series(dtype="int64"),
            "left": pd.Series(dtype="int64"),
            "unit": pd.Series(dtype="string"),
        }
    )


def _no_alerts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "limit": pd.Series(dtype="object"),
            "holder": pd.Series(dtype="string"),
            "period": pd.Series(dtype="datetime64[s]"),
            "threshold": pd.Series(dtype="int64"),
            "amount": pd.Series(dtype="int64"),
            "usage": pd.Series(dtype="int64"),
            "reached_at": pd.Series(dtype="datetime64[us]"),
        }
    )


def _no_topups() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "minimum": pd.Series(dtype="object"),
            "holder": pd.Series(dtype="string"),
            "period": pd.Series(dtype="datetime64[s]"),
            "required": pd.Series(dtype="int64"),
            "turnover": pd.Series(dtype="int64"),
            "topup": pd.Series(dtype="int64"),
            "currency": pd.Series(dtype="string"),
        }
    )
