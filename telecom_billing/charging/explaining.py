# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a charge is what it is: the rating core asked once more, with all that it depended on.

Records draw on allowances one after the other, so the answer depends on which records came first.
Open records come after all that is invoiced; those of one invoice run were rated together, after
all that earlier runs had invoiced. Whether the answer is the charge is checked: where prices were
changed since, what was charged stands first.
"""

from __future__ import annotations

import datetime
import decimal
import typing

import numpy as np
import pyarrow as pa
from odoo.tools import SQL

from ..rating.explain import Explanation, explain
from ..store import charges, exact, fact_stream, facts
from . import balances, reasons
from .columns import NONE, digits, flat, integers
from .context import Context
from .pricing import WITHOUT_PRICE


def of_charge(charge) -> str:
    """One sentence a line, in the user's language (German or English)."""
    given_up = charge.reason and charge.write_off_id
    if charge.reason in reasons.MATCHING or not charge.line_id or given_up:
        return charge.remedy or ""
    env, company = charge.env(su=True), charge.sudo().company_id
    span = env["telecom.rating.state"]._span_at(company, charge.started_at)
    context = Context.load(env, company, span)
    stored = _stored(env, charge)
    first = None
    for source, before in _orders(charge, context):
        found = _explained(charge, context, source, before)
        if found is None:
            continue
        if _agrees(found, stored, charge, context):
            return _text(charge, found, _is_free_incoming(found, stored, charge, context))
        first = first or found
    told = _as_charged(charge, stored)
    return told if first is None else f"{told}\n{_text(charge, first, False)}"


def _orders(charge, context: Context) -> typing.Iterator[tuple[SQL, balances.Before]]:
    """Which records were rated together with the charge, and what was drawn before: most likely
    first. Conditions are on charges ``c``."""
    cr = context.env.cr
    contracts = context.sharing(np.array([charge.contract_id.id]))
    move = charge.sudo().summary_id.move_id
    whose = charges.among(contracts)
    if not move:
        together = SQL("(%s AND %s)", whose, charges.is_open())
        if off := charge.write_off_id:  # late records that are given up, with their price
            together = SQL("(%s AND c.write_off_id = %s)", whose, off.id)
        yield together, balances.load(cr, context, contracts, everything=False)
        return
    batch = SQL("(m.id = %s OR m.telecom_run_id = %s)", move.id, move.telecom_run_id.id or 0)
    earlier = SQL("m.id < (SELECT min(m.id) FROM account_move m WHERE %s)", batch)
    before = balances.load(cr, context, contracts, everything=False, stays=_is_on_invoice(earlier))
    yield SQL("(%s AND %s)", whose, _is_on_invoice(batch)), before
    nothing = balances.load(cr, context, contracts, everything=False, stays=SQL("FALSE"))
    yield whose, nothing


def _is_on_invoice(which: SQL) -> SQL:
    """Condition on charges ``c``: on one of these invoices ``m``."""
    return SQL(
        "EXISTS (SELECT 1 FROM telecom_usage_summary s JOIN account_move m ON m.id = s.move_id"
        " WHERE s.id = c.summary_id AND %s)",
        which,
    )


def _explained(charge, context: Context, source: SQL, before) -> Explanation | None:
    """The core's decisions about the charge's record among those of ``source``."""
    whole = _facts(context, source)
    if whole is None:
        return None
    (rows,) = np.nonzero(flat(whole["id"]).to_numpy() == charge.usage_id)
    if not rows.size:
        return None
    frame = context.pricing.frame(whole)
    return explain(context.pricing.book, frame, int(rows[0]), **before.of(whole))


