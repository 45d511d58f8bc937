# SPDX-License-Identifier: AGPL-3.0-or-later
"""Collect: a SEPA direct debit order over what customers with a mandate owe."""

from __future__ import annotations

import decimal

from dateutil.relativedelta import relativedelta
from odoo.addons.base_iban.models.res_partner_bank import validate_iban
from odoo.tools import SQL, LazyTranslate

from ..store import exact
from .base import Step, StepError, Totals, register
from .invoice import QUIET

_lt = LazyTranslate(__name__)

#: Debits an order, and a transaction, has at most.
MAX_LINES = 2000
#: A mandate lapses when it was not used for so long (SEPA rulebook).
UNUSED_MONTHS = 36
#: States of a mandate in which it may be used.
USABLE = ("valid", "final")


@register
class CollectStep(Step):
    """Makes debit orders with their pain.008 file and books the payments.

    Each order is one transaction: lines, file, payments and their reconciliation are committed
    together. What is in an order is no longer picked up, so a start after a kill goes on with
    the rest. Debits that cannot be made become findings; the others are not held up.
    """

    code = "collect"
    sequence = 80
    name = _lt("Collect")

    def execute(self) -> Totals:
        self.env = self.env(context={**self.env.context, **QUIET})
        self.run = self.run.with_env(self.env).with_company(self.company)
        self._check_method()
        self._offset_credits()
        self._tell_of_unmatched_returns()
        self._once = {}
        self._claims = self._open_claims()
        lines = self.env["account.move.line"].browse(self._claims)
        if lines:
            self._check_company()
        self._tell_of_credits(lines)
        good = lines.filtered(self._is_good)
        for at in range(0, len(good), MAX_LINES):
            self._make_order(good[at : at + MAX_LINES])
            self.progress(min(at + MAX_LINES, len(good)), len(good))
        return self._totals()

    # ------------------------------------------------------------------ what is open
    def _offset_credits(self) -> None:
        """Set credit notes off against open invoices of the same contract, oldest first."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(l.id ORDER BY l.date_maturity, l.id)
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                 WHERE m.company_id = %s AND m.state = 'posted' AND NOT l.reconciled
                   AND m.telecom_contract_id IS NOT NULL AND a.account_type = 'asset_receivable'
                   AND m.move_type IN ('out_invoice', 'out_refund')
                   AND NOT EXISTS (
                       SELECT FROM account_payment_line p
                         JOIN account_payment_order o ON o.id = p.order_id
                        WHERE p.move_line_id = l.id AND o.state IN ('draft', 'open', 'generated'))
                 GROUP BY m.telecom_contract_id, l.account_id, l.partner_id, l.currency_id
                HAVING bool_or(l.balance < 0) AND bool_or(l.balance > 0)
                """,
                self.company.id,
            )
        )
        for (line_ids,) in rows:
            self.env["account.move.line"].browse(line_ids).reconcile()

    def _open_claims(self) -> dict:
        """{id of a receivable: amount to be debited} of customers who pay by debit.

        What was debited before and is open again, or still, is debited with the next order: after
        an objection is settled, or a return whose reason leaves the mandate as it is. Nothing is
        claimed twice: what waits in an order is taken off.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                 WHERE m.company_id = %(company)s AND m.state = 'posted'
                   AND m.move_type = 'out_invoice' AND NOT l.reconciled
                   AND a.account_type = 'asset_receivable'
                   AND m.preferred_payment_method_line_id = %(method)s
                   AND NOT EXISTS (
                       SELECT FROM account_payment_line p
                         JOIN account_payment_order o ON o.id = p.order_id
                        WHERE p.move_line_id = l.id AND o.state IN ('draft', 'open', 'generated'))
                 ORDER BY l.date_maturity, m.name, l.id
                """,
                company=self.company.id,
                method=self.company.telecom_debit_method_line_id.id or 0,
            )
        )
        lines = self.env["account.move.line"].browse([row[0] for row in rows])
        claims: dict = {}
        left: dict = {}
        for line in lines.filtered(self._may_be_debited):
            move = line.move_id
            if move not in left:
                left[move] = move._telecom_claim() - move._telecom_on_its_way()
            amount = move.currency_id.round(min(line.amount_residual_currency, left[move]))
            if move.currency_id.compare_amounts(amount, 0) > 0:
                claims[line.id] = amount
                left[move] -= amount
        return claims

    def _may_be_debited(self, line) -> bool:
        """Not after a debit that must not be tried again with the same mandate; whoever was
        debited before and has no usable mandate now is reminded instead."""
        before = line.payment_line_ids.filtered(lambda debit: debit.order_id.state == "uploaded")
        mandate = self._mandate_of(line.move_id)
        if line.move_id.telecom_debit_stopped and mandate in before.mandate_id:
            return False
        return not before or mandate.state in USABLE

    def _tell_of_unmatched_returns(self) -> None:
        """Debits that came back, but no payment of ours was found for them."""
        unmatched = self.env["account.bank.statement.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("telecom_return_code", "!=", False),
                ("is_reconciled", "=", False),
            ]
        )
        for line in unmatched:
            self.finding(
                "return_unmatched",
                self.env._(
                    "The debit %(id)s over %(amount)s came back on %(date)s (%(reason)s), but no "
                    "payment was found for it: its invoice counts as paid. Reconcile the "
                    "statement line with the payment.",
                    id=line.telecom_end_to_end or line.payment_ref,
                    amount=line.currency_id.format(-line.amount),
                    date=line.date,
                    reason=line.telecom_return_code,
                ),
                severity="warn",
                record=line,
                amount=-line.amount,
            )

    def _tell_of_credits(self, lines) -> None:
        """Customers who are debited in full, though they have paid too much, or have a correction
        of another contract: what it is for only a person knows."""
        rows = exact.dicts(
            self.env.cr,
            SQL(
                """
                SELECT l.partner_id, -sum(l.amount_residual) AS amount
                  FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                 WHERE l.company_id = %s AND l.parent_state = 'posted' AND NOT l.reconciled
                   AND a.account_type = 'asset_receivable' AND l.amount_residual < 0
                   AND l.partner_id = ANY(%s)
                 GROUP BY l.partner_id ORDER BY l.partner_id
                """,
                self.company.id,
                lines.partner_id.ids,
            ),
        )
        for row in rows:
            partner = self.env["res.partner"].browse(row["partner_id"])
            self.finding(
                "collect_credit",
                self.env._(
                    "%(customer)s is debited, but has a credit of %(amount)s that is set off "
                    "against nothing. Reconcile it with an open invoice, or pay it back.",
                    customer=partner.display_name,
                    amount=self.company.currency_id.format(float(row["amount"])),
                ),
                severity="warn",
                record=partner,
                amount=row["amount"],
            )

    # ------------------------------------------------------------------ checks
    def _check_method(self) -> None:
        """Customers who want to be debited must not be forgotten for want of a method."""
        if self.company.telecom_debit_method_line_id:
            return
        wanted = [("company_id", "=", self.company.id), ("telecom_payment", "=", "sepa_debit")]
        if self.env["contract.contract"].search_count(wanted, limit=1):
            raise StepError(
                self.env._(
                    "Customers of %s want to be debited, but no method for that is chosen. Set "
                    "the company up for telecom, or choose one in the telecom settings.",
                    self.company.name,
                )
            )

    def _check_company(self) -> None:
        """What no debit order can do without."""
        method = self.company.telecom_debit_method_line_id
        if not method.journal_id.bank_account_id:
            raise StepError(
                self.env._(
                    "Bank journal %s has no account number. Enter the company's IBAN.",
                    method.journal_id.display_name,
                )
            )
        if not (method.sepa_creditor_identifier or self.company.sepa_creditor_identifier):
            raise StepError(
                self.env._(
                    "%s has no SEPA creditor identifier. Enter it in the accounting settings.",
                    self.company.name,
                )
            )
        if not method.payment_account_id:
            raise StepError(
                self.env._(
                    "Payment method %s has no outstanding account: without one debits are not "
                    "booked and returned debits cannot be matched. Choose one.",
                    method.display_name,
                )
            )

    def _is_good(self, line) -> bool:
        """Whether the debit can be made; if not, the reason is kept as a finding."""
        reason = self._fault_of(line)
        if reason:
            self.finding(
                "collect_debit",
                self.env._(
                    "Invoice %(invoice)s of %(customer)s cannot be debited: %(reason)s",
                    invoice=line.move_id.name,
                    customer=line.partner_id.display_name,
                    reason=reason,
                ),
                record=line.move_id,
                amount=self._claims[line.id],
            )
        return not reason

    def _fault_of(self, line) -> str:
        move, _ = line.move_id, self.env._
        mandate = self._mandate_of(move)
        bank = mandate.partner_bank_id
        if line.currency_id.name != "EUR":
            return _("SEPA knows euros only. Change its payment method.")
        if not mandate:
            return _("there is no mandate. Enter one, or change the payment method.")
        if mandate.state not in USABLE:
            return _(
                "mandate %s is not valid. Get a new one, or change the payment method.",
                mandate.unique_mandate_reference,
            )
        if mandate.format not in ("sepa_core", "sepa_b2b") or not mandate.signature_date:
            return _("%s is no signed SEPA mandate.", mandate.unique_mandate_reference)
        try:
            validate_iban(bank.acc_number)
        except Exception:
            return _("%s is no valid IBAN. Correct the mandate.", bank.acc_number)
        prefixes = self.env["account.payment.order"]._sepa_iban_prefix_list()
        if bank.sanitized_acc_number[:2] not in prefixes:
            return _("account %s is outside of SEPA.", bank.acc_number)
        if bank.partner_id != line.partner_id.commercial_partner_id:
            return _("account %s belongs to somebody else.", bank.acc_number)
        last_used = mandate.last_debit_date or mandate.signature_date
        if last_used + relativedelta(months=UNUSED_MONTHS) < self.company._telecom_today():
            return _(
                "mandate %(mandate)s was not used since %(date)s and lapsed after 36 months.",
                mandate=mandate.unique_mandate_reference,
                date=last_used,
            )
        if mandate.type == "oneoff" and not self._is_first_use(mandate, line):
            return _("mandate %s was for one debit only.", mandate.unique_mandate_reference)
        return ""

    def _is_first_use(self, mandate, line) -> bool:
        """Whether a one-off mandate was in no order yet, and for no other line of this one."""
        if mandate not in self._once:
            used = self.env["account.payment.line"].search_count(
                [("mandate_id", "=", mandate.id), ("order_id.state", "!=", "cancel")], limit=1
            )
            self._once[mandate] = False if used or mandate.last_debit_date else line
        return self._once[mandate] == line

    def _mandate_of(self, move):
        """The invoice's mandate while it is usable, else the contract's, else the customer's."""
        customer = move.partner_id.with_company(self.company).valid_mandate_id
        contract = move.telecom_contract_id.telecom_mandate_id
        for mandate in (move.mandate_id, contract, customer):
            if mandate.state in USABLE:
                return mandate
        return move.mandate_id or contract or customer

    # ------------------------------------------------------------------ the order
    def _make_order(self, lines) -> None:
        """One order with its file, checked against the schema; then the payments are booked."""
        order = self.env["account.payment.order"].create(
            {
                "payment_method_line_id": self.company.telecom_debit_method_line_id.id,
                "payment_type": "inbound",
                "company_id": self.company.id,
                "description": self.env._("Billing run %s", self.run.name),
                "telecom_run_id": self.run.id,
            }
        )
        payment_lines = lines.create_payment_line_from_move_line(order)
        for payment_line in payment_lines:
            move = payment_line.move_line_id.move_id
            payment_line.write(
                {
                    "mandate_id": self._mandate_of(move).id,
                    "amount_currency": self._claims[payment_line.move_line_id.id],
                }
            )
        again = lines.move_id.filtered(
            lambda move: move.telecom_debit_retry or move.telecom_debit_stopped
        )
        again.write({"telecom_debit_retry": False, "telecom_debit_stopped": False})
        order.draft2open()
        order.open2generated()
        if self.company.telecom_book_debits:
            order.generated2uploaded()
        self.env.flush_all()

    def _totals(self) -> Totals:
        """What the run's orders hold, in all its starts."""
        (row,) = exact.dicts(
            self.env.cr,
            SQL(
                """
                SELECT count(*) AS debits, COALESCE(sum(p.amount_company_currency), 0) AS amount,
                       count(DISTINCT o.id) AS orders
                  FROM account_payment_line p
                  JOIN account_payment_order o ON o.id = p.order_id
                 WHERE o.telecom_run_id = %s AND o.state <> 'cancel'
                """,
                self.run.id,
            ),
        )
        return Totals(
            records=row["debits"],
            amount=decimal.Decimal(row["amount"]),
            details={"orders": row["orders"]},
        )
