# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models


class TelecomReject(models.Model):
    """A line of a delivery that did not become usage, with its reason. Written by COPY."""

    _name = "telecom.reject"
    _description = "Rejected Line"
    _order = "delivery_id desc, line, id"
    _rec_name = "line"
    _log_access = False

    delivery_id = fields.Many2one(
        "telecom.delivery", required=True, index=True, ondelete="cascade", readonly=True
    )
    source_id = fields.Many2one("telecom.source", required=True, index=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    line = fields.Integer(readonly=True, aggregator=None)
    kind = fields.Selection(
        [("faulty", "Faulty"), ("filtered", "Left out by selection")], required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True, help="Stable code of the reason.")
    message = fields.Text(readonly=True, help="The value and what to do about it.")
    raw = fields.Text(readonly=True, help="The line as it was delivered.")
    state = fields.Selection(
        [("open", "Open"), ("ignored", "Put aside"), ("solved", "Solved")],
        default="open",
        required=True,
    )

    def action_ignore(self):
        self.filtered(lambda reject: reject.state == "open").state = "ignored"

    def action_reopen(self):
        self.filtered(lambda reject: reject.state == "ignored").state = "open"
