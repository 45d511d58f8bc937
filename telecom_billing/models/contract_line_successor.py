# SPDX-License-Identifier: AGPL-3.0-or-later
"""A line that follows another one: a new price in mid-month, a renewal, an end of a suspension."""

from __future__ import annotations

import datetime

from odoo import models


class ContractLine(models.Model):
    _inherit = "contract.line"

    def _prepare_value_for_plan_successor(
        self, date_start, date_end, is_auto_renew, recurring_next_date=False
    ):
        # EXTENDS 'contract_line_successor': which copies all fields, and so would take away the
        # fees that the line was invoiced, and the numbers with all of their past
        values = super()._prepare_value_for_plan_successor(
            date_start, date_end, is_auto_renew, recurring_next_date
        )
        return {
            name: value
            for name, value in values.items()
            if not (name.startswith("telecom_") and self._fields[name].type == "one2many")
        }

    def plan_successor(self, date_start, *args, **kwargs):
        # EXTENDS 'contract_line_successor'
        lines = super().plan_successor(date_start, *args, **kwargs)
        for line, successor in zip(self, lines, strict=True):
            line._telecom_hand_on_numbers(successor, date_start)
        return lines

    def _telecom_hand_on_numbers(self, successor, day: datetime.date) -> None:
        """Numbers are the successor's from ``day``; what was used before stays this line's."""
        for number in self.telecom_number_ids:
            if number.date_end and number.date_end < day:
                continue
            if number.date_start and number.date_start >= day:
                number.contract_line_id = successor
                continue
            last = min(day - datetime.timedelta(days=1), self.date_end or datetime.date.max)
            own = {"contract_line_id": successor.id, "date_start": day}
            if number.date_start and number.date_start > last:  # in a pause between the two
                number.write(own)
                continue
            own["date_end"] = number.date_end
            number.date_end = last
            number.copy(own)
