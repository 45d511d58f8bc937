# SPDX-License-Identifier: AGPL-3.0-or-later
"""From when to when usage is invoiced: the one question that all locks of the past ask.

Usage is invoiced by a line of ours, or by another system that it was handed to.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from odoo.tools import SQL

from . import exact

ONE_DAY = datetime.timedelta(days=1)
#: Condition on summaries ``s``: invoiced, here or elsewhere.
INVOICED = "(s.invoice_line_id IS NOT NULL OR s.handover_batch_id IS NOT NULL)"

# Tables that a condition does not look at are not read.
_TABLES = """
      FROM telecom_usage_summary s
      LEFT JOIN telecom_tariff t ON t.id = s.tariff_id
      LEFT JOIN telecom_tariff_version v ON v.id = s.version_id
      LEFT JOIN contract_line l ON l.id = s.contract_line_id
      LEFT JOIN contract_contract o ON o.id = s.contract_id
"""
_SPANS = f"""
    SELECT key, min(begin AT TIME ZONE 'UTC' AT TIME ZONE tz)::date,
           max(finish AT TIME ZONE 'UTC' AT TIME ZONE tz)::date
      FROM (SELECT %(key)s AS key, t.tz, min(s.first_started_at) AS begin,
                   max(s.last_started_at) AS finish
            {_TABLES}
             WHERE {INVOICED} AND %(condition)s
             GROUP BY 1, 2) AS days
     GROUP BY 1
"""
_LAST = f"""
    SELECT max(least((finish AT TIME ZONE 'UTC' AT TIME ZONE tz)::date, %(last)s::date))
      FROM (SELECT t.tz, max(s.last_started_at) AS finish
            {_TABLES}
             WHERE {INVOICED} AND %(inside)s
             GROUP BY 1) AS days
"""
_CHANGED = f"""
    SELECT EXISTS (SELECT {_TABLES} WHERE {INVOICED} AND %(changed)s)
"""


class Concern(NamedTuple):
    """Whose usage a rule is for, and for whose balance it counts.

    ``condition`` and ``holder`` are of summaries ``s``, their contract lines ``l`` and contracts
    ``o``; days are local, both inclusive.
    """

    condition: SQL
    holder: SQL
    first: datetime.date
    last: datetime.date
    #: (line, its first day) of all whose number decides how large a balance is
    sharers: frozenset[tuple[int, datetime.date]] = frozenset()

    def both(self, other: Concern) -> Concern:
        """The usage that two rules are for."""
        return Concern(
            SQL("%s AND %s", self.condition, other.condition),
            self.holder,
            max(self.first, other.first),
            min(self.last, other.last),
        )


def last_day(cr, concern: Concern) -> datetime.date | None:
    """Local day, within the concern's, of its last invoiced record; None if there is none."""
    inside = SQL("%s AND %s", concern.condition, _within(concern.first, concern.last))
    return exact.fetch(cr, SQL(_LAST, inside=inside, last=concern.last))[0][0]


def changed(cr, before: Concern | None, after: Concern | None) -> bool:
    """Is there invoiced usage that one is for and the other is not, or on other days, or for
    another balance, or one that more or fewer lines share?"""
    if before == after:
        return False
    if not (before and after):
        return last_day(cr, before or after) is not None
    joined = before.sharers ^ after.sharers
    if joined and (until := last_day(cr, before)):
        month_end = until + relativedelta(day=31)
        if any(begin <= month_end for _line, begin in joined):
            return True
    days = _days_of_one(before, after)
    if before[:2] == after[:2]:
        told = SQL("%s AND (%s)", before.condition, days)
    else:
        same = before.holder == after.holder
        told = SQL(
            "(%(was)s IS DISTINCT FROM %(now)s OR (%(was)s IS NOT NULL AND (%(days)s)))",
            was=_balance(before, SQL("TRUE") if same else before.holder),
            now=_balance(after, SQL("TRUE") if same else after.holder),
            days=days,
        )
    return exact.fetch(cr, SQL(_CHANGED, changed=told))[0][0]


def _balance(concern: Concern, holder: SQL) -> SQL:
    """Whose balance a summary counts for; NULL where the rule is not for it."""
    within = _within(concern.first, concern.last)
    return SQL("CASE WHEN %s AND %s THEN %s END", concern.condition, within, holder)


def _days_of_one(before: Concern, after: Concern) -> SQL:
    """Has a summary days on which only one of the two holds?"""
    parts = []
    if before.first != after.first:
        first, end = sorted((before.first, after.first))
        parts.append(_within(first, end - ONE_DAY))
    if before.last != after.last:
        begin, last = sorted((before.last, after.last))
        parts.append(_within(begin + ONE_DAY, last))
    return SQL(" OR ").join(parts) if parts else SQL("FALSE")


def _within(first: datetime.date, last: datetime.date) -> SQL:
    """Has a summary ``s`` records on these local days?"""
    if first > last:
        return SQL("FALSE")
    parts = [SQL("s.last_started_at IS NOT NULL")]
    for column, sign, day, bound, slack in (
        ("last_started_at", ">=", first, datetime.date.min, -ONE_DAY),
        ("first_started_at", "<=", last, datetime.date.max, 2 * ONE_DAY),
    ):
        if day != bound:  # clocks are asked near the border only
            parts.append(SQL(f"s.{column} {sign} %s", day + slack))
            parts.append(
                SQL(
                    f"(s.{column} AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date {sign} %s::date",
                    day,
                )
            )
    return SQL(" AND ").join(parts)


def spans(
    cr, key: SQL, condition: SQL
) -> dict[int | None, tuple[datetime.date | None, datetime.date | None]]:
    """{key: (first, last)}: local days of invoiced usage; keys without any are missing.

    :param key: what is asked about, of summaries ``s``, their tariffs ``t``, versions ``v``,
        contract lines ``l`` and contracts ``o``
    :param condition: on the same
    """
    rows = exact.fetch(cr, SQL(_SPANS, key=key, condition=condition))
    return {name: (first, last) for name, first, last in rows}


def last(cr, key: SQL, condition: SQL) -> dict[int | None, datetime.date | None]:
    """{key: local day of its last invoiced record}."""
    return {name: end for name, (_begin, end) in spans(cr, key, condition).items()}
