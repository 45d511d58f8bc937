# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contracts that another system invoices."""

from odoo import fields, models


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_handover_channel_id = fields.Many2one(
        "telecom.handover.channel",
        "Invoiced by",
        domain="[('marks', '=', True), ('company_id', '=', company_id)]",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Another system that invoices this contract: its usage is handed over, and no invoice "
        "is made here.",
    )
