# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoicing killed at any point, or done by two at once, bills everything once."""

import random
import threading
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from tests.addon.resume_case import ResumeCase

CUSTOMERS = 5
ENGINE_LOG = "odoo.addons.telecom_billing.steps.engine"
STEP_LOG = "odoo.addons.telecom_billing.steps.invoice"


@tagged("post_install", "-at_install")
class TestInvoiceResume(ResumeCase):
    tenant = "Telecom resume test"

    @classmethod
    def fill(cls, env, company):
        company._telecom_setup()
        company.telecom_chunk = 2
        plan = env["telecom.zone.plan"].create({"name": cls.tenant})
        tariff = env["telecom.tariff"].create({"name": cls.tenant, "code": "RESUME"})
        version = env["telecom.tariff.version"].create(
            {
                "tariff_id": tariff.id,
                "name": "1",
                "valid_from": "2020-01-01",
                "zone_plan_id": plan.id,
            }
        )
        for number in range(CUSTOMERS):
            partner = env["res.partner"].create(cls.prepare_partner(env, company, number))
            contract = env["contract.contract"].create(cls.prepare_contract(partner, company))
            env["telecom.usage.summary"].create(
                {
                    "company_id": company.id,
                    "contract_id": contract.id,
                    "contract_line_id": contract.contract_line_ids.id,
                    "period": "2026-09-01",
                    "service": "voice",
                    "tariff_id": tariff.id,
                    "version_id": version.id,
                    "currency_id": company.currency_id.id,
                    "records": 1,
                    "quantity": 60,
                    "billed": 60,
                    "amount": 1 + number,
                }
            )

    # ------------------------------------------------------------------ helpers
    def new_committed_run(self):
        with self.worker() as env:
            self.unbill(env, env.company)
            run = env["telecom.billing.run"].create({"period_start": "2026-09-01"})
            run.step_ids.filtered(lambda step: step.code != "invoice").state = "done"
            env.cr.commit()
            return run.id

    def check_all_billed_once(self, run_id):
        """Every contract once, every summary and day once, numbers without a gap."""
        with self.worker() as env:
            run = env["telecom.billing.run"].browse(run_id)
            moves = run.invoice_ids
            self.assertEqual(len(moves), CUSTOMERS)
            self.assertEqual(len(moves.telecom_contract_id), CUSTOMERS)
            self.assertEqual(set(moves.mapped("state")), {"posted"})
            # 15/30 of 10.00, 10.00, and 1 + number: 5 x 15.00 + 1 + 2 + 3 + 4 + 5, with VAT
            # put on the net tariff: 75.00 + 1.19 + 2.38 + 3.57 + 4.76 + 5.95
            self.assertEqual(run._invoice_totals()["total"], Decimal("92.85"))
            self.assertEqual(run._invoice_totals()["carried_records"], 0)
            fees = env["telecom.fee"].search([("company_id", "=", env.company.id)])
            self.assertEqual(len(fees), 2 * CUSTOMERS)
            numbers = sorted(int(name.split("/")[-1]) for name in moves.mapped("name"))
            self.assertEqual(numbers, list(range(1, CUSTOMERS + 1)))

    # ------------------------------------------------------------------ tests
    @mute_logger("odoo.sql_db", ENGINE_LOG, STEP_LOG)
    def test_killed_at_any_statement_and_started_again(self):
        self.work(self.new_committed_run(), "invoice")  # caches are warm now, counts stay the same
        run_id = self.new_committed_run()
        total = self.work_and_kill(run_id, "invoice")
        self.check_all_billed_once(run_id)
        rng = random.Random(total)
        for point in sorted(rng.sample(range(20, total), 6)):
            with self.subTest(statement=point, of=total):
                run_id = self.new_committed_run()
                self.killed(run_id, "invoice", point)
                self.work(run_id, "invoice")
                self.check_all_billed_once(run_id)

    @mute_logger("odoo.sql_db", ENGINE_LOG, STEP_LOG)
    def test_two_workers_at_once(self):
        run_id = self.new_committed_run()
        refused = []

        def work():
            try:
                self.work(run_id, "invoice")
            except UserError as error:
                refused.append(str(error))

        workers = [threading.Thread(target=work) for _i in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.check_all_billed_once(run_id)
