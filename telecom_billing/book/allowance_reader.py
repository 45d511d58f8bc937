# SPDX-License-Identifier: AGPL-3.0-or-later
"""The allowances of a tariff book as records of the tariffs that they name."""

from __future__ import annotations

import datetime
import json

from odoo.exceptions import ValidationError

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .text import to_number

ONE_DAY = datetime.timedelta(days=1)
_KNOWN = (
    "id", "name", "tariffs", "options", "services", "zones", "bands", "share", "period",
    "valid_from", "valid_to", "quantity", "unit", "money", "measure", "flat", "fair_use",
    "priority", "count", "setup", "per_member", "prorate", "rollover",
)  # fmt: skip


def read(reader) -> None:
    """Create what is not there yet; an allowance is known by its code in its tariff."""
    for record in reader.data.get("allowances") or []:
        owners = [str(name) for name in _list(record, "tariffs") + _list(record, "options")]
        if not owners:
            raise ValidationError(
                reader.env._(
                    "Allowance %(allowance)s names neither tariff nor option. Say in “tariffs” or "
                    "“options” to which it belongs.",
                    allowance=record.get("name") or record["id"],
                )
            )
        for code in owners:
            tariff = reader.tariffs[code]
            if str(record["id"]) not in tariff.allowance_ids.mapped("code"):
                reader.env["telecom.allowance"].create(_values(reader, record, tariff))


def _values(reader, record, tariff) -> dict:
    rollover = record.get("rollover") or {}
    kind = "money" if record.get("money") else "flat" if record.get("flat") else "units"
    extra = {name: value for name, value in record.items() if name not in _KNOWN}
    end = record.get("valid_to") and datetime.date.fromisoformat(record["valid_to"]) - ONE_DAY
    return {
        "tariff_id": tariff.id,
        "code": str(record["id"]),
        "name": record.get("name") or str(record["id"]),
        "kind": kind,
        "quantity": to_number(record.get("quantity") or record.get("fair_use"), UNIT_DIGITS[1]),
        "unit": record.get("unit") or "second",
        "money": to_number(record.get("money"), PRICE_DIGITS[1]),
        "measure": record.get("measure") or "units",
        "service": ", ".join(_list(record, "services")),
        "zone_ids": [(6, 0, [reader.zones[str(zone)].id for zone in _list(record, "zones")])],
        "band_ids": [(6, 0, [reader.bands[str(band)].id for band in _list(record, "bands")])],
        "share": record.get("share") or "line",
        "period": record.get("period") or "month",
        "valid_from": record.get("valid_from"),
        "valid_to": end,
        "prorate": record.get("prorate") or False,
        "per_member": record.get("per_member") or False,
        "count": record.get("count") or "billed",
        "setup": record.get("setup") or "waived",
        "sequence": record.get("priority") or 0,
        "rollover_periods": rollover.get("periods") or (1 if rollover else 0),
        "rollover_use": rollover.get("use") or "first",
        "rollover_maximum": to_number(rollover.get("maximum"), UNIT_DIGITS[1]),
        "advanced": json.loads(json.dumps(extra, default=str)) or False,
    }


def _list(record, name) -> list:
    value = record.get(name)
    return [] if value is None else [value] if isinstance(value, (int, str)) else list(value)
