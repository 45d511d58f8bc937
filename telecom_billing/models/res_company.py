# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a company decides once about its telecom bills."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    telecom_usage_product_id = fields.Many2one(
        "product.product",
        string="Usage product",
        help="Invoice lines for usage carry this product, its income account and its taxes, unless "
        "another usage product names the service (voice, sms, data, …).",
    )
    telecom_transfer_days = fields.Integer(
        string="Days to pay by transfer",
        default=14,
        help="Days from the invoice date until the money must be there.",
    )
    telecom_debit_days = fields.Integer(
        string="Days until direct debit",
        default=14,
        help="Days from the invoice date (the pre-notification) until the account is debited. "
        "SEPA asks for 14 unless a shorter time was agreed with the customer.",
    )
    telecom_debit_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Direct debit by",
        domain="[('payment_type', '=', 'inbound'), ('company_id', '=', id)]",
    )
    telecom_transfer_method_line_id = fields.Many2one(
        "account.payment.method.line",
        string="Transfers to",
        domain="[('payment_type', '=', 'inbound'), ('company_id', '=', id)]",
    )
    telecom_bank_charges_account_id = fields.Many2one(
        "account.account",
        string="Bank charges",
        check_company=True,
        help="What banks take for returned debits.",
    )
    telecom_private_position_id = fields.Many2one(
        "account.fiscal.position",
        string="Private customers",
        help="Fiscal position whose taxes are included in the price. Private customers get it "
        "unless another one is set on them.",
    )
    telecom_reseller_position_id = fields.Many2one(
        "account.fiscal.position",
        string="Domestic resellers",
        help="Fiscal position without VAT for resellers of telecom services. Only customers with a "
        "valid certificate (USt 1 TQ) are invoiced with it.",
    )
    telecom_zero_invoice = fields.Selection(
        [
            ("carry", "Wait for the next invoice with an amount"),
            ("post", "Post an invoice over nothing"),
        ],
        string="Usage without an amount",
        default="carry",
        required=True,
        help="What happens when all a contract has in a month is free.",
    )
    telecom_book_debits = fields.Boolean(
        string="Book debits with the file",
        default=True,
        help="The collection step books the payments as soon as the file is made. Switch it off "
        "when somebody confirms the upload to the bank by hand.",
    )
    telecom_chunk = fields.Integer(
        string="Invoices a transaction",
        default=200,
        help="How many invoices are posted and committed together. A process that dies loses at "
        "most the chunk it was working on; the next start makes it anew.",
    )

    _telecom_chunk_positive = models.Constraint(
        "CHECK (telecom_chunk > 0)", "At least one invoice a transaction is needed."
    )
    _telecom_days_positive = models.Constraint(
        "CHECK (telecom_transfer_days >= 0 AND telecom_debit_days >= 0)",
        "Days to pay are counted from the invoice date onwards: 0 or more.",
    )

    # ------------------------------------------------------------------ business
    def _telecom_today(self):
        """Today for billing: the context's ``telecom_today`` in a rehearsal, else the user's."""
        return fields.Date.to_date(
            self.env.context.get("telecom_today")
        ) or fields.Date.context_today(self)

    def _telecom_next_number(self, code):
        """The next value of the company's sequence ``code``; gaps are allowed, locks are not."""
        self.ensure_one()
        return self.env["ir.sequence"].sudo().with_company(self).next_by_code(code)
