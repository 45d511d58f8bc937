# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rating that was stopped goes on from there, if nothing has changed, and ends as any other."""

from unittest.mock import patch

import numpy as np
from odoo.addons.telecom_billing.charging import month as rating
from odoo.addons.telecom_billing.charging.pipeline import Pipeline
from odoo.tests import tagged

from tests.addon.rating_common import PERIOD, RatingCase


class Killed(Exception):
    pass


@tagged("post_install", "-at_install")
class TestResuming(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Eight contracts, one number each, and records without an owner: nine shards.
        for place in range(8):
            contract = cls.contract.copy({"name": f"Contract {place}"})
            cls.new_number(f"+49 221 100{place}", cls.new_line(contract, cls.biz))
        rows = [
            {"a_number": f"49221100{place}", "b_number": number, "quantity": 61 + place}
            for number in ("491512345678", "493055555")
            for place in (5, 0, 7, 1, 6, 2, 4, 3)
        ]
        cls.store_usage([*rows, {"a_number": "498912345", "b_number": "493055555"}])

    def rate_in_shards(self, stop_after=None, everything=False):
        """Rate with one contract a shard; returns how many contracts were stored."""
        stored = []
        put = Pipeline._put

        def counted(pipeline, prepared, fresh):
            stored.extend(prepared.contracts.tolist())
            return put(pipeline, prepared, fresh)

        def after_shard(done, total):
            self.progress.append((done, total))
            if len(stored) == stop_after:
                raise Killed

        self.progress = []
        self.env["telecom.rating.mark"]._share_out(self.company)
        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        month = rating.Month(self.env, self.company, span, after_shard, shard=1)
        with patch.object(Pipeline, "_put", counted):
            try:
                month.rate(everything)
            except Killed:
                self.assertIsNotNone(stop_after)
        self.assertEqual(len(stored), len(set(stored)))
        return len(stored)

    def bookmarks(self):
        return self.env["telecom.rating.progress"].search([("company_id", "=", self.company.id)])

    def assert_as_in_one_go(self):
        self.check_sums()
        after = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), after)

    def test_goes_on_after_the_last_shard(self):
        self.assertEqual(self.rate_in_shards(stop_after=4), 4)
        self.assertEqual(len(self.bookmarks()), 1)
        # Killed again on the way.
        self.assertEqual(self.rate_in_shards(stop_after=2), 2)
        self.assertEqual(self.rate_in_shards(), 3)
        self.assertEqual(self.progress[-1], (17, 17))
        self.assertFalse(self.bookmarks())
        self.assertFalse(self.rate())
        self.assert_as_in_one_go()

    def test_stopped_after_the_last_shard(self):
        self.assertEqual(self.rate_in_shards(stop_after=9), 9)
        self.assertEqual(self.rate_in_shards(), 0)
        self.assertFalse(self.bookmarks())
        self.assertFalse(self.rate())
        self.assert_as_in_one_go()

    def test_begins_anew_when_prices_changed(self):
        self.rate_in_shards(stop_after=4)
        self.biz.version_ids.rate_ids.filtered(lambda rate: rate.zone_id.code == "mob").price = 0.7
        self.assertEqual(self.rate_in_shards(), 9)
        self.assert_as_in_one_go()

    def test_begins_anew_when_a_number_moved(self):
        self.rate_in_shards(stop_after=4)
        self.new_number("+49 89 12345", self.line)
        self.assertEqual(self.rate_in_shards(), 9)
        self.assert_as_in_one_go()

    def test_begins_anew_when_facts_came(self):
        self.rate_in_shards(stop_after=4)
        self.store_usage([{"a_number": "492211000", "b_number": "491512345678"}])
        self.assertEqual(self.rate_in_shards(), 9)
        self.assert_as_in_one_go()

    def test_begins_anew_when_asked_for_everything(self):
        self.rate_in_shards(stop_after=4)
        self.assertEqual(self.rate_in_shards(everything=True), 9)
        self.assertFalse(self.bookmarks())

    def test_contracts_done_before_are_passed_on(self):
        self.rate_in_shards(stop_after=4)
        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        month = rating.Month(self.env, self.company, span, shard=1)
        month.rate()
        passed_on = np.unique(np.concatenate(month._stored.contracts))
        self.assertEqual(len(passed_on), 9)

    def nobodys(self, count=3):
        """So many more records without an owner."""
        return self.store_usage(
            [{"a_number": f"4989000{place}", "b_number": "493055555"} for place in range(count)]
        )

    def kill(self, month):
        """Rate until somebody raises. What is stored by then stays: assertRaises would undo it."""
        try:
            month.rate()
        except Killed:
            return
        self.fail("nobody was killed")

    def test_nobodys_records_are_several_shards_and_one_part(self):
        self.nobodys()
        parts = []
        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        month = rating.Month(
            self.env, self.company, span, lambda done, total: parts.append((done, total)), shard=1
        )
        self.assertEqual(month.rate().shards, 8 + 4)
        # Nothing is kept before all four are stored.
        self.assertEqual((parts[0], parts[-1], len(parts)), ((4, 20), (20, 20), 9))
        first = self.snapshot()
        month.rate(everything=True)
        self.assertEqual(self.snapshot(), first)
        self.assert_as_in_one_go()

    def test_killed_among_nobodys_records(self):
        self.nobodys()
        put, stored = Pipeline._put, []

        def killing(pipeline, prepared, fresh):
            if len(stored) == 2:
                raise Killed
            stored.append(prepared)
            return put(pipeline, prepared, fresh)

        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        with patch.object(Pipeline, "_put", killing):
            self.kill(rating.Month(self.env, self.company, span, shard=1))
        # Two of four are stored, and nothing is kept for good.
        self.assertEqual(len(self.charges()), 2)
        self.assertFalse(self.bookmarks())
        self.rate()
        self.assert_as_in_one_go()

    def test_stopped_between_nobodys_records_and_the_first_contract(self):
        self.nobodys()
        parts = []

        def after_shard(done, total):
            parts.append((done, total))
            if len(parts) == 1:
                raise Killed

        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        month = rating.Month(self.env, self.company, span, after_shard, shard=1)
        self.kill(month)
        self.assertEqual((parts, self.bookmarks().mapped("holder")), ([(4, 20)], [0]))
        self.assertEqual((month.rate().shards, parts[1], parts[-1]), (8, (6, 20), (20, 20)))
        self.assert_as_in_one_go()

    def test_one_of_nobodys_records_finds_its_owner(self):
        self.nobodys()
        self.rate()
        self.new_number("+49 89 0001", self.line)
        self.env["telecom.rating.mark"]._share_out(self.company)
        # Nobody's are stored first, without the one that is to come to a contract.
        self.kill_after_first_part()
        self.assertEqual(len(self.charges()), 19)
        self.assert_goes_on_with_what_is_missing()

    def test_a_moved_number_is_between_two_contracts(self):
        self.rate()
        numbers = self.env["telecom.number"].search([("contract_id.name", "=like", "Contract _")])
        numbers[2].date_end = "2026-09-01"
        self.new_number(numbers[2].name, numbers[5].contract_line_id, date_start="2026-09-02")
        self.env["telecom.rating.mark"]._share_out(self.company)
        # One contract has none left, and the other is stored after nobody's.
        self.kill_after_first_part()
        self.assertEqual(len(self.charges()), 15)
        # Some contract is asked for alone: what is missing stays known.
        self.rate(contracts=self.other_contract.ids)
        self.assertTrue(self.bookmarks())
        self.assert_goes_on_with_what_is_missing()

    def kill_after_first_part(self):
        def killed(done, total):
            raise Killed

        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        self.kill(rating.Month(self.env, self.company, span, killed, shard=1))

    def assert_goes_on_with_what_is_missing(self):
        self.assertTrue(self.bookmarks())
        self.assertTrue(self.rate())
        self.assert_as_in_one_go()
        self.assertFalse(self.bookmarks())
        self.assertFalse(self.rate())
        self.assertFalse(self.env["telecom.rating.mark"].search([]))
