# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ``telecom.rate`` as a rate of a tariff book."""

from __future__ import annotations

from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from .text import to_text

PLACES, UNITS = PRICE_DIGITS[1], UNIT_DIGITS[1]
#: Properties that a rate may have other than its version: of the book → field; empty: as there.
OWN = {
    "mode": "mode",
    "beyond": "beyond",
    "maximum_then": "maximum_then",
    "round_quantity": "round_quantity",
    "split": "split",
    "round_at": "round_at",
    "rounding": "rounding_method",
    "setup_per": "setup_per",
    "whole": "whole",
}


class RateWriter:
    """Part of :class:`~.writer.Writer`."""

    def rate(self, rate, start) -> dict:
        record = {"id": self.rate_id(rate)}
        if rate.name or rate.zone_id:
            record["name"] = rate.name or rate.zone_id.name
        if rate.service:
            services = [name.strip() for name in rate.service.split(",") if name.strip()]
            record["service"] = services[0] if len(services) == 1 else services
        if rate.zone_id:
            record["zone"] = self.zone_id(rate.zone_id, start)
        if rate.band_id:
            record["band"] = self.band_id(rate.band_id)
        if rate.weight:
            record["weight"] = rate.weight
        if rate.origin_ids:
            record["origins"] = [self.zone_id(zone, start) for zone in self.origins(rate, start)]
        if rate.direction != "out":
            record["direction"] = rate.direction
        if rate.on_cost:
            record["on"] = "cost"
        else:
            record["unit"] = rate.unit
        record |= self._price(rate)
        for name in ("setup", "minimum", "maximum"):
            if rate[name] or rate[f"{name}_zero"]:
                record[name] = to_text(rate[name], PLACES)
        if rate.setup_on_zero:
            record["setup_on_zero"] = True
        if rate.free_units:
            record["free"] = to_text(rate.free_units, UNITS)
        if rate.ignore_below:
            record["ignore_below"] = to_text(rate.ignore_below, UNITS)
        if rate.extra_ids:
            record["extras"] = [
                {
                    "above": to_text(extra.above, UNITS),
                    "each": to_text(extra.each, UNITS),
                    "price": to_text(extra.price, PLACES),
                }
                for extra in rate.extra_ids
            ]
        record |= {name: rate[field] for name, field in OWN.items() if rate[field]}
        if rate.rounding_method:
            record["decimals"] = rate.rounding_digits
        return record | self._conference(rate) | _together(rate)

    def origins(self, rate, start):
        """The zones from which is called that have a prefix on a day: a callers' zone without
        any is nobody's, and the core refuses it."""
        if self.stub:
            return rate.origin_ids
        return rate.origin_ids.filtered(lambda zone: self._prefixes(zone, start))

    def _conference(self, rate) -> dict:
        if not rate.conference_by:
            return {}
        conference = {"by": rate.conference_by}
        if rate.rejoin:
            conference["rejoin"] = rate.rejoin
        if rate.conference_times:
            conference["times"] = rate.conference_times
        if rate.conference_pause:
            conference["pause"] = rate.conference_pause
        return {"conference": conference}

    def _price(self, rate) -> dict:
        if rate.flat:
            return {"flat": True}
        if rate.refuse:
            return {"refuse": rate.refuse}
        if rate.factor or rate.added:
            return self._change(rate)
        if rate.step_ids:
            return {"steps": [self._step(step) for step in rate.step_ids]}
        if rate.on_cost:
            return {"price": to_text(rate.price, PLACES)}
        record = {"price": to_text(rate.price, PLACES), "per": to_text(rate.price_per, UNITS)}
        for name in ("initial", "step"):
            if rate[name]:
                record[name] = to_text(rate[name], UNITS)
        if rate.price_initial or rate.price_initial_zero:
            record["price_initial"] = to_text(rate.price_initial, PLACES)
        return record

    def _change(self, rate) -> dict:
        """What becomes of the price of the tariff below."""
        record = {"factor": to_text(rate.factor, PLACES)} if rate.factor else {}
        if rate.added:
            record["add"] = to_text(rate.added, PLACES)
            record["per"] = to_text(rate.price_per, UNITS)
        return record

    def _step(self, step) -> dict:
        record = {
            "from": to_text(step.quantity_from, UNITS),
            "interval": to_text(step.interval, UNITS),
            "price": to_text(step.price, PLACES),
            "rounding": step.rounding,
        }
        if step.quantity_to:
            record["to"] = to_text(step.quantity_to, UNITS)
        if step.setup:
            record["setup"] = to_text(step.setup, PLACES)
        return record | ({"flat": True} if step.flat else {"per": to_text(step.price_per, UNITS)})


def _together(rate) -> dict:
    """What of a period's records is priced as one."""
    if not rate.together_by:
        return {}
    together = {"by": rate.together_by}
    if rate.together_by == "percentile":
        together["at"] = to_text(rate.together_at, 3)
    if rate.together_by == "unique":
        together["of"] = rate.together_of
    return {"together": together | {"share": rate.together_share, "period": rate.together_period}}
