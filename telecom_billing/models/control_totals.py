# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each record, second and cent accounted for, from the carrier's file to the ledger.

A run takes in deliveries; their records, and those left over from before, up to the end of its
month are its usage; usage is charged or set aside; charges are summed up; summaries are invoiced
or wait; invoices are in the books. Each stage is counted where it is stored, by itself, and
compared with the stage before.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal

from odoo.tools import SQL

from ..store import exact
from . import control_books
from .control_row import row

ZERO = decimal.Decimal(0)
MICRO = 1_000_000


@dataclasses.dataclass
class Sum:
    """records: pieces; seconds: of services counted in seconds; units: of all services, only to
    be compared; money: in the company's currency."""

    records: int = 0
    seconds: decimal.Decimal = ZERO
    units: decimal.Decimal = ZERO
    money: decimal.Decimal = ZERO

    def __add__(self, other: Sum) -> Sum:
        return Sum(*(a + b for a, b in zip(self.parts(), other.parts(), strict=True)))

    def __sub__(self, other: Sum) -> Sum:
        return Sum(*(a - b for a, b in zip(self.parts(), other.parts(), strict=True)))

    def parts(self) -> tuple:
        return dataclasses.astuple(self)


def rows(run) -> list[dict]:
    """The stages of ``run`` in order.

    Each is a dict, see ``control_row``.
    """
    run.env.flush_all()
    found = _intake(run)
    usage, summed = _usage(run, loaded=found[-1]["records"])
    return found + usage + control_books.rows(run, summed)


# --- from the file to the store ----------------------------------------------------------------


def _intake(run) -> list[dict]:
    query = SQL(
        "SELECT count(*) FILTER (WHERE state = 'duplicate') AS again,"
        " coalesce(sum(lines), 0) AS lines, coalesce(sum(loaded), 0) AS loaded,"
        " coalesce(sum(duplicates), 0) AS duplicates, coalesce(sum(rejects), 0) AS rejects,"
        " coalesce(sum(left_out), 0) AS left_out, coalesce(sum(quantity), 0) AS seconds,"
        " coalesce(sum(quantity_decoded), 0) AS decoded"
        " FROM telecom_delivery WHERE run_id = %s AND NOT coalesce(is_archive, FALSE)"
        " AND state IN ('loaded', 'duplicate')",
        run.id,
    )
    (files,) = exact.dicts(run.env.cr, query)
    found = []
    if files["again"]:
        found.append(row("again", files["again"]))
    kept = files["loaded"] + files["duplicates"] + files["rejects"]
    return found + [
        row("delivered", files["lines"], files["decoded"]),
        row("rejected", files["rejects"] - files["left_out"]),
        row("left_out", files["left_out"]),
        row(
            "duplicates",
            files["duplicates"],
            files["decoded"] - files["seconds"],
        ),
        row(
            "loaded",
            files["loaded"],
            files["seconds"],
            check=files["lines"] == kept and files["loaded"] == _stored(run),
        ),
    ]


def _stored(run) -> int:
    query = SQL(
        "SELECT count(*) FROM telecom_usage_data u JOIN telecom_delivery d"
        " ON d.id = u.delivery_id WHERE d.run_id = %s AND %s",
        run.id,
        _between(SQL("u.started_at"), *_reach(run)),
    )
    return exact.fetch(run.env.cr, query)[0][0]


def _reach(run) -> tuple[datetime.datetime, datetime.datetime]:
    """The span of the run's deliveries, so that only partitions in it are read."""
    query = SQL(
        "SELECT min(first_started_at), max(last_started_at) FROM telecom_delivery"
        " WHERE run_id = %s",
        run.id,
    )
    first, last = exact.fetch(run.env.cr, query)[0]
    begin, end = run._period_utc()
    # The delivery's own times have whole seconds.
    return first or begin, (last or end) + datetime.timedelta(seconds=1)


# --- from the store to summaries ---------------------------------------------------------------


