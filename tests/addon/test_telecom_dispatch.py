# SPDX-License-Identifier: AGPL-3.0-or-later
import contextlib
import io

import pypdf
from odoo.addons.telecom_billing.models.mail_sessions import MailSessions
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger
from psycopg2.errors import UniqueViolation

from tests.addon.documents_common import DocumentCase


class Killed(Exception):
    """The process ends here."""


class TestDispatch(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mail_customers = [cls.new_customer(f"1000{number}") for number in (3, 2)]
        cls.paper_customers = [
            cls.new_customer(number, telecom_invoice_delivery="post")
            for number in ("10009", "9005", "10007")
        ]
        cls.moves = cls.env["account.move"]
        for customer in cls.mail_customers + cls.paper_customers:
            cls.moves |= cls.new_invoice(customer)

    def rows(self, **values):
        rows = self.env["telecom.dispatch"].search([("run_id", "=", self.month.id)])
        return rows.filtered(lambda row: all(row[name] == value for name, value in values.items()))

    def step(self, code):
        return self.month.step_ids.filtered(lambda step: step.code == code)

    # ------------------------------------------------------------------ the good way
    def test_mails_and_letters(self):
        self.assertTrue(self.month._run_step("document"))
        with self.mail_server() as mailbox:
            self.assertTrue(self.month._run_step("dispatch"))
        self.assertEqual(
            sorted(mailbox.recipients()), ["kunde10002@example.com", "kunde10003@example.com"]
        )
        self.assertEqual(len(self.rows(state="sent")), 5)
        self.assertEqual(self.step("dispatch").result, {"mails": 2, "letters": 3})
        self.assertEqual(self.step("dispatch").records, 5)
        self.assertTrue(all(move.is_move_sent for move in self.moves))
        # 5 × 19.90 × 1.19 = 118.405; each invoice is rounded: 5 × 23.68
        self.assertEqual(self.step("dispatch").amount, 118.4)

    def test_the_mail_carries_the_documents_and_the_way_to_the_portal(self):
        self.month._run_step("document")
        with self.mail_server() as mailbox:
            self.month._run_step("dispatch")
        ((_to, message), *_rest) = mailbox.messages
        move = self.moves.filtered(lambda m: m.partner_id.email == message["To"])
        self.assertEqual(len(move), 1)
        self.assertIn(move.name, message["Subject"])
        self.assertEqual(
            mailbox.files(0), {move.invoice_pdf_report_id.name: move.invoice_pdf_report_id.raw}
        )
        self.assertIn(f"/my/invoices/{move.id}", mailbox.body(0))
        self.assertIn(f"/logo.png?company={self.company.id}", mailbox.body(0))
        self.assertEqual(self.rows(move_id=move).message_id, message["Message-Id"])

    def test_the_history_of_the_invoice_tells(self):
        self.month._run_step("document")
        with self.mail_server():
            self.month._run_step("dispatch")
        move = self.rows(method="email")[0].move_id
        message = move.message_ids.filtered("attachment_ids")
        self.assertEqual(len(message), 1)
        self.assertIn(move.name, message.subject)

    def test_the_bundle_is_sorted_by_customer_number(self):
        self.month._run_step("document")
        with self.mail_server():
            self.month._run_step("dispatch")
        bundle = self.month.bundle_ids
        self.assertEqual(len(bundle), 1)
        self.assertEqual(bundle.documents, 3)
        reader = pypdf.PdfReader(io.BytesIO(bundle._raw()))
        # One page each; the first two have a blank back, so that each begins on a new sheet.
        self.assertEqual(len(reader.pages), 5)
        self.assertEqual((bundle.pages, bundle.sheets), (5, 3))
        order = [
            number
            for page in reader.pages
            for number in ("9005", "10007", "10009")
            if f"Kundennummer {number}" in " ".join(page.extract_text().split())
        ]
        self.assertEqual(order, ["9005", "10007", "10009"])

    def test_a_second_start_sends_nothing(self):
        self.month._run_step("document")
        with self.mail_server() as mailbox:
            self.month._run_step("dispatch")
            before = len(mailbox.messages)
            self.month._run_step("dispatch")
            self.assertEqual(len(mailbox.messages), before)
        self.assertEqual(len(self.month.bundle_ids), 1)

    def test_late_letters_make_a_bundle_of_their_own(self):
        self.month._run_step("document")
        with self.mail_server():
            self.month._run_step("dispatch")
            late = self.new_customer("10001a", telecom_invoice_delivery="post")
            move = self.new_invoice(late)
            self.month._run_step("document")
            self.month._run_step("dispatch")
        self.assertEqual(self.month.bundle_ids.mapped("documents"), [1, 3])
        self.assertEqual(self.month.bundle_ids[0].dispatch_ids.move_id, move)

    def test_large_runs_make_several_files(self):
        self.company.telecom_bundle_letters = 2
        self.month._run_step("document")
        with self.mail_server():
            self.month._run_step("dispatch")
        self.assertEqual(sorted(self.month.bundle_ids.mapped("documents")), [1, 2])

    # ------------------------------------------------------------------ corrections
    def reverse(self, move, **changes):
        note = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=False)
        note.invoice_line_ids[-1].write(changes)
        note.action_post()
        return note

    def send(self):
        """Documents and dispatch where they have something to do; returns who got what."""
        with self.mail_server() as mailbox:
            self.assertTrue(self.month._run_all(until="dispatch"))
        return {message["Subject"]: to for to, message in mailbox.messages}

    def test_the_correction_of_a_sent_invoice_is_sent_as_well(self):
        self.send()
        by_mail, by_post = (self.rows(method=way)[0].move_id for way in ("email", "post"))
        notes = [self.reverse(by_mail), self.reverse(by_post, price_unit=1)]
        for code in ("document", "dispatch"):
            self.assertEqual(self.step(code).state, "todo")
        sent = self.send()
        self.assertTrue(all(note.invoice_pdf_report_id for note in notes))
        self.assertEqual(list(sent.values()), [[by_mail.partner_id.email]])
        self.assertIn(notes[0].name, next(iter(sent)))
        self.assertEqual(self.rows(move_id=notes[1]).bundle_id.documents, 1)
        self.assertEqual([self.rows(move_id=note).state for note in notes], ["sent"] * 2)
        self.assertEqual(self.send(), {}, "and once")

    def test_what_was_taken_back_before_it_was_sent_stays_here(self):
        self.env["telecom.dispatch"]._enlist(self.moves)
        waiting = self.rows(method="email")[0].move_id
        partly = self.rows(method="email")[1].move_id
        note = self.reverse(waiting)
        other = self.reverse(partly, price_unit=1)
        waiting.telecom_reversed = True  # as posting does for an invoice with usage or fees
        sent = self.send()
        names = [move.name for move in (partly, other)]
        self.assertEqual(len(sent), 2)
        self.assertTrue(all(any(name in subject for subject in sent) for name in names))
        self.assertEqual(self.rows(move_id=waiting).state, "dropped")
        self.assertFalse(self.rows(move_id=note))

    # ------------------------------------------------------------------ what goes wrong
    def test_killed_between_sending_and_writing_it_down(self):
        """The mail went out, its row says "sending": never again by itself."""
        self.month._run_step("document")
        dispatch = type(self.env["telecom.dispatch"])
        with self.mail_server() as mailbox:
            victim = self._start_and_die(dispatch, mailbox)
            self.assertFalse(self.month._run_step("dispatch"))
        self.assertEqual(len(mailbox.messages), 2, "the other one was sent, the first not again")
        self.assertEqual(victim.state, "unsure")
        finding = self.month.finding_ids.filtered(lambda f: f.code == "dispatch_unsure")
        self.assertEqual(finding.res_id, victim.id)
        self.assertIn(victim.message_id, finding.message)
        self.assertEqual(self.month.state, "locked")

    def _start_and_die(self, dispatch, mailbox):
        original = dispatch._mark_sent

        def die(row):
            raise Killed

        dispatch._mark_sent = die
        try:
            self.env["telecom.dispatch"]._enlist(self.moves)
            row = self.rows(method="email")[-1]
            row._prepare_mail()
            # Not assertRaises: Odoo's rolls back what the dead process had committed.
            with MailSessions(self.env) as sessions, contextlib.suppress(Killed):
                row._send(sessions, self.env.flush_all)
        finally:
            dispatch._mark_sent = original
        self.assertEqual(len(mailbox.messages), 1)
        self.assertEqual(row.state, "sending")
        return row

    def test_a_person_settles_what_is_unsure(self):
        self.month._run_step("document")
        self.env["telecom.dispatch"]._enlist(self.moves)
        one, two = self.rows(method="email")
        (one | two).state = "unsure"
        one.action_confirm_sent()
        two.action_send_again()
        with self.mail_server() as mailbox:
            self.assertTrue(self.month._run_step("dispatch"))
        self.assertEqual(mailbox.recipients(), [two.recipient])
        self.assertEqual(one.state, "sent")

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_a_refused_address_stops_only_itself(self):
        self.month._run_step("document")
        with self.mail_server() as mailbox:
            mailbox.refuse = {"kunde10003@example.com"}
            self.assertFalse(self.month._run_step("dispatch"))
        self.assertEqual(mailbox.recipients(), ["kunde10002@example.com"])
        failed = self.rows(state="failed")
        self.assertEqual(failed.recipient, "kunde10003@example.com")
        self.assertIn("550", failed.error)
        failed.partner_id.email = "neu@example.com"
        failed.action_send_again()
        with self.mail_server() as mailbox:
            self.assertTrue(self.month._run_step("dispatch"))
        self.assertEqual(mailbox.recipients(), ["neu@example.com"])

    def test_no_address_is_told(self):
        self.mail_customers[0].email = False
        self.month._run_step("document")
        with self.mail_server():
            self.assertFalse(self.month._run_step("dispatch"))
        finding = self.month.finding_ids.filtered(lambda f: f.code == "dispatch_failed")
        self.assertIn(self.mail_customers[0].name, finding.message)

    def test_no_mail_server_loses_nothing(self):
        self.month._run_step("document")
        self.env["ir.mail_server"].search([]).active = False
        self.env["ir.mail_server"].create(
            {"name": "Nobody", "smtp_host": "127.0.0.1", "smtp_port": 9}
        )
        servers = type(self.env["ir.mail_server"])
        original = servers._disable_send
        servers._disable_send = lambda _self=None: False
        try:
            self.assertFalse(self.month._run_step("dispatch"))
        finally:
            servers._disable_send = original
        self.assertFalse(self.rows(state="sent"))
        self.assertIn("Nobody", self.month.finding_ids.mapped("message")[0])
        with self.mail_server() as mailbox:
            self.assertTrue(self.month._run_step("dispatch"))
        self.assertEqual(len(mailbox.messages), 2)

    def test_without_documents_nothing_is_sent(self):
        self.step("document").state = "done"
        with self.mail_server() as mailbox:
            self.assertFalse(self.month._run_step("dispatch"))
        self.assertFalse(mailbox.messages)
        self.assertFalse(self.rows())

    def test_the_database_knows_one_first_dispatch(self):
        self.env["telecom.dispatch"]._enlist(self.moves)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            self.env["telecom.dispatch"].create({"move_id": self.moves[0].id, "method": "post"})
            self.env.flush_all()

    def test_odoos_own_queue_takes_nothing_up(self):
        self.month._run_step("document")
        self.env["telecom.dispatch"]._enlist(self.moves)
        row = self.rows(method="email")[0]
        row._prepare_mail()
        waiting = self.env["mail.mail"].search([("state", "=", "outgoing")])
        self.assertNotIn(row.mail_id, waiting)

    def test_what_was_sent_is_not_put_back(self):
        self.env["telecom.dispatch"]._enlist(self.moves)
        row = self.rows()[0]
        row.state = "sent"
        with self.assertRaises(UserError):
            row.action_send_again()

    # ------------------------------------------------------------------ languages
    def test_the_mail_speaks_the_customers_language(self):
        self.env["ir.module.module"]._load_module_terms(["telecom_billing"], ["de_DE"])
        template = self.env.ref("telecom_billing.mail_template_invoice")
        template.with_context(lang="de_DE").subject = "Ihre Rechnung {{ object.name }}"
        self.mail_customers[0].lang = "en_US"
        self.month._run_step("document")
        with self.mail_server() as mailbox:
            self.month._run_step("dispatch")
        subjects = {tuple(to): message["Subject"] for to, message in mailbox.messages}
        self.assertIn("Ihre Rechnung", subjects[("kunde10002@example.com",)])
        self.assertIn("Your invoice", subjects[("kunde10003@example.com",)])


