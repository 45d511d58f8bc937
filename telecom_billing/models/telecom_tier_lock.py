# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tiers and limits that priced invoiced usage stay: they change by an end and a successor.

Allowed is what leaves the invoiced usage as it was: an end in the future, a customer without an
invoice, the zones of a new plan.
"""

from __future__ import annotations

import datetime

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..charging import selecting
from ..store.invoiced_days import Concern, changed, last_day
from .field_change import differs

#: What decides no price. The order and the steps of tiers look after themselves.
FREE = {"name", "sequence", "code", "thresholds", "user_id", "mail_customer", "alert_ids",
        "step_ids"}  # fmt: skip
#: What decides whom and what a rule concerns: it may change where that comes to the same.
SELECTING = {
    "active", "tariff_ids", "contract_ids", "line_ids", "partner_ids", "pool_ids", "service",
    "zone_ids", "band_ids", "rate_ids", "share", "valid_from", "valid_to",
}  # fmt: skip


class TelecomSelector(models.AbstractModel):
    _inherit = "telecom.selector"

    # ------------------------------------------------------------------ business
    def _decides_prices(self) -> bool:
        """Whether it does more than telling."""
        self.ensure_one()
        return self.active

    def _concerns(self) -> dict[int, Concern | None]:
        """{rule: the usage that it is for, as far as it decides prices}."""
        found = {}
        for one in self:
            first, last = one._dates()
            first, last = first or datetime.date.min, last or datetime.date.max
            condition = SQL(
                "s.company_id = %s AND %s AND %s",
                one.company_id.id,
                selecting.who(one, first, last),
                selecting.what(one, "s"),
            )
            # A line and a contract may have the same number.
            holder = SQL("%s::text || %s", one.share, selecting.holder(one))
            found[one.id] = (
                Concern(condition, holder, first, last, one._sharers())
                if one._decides_prices()
                else None
            )
        return found

    def _sharers(self) -> frozenset[tuple[int, datetime.date]]:
        """(line, its first day) of all whose number decides how large a balance is."""
        return frozenset()

    def _invoiced_concern(self) -> datetime.date | None:
        """Day of the last invoiced record that this one rule is for."""
        self.env.flush_all()
        concern = self._concerns()[self.id]
        return last_day(self.env.cr, concern) if concern else None

    def _refuse_other_concern(self, before: dict[int, Concern | None]):
        """:param before: what rules were for before they were changed"""
        for one, until in self._otherwise_concerned(before):
            one._refuse(until)

    def _otherwise_concerned(self, before: dict[int, Concern | None]):
        """Rules that are for other invoiced usage than before, each with the last day of both."""
        self.env.flush_all()
        cr = self.env.cr
        for one, now in zip(self, self._concerns().values(), strict=True):
            was = before[one.id]
            if changed(cr, was, now):
                yield one, max(filter(None, (last_day(cr, each) for each in (was, now) if each)))

    def _refuse(self, until: datetime.date):
        raise UserError(
            self.env._(
                "“%(name)s” would change what is on invoices up to %(day)s. What held until then "
                "stays: let it end on that day or later, and enter another one that is valid from "
                "the day after.",
                name=self.name,
                day=format_date(self.env, until),
            )
        )


class TelecomRuleLock(models.AbstractModel):
    _name = "telecom.rule.lock"
    _description = "Rule That Invoices Keep"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        for one in rules:
            if until := one._invoiced_concern():
                raise UserError(
                    self.env._(
                        "“%(name)s” would change what is on invoices up to %(day)s. Let it be "
                        "valid from the day after.",
                        name=one.name,
                        day=format_date(self.env, until),
                    )
                )
        return rules

    def write(self, vals):
        if not vals.keys() - FREE:
            return super().write(vals)
        before = self._concerns()
        names = vals.keys() - FREE - SELECTING
        self.filtered(
            lambda one: any(differs(one, name, vals) for name in names)
        )._refuse_invoiced()
        done = super().write(vals)
        self._refuse_other_concern(before)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced()

    # ------------------------------------------------------------------ business
    def _refuse_invoiced(self):
        for one in self:
            if until := one._invoiced_concern():
                one._refuse(until)


class TelecomTier(models.Model):
    _name = "telecom.tier"
    _inherit = ["telecom.tier", "telecom.rule.lock"]


class TelecomLimit(models.Model):
    _name = "telecom.limit"
    _inherit = ["telecom.limit", "telecom.rule.lock"]

    # ------------------------------------------------------------------ business
    def _decides_prices(self) -> bool:
        # EXTENDS 'telecom.rule.lock'
        return self.then != "alert" and super()._decides_prices()
