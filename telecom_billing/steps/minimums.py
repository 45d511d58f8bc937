# SPDX-License-Identifier: AGPL-3.0-or-later
"""What usage falls short of a minimum turnover, and what of it was invoiced already."""

from __future__ import annotations

import dataclasses
import datetime

from dateutil.relativedelta import relativedelta
from odoo.tools import SQL

from ..billing.fees import Span
from ..billing.money import Exact, exact
from ..charging import selecting
from ..store import exact as store_exact

#: Holders with their lines that are valid in the period, the turnover by kind of price, and what
#: was invoiced already. ``spent`` are the summaries of all those lines, on an invoice or not.
#: Archived contracts owe nothing, but what they spent counts for the others of their holder.
DUE = """
    WITH members AS (
        SELECT %(holder)s AS holder, l.id AS line, l.contract_id AS contract,
               l.date_start AS begin, l.date_end AS finish, o.active
          FROM contract_line l JOIN contract_contract o ON o.id = l.contract_id
          JOIN telecom_tariff own ON own.id = l.telecom_tariff_id AND own.kind <> 'option'
         WHERE o.company_id = %(company)s AND o.is_telecom AND %(who)s
           AND o.telecom_handover_channel_id IS NULL
           AND COALESCE(l.date_start, '-infinity') <= %(last)s
           AND COALESCE(l.date_end, 'infinity') >= %(first)s
    ), holders AS (
        SELECT holder, min(contract) FILTER (WHERE active) AS contract,
               CASE WHEN bool_and(begin IS NOT NULL) THEN min(begin) END AS begin,
               CASE WHEN bool_and(finish IS NOT NULL) THEN max(finish) END AS finish
          FROM members WHERE holder IS NOT NULL GROUP BY holder HAVING bool_or(active)
    ), spent AS (
        SELECT m.holder, t.price_includes_tax AS gross, sum(s.amount) AS amount,
               bool_or(s.invoice_line_id IS NULL) AS open
          FROM members m JOIN telecom_usage_summary s
            ON s.contract_id = m.contract AND s.contract_line_id = m.line
          JOIN telecom_tariff t ON t.id = s.tariff_id
         WHERE s.period BETWEEN %(first)s AND %(last)s AND %(what)s
         GROUP BY m.holder, t.price_includes_tax
    ), billed AS (
        SELECT holder, sum(amount) FILTER (WHERE state = 'billed') AS amount,
               bool_or(state = 'reversed') AS reversed
          FROM telecom_topup WHERE minimum_id = %(minimum)s AND share = %(share)s
           AND period = %(first)s GROUP BY holder
    )
    SELECT h.holder, h.contract, (SELECT min(line) FROM members m
            WHERE m.holder = h.holder AND m.contract = h.contract), h.begin, h.finish,
           COALESCE((SELECT sum(amount) FROM spent s
                      WHERE s.holder = h.holder AND COALESCE(s.gross, FALSE)), 0),
           COALESCE((SELECT sum(amount) FROM spent s
                      WHERE s.holder = h.holder AND NOT COALESCE(s.gross, FALSE)), 0),
           COALESCE(b.amount, 0),
           COALESCE((SELECT bool_or(open) FROM spent s WHERE s.holder = h.holder), FALSE),
           COALESCE(b.reversed, FALSE), b.holder IS NOT NULL,
           EXISTS (SELECT 1 FROM account_move i
                     JOIN telecom_billing_run r ON r.id = i.telecom_run_id
                    WHERE i.telecom_contract_id = h.contract AND i.telecom_reversed IS NOT TRUE
                      AND r.period_start = date_trunc('month', %(last)s::date))
      FROM holders h LEFT JOIN billed b ON b.holder = h.holder
     ORDER BY h.holder
"""


@dataclasses.dataclass(frozen=True)
class Due:
    """What one holder owes of a minimum in one period; ids are of records.

    ``gross``, ``net``: turnover in prices with and without tax; ``billed``: what of it is on
    invoices, in the minimum's kind of price.
    """

    minimum: object
    holder: int
    contract: int
    line: int
    span: Span
    required: Exact
    gross: Exact
    net: Exact
    billed: Exact


def due(run) -> dict[int, list[Due]]:
    """{contract: what it owes} in a run: of the periods that end with it, and of earlier ones
    whose usage has changed since or whose invoice was taken back."""
    found: dict[int, list[Due]] = {}
    minimums = run.env["telecom.minimum"].search([("company_id", "=", run.company_id.id)])
    if not minimums:
        return found
    run.env.flush_all()
    months = _changed_months(run)
    for minimum in minimums:
        for span in _spans(minimum, run.period_start, months):
            for one in _of_period(run, minimum, span, now=span.last >= run.period_start):
                found.setdefault(one.contract, []).append(one)
    return found


def required(amount: Exact, span: Span, begin, finish) -> Exact:
    """The part of a minimum for the days of the period on which its holder was there.

    >>> month = Span(datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))
    >>> required(exact("30"), month, datetime.date(2026, 9, 21), None)
    Fraction(10, 1)
    """
    first = max(begin or span.first, span.first)
    last = min(finish or span.last, span.last)
    days = max((last - first).days + 1, 0)
    return amount * days / span.days


def _spans(minimum, month: datetime.date, changed: list[datetime.date]) -> list[Span]:
    """The periods that a run of ``month`` has to look at."""
    first, last = minimum._dates()
    spans = {}
    for one in (*changed, month):
        begin = one if minimum.period == "month" else one.replace(month=1)
        size = relativedelta(months=1) if minimum.period == "month" else relativedelta(years=1)
        end = begin + size - datetime.timedelta(days=1)
        over = end < month + relativedelta(months=1)
        if over and (not first or first <= begin) and (not last or last >= end):
            spans[begin] = Span(begin, end)
    return [spans[begin] for begin in sorted(spans)]


def _changed_months(run) -> list[datetime.date]:
    """Months before the run's with open usage, or with a top-up whose invoice was taken back."""
    rows = store_exact.fetch(
        run.env.cr,
        SQL(
            "SELECT DISTINCT period FROM telecom_usage_summary WHERE company_id = %(company)s"
            " AND period < %(month)s AND invoice_line_id IS NULL AND handover_batch_id IS NULL"
            " UNION SELECT DISTINCT period FROM telecom_topup WHERE company_id = %(company)s"
            " AND period < %(month)s AND state = 'reversed'",
            company=run.company_id.id,
            month=run.period_start,
        ),
    )
    return sorted(month for (month,) in rows)


def _of_period(run, minimum, span: Span, now: bool) -> list[Due]:
    """``now``: the period ends with the run; of an earlier one only what changed is looked at."""
    rows = store_exact.fetch(
        run.env.cr,
        SQL(
            DUE,
            holder=selecting.holder(minimum),
            company=run.company_id.id,
            who=selecting.who(minimum, span.first, span.last),
            what=selecting.what(minimum, "s"),
            minimum=minimum.id,
            share=minimum.share,
            first=span.first,
            last=span.last,
        ),
    )
    found = []
    for (holder, contract, line, begin, finish, gross, net, billed, is_open, back, known,
         invoiced) in rows:  # fmt: skip
        if not now and not (back or (is_open and (known or not invoiced))):
            continue
        amount = exact(f"{minimum.amount:.8f}")
        if minimum.prorate:
            amount = required(amount, span, begin, finish)
        found.append(
            Due(
                minimum, holder, contract, line, span, amount, exact(gross), exact(net),
                exact(billed),
            )
        )  # fmt: skip
    return found
