# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rejected lines: corrected one by one or by the source's settings, read again, counted, once."""

import base64

from odoo.exceptions import AccessError, UserError

from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import call, file_of, zip_of

HEAD = "Rufnummer A;Rufnummer B;Datum;Uhrzeit;Dauer;Zone;Preis\n"
DAMAGED = "030123456;4,92E+11;15.09.2026;10:05:00;30;Ortsgespräch;0,02\n"
GOOD = "030123456;0176 12345678;15.09.2026;10:00:00;61;Mobilfunk;0,1234\n"
TRAILER = "Summe;2;;;91;;0,1434\n"


class TestReject(TelecomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls.new_source("carrier", format="german_carrier")

    def load(self, content, name="calls.csv", source=None):
        content = content if isinstance(content, bytes) else content.encode("cp1252")
        delivery = (source or self.carrier)._receive(name, content)
        delivery._load()
        self.assertEqual(delivery.state, "loaded", delivery.message)
        return delivery

    def usage(self, delivery):
        return self.env["telecom.usage"].search([("delivery_id", "in", delivery.ids)], order="line")

    def assertLines(self, delivery, lines, loaded, duplicates=0, faulty=0, left_out=0):
        self.assertEqual(
            (delivery.lines, delivery.loaded, delivery.duplicates, delivery.faulty,
             delivery.left_out),
            (lines, loaded, duplicates, faulty, left_out),
        )  # fmt: skip
        self.assertEqual(lines, loaded + duplicates + faulty + left_out)
        self.assertEqual(len(self.usage(delivery)), loaded)
        open_ones = delivery.reject_ids.filtered(lambda one: one.state == "open")
        self.assertEqual(len(open_ones), faulty)

    # --- one line ----------------------------------------------------------------------------

    def test_a_corrected_line_becomes_a_record_of_its_delivery(self):
        delivery = self.load(HEAD + GOOD + DAMAGED + TRAILER)
        self.assertLines(delivery, 2, loaded=1, faulty=1)
        self.assertIn("states a quantity of 91, 61 was read", delivery.message)
        reject = delivery.reject_ids
        action = reject.with_user(self.manager).action_correct()
        self.assertEqual((action["res_id"], reject.corrected), (reject.id, reject.raw))
        reject.with_user(self.manager).corrected = reject.raw.replace("4,92E+11", "089 2345")
        reject.with_user(self.manager).action_retry()
        self.assertLines(delivery, 2, loaded=2)
        self.assertFalse(delivery.message)  # the file's own totals hold now: 61 + 30 = 91
        self.assertEqual((reject.state, reject.outcome), ("solved", "stored"))
        self.assertEqual((reject.raw, reject.retried_by), (DAMAGED.strip(), self.manager))
        record = self.env["telecom.usage"].search(reject.action_view_usage()["domain"])
        self.assertEqual((record.b_number, record.line, record.quantity), ("49892345", 3, 30))
        self.assertEqual(record.destination, "Ortsgespräch")
        self.assertEqual((delivery.quantity, delivery.totals["loaded"]["second"]), (91, "91"))
        self.assertEqual(
            delivery.attachment_id.raw, (HEAD + GOOD + DAMAGED + TRAILER).encode("cp1252")
        )

    def test_a_line_that_is_still_wrong_stays_open_with_its_new_reason(self):
        delivery = self.load(HEAD + GOOD + DAMAGED)
        reject = delivery.reject_ids
        self.assertEqual(reject.reason, "number_damaged")
        reject.corrected = reject.raw.replace("4,92E+11", "0892345").replace(";30;", ";x;")
        self.assertEqual(reject.action_retry()["params"]["type"], "warning")
        self.assertLines(delivery, 2, loaded=1, faulty=1)
        self.assertEqual((reject.state, reject.reason), ("open", "duration"))
        self.assertEqual(delivery.totals["reasons"], {"duration": 1})
        reject.corrected = reject.corrected.replace(";x;", ";30;")
        reject.action_retry()
        reject.action_retry()  # nothing is left to do
        self.assertLines(delivery, 2, loaded=2)

    def test_two_calls_that_look_alike_are_two(self):
        twin = GOOD.replace("0176 12345678", "0,17E+11")
        delivery = self.load(HEAD + GOOD + GOOD + twin + twin)
        self.assertLines(delivery, 4, loaded=2, faulty=2)
        for reject in delivery.reject_ids:
            reject.corrected = GOOD.strip()
            reject.action_retry()
        self.assertLines(delivery, 4, loaded=4)
        # The carrier's own correction brings the same four again.
        self.assertLines(self.load(HEAD + GOOD * 4, "corrected.csv"), 4, loaded=0, duplicates=4)

    def test_what_came_by_another_file_meanwhile_is_not_stored_twice(self):
        delivery = self.load(HEAD + GOOD + DAMAGED)
        right = DAMAGED.replace("4,92E+11", "0892345")
        self.assertLines(self.load(HEAD + right, "later.csv"), 1, loaded=1)
        delivery.reject_ids.corrected = right.strip()
        delivery.reject_ids.action_retry()
        self.assertLines(delivery, 2, loaded=1, duplicates=1)
        self.assertEqual(delivery.reject_ids.outcome, "duplicate")

    # --- all of a kind -----------------------------------------------------------------------

    def test_a_right_encoding_mends_all_lines_from_the_original(self):
        self.carrier.settings = {"encoding": "utf-8"}
        other = GOOD.replace("Mobilfunk", "Österreich")
        delivery = self.load(HEAD + GOOD + DAMAGED.replace("4,92E+11", "0892345") + other)
        more = self.load(HEAD + other.replace("10:00", "11:00"), "more.csv")
        self.assertEqual(set(delivery.reject_ids.mapped("reason")), {"encoding"})
        self.assertIn("\\xe4", delivery.reject_ids[0].raw)
        self.carrier.settings = {"encoding": "cp1252"}
        delivery.reject_ids[0].action_retry_kind()
        self.assertLines(delivery, 3, loaded=3)
        self.assertLines(more, 1, loaded=1)
        self.assertEqual(
            self.usage(delivery).mapped("destination"), ["Mobilfunk", "Ortsgespräch", "Österreich"]
        )

    def test_lines_put_aside_and_other_reasons_are_left_alone(self):
        bad_time = GOOD.replace("15.09.2026", "heute")
        delivery = self.load(HEAD + DAMAGED + DAMAGED.replace("10:05", "10:06") + bad_time)
        first, second, time = delivery.reject_ids.sorted("line")
        second.action_ignore()
        self.carrier.settings = {"bad_numbers": "keep"}
        first.action_retry_kind()
        self.assertEqual((first.state, second.state, time.state), ("solved", "ignored", "open"))
        self.assertEqual((delivery.loaded, delivery.rejects), (1, 2))

    def test_a_line_that_turns_out_to_be_a_trailer_is_none(self):
        self.carrier.settings = {"trailer_mark": "Total"}
        delivery = self.load(HEAD + GOOD + DAMAGED.replace("4,92E+11", "0892345") + TRAILER)
        self.assertLines(delivery, 3, loaded=2, faulty=1)
        self.carrier.settings = {}
        delivery.reject_ids.action_retry()
        self.assertLines(delivery, 2, loaded=2)
        self.assertEqual(delivery.reject_ids.outcome, "none")
        self.assertEqual(delivery.totals["summary"]["declared"]["count"], 2)
        self.assertFalse(delivery.message)

    # --- loaded again ------------------------------------------------------------------------

    def test_a_correction_outlives_undo(self):
        delivery = self.load(HEAD + GOOD + DAMAGED + TRAILER)
        delivery.reject_ids.corrected = DAMAGED.replace("4,92E+11", "0892345").strip()
        delivery.reject_ids.action_retry()
        delivery._undo()
        self.assertFalse(self.usage(delivery))
        with self.assertRaisesRegex(UserError, "is not loaded"):
            delivery.reject_ids.action_retry()
        delivery.action_load()
        self.assertLines(delivery, 2, loaded=2)
        self.assertFalse(delivery.message)
        self.assertEqual((delivery.reject_ids.state, delivery.reject_ids.line), ("solved", 3))

    def test_a_second_load_with_other_settings_stores_nothing_twice(self):
        first = self.load(HEAD + GOOD, "first.csv")
        later = GOOD.replace("10:00", "15:00")
        second = self.load(HEAD + GOOD + later, "second.csv")
        self.assertLines(second, 2, loaded=1, duplicates=1)
        self.carrier.settings = {"timezone": "UTC"}  # every fact is another one now
        first._undo()  # the second has to supply what went away with the first
        second.action_load()
        self.assertLines(second, 2, loaded=2)
        self.assertEqual(
            [str(record.started_at) for record in self.usage(second)],
            ["2026-09-15 10:00:00", "2026-09-15 13:00:00"],  # UTC now; 15:00 CEST as it was stored
        )

    def test_archives_count_with_their_members(self):
        content = (HEAD + GOOD + DAMAGED).encode("cp1252")
        archive = self.load(zip_of(a_csv=content), "a.zip")
        member = archive.child_ids
        self.assertEqual((archive.loaded, archive.faulty), (1, 1))
        member.reject_ids.corrected = DAMAGED.replace("4,92E+11", "0892345").strip()
        member.reject_ids.action_retry()
        self.assertEqual((archive.lines, archive.loaded, archive.faulty), (2, 2, 0))
        self.assertEqual(archive.quantity, 91)

    def test_the_run_rates_what_was_retried(self):
        delivery = self.load(file_of(call("0401", 1), "rubbish\n"), "Master.csv", self.source)
        rated = self.env["telecom.rating.state"]
        rated._rate_months(self.company)
        state = rated.search([("company_id", "=", self.company.id)])
        self.assertEqual(state.deliveries[str(delivery.id)], 1)
        delivery.reject_ids.corrected = call("0402", 2).strip()
        delivery.reject_ids.action_retry()
        rated._rate_months(self.company)
        self.assertEqual(state.deliveries[str(delivery.id)], 2)

    def test_who_may_not_write_may_not_retry(self):
        delivery = self.load(HEAD + DAMAGED)
        with self.assertRaises(AccessError):
            delivery.reject_ids.with_user(self.agent).action_retry()

    def test_the_reason_is_told_in_german(self):
        delivery = self.load(HEAD + DAMAGED)
        german = delivery.reject_ids.with_context(lang="de_DE").explanation
        self.assertIn("4,92E+11", german)
        self.assertIn("Rufnummer B", german)
        self.assertTrue(base64.b64encode(german.encode()))
