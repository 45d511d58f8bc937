# SPDX-License-Identifier: AGPL-3.0-or-later
"""The allowances of a tariff book as records of the tariffs that they name."""

from __future__ import annotations

from odoo.exceptions import ValidationError

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from . import rules_reader
from .selectors import ANY
from .text import to_number


def read(reader) -> None:
    """Create what is not there yet; an allowance is known by its code in its tariff."""
    for record in reader.data.get("allowances") or []:
        owners = reader.env["telecom.tariff"].union(
            *(reader.tariffs[name] for name in rules_reader.owners(record))
        )
        if not owners:
            raise ValidationError(
                reader.env._(
                    "Allowance %(allowance)s names neither tariff nor option. Say in “tariffs” or "
                    "“options” to which it belongs.",
                    allowance=record.get("name") or record["id"],
                )
            )
        currency = record.get("currency")
        if currency and currency != owners[0].currency_id.name:
            raise ValidationError(
                reader.env._(
                    "Allowance %(allowance)s is in %(currency)s, its tariff in %(other)s. Give it "
                    "the currency of the tariff.",
                    allowance=record.get("name") or record["id"],
                    currency=currency,
                    other=owners[0].currency_id.name,
                )
            )
        if str(record["id"]) not in owners.allowance_ids.mapped("code"):
            reader.env["telecom.allowance"].create(_values(reader, record, owners))


def _values(reader, record, owners) -> dict:
    rollover = record.get("rollover") or {}
    kind = "money" if record.get("money") else "flat" if record.get("flat") else "units"
    fair = record.get("fair_use")
    values = rules_reader.selected(reader, record)
    del values["company_id"]
    return values | {
        "tariff_id": owners[0].id,
        "tariff_ids": [(6, 0, owners[1:].ids)],
        "code": str(record["id"]),
        "kind": kind,
        "quantity": to_number(record.get("quantity") or record.get("fair_use"), UNIT_DIGITS[1]),
        "unit": record.get("unit") or (ANY if kind == "flat" and not fair else "second"),
        "money": to_number(record.get("money"), PRICE_DIGITS[1]),
        "measure": record.get("measure") or "units",
        "prorate": record.get("prorate") or False,
        "per_member": record.get("per_member") or False,
        "count": record.get("count") or "billed",
        "setup": record.get("setup") or "waived",
        "refunds": record.get("refunds") or "own",
        "records": record.get("records") or 0,
        "step": to_number(record.get("step"), UNIT_DIGITS[1]),
        "use_ids": [(0, 0, _use(reader, one, n)) for n, one in enumerate(record.get("uses") or [])],
        "sequence": record.get("priority") or 0,
        "rollover_periods": rollover.get("periods") or (1 if record.get("rollover") else 0),
        "rollover_use": rollover.get("use") or "first",
        "rollover_maximum": to_number(rollover.get("maximum"), UNIT_DIGITS[1]),
    }


def _use(reader, use, place) -> dict:
    """What uses an allowance up; of the lines the first that fits counts."""
    return rules_reader.what(reader, use) | {
        "sequence": place,
        "unit": use.get("unit") or "second",
        "each": to_number(use.get("each"), UNIT_DIGITS[1]),
    }