def _facts(context: Context, source: SQL) -> pa.Table | None:
    """Facts with the columns of matching: to the contract lines that were charged for them."""
    span, env = context.span, context.env
    wanted = SQL(
        "SELECT c.usage_id, c.line_id FROM %s c WHERE c.company_id = %s AND %s AND %s"
        " AND c.segment = 0 AND c.line_id IS NOT NULL",
        SQL.identifier(charges.TABLE),
        span.company,
        charges.within(span.begin, span.end),
        source,
    )
    owners = dict(env.execute_query(wanted))
    if not owners:
        return None
    tables: list[pa.Table] = []
    fact_stream.stream(
        env.cr,
        SQL(
            "%s u WHERE u.company_id = %s AND %s AND u.id = ANY(%s)",
            SQL.identifier(facts.TABLE),
            span.company,
            charges.within(span.begin, span.end, "u"),
            list(owners),
        ),
        tables.append,
    )
    if not tables:
        return None
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    line = np.array([owners[one] for one in flat(whole["id"]).to_pylist()], dtype=np.int64)
    known = env["contract.line"].with_context(active_test=False).browse(np.unique(line).tolist())
    columns = {
        "line": {one.id: one.id for one in known},
        "contract": {one.id: one.contract_id.id for one in known},
        "customer": {one.id: one.contract_id.partner_id.id for one in known},
        "tariff": {one.id: one.telecom_tariff_id.id or NONE for one in known},
    }
    for name, of_line in columns.items():
        values = np.array([of_line[one] for one in line.tolist()], dtype=np.int64)
        whole = whole.append_column(name, pa.array(values))
    place = whole.schema.get_field_index("b_number")
    return whole.set_column(place, "b_number", integers(digits(whole["b_number"])))


# --- is it the charge? -------------------------------------------------------------------------


def _stored(env, charge) -> dict:
    """What was charged for the record: price, units and money of allowances, in sum."""
    env.flush_all()
    (found,) = exact.dicts(
        env.cr,
        SQL(
            "SELECT coalesce(sum(price), 0) AS price, sum(billed) / 1000000 AS billed,"
            " sum(allowance_used) / 1000000 AS used,"
            " coalesce(sum(allowance_money), 0) / 1000000 AS money,"
            " array_remove(array_agg(DISTINCT allowance_id), NULL) AS allowances"
            " FROM telecom_charge_data WHERE usage_id = %s"
            " AND started_at >= %s AND started_at < %s",
            charge.usage_id,
            charge.started_at,
            charge.started_at + datetime.timedelta(seconds=1),
        ),
    )
    return found


def _agrees(found: Explanation, stored: dict, charge, context: Context) -> bool:
    """Do the decisions come to what was charged, and to what was drawn?"""
    if told := found.facts("reason"):
        return told[0]["code"] == charge.reason or _is_free_incoming(found, stored, charge, context)
    if charge.reason or decimal.Decimal(found.facts("price")[0]["price"]) != stored["price"]:
        return False
    drawn = [*found.facts("allowance"), *found.facts("flat")]
    used = sum((decimal.Decimal(one["used"]) for one in drawn), decimal.Decimal(0))
    # Of an allowance in money the charge keeps units and money; the decisions tell the money.
    return used in (stored["used"], stored["money"])


def _is_free_incoming(found: Explanation, stored: dict, charge, context: Context) -> bool:
    told = found.facts("reason")
    return bool(
        told
        and told[0]["code"] in WITHOUT_PRICE
        and not charge.reason
        and not stored["price"]
        and charge.direction == "in"
    )


# --- in words ------------------------------------------------------------------------------------


def _text(charge, found: Explanation, free_incoming: bool) -> str:
    text = found.text("de" if (charge.env.lang or "").startswith("de") else "en")
    if free_incoming:
        kept = text.split("\n")[:-1]
        kept.append(charge.env._("Incoming records without a price of their own cost nothing."))
        text = "\n".join(kept)
    return text


def _as_charged(charge, stored: dict) -> str:
    """What stands in the books, where rating would not come to the same today."""
    env, number = charge.env, charge.env["telecom.billing.run"]._number_form()

    def short(value, least=0) -> str:
        places = max(least, -value.normalize().as_tuple().exponent)
        return number(value, places)

    lines = (
        [charge.remedy or ""]
        if charge.reason
        else [
            env._(
                "Charged was %(price)s %(currency)s for %(billed)s %(unit)s, by tariff %(tariff)s,"
                " version %(version)s, zone %(zone)s.",
                price=short(stored["price"], 2),
                currency=charge.currency_id.name or "",
                billed=short(stored["billed"]),
                unit=charge.unit,
                tariff=charge.tariff_id.name or "–",
                version=charge.version_id.name or "–",
                zone=charge.zone_id.name or "–",
            )
        ]
    )
    allowances = charge.env["telecom.allowance"].browse(stored["allowances"])
    if allowances:
        lines.append(
            env._(
                "Allowance %(allowance)s gave %(used)s %(unit)s.",
                allowance=", ".join(allowances.mapped("name")),
                used=short(stored["used"]),
                unit=charge.allowance_unit,
            )
        )
    lines.append(
        env._("Prices, options or what had been used were others then. Rated today it would be:")
    )
    return "\n".join(lines)
