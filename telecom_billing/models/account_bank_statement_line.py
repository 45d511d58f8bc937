# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of bank statements find what they pay: by what we wrote, what customers write, or who."""

import re

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: As many neighbouring words as an invoice number may be broken into: INV / 2026 / 00012.
PARTS = 4


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    telecom_end_to_end = fields.Char(string="End-to-end id", readonly=True, index="btree_not_null")
    telecom_batch = fields.Char(string="Batch", readonly=True)
    telecom_return_code = fields.Char(string="Return reason", readonly=True)
    telecom_return_amount = fields.Monetary(string="Returned", readonly=True)
    telecom_return_id = fields.Many2one(
        "payment.return", string="Returned debit", readonly=True, index="btree_not_null"
    )
    telecom_match = fields.Char(
        string="Matched by", readonly=True, help="Which rule found what the line pays."
    )

    # ------------------------------------------------------------------ hooks of the OCA
    def _auto_reconcile(self):
        # EXTENDS 'account_reconcile_oca'
        self._telecom_reconcile()
        return super()._auto_reconcile()

    def _do_auto_reconcile_invoices(self):
        # OVERRIDES 'account_reconcile_oca': its guess by text search is slow and matches fragments
        return self, self.browse()

    # ------------------------------------------------------------------ business
    def _telecom_reconcile(self):
        """Settle what is certain; the rest stays for the reconciliation screen.

        Rules in order, the first that gives one answer wins: batch of an order of ours, id of a
        payment of ours (also of returned debits), invoice numbers in the text, customer or
        contract number in the text, account of the customer. The last two only when open items
        add up to the amount.
        """
        rules = (
            ("batch", self._telecom_by_batch),
            ("return", self._telecom_by_return),
            ("end_to_end", self._telecom_by_end_to_end),
            ("invoice", self._telecom_by_invoice),
            ("customer", self._telecom_by_customer),
            ("account", self._telecom_by_account),
        )
        for line in self.sorted("id"):
            if line.is_reconciled or line.foreign_currency_id or not line.amount:
                continue
            for name, rule in rules:
                # A debit that came back undoes a payment; it pays nobody's credit note.
                if line.telecom_return_code and name != "return":
                    continue
                items = rule(line)
                if items:
                    line._telecom_settle(items)
                    line.telecom_match = name
                    break

    # ------------------------------------------------------------------ our own payments
    def _telecom_by_batch(self, line):
        """The payments of an order's lot, when they are all open and add up."""
        if not line.telecom_batch or line.amount < 0:
            return None
        lot = self.env["account.payment.lot"].search(
            [("name", "=", line.telecom_batch), ("company_id", "=", line.company_id.id)], limit=1
        )
        items = self._telecom_outstanding(lot.payment_ids)
        return items if line._telecom_adds_up(items) else None

    def _telecom_by_end_to_end(self, line):
        if not line.telecom_end_to_end or line.telecom_return_code:
            return None
        items = self._telecom_outstanding(self._telecom_payments(line))
        return items if line._telecom_adds_up(items) else None

    def _telecom_by_return(self, line):
        """A debit that came back: its payment is undone, the invoice is open again."""
        if not line.telecom_return_code or line.amount >= 0:
            return None
        payment = self._telecom_payments(line)
        if len(payment) != 1:
            return None
        returned = self.env["payment.return"]._telecom_return(payment, line)
        if not returned:
            return None
        line.telecom_return_id = returned
        outstanding = payment.outstanding_account_id
        return returned.move_id.line_ids.filtered(
            lambda item: item.account_id == outstanding and not item.reconciled
        )

    def _telecom_payments(self, line):
        return self.env["account.payment"].search(
            [
                ("memo", "=", line.telecom_end_to_end),
                ("company_id", "=", line.company_id.id),
                ("state", "in", ("in_process", "paid")),
                ("payment_order_id", "!=", False),
            ]
        )

    def _telecom_outstanding(self, payments):
        """The open items of payments that wait for the bank."""
        return payments.move_id.line_ids.filtered(
            lambda item: (
                item.account_id == item.move_id.origin_payment_id.outstanding_account_id
                and not item.reconciled
            )
        )

    # ------------------------------------------------------------------ what customers write
    def _telecom_words(self):
        """Everything in the text that could be a number of ours, without separators, upper case.

        “Rg. INV/2026/00012, Kd K100023” holds INV202600012 and K100023, however it is written.
        """
        self.ensure_one()
        text = f"{self.payment_ref or ''} {self.ref or ''}".upper()
        words = re.findall(r"[A-Z0-9]+", text)
        found = set()
        for i in range(len(words)):
            for count in range(1, PARTS + 1):
                joined = "".join(words[i : i + count])
                if len(joined) >= 4 and any(sign.isdigit() for sign in joined):
                    found.add(joined)
        return sorted(found)

    def _telecom_by_invoice(self, line):
        """Invoices named in the text: all of them in full, or a part of a single one."""
        if line.amount < 0:
            return None
        items = self._telecom_open_items(
            line, SQL("%s = ANY(%s)", PLAIN_NAME, line._telecom_words())
        )
        if len(items.partner_id) > 1:
            return None
        if line._telecom_adds_up(items):
            return items
        part = len(items) == 1 and line._telecom_compare(items) < 0
        return items if part else None

    def _telecom_by_customer(self, line):
        """A customer or contract number in the text; open items decide what is paid."""
        words = line._telecom_words()
        partners = self.env["res.partner"].search(
            Domain("ref", "in", words)
            & Domain("company_id", "in", (line.company_id.id, False))
            & Domain("telecom_kind", "!=", False)
        )
        contracts = self.env["contract.contract"].search(
            Domain("code", "in", words) & Domain("company_id", "=", line.company_id.id)
        )
        if contracts and len(contracts.commercial_partner_id | partners) == 1:
            within = SQL("m.telecom_contract_id = ANY(%s)", contracts.ids)
            found = line._telecom_certain(self._telecom_open_items(line, within))
            if found:
                return found
        partner = partners.commercial_partner_id or contracts.commercial_partner_id
        return self._telecom_of_partner(line, partner)

    def _telecom_by_account(self, line):
        iban = re.sub(r"\W", "", line.account_number or "").upper()
        if not iban:
            return None
        banks = self.env["res.partner.bank"].search(
            [
                ("sanitized_acc_number", "=", iban),
                ("company_id", "in", (line.company_id.id, False)),
            ]
        )
        return self._telecom_of_partner(line, banks.partner_id.commercial_partner_id)

    def _telecom_of_partner(self, line, partner):
        if len(partner) != 1 or partner == line.company_id.partner_id:
            return None
        within = SQL("l.partner_id = %s", partner.id)
        return line._telecom_certain(self._telecom_open_items(line, within))

    def _telecom_open_items(self, line, condition):
        """Open receivables of posted invoices and credit notes, oldest first."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id
                  FROM account_move m
                  JOIN account_move_line l ON l.move_id = m.id
                  JOIN account_account a ON a.id = l.account_id
                 WHERE m.company_id = %s AND m.state = 'posted'
                   AND m.move_type IN ('out_invoice', 'out_refund')
                   AND a.account_type = 'asset_receivable' AND NOT l.reconciled
                   AND l.currency_id = %s AND %s
                 ORDER BY l.date_maturity, l.id
                """,
                line.company_id.id,
                line.currency_id.id,
                condition,
            )
        )
        return self.env["account.move.line"].browse([row[0] for row in rows])

    # ------------------------------------------------------------------ certainty
    def _telecom_compare(self, items):
        """-1, 0 or 1: the amount of the line is less, equal to or more than the open items."""
        self.ensure_one()
        return self.currency_id.compare_amounts(self.amount, sum(items.mapped("amount_residual")))

    def _telecom_adds_up(self, items):
        return bool(items) and self._telecom_compare(items) == 0

    def _telecom_certain(self, items):
        """All open items when they add up, or the oldest one over exactly this amount."""
        self.ensure_one()
        if self._telecom_adds_up(items):
            return items
        equal = items.filtered(lambda item: self._telecom_adds_up(item))
        return equal[:1] or None

    # ------------------------------------------------------------------ booking
    def _telecom_settle(self, items):
        """Replace the suspense line by counterparts of ``items`` and reconcile them.

        What a bank line has beyond its items is the bank's charge for a returned debit.
        """
        self.ensure_one()
        _liquidity, suspense, other = self._seek_for_lines()
        move = self.move_id.with_context(
            skip_account_move_synchronization=True,
            force_delete=True,
            skip_invoice_sync=True,
            skip_readonly_check=True,
            check_move_validity=False,
        )
        open_amount = sum(items.mapped("amount_residual"))
        part = self._telecom_compare(items) < 0 < self.amount
        pairs = []
        values = []
        for item in items:
            balance = -self.amount if part else -item.amount_residual
            values.append(self._telecom_counterpart(item.account_id, balance, item))
        charges = 0.0 if part else open_amount - self.amount
        if not self.currency_id.is_zero(charges):
            account = self.journal_id.default_expense_account_id
            account = account or self.company_id.telecom_bank_charges_account_id
            values.append(self._telecom_counterpart(account, charges))
        with move._check_balanced({"records": move, "self": move}):
            (suspense | other).with_context(**move.env.context).unlink()
            created = self.env["account.move.line"].with_context(**move.env.context).create(values)
        pairs = zip(items, created, strict=False)
        if not self.partner_id and len(items.partner_id) == 1:
            self.with_context(skip_account_move_synchronization=True).partner_id = items.partner_id
        self.env["account.move.line"]._reconcile_plan(
            [item | counterpart for item, counterpart in pairs]
        )
        self.write({"reconcile_mode": "edit", "reconcile_data": False})

    def _telecom_counterpart(self, account, balance, item=None):
        return {
            "move_id": self.move_id.id,
            "account_id": account.id,
            "partner_id": item.partner_id.id if item else False,
            "name": (item.move_id.name if item else self.env._("Bank charges")) or self.payment_ref,
            "currency_id": self.currency_id.id,
            "balance": balance,
            "amount_currency": balance,
        }


#: A document's number without separators; account_move has an index over it.
PLAIN_NAME = SQL("upper(regexp_replace(m.name, '[^A-Za-z0-9]', '', 'g'))")
