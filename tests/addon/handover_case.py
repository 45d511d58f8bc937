# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of handing over share: a system, a contract of its own, one of ours, their calls."""

from unittest.mock import patch

from odoo.addons.telecom_billing.models import telecom_handover

from connectors.retry import Patience
from tests.addon.billing_case import BillingCase
from tests.addon.rating_common import RatingCase

MONTH = "2026-09-01"


class HandoverCase(RatingCase, BillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.new_channel("crm", marks=True, what="records", kind="jsonl")
        cls.theirs, cls.ours = (
            cls.new_contract(
                cls.new_partner(name, "business"), lines=[{"telecom_tariff_id": cls.biz.id}]
            )
            for name in ("Theirs", "Ours")
        )
        cls.theirs.telecom_handover_channel_id = cls.channel
        for place, contract in enumerate((cls.theirs, cls.ours)):
            cls.new_number(f"+49 30 77770{place}", contract.contract_line_ids)

    @classmethod
    def new_channel(cls, code, **vals):
        return cls.env["telecom.handover.channel"].create({"name": code, "code": code} | vals)

    def setUp(self):
        super().setUp()
        quick = Patience(attempts=2, sleep=lambda _seconds: None)
        self.startPatcher(patch.object(telecom_handover, "PATIENCE", quick))

    def calls(self, start, count=1, seconds=60):
        """Calls of both contracts, 0.03 a minute inland until mid-September, 0.12 + 0.05 mobile."""
        return self.store_usage(
            [
                {
                    "record_id": f"{start}-{number}-{place}",
                    "a_number": number,
                    "b_number": ("494012345", "4915112345678")[place % 2],
                    "started_at": start,
                    "quantity": seconds,
                }
                for number in ("4930777700", "4930777701")
                for place in range(count)
            ]
        )

    def steps(self, run, *codes):
        with self.uncommitted():
            for code in codes:
                self.assertTrue(run._run_step(code), run.finding_ids.mapped("message"))
        return run

    def rated_run(self, month=MONTH):
        return self.steps(self.new_run(month), "fetch", "load", "rate", "check")

    def by_rest(self, server, **vals):
        self.channel.write({"way": "rest", "rest": {"url": server.url}} | vals)

    def assertAgree(self, run):
        rows = run.control_totals()
        self.assertEqual([row["stage"] for row in rows if row["check"] is False], [])
        return {row["stage"]: row for row in rows}
