# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rate of a tariff book as field values of ``telecom.rate``."""

from __future__ import annotations

import json
from fractions import Fraction

from odoo.exceptions import ValidationError

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from ..models.telecom_unit import BY_SERVICE
from ..rating.rates import OF_QUANTITY, named
from .text import as_list, to_number

#: What a version or tariff may state for all its rates and the version's own fields keep:
#: property of the book → (field, the core's default).
OF_VERSION = {
    "decimals": ("rounding_digits", 6),
    "rounding": ("rounding_method", "half_up"),
    "round_at": ("rounding_scope", "charge"),
    "split": ("split", "start"),
}
#: Properties that rates inherit and keep in fields of their own.
OF_RATE = ("unit", "per", "initial", "step", "setup_on_zero", "direction", "ignore_below")
#: Properties that rates inherit, and for which "empty" stands for the core's default.
OF_EACH = ("round_quantity", "mode", "beyond", "maximum_then", "setup_per", "whole")


class RateReader:
    """Part of :class:`~.reader.Reader`."""

    def _rates(self, record, inherited, version):
        """Field values of a rate, once for each of its zones."""
        own = {**inherited, **record}
        if on_cost := own.get("on") == "cost":  # what is inherited concerns calls
            own = {name: own[name] for name in own if name in record or name not in OF_QUANTITY}
        if own.get("months"):
            raise ValidationError(
                self.env._(
                    "Rate “%(rate)s” is the price of a month. Here fees by the month are lines of "
                    "the contract: take the rate out of the tariff book.",
                    rate=record.get("name") or record["id"],
                )
            )
        zones = own.get("zones") or own.get("zone")
        zones = zones if isinstance(zones, list) else [zones]
        origins = as_list(own, "origins") or as_list(own, "origin")
        service = own.get("service")
        conference = own.get("conference") or {}
        values = {
            "code": str(record["id"]),
            "name": record.get("name"),
            "service": ", ".join(service) if isinstance(service, list) else service,
            "direction": own.get("direction") or "out",
            "band_id": self.bands[str(own["band"])].id if own.get("band") is not None else False,
            "origin_ids": [(6, 0, [self.zones[str(zone)].id for zone in origins])],
            "weight": own.get("weight") or 0,
            "unit": own.get("unit") or self._unit_of(service, on_cost),
            "on_cost": on_cost,
            "setup_on_zero": own.get("setup_on_zero") or False,
            "refuse": own.get("refuse"),
            "conference_by": conference.get("by"),
            "rejoin": conference.get("rejoin"),
            "conference_times": _text(conference.get("times")),
            "conference_pause": _text(conference.get("pause")),
            "factor": to_number(own.get("factor"), PRICE_DIGITS[1]),
            "added": to_number(own.get("add"), PRICE_DIGITS[1]),
            "free_units": to_number(own.get("free"), UNIT_DIGITS[1]),
            "ignore_below": to_number(own.get("ignore_below"), UNIT_DIGITS[1]),
            "extra_ids": [(0, 0, _extra(extra)) for extra in own.get("extras") or []],
            **self._together(own),
            **{name: own.get(name) or False for name in OF_EACH},
            **self._own_rounding(record, version),
            **self._price(own),
        }
        for name in ("setup", "minimum", "maximum"):
            values[name] = to_number(own.get(name), PRICE_DIGITS[1])
            values[f"{name}_zero"] = own.get(name) is not None and not values[name]
        for number, zone in enumerate(zones):
            yield {
                **values,
                "code": values["code"] if not number else f"{values['code']}-{number + 1}",
                "zone_id": self.zones[str(zone)].id if zone is not None else False,
            }

    def _unit_of(self, service, on_cost) -> str:
        """In which usage is counted where the rate does not say; on our cost it cannot."""
        names = [service] if isinstance(service, str) else service or []
        known = {BY_SERVICE.get(name, "second") for name in names}
        return known.pop() if on_cost and len(known) == 1 else "second"

    def _together(self, own) -> dict:
        """What of a period's records is priced as one, as far as invoices by the month can say."""
        together = own.get("together") or {}
        name = own.get("name") or own["id"]
        if together.get("period", "month") not in ("day", "month") or (
            together.get("begins", 1) != 1
        ):
            raise ValidationError(
                self.env._(
                    "Rate “%(rate)s” prices the records of a period as one, and usage is invoiced "
                    "by the month. Let the period be a day or the calendar month.",
                    rate=name,
                )
            )
        if together.get("of") == "key":
            raise ValidationError(
                self.env._(
                    "Rate “%(rate)s” counts different keys, which usage records here do not have. "
                    "Count participants, conferences, numbers or destinations.",
                    rate=name,
                )
            )
        return {
            "together_by": together.get("by") or False,
            "together_at": to_number(together.get("at", 95), 3),
            "together_of": together.get("of") or "participant",
            "together_share": together.get("share") or "line",
            "together_period": together.get("period") or "month",
        }

    def _own_rounding(self, record, version):
        """What the rate itself says about splitting and rounding, other than its version."""
        values = {
            field: record[name]
            if record.get(name) is not None and record[name] != version[of_version]
            else False
            for name, field, of_version in (
                ("split", "split", "split"),
                ("round_at", "round_at", "rounding_scope"),
            )
        }
        method = record.get("rounding") or version["rounding_method"]
        digits = version["rounding_digits"]
        digits = record["decimals"] if record.get("decimals") is not None else digits
        if (method, digits) != (version["rounding_method"], version["rounding_digits"]):
            values |= {"rounding_method": method, "rounding_digits": digits}
        return values

    def _price(self, own):
        unit = own.get("unit") or "second"
        if own.get("flat"):
            return {"flat": True, "price_per": self._per(own.get("per"), unit)}
        if own.get("steps"):
            return {"step_ids": [(0, 0, values) for values in self._steps(own, unit)]}
        if own.get("price") is None:
            return {"price_per": self._per(own.get("per"), unit)}
        return {
            "price": to_number(own["price"], PRICE_DIGITS[1]),
            "price_per": self._per(own.get("per"), unit),
            "initial": self._size(own.get("initial"), unit),
            "step": self._size(own.get("step"), unit),
            "price_initial": to_number(own.get("price_initial"), PRICE_DIGITS[1]),
            "price_initial_zero": own.get("price_initial") is not None
            and not to_number(own["price_initial"], PRICE_DIGITS[1]),
        }

    def _steps(self, own, unit):
        start = 0
        for step in own["steps"]:
            interval = step.get("interval") or 1
            yield {
                "quantity_from": to_number(step.get("from", start), UNIT_DIGITS[1]),
                "quantity_to": to_number(step.get("to"), UNIT_DIGITS[1]),
                "interval": self._size(interval, unit),
                "price": to_number(step["price"], PRICE_DIGITS[1]),
                "price_per": self._per(step.get("per", interval), unit),
                "rounding": step.get("rounding") or "up",
                "flat": step.get("flat") or False,
                "setup": to_number(step.get("setup"), PRICE_DIGITS[1]),
            }
            start = step.get("to")

    def _per(self, per, unit) -> float:
        """How many units a price is for; a unit may be named."""
        return 1.0 if per is None else self._size(per, unit)

    def _size(self, value, unit) -> float:
        """A number of units; another unit's name stands for how many it is of them."""
        if not named(value):
            return to_number(value, UNIT_DIGITS[1])
        size = Fraction(self.units.base(value)[1], self.units.base(unit)[1])
        if (size * 10 ** UNIT_DIGITS[1]).denominator != 1:
            raise ValidationError(
                self.env._(
                    "“%(name)s” is no number of “%(unit)s” that six decimal places can hold. Give "
                    "the rate “%(name)s” as its unit.",
                    name=value,
                    unit=unit,
                )
            )
        return size.numerator / size.denominator


