# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be true before an invoice is made, and after."""

from __future__ import annotations

import decimal

from ..billing.position import BillingError
from .base import StepError


class InvoiceChecks:
    """Part of the step Invoice."""

    def _check_dates(self) -> None:
        """Invoices must not go into a closed period."""
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        date = self.run.invoice_date
        violated = self.company._get_lock_date_violations(
            date, fiscalyear=True, sale=True, purchase=False, tax=True, hard=True
        )
        if not journal:
            raise StepError(
                self.env._(
                    "%(company)s has no sales journal. Set the company up for telecom first.",
                    company=self.company.name,
                )
            )
        if violated:
            locked = max(lock_date for lock_date, _field in violated)
            raise StepError(
                self.env._(
                    "The invoice date %(date)s lies in a period closed until %(locked)s. Choose a "
                    "later invoice date on the run.",
                    date=date,
                    locked=locked,
                )
            )

    def _check_contract(self, contract, builder) -> None:
        """Mandatory data without which no invoice may go out (UStG § 14 (4))."""
        partner = contract.invoice_partner_id or contract.partner_id
        absent = [
            label
            for field, label in (
                ("name", self.env._("name")),
                ("street", self.env._("street")),
                ("zip", self.env._("zip")),
                ("city", self.env._("city")),
                ("country_id", self.env._("country")),
            )
            if not partner[field] and (field != "zip" or partner.country_id.zip_required)
        ]
        if absent:
            raise BillingError(
                self.env._(
                    "Customer %(customer)s of contract %(contract)s has no complete address: "
                    "%(absent)s. Add what is missing.",
                    customer=partner.display_name,
                    contract=contract.code,
                    absent=", ".join(absent),
                )
            )
        until = partner.commercial_partner_id.telecom_reseller_until
        if (
            builder._position_of(contract) == self.company.telecom_reseller_position_id
            and self.company.telecom_reseller_position_id
            and not (until and until >= self.run.invoice_date)
        ):
            raise BillingError(
                self.env._(
                    "Customer %(customer)s is invoiced without VAT as a reseller, but no valid "
                    "certificate USt 1 TQ is on file (until: %(until)s). Enter its new date, or "
                    "take the fiscal position away.",
                    customer=partner.display_name,
                    until=until or "–",
                )
            )

    def _check_sums(self, move, contract, positions) -> None:
        """The invoice says what was computed, whatever an add-on or a tax setting does to it."""
        sign = -1 if move.move_type == "out_refund" else 1
        if len({position.gross for position in positions}) > 1:
            return
        wanted = sum((position.amount for position in positions), decimal.Decimal(0))
        found = move.amount_total if positions[0].gross else move.amount_untaxed
        if move.currency_id.compare_amounts(sign * found, float(wanted)) != 0:
            raise BillingError(
                self.env._(
                    "The invoice of contract %(contract)s adds up to %(found)s, its positions to "
                    "%(wanted)s. Check its taxes and what changes its lines.",
                    contract=contract.code,
                    found=sign * found,
                    wanted=wanted,
                )
            )
