# SPDX-License-Identifier: AGPL-3.0-or-later
"""Usage that is no time is shown in its own unit: on invoices, in lists, in the portal."""

import datetime

from odoo.tests import tagged

from tests.addon.billing_case import BillingCase


@tagged("post_install", "-at_install")
class TestUsageUnits(BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["telecom.unit"].create({"name": "block", "base": "byte", "factor": 65536})
        version = cls.gross.version_ids
        rates = (("sms", "piece"), ("data", "MB"), ("voice", "minute"), ("data", "block"))
        cls.rates = cls.env["telecom.rate"].create(
            [
                {"version_id": version.id, "service": service, "unit": unit, "price": 0.1,
                 "price_per": 1}
                for service, unit in rates
            ]
        )  # fmt: skip
        cls.owing = cls.new_contract()

    def test_units(self):
        sums = [
            self.usage(self.owing, 1, service=rate.service, rate_id=rate.id, quantity=quantity)
            for rate, quantity in zip(self.rates, (3, 2_500_000, 90, 1_000_000), strict=True)
        ]
        self.assertEqual([one.unit for one in sums], ["piece", "byte", "second", "byte"])
        none = self.usage(self.owing, 0, service="sms", rate_id=False, quantity=2)
        self.assertEqual(none.unit, "piece")
        destinations = self.owing._telecom_destinations(datetime.date(2026, 9, 1))
        units = {(row["service"], row["unit"]) for row in destinations}
        self.assertEqual(units, {("sms", "piece"), ("data", "byte"), ("voice", "second")})
        move = self.invoice(self.new_run(), self.owing)
        lines = move.invoice_line_ids.filtered(lambda line: line.telecom_kind == "usage")
        texts = {line.name for line in lines}
        for part in ("(1 ×, 3)", "(1 ×, 2.50 MB)", "(1 ×, 1:30 min)", "(1 ×, 1.00 MB)"):
            self.assertTrue(any(part in text for text in texts), (part, texts))

    def test_refunds(self):
        """More was given back than was used: 80 seconds and 2.5 MB of a month before."""
        for rate, quantity in zip(self.rates[1:3], (-2_500_000, -80), strict=True):
            self.usage(self.owing, -1, service=rate.service, rate_id=rate.id, quantity=quantity)
        move = self.invoice(self.new_run(), self.owing)
        texts = move.invoice_line_ids.filtered(lambda one: one.telecom_kind == "usage").mapped(
            "name"
        )
        for part in ("(1 ×, -2.50 MB)", "(1 ×, -1:20 min)"):
            self.assertTrue(any(part in text for text in texts), (part, texts))
