# SPDX-License-Identifier: AGPL-3.0-or-later
"""A minimum turnover: what usage falls short of it in a period is invoiced."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS


class TelecomMinimum(models.Model):
    _name = "telecom.minimum"
    _description = "Minimum Turnover"
    _inherit = ["telecom.selector"]

    _book_section = "minimums"

    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Float(digits=PRICE_DIGITS, min_display_digits=2, required=True)
    price_includes_tax = fields.Boolean(
        "Includes tax", help="Whether the amount is agreed with VAT."
    )
    prorate = fields.Boolean(
        default=True, help="A first or last period that is only partly inside the contract counts "
        "by its days.",
    )  # fmt: skip
    product_id = fields.Many2one(
        "product.product", help="Invoices what is missing; empty: the company's usage product."
    )

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A minimum turnover is an amount above zero. Correct the amount."
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("period", "begins", "valid_from", "valid_to")
    def _check_months(self):
        """Invoices are about calendar months, so what is missing to a minimum is, too."""
        for minimum in self:
            start, end = minimum._dates()
            whole = not start or start.day == 1
            whole &= not end or (fields.Date.add(end, days=1)).day == 1
            if minimum.period not in ("month", "year") or minimum.begins != 1 or not whole:
                raise ValidationError(
                    self.env._(
                        "Minimum turnover “%(name)s” must be per month or per year and hold for "
                        "whole calendar months, as invoices do. Correct its period and dates.",
                        name=minimum.name,
                    )
                )

    @api.constrains(
        "amount", "tariff_ids", "zone_ids", "band_ids", "rate_ids", "share", "pool_ids", "service"
    )
    def _check_with_core(self):
        self._refuse_bad_rules()

    @api.constrains("name", "tariff_ids", "contract_ids", "line_ids", "partner_ids", "pool_ids")
    def _check_somebody(self):
        for minimum in self:
            if not (
                minimum.tariff_ids
                or minimum.contract_ids
                or minimum.line_ids
                or minimum.partner_ids
                or minimum.pool_ids
            ):
                raise ValidationError(
                    self.env._(
                        "Minimum turnover “%(name)s” names nobody who has to reach it. Choose "
                        "tariffs, contracts, contract lines, customers or pools.",
                        name=minimum.name,
                    )
                )

    @api.constrains("currency_id", "tariff_ids")
    def _check_currency(self):
        for minimum in self:
            other = minimum.tariff_ids.filtered(
                lambda t, own=minimum.currency_id: t.currency_id != own
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "Minimum turnover “%(name)s” is in %(currency)s, tariff “%(tariff)s” in "
                        "%(other)s. Make one for each currency.",
                        name=minimum.name,
                        currency=minimum.currency_id.name,
                        tariff=other[0].name,
                        other=other[0].currency_id.name,
                    )
                )
