# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which column goes to the other system, and what it is called there."""

from odoo import api, fields, models

from ..store import handover as store


class TelecomHandoverColumn(models.Model):
    _name = "telecom.handover.column"
    _description = "Column That Is Handed Over"
    _order = "sequence, id"

    channel_id = fields.Many2one(
        "telecom.handover.channel", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    sequence = fields.Integer(default=100)
    field = fields.Selection(selection="_fields_there", required=True)
    name = fields.Char("Name There", required=True)

    @api.model
    def _fields_there(self):
        return [(name, name) for name in sorted({*store.RECORD, *store.SUMMARY})]

    @api.onchange("field")
    def _onchange_field(self):
        self.name = self.name or self.field
