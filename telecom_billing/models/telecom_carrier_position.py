# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models


class TelecomCarrierPosition(models.Model):
    """A position as the carrier wrote it."""

    _name = "telecom.carrier.position"
    _description = "Position of a Carrier's Invoice"
    _order = "invoice_id, line, id"
    _rec_name = "destination"

    invoice_id = fields.Many2one(
        "telecom.carrier.invoice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="invoice_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    line = fields.Integer(aggregator=None)
    destination = fields.Char(required=True)
    has_records = fields.Boolean()
    records = fields.Integer()
    has_seconds = fields.Boolean()
    seconds = fields.Float(digits=(20, 6))
    seconds_slack = fields.Float(
        digits=(20, 6), help="Half of the last place in which the carrier wrote the duration."
    )
    amount = fields.Float(digits=(20, 6), min_display_digits=2)
