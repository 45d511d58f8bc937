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
from ..store.invoiced_days import Footprint, footprint
from .field_change import differs

#: What decides no price. The steps of tiers look after themselves.
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

    def _footprints(self) -> dict[int, Footprint | None]:
        """{rule: the invoiced usage that it concerns}."""
        self.env.flush_all()
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
            found[one.id] = (
                footprint(self.env.cr, condition, selecting.holder(one), first, last)
                if one._decides_prices()
                else None
            )
        return found

    def _refuse_other_footprint(self, before: dict[int, Footprint | None]):
        """:param before: what rules concerned before they were changed"""
        after = self._footprints()
        for one in self.filtered(lambda one: after[one.id] != before[one.id]):
            one._refuse(max(each.until for each in (before[one.id], after[one.id]) if each))

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
        for one, found in zip(rules, rules._footprints().values(), strict=True):
            if found:
                raise UserError(
                    self.env._(
                        "“%(name)s” would change what is on invoices up to %(day)s. Let it be "
                        "valid from the day after.",
                        name=one.name,
                        day=format_date(self.env, found.until),
                    )
                )
        return rules

    def write(self, vals):
        if not vals.keys() - FREE:
            return super().write(vals)
        before = self._footprints()
        names = vals.keys() - FREE - SELECTING
        self.filtered(
            lambda one: any(differs(one, name, vals) for name in names)
        )._refuse_invoiced()
        done = super().write(vals)
        self._refuse_other_footprint(before)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced()

    # ------------------------------------------------------------------ business
    def _refuse_invoiced(self):
        found = self._footprints()
        for one in self.filtered(lambda one: found[one.id]):
            one._refuse(found[one.id].until)


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
