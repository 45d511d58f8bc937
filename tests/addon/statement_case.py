# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of bank statements share: a run, its debits, statements brought in."""

import base64

from tests.addon import bank
from tests.addon.billing_case import COMPANY_IBAN, IBANS, BillingCase


class StatementCase(BillingCase):
    def setUp(self):
        super().setUp()
        self.run_1 = self.new_run("2026-09-01")

    def bring(self, *entries, **vals):
        """Import a statement; returns its new lines, after matching."""
        known = self.env["account.bank.statement.line"].search([])
        wizard = self.env["account.statement.import"].create(
            {
                "statement_filename": "statement.xml",
                "statement_file": base64.b64encode(bank.statement(COMPANY_IBAN, entries, **vals)),
            }
        )
        wizard._import_file()
        lines = self.env["account.bank.statement.line"].search([]) - known
        lines._auto_reconcile()
        return lines.sorted("id")

    def transfer(self, amount, text="", iban=IBANS[0], debtor="Somebody", **vals):
        return bank.entry(amount, bank.details(text=text, iban=iban, debtor=debtor), **vals)

    def billed(self, *contracts):
        self.step(self.run_1, "invoice")
        moves = self.env["account.move"].search([("telecom_run_id", "=", self.run_1.id)])
        return [moves.filtered(lambda m, c=c: m.telecom_contract_id == c) for c in contracts]

    def debits(self, *names, disputed=0):
        """Invoices of new customers, debited by one order; returns them and the order."""
        contracts = [
            self.debit_customer(name, iban=iban) for name, iban in zip(names, IBANS, strict=False)
        ]
        moves = self.billed(*contracts)
        for move in moves:
            move.telecom_disputed_amount = disputed
        self.step(self.run_1, "collect")
        return moves, self.run_1.payment_order_ids

    def sent_back(self, payment, reason, amount="-60.00", **vals):
        details = bank.details(
            end_to_end=payment.memo, reason=reason, debtor="Debtor", iban=IBANS[0], **vals
        )
        return bank.entry(amount, details)

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return self.company.currency_id.round(sum(lines.mapped("balance")))
