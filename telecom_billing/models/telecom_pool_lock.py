# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who shared a balance in invoiced months stays: a pool's members with invoices do not change."""

from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: Rules that may add up for a pool, and whose footprints tell what it shared.
RULES = ("telecom.tier", "telecom.limit", "telecom.allowance")
MEMBERS = {"partner_id", "whole_customer", "contract_ids", "line_ids", "pool_ids"}


class TelecomPool(models.Model):
    _inherit = "telecom.pool"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        if not MEMBERS & vals.keys():
            return super().write(vals)
        rules = self._telecom_rules()
        before = [each._concerns() for each in rules]
        done = super().write(vals)
        for each, was in zip(rules, before, strict=True):
            for rule, until in each._otherwise_concerned(was):
                raise UserError(
                    self.env._(
                        "Pool “%(pool)s” shared what “%(rule)s” says on invoices up to %(day)s, "
                        "and who would change that cannot join or leave it. Make another pool, "
                        "let “%(rule)s” end, and enter another one for the new pool from the day "
                        "after.",
                        pool=self[:1].name,
                        rule=rule.name,
                        day=format_date(self.env, until),
                    )
                )
        return done

    # ------------------------------------------------------------------ business
    def _telecom_rules(self) -> list:
        """Recordsets of the rules that name these pools, or pools around them."""
        pools, more = self, self
        while more := self.search([("pool_ids", "in", pools.ids), ("id", "not in", pools.ids)]):
            pools |= more
        return [self.env[name].search([("pool_ids", "in", pools.ids)]) for name in RULES]
