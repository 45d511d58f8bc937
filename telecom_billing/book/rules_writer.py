# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a tariff book knows beside prices and allowances: guards, tiers, limits, minimums, pools."""

from __future__ import annotations

import datetime
from decimal import Decimal

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .text import split_names, to_text

ONE_DAY = datetime.timedelta(days=1)
#: Section of the book → model of its records.
RULES = {"tiers": "telecom.tier", "limits": "telecom.limit", "minimums": "telecom.minimum"}
_LENGTHS = ("longest_increment", "longest_initial", "longest_step")


def write(writer, company) -> dict:
    """All sections of the company's rules that can concern the writer's tariffs."""
    found = {
        section: writer.env[model].search([("company_id", "=", company.id)])
        for section, model in RULES.items()
    }
    sections = {
        section: [record for rule in rules if (record := _rule(writer, section, rule)) is not None]
        for section, rules in found.items()
    }
    sections["guards"] = guards(writer.env["telecom.guard"]._of(company))
    pools = writer.env["telecom.pool"].search([("company_id", "=", company.id)])
    named = writer.named_pools if writer.portable else pools | writer.named_pools
    sections["pools"] = [_pool(writer, pool) for pool in named._with_inner()]
    return sections


def book_of(rule) -> dict:
    """A small book of one rule, to be checked by the core; its tariffs have no prices."""
    from . import selectors
    from .writer import Writer

    tariffs = rule._selected_tariffs()
    writer = Writer(tariffs, portable=True, prefixes=False)
    writer.stub = True
    section = rule._book_section
    make = selectors.allowance if section == "allowances" else _rule
    record = make(writer, section, rule)
    price = {"id": 0, "name": "", "price": "0"}
    return {
        "format": 1,
        "units": writer.env["telecom.unit"]._to_book(rule.company_id),
        "calendars": writer.calendars(writer.all_bands),
        "bands": [writer.band(band) for band in writer.all_bands],
        "zones": list(writer.zones.values()),
        "tariffs": [
            {
                "id": writer.tariff_id(tariff),
                "name": tariff.name,
                "currency": tariff.currency_id.name,
                "versions": [{"id": 0, "rates": [price]}],
            }
            for tariff in tariffs
        ],
        "options": [
            {"id": writer.tariff_id(tariff)} for tariff in tariffs if tariff.kind == "option"
        ],
        "pools": [_pool(writer, pool) for pool in rule.pool_ids._with_inner()],
        section: [] if record is None else [record],
    }


# --- selectors -----------------------------------------------------------------------------------


def select(writer, one) -> dict | None:
    """The selector fields of a rule or allowance; None where it can concern nothing here."""
    record: dict = {}
    tariffs = one._selected_tariffs()
    here = tariffs.filtered(lambda tariff: tariff in writer.tariffs)
    for kind, name in ((False, "tariffs"), (True, "options")):
        wanted = tariffs.filtered(lambda t, kind=kind: (t.kind == "option") == kind)
        known = [writer.tariff_id(t) for t in wanted & here if kind or writer.is_written(t)]
        if wanted and not known:
            return None
        if known:
            record[name] = known
    if writer.portable and not tariffs and _somebody(one):
        return None  # of single customers: no part of a price list
    concerned = what(writer, one)
    if concerned is None:
        return None
    for name, records, label in (
        ("contracts", one.contract_ids, contract_id),
        ("lines", one.line_ids, line_id),
        ("customers", one.partner_ids, customer_id),
        ("pools", one.pool_ids, pool_id),
    ):
        if records:
            record[name] = [label(writer, each) for each in records]
    writer.named_pools |= one.pool_ids
    record |= concerned
    if one.share != "line" or one.pool_ids:
        record["share"] = one.share
    if one.period != "month":
        record["period"] = one.period
    if one.begins != 1:
        record["begins"] = one.begins
    first, last = one._dates(writer.span)
    if first:
        record["valid_from"] = str(first)
    if last:
        record["valid_to"] = str(last + ONE_DAY)
    return record


def what(writer, one) -> dict | None:
    """Services, zones, bands and rates that a rule names; None where none of its rates is here."""
    record: dict = {}
    if one.rate_ids:
        known = [rate for rate in one.rate_ids if rate.version_id in writer.versions]
        if not known:
            return None
        record["rates"] = list(dict.fromkeys(writer.rate_id(rate) for rate in known))
    if services := split_names(one.service):
        record["services"] = services
    if one.zone_ids:
        record["zones"] = [name for zone in one.zone_ids for name in writer.zone_ids(zone)]
    if one.band_ids:
        writer.all_bands |= one.band_ids
        record["bands"] = [writer.band_id(band) for band in one.band_ids]
    return record


