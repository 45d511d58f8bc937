# SPDX-License-Identifier: AGPL-3.0-or-later
"""How an invoice is paid: by direct debit with its mandate, or by transfer with a GiroCode."""

from __future__ import annotations

from odoo import api, models

from ..report import girocode


class TelecomDocument(models.AbstractModel):
    _inherit = "telecom.document"

    @api.model
    def _is_debit(self, move) -> bool:
        """Whether the invoice is collected by direct debit."""
        return bool(move.mandate_id) and move.move_type == "out_invoice"

    @api.model
    def _prepare_payment(self, move, words) -> list[str]:
        t = words.texts
        open_amount = self._exact(
            move.amount_residual if move.state == "posted" else move.amount_total
        )
        amount = words.money(open_amount)
        if move.move_type == "out_refund":
            return [t["pay_credit"].format(amount=amount)] if open_amount else []
        if not open_amount:
            return [t["pay_paid" if move.amount_total else "pay_nothing"]]
        date = words.date(move.invoice_date_due or move.company_id._telecom_today())
        if self._is_debit(move):
            return [
                t["pay_debit"].format(
                    amount=amount,
                    date=date,
                    iban=self._hidden_iban(move.mandate_id.partner_bank_id.acc_number),
                    mandate=move.mandate_id.unique_mandate_reference,
                    creditor=self._creditor_id(move),
                )
            ]
        reference = move.payment_reference or move.name or ""
        bank = move.partner_bank_id or self._company_bank(move.company_id)
        if not bank:
            return [t["pay_by"].format(amount=amount, date=date, reference=reference)]
        place = ", ".join(filter(None, [bank.bank_bic, bank.bank_id.name]))
        return [
            t["pay_transfer"].format(
                amount=amount,
                date=date,
                iban=self._shown_iban(bank.acc_number),
                bank=f" ({place})" if place else "",
                reference=reference,
            )
        ]

    @api.model
    def _creditor_id(self, move) -> str:
        method = move.preferred_payment_method_line_id
        return method.sepa_creditor_identifier or move.company_id.sepa_creditor_identifier or ""

    @api.model
    def _prepare_qr(self, move) -> str | None:
        """A GiroCode for transfers in euro that are still to be made."""
        bank = move.partner_bank_id or self._company_bank(move.company_id)
        amount = self._exact(move.amount_residual)
        if (
            move.move_type != "out_invoice"
            or move.state != "posted"
            or move.currency_id.name != "EUR"
            or amount <= 0
            or self._is_debit(move)
            or bank.acc_type != "iban"
        ):
            return None
        name = bank.acc_holder_name or move.company_id.name
        reference = move.payment_reference or move.name
        return girocode.svg(
            girocode.payload(name, bank.acc_number, amount, reference, bank.bank_bic or "")
        )
