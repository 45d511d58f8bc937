# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefixes that decided prices on invoices change by an end and a beginning, never back in time."""

import datetime

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..store import invoiced_calls, invoiced_days


class TelecomZonePrefix(models.Model):
    _inherit = "telecom.zone.prefix"

    @api.model_create_multi
    def create(self, vals_list):
        prefixes = super().create(vals_list)
        prefixes._refuse_back_in_time()
        prefixes._refuse_callers_back_in_time()
        return prefixes

    def write(self, vals):
        fixed = {"prefix", "zone_id", "valid_from"} & vals.keys()
        for one in self:
            if not one.zone_id:
                continue
            last = one._invoiced_of(one.zone_id)
            if last and any(
                vals[name] != (one[name].id if name == "zone_id" else one[name]) for name in fixed
            ):
                one._refuse(last)
            end = vals.get("valid_to") and str(vals["valid_to"])
            if last and end and end < str(last):
                one._refuse(last)
        before = {one: (one.prefix, one.zone_id, one.valid_from, one.valid_to) for one in self}
        done = super().write(vals)
        begins = {one: day for one in self for day in one._holds_anew(*before[one])}
        changed = self.filtered(lambda one: one in begins)
        changed._refuse_back_in_time(begins)
        changed._refuse_callers_back_in_time(begins)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        last = {zone: self._invoiced_of(zone) for zone in self.zone_id}
        for one in self:
            begins = last[one.zone_id]
            if begins and (not one.valid_from or one.valid_from <= begins):
                one._refuse(begins)

    # ------------------------------------------------------------------ business
    def _invoiced_of(self, zone) -> datetime.date | None:
        """Local day of the last record on an invoice that the zone decided: as the one that was
        called, or from which was called."""
        self.env["telecom.usage.summary"].flush_model()
        condition = SQL("s.zone_id = %s", zone.id)
        called = invoiced_days.last(self.env.cr, SQL("s.zone_id"), condition).get(zone.id)
        return max(filter(None, [called, self._calling_until(zone)]), default=None)

    def _calling_until(self, zone) -> datetime.date | None:
        """Local day of the last record on an invoice by prices that ask for callers of the zone."""
        rates = self.env["telecom.rate"].sudo().search([("origin_ids", "in", zone.ids)])
        last = rates.version_id._last_invoiced()
        return max(filter(None, last.values()), default=None)

    def _holds_anew(self, prefix, zone, begin, end) -> list[datetime.date | bool]:
        """First day (False: always) from which it holds where it did not before a change; none, if
        there is no such day. The arguments: what it was."""
        if (prefix, zone) != (self.prefix, self.zone_id):
            return [self.valid_from]
        if begin and (not self.valid_from or self.valid_from < begin):
            return [self.valid_from]
        if end and (not self.valid_to or self.valid_to > end):
            return [end + datetime.timedelta(days=1)]
        return []

    def _refuse_callers_back_in_time(self, begins=None):
        """A new prefix gives more callers the prices for the zone.

        :param begins: first day on which each is new, where that is not its own
        """
        for zone in self.zone_id:
            last = self._calling_until(zone)
            for one in self.filtered(lambda one, zone=zone: one.zone_id == zone):
                begin = begins[one] if begins else one.valid_from
                if last and (not begin or begin <= last):
                    raise UserError(
                        self.env._(
                            "Prefix %(prefix)s for zone “%(zone)s” would change prices for callers "
                            "of that zone that are on invoices up to %(day)s. Let it begin after "
                            "that day (“Prefixes by date”).",
                            prefix=one.prefix,
                            zone=zone.name,
                            day=format_date(self.env, last),
                        )
                    )

    def _refuse(self, last):
        raise UserError(
            self.env._(
                "Prefix %(prefix)s of zone “%(zone)s” decided prices on invoices up to %(day)s. "
                "Let it end on that day or later (“Prefixes by date”), and add it anew from the "
                "day after.",
                prefix=self.prefix,
                zone=self.zone_id.name,
                day=format_date(self.env, last),
            )
        )

    def _refuse_back_in_time(self, begins=None):
        """A new prefix takes numbers from a shorter one, or from the rates of any destination.

        :param begins: first day on which each is new, where that is not its own
        """
        plans = self.plan_id
        if not plans:
            return
        self.env["telecom.usage.summary"].flush_model()
        self.flush_model()
        invoiced = invoiced_days.last(  # by zone, or by the plan where no zone's rate priced it
            self.env.cr,
            SQL("COALESCE(s.zone_id, -v.zone_plan_id)"),
            SQL("v.zone_plan_id = ANY(%s)", plans.ids),
        )
        if not invoiced:
            return
        for one in self:
            shorter = [one.prefix[:size] for size in range(len(one.prefix) - 1, 0, -1)]
            around = self.search(
                [("plan_id", "=", one.plan_id.id), ("prefix", "in", shorter)]
            ).sorted(lambda other: -len(other.prefix))[:1]
            last = invoiced.get(around.zone_id.id if around else -one.plan_id.id)
            begin = begins[one] if begins else one.valid_from
            if last and around.zone_id != one.zone_id and (not begin or begin <= last):
                if len(self) <= invoiced_calls.MANY:
                    last = invoiced_calls.last_in_plan(
                        self.env.cr, one.plan_id, around.zone_id, one.prefix
                    )
                    if not last or (begin and begin > last):
                        continue  # nobody called it, so no price changes
                raise UserError(
                    self.env._(
                        "Prefix %(prefix)s for zone “%(zone)s” would change prices that are on "
                        "invoices up to %(day)s (%(before)s). Let it begin after that day "
                        "(“Prefixes by date”).",
                        prefix=one.prefix,
                        zone=one.zone_id.name,
                        day=format_date(self.env, last),
                        before=around.zone_id.name or self.env._("any destination"),
                    )
                )
