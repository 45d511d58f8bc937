# SPDX-License-Identifier: AGPL-3.0-or-later
"""Priced usage to another system: each record once, acknowledged, whatever happens on the way."""

import base64
import csv
import datetime
import io
import json
from decimal import Decimal
from unittest.mock import patch

from lxml import etree
from odoo import fields
from odoo.addons.telecom_billing.store import handover as store
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.handover_case import MONTH, HandoverCase
from tests.connectors.receiver import Receiver

ONE_DAY = datetime.timedelta(days=1)


@tagged("post_install", "-at_install")
class TestHandover(HandoverCase):
    # ------------------------------------------------------------------ what is handed over
    def test_records_as_declared(self):
        self.calls("2026-09-03 07:00:00", 2)
        handover = self.channel._hand_over(MONTH, self.rated_run())
        batch = handover.batch_ids
        rows = [json.loads(line) for line in batch.attachment_id.raw.splitlines()]
        # 1 min inland 0.03; mobile 0.05 + 0.12 = 0.17
        self.assertEqual(
            sorted((row["contract"], row["b_number"], Decimal(row["price"])) for row in rows),
            [
                (self.theirs.code, "4915112345678", Decimal("0.17")),
                (self.theirs.code, "494012345", Decimal("0.03")),
            ],
        )
        self.assertEqual({row["started_at"] for row in rows}, {"2026-09-03T07:00:00Z"})
        self.assertEqual({Decimal(row["quantity"]) for row in rows}, {Decimal(60)})
        self.assertEqual((batch.rows, batch.records, round(batch.amount, 6)), (2, 2, 0.2))

    def test_a_copy_of_a_month_for_everybody(self):
        self.calls("2026-09-03 07:00:00", 2)
        copy = self.new_channel("dwh", decimal=",")
        run = self.rated_run()
        handover = copy._hand_over(run.period_start)
        rows = list(csv.DictReader(io.StringIO(handover.batch_ids.attachment_id.raw.decode()),
                                   delimiter=";"))  # fmt: skip
        self.assertEqual({row["contract"] for row in rows}, {self.theirs.code, self.ours.code})
        amounts = [Decimal(row["amount"].replace(",", ".")) for row in rows]
        self.assertEqual(sum(amounts), Decimal("0.4"))
        self.assertEqual(copy._hand_over(run.period_start), handover)
        self.assertEqual(len(handover.batch_ids), 1, "the same month is not made twice")
        self.steps(run, "invoice")
        self.assertEqual(run.invoice_ids.telecom_contract_id, self.ours, "a copy marks nothing")

    def test_what_another_system_invoices_is_not_invoiced_here(self):
        self.calls("2026-09-03 07:00:00", 2)
        run = self.rated_run()
        handover = self.channel._hand_over(MONTH, run)
        self.steps(run, "invoice")
        self.assertEqual(run.invoice_ids.telecom_contract_id, self.ours)
        totals = self.assertAgree(run)
        handed, invoiced = totals["handed_over"], totals["invoiced"]
        self.assertEqual((handed["records"], handed["amount"]), (2, Decimal("0.2")))
        self.assertEqual((invoiced["records"], invoiced["amount"]), (2, Decimal("0.2")))
        self.assertEqual(totals["waiting"]["records"], 0)
        # rating again leaves alone what was handed over
        before = handover.batch_ids.attachment_id.raw
        self.env["telecom.rating.state"]._rate_months(
            self.company, run.period_start, everything=True
        )
        self.channel._hand_over(MONTH, run)
        self.assertEqual((handover.batch_ids.attachment_id.raw, len(handover.batch_ids)),
                         (before, 1))  # fmt: skip
        self.assertAgree(run)

    def test_without_hand_over_it_waits_and_is_not_invoiced(self):
        self.calls("2026-09-03 07:00:00")
        run = self.steps(self.rated_run(), "invoice")
        self.assertEqual(run.invoice_ids.telecom_contract_id, self.ours)
        self.assertEqual(self.assertAgree(run)["waiting"]["records"], 1)

    def test_late_records_go_with_the_next_hand_over_and_only_they(self):
        self.calls("2026-09-03 07:00:00")
        first = self.rated_run()
        one = self.channel._hand_over(MONTH, first)
        self.steps(first, "invoice")
        self.calls("2026-09-04 07:00:00", seconds=120)
        second = self.rated_run("2026-10-01")
        two = self.channel._hand_over(second.period_start, second)
        rows = [json.loads(line) for line in two.batch_ids.attachment_id.raw.splitlines()]
        self.assertEqual([row["started_at"] for row in rows], ["2026-09-04T07:00:00Z"])
        self.assertEqual((one.records, two.records), (1, 1))
        self.steps(second, "invoice")
        self.assertAgree(second)

    def test_a_delivery_that_was_handed_over_is_not_undone(self):
        self.calls("2026-09-03 07:00:00")
        run = self.rated_run()
        self.channel._hand_over(MONTH, run)
        with self.assertRaises(UserError):
            run.env["telecom.delivery"].search([("run_id", "=", run.id)])._undo()

    def test_without_a_run_nothing_is_marked(self):
        with self.assertRaises(UserError):
            self.channel._hand_over(MONTH)

    # ------------------------------------------------------------------ the way there
    def many(self, server, size=2):
        self.calls("2026-09-03 07:00:00", 2)
        for day in range(5, 9):
            extra = self.new_contract(
                self.new_partner(f"More {day}", "business"),
                lines=[{"telecom_tariff_id": self.biz.id}],
                telecom_handover_channel_id=self.channel.id,
            )
            self.new_number(f"+49 30 88880{day}", extra.contract_line_ids)
            self.store_usage(
                [{"a_number": f"493088880{day}", "b_number": "494012345", "quantity": 60,
                  "started_at": f"2026-09-0{day} 07:00:00", "record_id": str(day)}]
            )  # fmt: skip
        self.by_rest(server, batch_size=size)
        return self.channel._hand_over(MONTH, self.rated_run())

    def test_killed_in_the_middle_and_resumed(self):
        with Receiver(["take", "take and cut", "die"]) as server:
            handover = self.many(server)
        self.assertEqual(handover.batches, 3)
        self.assertEqual(handover.state, "failed")
        self.assertEqual(handover.batch_ids.mapped("state"), ["acknowledged", "failed", "waiting"])
        port, kept = server.server_port, server.kept
        self.assertEqual(len(kept), 2, "the second was taken, but nobody heard of it")
        with Receiver(["409"], port=port, kept=kept) as server:
            with self.uncommitted():
                self.env["telecom.handover.channel"]._cron_hand_over()
            self.assertEqual(handover.state, "done")
            self.assertEqual(
                [key for key, _login in server.seen], handover.batch_ids[1:].mapped("uid")
            )
        for batch in handover.batch_ids:
            self.assertEqual(kept[batch.uid], batch.attachment_id.raw)
        rows = [json.loads(line) for data in kept.values() for line in data.splitlines()]
        records = [(row["record"], row["segment"]) for row in rows]
        self.assertEqual((len(records), len(set(records))), (6, 6))

    def test_a_second_time_sends_nothing(self):
        with Receiver() as server:
            handover = self.many(server, size=100)
            handover.action_send()
            self.channel._hand_over(MONTH, handover.run_id)
            self.assertEqual(len(server.seen), 1)
        self.assertEqual(handover.batch_ids.attempts, 1)

    def test_a_refusal_is_shown(self):
        with Receiver(["422"] * 3) as server:
            handover = self.many(server, size=100)
            action = handover.action_send()
        self.assertIn("422", action["params"]["message"])
        self.assertEqual(handover.batch_ids.state, "failed")

    def test_sent_again_it_is_the_same_bytes_whatever_the_columns_are_now(self):
        with Receiver(["422"]) as server:
            handover = self.many(server, size=2)
            self.assertEqual(handover.batch_ids.mapped("state"), ["failed", "waiting", "waiting"])
            self.channel.column_ids.filtered(lambda one: one.field == "price").name = "netto"
            with_old = handover.batch_ids.mapped("uid")
            handover.action_send()  # sends the same bytes: they are under the same id
            self.assertEqual(handover.state, "done")
            with self.assertRaisesRegex(UserError, "3 batches are acknowledged"):
                handover.action_write_anew()
            self.assertEqual({key for key, _login in server.seen}, set(with_old))
        kept = b"".join(server.kept.values()).decode()
        self.assertNotIn("netto", kept)

    def test_written_anew_it_is_the_same_usage(self):
        with Receiver(["422"]) as server:
            handover = self.many(server, size=2)
            uids, amounts = (handover.batch_ids.mapped(name) for name in ("uid", "amount"))
            self.channel.column_ids.filtered(lambda one: one.field == "price").name = "netto"
            self.channel.kind = "csv"
            handover.action_write_anew()
            self.assertEqual(handover.state, "prepared")
            handover.action_send()
            self.assertEqual(handover.state, "done")
        self.assertEqual(list(server.kept), uids)
        self.assertEqual(handover.batch_ids.mapped("amount"), amounts)
        rows = [row for data in server.kept.values()
                for row in csv.DictReader(io.StringIO(data.decode()), delimiter=";")]  # fmt: skip
        self.assertEqual(len({row["record"] for row in rows}), 6)
        self.assertEqual(sum(Decimal(row["netto"]) for row in rows), Decimal(str(sum(amounts))))

    def test_a_copy_is_made_anew_while_nothing_has_arrived(self):
        self.calls("2026-09-03 07:00:00")
        self.rated_run()
        channel = self.new_channel("copy", kind="csv")
        handover = channel._hand_over(MONTH)
        old = handover.batch_ids.uid
        channel.kind = "xml"
        handover.action_write_anew()
        self.assertNotEqual(handover.batch_ids.uid, old)
        self.assertTrue(handover.batch_ids.attachment_id.name.endswith(".xml"))
        handover.action_acknowledge()
        with self.assertRaises(UserError):
            handover.action_write_anew()

    def test_a_month_without_usage_says_so_and_is_looked_at_again(self):
        run = self.rated_run()
        for channel in (self.channel, self.new_channel("copy")):
            handover = channel._hand_over(MONTH, run)
            self.assertEqual((handover.state, handover.batches), ("empty", 0))
            with self.assertRaisesRegex(UserError, "no usage to hand over"):
                handover.action_download()
        self.calls("2026-09-03 07:00:00")
        self.steps(run, "load", "rate", "check")
        for handover in self.env["telecom.handover"].search([]):
            handover.action_send()
            self.assertEqual((handover.state, handover.batches), ("prepared", 1))
        self.assertAgree(run)

    def test_one_system_that_cannot_be_served_does_not_stop_the_others(self):
        self.calls("2026-09-03 07:00:00")
        run = self.rated_run()
        (wrong, right) = (self.new_channel(f"auto-{code}", automatic=True) for code in "ab")
        self.channel.automatic = False

        def hand_over(channel, period, run=None):
            if channel == wrong:
                raise UserError("held by somebody")
            return real(channel, run.period_start, run)

        real = type(wrong)._hand_over
        with (
            patch.object(type(wrong), "_hand_over", hand_over),
            patch.object(fields.Date, "context_today", lambda *_: run.period_end + ONE_DAY),
            mute_logger("odoo.addons.telecom_billing.models.telecom_handover_channel"),
        ):
            self.env["telecom.handover.channel"]._cron_hand_over()
        self.assertEqual((len(wrong.handover_ids), len(right.handover_ids)), (0, 1))

    def test_the_preview_is_asked_for_where_it_is_shown(self):
        """Pressed above, it came on another page than the one looked at."""
        view = self.env["telecom.handover.channel"].with_user(self.manager).get_view(None, "form")
        page = etree.fromstring(view["arch"]).find(".//page[@name='preview']")
        self.assertIsNotNone(page.find(".//button[@name='action_preview']"))
        self.assertIsNotNone(page.find(".//field[@name='preview']"))

    def test_the_preview_shows_the_file_and_hands_over_nothing(self):
        channel = self.new_channel("copy", kind="csv", decimal=",")
        with self.assertRaisesRegex(UserError, "no priced usage yet"):
            channel.action_preview()
        self.calls("2026-09-03 07:00:00")
        self.rated_run()
        channel.action_preview()
        rows = list(csv.DictReader(io.StringIO(channel.preview), delimiter=";"))
        self.assertEqual({row["amount"] for row in rows}, {"0,030000"})
        self.assertFalse(channel.handover_ids)
        for field in ("rest_secret", "preview"):
            self.assertFalse(channel.copy({"code": f"copy-{field}"})[field])

    def test_every_column_has_a_name_for_people(self):
        labels = dict(self.env["telecom.handover.column"]._fields_there())
        self.assertEqual(labels["customer"], "Customer number (customer)")
        self.assertEqual(set(labels), {*store.RECORD, *store.SUMMARY})

    # ------------------------------------------------------------------ by API, by file
    def test_pulled_by_the_other_system(self):
        self.calls("2026-09-03 07:00:00", 2)
        handover = self.channel._hand_over(MONTH, self.rated_run())
        Handover = self.env["telecom.handover"].with_user(self.manager)
        (waiting,) = Handover.waiting_batches("crm")
        self.assertEqual((waiting["rows"], waiting["amount"]), (2, "0.200000"))
        content = Handover.fetch_batch(waiting["batch"])
        self.assertEqual(
            base64.b64decode(content["base64_content"]), handover.batch_ids.attachment_id.raw
        )
        for _twice in range(2):
            self.assertEqual(
                Handover.acknowledge_batch(waiting["batch"], "ok")["state"], "acknowledged"
            )
        self.assertEqual(Handover.waiting_batches("crm"), [])
        self.assertEqual(handover.state, "done")
        with self.assertRaises(UserError):
            Handover.fetch_batch("no-such-batch")
        with self.assertRaises(AccessError):
            Handover.with_user(self.agent).acknowledge_batch(waiting["batch"])

    def test_as_a_file(self):
        self.calls("2026-09-03 07:00:00")
        handover = self.channel._hand_over(MONTH, self.rated_run())
        self.assertIn(str(handover.batch_ids.attachment_id.id), handover.action_download()["url"])
        handover.action_acknowledge()
        self.assertEqual(handover.state, "done")

    def test_templates_are_checked(self):
        for wrong in ({"encoding": "klingon"}, {"kind": "xml", "root": "1"}, {"what": "summaries"}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.channel.write(wrong)
                self.channel.flush_recordset()
