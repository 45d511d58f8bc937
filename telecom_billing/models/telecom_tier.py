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
    refunds = fields.Selection(
        [
            ("own", "The rate's own price, beside the tiers"),
            ("tier", "What the units that they take back cost"),
        ],
        string="Refunds are worth",
        required=True,
        default="own",
        help="Records of a negative quantity. With 100 units at 0.10 and all further ones at "
        "0.05, somebody used 120 and gives 30 back: as taken back that is 20 × 0.05 + 10 × 0.10, "
        "and 90 units are left in the sum. Beside that, tiers have no fee.",
    )
    step_ids = fields.One2many("telecom.tier.step", "tier_id", string="Tiers", copy=True)

    # ------------------------------------------------------------------ constraints
    @api.constrains(
        "on", "unit", "mode", "refunds", "step_ids", "tariff_ids", "zone_ids", "band_ids",
        "rate_ids",
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
