# SPDX-License-Identifier: AGPL-3.0-or-later
"""One tier: from how much on, which price or which part of the rate's own price."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomTierStep(models.Model):
    _name = "telecom.tier.step"
    _description = "Tier"
    _order = "tier_id, start, id"

    tier_id = fields.Many2one("telecom.tier", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="tier_id.company_id", store=True)
    start = fields.Float("From", digits=UNIT_DIGITS, help="Units or amount of the period.")
    by = fields.Selection(
        [("price", "A price"), ("factor", "A part of the rate's price")],
        string="Costs",
        required=True,
        default="price",
    )
    price = fields.Float(digits=PRICE_DIGITS, min_display_digits=2)
    price_per = fields.Float("Per units", digits=UNIT_DIGITS, default=1.0)
    factor = fields.Float(
        digits=PRICE_DIGITS,
        min_display_digits=2,
        default=1.0,
        help="0.9: ten per cent off the rate's own price.",
    )

    interval = fields.Float(
        "Package",
        digits=UNIT_DIGITS,
        help="The period's units are charged by begun packages of this size; the record that "
        "begins one pays it. Empty: each unit by itself.",
    )
    rounding = fields.Selection(
        [("up", "Begun ones"), ("down", "Full ones"), ("none", "In proportion")],
        string="Packages counted",
        required=True,
        default="up",
    )
    setup = fields.Float(
        "Fee",
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="Once a period, borne by the record that enters the tier.",
    )

    _numbers_possible = models.Constraint(
        "CHECK(start >= 0 AND price_per > 0 AND COALESCE(interval, 0) >= 0)",
        "A tier begins at zero or above, and its price and packages are for more than zero units. "
        "Correct it.",
    )

    @api.constrains("start", "tier_id")
    def _check_start(self):
        for step in self:
            others = step.tier_id.step_ids
            if not any(other.start == 0 for other in others):
                raise ValidationError(
                    self.env._(
                        "Tiered prices “%(name)s” begin at %(start)s. The first tier begins at 0.",
                        name=step.tier_id.name,
                        start=min(others.mapped("start")),
                    )
                )
            if len(others.filtered(lambda other, step=step: other.start == step.start)) > 1:
                raise ValidationError(
                    self.env._(
                        "Tiered prices “%(name)s” have two tiers from %(start)s. Keep one.",
                        name=step.tier_id.name,
                        start=step.start,
                    )
                )

    @api.constrains("by", "price", "price_per", "factor", "interval", "rounding", "setup")
    def _check_with_core(self):
        """What a tier may say beside the others, the rating core knows."""
        self.tier_id._refuse_bad_rules()