def _text(value):
    return False if value is None else str(value)


def _extra(extra):
    return {
        "above": to_number(extra.get("above"), UNIT_DIGITS[1]),
        "each": to_number(extra.get("each") or 1, UNIT_DIGITS[1]),
        "price": to_number(extra.get("price"), PRICE_DIGITS[1]),
    }


def fingerprint(rate) -> str:
    """Everything that decides a rate's price, as text."""
    fields = (
        "service", "direction", "weight", "unit", "flat", "price", "price_per", "initial", "step",
        "price_initial", "setup", "setup_on_zero", "minimum", "maximum", "free_units", "factor",
        "refuse", "conference_by", "rejoin", "conference_times", "conference_pause",
        "added", "setup_per", "price_initial_zero", "on_cost",
        "setup_zero", "minimum_zero", "maximum_zero", "maximum_then", "mode", "beyond",
        "round_quantity", "split", "round_at", "rounding_method", "whole", "ignore_below",
        "together_by",
    )  # fmt: skip
    extras = [[extra[name] for name in ("above", "each", "price")] for extra in rate.extra_ids]
    steps = [
        [step[name] for name in ("quantity_from", "quantity_to", "interval", "price", "price_per",
                                 "rounding", "flat", "setup")]
        for step in rate.step_ids
    ]  # fmt: skip
    values = [rate[name] or None for name in fields]
    if rate.together_by:
        values += [rate[f"together_{name}"] for name in ("at", "of", "share", "period")]
    digits = rate.rounding_digits if rate.rounding_method else None
    origins = sorted(rate.origin_ids.mapped("code"))
    return json.dumps(
        [rate.zone_id.code, origins, rate.band_id.code, values, steps, extras, digits], default=str
    )
