# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contracts whose fees and usage the billing run invoices."""

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_price_ids = fields.One2many(
        "telecom.contract.price", "contract_id", string="Individual prices", copy=False
    )
    is_telecom = fields.Boolean(
        string="Telecom contract",
        index=True,
        help="Invoiced by the billing run: fees by calendar month together with usage. The "
        "recurring invoices of the contract module leave it alone.",
    )
    telecom_number_ids = fields.One2many("telecom.number", "contract_id", string="Numbers")
    telecom_invoiced = fields.Boolean(compute="_compute_telecom_invoiced")
    telecom_order_id = fields.Many2one(
        "telecom.order", string="Order", readonly=True, copy=False, index="btree_not_null"
    )
    telecom_itemised_bill = fields.Selection(
        [
            ("none", "None"),
            ("full", "Full numbers"),
            ("masked", "Last three digits cut"),
        ],
        string="Itemised bill",
        default="none",
        required=True,
        tracking=True,
        help="The customer's choice (TDDDG § 11). It applies to future periods only.",
    )
    telecom_payment = fields.Selection(
        [("transfer", "Transfer"), ("sepa_debit", "SEPA direct debit")],
        string="Payment",
        default="transfer",
        required=True,
        tracking=True,
    )
    telecom_mandate_id = fields.Many2one(
        "account.banking.mandate",
        string="Mandate",
        check_company=True,
        copy=False,
        domain="[('partner_id', '=', commercial_partner_id), ('company_id', '=', company_id)]",
        help="Empty: the customer's first valid mandate.",
    )
    telecom_term_months = fields.Integer(string="Minimum term (months)")
    telecom_notice_months = fields.Integer(string="Notice (months)", default=1)
    telecom_term_end = fields.Date(
        string="End of minimum term", compute="_compute_telecom_term", store=True
    )
    telecom_notice_date = fields.Date(
        string="Last day for notice",
        compute="_compute_telecom_term",
        store=True,
        help="A notice that arrives by this day ends the contract with its minimum term.",
    )

    _telecom_code_unique = models.UniqueIndex(
        "(company_id, code) WHERE is_telecom",
        "This contract number is taken in this company. Choose another one.",
    )
    _telecom_months_positive = models.Constraint(
        "CHECK (telecom_term_months >= 0 AND telecom_notice_months >= 0)",
        "Terms and notices are counted in months: 0 or more.",
    )

    # ------------------------------------------------------------------ compute
    def _compute_telecom_invoiced(self):
        invoices = self.env["account.move"].sudo()
        known = invoices._read_group(
            [("telecom_contract_id", "in", self.ids)], ["telecom_contract_id"]
        )
        ids = {contract.id for (contract,) in known}
        for contract in self:
            contract.telecom_invoiced = contract.id in ids

    @api.depends("date_start", "telecom_term_months", "telecom_notice_months")
    def _compute_telecom_term(self):
        for contract in self:
            end = notice = False
            if contract.date_start and contract.telecom_term_months:
                term = relativedelta(months=contract.telecom_term_months, days=-1)
                end = contract.date_start + term
                notice = end - relativedelta(months=contract.telecom_notice_months)
            contract.telecom_term_end = end
            contract.telecom_notice_date = notice

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            telecom = vals.get("is_telecom", self.env.context.get("default_is_telecom"))
            if telecom and not vals.get("code"):
                company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
                vals["code"] = company._telecom_next_number("telecom.contract")
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("is_telecom"):
            for contract in self.filtered(lambda contract: not (contract.code or vals.get("code"))):
                contract.code = contract.company_id._telecom_next_number("telecom.contract")
        return super().write(vals)

    # ------------------------------------------------------------------ business
    @api.model
    def _get_contracts_to_invoice_domain(self, date_ref=None):
        # EXTENDS 'contract': its cron must not bill what the billing run bills
        domain = Domain(super()._get_contracts_to_invoice_domain(date_ref))
        return domain & Domain("is_telecom", "=", False)

    def _recurring_create_invoice(self, date_ref=False):
        # EXTENDS 'contract'
        telecom = self.filtered("is_telecom")
        if telecom:
            raise UserError(
                self.env._(
                    "Contract %(contract)s is invoiced by the billing run, with its usage. Start "
                    "the run's step “Make invoices” instead.",
                    contract=telecom[0].display_name,
                )
            )
        return super()._recurring_create_invoice(date_ref)
