# SPDX-License-Identifier: AGPL-3.0-or-later
"""A preview of several months says which sums it does not carry from one to the next."""

from odoo.tests import tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestRatingPreviewCaveat(RatingCase):
    def caveat(self, date_from, date_to):
        values = {"date_from": date_from, "date_to": date_to}
        return self.env["telecom.rating.preview"].create(values).caveat

    def test_rules_across_months(self):
        both = ("2026-08-01", "2026-09-01")
        step = {"start": 0, "by": "factor", "factor": 0.9}
        tier = self.env["telecom.tier"].create({"name": "Tens", "step_ids": [(0, 0, step)]})
        limit = self.env["telecom.limit"].create({"name": "Fifty", "amount": 50, "period": "year"})
        self.assertFalse(self.caveat(*both), "months stand by themselves, alerts change no sum")
        tier.period = "quarter"
        limit.then = "free"
        self.assertIn("Tens, Fifty: adds up over more than a month", self.caveat(*both))
        self.assertFalse(self.caveat("2026-09-01", "2026-09-30"), "one month")
        tier.write({"valid_to": "2026-07-31"})
        self.assertTrue(self.caveat(*both).startswith("Fifty:"))
