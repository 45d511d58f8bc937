# SPDX-License-Identifier: AGPL-3.0-or-later
"""A minimum turnover that was invoiced stays: a late record gives back what was asked for, and a
change would ask for the difference in months that are settled."""

from __future__ import annotations

import datetime

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .field_change import differs

#: What decides no amount. Zones: a new zone plan's are added beside the old ones.
FREE = {"name", "sequence", "code", "product_id", "zone_ids", "valid_to"}


class TelecomMinimum(models.Model):
    _inherit = "telecom.minimum"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        names = vals.keys() - FREE
        lists = {name: self._fields[name].type == "many2many" for name in names}
        before = {
            one: {name: one[name] for name, is_list in lists.items() if is_list} for one in self
        }
        self.filtered(lambda one: any(differs(one, name, vals) for name in names))._refuse_billed()
        done = super().write(vals)
        for one in self.filtered(lambda one: any(one[n] != was for n, was in before[one].items())):
            one._refuse_billed()
        if vals.get("valid_to"):
            for one in self:
                until = one._billed_until()
                if until and one.valid_to < until:
                    one._refuse_billed()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self._refuse_billed()

    # ------------------------------------------------------------------ business
    def _billed_until(self) -> datetime.date | None:
        """Last day of the last period that is on an invoice."""
        self.ensure_one()
        domain = [("minimum_id", "=", self.id), ("state", "=", "billed")]
        last = self.env["telecom.topup"].sudo().search(domain, order="period desc", limit=1).period
        size = relativedelta(months=1) if self.period == "month" else relativedelta(years=1)
        return last + size - relativedelta(days=1) if last else None

    def _refuse_billed(self):
        for one in self:
            if until := one._billed_until():
                raise UserError(
                    self.env._(
                        "Minimum turnover “%(name)s” is on invoices for months up to %(day)s, so "
                        "what was agreed until then stays. Let it end with that month or later, "
                        "and enter another one from the next month on.",
                        name=one.name,
                        day=format_date(self.env, until),
                    )
                )
