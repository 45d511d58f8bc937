# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same usage rated by Odoo, in pieces and as a whole, and by the core alone."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
from odoo.addons.telecom_billing.charging import explaining
from odoo.addons.telecom_billing.charging.context import Context
from odoo.addons.telecom_billing.rating import TariffBook, rate
from odoo.addons.telecom_billing.store import exact
from odoo.tools import SQL

from tests.addon.rating_common import PERIOD, RatingCase

MICRO = 1_000_000


class CoreCase(RatingCase):
    def core_charges(self) -> dict[int, Decimal | str]:
        """{usage id: price or reason} of all that is stored, by the core in one call.

        The frame is made here, of the facts and of the line that each number belongs to.
        """
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT u.id, u.started_at, u.quantity, u.service, u.direction, u.unit,"
                " u.a_number, u.b_number, u.destination, u.conference, u.participant,"
                " (SELECT n.contract_line_id FROM telecom_number n WHERE"
                "  CASE WHEN u.direction = 'in' THEN u.b_number ELSE u.a_number END"
                "  LIKE n.number || '%%' LIMIT 1)"
                " FROM telecom_usage_data u WHERE u.company_id = %s ORDER BY u.id",
                self.company.id,
            ),
        )
        names = ("id", "started_at", "quantity", "service", "direction", "unit", "a_number",
                 "b_number", "destination", "conference", "participant", "line")  # fmt: skip
        usage = pd.DataFrame(rows, columns=list(names))
        lines = {line.id: line for line in self.env["contract.line"].browse(set(usage["line"]))}
        usage["contract"] = [str(lines[one].contract_id.id) for one in usage["line"]]
        usage["customer"] = [str(lines[one].contract_id.partner_id.id) for one in usage["line"]]
        usage["tariff"] = [str(lines[one].telecom_tariff_id.id) for one in usage["line"]]
        usage["line"] = usage["line"].astype(str)
        usage["arrival"] = usage.pop("id")
        usage["started_at"] = usage["started_at"].astype("datetime64[us]")
        usage["quantity"] = [int(one) for one in usage["quantity"]]
        span = self.env["telecom.rating.state"]._span_at(self.company, usage["started_at"].min())
        book = TariffBook(Context.load(self.env, self.company, span).data)
        found: dict[int, Decimal | str] = {}
        for charge in rate(book, usage).charges.itertuples():
            usage_id = int(usage["arrival"][charge.usage])
            if pd.isna(charge.reason):
                found[usage_id] = found.get(usage_id, 0) + Decimal(int(charge.price)) / MICRO
            else:
                found[usage_id] = charge.reason
        return found

    def odoo_charges(self) -> dict[int, Decimal | str]:
        """What is stored, in the same form."""
        return {
            usage_id: rows[0][3] or sum(row[2] for row in rows)
            for usage_id, rows in self.charges().items()
        }

    def check_core(self) -> None:
        """What was rated in pieces is what rating all at once says, and what the core says."""
        self.maxDiff = None
        pieces = self.snapshot()
        self.check_sums()
        self.assertEqual(self.odoo_charges(), self.core_charges())
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), pieces)

    def deliver(self, *deliveries) -> list[int]:
        """Each delivery (rows as of ``store_usage``) is rated before the next comes."""
        usage = []
        for rows in deliveries:
            usage += self.store_usage(rows)
            self.rate()
        return usage

    def told(self, usage_id, lang="en_US") -> str:
        charge = self.env["telecom.charge"].search([("usage_id", "=", usage_id)], limit=1)
        return explaining.of_charge(charge.with_context(lang=lang))

    def invoice_all(self):
        return self.invoice(
            self.env["telecom.usage.summary"].search([("invoice_line_id", "=", False)])
        )


__all__ = ["PERIOD", "CoreCase"]