def _usage(run, loaded: int) -> tuple[list[dict], Sum]:
    """The stages, and what is left to be on invoices."""
    seconds_of = _services_in_seconds(run)
    own, others, later = _facts(run, seconds_of)
    charges = _charges(run, seconds_of)
    nothing = Sum()
    gone = charges.get("other", nothing)
    written_off = charges.get("written_off", nothing)
    usage = own + others - gone
    carried = others - gone
    suspense = charges.get("suspense", nothing)
    charged = charges.get("open", nothing) + charges.get("run", nothing)
    free = charges.get("free", nothing)
    summed, handed, waiting = _summaries(run, seconds_of)
    unrated = Sum()
    left = usage - suspense - written_off
    if left.parts()[:3] != charged.parts()[:3]:
        unrated = _unrated(run, seconds_of)
    found = [
        row("later", later.records, later.seconds),
        row("carried", carried.records, carried.seconds),
        row(
            "usage",
            usage.records,
            usage.seconds,
            check=loaded == own.records + later.records,
        ),
        row("suspense", suspense.records, suspense.seconds),
    ]
    if written_off.records:
        found.append(row("written_off", written_off.records, written_off.seconds))
    if unrated.records:
        found.append(row("unrated", unrated.records, unrated.seconds))
    found += [
        row(
            "charged",
            charged.records,
            charged.seconds,
            charged.money,
            check=(left - unrated).parts()[:3] == charged.parts()[:3],
        ),
        row("free", free.records, free.seconds, free.money),
        row(
            "summaries",
            summed.records,
            summed.seconds,
            summed.money,
            check=summed.parts() == charged.parts(),
        ),
    ]
    if handed.records:
        found.append(row("handed_over", handed.records, handed.seconds, handed.money))
    found.append(row("waiting", waiting.records, waiting.seconds, waiting.money))
    return found, summed - waiting - handed


def _services_in_seconds(run) -> tuple[str, ...]:
    """Services whose records are all in seconds: charges and summaries name no unit."""
    query = SQL(
        "SELECT service FROM telecom_usage_data u WHERE company_id = %s AND %s"
        " GROUP BY service HAVING bool_and(unit = 'second')",
        run.company_id.id,
        _months(run, SQL("u.started_at")),
    )
    return tuple(service for (service,) in exact.fetch(run.env.cr, query)) or ("",)


def _facts(run, seconds_of) -> tuple[Sum, Sum, Sum]:
    """Records of the run's deliveries and of others in its months; those of later months."""
    end = run._period_utc()[1]
    query = SQL(
        "SELECT CASE WHEN u.started_at >= %(end)s THEN 'later' WHEN d.run_id = %(run)s THEN 'own'"
        " ELSE 'others' END, count(*), sum(u.quantity) FILTER (WHERE u.service IN %(seconds)s),"
        " sum(u.quantity) FROM telecom_usage_data u JOIN telecom_delivery d"
        " ON d.id = u.delivery_id WHERE u.company_id = %(company)s AND (%(months)s"
        " OR (d.run_id = %(run)s AND u.started_at >= %(end)s)) GROUP BY 1",
        end=end,
        run=run.id,
        seconds=seconds_of,
        company=run.company_id.id,
        months=_months(run, SQL("u.started_at")),
    )
    found = {
        kind: Sum(records, (seconds or ZERO) / MICRO, units / MICRO)
        for kind, records, seconds, units in exact.fetch(run.env.cr, query)
    }
    return tuple(found.get(kind, Sum()) for kind in ("own", "others", "later"))


def _unrated(run, seconds_of) -> Sum:
    """Records that rating has not seen: the step was not done, or they came after it."""
    query = SQL(
        "SELECT count(*), sum(u.quantity) FILTER (WHERE u.service IN %s), sum(u.quantity)"
        " FROM telecom_usage_data u WHERE u.company_id = %s AND %s"
        " AND NOT EXISTS (SELECT 1 FROM telecom_charge_data c"
        " WHERE c.usage_id = u.id AND c.started_at = u.started_at)",
        seconds_of,
        run.company_id.id,
        _months(run, SQL("u.started_at")),
    )
    ((records, seconds, units),) = exact.fetch(run.env.cr, query)
    return Sum(records, (seconds or ZERO) / MICRO, (units or ZERO) / MICRO)