class TestWizards(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_customer("10023")
        cls.move = cls.new_invoice(cls.customer)

    def test_a_test_send_goes_to_the_tester_only(self):
        wizard = self.env["telecom.test.send"].create(
            {"run_id": self.month.id, "customer_number": "10023", "email_to": "me@example.com"}
        )
        self.assertEqual(wizard.move_id, self.move)
        with self.mail_server() as mailbox:
            wizard.action_send()
        self.assertEqual(mailbox.recipients(), ["me@example.com"])
        self.assertIn("[Test]", mailbox.messages[0][1]["Subject"])
        self.assertEqual(list(mailbox.files()), [self.move.invoice_pdf_report_id.name])
        self.assertFalse(self.move.is_move_sent)
        self.assertFalse(self.env["telecom.dispatch"].search([("move_id", "=", self.move.id)]))
        self.assertFalse(self.move.message_ids.filtered("attachment_ids"))

    def test_an_unknown_customer_is_named(self):
        wizard = self.env["telecom.test.send"].create(
            {"run_id": self.month.id, "customer_number": "4711", "email_to": "me@example.com"}
        )
        with self.assertRaisesRegex(UserError, "4711"):
            wizard.action_send()

    def again(self, **values):
        return self.env["telecom.send.again"].create({"move_ids": self.move.ids} | values)

    def test_again_by_mail(self):
        with self.mail_server() as mailbox:
            self.again(method="email").action_send()
            self.again(method="email", email_to="other@example.com").action_send()
        self.assertEqual(mailbox.recipients(), [self.customer.email, "other@example.com"])
        rows = self.env["telecom.dispatch"].search([("move_id", "=", self.move.id)])
        self.assertEqual(set(rows.mapped("purpose")), {"again"})

    def test_again_as_letter(self):
        action = self.again(method="post").action_send()
        bundle = self.env["telecom.print.bundle"].search([], limit=1)
        self.assertIn(f"/{bundle.id}/file", action["url"])
        self.assertIn(self.move.name, self.text(bundle._raw()))

    def as_agent(self, model, ids):
        """The wizard as an agent opens it from a list, without any right in accounting."""
        context = {"active_model": model, "active_ids": ids}
        wizards = self.env["telecom.send.again"].with_user(self.agent).with_context(**context)
        self.env.invalidate_all()
        return wizards

    def test_agents_may_send_again(self):
        self.assertFalse(self.agent.has_group("account.group_account_readonly"))
        dispatch = self.env["telecom.dispatch"]._enlist(self.move)
        for model, ids in (("account.move", self.move.ids), ("telecom.dispatch", dispatch.ids)):
            with self.subTest(model=model), self.mail_server() as mailbox:
                wizard = self.as_agent(model, ids).create({"method": "email"})
                self.assertEqual(wizard.move_ids.mapped("name"), [self.move.name])
                action = wizard.action_send()
                self.assertEqual(action["params"]["type"], "success")
                self.assertEqual(mailbox.recipients(), [self.customer.email])
                self.assertIn(self.move.invoice_pdf_report_id.name, mailbox.files())
        action = self.as_agent("account.move", self.move.ids).create({"method": "post"})
        self.assertIn("/file", action.action_send()["url"])
        self.assertEqual(self.move.amount_residual, self.move.amount_total)

    def test_agents_read_invoices_of_contracts_only(self):
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.customer.id}
        )
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            bill.with_user(self.agent).read(["name"])
        with self.assertRaises(AccessError):
            self.as_agent("account.move", bill.ids).create({"method": "post"}).action_send()
        with self.assertRaises(AccessError):
            self.move.with_user(self.agent).write({"telecom_disputed_amount": 5})
        self.assertEqual(self.move.with_user(self.agent).name, self.move.name)
        lines = self.env["account.move.line"].with_user(self.agent).search([])
        self.assertTrue(all(lines.sudo().move_id.mapped("telecom_contract_id")))

    def test_drafts_are_refused(self):
        draft = self.new_invoice(self.customer, post=False)
        with self.assertRaises(UserError):
            self.again(move_ids=draft.ids).action_send()
