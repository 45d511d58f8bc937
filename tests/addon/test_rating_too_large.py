# SPDX-License-Identifier: AGPL-3.0-or-later
"""A customer whose usage no integer can hold is set aside, and everybody else is rated."""

import datetime

from odoo.addons.telecom_billing.charging.cluster import Cluster
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

MOBILE = "491512345678"
#: Nearly the largest quantity of one record; two of them are more than tiers can add up.
BIG = 2_305_843_009_213


@tagged("post_install", "-at_install")
class TestRatingTooLarge(CoreCase):
    def test_nobody_else_waits(self):
        self.env["telecom.rate"].create(
            {"version_id": self.flat.version_ids.id, "service": "traffic", "unit": "piece",
             "price": 0.0001, "price_per": 1}
        )  # fmt: skip
        self.env["telecom.tier"].create(
            {"name": "Much", "code": "much", "tariff_ids": [(6, 0, self.flat.ids)],
             "on": "quantity", "unit": "piece", "service": "traffic", "step_ids": [
                 (0, 0, {"start": 0, "by": "factor", "factor": 1}),
                 (0, 0, {"start": 10, "by": "factor", "factor": 0.5}),
             ]}
        )  # fmt: skip
        rows, others = [], []
        for number in range(4):
            contract = self.contract.copy({"name": f"Other {number}"})
            self.new_number(f"+49 30 22{number}", self.new_line(contract, self.flat))
            others.append(f"493022{number}")
        start = datetime.datetime(2026, 9, 1, 10)
        for day in range(2):
            rows.append(
                {"service": "traffic", "unit": "piece", "quantity": BIG, "b_number": None,
                 "started_at": start + datetime.timedelta(days=day)}
            )  # fmt: skip
        rows += [{"a_number": one, "b_number": MOBILE, "started_at": start} for one in others]
        usage = self.deliver(rows)
        self.assertEqual(self.prices(usage), ["sum-too-large"] * 2 + ["0.19"] * 4)
        self.check_sums()
        self.assertIn("wrong quantity", self.told(usage[0]))
        whole = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), whole)

    def test_what_a_server_moves_in_a_month(self):
        """Of a single price nothing is too large: records are priced one by one."""
        self.env["telecom.rate"].create(
            {"version_id": self.flat.version_ids.id, "service": "traffic", "unit": "GB",
             "price": 0.01, "price_per": 1}
        )  # fmt: skip
        start = datetime.datetime(2026, 9, 1, 10)
        usage = self.deliver(
            [
                {"service": "traffic", "unit": "byte", "quantity": 2 * 10**12, "b_number": None,
                 "started_at": start + datetime.timedelta(days=day)}
                for day in range(6)
            ]
        )  # fmt: skip
        self.assertEqual(self.prices(usage), ["20"] * 6)
        self.check_sums()
        summary = self.env["telecom.usage.summary"].search([("service", "=", "traffic")])
        self.assertEqual(summary.quantity, 12 * 10**12)

    def test_no_worker_is_to_blame(self):
        class Future:
            def add_done_callback(self, tell):
                tell(self)

            def result(self, timeout):
                return {}

        cluster = Cluster("tcp://scheduler", {}, strict=True)
        cluster._client = object()
        self.assertIsNone(cluster.result(Future()))
        self.assertIsNone(cluster.fault)
