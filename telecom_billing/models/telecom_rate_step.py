# SPDX-License-Identifier: AGPL-3.0-or-later
"""A step of a graduated rate: from which to which unit of a record which price holds."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomRateStep(models.Model):
    _name = "telecom.rate.step"
    _description = "Rate Step"
    _order = "rate_id, quantity_from, id"

    rate_id = fields.Many2one("telecom.rate", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rate_id.company_id", store=True)
    quantity_from = fields.Float("From unit", digits=UNIT_DIGITS)
    quantity_to = fields.Float("To unit", digits=UNIT_DIGITS, help="Empty: without end.")
    interval = fields.Float(
        "Increment", digits=UNIT_DIGITS, default=1.0, help="Units that are charged together."
    )
    price = fields.Float(digits=PRICE_DIGITS, min_display_digits=2)
    price_per = fields.Float(
        "Per units", digits=UNIT_DIGITS, default=1.0, help="How many units the price is for."
    )
    rounding = fields.Selection(
        [("up", "Each begun increment"), ("none", "In proportion"), ("down", "Full ones only")],
        required=True,
        default="up",
    )
    flat = fields.Boolean(help="The price is for the step as a whole, once it is entered.")
    setup = fields.Float(
        "Fee",
        digits=PRICE_DIGITS,
        help="Beside the price, once where the record enters the step.",
    )

    _numbers_possible = models.Constraint(
        "CHECK(quantity_from >= 0 AND interval > 0 AND price_per > 0)",
        "A step begins at zero or above, and its increment is more than zero. Correct the step.",
    )

    @api.constrains("quantity_from", "quantity_to", "interval", "price_per", "rate_id")
    def _check_with_core(self):
        """Steps lie end to end; the rating core says where they do not."""
        self.env["telecom.tariff"]._refuse_bad_rates(self.rate_id)

    @api.constrains("quantity_from", "quantity_to")
    def _check_bounds(self):
        for step in self:
            if step.quantity_to and step.quantity_to <= step.quantity_from:
                raise ValidationError(
                    self.env._(
                        "%(rate)s: a step ends at %(end)s, but begins at %(start)s. The end must "
                        "lie above the beginning.",
                        rate=step.rate_id._where(),
                        end=step.quantity_to,
                        start=step.quantity_from,
                    )
                )
