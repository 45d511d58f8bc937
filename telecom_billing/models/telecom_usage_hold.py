# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class TelecomUsageHold(models.Model):
    """Keeps usage beyond its retention: for an objection, a lawsuit, an authority's request."""

    _name = "telecom.usage.hold"
    _description = "Hold on Usage"
    _inherit = ["mail.thread"]
    _order = "state, id desc"
    _check_company_auto = True

    name = fields.Char("Reason", required=True, tracking=True, help="Such as: objection of 3 May.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    contract_id = fields.Many2one("contract.contract", check_company=True, tracking=True)
    number = fields.Char(
        "Number or Beginning", tracking=True, help="Digits with country code, as 49301234."
    )
    date_from = fields.Date("First Day", required=True, tracking=True)
    date_to = fields.Date("Last Day", required=True, tracking=True)
    state = fields.Selection(
        [("held", "Held"), ("released", "Released")],
        default="held",
        required=True,
        readonly=True,
        tracking=True,
    )

    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The last day of a hold lies before its first."
    )

    @api.constrains("name", "contract_id", "number")
    def _check_what(self):
        for hold in self:
            if not hold.contract_id and not hold.number:
                raise ValidationError(
                    self.env._("Hold “%s” needs a contract or a number to keep.", hold.name)
                )
            if hold.number and not hold.number.isdigit():
                raise ValidationError(
                    self.env._(
                        "Hold “%(hold)s”: %(number)s is not digits with country code, such as"
                        " 49301234.",
                        hold=hold.name,
                        number=hold.number,
                    )
                )

    def action_release(self):
        self.state = "released"

    def _keep_condition(self) -> SQL:
        """The usage (alias ``d``) that some hold keeps. Days are widened to any time zone."""
        self.env.flush_all()
        return SQL(
            "EXISTS (SELECT 1 FROM telecom_usage_hold h"
            " WHERE h.state = 'held' AND h.company_id = d.company_id"
            " AND d.started_at >= h.date_from - interval '1 day'"
            " AND d.started_at < h.date_to + interval '2 days'"
            " AND (d.a_number LIKE h.number || '%%' OR d.b_number LIKE h.number || '%%'"
            " OR %s))",
            SQL(
                "EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.usage_id = d.id"
                " AND c.started_at = d.started_at AND c.contract_id = h.contract_id)"
            ),
        )
