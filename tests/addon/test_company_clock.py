# SPDX-License-Identifier: AGPL-3.0-or-later
"""Months of companies elsewhere: each record is in exactly one, that of the company's clock."""

import datetime
import zoneinfo

from odoo.tests import tagged
from odoo.tools import SQL

from tests.addon.rating_common import RatingCase

#: Behind, ahead, by quarters of an hour, and as far from Greenwich as it gets.
CLOCKS = ("America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")
HALF_HOUR = datetime.timedelta(minutes=30)


@tagged("post_install", "-at_install")
class TestCompanyClock(RatingCase):
    def test_each_record_is_in_the_month_of_its_day(self):
        for clock in CLOCKS:
            with self.subTest(clock=clock), self.cr.savepoint() as undo:
                self.company.partner_id.tz = clock
                borders = (datetime.datetime(2026, 8, 31), datetime.datetime(2026, 9, 30))
                starts = [border + HALF_HOUR * step for border in borders for step in range(96)]
                usage = self.store_usage([{"started_at": str(start)} for start in starts])
                self.rate(datetime.date(2026, 10, 1))
                months = self.months()
                whole = self.snapshot()
                self.rate(datetime.date(2026, 10, 1), everything=True)
                again = self.snapshot()
                undo.rollback()
                self.env.invalidate_all()
                zone = zoneinfo.ZoneInfo(clock)
                local = [
                    start.replace(tzinfo=datetime.timezone.utc).astimezone(zone) for start in starts
                ]
                wanted = {
                    one: [start.date().replace(day=1)]
                    for one, start in zip(usage, local, strict=True)
                }
                self.assertEqual(months, wanted)
                self.assertEqual(again, whole)

    def months(self) -> dict[int, list[datetime.date]]:
        """{record: the months of its charges}."""
        rows = self.env.execute_query(
            SQL(
                "SELECT c.usage_id, array_agg(s.period) FROM telecom_charge_data c"
                " JOIN telecom_usage_summary s ON s.id = c.summary_id"
                " WHERE c.company_id = %s GROUP BY 1",
                self.company.id,
            )
        )
        return dict(rows)
