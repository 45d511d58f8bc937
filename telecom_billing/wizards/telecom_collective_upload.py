# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class TelecomCollectiveUpload(models.TransientModel):
    """Takes in collective PDFs by hand."""

    _name = "telecom.collective.upload"
    _description = "Upload Collective PDFs"

    layout_ids = fields.Many2many(
        "telecom.collective.layout",
        string="Layouts",
        required=True,
        default=lambda self: self._default_layouts(),
        domain="[('company_id', 'in', allowed_company_ids)]",
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, help="Shown to the customers."
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Choose Files")

    def _default_layouts(self):
        layouts = self.env["telecom.collective.layout"].search(
            [("company_id", "=", self.env.company.id)]
        )
        return layouts if len(layouts) == 1 else False

    def action_upload(self):
        """Keep the files, take them apart, and show what became of them."""
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one file."))
        if len(self.layout_ids.company_id) > 1:
            raise UserError(self.env._("Choose layouts of one company."))
        collectives = self.env["telecom.collective"]
        for attachment in self.attachment_ids:
            collectives |= collectives._receive(
                attachment.name, attachment.raw, self.layout_ids, self.date
            )
        self.attachment_ids.unlink()
        collectives.action_split()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_collective"
        )
        if len(collectives) == 1:
            return action | {"views": [(False, "form")], "res_id": collectives.id}
        return action | {"domain": [("id", "in", collectives.ids)]}
