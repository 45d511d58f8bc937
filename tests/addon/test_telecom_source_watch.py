# SPDX-License-Identifier: AGPL-3.0-or-later
"""Deliveries that are late, missing, doubled, small or out of order become findings, and go."""

import datetime

from odoo.exceptions import ValidationError
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase
from tests.addon.test_telecom_delivery import LOADER_LOG, call, file_of
from tests.addon.test_telecom_reject import DAMAGED, GOOD, HEAD, TRAILER

#: A Thursday, 12:00 UTC.
NOW = datetime.datetime(2026, 9, 10, 12)


class TestWatch(TelecomCase):
    def watched(self, **vals):
        return self.new_source(
            "watched",
            **{"expect_every": "day", "expect_hour": 6, "expect_since": "2026-09-07"} | vals,
        )

    def deliver(self, source, day, name=None, hour=4, calls=5, load=True, start=0):
        """A file with some calls, received on a day of September 2026."""
        name = name or f"cdr-{day}-{hour}.csv"
        lines = [call(f"04{day:02d}{hour:02d}{start + n:03d}", n % 60) for n in range(calls)]
        delivery = source._receive(name, file_of(*lines))
        delivery.received_at = datetime.datetime(2026, 9, day, hour)
        if load:
            delivery._load()
        return delivery

    def found(self, source, now=NOW, state="open"):
        source._watch(now)
        findings = self.env["telecom.finding"].search(
            [("watched_source_id", "=", source.id), ("state", "=", state)], order="id"
        )
        return [(finding.code, finding.key) for finding in findings]

    # --- when --------------------------------------------------------------------------------

    def test_a_missing_and_a_late_delivery_are_told_and_close_when_they_come(self):
        source = self.watched()
        for day in (7, 9):
            self.deliver(source, day)
        late = NOW - datetime.timedelta(hours=6)  # 06:00 UTC: the grace of the 10th has not ended
        self.assertEqual(self.found(source, late), [("delivery_missing", "2026-09-08 04:00:00")])
        self.assertEqual(
            self.found(source),
            [
                ("delivery_missing", "2026-09-08 04:00:00"),
                ("delivery_late", "2026-09-10 04:00:00"),
            ],
        )
        self.assertTrue(source.is_late)
        self.assertEqual(source.finding_count, 2)
        self.assertIn(source, source.search([("is_late", "=", True)]))
        self.assertIn(
            "upload them by hand", source.message_ids[-1].body + source.message_ids[0].body
        )
        self.deliver(source, 10, "late.csv", hour=11)
        self.deliver(source, 10, "later.csv", hour=12)
        self.assertEqual(self.found(source), [])
        self.assertFalse(source.is_late)
        self.assertNotIn(source, source.search([("is_late", "=", True)]))
        closed = self.env["telecom.finding"].search([("watched_source_id", "=", source.id)])
        self.assertEqual(set(closed.mapped("state")), {"solved"})
        self.assertFalse(closed.solved_by)

    def test_what_was_waived_is_not_told_again(self):
        source = self.watched()
        self.found(source)
        findings = self.env["telecom.finding"].search([("watched_source_id", "=", source.id)])
        findings._waive("Carrier was on strike")
        self.assertEqual(self.found(source), [])
        self.assertEqual(len(self.found(source, state="waived")), 4)

    def test_nothing_before_the_schedule_was_entered_is_missed(self):
        source = self.new_source("fresh", expect_every="day")
        self.assertTrue(source.expect_since)
        self.assertEqual(self.found(source, datetime.datetime.now()), [])
        self.assertGreater(source.next_expected_at, datetime.datetime.now())
        self.assertFalse(self.source.next_expected_at)
        self.assertEqual(self.found(self.source), [])

    def test_the_run_is_locked_by_what_is_missing(self):
        source = self.watched(expect_since="2026-11-01")
        run = self.new_run()
        with self.uncommitted():
            self.assertFalse(run._run_all(until="load"))
        self.assertEqual(set(run.finding_ids.mapped("code")), {"delivery_missing", "delivery_late"})
        self.assertEqual(set(run.finding_ids.mapped("res_id")), {source.id})

    # --- how much, twice, in which order -----------------------------------------------------

    def test_a_small_delivery_is_told(self):
        source = self.watched(expect_every="none")
        for day in (1, 2, 3):
            self.deliver(source, day, calls=10)
        self.deliver(source, 4, calls=5)
        self.assertEqual(self.found(source), [])
        small = self.deliver(source, 5, calls=4)  # (10 + 10 + 10 + 5) / 4 = 8; half of it is 4
        self.assertEqual(self.found(source), [])
        smaller = self.deliver(source, 6, calls=2)
        self.assertEqual(self.found(source), [("delivery_shrunken", str(smaller.id))])
        smaller._undo()
        self.assertEqual(self.found(source), [])
        self.assertTrue(small.loaded)

    def test_a_doubled_delivery_is_told_once(self):
        source = self.watched(expect_every="none")
        first = self.deliver(source, 7)
        content = first.attachment_id.raw
        again = source._receive("again.csv", content)
        repacked = source._receive("repacked.csv", b"\n" + content)  # another file, the same calls
        (again | repacked).received_at = NOW
        repacked._load()
        self.assertEqual((repacked.loaded, repacked.duplicates), (0, 5))
        self.assertEqual(
            self.found(source),
            [("delivery_doubled", str(again.id)), ("delivery_doubled", str(repacked.id))],
        )
        self.env["telecom.finding"].search([("watched_source_id", "=", source.id)]).action_solve()
        self.assertEqual(self.found(source), [])

    def test_numbers_in_file_names_without_gap(self):
        source = self.watched(expect_every="none", sequence_pattern=r"_0*(\d+)\.csv")
        self.deliver(source, 1, "cdr_0007.csv")
        self.deliver(source, 3, "cdr_0009.csv")
        self.assertEqual(self.found(source), [("sequence_gap", "8")])
        self.deliver(source, 4, "cdr_0008.csv")
        self.assertEqual(self.found(source), [])
        twice = self.deliver(source, 5, "cdr_0008.csv", start=100)
        self.assertEqual(self.found(source), [("sequence_repeated", str(twice.id))])

    def test_days_without_usage_are_alike_and_yet_come_each_day(self):
        source = self.watched(sequence_pattern=r"-(\d+)-")
        full = self.deliver(source, 7)
        quiet = [self.deliver(source, day, calls=0, load=day == 8) for day in (8, 9, 10)]
        self.assertEqual([one.state for one in quiet], ["loaded", "duplicate", "duplicate"])
        # 8 to 10 hold nothing where the 7th had five calls, but they came, numbered and in order
        small = [("delivery_shrunken", str(one.id)) for one in quiet]
        self.assertEqual([one for one in self.found(source) if one not in small], [])
        full.received_at = datetime.datetime(2026, 9, 10, 5)
        again = source._receive("cdr-7-4.csv", full.attachment_id.raw)
        again.received_at = NOW
        self.assertIn(("delivery_doubled", str(again.id)), self.found(source))

    def test_the_files_own_totals_and_what_mends_them(self):
        source = self.watched(expect_every="none", format="german_carrier")
        delivery = source._receive("a.csv", (HEAD + GOOD + DAMAGED + TRAILER).encode("cp1252"))
        delivery.received_at = NOW
        delivery._load()
        self.assertEqual(self.found(source), [("delivery_totals", str(delivery.id))])
        delivery.reject_ids.corrected = DAMAGED.replace("4,92E+11", "0892345").strip()
        delivery.reject_ids.action_retry()
        self.assertEqual(self.found(source), [])

    @mute_logger(LOADER_LOG)
    def test_records_in_the_hours_of_a_clock_change_are_told(self):
        """Asterisk's times are local ones: 2026-10-25 02:30 comes twice, 2026-03-29 02:30 never."""
        source = self.new_source("clock", settings={"timezone": "Europe/Berlin"})
        source._receive("plain.csv", file_of(call("0401234567")))._load()
        lines = [call("0401234568").replace("2026-09-15 10:00", f"2026-{day} 02:30")
                 for day in ("10-25", "03-29")]  # fmt: skip
        delivery = source._receive("clock.csv", file_of(*lines))
        delivery._load()
        self.assertEqual(delivery.loaded, 2)
        keys = [f"{delivery.id}-{code}" for code in ("time_ambiguous", "time_nonexistent")]
        now = delivery.received_at
        self.assertEqual(self.found(source, now), [("delivery_clock_change", key) for key in keys])
        self.assertIn("hour that comes twice at the end of summer time: 1.", delivery.notes)
        self.assertIn("hour that is left out at the start of summer time: 1.", delivery.notes)
        findings = self.env["telecom.finding"].search([("watched_source_id", "=", source.id)])
        self.assertEqual(set(findings.mapped("severity")), {"info", "warn"})
        delivery.action_undo()
        self.assertEqual(self.found(source, now), [])

    def test_a_doubtful_encoding_is_told_on_the_delivery(self):
        source = self.new_source("doubtful", settings={"encoding": "cp1252"})
        line = call("0401234567").replace("DOCUMENTATION", "Köln")
        delivery = source._receive("a.csv", line.encode())
        delivery._load()
        self.assertEqual(delivery.loaded, 1)
        self.assertIn("The file is UTF-8", delivery.notes)

    def test_what_cannot_be_asked_or_read_is_told(self):
        source = self.watched(expect_every="none", format="telekom_evn")
        source.write({"state": "failing", "last_error": "no route"})
        delivery = source._receive("a.csv", b"\xff\xfe\x00")
        delivery._load()
        self.assertEqual(delivery.state, "failed")
        self.assertEqual(
            self.found(source),
            [("source_unreachable", ""), ("delivery_unreadable", str(delivery.id))],
        )
        source.write({"state": "ok", "last_error": False})
        delivery.unlink()
        self.assertEqual(self.found(source), [])

    # --- form --------------------------------------------------------------------------------

    def test_what_makes_no_sense_is_refused(self):
        for vals in (
            {"expect_hour": 24}, {"expect_day": 0}, {"expect_files": 0}, {"volume_drop": 100},
            {"sequence_pattern": "("}, {"sequence_pattern": "cdr"},
        ):  # fmt: skip
            with self.subTest(vals), self.assertRaises(ValidationError):
                self.source.write(vals)

    def test_findings_are_in_the_companys_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.company.partner_id.lang = "de_DE"
        source = self.watched()
        self.found(source)
        finding = self.env["telecom.finding"].search([("watched_source_id", "=", source.id)])[0]
        self.assertRegex(finding.message, r"0?\d\.09\.2026")
