# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a basic fee contained in invoiced months stays: an allowance changes by a successor."""

from __future__ import annotations

import datetime

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .field_change import differs

#: What does not change what is covered. Zones: a new zone plan's are added beside the old ones;
#: uses and the order look after themselves.
FREE = {"name", "sequence", "zone_ids", "valid_to", "use_ids"}
#: Whom and what it concerns: this may change where that comes to the same.
CHOSEN = {
    "tariff_ids", "contract_ids", "line_ids", "partner_ids", "pool_ids", "zone_ids", "band_ids",
    "rate_ids",
}  # fmt: skip


class TelecomAllowance(models.Model):
    _inherit = "telecom.allowance"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        allowances = super().create(vals_list)
        allowances._refuse_invoiced()
        return allowances

    def write(self, vals):
        names = [name for name in vals if name not in FREE]
        changing = self.filtered(lambda one: any(differs(one, name, vals) for name in names))
        if "valid_to" in vals:  # an allowance that was over does not come back
            changing |= self.filtered(
                lambda one: one.valid_to and one.valid_to < (one._invoiced_until() or one.valid_to)
            )
        changing._refuse_invoiced()
        before = self._concerns() if (CHOSEN | {"valid_to"}) & vals.keys() else None
        done = super().write(vals)
        if "valid_to" in vals:
            self._refuse_end_before_invoiced()
        if before is not None:
            self._refuse_other_concern(before)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced()

    # ------------------------------------------------------------------ business
    def _decides_prices(self) -> bool:
        # EXTENDS 'telecom.selector'
        return self.version_id.state != "draft" and super()._decides_prices()

    def _sharers(self) -> frozenset[tuple[int, datetime.date]]:
        # EXTENDS 'telecom.selector'
        if not self.per_member or self.share != "pool":
            return super()._sharers()
        lines = self.pool_ids._members()
        return frozenset((line.id, line.date_start or datetime.date.min) for line in lines)

    def _invoiced_until(self) -> datetime.date | None:
        """Day of the last invoiced record of the tariffs in whose price it is contained."""
        if self.version_id.state == "draft":
            return None
        tariffs = self._selected_tariffs()
        versions = self.version_id or tariffs.version_ids
        days = list(versions._last_invoiced().values())
        if "option" in tariffs.mapped("kind"):  # whose usage is priced by the tariffs beside it
            days.append(self._invoiced_concern())
        return max(filter(None, days), default=None)

    def _refuse_invoiced(self):
        for allowance in self:
            last, begin = allowance._invoiced_until(), allowance._dates()[0]
            if last and (begin or datetime.date.min) <= last:
                raise UserError(
                    self.env._(
                        "Usage of tariff “%(tariff)s” is on invoices up to %(day)s, so what "
                        "allowance “%(name)s” contained until then stays. Let it end, and enter "
                        "another one that is valid from the day after.",
                        tariff=allowance.tariff_id.name,
                        day=format_date(self.env, last),
                        name=allowance.name,
                    )
                )

    def _refuse_end_before_invoiced(self):
        for allowance in self.filtered("valid_to"):
            last = allowance._invoiced_until()
            begin = allowance._dates()[0] or datetime.date.min
            if last and begin <= last and allowance.valid_to < last:
                raise UserError(
                    self.env._(
                        "Allowance “%(name)s” is on invoices up to %(day)s and must hold until "
                        "then, but would end on %(end)s.",
                        name=allowance.name,
                        day=format_date(self.env, last),
                        end=format_date(self.env, allowance.valid_to),
                    )
                )