def _somebody(one) -> bool:
    return bool(one.contract_ids or one.line_ids or one.partner_ids or one.pool_ids)


def contract_id(writer, contract):
    return contract.id if not writer.portable else contract.code or f"contract-{contract.id}"


def line_id(writer, line):
    return line.id if not writer.portable else f"line-{line.id}"


def customer_id(writer, partner):
    return partner.id if not writer.portable else partner.ref or f"customer-{partner.id}"


def pool_id(writer, pool):
    return pool.id if not writer.portable else pool.code or f"pool-{pool.id}"


# --- records -------------------------------------------------------------------------------------


def _rule(writer, section, rule) -> dict | None:
    selected = select(writer, rule)
    if selected is None:
        return None
    name = rule.code or f"{section[:-1]}-{rule.id}"
    record = {"id": name if writer.portable else rule.id, "name": rule.name} | selected
    return record | {"tiers": _tier, "limits": _limit, "minimums": _minimum}[section](rule)


def _tier(rule) -> dict:
    steps = rule.step_ids.sorted("start")
    ends = [*(step.start for step in steps[1:]), None]
    record = {
        "on": rule.on,
        "mode": rule.mode,
        "unit": rule.unit,
        "steps": [_tier_step(step, end) for step, end in zip(steps, ends, strict=True)],
    }
    return record | ({"refunds": rule.refunds} if rule.refunds != "own" else {})


def _tier_step(step, end) -> dict:
    units = UNIT_DIGITS[1]
    record = {"from": to_text(step.start, units)}
    if end is not None:
        record["to"] = to_text(end, units)
    if step.setup:
        record["setup"] = to_text(step.setup, PRICE_DIGITS[1])
    if step.by == "price" and step.interval:
        record["interval"] = to_text(step.interval, units)
        if step.rounding != "up":
            record["rounding"] = step.rounding
    if step.by == "factor":
        return record | {"factor": to_text(step.factor, PRICE_DIGITS[1])}
    return record | {
        "price": to_text(step.price, PRICE_DIGITS[1]),
        "per": to_text(step.price_per, units),
    }


def _limit(rule) -> dict:
    record = {} if rule.tariff_ids else {"currency": rule.currency_id.name}
    return record | {
        "amount": to_text(rule.amount, 6),
        "thresholds": rule._parts(),
        "then": rule.then,
    }


def _minimum(rule) -> dict:
    record = {"amount": to_text(rule.amount, 6)}
    if not rule.tariff_ids:
        record["currency"] = rule.currency_id.name
    return record | ({"prorate": True} if rule.prorate else {})


def _pool(writer, pool) -> dict:
    record = {"id": pool_id(writer, pool), "name": pool.name}
    for name, records, label in (
        ("lines", pool.line_ids, line_id),
        ("contracts", pool.contract_ids, contract_id),
        ("customers", pool.partner_id if pool.whole_customer else pool.line_ids[:0], customer_id),
        ("pools", pool.pool_ids, pool_id),
    ):
        if records:
            record[name] = [label(writer, each) for each in records]
    return record


def guards(records) -> list[dict]:
    """Legal limits; their codes are their ids in any book, for no charge points to them."""
    return [_guard(guard) for guard in records]


def _guard(guard) -> dict:
    places = PRICE_DIGITS[1]
    record = {
        "id": guard.code if guard.company_id else f"{guard.code}*",
        "name": guard.name,
        "prefixes": guard._prefix_list(),
        "tax_included": guard.price_includes_tax,
    }
    if guard.source:
        record["source"] = guard.source
    if services := guard._services():
        record["services"] = services
    if but := guard._prefix_list("except_prefixes"):
        record["but"] = but
    if guard.customer_kind:
        record["kinds"] = [guard.customer_kind]
    if guard.valid_from:
        record["valid_from"] = str(guard.valid_from)
    if guard.valid_to:
        record["valid_to"] = str(guard.valid_to + ONE_DAY)
    if guard.free:
        record["free"] = True
    if guard.has_per_minute:
        record["per_minute"] = to_text(guard.per_minute, places)
    if guard.has_per_call:
        record["per_call"] = to_text(guard.per_call, places)
    if guard.has_per_message:
        record["per_message"] = to_text(guard.per_message, places)
    for name in _LENGTHS:
        if guard[name]:
            record[name] = to_text(guard[name], UNIT_DIGITS[1])
    if guard.tax_percent:
        record["tax_rate"] = to_text(Decimal(to_text(guard.tax_percent, 4)) / 100, 6)
    return record
