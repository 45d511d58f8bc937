# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who had which number when: the assignments and contract lines of a company as arrays."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
from odoo.tools import SQL

from ..models.number_text import DIGIT_KINDS
from ..rating.assignments import ANY_SOURCE, FIRST, LAST, Assignment, Assignments
from ..rating.clock import Clock
from .columns import NONE

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
        rows = env.execute_query(SQL(QUERY, company.id))
        moments = _Moments(clock)
        assignments, columns = [], []
        for row in rows:
            (number, text, kind, first, last, begin, end, source, line, contract, customer,
             tariff, _prices, line_begin, line_end, contract_end) = row  # fmt: skip
            assignments.append(
                Assignment(
                    number=text or "",
                    kind=_kind(kind),
                    first=first or "",
                    last=last or "",
                    begin=moments.begin(begin),
                    end=moments.end(end),
                    source=source or ANY_SOURCE,
                )
            )
            ended = min(moments.end(line_end), moments.end(contract_end))
            columns.append(
                (number, line, contract, customer, tariff or NONE, moments.begin(line_begin), ended)
            )
        columns.append((NONE, NONE, NONE, NONE, NONE, FIRST, LAST))
        arrays = np.array(columns, dtype=np.int64).T
        return cls(Assignments(assignments), *arrays)


def _kind(kind: str) -> str:
    """How a number's kind is matched."""
    if kind in ("block", "head"):
        return "span"
    return "exact" if kind in DIGIT_KINDS else "account"


class _Moments:
    """Local days to instants; the same few days come again and again."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._known: dict[datetime.date, int] = {}

    def begin(self, day: datetime.date | None) -> int:
        return FIRST if day is None else self._midnight(day)

    def end(self, day: datetime.date | None) -> int:
        return LAST if day is None else self._midnight(day + datetime.timedelta(days=1))

    def _midnight(self, day: datetime.date) -> int:
        if day not in self._known:
            self._known[day] = self._clock.midnight(day)
        return self._known[day]
