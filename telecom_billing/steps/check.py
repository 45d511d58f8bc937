# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: what must be seen before an invoice is made."""

from __future__ import annotations

from odoo.tools.translate import LazyTranslate

from .base import Step, Totals, register

_lt = LazyTranslate(__name__)


@register
class Check(Step):
    code = "check"
    sequence = 40
    name = _lt("Check")

    def execute(self) -> Totals:
        """Compare the control totals; look at what was set aside."""
        checks = [row for row in self.run.control_totals() if row["check"] is not None]
        for row in checks:
            if not row["check"]:
                self.finding(
                    f"control_{row['stage']}",
                    self.env._(
                        "Control totals: stage %(label)s does not add up (%(records)s records,"
                        " %(quantity)s seconds, %(amount)s). %(note)s",
                        label=row["label"],
                        records=row["records"],
                        quantity=row["quantity"],
                        amount=row["amount"],
                        note=row["note"],
                    ),
                )
        return Totals(records=len(checks))
