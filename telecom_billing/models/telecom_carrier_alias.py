# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models


class TelecomCarrierAlias(models.Model):
    """A carrier's name of a destination, and ours."""

    _name = "telecom.carrier.alias"
    _description = "Carrier's Name of a Destination"
    _order = "partner_id, name"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Carrier", required=True, index=True)
    name = fields.Char("Carrier's Name", required=True)
    destination = fields.Char("Our Name", required=True)

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, partner_id, name)", "This name of the carrier is translated already."
    )
