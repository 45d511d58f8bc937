# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a rate must not say: refused where it is entered, with the remedy."""

from odoo import api, models
from odoo.exceptions import ValidationError


class TelecomRate(models.Model):
    _inherit = "telecom.rate"

    # ------------------------------------------------------------------ constraints
    @api.constrains("initial", "step", "minimum", "maximum", "price_per", "free_units")
    def _check_numbers(self):
        for rate in self:
            if rate.maximum and rate.minimum > rate.maximum:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: the least charge %(minimum)s is above the highest %(maximum)s. "
                        "Exchange the two.",
                        rate=rate._where(),
                        minimum=rate.minimum,
                        maximum=rate.maximum,
                    )
                )

    @api.constrains(
        "service", "unit", "price", "price_per", "initial", "step", "price_initial", "setup",
        "minimum", "maximum", "free_units", "factor", "refuse", "conference_by", "rejoin",
        "step_ids", "band_id", "conference_times", "extra_ids", "mode", "beyond", "split",
        "maximum_then", "round_quantity", "round_at", "rounding_method", "rounding_digits",
        "setup_zero", "minimum_zero", "maximum_zero", "price_initial_zero", "whole",
        "ignore_below", "origin_ids", "added", "conference_pause", "together_by", "together_at",
        "together_of", "together_share", "together_period", "setup_per", "on_cost",
    )  # fmt: skip
    def _check_with_core(self):
        """What the rating core would not understand is refused where it is entered."""
        self.env["telecom.tariff"]._refuse_bad_rates(self)

    @api.constrains("price", "flat", "factor", "added", "refuse", "step_ids")
    def _check_one_price(self):
        """A rate says in one way what it costs; two ways would contradict each other."""
        for rate in self:
            said = {
                self.env._("a price"): rate.price,
                self.env._("steps"): rate.step_ids,
                self.env._("a change of the price below"): rate.factor or rate.added,
                self.env._("“flat”"): rate.flat,
                self.env._("a refusal"): rate.refuse,
            }
            named = [label for label, value in said.items() if value]
            if len(named) > 1:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: %(named)s contradict each other. Keep one of them.",
                        rate=rate._where(),
                        named=", ".join(named),
                    )
                )

    @api.constrains("zone_id", "version_id")
    def _check_zone_plan(self):
        for rate in self.filtered("zone_id"):
            plan = rate.version_id.zone_plan_id
            if rate.zone_id.plan_id != plan:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: the zone belongs to the plan “%(zone_plan)s”, the version "
                        "uses “%(plan)s”. Choose a zone of that plan, or change the version's "
                        "plan.",
                        rate=rate._where(),
                        zone_plan=rate.zone_id.plan_id.name,
                        plan=plan.name or "…",
                    )
                )

    @api.constrains("together_by", "on_cost", "version_id")
    def _check_carriers_prices(self):
        """What a carrier's price list cannot say; also asked when a tariff becomes one."""
        for rate in self.filtered(lambda one: one.tariff_id.kind == "cost"):
            if rate.together_by:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: what a carrier costs is known record by record, so its price "
                        "lists cannot price the records of a period as one. Leave that empty.",
                        rate=rate._where(),
                    )
                )
            if rate.on_cost:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: a carrier's price list says what our cost is, so its prices "
                        "cannot be on our cost. Enter a price.",
                        rate=rate._where(),
                    )
                )

    @api.constrains("on_cost", "flat", "factor", "added", "refuse")
    def _check_on_cost(self):
        for rate in self.filtered("on_cost"):
            if rate.flat or rate.factor or rate.added or rate.refuse:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: “On our cost” goes with a price or with steps, not with "
                        "“flat”, a change of the price below or a refusal. Take one of the two "
                        "out.",
                        rate=rate._where(),
                    )
                )

    @api.constrains("origin_ids", "company_id")
    def _check_origins(self):
        for rate in self:
            for zone in rate.origin_ids:
                company = zone.plan_id.company_id
                if company and company != rate.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(rate)s: zone “%(zone)s”, from which is called, belongs to "
                            "%(company)s. Choose one of the same company.",
                            rate=rate._where(),
                            zone=zone.name,
                            company=company.name,
                        )
                    )
