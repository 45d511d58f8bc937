# SPDX-License-Identifier: AGPL-3.0-or-later
"""When and how a customer may have an itemised bill (TDDDG § 11, TKG § 65)."""

import datetime

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_itemised_since = fields.Date(
        string="Itemised bill asked for on",
        copy=False,
        tracking=True,
        help="Only calls of months that begin after this day are listed; with the contract's "
        "first day, all are. Empty: the contract's start when asked for with the order, else the "
        "day of the change.",
    )
    telecom_itemised_declaration = fields.Selection(
        [
            ("alone", "Nobody else uses the line"),
            ("household", "The household was told"),
            ("staff", "Staff was told, works council heard"),
        ],
        string="Declaration",
        tracking=True,
        help="What the customer declared when asking for the itemised bill. Keep the document "
        "with the contract.",
    )
    telecom_itemised_flat = fields.Boolean(
        string="List flat-rate calls",
        help="Calls that a flat rate covers are listed only where the customer wishes it.",
    )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for contract in contracts:
            if contract.telecom_itemised_bill != "none" and not contract.telecom_itemised_since:
                today = fields.Date.context_today(contract)
                contract.telecom_itemised_since = contract.date_start or today
        return contracts

    def write(self, vals):
        wish = vals.get("telecom_itemised_bill")
        if not wish or "telecom_itemised_since" in vals:
            return super().write(vals)
        anew = self.filtered(lambda contract: contract.telecom_itemised_bill == "none")
        result = super().write(vals)
        if wish == "none":
            self.telecom_itemised_since = False
        else:
            anew.telecom_itemised_since = fields.Date.context_today(self)
        return result

    # ------------------------------------------------------------------ business
    def _telecom_itemised_from(self) -> datetime.date:
        """The first month whose calls may be listed, by its first day."""
        self.ensure_one()
        since = self.telecom_itemised_since or fields.Date.context_today(self)
        month = since.replace(day=1)
        if since == month or (self.date_start and since <= self.date_start):
            return month
        return month + relativedelta(months=1)
