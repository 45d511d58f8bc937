# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a tariff book knows beside prices: allowances, and who has something of their own."""

from __future__ import annotations

import datetime

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .text import to_text

ONE_DAY = datetime.timedelta(days=1)


def write(writer) -> dict:
    """The sections of the book that select records: ``options`` and ``allowances``."""
    options = writer.tariffs.filtered(lambda tariff: tariff.kind == "option")
    allowances = writer.tariffs.allowance_ids.filtered(
        lambda one: not one.version_id or one.version_id in writer.versions
    )
    return {
        "options": [_option(writer, option) for option in options],
        "allowances": [_allowance(writer, allowance) for allowance in allowances],
    }


def parties(lines) -> dict:
    """``lines`` and ``contracts`` of the book: those with something of their own.

    That is individual prices, booked options, and days on which they begin or end, which prorate
    what their tariff contains.
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
        records.append(_line(line))
        spans.setdefault(line.contract_id.id, []).append((line.date_start, line.date_end))
    return {
        "lines": records,
        "contracts": [
            _contract(contract, spans.get(contract, []), booked.get(contract))
            for contract in dict.fromkeys([*spans, *booked])
        ],
    }


def _line(line) -> dict:
    record = {
        "id": line.id,
        "contract": line.contract_id.id,
        "customer": line.contract_id.partner_id.id,
        **_validity(line.date_start, line.date_end),
    }
    if line.telecom_tariff_id:
        record["tariff"] = line.telecom_tariff_id.id
    if line.telecom_price_list_id:
        record["price_lists"] = [line.telecom_price_list_id.id]
    return record


def _contract(contract, spans, options) -> dict:
    """A contract holds from its first line's first day to its last line's last."""
    starts, ends = [start for start, _end in spans], [end for _start, end in spans]
    record = {"id": contract}
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
    if writer.versions.filtered(lambda version: version.tariff_id == tariff):
        record["price_list"] = writer.tariff_id(tariff)
    return record


def _allowance(writer, allowance) -> dict:
    tariff = allowance.tariff_id
    selector = "options" if tariff.kind == "option" else "tariffs"
    record = {
        "id": allowance.code or f"{tariff.code}-{allowance.id}"
        if writer.portable
        else allowance.id,
        "name": allowance.name,
        selector: [writer.tariff_id(tariff)],
        "priority": allowance.sequence,
        "share": allowance.share,
        "period": allowance.period,
    }
    record |= _what(allowance)
    if allowance.service:
        record["services"] = [name.strip() for name in allowance.service.split(",")]
    if allowance.zone_ids:
        record["zones"] = [
            name for zone in allowance.zone_ids for name in writer.zone_names.get(zone.id, [])
        ]
    if allowance.band_ids:
        record["bands"] = [
            writer.band_id(band)
            for band in allowance.band_ids
            if band in writer.versions.rate_ids.band_id
        ]
    record |= _within(writer, allowance)
    for flag in ("prorate", "per_member"):
        if allowance[flag]:
            record[flag] = True
    if allowance.count != "billed":
        record["count"] = allowance.count
    if allowance.setup != "waived":
        record["setup"] = allowance.setup
    if allowance.rollover_periods:
        record["rollover"] = {
            "periods": allowance.rollover_periods,
            "use": allowance.rollover_use,
        } | (
            {"maximum": to_text(allowance.rollover_maximum, UNIT_DIGITS[1])}
            if allowance.rollover_maximum
            else {}
        )
    return record | (allowance.advanced or {})


def _what(allowance) -> dict:
    """Units, money or everything."""
    units = to_text(allowance.quantity, UNIT_DIGITS[1])
    if allowance.kind == "money":
        return {"money": to_text(allowance.money, PRICE_DIGITS[1]), "measure": allowance.measure}
    if allowance.kind == "flat":
        return {"flat": True} | (
            {"fair_use": units, "unit": allowance.unit} if allowance.quantity else {}
        )
    return {"quantity": units, "unit": allowance.unit}


def _within(writer, allowance) -> dict:
    """The allowance's own dates, within its version's."""
    begin, end = writer.span(allowance.version_id) if allowance.version_id else (None, None)
    starts = [allowance.valid_from, begin]
    ends = [allowance.valid_to, end]
    return _validity(max(filter(None, starts), default=None), min(filter(None, ends), default=None))
