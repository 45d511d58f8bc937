# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was handed to a system that invoices it is as final as what is on our own invoices."""

import datetime

from odoo.addons.telecom_billing.store import invoiced_days
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from tests.addon.rating_common import RatingCase

FIRST, LAST = datetime.date(2026, 9, 10), datetime.date(2026, 9, 21)


@tagged("post_install", "-at_install")
class TestInvoicedDays(RatingCase):
    """The last call begins at 22:30 UTC on the 20th: half past midnight on the 21st in Berlin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_usage(
            [
                {"b_number": "491512345678", "started_at": start}
                for start in ("2026-09-10 10:00:00", "2026-09-20 22:30:00")
            ]
        )
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        cls.summary = cls.env["telecom.usage.summary"].search([("tariff_id", "=", cls.flat.id)])
        cls.version = cls.flat.version_ids
        cls.rate_mob = cls.version.rate_ids.filtered(lambda one: one.zone_id.code == "mob")
        cls.mobile = cls.rate_mob.zone_id

    def spans(self):
        return invoiced_days.spans(
            self.cr, SQL("s.version_id"), SQL("s.version_id = %s", self.version.id)
        )

    def refused(self, what):
        with self.cr.savepoint(), self.assertRaises(UserError) as caught:
            what()
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertRegex(str(caught.exception), "2026-09-21|09/21/2026")

    def test_open_usage_is_not_counted(self):
        self.assertFalse(self.spans())

    def test_an_invoice(self):
        self.invoice(self.summary)
        self.assertEqual(self.spans(), {self.version.id: (FIRST, LAST)})
        self.summary.invoice_line_id = False
        self.env.flush_all()
        self.assertFalse(self.spans())

    def test_handed_over(self):
        self.hand_over(self.summary)
        self.assertEqual(self.spans(), {self.version.id: (FIRST, LAST)})
        self.assertEqual(self.version.invoiced_until, LAST)
        france = self.mobile.plan_id.zone_ids.filtered(lambda one: one.code == "fr")
        prefix = self.mobile.prefix_ids.filtered(lambda one: one.prefix == "4915")
        number = {"zone_id": france.id, "prefix": "49151"}
        minutes = {"tariff_id": self.flat.id, "name": "Later", "quantity": 9}
        for what in (
            lambda: self.rate_mob.write({"price": 0.2}),
            lambda: self.version.unlink(),
            lambda: self.version.write({"valid_to": "2026-09-20"}),
            lambda: prefix.unlink(),
            lambda: prefix.write({"valid_to": "2026-09-20"}),
            lambda: self.env["telecom.zone.prefix"].create(number),
            lambda: self.env["telecom.allowance"].create(minutes),
            lambda: self.flat.write({"tz": "UTC"}),
            lambda: self.number.write({"date_end": "2026-09-20"}),
        ):
            self.refused(what)
