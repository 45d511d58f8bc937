# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a preview cannot compare, said before somebody relies on its sums."""

from odoo import api, fields, models
from odoo.fields import Domain

#: Periods that end with the month, so that each month of a preview stands by itself.
WITHIN_A_MONTH = ("day", "month")


class TelecomRatingPreview(models.Model):
    _inherit = "telecom.rating.preview"

    caveat = fields.Text(compute="_compute_caveat")

    @api.depends("date_from", "date_to", "company_id")
    def _compute_caveat(self):
        """Tiers and limits go on from what is stored of earlier months, not from what the preview
        found for them."""
        for preview in self:
            names = []
            if preview.date_from and preview.date_to and len(preview._months()) > 1:
                names = preview._get_rules_across_months()
            preview.caveat = bool(names) and self.env._(
                "%(rules)s: adds up over more than a month. Here each month goes on from what was "
                "charged in the months before, not from this comparison. Compare single months "
                "where that matters.",
                rules=", ".join(names),
            )

    def _get_rules_across_months(self) -> list[str]:
        """Names of tiers and limits that hold in these months and add up over their ends."""
        long = Domain("period", "not in", WITHIN_A_MONTH) | Domain("begins", "!=", 1)
        holds = Domain("valid_to", "=", False) | Domain("valid_to", ">=", self.date_from)
        domain = Domain("company_id", "=", self.company_id.id) & long & holds
        limits = self.env["telecom.limit"].search(domain & Domain("then", "!=", "alert"))
        return [*self.env["telecom.tier"].search(domain).mapped("name"), *limits.mapped("name")]
