# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guards, tiers, limits, minimums, pools and units of a tariff book as records.

What the company has already under the same code is left alone.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

from odoo.exceptions import ValidationError

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .rules_writer import RULES
from .text import as_list, to_number

ONE_DAY = datetime.timedelta(days=1)


def read(reader) -> None:
    """All but pools and units, which others need before."""
    for record in reader.data.get("guards") or []:
        _guard(reader, record)
    values = {"tiers": _tier, "limits": _limit, "minimums": _minimum}
    for section, model in RULES.items():
        for record in reader.data.get(section) or []:
            if not _known(reader, model, str(record["id"])):
                reader.env[model].create(
                    selected(reader, record)
                    | {"code": str(record["id"])}
                    | values[section](reader, record)
                )


def owners(record) -> list[str]:
    """Codes of the tariffs and options that a record names, options first."""
    return [str(name) for name in (*as_list(record, "options"), *as_list(record, "tariffs"))]


def selected(reader, record) -> dict:
    """Field values of ``telecom.selector``."""
    end = record.get("valid_to") and day(reader, record, "valid_to") - ONE_DAY
    tariffs = reader.env["telecom.tariff"].union(*(reader.tariffs[n] for n in owners(record)))
    pools = [reader.pools[str(name)].id for name in as_list(record, "pools")]
    return what(reader, record) | {
        "name": record.get("name") or str(record["id"]),
        "company_id": reader.env.company.id,
        "tariff_ids": [(6, 0, tariffs.ids)],
        "contract_ids": [(6, 0, [_contract(reader, n).id for n in as_list(record, "contracts")])],
        "line_ids": [(6, 0, [_line(reader, name).id for name in as_list(record, "lines")])],
        "partner_ids": [(6, 0, [_customer(reader, n).id for n in as_list(record, "customers")])],
        "pool_ids": [(6, 0, pools)],
        "share": record.get("share") or ("pool" if pools else "line"),
        "period": record.get("period") or "month",
        "begins": record.get("begins") or 1,
        "valid_from": record.get("valid_from") and day(reader, record, "valid_from"),
        "valid_to": end,
    }


def what(reader, record) -> dict:
    """Field values of what a rule or a line of it concerns."""
    return {
        "rate_ids": [(6, 0, _rates(reader, as_list(record, "rates")))],
        "service": ", ".join(map(str, as_list(record, "services"))) or False,
        "zone_ids": [(6, 0, [reader.zones[str(zone)].id for zone in as_list(record, "zones")])],
        "band_ids": [(6, 0, [reader.bands[str(band)].id for band in as_list(record, "bands")])],
    }


def day(reader, record, name) -> datetime.date:
    """A book's date; an instant is refused, for rules hold for whole days here."""
    value = record[name]
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    try:
        return datetime.date.fromisoformat(value)
    except ValueError as error:
        raise ValidationError(
            reader.env._(
                "“%(record)s”: %(field)s is %(value)s. Rules hold for whole days: write a date "
                "such as 2026-03-15.",
                record=record.get("name") or record["id"],
                field=name,
                value=value,
            )
        ) from error


# --- who -----------------------------------------------------------------------------------------


def _find(reader, model, name, prefix, domain):
    """The record that a book calls by its code, or by its database id behind a prefix."""
    Model = reader.env[model]
    text = str(name)
    found = Model.search(domain, limit=1)
    if not found and text.startswith(prefix) and text[len(prefix) :].isdigit():
        found = Model.browse(int(text[len(prefix) :])).exists()
        if found.company_id and found.company_id != reader.env.company:
            found = Model
    if not found:
        raise ValidationError(
            reader.env._(
                "The tariff book names “%(name)s”, which %(company)s does not have "
                "(%(kind)s). Enter it first, or take the record that names it out of the book.",
                name=text,
                company=reader.env.company.name,
                kind=reader.env["ir.model"]._get(model).name,
            )
        )
    return found


