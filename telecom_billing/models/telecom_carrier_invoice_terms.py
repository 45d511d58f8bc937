# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the amounts and durations of a carrier's invoice are: currency, VAT, increments."""

from __future__ import annotations

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

MICRO = 1_000_000


class TelecomCarrierInvoice(models.Model):
    _inherit = "telecom.carrier.invoice"

    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    amounts = fields.Selection(
        [("net", "Without VAT"), ("gross", "With VAT")],
        "Amounts Are",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    increment_first = fields.Integer(
        "First Increment (s)",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Our calls are counted in the carrier's increments. 0: the seconds as they are.",
    )
    increment_next = fields.Integer(
        "Further Increments (s)",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        compute="_compute_tax_ids",
        store=True,
        readonly=False,
        help="Of the vendor bill; amounts with VAT are compared without it.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("layout_id", "company_id")
    def _compute_terms(self):
        for invoice in self:
            layout = invoice.layout_id
            company = invoice.company_id or self.env.company
            invoice.currency_id = layout.currency_id or company.currency_id
            invoice.amounts = layout.amounts or "net"
            invoice.increment_first = layout.increment_first
            invoice.increment_next = layout.increment_next

    @api.depends("partner_id", "company_id")
    def _compute_tax_ids(self):
        for invoice in self:
            tax = invoice.company_id.account_purchase_tax_id
            invoice.tax_ids = invoice._fiscal_position().map_tax(tax)

    # ------------------------------------------------------------------ business
    def _fiscal_position(self):
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return positions._get_fiscal_position(self.partner_id)

    def _vat_factor(self) -> Decimal:
        """What amounts as written are divided by to be without VAT."""
        factor = Decimal(1)
        if self.amounts == "gross":
            for tax in self.tax_ids.flatten_taxes_hierarchy():
                shares = tax.invoice_repartition_line_ids.filtered(
                    lambda line: line.repartition_type == "tax"
                )
                if tax.amount_type == "percent":
                    # reverse charge: its parts cancel each other, nothing is paid to the carrier
                    share = Decimal(str(sum(shares.mapped("factor_percent")))) / 100
                    factor += Decimal(str(tax.amount)) / 100 * share
        return factor

    def _without_vat(self, amount):
        """An amount of the file (number or Decimal), without VAT."""
        factor = self._vat_factor()
        if factor == 1:
            return amount
        net = (Decimal(str(amount)) / factor).quantize(Decimal("0.000001"))
        return net if isinstance(amount, Decimal) else float(net)

    def _counted_sql(self) -> SQL:
        """Millionths of a second of the fact ``u``, in the carrier's increments."""
        first = self.increment_first * MICRO
        step = (self.increment_next or self.increment_first) * MICRO
        if not step:
            return SQL("u.quantity")
        return SQL(
            "CASE WHEN u.quantity <= 0 THEN 0 ELSE %(first)s"
            " + greatest(0, (u.quantity - %(first)s + %(step)s - 1) / %(step)s * %(step)s) END",
            first=first,
            step=step,
        )

    def _conversion(self, currency) -> Decimal:
        """Of the invoice's currency for one of another, by the rate at the end of the period."""
        if currency == self.currency_id:
            return Decimal(1)
        rate = self.env["res.currency"]._get_conversion_rate(
            currency, self.currency_id, self.company_id, self.date_end
        )
        return Decimal(str(rate))
