# SPDX-License-Identifier: AGPL-3.0-or-later
"""Individual prices behind invoiced usage stay: they begin, end and change after it."""

from __future__ import annotations

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .field_change import differs
from .invoiced_usage import days_of_both, invoiced_days


class TelecomContractPrice(models.Model):
    _inherit = "telecom.contract.price"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'telecom.contract.price'
        prices = super().create(vals_list)
        prices._refuse_invoiced_days()
        return prices

    def write(self, vals):
        # EXTENDS 'telecom.contract.price'
        names = vals.keys() - {"valid_from", "valid_to"}
        self.filtered(
            lambda one: any(differs(one, name, vals) for name in names)
        )._refuse_invoiced_days()
        before = self._days_on_invoices()
        done = super().write(vals)
        after = self._days_on_invoices()
        self.filtered(lambda one: before[one.id] != after[one.id])._refuse(before, after)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced_days()

    # ------------------------------------------------------------------ business
    def _days_on_invoices(self) -> dict[int, tuple | None]:
        """{prices: (first, last) of the invoiced days for which they hold, None: none}."""
        contracts = invoiced_days(self.contract_id, "contract_id", self.contract_id)
        lines = invoiced_days(self.line_id, "contract_line_id", self.contract_id)
        return {
            one.id: days_of_both(
                lines.get(one.line_id.id) if one.line_id else contracts.get(one.contract_id.id),
                one.valid_from,
                one.valid_to,
            )
            for one in self
        }

    def _refuse_invoiced_days(self):
        days = self._days_on_invoices()
        self.filtered(lambda one: days[one.id])._refuse(days)

    def _refuse(self, *days: dict[int, tuple | None]):
        """:param days: the invoiced days of each, before a change and after it"""
        for one in self:
            last = max(each[one.id][1] for each in days if each[one.id])
            raise UserError(
                self.env._(
                    "Usage of contract %(contract)s is on invoices up to %(last)s. Individual "
                    "prices “%(prices)s” begin, end or change after that day; for earlier ones, "
                    "reverse these invoices first.",
                    contract=one.contract_id.display_name,
                    last=format_date(self.env, last),
                    prices=one.tariff_id.display_name,
                )
            )