def _contract(reader, name):
    domain = [("code", "=", str(name)), ("company_id", "=", reader.env.company.id)]
    return _find(reader, "contract.contract", name, "contract-", domain)


def _line(reader, name):
    return _find(reader, "contract.line", name, "line-", [("id", "=", 0)])


def _customer(reader, name):
    domain = [("ref", "=", str(name)), ("company_id", "in", (reader.env.company.id, False))]
    return _find(reader, "res.partner", name, "customer-", domain)


def _rates(reader, codes) -> list[int]:
    """Rates of these codes; one that was spread over several zones is several here."""
    if not codes:
        return []
    tariffs = reader.env["telecom.tariff"].union(*reader.tariffs.values())
    wanted = {str(code) for code in codes}
    return [
        rate.id
        for rate in tariffs.version_ids.rate_ids
        if rate.code in wanted or (rate.code or "").rpartition("-")[0] in wanted
    ]


def _known(reader, model, code):
    return reader.env[model].search(
        [("code", "=", code), ("company_id", "=", reader.env.company.id)], limit=1
    )


# --- records -------------------------------------------------------------------------------------


def units(reader) -> None:
    """Units of the book's own; one of another size under the same name is refused."""
    Unit = reader.env["telecom.unit"]
    company = reader.env.company
    for name, unit in (reader.data.get("units") or {}).items():
        values = {"base": unit.get("of") or name, "factor": unit.get("factor", 1)}
        known = Unit.search([("name", "=", name), ("company_id", "=", company.id)])
        if not known:
            Unit.create({"name": name, "company_id": company.id, **values})
        elif (known.base, known.factor) != (values["base"], values["factor"]):
            raise ValidationError(
                reader.env._(
                    "Unit “%(name)s” is %(factor)s × %(base)s here, but %(other_factor)s × "
                    "%(other)s in the tariff book. Call the book's unit by another name.",
                    name=name,
                    factor=known.factor,
                    base=known.base,
                    other_factor=values["factor"],
                    other=values["base"],
                )
            )


def pools(reader) -> None:
    """Pools, the inner ones first; the core has refused circles."""
    records = {str(one["id"]): one for one in reader.data.get("pools") or []}
    while records:
        for name, record in list(records.items()):
            inner = [str(member) for member in as_list(record, "pools")]
            if not any(member in records for member in inner):
                reader.pools[name] = _pool(reader, record, inner)
                del records[name]


def _pool(reader, record, inner):
    code = str(record["id"])
    if known := _known(reader, "telecom.pool", code):
        return known
    contracts = [_contract(reader, name) for name in as_list(record, "contracts")]
    lines = [_line(reader, name) for name in as_list(record, "lines")]
    customers = [_customer(reader, name) for name in as_list(record, "customers")]
    members = [reader.pools[name] for name in inner]
    partners = [
        *customers,
        *(one.partner_id for one in (*contracts, *members)),
        *(line.contract_id.partner_id for line in lines),
    ]
    return reader.env["telecom.pool"].create(
        {
            "name": record.get("name") or code,
            "code": code,
            "company_id": reader.env.company.id,
            "partner_id": partners[0].id if partners else False,
            "whole_customer": bool(customers),
            "contract_ids": [(6, 0, [one.id for one in contracts])],
            "line_ids": [(6, 0, [one.id for one in lines])],
            "pool_ids": [(6, 0, [one.id for one in members])],
        }
    )


