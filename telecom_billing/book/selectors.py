# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a tariff book knows beside prices: allowances, and who has something of their own."""

from __future__ import annotations

import datetime

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from . import rules_writer
from .text import to_text

ONE_DAY = datetime.timedelta(days=1)
#: Stands in the unit of a flat rate for whatever is measured.
ANY = "any"


def write(writer) -> dict:
    """The sections of the book that select records: ``options`` and ``allowances``."""
    options = writer.tariffs.filtered(lambda tariff: tariff.kind == "option")
    allowances = writer.tariffs.allowance_ids.filtered(
        lambda one: not one.version_id or one.version_id in writer.versions
    )
    # Equal ones are used up in this order, whatever their tariffs are called.
    allowances = allowances.sorted(lambda one: (one.sequence, one.id))
    written = [allowance(writer, "allowances", one) for one in allowances]
    return {
        "options": [_option(writer, option) for option in options],
        "allowances": [record for record in written if record is not None],
    }


def parties(writer, lines) -> dict:
    """``lines`` and ``contracts`` of the book: those with something of their own.

    That is individual prices, booked options, and days on which they begin or end, which prorate
    what their tariff contains. A tariff or price list without an active version is left out: it
    prices nothing, and the records of the line say so, instead of stopping everybody's rating.
    """
    options = lines.contract_id.contract_line_ids.filtered(
        lambda line: line.telecom_tariff_id.kind == "option"
    )
    booked: dict[int, list] = {}
    for option in options:
        booked.setdefault(option.contract_id.id, []).append(_term("option", option))
    spans: dict[int, list] = {}
    records = []
    for line in lines - options:
        records.append(_line(writer, line))
        spans.setdefault(line.contract_id.id, []).append((line.date_start, line.date_end))
    return {
        "lines": records,
        "contracts": [
            _contract(
                writer,
                lines.env["contract.contract"].browse(contract),
                spans.get(contract, []),
                booked.get(contract),
            )
            for contract in dict.fromkeys([*spans, *booked])
        ],
    }


def _line(writer, line) -> dict:
    record = {
        "id": line.id,
        "contract": line.contract_id.id,
        "customer": line.contract_id.partner_id.id,
        **_validity(line.date_start, line.date_end),
    }
    if line.telecom_tariff_id and writer.is_written(line.telecom_tariff_id):
        record["tariff"] = line.telecom_tariff_id.id
    agreed = line.contract_id.telecom_price_ids.filtered(lambda one: one.line_id == line)
    price_lists = [_agreed(one) for one in agreed if writer.is_written(one.tariff_id)]
    if line.telecom_price_list_id and writer.is_written(line.telecom_price_list_id):
        price_lists.append(line.telecom_price_list_id.id)
    return record | ({"price_lists": price_lists} if price_lists else {})


def _agreed(price) -> dict:
    """A price list of a contract or line, with its time and weight."""
    record = {"tariff": price.tariff_id.id, **_validity(price.valid_from, price.valid_to)}
    return record | ({"weight": price.weight} if price.weight else {})


def _contract(writer, contract, spans, options) -> dict:
    """A contract holds from its first line's first day to its last line's last."""
    starts, ends = [start for start, _end in spans], [end for _start, end in spans]
    record = {"id": contract.id}
    agreed = contract.telecom_price_ids.filtered(
        lambda one: not one.line_id and writer.is_written(one.tariff_id)
    )
    if agreed:
        record["price_lists"] = [_agreed(one) for one in agreed]
    record |= _validity(
        min(starts) if starts and all(starts) else None, max(ends) if ends and all(ends) else None
    )
    return record | ({"options": options} if options else {})


def _term(kind, line) -> dict:
    """A booked option with its time and how often it was booked."""
    record = {kind: line.telecom_tariff_id.id, **_validity(line.date_start, line.date_end)}
    if line.quantity > 1:
        record["quantity"] = int(line.quantity)
    return record


def _validity(first, last) -> dict:
    """Days, both inclusive, as the book states them."""
    return ({"valid_from": str(first)} if first else {}) | (
        {"valid_to": str(last + ONE_DAY)} if last else {}
    )


def _option(writer, tariff) -> dict:
    record = {"id": writer.tariff_id(tariff), "name": tariff.name}
    if writer.is_written(tariff):
        record["price_list"] = writer.tariff_id(tariff)
    if tariff.option_weight:
        record["weight"] = tariff.option_weight
    return record


def allowance(writer, _section, allowance) -> dict | None:
    """A ``telecom.allowance`` as the book states it; None where it concerns nothing here."""
    selected = rules_writer.select(writer, allowance)
    if selected is None:
        return None
    tariff = allowance.tariff_id
    record = {
        "id": allowance.code or f"{tariff.code}-{allowance.id}"
        if writer.portable
        else allowance.id,
        "name": allowance.name,
        "priority": allowance.sequence,
        "share": allowance.share,
        "period": allowance.period,
    }
    record |= selected | _what(allowance)
    for flag in ("prorate", "per_member"):
        if allowance[flag]:
            record[flag] = True
    if allowance.count != "billed":
        record["count"] = allowance.count
    if allowance.records:
        record["records"] = allowance.records
    if allowance.step and allowance.count == "exact" and allowance.kind == "units":
        record["step"] = to_text(allowance.step, UNIT_DIGITS[1])
    if allowance.setup != "waived":
        record["setup"] = allowance.setup
    if allowance.refunds != "own":
        record["refunds"] = allowance.refunds
    if allowance.use_ids:
        record["uses"] = _uses(writer, allowance)
        if not record["uses"]:
            return None
    if allowance.rollover_periods:
        record["rollover"] = {
            "periods": allowance.rollover_periods,
            "use": allowance.rollover_use,
        } | (
            {"maximum": to_text(allowance.rollover_maximum, UNIT_DIGITS[1])}
            if allowance.rollover_maximum
            else {}
        )
    return record


def _uses(writer, allowance) -> list[dict]:
    """What uses the allowance up; lines for rates of other versions than the book's left out."""
    return [
        concerned | {"unit": use.unit, "each": to_text(use.each, UNIT_DIGITS[1])}
        for use in allowance.use_ids
        if (concerned := rules_writer.what(writer, use)) is not None
    ]


def _what(allowance) -> dict:
    """Units, money or everything."""
    units = to_text(allowance.quantity, UNIT_DIGITS[1])
    if allowance.kind == "money":
        return {"money": to_text(allowance.money, PRICE_DIGITS[1]), "measure": allowance.measure}
    if allowance.kind == "flat":
        if allowance.quantity:
            return {"flat": True, "fair_use": units, "unit": allowance.unit}
        # A flat for everything is one for calls; who means messages says so by the service.
        return {"flat": True} | (
            {} if allowance.service or allowance.unit == ANY else {"unit": allowance.unit}
        )
    return {"quantity": units, "unit": allowance.unit}
