# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who had which number when: the assignments and contract lines of a company as arrays."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from odoo.tools import SQL

from ..models.number_text import DIGIT_KINDS
from ..rating.assignments import ANY_SOURCE, FIRST, LAST, Assignments
from ..rating.clock import Clock
from ..store import copying
from .columns import NONE, codes, flat

#: Columns of :data:`QUERY`.
COLUMNS = {
    "id": pa.int64(),
    "number": pa.string(),
    "kind": pa.dictionary(pa.int32(), pa.string()),
    "range_from": pa.string(),
    "range_to": pa.string(),
    "begin": pa.date32(),
    "end": pa.date32(),
    "source": pa.int64(),
    "line": pa.int64(),
    "contract": pa.int64(),
    "customer": pa.int64(),
    "tariff": pa.int64(),
    "prices": pa.int64(),
    "line_begin": pa.date32(),
    "line_end": pa.date32(),
    "contract_end": pa.date32(),
}
#: Numbers of a company with their lines; the company is the argument.
QUERY = """
    SELECT n.id, n.number, n.kind, n.range_from, n.range_to, n.date_start, n.date_end,
           n.source_id, l.id, l.contract_id, c.partner_id, l.telecom_tariff_id,
           l.telecom_price_list_id, l.date_start, l.date_end, c.date_end
      FROM telecom_number n
      JOIN contract_line l ON l.id = n.contract_line_id
      JOIN contract_contract c ON c.id = l.contract_id
     WHERE n.company_id = %s
     ORDER BY n.id
"""


@dataclasses.dataclass
class Parties:
    """``numbers`` to positions; the arrays below are by position, one entry more for "none".

    number, line, contract, customer, tariff: record ids (0 = none); begin, end: UTC microseconds
    between which the contract line is valid, the end excluded.
    """

    numbers: Assignments
    number: np.ndarray
    line: np.ndarray
    contract: np.ndarray
    customer: np.ndarray
    tariff: np.ndarray
    begin: np.ndarray
    end: np.ndarray

    @classmethod
    def load(cls, env, company, clock: Clock) -> Parties:
        """All numbers of ``company`` that belong to a contract line, at any time."""
        env.flush_all()
        rows = copying.read(env.cr, SQL(QUERY, company.id), COLUMNS)
        moments = _Moments(clock)
        kind, kinds = codes(rows["kind"])
        numbers = Assignments(
            _texts(rows["number"]),
            np.array([_kind(name) for name in kinds], dtype=object)[kind],
            _texts(rows["range_from"]),
            _texts(rows["range_to"]),
            moments.begin(rows["begin"]),
            moments.end(rows["end"]),
            _ids(rows["source"], ANY_SOURCE),
        )
        ended = np.minimum(moments.end(rows["line_end"]), moments.end(rows["contract_end"]))
        return cls(
            numbers,
            *(
                np.append(_ids(rows[name], NONE), NONE)
                for name in ("id", "line", "contract", "customer", "tariff")
            ),
            np.append(moments.begin(rows["line_begin"]), FIRST),
            np.append(ended, LAST),
        )


def _kind(kind: str) -> str:
    """How a number's kind is matched."""
    if kind in ("block", "head"):
        return "span"
    return "exact" if kind in DIGIT_KINDS else "account"


def _texts(column: pa.ChunkedArray) -> np.ndarray:
    return flat(pc.fill_null(column, "")).to_numpy(zero_copy_only=False)


def _ids(column: pa.ChunkedArray, none: int) -> np.ndarray:
    return flat(pc.fill_null(column, none)).to_numpy()


class _Moments:
    """Columns of local days to instants in UTC; the same few days come again and again."""

    def __init__(self, clock: Clock):
        self._clock = clock

    def begin(self, days: pa.ChunkedArray) -> np.ndarray:
        """When these days begin."""
        return self._midnights(days, 0, FIRST)

    def end(self, days: pa.ChunkedArray) -> np.ndarray:
        """When they are over."""
        return self._midnights(days, 1, LAST)

    def _midnights(self, days: pa.ChunkedArray, later: int, none: int) -> np.ndarray:
        day, known = codes(flat(days).dictionary_encode())
        after = datetime.timedelta(days=later)
        return np.array([*(self._clock.midnight(one + after) for one in known), none])[day]
