# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's bank at work: takes the month's debit files, sends a statement, has it reconciled."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import pathlib

from . import bank, people

OPENING = decimal.Decimal("25000.00")


class HouseBank:
    """A bank with a memory: its balance, and which customer pays how (column ``pays``)."""

    def __init__(self, env, folder: pathlib.Path):
        self.env, self.folder = env, folder
        self.pays = {f"K{customer.key}": customer.pays for customer in people.customers()}
        self.balance = OPENING
        self.unpaid: list = []  # invoices of those who pay a month late
        self.journal = env.company.telecom_debit_method_line_id.journal_id
        folder.mkdir(parents=True, exist_ok=True)

    def settle(self, run, day: dt.date) -> str:
        """One month: debits collected, some returned, transfers in; booked and reconciled."""
        debits = [debit for file in self._debit_files(run) for debit in bank.read_debits(file)]
        returns = {
            f"NLT-{number[1:]}-01": pays.partition(":")[2]
            for number, pays in self.pays.items()
            if pays.startswith("sepa:")
        }
        entries = bank.book(debits, returns, self._transfers(run))
        name = f"{run.period_start:%Y-%m}"
        iban = self.journal.bank_account_id.sanitized_acc_number
        content, self.balance = bank.statement(name, iban, self.balance, entries)
        (self.folder / f"camt053_{name}.xml").write_bytes(content)
        lines = self._import(f"camt053_{name}.xml", content)
        self.env.cr.commit()
        back = sum(1 for entry in entries if entry.reason)
        settled = len(lines.filtered("is_reconciled"))
        return (
            f"{len(debits)} debits, {back} returned, {len(entries) - back} credits; "
            f"{settled} of {len(lines)} lines reconciled by themselves"
        )

    def _debit_files(self, run) -> list[bytes]:
        orders = self.env["account.payment.order"].search([("telecom_run_id", "=", run.id)])
        files = orders.payment_file_id
        for file in files:
            (self.folder / file.name).write_bytes(file.raw)
        return [file.raw for file in files]

    def _transfers(self, run) -> list[bank.Transfer]:
        """Who pays by transfer does so two days before it is due, some late, some never."""
        late, self.unpaid = self.unpaid, []
        transfers = [self._transfer(invoice, invoice.invoice_date_due, 34) for invoice in late]
        invoices = self.env["account.move"].search(
            [
                ("telecom_run_id", "=", run.id),
                ("state", "=", "posted"),
                ("telecom_contract_id.telecom_payment", "=", "transfer"),
            ],
            order="id",
        )
        for invoice in invoices:
            how = self.pays[invoice.commercial_partner_id.ref].partition(":")[2]
            if how == "late":
                self.unpaid.append(invoice)
            elif how != "never" and invoice.amount_residual:
                transfers.append(self._transfer(invoice, invoice.invoice_date_due, -2, how))
        return transfers

    def _transfer(self, invoice, due: dt.date, days: int, how: str = "") -> bank.Transfer:
        partner = invoice.commercial_partner_id
        text = f"Rechnung {invoice.name} Kunde {partner.ref}"
        if how == "sloppy":  # blanks in the number, words around it
            text = f"zu rg. nr {invoice.name.replace('/', ' / ')} vielen dank"
        return bank.Transfer(
            date=(due + dt.timedelta(days=days)).isoformat(),
            amount=decimal.Decimal(f"{invoice.amount_residual:.2f}"),
            payer=partner.name,
            iban=people.iban(int(partner.ref[1:])),
            text=text,
        )

    def _import(self, name: str, content: bytes):
        """By the wizard an accountant uses; returns the statement's lines."""
        lines = self.env["account.bank.statement.line"]
        mine = [("journal_id", "=", self.journal.id)]
        before = lines.search(mine)
        wizard = (
            self.env["account.statement.import"]
            .with_context(journal_id=self.journal.id)
            .create({"statement_file": base64.b64encode(content), "statement_filename": name})
        )
        wizard.import_file_button()
        return lines.search(mine) - before
