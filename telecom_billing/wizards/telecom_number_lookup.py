# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has, or had, this number?"""

from odoo import api, fields, models


class TelecomNumberLookup(models.TransientModel):
    _name = "telecom.number.lookup"
    _description = "Whose Number Is It?"

    text = fields.Char("Number", help="In any notation, with or without extension.")
    day = fields.Date("On", default=lambda self: fields.Date.context_today(self))
    number_ids = fields.Many2many("telecom.number", string="Owners", compute="_compute_number_ids")
    answer = fields.Char(compute="_compute_number_ids")

    @api.depends("text", "day")
    def _compute_number_ids(self):
        Number = self.env["telecom.number"]
        for record in self:
            found = Number
            if record.text:
                found = Number._owners_at(record.text, record.day or fields.Date.today())
            record.number_ids = found
            record.answer = record._answer(found[:1])

    def _answer(self, number):
        """One sentence about the closest number."""
        if not self.text:
            return False
        if not number:
            return self.env._("Nobody has %(number)s on that day.", number=self.text)
        return self.env._(
            "%(number)s belongs to %(customer)s, contract %(contract)s, tariff %(tariff)s.",
            number=number.display_name,
            customer=number.partner_id.display_name or "–",
            contract=number.contract_id.display_name or "–",
            tariff=number.tariff_id.display_name or "–",
        )
