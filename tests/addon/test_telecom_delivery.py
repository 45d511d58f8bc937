# SPDX-License-Identifier: AGPL-3.0-or-later
"""A delivered file: kept, recognised, loaded, counted, undone."""

import base64
import contextlib
import gzip
import io
import threading
import zipfile
from unittest.mock import patch

from odoo.addons.telecom_billing.steps import engine
from odoo.addons.telecom_billing.store import facts, locks
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase

LOADER_LOG = "odoo.addons.telecom_billing.models.delivery_loader"


def call(number, second=0, answered=True, uniqueid=True, billsec=61):
    """A line of Asterisk's Master.csv: 10:00:00 + second, local time, billed 61 s."""
    at = f"2026-09-15 10:00:{second:02d}"
    disposition = "ANSWERED" if answered else "NO ANSWER"
    line = (
        f'"trunk","030123456","{number}","out","","SIP/1","","Dial","","{at}",'
        f'"{at if answered else ""}","2026-09-15 10:02:00",90,{billsec if answered else 0},'
        f'"{disposition}","DOCUMENTATION"'
    )
    return line + (f',"{second}.{number}"' if uniqueid else "") + "\n"


def file_of(*lines):
    return "".join(lines).encode()


def zip_of(**files):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    return sink.getvalue()


