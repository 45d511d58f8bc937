# SPDX-License-Identifier: AGPL-3.0-or-later
"""A billing run's documents: what was sent, what is to be printed."""

from odoo import fields, models


class TelecomBillingRun(models.Model):
    _inherit = "telecom.billing.run"

    dispatch_ids = fields.One2many("telecom.dispatch", "run_id", readonly=True)
    bundle_ids = fields.One2many("telecom.print.bundle", "run_id", readonly=True)
    dispatch_count = fields.Integer("Sent", compute="_compute_document_counts")
    bundle_count = fields.Integer("Print bundles", compute="_compute_document_counts")

    # ------------------------------------------------------------------ compute
    def _compute_document_counts(self):
        sent = dict(
            self.env["telecom.dispatch"]._read_group(
                [("run_id", "in", self.ids), ("state", "=", "sent")], ["run_id"], ["__count"]
            )
        )
        bundles = dict(
            self.env["telecom.print.bundle"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.dispatch_count = sent.get(run, 0)
            run.bundle_count = bundles.get(run, 0)

    # ------------------------------------------------------------------ actions
    def action_view_dispatches(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_dispatch"
        )
        return action | {"domain": [("run_id", "in", self.ids)], "context": {}}

    def action_view_bundles(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_print_bundle"
        )
        return action | {"domain": [("run_id", "in", self.ids)], "context": {}}

    def action_test_send(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test Send"),
            "res_model": "telecom.test.send",
            "view_mode": "form",
            "target": "new",
            "context": {"default_run_id": self.id},
        }
