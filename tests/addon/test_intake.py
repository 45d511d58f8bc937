# SPDX-License-Identifier: AGPL-3.0-or-later
"""COPY into the partitioned store: exact, once, also with two workers at a time."""

import threading
from datetime import date
from decimal import Decimal

import pandas as pd
from odoo.addons.telecom_billing.store import copying, exact, partitions
from odoo.addons.telecom_billing.store.intake import Intake
from odoo.tools import SQL

from connectors.frame import Deduplicator, dedup_keys, empty
from tests.addon.common import TelecomCase, frame_of

CALL = {"record_id": "r1", "cost": Decimal("0.014561")}


class TestIntake(TelecomCase):
    def intake(self, delivery=1001, source=None):
        return Intake(self.env.cr, self.company.id, (source or self.source).id, delivery)

    def load(self, rows, delivery=1001):
        intake = self.intake(delivery)
        frame = frame_of(rows)
        intake.add(frame, dedup_keys(frame))
        return intake.finish()

    def test_frames_put_together_with_an_empty_one_arrive_whole(self):
        frame = pd.concat([empty(), frame_of([CALL]), empty()], ignore_index=True)
        text = copying.as_csv(copying.facts(frame, dedup_keys(frame), 1, 2, 3))
        self.assertTrue(text.startswith(b"1,2,3,1,"), text)

    def test_values_arrive_exactly_as_delivered(self):
        row = {
            "record_id": 'a"b,c\nd',
            "started_at": "2026-09-30 23:59:59.123456",
            "quantity": Decimal("61.000001"),
            "a_number": None,
            "a_raw": "",
            "b_raw": "Zürich; \\N",
            "account": "",
            "cost": Decimal("-0.014561"),
        }
        self.load([row])
        query = SQL(
            "SELECT record_id, started_at::text, quantity, a_number, a_raw, b_raw, account,"
            " destination, cost, currency, tableoid::regclass::text"
            " FROM telecom_usage_data WHERE delivery_id = 1001"
        )
        self.assertEqual(
            exact.fetch(self.env.cr, query),
            [
                (
                    'a"b,c\nd', "2026-09-30 23:59:59.123456", 61_000_001, None, "",
                    "Zürich; \\N", "", None, Decimal("-0.014561"), "EUR",
                    "telecom_usage_data_202609",
                )
            ],
        )  # fmt: skip

    def test_a_nul_character_does_not_stop_the_load(self):
        self.load([{"record_id": "x", "b_raw": "12\x0034"}])
        usage = self.env["telecom.usage"].search([("delivery_id", "=", 1001)])
        self.assertEqual(usage.b_raw, "12\N{REPLACEMENT CHARACTER}34")

    def test_sums_beyond_int64_are_exact(self):
        # 3 × 9,000,000,000,000 bytes: 27 × 10^18 millionths, more than an int64 holds
        rows = [
            {"record_id": str(number), "unit": "byte", "quantity": 9_000_000_000_000}
            for number in range(3)
        ]
        counts = self.load(rows)
        self.assertEqual(counts.decoded_quantity, {"byte": Decimal(27_000_000_000_000)})
        self.assertEqual(counts.loaded_quantity, counts.decoded_quantity)

    def test_a_second_delivery_adds_only_what_is_new(self):
        first = self.load([CALL, {"record_id": "r2"}])
        second = self.load([{"record_id": "r2"}, {"record_id": "r3", "cost": 1}], delivery=1002)
        self.assertEqual((first.lines, first.loaded, first.duplicates), (2, 2, 0))
        self.assertEqual((second.lines, second.loaded, second.duplicates), (2, 1, 1))
        self.assertEqual(second.decoded_quantity, {"second": Decimal(120)})
        self.assertEqual(second.loaded_quantity, {"second": Decimal(60)})
        self.assertEqual(second.loaded_cost, {"EUR": Decimal(1)})

    def test_the_same_record_of_two_sources_is_two_records(self):
        self.load([CALL])
        other = self.intake(1002, self.new_source("other"))
        frame = frame_of([CALL])
        other.add(frame, dedup_keys(frame))
        self.assertEqual(other.finish().loaded, 1)

    def test_equal_messages_of_one_file_are_all_loaded(self):
        sms = {"service": "sms", "quantity": 1, "unit": "piece"}
        self.assertEqual(self.load([sms, sms, sms]).loaded, 3)
        self.assertEqual(self.load([sms, sms], delivery=1002).duplicates, 2)

    def test_loading_a_delivery_again_adds_nothing(self):
        rows = [CALL, {"record_id": "r2"}]
        self.load(rows)
        again = self.load(rows)
        self.assertEqual((again.lines, again.loaded, again.duplicates), (2, 2, 0))

    def test_a_loaded_delivery_is_found_without_a_vacuum(self):
        """Each look for a delivery, also a later one's, would read all that no index sums up."""
        self.load([{"started_at": "2025-02-03 12:00:00", "a_raw": "x" * 999}] * 3_000)
        partition = partitions.name_of("telecom_usage_data", date(2025, 2, 1))
        self.env.cr.execute(
            "SELECT brin_summarize_new_values(i.indexrelid) FROM pg_stat_user_indexes i"
            " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam"
            " WHERE i.relname = %s AND m.amname = 'brin'",
            [partition],
        )
        self.assertEqual(self.env.cr.fetchall(), [(0,), (0,)])

    def test_chunks_and_whole_give_the_same_keys(self):
        rows = [{"service": "sms"}] * 3 + [CALL]
        self.load(rows)
        intake, keys = self.intake(1002), Deduplicator()
        for part in (rows[:1], rows[1:2], rows[2:]):
            frame = frame_of(part)
            intake.add(frame, keys.keys(frame))
        self.assertEqual(intake.finish().duplicates, 4)

    def test_unbelievable_dates_are_rejected_and_make_no_partition(self):
        delivery = self.env["telecom.delivery"].create(
            {"name": "dates.csv", "source_id": self.source.id, "sha256": "dates"}
        )
        intake = self.intake(delivery.id)
        rows = [CALL, {"record_id": "old", "started_at": "1970-01-01"}, {"record_id": "r3"},
                {"record_id": "late", "started_at": "2098-01-01", "b_raw": "110"}]  # fmt: skip
        frame = frame_of(rows)
        intake.add(frame, dedup_keys(frame))
        counts = intake.finish()
        self.assertEqual((counts.lines, counts.loaded, counts.rejects), (4, 2, 2))
        self.assertEqual(counts.reasons, {"date_implausible": 2})
        rejects = self.env["telecom.reject"].search([("delivery_id", "=", delivery.id)])
        self.assertEqual(rejects.mapped("line"), [2, 4])
        self.assertIn("2098-01-01", rejects[1].message)
        self.assertIn("110", rejects[1].raw)
        self.assertNotIn(
            2098, [month.year for month in partitions.months(self.env.cr, "telecom_usage_data")]
        )


