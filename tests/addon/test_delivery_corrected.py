# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier that delivers a correction: what holds, what is told, and how it is put right."""

from tests.addon.rating_common import RatingCase
from tests.addon.test_telecom_delivery import call, file_of


class TestCorrected(RatingCase):
    def receive(self, *lines, name="a.csv", source=None):
        delivery = (source or self.source)._receive(name, file_of(*lines))
        delivery._load()
        return delivery

    def findings(self, code):
        self.source._watch()
        return self.env["telecom.finding"].search(
            [("code", "=", code), ("watched_source_id", "=", self.source.id)]
        )

    def seconds(self, delivery):
        usage = self.env["telecom.usage"].search([("delivery_id", "=", delivery.id)])
        return {row.b_raw: row.quantity for row in usage}

    def test_a_corrected_record_is_told_and_taken_when_the_first_is_undone(self):
        first = self.receive(call("0401", 1), call("0402", 2))
        again = self.receive(
            call("0401", 1), call("0402", 2, billsec=30), call("0403", 3), name="corrected.csv"
        )
        self.assertEqual((again.loaded, again.duplicates), (1, 2))
        self.assertEqual(again.totals["changed"], {"records": 1, "lines": [2]})
        self.assertEqual(self.seconds(first), {"0401": 61, "0402": 61})
        finding = self.findings("delivery_changed")
        self.assertEqual((finding.res_id, finding.severity), (again.id, "warn"))
        self.assertIn("1 records of file corrected.csv", finding.message)
        first._undo()
        again._load()
        self.assertEqual(self.seconds(again), {"0401": 61, "0402": 30, "0403": 61})
        self.assertNotIn("changed", again.totals)
        self.assertEqual(self.findings("delivery_changed").mapped("state"), ["solved"])

    def test_what_came_again_unchanged_is_no_correction(self):
        self.receive(call("0401", 1))
        again = self.receive(call("0401", 1), call("0402", 2), "rubbish\n", name="more.csv")
        self.assertEqual(again.duplicates, 1)
        self.assertNotIn("changed", again.totals)
        self.assertFalse(self.findings("delivery_changed"))

    def test_a_line_corrected_here_keeps_what_is_known_of_the_others(self):
        self.receive(call("0401", 1))
        again = self.receive(call("0401", 1, billsec=9), "rubbish\n", name="more.csv")
        again.reject_ids.corrected = call("0405", 5)
        again.reject_ids.action_retry()
        self.assertEqual((again.loaded, again.rejects), (1, 0))
        self.assertEqual(again.totals["changed"]["records"], 1)

    def test_one_id_with_two_starts_in_two_files_is_told_before_it_is_billed(self):
        self.store_usage([{"record_id": "1.0401"}, {"record_id": "1.0402"}])
        self.store_usage([{"record_id": "1.0401", "started_at": "2026-09-15 10:00:30"}])
        corrected = self.env["telecom.delivery"].search([], order="id desc", limit=1)
        self.assertEqual(corrected.loaded, 1)
        run = self.new_run()
        with self.uncommitted():
            for code in ("fetch", "load", "rate", "check"):
                self.assertTrue(run._run_step(code), run.finding_ids.mapped("message"))
        finding = run.finding_ids.filtered(lambda one: one.code == "same_ids")
        self.assertEqual((finding.severity, finding.res_id), ("warn", self.source.id))
        self.assertIn("1 ids of records came in two files", finding.message)
        self.assertIn("1.0401", finding.message)
        corrected._undo()
        with self.uncommitted():
            for code in ("load", "rate", "check"):
                run._run_step(code)
        self.assertEqual(finding.state, "solved")

    def test_parts_of_a_call_in_one_file_are_as_switches_write_them(self):
        self.receive(call("0401", 1), call("0401", 1).replace("10:00:01", "10:00:31"))
        run = self.new_run()
        with self.uncommitted():
            for code in ("fetch", "load", "rate", "check"):
                run._run_step(code)
        self.assertNotIn("same_ids", run.finding_ids.mapped("code"))
