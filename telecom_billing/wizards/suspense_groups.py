# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the questions about groups that are set aside have in common."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelecomSuspenseGroups(models.AbstractModel):
    """Knows its groups; they come by the context, since a view has no Many2many."""

    _name = "telecom.suspense.groups"
    _description = "Groups That Are Set Aside"

    groups = fields.Json(default=lambda self: self.env.context.get("telecom_suspense_ids", []))
    records = fields.Integer(compute="_compute_records")
    summary = fields.Char(compute="_compute_records")
    rate_now = fields.Boolean(
        "Rate again now", default=True, help="Else the next billing run or “Rate again” does it."
    )

    @api.depends("groups")
    def _compute_records(self):
        for wizard in self:
            groups = wizard._get_groups()
            wizard.records = sum(groups.mapped("records"))
            names = groups.mapped("display_name")
            wizard.summary = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")

    def _get_groups(self):
        """The groups that still have records; the user's rules decide what is found."""
        return self.env["telecom.suspense"].search([("id", "in", self.groups or [])])

    def _need_groups(self, kinds=None):
        """The groups, of some kinds only.

        :raises UserError: when nothing is left of them
        """
        groups = self._get_groups()
        if kinds:
            groups = groups.filtered(lambda group: group.kind in kinds)
        if not groups:
            raise UserError(
                self.env._("Nothing of this is set aside any more. Close this window and look.")
            )
        if len(groups.company_id) > 1:
            raise UserError(
                self.env._(
                    "These records belong to several companies: %(companies)s. Choose those of"
                    " one.",
                    companies=", ".join(groups.company_id.mapped("name")),
                )
            )
        return groups

    def _done(self, company):
        """Rate again where that is wished, and say what became of it."""
        if self.rate_now:
            return self.env["telecom.suspense"]._rate_again(company)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
