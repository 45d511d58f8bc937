# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of two rules came first for invoiced usage stays: only the first tiers that fit price a
record, and the first allowance is used up first."""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..store.invoiced_days import last_day

#: Set while several rules get new places, which is looked at as a whole.
TOGETHER = "telecom_rules_reordered"


class TelecomRuleOrderLock(models.AbstractModel):
    _name = "telecom.rule.order.lock"
    _description = "Order of Rules That Invoices Keep"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        if "sequence" not in vals or self.env.context.get(TOGETHER):
            return super().write(vals)
        before = self._places()
        done = super().write(vals)
        self._refuse_other_order(before)
        return done

    def web_resequence(self, specification, field_name="sequence", offset=0):
        # EXTENDS 'web': rules pass each other on the way to the same order as before
        before = self._places()
        moved = self.with_context(**{TOGETHER: True})
        found = super(TelecomRuleOrderLock, moved).web_resequence(specification, field_name, offset)
        self._refuse_other_order(before)
        return found

    # ------------------------------------------------------------------ business
    def _rivals(self):
        """Rules in whose order these stand."""
        domain = [("company_id", "in", self.company_id.ids)]
        return self.sudo().search(domain, order="sequence, id")

    def _places(self) -> dict[int, int]:
        return {one.id: place for place, one in enumerate(self._rivals())}

    def _refuse_other_order(self, before: dict[int, int]):
        after, rivals = self._places(), self._rivals()
        for one in self:
            passed = rivals.filtered(
                lambda other, one=one: (
                    other.company_id == one.company_id
                    and (before[one.id] < before[other.id]) != (after[one.id] < after[other.id])
                )
            )
            if not passed or not one._invoiced_concern():
                continue
            for other in passed:
                if until := one._both_invoiced(other):
                    pair = (one, other) if before[one.id] < before[other.id] else (other, one)
                    raise UserError(
                        self.env._(
                            "“%(first)s” came before “%(second)s” for usage that is on invoices "
                            "up to %(day)s, and this order stays. Let one of the two end on that "
                            "day or later, and enter another one in its place that is valid from "
                            "the day after.",
                            first=pair[0].name,
                            second=pair[1].name,
                            day=format_date(self.env, until),
                        )
                    )

    def _both_invoiced(self, other):
        """Day of the last invoiced record that both are for."""
        self.env.flush_all()
        mine, others = self._concerns()[self.id], other._concerns()[other.id]
        return last_day(self.env.cr, mine.both(others)) if mine and others else None


class TelecomTier(models.Model):
    _name = "telecom.tier"
    _inherit = ["telecom.tier", "telecom.rule.order.lock"]


class TelecomAllowance(models.Model):
    _name = "telecom.allowance"
    _inherit = ["telecom.allowance", "telecom.rule.order.lock"]
