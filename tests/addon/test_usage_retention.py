# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage goes when its time is over, but for what is held."""

import datetime

from odoo.addons.telecom_billing.models import usage_retention
from odoo.addons.telecom_billing.store import partitions
from odoo.exceptions import ValidationError

from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import call, file_of

MARCH = datetime.date(2021, 3, 1)
OVER = datetime.date(2021, 10, 1)  # 1 March + 1 month + 6 months of retention


class TestUsageRetention(TelecomCase):
    def setUp(self):
        super().setUp()
        self.company.telecom_retention_months = 6

    def usage(self):
        found = self.env["telecom.usage"].search([("started_at", "<", "2021-04-01")])
        return sorted(found.mapped("b_number"))

    def calls(self, *numbers, at="2021-03-31 21:59:59", **columns):
        return self.store_usage(
            [
                {"record_id": f"{at}{number}", "b_number": number, "started_at": at} | columns
                for number in numbers
            ]
        )

    def retire(self, today=OVER):
        return usage_retention.retire(self.env, today)

    def test_a_month_goes_when_its_months_are_over_and_not_a_day_before(self):
        self.calls("4940111", "4940222")
        self.assertEqual(self.retire(OVER - datetime.timedelta(days=1)), {})
        self.assertEqual(self.usage(), ["4940111", "4940222"])
        self.assertEqual(self.retire(), {MARCH: 2})
        self.assertEqual(self.usage(), [])
        self.assertNotIn(MARCH, partitions.months(self.env.cr, "telecom_usage_data"))

    def test_a_hold_keeps_its_number_until_it_is_released(self):
        self.calls("4940111", "4940222")
        hold = self.env["telecom.usage.hold"].create(
            {"name": "Objection", "number": "49401", "date_from": "2021-03-31",
             "date_to": "2021-03-31"}
        )  # fmt: skip
        self.assertEqual(self.retire(), {MARCH: 1})
        self.assertEqual(self.usage(), ["4940111"])
        self.assertEqual(self.retire(), {}, "what is kept is not copied again every day")
        hold.action_release()
        self.assertEqual(self.retire(), {MARCH: 1})
        self.assertEqual(self.usage(), [])

    def test_a_hold_of_other_days_or_another_company_keeps_nothing(self):
        self.calls("4940111")
        other = self.new_company("Other Ltd")
        self.env["telecom.usage.hold"].create(
            [
                {"name": "Later", "number": "49401", "date_from": "2021-04-03",
                 "date_to": "2021-04-30"},
                {"name": "Other", "number": "49401", "date_from": "2021-03-01",
                 "date_to": "2021-03-31", "company_id": other.id},
            ]
        )  # fmt: skip
        self.retire()
        self.assertEqual(self.usage(), [])

    def test_a_company_with_longer_retention_keeps_its_own(self):
        other = self.new_company("Other Ltd")
        other.telecom_retention_months = 12
        self.calls("4940111")
        self.store_usage(
            [{"b_number": "4940333", "started_at": "2021-03-10"}],
            self.new_source("other", company_id=other.id),
        )
        self.assertEqual(self.retire(), {MARCH: 1})
        self.assertEqual(self.usage(), ["4940333"])

    def test_the_file_and_its_rejects_go_with_the_records(self):
        content = file_of(call("0401", 1), "rubbish\n").replace(b"2026-09", b"2021-03")
        delivery = self.source._receive("old.csv", content)
        delivery._load()
        self.assertEqual((delivery.loaded, len(delivery.reject_ids)), (1, 1))
        self.retire()
        self.assertFalse(delivery.attachment_id.exists() or delivery.reject_ids)
        self.assertEqual((delivery.state, delivery.loaded), ("loaded", 1))

    def test_months_to_come_are_made_ahead(self):
        usage_retention.make_ahead(self.env, datetime.date(2031, 11, 15))
        months = partitions.months(self.env.cr, "telecom_usage_data")
        self.assertTrue(
            {datetime.date(2031, 11, 1), datetime.date(2031, 12, 1), datetime.date(2032, 1, 1)}
            <= set(months)
        )

    def test_a_hold_names_something(self):
        with self.assertRaisesRegex(ValidationError, "needs a contract or a number"):
            self.env["telecom.usage.hold"].create(
                {"name": "Empty", "date_from": "2021-03-01", "date_to": "2021-03-01"}
            )