class TestDelivery(TelecomCase):
    def receive(self, content, name="Master.csv", source=None):
        delivery = (source or self.source)._receive(name, content)
        delivery._load()
        return delivery

    def usage(self, delivery):
        return self.env["telecom.usage"].search([("delivery_id", "in", delivery.ids)], order="id")

    def assertLines(self, delivery, lines, loaded, duplicates=0, faulty=0, left_out=0):
        self.assertEqual(
            (delivery.lines, delivery.loaded, delivery.duplicates, delivery.faulty,
             delivery.left_out),
            (lines, loaded, duplicates, faulty, left_out),
        )  # fmt: skip
        self.assertEqual(delivery.lines, delivery.loaded + delivery.duplicates + delivery.rejects)

    def test_every_line_is_accounted_for(self):
        delivery = self.receive(
            file_of(call("0401", 1), call("0402", 2, answered=False), "rubbish\n", call("0403", 3))
        )
        self.assertEqual(delivery.state, "loaded")
        self.assertLines(delivery, 4, loaded=2, faulty=1, left_out=1)
        self.assertEqual(delivery.quantity, 122)  # 2 × 61 s
        self.assertEqual(str(delivery.first_started_at), "2026-09-15 08:00:01")  # UTC
        usage = self.usage(delivery)
        self.assertEqual(usage.mapped("b_number"), ["49401", "49403"])
        self.assertEqual(usage.mapped("line"), [1, 4])
        faulty = delivery.reject_ids.filtered(lambda reject: reject.kind == "faulty")
        self.assertEqual((faulty.line, faulty.raw, faulty.state), (3, "rubbish", "open"))
        self.assertTrue(faulty.message)
        self.assertEqual(self.source.reject_count, 1)

    def test_the_original_is_kept_unchanged(self):
        content = file_of(call("0401"))
        delivery = self.receive(content)
        self.assertEqual(delivery.attachment_id.raw, content)
        self.assertFalse(delivery.attachment_id.index_content, "not copied into the database")
        self.assertEqual(delivery.size, len(content))

    def test_the_same_file_again_is_recognised_and_not_loaded(self):
        content = file_of(call("0401"))
        first = self.receive(content)
        again = self.receive(content, "renamed.csv")
        self.assertEqual((again.state, again.lines, again.original_id), ("duplicate", 0, first))
        self.assertFalse(again.attachment_id)
        self.assertEqual(facts.count(self.env.cr, (first | again).ids), 1)

    def test_a_record_in_another_file_is_loaded_once(self):
        self.receive(file_of(call("0401", 1), call("0402", 2)))
        second = self.receive(file_of(call("0402", 2), call("0403", 3)))
        self.assertLines(second, 2, loaded=1, duplicates=1)
        self.assertEqual((second.quantity, second.quantity_decoded), (61, 122))

    def test_members_of_an_archive_are_deliveries_of_their_own(self):
        self.receive(file_of(call("0401", 1)))
        archive = self.receive(
            zip_of(
                sub__one_csv=file_of(call("0401", 1), "# same record, other file\n"),
                two_csv=file_of(call("0402", 2), call("0403", 3)),
                seen_csv=file_of(call("0401", 1)),
                readme="not usage",
            ),
            "september.zip",
        )
        self.assertEqual((archive.state, archive.is_archive), ("loaded", True))
        self.assertLines(archive, 4, loaded=2, duplicates=1, faulty=1)
        self.assertEqual(archive.quantity, 122)
        self.assertIn("readme", archive.message)
        members = {child.member: child for child in archive.child_ids}
        self.assertEqual(set(members), {"sub/one.csv", "two.csv", "seen.csv"})
        self.assertEqual(members["seen.csv"].state, "duplicate")
        self.assertLines(members["two.csv"], 2, loaded=2)

    def test_a_gzipped_file_is_unpacked(self):
        delivery = self.receive(gzip.compress(file_of(call("0401"))), "Master.csv.gz")
        self.assertLines(delivery, 1, loaded=1)

    @mute_logger(LOADER_LOG)
    def test_an_unreadable_file_fails_with_its_reason_and_is_tried_again(self):
        archive = zip_of(one_csv=file_of(call("0401")))[:-30]
        delivery = self.receive(archive, "broken.zip")
        self.assertEqual((delivery.state, delivery.lines), ("failed", 0))
        self.assertIn("broken", delivery.message)
        # Delivered again it is no duplicate: nothing of it was loaded.
        self.assertEqual(self.source._receive("broken.zip", archive), delivery)
        self.assertEqual(delivery.state, "received")

    @mute_logger(LOADER_LOG)
    def test_a_file_of_another_layout_fails_as_a_whole(self):
        mapped = self.new_source(
            "mapped",
            format="csv_mapping",
            settings={
                "delimiter": ";",
                "columns": [
                    {"column": "start", "target": "started_at"},
                    {"column": "b", "target": "b_number"},
                    {"column": "sec", "target": "quantity"},
                ],
            },
        )
        delivery = self.receive(b"start;other\n", "wrong.csv", mapped)
        self.assertEqual((delivery.state, delivery.loaded), ("failed", 0))
        self.assertIn("sec", delivery.message)

    def test_undo_takes_everything_out_and_loading_puts_it_back(self):
        delivery = self.receive(file_of(call("0401", 1), "rubbish\n"))
        delivery._undo()
        self.assertEqual((delivery.state, len(delivery.reject_ids)), ("undone", 0))
        self.assertEqual(facts.count(self.env.cr, delivery.ids), 0)
        delivery.action_load()
        self.assertEqual(delivery.state, "loaded")
        self.assertLines(delivery, 2, loaded=1, faulty=1)

    def test_after_undo_another_delivery_supplies_what_had_been_its_duplicate(self):
        first = self.receive(file_of(call("0401", 1), call("0402", 2)))
        second = self.receive(file_of(call("0402", 2), call("0403", 3)))
        first._undo()
        self.assertEqual(second.state, "received")
        second._load()
        self.assertLines(second, 2, loaded=2)

    def test_undo_of_an_archive_undoes_its_members(self):
        archive = self.receive(zip_of(one_csv=file_of(call("0401", 1))), "a.zip")
        archive._undo()
        self.assertEqual(set((archive | archive.child_ids).mapped("state")), {"undone"})
        self.assertEqual(facts.count(self.env.cr, archive.child_ids.ids), 0)
        archive.action_load()
        self.assertLines(archive, 1, loaded=1)
        self.assertEqual(len(archive.child_ids), 1)

    def test_the_run_waits_for_another_worker_at_the_same_source(self):
        delivery = self.source._receive("a.csv", file_of(call("0401")))
        Delivery = self.env["telecom.delivery"]
        holds = threading.Event()

        def other_worker():
            with (
                contextlib.closing(self.registry.cursor()) as cr,
                contextlib.closing(self.registry.cursor()) as watch,
                locks.held(cr, "source", self.source.id),
            ):
                holds.set()
                waiting = 0
                while not waiting:
                    watch.execute(
                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                    )
                    (waiting,) = watch.fetchone()
                    watch.rollback()

        thread = threading.Thread(target=other_worker)
        thread.start()
        holds.wait(60)
        Delivery._load_each(delivery)
        self.assertEqual(delivery.state, "received", "the scheduled action leaves it to the other")
        Delivery._load_each(delivery, wait=True)
        thread.join(60)
        self.assertEqual(delivery.state, "loaded")

    def test_no_undo_while_a_run_is_at_work(self):
        delivery = self.receive(file_of(call("0401")))
        for room, number in (
            (engine.ROOM, self.company.id),
            ("rating", self.company.id),
            ("source", self.source.id),
        ):
            with (
                self.subTest(room=room),
                contextlib.closing(self.registry.cursor()) as other,
                locks.held(other, room, number),
                self.assertRaisesRegex(UserError, "cannot be undone while a billing run"),
            ):
                delivery.action_undo()
        self.assertEqual(delivery.state, "loaded")
        delivery.action_undo()
        self.assertEqual(delivery.state, "undone")

    def test_no_run_and_no_rating_while_a_delivery_is_undone(self):
        delivery = self.receive(file_of(call("0401")))
        run = self.env["telecom.billing.run"].create({"period_start": "2026-09-01"})
        got = {}

        def watch(deliveries):
            with contextlib.closing(self.registry.cursor()) as other:
                for room in (engine.ROOM, "rating"):
                    with locks.held(other, room, self.company.id) as free:
                        got[room] = free
            return count(deliveries)

        count = type(delivery)._count_invoiced
        with patch.object(type(delivery), "_count_invoiced", watch):
            delivery.action_undo()
        self.assertEqual(got, {engine.ROOM: False, "rating": False})
        self.assertTrue(run._run_step("fetch"), "the locks are let go")

    def test_loaded_deliveries_are_not_deleted(self):
        delivery = self.receive(file_of(call("0401")))
        with self.assertRaisesRegex(UserError, "Undo it first"):
            delivery.unlink()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.source.unlink()

    def test_usage_is_read_only_and_belongs_to_its_tenant(self):
        delivery = self.receive(file_of(call("0401")))
        usage = self.usage(delivery).with_user(self.manager)
        self.assertEqual(usage.b_number, "49401")
        with self.assertRaisesRegex(UserError, "never changed"):
            usage.write({"b_number": "49402"})
        with self.assertRaisesRegex(UserError, "Undo their delivery"):
            usage.sudo().unlink()
        with self.assertRaisesRegex(UserError, "Upload a file"):
            usage.create({"b_number": "49402"})
        other = self.new_company("Other Ltd")
        foreign = self.new_source("foreign", company_id=other.id)
        self.receive(file_of(call("0409")), source=foreign)
        found = self.env["telecom.usage"].with_user(self.manager).search([])
        self.assertNotIn("49409", found.mapped("b_number"))
        deliveries = self.env["telecom.delivery"].with_user(self.manager).search([])
        self.assertNotIn(foreign, deliveries.source_id)

    def test_usage_can_be_grouped_and_counted(self):
        delivery = self.receive(file_of(call("0401", 1), call("0402", 2)))
        groups = self.env["telecom.usage"]._read_group(
            [("delivery_id", "=", delivery.id)], ["started_at:day"], ["__count", "quantity:sum"]
        )
        self.assertEqual([(count, total) for _day, count, total in groups], [(2, 122.0)])

    def test_the_upload_takes_several_files_and_loads_them(self):
        files = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create(
                [
                    {"name": "one.csv", "raw": file_of(call("0401", 1))},
                    {"name": "two.zip", "raw": zip_of(two_csv=file_of(call("0402", 2)))},
                ]
            )
        )
        wizard = (
            self.env["telecom.upload"]
            .with_user(self.manager)
            .create({"source_id": self.source.id, "attachment_ids": files.ids})
        )
        wizard.action_upload()
        deliveries = self.source.delivery_ids.filtered(lambda one: not one.parent_id)
        self.assertEqual(sorted(deliveries.mapped("name")), ["one.csv", "two.zip"])
        self.assertEqual(set(deliveries.mapped("state")), {"loaded"})
        self.assertFalse(files.exists())

    def test_a_file_pushed_from_outside(self):
        answer = self.source.with_user(self.manager).receive(
            "push.csv", base64.b64encode(file_of(call("0401"))).decode()
        )
        self.assertEqual(answer["state"], "received")
        with self.assertRaisesRegex(UserError, "not valid base64"):
            self.source.receive("push.csv", "§")
        with self.assertRaises(AccessError):
            self.source.with_user(self.agent).receive("push.csv", "")

    def test_the_scheduled_action_loads_what_waits(self):
        waiting = self.source._receive("a.csv", file_of(call("0401", 1)))
        half_done = self.source._receive("b.csv", file_of(call("0402", 2)))
        half_done.state = "loading"
        with self.uncommitted():
            self.env["telecom.delivery"]._cron_load()
        self.assertEqual((waiting | half_done).mapped("state"), ["loaded", "loaded"])

    def test_the_load_step_adopts_deliveries_and_reports_failures(self):
        good = self.source._receive("good.csv", file_of(call("0401", 1), "rubbish\n"))
        run = self.new_run()
        with self.uncommitted():
            run._run_all(until="load")
        step = run.step_ids.filtered(lambda step: step.code == "load")
        self.assertEqual((step.state, step.records, step.quantity), ("done", 1, 61))
        self.assertEqual(step.result["faulty"], 1)
        self.assertEqual(good.run_id, run)
        with mute_logger(LOADER_LOG):
            self.receive(b"PK\x03\x04 broken", "bad.zip")
        with self.uncommitted():
            self.assertFalse(run._run_step("load"))
        self.assertEqual(run.state, "locked")
        self.assertIn("bad.zip", run.finding_ids.message)
