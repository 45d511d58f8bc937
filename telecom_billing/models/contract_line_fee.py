# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a contract line owes for its days, compared with the days it was billed."""

import datetime

from odoo import api, fields, models

from ..billing import fees
from ..billing.money import Exact, exact, rounded, unit_of
from ..billing.position import BillingError


class ContractLine(models.Model):
    _inherit = "contract.line"

    telecom_fee_ids = fields.One2many("telecom.fee", "contract_line_id", string="Invoiced fees")
    telecom_invoiced_until = fields.Date(
        string="Invoiced until", compute="_compute_telecom_invoiced_until"
    )

    # ------------------------------------------------------------------ compute
    def _compute_telecom_invoiced_until(self):
        latest = dict(
            self.env["telecom.fee"]
            .sudo()
            ._read_group(
                [("contract_line_id", "in", self.ids), ("state", "=", "billed")],
                ["contract_line_id"],
                ["date_to:max"],
            )
        )
        for line in self:
            line.telecom_invoiced_until = latest.get(line)

    # ------------------------------------------------------------------ business
    def _telecom_fee_months(self):
        """Months that the fee is for; 0 for a fee that is due once."""
        self.ensure_one()
        if self.product_id.telecom_fee_kind == "once":
            return 0
        months = fees.MONTHS.get(self.recurring_rule_type)
        if not months:
            raise BillingError(
                self.env._(
                    "Line “%(line)s” of contract %(contract)s recurs by days or weeks. The "
                    "billing run knows months, quarters and years: choose one of them.",
                    line=self.name,
                    contract=self.contract_id.code,
                )
            )
        return months * self.recurring_interval

    def _telecom_due_span(self, period):
        """The days that must have been billed after the run for the month ``period``, or None."""
        self.ensure_one()
        owed, months = self._telecom_owed_span(), self._telecom_fee_months()
        if not owed:
            return None
        in_advance = not months or self.recurring_invoicing_type == "pre-paid"
        last = min(owed.last, fees.horizon(owed.first, period, months or 1, in_advance))
        return fees.Span(owed.first, last) if last >= owed.first else None

    def _telecom_owed_span(self):
        """All days the line is to be paid for, however far ahead, or None."""
        self.ensure_one()
        start = self.date_start
        if self.is_canceled or self.display_type or not start:
            return None
        last = self.date_end or datetime.date.max
        if not self._telecom_fee_months():
            last = min(last, start)
        return fees.Span(start, last) if last >= start else None

    def _telecom_fee_price(self):
        """The fee of one whole period, exact: quantity times price less discount."""
        self.ensure_one()
        return exact(self.quantity) * exact(self.price_unit) * (1 - exact(self.discount or 0) / 100)

    def _telecom_missing(self, period):
        """Yield ``(span, price, months)`` of what is to be billed, cut by its blocks."""
        self.ensure_one()
        due = self._telecom_due_span(period)
        price, months = self._telecom_fee_price(), self._telecom_fee_months()
        if not price:
            return
        billed = [fee._span() for fee in self._telecom_billed()]
        for span in fees.subtract(due, billed):
            for block in fees.blocks(span, self.date_start, months or 1):
                yield block, price, months

    def _telecom_surplus(self):
        """Yield ``(fee, kept span or None, span to give back)`` of what was billed too much.

        That a later run has billed further ahead is not too much.
        """
        self.ensure_one()
        owed = self._telecom_owed_span()
        for fee in self._telecom_billed():
            kept = fees.overlap(fee._span(), owed)
            if not kept:
                yield fee, None, fee._span()
            elif kept.last < fee.date_to and kept.first == fee.date_from:
                yield fee, kept, fees.Span(kept.last + fees.DAY, fee.date_to)
            elif kept != fee._span():
                raise BillingError(
                    self.env._(
                        "Line “%(line)s” of contract %(contract)s starts on %(start)s, but was "
                        "billed from %(billed)s. Reverse invoice %(invoice)s, or set the start "
                        "back.",
                        line=self.name,
                        contract=self.contract_id.code,
                        start=self.date_start,
                        billed=fee.date_from,
                        invoice=fee.move_id.name,
                    )
                )

    def _telecom_billed(self):
        return self.telecom_fee_ids.filtered(lambda fee: fee.state == "billed").sorted("date_from")

    @api.model
    def _telecom_fee_amount(self, price, span, months):
        """Exact cost of the days of ``span`` of a fee ``price`` for ``months`` (0: once)."""
        return price * fees.share(span, months) if months else Exact(price)

    @api.model
    def _telecom_credit_amount(self, fee, kept):
        """What comes back of a billed fee when only the days ``kept`` stay.

        The difference to what those days alone would have cost, so that fee and credit together
        are to the cent what an invoice for the kept days would have been.
        """
        if not kept or not fee.months:
            return exact(fee.amount)
        stays = self._telecom_fee_amount(exact(fee.price), kept, fee.months)
        return exact(fee.amount) - exact(rounded(stays, unit_of(fee.currency_id)))
