# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taxes that end: from the day after, another one takes their place on invoices of billing runs."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..billing.position import BillingError


class AccountTax(models.Model):
    _inherit = "account.tax"

    telecom_last_day = fields.Date(
        string="Valid until",
        help="Billing runs use this tax for services that end on this day at the latest. Days paid "
        "in advance that come back keep the tax they were invoiced with.",
    )
    telecom_successor_id = fields.Many2one(
        "account.tax",
        string="Then",
        check_company=True,
        domain="[('type_tax_use', '=', type_tax_use), ('id', '!=', id)]",
        help="The tax of services that end later.",
    )

    @api.constrains("telecom_successor_id", "telecom_last_day")
    def _check_telecom_successor(self):
        for tax in self:
            seen = tax
            while seen[-1:].telecom_successor_id:
                if seen[-1:].telecom_successor_id in seen:
                    raise ValidationError(
                        self.env._(
                            "Tax “%s” would be followed by itself. Choose another one.", tax.name
                        )
                    )
                seen |= seen[-1:].telecom_successor_id

    def _telecom_on(self, day):
        """These taxes as they are on ``day``: those that have ended, replaced by what follows.

        :raises BillingError: when one has ended and nobody said what follows
        """
        found = self.browse()
        for tax in self:
            while tax.telecom_last_day and tax.telecom_last_day < day:
                if not tax.telecom_successor_id:
                    raise BillingError(
                        self.env._(
                            "Tax “%(tax)s” ended on %(last)s, and no tax follows it. Choose one at "
                            "the tax.",
                            tax=tax.name,
                            last=tax.telecom_last_day,
                        )
                    )
                tax = tax.telecom_successor_id
            found |= tax
        return found
