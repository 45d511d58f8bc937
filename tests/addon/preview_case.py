# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of previews share: a rated month of two contracts, and its lines exactly."""

from odoo.addons.telecom_billing.store import exact
from odoo.tools import SQL

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"
OWN = ("telecom_rating_preview", "telecom_rating_preview_line")


class PreviewCase(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usage = cls.store_usage(
            [
                {"b_number": MOBILE, "quantity": 61},
                {"b_number": MOBILE, "started_at": "2026-09-20 10:00:00"},
                {"a_number": "494055501", "b_number": MOBILE},
                {"a_number": "494055501", "b_number": "33123456"},
                {"a_number": "498912345", "b_number": MOBILE},
            ]
        )
        cls.env["telecom.rating.state"]._rate_months(cls.company)
        cls.mobile = cls.flat.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")

    def preview(self, compute=True, **values):
        preview = self.env["telecom.rating.preview"].create(
            {"date_from": "2026-09-05", "date_to": "2026-09-30", **values}
        )
        if compute:
            preview.action_compute()
        return preview

    def lines(self, preview, changed=True):
        """{contract name: (records, set aside, amounts: before and after each)}, exact."""
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT coalesce(c.name, ''), records_before, records_after, aside_before,"
                " aside_after, newly_charged, newly_aside, amount_before, amount_after, difference,"
                " l.is_changed FROM telecom_rating_preview_line l"
                " LEFT JOIN contract_contract c ON c.id = l.contract_id WHERE preview_id = %s",
                preview.id,
            ),
        )
        return {row[0]: row[1:10] for row in rows if row[10] or not changed}

    def everything(self):
        """Row count and content of each table but those of previews."""
        self.env.flush_all()
        tables = self.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        )
        found = {}
        for (table,) in tables:
            if table.startswith(OWN):
                continue
            (found[table],) = self.env.execute_query(
                SQL(
                    "SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM %s t",
                    SQL.identifier(table),
                )
            )
        return found

    def draft(self, tariff, **prices):
        """A draft version of a tariff with other prices by zone code."""
        version = tariff.version_ids.sorted("valid_from")[-1].copy({"valid_from": "2027-01-01"})
        for rate in version.rate_ids:
            if rate.zone_id.code in prices:
                rate.price = prices[rate.zone_id.code]
        return version
