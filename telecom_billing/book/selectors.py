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
    """``lines`` and ``contracts`` of the book: those with individual prices or booked options."""
    own = lines.filtered("telecom_price_list_id")
    booked: dict[int, list] = {}
    options = lines.contract_id.contract_line_ids.filtered(
        lambda line: line.telecom_tariff_id.kind == "option"
    )
    for option in options:
        booked.setdefault(option.contract_id.id, []).append(_term("option", option))
    return {
        "lines": [{"id": line.id, "price_lists": [line.telecom_price_list_id.id]} for line in own],
        "contracts": [{"id": contract, "options": terms} for contract, terms in booked.items()],
    }


def _term(kind, line) -> dict:
    """A booked option with its time and how often it was booked."""
    record = {kind: line.telecom_tariff_id.id}
    if line.date_start:
        record["valid_from"] = str(line.date_start)
    if line.date_end:
        record["valid_to"] = str(line.date_end + ONE_DAY)
    if line.quantity > 1:
        record["quantity"] = int(line.quantity)
    return record


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
    record |= _validity(writer, allowance)
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


def _validity(writer, allowance) -> dict:
    """The allowance's own dates, within its version's."""
    starts = [allowance.valid_from, allowance.version_id.valid_from]
    ends = [allowance.valid_to, allowance.version_id and allowance.version_id._valid_until()]
    record = {}
    if start := max(filter(None, starts), default=None):
        record["valid_from"] = str(start)
    if end := min(filter(None, ends), default=None):
        record["valid_to"] = str(end + ONE_DAY)
    return record
