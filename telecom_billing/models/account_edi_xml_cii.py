# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Odoo's Factur-X leaves out: direct debit (code 59), service periods, EN 16931 profile."""

from odoo import models

DIRECT_DEBIT = 59
PROFILE = "urn:cen.eu:en16931:2017"


class AccountEdiXmlCii(models.AbstractModel):
    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        # EXTENDS 'account_edi_ubl_cii'
        values = super()._export_invoice_vals(invoice)
        values["document_context_id"] = PROFILE
        documents = self.env["telecom.document"]
        if documents._is_debit(invoice):
            mandate = invoice.mandate_id
            values |= {
                "payment_means_code": DIRECT_DEBIT,
                "telecom_debit": {
                    "iban": mandate.partner_bank_id.sanitized_acc_number,
                    "mandate": mandate.unique_mandate_reference,
                    "creditor": documents._creditor_id(invoice),
                },
            }
        if invoice.telecom_period_start and invoice.telecom_period_end:
            values["billing_start"] = invoice.telecom_period_start
            values["billing_end"] = invoice.telecom_period_end
        if invoice.telecom_contract_id:
            values["contract_reference"] = invoice.telecom_contract_id.code
        for line_values in values["invoice_line_vals_list"]:
            line = line_values["line"]
            if line.telecom_period_start and line.telecom_period_end:
                line_values["billing_start"] = line.telecom_period_start
                line_values["billing_end"] = line.telecom_period_end
        return values

    def _export_invoice_constraints(self, invoice, vals):
        # EXTENDS 'account_edi_ubl_cii': who is debited needs no account to pay to (BR-DE-1)
        constraints = super()._export_invoice_constraints(invoice, vals)
        if vals.get("telecom_debit"):
            constraints.pop("seller_payment_instructions_1", None)
            constraints.pop("seller_payment_instructions_2", None)
        return constraints