def _guard(reader, record) -> None:
    Guard = reader.env["telecom.guard"]
    code = str(record["id"])
    companies = (reader.env.company.id, False)
    if Guard.search([("code", "=", code.rstrip("*")), ("company_id", "in", companies)], limit=1):
        return
    last = record.get("valid_to") and day(reader, record, "valid_to") - ONE_DAY
    Guard.create(
        {
            "name": record.get("name") or code,
            "code": code.rstrip("*"),
            "company_id": reader.env.company.id,
            "prefixes": ", ".join(record["prefixes"]),
            "except_prefixes": ", ".join(record.get("but") or []) or False,
            "customer_kind": _kind(reader, record),
            "service": ", ".join(map(str, as_list(record, "services"))) or False,
            "valid_from": record.get("valid_from") and day(reader, record, "valid_from"),
            "valid_to": last,
            "free": record.get("free") or False,
            "has_per_minute": record.get("per_minute") is not None,
            "per_minute": to_number(record.get("per_minute"), PRICE_DIGITS[1]),
            "has_per_call": record.get("per_call") is not None,
            "per_call": to_number(record.get("per_call"), PRICE_DIGITS[1]),
            "has_per_message": record.get("per_message") is not None,
            "per_message": to_number(record.get("per_message"), PRICE_DIGITS[1]),
            **{
                name: to_number(record.get(name), UNIT_DIGITS[1])
                for name in ("longest_increment", "longest_initial", "longest_step")
            },
            "price_includes_tax": record.get("tax_included") or False,
            "tax_percent": to_number(Decimal(str(record.get("tax_rate") or 0)) * 100, 4),
            "source": record.get("source"),
        }
    )


def _kind(reader, record):
    """The kind of customers that a legal limit is for; others than Odoo knows are refused."""
    kinds = as_list(record, "kinds")
    if not kinds:
        return False
    if len(kinds) == 1 and kinds[0] in ("private", "business"):
        return kinds[0]
    raise ValidationError(
        reader.env._(
            "Legal limit “%(name)s” is for customers of the kind %(kinds)s. Here it can be "
            "private or business, or left out for all.",
            name=record.get("name") or record["id"],
            kinds=", ".join(map(str, kinds)),
        )
    )


def _tier(reader, record) -> dict:
    unit = record.get("unit") or "second"
    steps = []
    for step in record["steps"]:
        values = {
            "start": to_number(step.get("from"), UNIT_DIGITS[1]),
            "setup": to_number(step.get("setup"), PRICE_DIGITS[1]),
        }
        if step.get("factor") is not None:
            values |= {"by": "factor", "factor": to_number(step["factor"], PRICE_DIGITS[1])}
        else:
            values |= {
                "by": "price",
                "price": to_number(step["price"], PRICE_DIGITS[1]),
                "price_per": reader._per(step.get("per") or step.get("interval"), unit),
                "interval": to_number(step.get("interval"), UNIT_DIGITS[1]),
                "rounding": step.get("rounding") or "up",
            }
        steps.append((0, 0, values))
    return {
        "on": record.get("on") or "quantity",
        "mode": record.get("mode") or "graduated",
        "refunds": record.get("refunds") or "own",
        "unit": unit,
        "step_ids": steps,
    }


def _limit(reader, record) -> dict:
    parts = as_list(record, "thresholds") or ["1"]
    percents = (f"{(Decimal(str(part)) * 100).normalize():f}" for part in parts)
    return {
        "currency_id": _currency(reader, record).id,
        "amount": to_number(record["amount"], PRICE_DIGITS[1]),
        "thresholds": ", ".join(percents),
        "then": record.get("then") or "alert",
    }


def _minimum(reader, record) -> dict:
    tariffs = reader.env["telecom.tariff"].union(*(reader.tariffs[n] for n in owners(record)))
    return {
        "currency_id": _currency(reader, record).id,
        "amount": to_number(record["amount"], PRICE_DIGITS[1]),
        "price_includes_tax": any(tariffs.mapped("price_includes_tax")),
        "prorate": record.get("prorate") or False,
    }


def _currency(reader, record):
    """The currency of the tariffs named, else the book's."""
    code = record.get("currency")
    for name in owners(record) if not code else ():
        return reader.tariffs[name].currency_id
    code = code or reader.data.get("currency") or "EUR"
    return reader.env["res.currency"].search([("name", "=", code)], limit=1)
