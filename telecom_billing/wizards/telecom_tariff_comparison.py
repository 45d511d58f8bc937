# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two versions beside each other: what is dearer, cheaper, new, gone."""

from odoo import api, fields, models

from ..book.deck_base import VersionBase
from ..deck import comparing
from .opened_on import opened_on
from .telecom_deck_lines import fill


class TelecomTariffComparison(models.TransientModel):
    _name = "telecom.tariff.comparison"
    _description = "Comparison of Two Tariff Versions"

    version_id = fields.Many2one(
        "telecom.tariff.version",
        required=True,
        ondelete="cascade",
        default=lambda self: opened_on(self.env, "telecom.tariff.version"),
    )
    tariff_id = fields.Many2one(related="version_id.tariff_id")
    company_id = fields.Many2one(related="version_id.company_id")
    currency_id = fields.Many2one(related="version_id.currency_id")
    before_id = fields.Many2one(
        "telecom.tariff.version",
        string="Compare with",
        required=True,
        ondelete="cascade",
        domain="[('currency_id', '=', currency_id), ('id', '!=', version_id)]",
        help="An earlier version, or one of another tariff in the same currency.",
    )
    change_ids = fields.One2many("telecom.deck.change", "comparison_id")

    @api.model
    def default_get(self, fields_list):
        """Propose the version that the other one follows."""
        values = super().default_get(fields_list)
        version = self.env["telecom.tariff.version"].browse(values.get("version_id"))
        if version and not values.get("before_id"):
            others = version.tariff_id.version_ids - version
            earlier = others.filtered(lambda one: one.valid_from <= version.valid_from)
            values["before_id"] = (earlier or others)[:1].id
        return values

    def action_compare(self):
        """The list of all changes, without what stays the same."""
        self.ensure_one()
        fill(self, self._compared(), owner="comparison_id")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(version)s beside %(before)s",
                version=self.version_id.display_name,
                before=self.before_id.display_name,
            ),
            "res_model": "telecom.deck.change",
            "view_mode": "list",
            "domain": [("comparison_id", "=", self.id)],
            "context": {"search_default_changed": 1},
        }

    def _compared(self) -> comparing.Comparison:
        version, before = VersionBase(self.version_id), VersionBase(self.before_id)
        return comparing.between(version.base, before.base, self.version_id.valid_from)
