# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models
from odoo.exceptions import UserError


class TelecomUpload(models.TransientModel):
    """Takes in one or more files of a source by hand."""

    _name = "telecom.upload"
    _description = "Upload Usage Files"

    source_id = fields.Many2one(
        "telecom.source",
        required=True,
        default=lambda self: self._default_source(),
        domain="[('company_id', 'in', allowed_company_ids)]",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Choose Files")
    load_now = fields.Boolean(default=True, help="Else the scheduled action loads them.")

    def _default_source(self):
        sources = self.env["telecom.source"].search([], limit=2)
        return sources if len(sources) == 1 else False

    def action_upload(self):
        """Keep the files as deliveries, load them if wished, and show what became of them."""
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one file."))
        Delivery = self.env["telecom.delivery"]
        deliveries = Delivery
        for attachment in self.attachment_ids:
            deliveries |= self.source_id._receive(attachment.name, attachment.raw)
        self.attachment_ids.unlink()
        if self.load_now:
            deliveries.action_load()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_delivery"
        )
        if len(deliveries) == 1:
            return action | {"views": [(False, "form")], "res_id": deliveries.id}
        return action | {"domain": [("id", "in", (deliveries | deliveries.child_ids).ids)]}