class TestIntakeOfTwoWorkers(TelecomCase):
    """Real connections and commits; rows are removed at the end."""

    def test_two_workers_at_once_load_each_record_once(self):
        source = 987_654  # no source of that id: facts have no foreign keys
        rows = [{"record_id": str(number)} for number in range(200)]
        barrier, results, errors = threading.Barrier(2), {}, []

        def worker(delivery, own_rows):
            for attempt in range(3):
                with self.registry.cursor() as cr:
                    try:
                        cr.execute("SELECT 1")  # the snapshot is taken here, before the other's
                        if not attempt:
                            barrier.wait(timeout=30)
                        intake = Intake(cr, self.company.id, source, delivery)
                        for at in (0, 75):
                            frame = frame_of(own_rows[at : at + 75])
                            intake.add(frame, dedup_keys(frame))
                        results[delivery] = intake.finish()
                        return
                    except Exception as error:
                        cr.rollback()
                        errors.append(error)

        threads = [
            threading.Thread(target=worker, args=(9_000_001, rows[:150])),
            threading.Thread(target=worker, args=(9_000_002, rows[50:][::-1])),
        ]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            with self.registry.cursor() as cr:
                cr.execute(
                    "SELECT count(*), count(DISTINCT record_id) FROM telecom_usage_data"
                    " WHERE source_id = %s",
                    [source],
                )
                self.assertEqual(cr.fetchone(), (200, 200))
            self.assertEqual(sum(counts.loaded for counts in results.values()), 200)
            self.assertEqual(sum(counts.duplicates for counts in results.values()), 100)
            self.assertTrue(
                {type(error).__name__ for error in errors}
                <= {"SerializationFailure", "DeadlockDetected"},
                errors,
            )
        finally:
            with self.registry.cursor() as cr:
                cr.execute("DELETE FROM telecom_usage_data WHERE source_id = %s", [source])
