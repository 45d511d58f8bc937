# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lists of single charges, as they are opened."""

from lxml import etree
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestChargeLists(RatingCase):
    def test_of_a_summary_in_the_order_of_their_start(self):
        starts = ["2026-09-04 10:00:00", "2026-09-02 10:00:00", "2026-09-03 10:00:00"]
        self.store_usage([{"started_at": start} for start in starts])
        self.rate()
        summary = self.env["telecom.usage.summary"].search([("contract_id", "=", self.contract.id)])
        action = summary.action_open_charges()
        arch = self.env[action["res_model"]].get_view(*action["views"][0])["arch"]
        order = etree.fromstring(arch).get("default_order")
        listed = self.env["telecom.charge"].search(action["domain"], order=order)
        self.assertEqual([str(one.started_at) for one in listed], sorted(starts))
