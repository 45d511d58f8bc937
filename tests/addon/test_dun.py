# SPDX-License-Identifier: AGPL-3.0-or-later
"""Overdue invoices get their reminder once, by mail or letter; what is disputed does not."""

import contextlib
import io
import smtplib
from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.telecom_billing.steps import STEPS
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger
from pypdf import PdfReader

from tests.addon.billing_case import BillingCase

MAIL_LOG = "odoo.addons.mail.models.mail_mail"


@tagged("post_install", "-at_install")
class TestDun(BillingCase):
    """Invoices of 1 October 2026 are due on the 15th; the first reminder comes five days later."""

    def setUp(self):
        super().setUp()
        self.run_1 = self.new_run("2026-09-01")
        self.sent = []
        self.company.email = "billing@example.com"
        server = type(self.env["ir.mail_server"])
        self.patch(server, "_disable_send", lambda _server: False)
        self.patch(server, "_connect__", lambda _server, **_kwargs: None)
        self.patch(server, "send_email", lambda _server, *args, **_kwargs: self.accept(*args))
        # the test's own customers only
        policy = self.company.credit_policy_id
        others = self.env["account.move.line"].search(
            policy._move_lines_domain(self.day("2027-12-31"))
        )
        others.filtered(lambda line: line.move_id.telecom_run_id != self.run_1).reconciled = True

    def accept(self, message):
        """A mail server that takes everything."""
        self.sent.append(message["To"])
        return message["Message-Id"]

    def day(self, day):
        return self.env["credit.control.run"].new({"date": day, "company_id": self.company.id})

    def billed(self, name="Customer", **vals):
        """The open invoice of a new customer who transfers."""
        contract = self.new_contract(self.new_partner(name, **vals))
        with freeze_time("2026-10-02"):
            return self.invoice(self.run_1, contract)

    def dun(self, day="2026-10-20", run=None):
        """Do the step on a day; returns the credit control's lines made by it."""
        run = run or self.run_1
        with freeze_time(day):
            self.step(run, "dun")
        return self.env["credit.control.line"].search(
            [("run_id.telecom_run_id", "=", run.id)], order="id"
        )

    # ------------------------------------------------------------------ who is reminded
    def test_a_reminder_by_mail_with_the_letter_attached(self):
        move = self.billed(lang="de_DE", email="anna@example.com")
        line = self.dun()
        self.assertEqual((line.invoice_id, line.level, line.balance_due), (move, 1, 60))
        self.assertEqual((line.channel, line.state), ("email", "sent"))
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "credit.control.communication"),
                ("res_id", "=", line.communication_id.id),
            ]
        )
        self.assertEqual((mail.state, mail.recipient_ids), ("sent", move.partner_id))
        self.assertEqual(len(self.sent), 1)
        self.assertIn("Zahlungserinnerung", mail.subject)
        self.assertIn("sicher haben Sie es nur übersehen", mail.body_html)
        text = self.text(mail.attachment_ids.raw)
        self.assertIn(move.name, text)
        self.assertIn("60,00", text)

    def test_a_reminder_by_letter_is_sent_when_it_is_printed(self):
        first = self.billed("Post", telecom_invoice_delivery="post")
        second = self.billed("No mail", email=False)
        lines = self.dun()
        self.assertEqual(set(lines.mapped("channel")), {"letter"})
        self.assertEqual(set(lines.mapped("state")), {"queued"})
        bundle = lines.communication_id.telecom_bundle_id
        self.assertEqual((len(bundle), bundle.documents, bundle.run_id), (1, 2, self.run_1))
        text = self.text(bundle._raw())
        self.assertIn(first.name, text)
        self.assertIn(second.name, text)
        bundle.action_printed()
        self.assertEqual(set(lines.mapped("state")), {"sent"})
        self.assertTrue(all(lines.mapped("date_sent")))

    def text(self, pdf):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)

    def test_a_mail_that_is_refused_is_told_and_sent_at_the_next_start(self):
        self.billed()

        def refuse(_server, *_args, **_kwargs):
            raise MailDeliveryException("550 no such user")

        server = type(self.env["ir.mail_server"])
        with patch.object(server, "send_email", refuse), mute_logger(MAIL_LOG):
            line = self.dun()
        self.assertEqual(line.state, "email_error")
        self.assertIn("550 no such user", self.run_1.finding_ids.message)
        again = self.dun()
        self.assertEqual((again, again.state), (line, "sent"))
        self.assertEqual(self.run_1.finding_ids.mapped("state"), ["solved"])

    def killed_after_sending(self):
        """The mail server took the reminder, and then the process ended; returns the reminder."""
        self.billed()
        mails = type(self.env["mail.mail"])

        def die(_mail, **_kwargs):
            raise KeyboardInterrupt  # nothing that a step could handle

        # Not assertRaises, which would roll back what the dead process had committed.
        with (
            patch.object(mails, "_postprocess_sent_message", die),
            freeze_time("2026-10-20"),
            contextlib.suppress(KeyboardInterrupt),
        ):
            self.run_1.step_ids.filtered(lambda step: step.sequence < 90).state = "done"
            STEPS["dun"](self.run_1.step_ids.filtered(lambda step: step.code == "dun")).execute()
        self.assertEqual(len(self.sent), 1)
        reminder = (
            self.env["credit.control.line"]
            .search([("run_id.telecom_run_id", "=", self.run_1.id)])
            .communication_id
        )
        self.assertEqual(reminder.telecom_mail_state, "sending")
        return reminder

    def test_killed_between_sending_and_writing_it_down(self):
        """Perhaps sent: never again by itself, nor by the mail queue."""
        reminder = self.killed_after_sending()
        lines = self.dun()
        self.env["mail.mail"].process_email_queue()
        self.assertEqual(len(self.sent), 1)
        self.assertEqual((len(lines), lines.state), (1, "queued"))
        self.assertEqual(reminder.telecom_mail_state, "unsure")
        finding = self.run_1.finding_ids
        self.assertEqual((finding.code, finding.res_id), ("dun_unsure", reminder.id))
        self.assertIn(reminder.telecom_message_id, finding.message)
        reminder.action_telecom_was_sent()
        self.assertEqual(lines.state, "sent")
        self.dun()
        self.assertEqual((len(self.sent), finding.state), (1, "solved"))

    def test_a_person_has_it_sent_again(self):
        reminder = self.killed_after_sending()
        self.dun()
        reminder.action_telecom_send_again()
        lines = self.dun()
        self.assertEqual((len(self.sent), lines.state), (2, "sent"))
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            reminder.action_telecom_send_again()

    def test_the_queue_does_not_send_what_the_step_will_send(self):
        self.billed()
        reminders = type(self.env["credit.control.communication"])
        with (
            patch.object(reminders, "_telecom_send", side_effect=InterruptedError),
            mute_logger("odoo.addons.telecom_billing.steps.engine"),
        ):
            self.dun()
        self.env["mail.mail"].process_email_queue()
        self.assertFalse(self.sent)

    def test_a_lost_connection_leaves_it_unsure(self):
        self.billed()

        def hang_up(_server, *_args, **_kwargs):
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

        server = type(self.env["ir.mail_server"])
        with patch.object(server, "send_email", hang_up), mute_logger(MAIL_LOG):
            line = self.dun()
        self.assertEqual(line.communication_id.telecom_mail_state, "unsure")
        self.dun()
        self.assertFalse(self.sent)

    def test_nobody_is_reminded_before_the_time(self):
        self.billed()
        self.assertFalse(self.dun("2026-10-19"))

    def test_a_second_start_reminds_nobody_again(self):
        self.billed()
        lines = self.dun()
        self.assertEqual(self.dun(), lines)
        self.assertEqual(self.dun("2026-10-22"), lines)

    def test_the_next_level_comes_after_its_time(self):
        self.billed()
        self.dun()
        run_2 = self.new_run("2026-10-01")
        self.assertFalse(self.dun("2026-11-02", run_2))  # 13 days after the reminder
        line = self.dun("2026-11-03", run_2)
        self.assertEqual(line.level, 2)
        self.assertEqual(line.policy_level_id.with_context(lang="de_DE").name, "1. Mahnung")

    def test_who_paid_is_left_alone(self):
        self.pay(self.billed("Paid"), 60)
        part = self.billed("Part")
        self.pay(part, 25)
        line = self.dun()
        self.assertEqual((line.invoice_id, line.balance_due), (part, 35))

    def test_who_has_paid_but_the_bank_does_not_know_yet_is_left_alone(self):
        manual = self.company.telecom_transfer_method_line_id
        self.pay(self.billed("Paid"), 60, method=manual)
        part = self.billed("Part")
        self.pay(part, 25, method=manual)
        line = self.dun()
        self.assertEqual((line.invoice_id, line.balance_due), (part, 35))

    def test_two_invoices_of_a_customer_come_in_one_letter(self):
        partner = self.new_partner("Two", telecom_invoice_delivery="post")
        contracts = [self.new_contract(partner) for _i in range(2)]
        with freeze_time("2026-10-02"):
            self.invoice(self.run_1)
        lines = self.dun()
        self.assertEqual(len(lines), len(contracts))
        self.assertEqual(len(lines.communication_id), 1)

    # ------------------------------------------------------------------ who is not
    def test_what_is_disputed_stays_out(self):
        whole, part = self.billed("All of it"), self.billed("A part")
        whole.telecom_disputed_amount = 60
        part.telecom_disputed_amount = 20
        line = self.dun()
        self.assertEqual((line.invoice_id, line.balance_due), (part, 40))
        text = self.text(line.communication_id._telecom_letter())
        self.assertIn("40.00", text)

    def test_customers_who_are_debited_are_left_alone(self):
        contract = self.debit_customer("Debit")
        with freeze_time("2026-10-02"):
            move = self.invoice(self.run_1, contract)
            self.step(self.run_1, "collect")
        self.assertEqual(move.payment_state, "in_payment")
        self.assertFalse(self.dun())

    def test_a_debit_that_waits_for_its_upload_is_not_dunned(self):
        self.company.telecom_book_debits = False
        contract = self.debit_customer("Debit")
        with freeze_time("2026-10-02"):
            self.invoice(self.run_1, contract)
            self.step(self.run_1, "collect")
        self.assertFalse(self.dun())

    def test_a_debit_that_will_be_tried_again_is_not_dunned(self):
        move = self.billed()
        move.telecom_debit_retry = True
        self.assertFalse(self.dun())

    # ------------------------------------------------------------------ policy
    def test_a_company_without_a_policy_is_told(self):
        self.company.credit_policy_id = False
        self.assertFalse(self.dun())
        finding = self.run_1.finding_ids
        self.assertEqual((finding.code, finding.severity), ("dun_policy", "warn"))
        self.assertNotEqual(self.run_1.state, "locked")

    def test_another_company_s_reminders_do_not_stand_in_the_way(self):
        other = self.new_company("Other Telecom")
        other._telecom_setup()
        control = self.env["credit.control.run"].create(
            {
                "date": "2026-12-01",
                "company_id": other.id,
                "policy_ids": [(6, 0, other.credit_policy_id.ids)],
            }
        )
        control.with_company(other).generate_credit_lines()
        self.billed()
        self.assertEqual(len(self.dun()), 1)

    def test_levels_speak_both_languages(self):
        levels = self.company.credit_policy_id.level_ids.sorted("level")
        self.assertEqual(levels.mapped("level"), [1, 2, 3])
        german = levels.with_context(lang="de_DE")
        self.assertEqual(german.mapped("name"), ["Zahlungserinnerung", "1. Mahnung", "2. Mahnung"])
        self.assertIn("§ 61 TKG", german[2].custom_text)
        self.assertIn("§ 61 TKG", levels.with_context(lang="en_US")[2].custom_text)

    def test_totals_of_the_step(self):
        self.billed("Mail")
        self.billed("Post", telecom_invoice_delivery="post")
        self.dun()
        step = self.run_1.step_ids.filtered(lambda step: step.code == "dun")
        self.assertEqual((step.records, step.amount), (2, 120))
        self.assertEqual(step.result, {"email": 1, "letter": 1, "customers": 2})
