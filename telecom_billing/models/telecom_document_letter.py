# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reminders, dunning notices, and the page of control totals."""

from __future__ import annotations

import datetime
from decimal import Decimal

from odoo import api, models

from ..report import girocode, letter, renderer, totals

#: By level: the letter's title, and how it begins.
LEVELS = (
    ("reminder", "reminder_intro"),
    ("dunning_first", "dunning_intro"),
    ("dunning_second", "dunning_intro"),
)


class TelecomDocument(models.AbstractModel):
    _inherit = "telecom.document"

    # ------------------------------------------------------------------ reminders
    @api.model
    def _reminder_pdf(
        self,
        partner,
        moves,
        level: int = 0,
        date: datetime.date | None = None,
        pay_by: datetime.date | None = None,
        fees: float = 0.0,
        paragraphs: list[str] | None = None,
    ) -> bytes:
        """A letter about open invoices, as PDF/A-3b.

        :param moves: posted, open invoices of one customer in one company and currency
        :param level: 0 payment reminder, 1 first, 2 second dunning notice
        :param paragraphs: the text before the table instead of the usual one
        """
        document = self._prepare_reminder(partner, moves, level, date, pay_by, fees, paragraphs)
        return letter.render(renderer.shared(), document)

    @api.model
    def _prepare_reminder(self, partner, moves, level, date, pay_by, fees, paragraphs):
        company = moves.company_id.ensure_one()
        currency = moves.currency_id.ensure_one()
        words = self._format(company, partner, currency)
        t = words.texts
        date = date or company._telecom_today()
        pay_by = pay_by or date + datetime.timedelta(days=7 if level else 10)
        title, intro = LEVELS[min(level, len(LEVELS) - 1)]
        customer = partner.commercial_partner_id
        fee = self._exact(fees)
        total = sum((self._exact(move._telecom_claim()) for move in moves), Decimal(0)) + fee
        sums = [(t["fees"], words.money(fee))] if fee else []
        sheet = self._prepare_sheet(
            company,
            partner,
            t[title],
            date,
            currency=currency,
            info=[
                (label, value)
                for label, value in (
                    (t["date"], words.date(date)),
                    (t["customer_number"], customer.ref),
                )
                if value
            ],
            continued=[f"{t['customer']} {customer.ref}" if customer.ref else "", words.date(date)],
        )
        return letter.Letter(
            sheet,
            before=[self._greeting(words, partner), *(paragraphs or [t[intro]])],
            table=letter.Table(
                [
                    (t["invoice"], "left"),
                    (t["date"], "right"),
                    (t["due_date"], "right"),
                    (t["days_overdue"], "right"),
                    (t["original_amount"], "right"),
                    (t["open_amount"], "right"),
                ],
                [
                    self._prepare_open_row(move, words, date)
                    for move in moves.sorted(lambda move: (move.invoice_date_due, move.name))
                ],
                [*sums, (t["open_total"], words.money(total))],
            ),
            after=[t["reminder_pay"].format(date=words.date(pay_by)), t["reminder_crossed"]],
            payment=self._prepare_reminder_payment(moves, words, total, pay_by),
            qr=self._prepare_reminder_qr(moves, total),
            closing=[f"{t['regards']}\n{company.name}"],
        )

    @api.model
    def _prepare_open_row(self, move, words, date) -> list[str]:
        overdue = (date - move.invoice_date_due).days if move.invoice_date_due else 0
        return [
            move.name,
            words.date(move.invoice_date),
            words.date(move.invoice_date_due),
            words.number(max(0, overdue)),
            words.money(self._exact(move.amount_total)),
            words.money(self._exact(move._telecom_claim())),
        ]

    @api.model
    def _reminder_reference(self, moves) -> str:
        """What to write on the transfer: the invoice, or the customer where there are several."""
        customer = moves.commercial_partner_id.ref
        return moves.name if len(moves) == 1 else customer or ", ".join(moves.mapped("name"))

    @api.model
    def _prepare_reminder_payment(self, moves, words, total, pay_by) -> list[str]:
        bank = self._company_bank(moves.company_id)
        values = {
            "amount": words.money(total),
            "date": words.date(pay_by),
            "reference": self._reminder_reference(moves),
        }
        if not bank:
            return [words.texts["pay_by"].format(**values)]
        place = ", ".join(filter(None, [bank.bank_bic, bank.bank_id.name]))
        text = words.texts["pay_transfer"]
        iban = self._shown_iban(bank.acc_number)
        return [text.format(iban=iban, bank=f" ({place})" if place else "", **values)]

    @api.model
    def _prepare_reminder_qr(self, moves, total) -> str | None:
        bank = self._company_bank(moves.company_id)
        if moves.currency_id.name != "EUR" or total <= 0 or bank.acc_type != "iban":
            return None
        name = bank.acc_holder_name or moves.company_id.name
        text = self._reminder_reference(moves)
        return girocode.svg(
            girocode.payload(name, bank.acc_number, total, text, bank.bank_bic or "")
        )

    # ------------------------------------------------------------------ control totals
    @api.model
    def _totals_pdf(self, run) -> bytes:
        """The control totals of a billing run on one page."""
        company = run.company_id
        words = self._format(company, self.env.user.partner_id)
        t = words.texts
        sheet = self._prepare_sheet(
            company,
            self.env["res.partner"],
            f"{t['control_totals']} {words.month(run.period_start)}",
            company._telecom_today(),
            lang=words.lang,
            info=[
                (t["service_period"], words.period(run.period_start, run.period_end)),
                (t["invoice_date"], words.date(run.invoice_date)),
            ],
            continued=[company.name],
        )
        stages = [
            totals.Stage(
                row["label"],
                row["records"],
                None if row["quantity"] is None else Decimal(row["quantity"]),
                None if row["amount"] is None else Decimal(row["amount"]),
                row["check"],
            )
            for row in run.control_totals()
        ]
        return totals.render(renderer.shared(), sheet, stages, [])