def _charges(run, seconds_of) -> dict[str, Sum]:
    """Charges by what became of them: run (on its invoices), open, other (on other runs'
    invoices, or written off in them), suspense, written_off (in this run, or in none yet); and
    free, those of the first two without a price."""
    query = SQL(
        "SELECT CASE WHEN c.write_off_id IS NOT NULL THEN"
        " CASE WHEN w.run_id <> %(run)s THEN 'other' ELSE 'written_off' END"
        " WHEN c.reason IS NOT NULL THEN 'suspense'"
        " WHEN s.handover_batch_id IS NOT NULL THEN"
        " CASE WHEN h.run_id = %(run)s THEN 'run' ELSE 'other' END"
        " WHEN s.invoice_line_id IS NULL THEN 'open'"
        " WHEN m.telecom_run_id = %(run)s THEN 'run' ELSE 'other' END,"
        " count(*) FILTER (WHERE c.segment = 0),"
        " sum(c.quantity) FILTER (WHERE c.service IN %(seconds)s), sum(c.quantity), sum(c.price),"
        " count(*) FILTER (WHERE c.segment = 0 AND c.price = 0),"
        " sum(c.quantity) FILTER (WHERE c.service IN %(seconds)s AND c.price = 0)"
        " FROM telecom_charge_data c"
        " LEFT JOIN telecom_usage_summary s ON s.id = c.summary_id"
        " LEFT JOIN account_move m ON m.id = s.move_id"
        " LEFT JOIN telecom_handover_batch h ON h.id = s.handover_batch_id"
        " LEFT JOIN telecom_write_off w ON w.id = c.write_off_id"
        " WHERE c.company_id = %(company)s AND %(months)s GROUP BY 1",
        run=run.id,
        seconds=seconds_of,
        company=run.company_id.id,
        months=_months(run, SQL("c.started_at")),
    )
    found = {"free": Sum()}
    for kind, records, seconds, units, money, free, free_seconds in exact.fetch(run.env.cr, query):
        found[kind] = Sum(records, (seconds or ZERO) / MICRO, units / MICRO, money or ZERO)
        if kind in ("run", "open"):
            found["free"] += Sum(free, (free_seconds or ZERO) / MICRO)
    return found


def _summaries(run, seconds_of) -> tuple[Sum, Sum, Sum]:
    """All summaries of the run's usage, those handed to other systems, those that wait."""
    query = SQL(
        "SELECT CASE WHEN h.id IS NOT NULL THEN 'handed' WHEN s.invoice_line_id IS NULL"
        " THEN 'waiting' ELSE 'invoiced' END, sum(s.records),"
        " sum(s.quantity) FILTER (WHERE s.service IN %s), sum(s.quantity), sum(s.amount)"
        " FROM telecom_usage_summary s LEFT JOIN account_move m ON m.id = s.move_id"
        " LEFT JOIN telecom_handover_batch h ON h.id = s.handover_batch_id"
        " WHERE s.company_id = %s AND s.period <= %s AND CASE WHEN h.id IS NOT NULL"
        " THEN h.run_id = %s ELSE s.invoice_line_id IS NULL OR m.telecom_run_id = %s END"
        " GROUP BY 1",
        seconds_of,
        run.company_id.id,
        run.period_start,
        run.id,
        run.id,
    )
    found = {
        kind: Sum(int(records), seconds or ZERO, units, money)
        for kind, records, seconds, units, money in exact.fetch(run.env.cr, query)
    }
    waiting, handed = found.get("waiting", Sum()), found.get("handed", Sum())
    return found.get("invoiced", Sum()) + handed + waiting, handed, waiting


def _months(run, moment: SQL) -> SQL:
    """Condition: ``moment`` lies in a month in which the run has something to count.

    These are the months of its deliveries and summaries, and those where something is set aside;
    in all others everything is on the invoices of other runs.
    """
    query = SQL(
        "SELECT DISTINCT date_trunc('month', day)::date FROM ("
        " SELECT period AS day FROM telecom_usage_summary s"
        "  LEFT JOIN account_move m ON m.id = s.move_id"
        "  LEFT JOIN telecom_handover_batch h ON h.id = s.handover_batch_id"
        "  WHERE s.company_id = %(company)s"
        "  AND CASE WHEN h.id IS NOT NULL THEN h.run_id = %(run)s"
        "   ELSE s.invoice_line_id IS NULL OR m.telecom_run_id = %(run)s END"
        " UNION SELECT started_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s"
        "  FROM telecom_charge_data WHERE company_id = %(company)s AND reason IS NOT NULL"
        " UNION SELECT generate_series(date_trunc('month', first_started_at - interval '1 day'),"
        "  last_started_at + interval '1 day', interval '1 month') FROM telecom_delivery"
        "  WHERE run_id = %(run)s"
        " UNION SELECT %(period)s::date) d WHERE day <= %(last)s",
        company=run.company_id.id,
        run=run.id,
        zone=run._get_zone().key,
        period=run.period_start,
        last=run.period_end,
    )
    months = sorted(month for (month,) in exact.fetch(run.env.cr, query))
    spans = [_between(moment, *run._month_utc(month)) for month in months]
    return SQL("(%s)", SQL(" OR ").join(spans))


def _between(moment: SQL, begin: datetime.datetime, end: datetime.datetime) -> SQL:
    return SQL("(%s >= %s AND %s < %s)", moment, begin, moment, end)
