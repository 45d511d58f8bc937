# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents, mails, letters, debits and reminders: each once, wherever a worker is killed."""

import datetime
import random

from dateutil.relativedelta import relativedelta
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from tests.addon.billing_case import CREDITOR, IBANS
from tests.addon.resume_case import ResumeCase

LOGS = (
    "odoo.sql_db",
    "odoo.addons.telecom_billing.steps.engine",
    "odoo.addons.mail.models.mail_mail",
)
#: Not the one of other tests' company: statements find their journal by it.
TENANT_IBAN = "DE02300209000106531065"
#: Killed at so many random statements, each in a month of its own.
MONTHS = 3


@tagged("post_install", "-at_install")
class TestStepsResume(ResumeCase):
    """Two customers pay by debit; two transfer, and are reminded: one by mail, one by letter."""

    tenant = "Telecom steps test"

    @classmethod
    def fill(cls, env, company):
        company._telecom_setup(iban=TENANT_IBAN, creditor_identifier=CREDITOR)
        company.write({"email": "billing@example.com", "phone": "+49 30 1", "telecom_chunk": 2})
        for number in range(4):
            values = {"email": f"customer{number}@example.com"}
            values["telecom_invoice_delivery"] = "post" if number == 3 else "email"
            partner = env["res.partner"].create(cls.prepare_partner(env, company, number, **values))
            terms = cls.prepare_debit(env, partner, number) if number < 2 else {}
            env["contract.contract"].create(cls.prepare_contract(partner, company, **terms))

    @classmethod
    def prepare_debit(cls, env, partner, number):
        bank = env["res.partner.bank"].create(
            {
                "partner_id": partner.id,
                "acc_number": IBANS[number],
                "company_id": partner.company_id.id,
            }
        )
        mandate = env["account.banking.mandate"].create(
            {
                "partner_id": partner.id,
                "partner_bank_id": bank.id,
                "company_id": partner.company_id.id,
                "signature_date": "2026-01-02",
                "format": "sepa_core",
                "state": "valid",
            }
        )
        return {"telecom_payment": "sepa_debit", "telecom_mandate_id": mandate.id}

    def setUp(self):
        super().setUp()
        with self.worker() as env:
            self.unbill(env, env.company)
            env.cr.commit()
        self.sent = []
        server = type(self.env["ir.mail_server"])
        self.patch(server, "_disable_send", lambda _server: False)
        self.patch(server, "_connect__", lambda _server, **_kwargs: None)
        self.patch(server, "send_email", lambda _server, *args, **_kwargs: self.accept(*args))

    def accept(self, message):
        """A mail server that takes everything."""
        self.sent.append(message)
        return message["Message-Id"]

    # ------------------------------------------------------------------ a month
    def new_month(self, start):
        """A committed run with its four invoices, up to the documents."""
        with self.worker() as env, freeze_time(start + relativedelta(months=1, days=1)):
            run = env["telecom.billing.run"].create({"period_start": start})
            run.step_ids.filtered(lambda step: step.sequence < 50).state = "done"
            env.cr.commit()
            self.assertTrue(run._run_step("invoice"))
            self.assertEqual(len(run.invoice_ids), 4)
            return run.id

    def day_of(self, code, start):
        """Invoices of the 1st are due on the 15th; reminders come five days later."""
        return start + relativedelta(months=1, day=21 if code == "dun" else 2)

    def settle(self, run_id):
        """A person looks into the mail server's log, where the mail is or is not."""
        known = {message["Message-Id"] for message in self.sent}
        with self.worker() as env:
            rows = env["telecom.dispatch"].search(
                [("run_id", "=", run_id), ("state", "=", "unsure")]
            )
            for row in rows:
                row.action_confirm_sent() if row.message_id in known else row.action_send_again()
            run = env["telecom.billing.run"].browse(run_id)
            reminders = env["credit.control.communication"]
            for reminder in reminders._telecom_of_run(run, "unsure"):
                if reminder.telecom_message_id in known:
                    reminder.action_telecom_was_sent()
                else:
                    reminder.action_telecom_send_again()
            env.cr.commit()

    def finish(self, run_id, code):
        """Start the step again, and once more after what is unsure was decided."""
        self.work(run_id, code)
        before = len(self.sent)
        self.settle(run_id)
        self.assertEqual(len(self.sent), before)
        self.assertTrue(self.work(run_id, code))
        count = len(self.sent)
        self.assertTrue(self.work(run_id, code))
        self.assertEqual(len(self.sent), count, "a further start has nothing to do")

    # ------------------------------------------------------------------ once
    def check(self, run_id, code):
        with self.worker() as env:
            run = env["telecom.billing.run"].browse(run_id)
            getattr(self, f"check_{code}")(env, run)

    def check_document(self, env, run):
        files = env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "in", run.invoice_ids.ids),
                ("res_field", "=", "invoice_pdf_report_file"),
            ]
        )
        self.assertEqual(sorted(files.mapped("res_id")), sorted(run.invoice_ids.ids))

    def check_dispatch(self, env, run):
        by_mail = run.invoice_ids.filtered(
            lambda move: move.partner_id.telecom_invoice_delivery == "email"
        )
        subjects = [message["Subject"] for message in self.sent]
        for move in by_mail:
            self.assertEqual(len([one for one in subjects if f"{move.name} " in one]), 1)
        self.assertEqual(sum(run.bundle_ids.mapped("documents")), 1)
        self.assertEqual(set(run.dispatch_ids.mapped("state")), {"sent"})
        self.assertEqual(len(run.dispatch_ids), 4)

    def check_collect(self, env, run):
        debited = run.invoice_ids.filtered("mandate_id")
        self.assertEqual(len(debited), 2)
        debits = debited.line_ids.payment_line_ids
        self.assertEqual(sorted(debits.move_line_id.move_id.ids), sorted(debited.ids))
        self.assertEqual(len(debits), 2)
        self.assertEqual(set(debits.order_id.mapped("state")), {"uploaded"})
        self.assertEqual(debited.mapped("amount_residual"), [0, 0])
        self.assertEqual(
            sum(debits.payment_ids.mapped("amount")), sum(debited.mapped("amount_total"))
        )

    def check_dun(self, env, run):
        lines = env["credit.control.line"].search([("run_id.telecom_run_id", "=", run.id)])
        own = lines.filtered(lambda line: line.invoice_id in run.invoice_ids)
        self.assertEqual(len(own), 2)
        self.assertEqual(len(own.invoice_id), 2)
        letters, mails = (
            lines.filtered(lambda line, way=way: line.channel == way) for way in ("letter", "email")
        )
        self.assertEqual(set(mails.mapped("state")), {"sent"})
        self.assertEqual(set(letters.mapped("state")), {"queued"})
        bundles = letters.communication_id.telecom_bundle_id
        self.assertEqual(sum(bundles.mapped("documents")), len(letters.communication_id))
        known = [message["Message-Id"] for message in self.sent]
        for reminder in mails.communication_id:
            self.assertEqual(known.count(reminder.telecom_message_id), 1)

    # ------------------------------------------------------------------ tests
    @mute_logger(*LOGS)
    def test_killed_at_any_statement_and_started_again(self):
        start, total, rng = datetime.date(2026, 9, 1), {}, random.Random(18)
        for number in range(2 + MONTHS):
            run_id = self.new_month(start)
            for code in ("document", "dispatch", "collect", "dun"):
                with freeze_time(self.day_of(code, start)):
                    if number < 2:  # the second time, with warm caches, is what is counted
                        total[code] = self.work_and_kill(run_id, code)
                    else:
                        self.killed(run_id, code, rng.randrange(10, total[code] * 9 // 10))
                        self.finish(run_id, code)
                    with self.subTest(step=code, month=str(start)):
                        self.check(run_id, code)
            start += relativedelta(months=1)

    @mute_logger(*LOGS)
    def test_killed_after_the_mail_server_took_a_mail(self):
        start = datetime.date(2027, 3, 1)
        run_id = self.new_month(start)
        for code in ("document", "dispatch", "collect", "dun"):
            with freeze_time(self.day_of(code, start)):
                if code in ("dispatch", "dun"):
                    before = len(self.sent)
                    self.killed(run_id, code, lambda _count, n=before: len(self.sent) > n)
                    self.assertEqual(len(self.sent), before + 1)
                    self.finish(run_id, code)
                else:
                    self.work(run_id, code)
                self.check(run_id, code)
