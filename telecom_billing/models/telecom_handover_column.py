# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which column goes to the other system, and what it is called there."""

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..store import handover as store

_lt = LazyTranslate(__name__)

#: What stands in each column, for whoever chooses them.
LABELS = {
    "a_number": _lt("Calling number"),
    "account": _lt("Line or account"),
    "allowance_used": _lt("Inclusive units used"),
    "amount": _lt("Amount"),
    "b_number": _lt("Called number"),
    "band": _lt("Band (peak, off-peak)"),
    "billed": _lt("Billed quantity"),
    "conference": _lt("Conference"),
    "contract": _lt("Contract number"),
    "contract_line": _lt("Contract line"),
    "cost": _lt("Our cost"),
    "currency": _lt("Currency"),
    "customer": _lt("Customer number"),
    "customer_name": _lt("Customer's name"),
    "destination": _lt("The carrier's destination"),
    "direction": _lt("Direction"),
    "file": _lt("Delivered file"),
    "first_started_at": _lt("First record"),
    "last_started_at": _lt("Last record"),
    "line": _lt("Line in the file"),
    "number": _lt("The customer's number"),
    "participant": _lt("Participant"),
    "period": _lt("Month"),
    "price": _lt("Price"),
    "quantity": _lt("Quantity"),
    "record": _lt("Our id of the record"),
    "record_id": _lt("The carrier's id of the record"),
    "records": _lt("Number of records"),
    "segment": _lt("Part of the record"),
    "service": _lt("Service"),
    "source": _lt("Source"),
    "started_at": _lt("Start"),
    "summary": _lt("Our id of the summary"),
    "tariff": _lt("Tariff"),
    "unit": _lt("Unit"),
    "zone": _lt("Zone"),
    "zone_code": _lt("Code of the zone"),
}


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
        names = {*store.RECORD, *store.SUMMARY}
        return sorted(
            ((name, f"{LABELS[name]} ({name})") for name in names), key=lambda one: one[1]
        )

    @api.onchange("field")
    def _onchange_field(self):
        self.name = self.name or self.field
