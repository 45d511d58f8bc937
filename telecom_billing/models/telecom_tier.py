# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers: prices that depend on how much was used in a period, in units or in money."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TelecomTier(models.Model):
    _name = "telecom.tier"
    _description = "Tiered Prices"
    _inherit = ["telecom.selector"]

    _book_section = "tiers"

    on = fields.Selection(
        [("quantity", "Units"), ("money", "Amount")],
        string="Counted in",
        required=True,
        default="quantity",
    )
    unit = fields.Char(required=True, default="minute", help="minute, second, MB, GB, piece …")
    mode = fields.Selection(
        [
            ("graduated", "Each unit by its own tier"),
            ("volume", "All units by the tier that the sum reaches"),
        ],
        string="Priced is",
        required=True,
        default="graduated",
    )
    step_ids = fields.One2many("telecom.tier.step", "tier_id", string="Tiers", copy=True)

    # ------------------------------------------------------------------ constraints
    @api.constrains(
        "on", "unit", "mode", "step_ids", "tariff_ids", "zone_ids", "band_ids", "rate_ids",
        "share", "period", "begins", "pool_ids", "service",
    )  # fmt: skip
    def _check_with_core(self):
        for tier in self:
            if not tier.step_ids:
                raise ValidationError(
                    self.env._(
                        "Tiered prices “%(name)s” have no tier. Add the first one, from 0.",
                        name=tier.name,
                    )
                )
        self._refuse_bad_rules()
        self.filtered(lambda tier: tier.mode == "volume")._refuse_beyond_months()
