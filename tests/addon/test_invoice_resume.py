# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoicing killed at any point, or done by two at once, bills everything once."""

import contextlib
import random
import threading
from decimal import Decimal
from unittest.mock import patch

import psycopg2
from odoo import api
from odoo.exceptions import UserError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from tests.addon.billing_case import BillingCase

NAME = "Telecom resume test"
CUSTOMERS = 5
ENGINE_LOG = "odoo.addons.telecom_billing.steps.engine"
STEP_LOG = "odoo.addons.telecom_billing.steps.invoice"


@tagged("post_install", "-at_install")
class TestInvoiceResume(BillingCase):
    """Works in a company of its own with real commits; what it made is taken away again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.worker() as env:
            cls.tenant_id = cls.make_tenant(env).id
            env.cr.commit()
        cls.addClassCleanup(cls.clear)

    @classmethod
    @contextlib.contextmanager
    def worker(cls):
        """The environment of a worker with a connection of its own, which commits."""
        with contextlib.closing(cls.registry.cursor()) as cr:
            env = api.Environment(cr, cls.env.uid, {"telecom_commits": True, "lang": "en_US"})
            company = env["res.company"].search([("name", "=", NAME)])
            yield env(context={**env.context, "allowed_company_ids": company.ids or [1]})

    @classmethod
    def make_tenant(cls, env):
        """The company of earlier runs, or a new one; emptied, with contracts and usage."""
        company = env["res.company"].search([("name", "=", NAME)])
        if not company:
            company = env["res.company"].create(
                {
                    "name": NAME,
                    "country_id": env.ref("base.de").id,
                    "currency_id": env.ref("base.EUR").id,
                }
            )
            env.user.company_ids |= company
        cls.wipe(env, company)
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        company = company.with_env(env)
        company._telecom_setup()
        company.telecom_chunk = 2
        plan = env["telecom.zone.plan"].create({"name": NAME})
        tariff = env["telecom.tariff"].create({"name": NAME, "code": "RESUME"})
        version = env["telecom.tariff.version"].create(
            {
                "tariff_id": tariff.id,
                "name": "1",
                "valid_from": "2020-01-01",
                "zone_plan_id": plan.id,
            }
        )
        for number in range(CUSTOMERS):
            cls.make_contract(env, company, number, tariff, version)
        return company

    @classmethod
    def make_contract(cls, env, company, number, tariff, version):
        partner = env["res.partner"].create(
            {
                "name": f"Customer {number}",
                "telecom_kind": "private",
                "street": "Weg 1",
                "zip": "10115",
                "city": "Berlin",
                "country_id": env.ref("base.de").id,
                "company_id": company.id,
            }
        )
        contract = env["contract.contract"].create(
            {
                "name": "Resume",
                "is_telecom": True,
                "partner_id": partner.id,
                "company_id": company.id,
                "contract_type": "sale",
                "line_recurrence": True,
                "contract_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Line",
                            "quantity": 1,
                            "specific_price": 10,
                            "date_start": "2026-09-16",
                            "recurring_next_date": "2026-09-16",
                        },
                    )
                ],
            }
        )
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

    @classmethod
    def clear(cls):
        with cls.worker() as env:
            cls.wipe(env, env["res.company"].search([("name", "=", NAME)]))
            env.cr.commit()

    @classmethod
    def wipe(cls, env, company):
        """Below the ORM: posted invoices are not deleted otherwise."""
        cls.unbill(env, company)
        for table in (
            "telecom_usage_summary",
            "telecom_rating_mark",
            "contract_line",
            "contract_contract",
            "telecom_tariff",
            "telecom_zone_plan",
        ):
            env.cr.execute(
                SQL("DELETE FROM %s WHERE company_id = %s", SQL.identifier(table), company.id)
            )
        env["res.partner"].search(
            [("company_id", "=", company.id), ("telecom_kind", "!=", False)]
        ).unlink()

    @classmethod
    def unbill(cls, env, company):
        """As if the run had never been."""
        env.flush_all()
        values = {"company": company.id}
        for statement in (
            "UPDATE telecom_usage_summary SET invoice_line_id = NULL, move_id = NULL"
            " WHERE company_id = %(company)s",
            "DELETE FROM telecom_fee WHERE company_id = %(company)s",
            "DELETE FROM account_move WHERE company_id = %(company)s",
            "DELETE FROM telecom_billing_run WHERE company_id = %(company)s",
        ):
            env.cr.execute(statement, values)
        env.invalidate_all()

    # ------------------------------------------------------------------ helpers
    def new_committed_run(self):
        with self.worker() as env:
            self.unbill(env, env.company)
            run = env["telecom.billing.run"].create({"period_start": "2026-09-01"})
            run.step_ids.filtered(lambda step: step.code != "invoice").state = "done"
            env.cr.commit()
            return run.id

    def work(self, run_id):
        with self.worker() as env:
            return env["telecom.billing.run"].browse(run_id)._run_step("invoice")

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
    def work_and_kill(self, run_id, point=0):
        """Do the step; its connection dies before statement ``point``, 0 for never.

        :returns: how many statements its connection was given
        """
        execute = Cursor.execute
        count = 0

        with self.worker() as env:

            def counted(cursor, query, *args, **kwargs):
                nonlocal count
                if cursor is env.cr:
                    count += 1
                    if count == point:
                        self.kill(cursor._cnx.get_backend_pid())
                return execute(cursor, query, *args, **kwargs)

            with patch.object(Cursor, "execute", counted):
                env["telecom.billing.run"].browse(run_id)._run_step("invoice")
        return count

    def kill(self, pid):
        with contextlib.closing(self.registry.cursor()) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    @mute_logger("odoo.sql_db", ENGINE_LOG, STEP_LOG)
    def test_killed_at_any_statement_and_started_again(self):
        self.work(self.new_committed_run())  # with the caches warm, the count is the same again
        run_id = self.new_committed_run()
        total = self.work_and_kill(run_id)
        self.check_all_billed_once(run_id)
        rng = random.Random(total)
        for point in sorted(rng.sample(range(20, total), 6)):
            with self.subTest(statement=point, of=total):
                self.kill_and_start_again(point)

    def kill_and_start_again(self, point):
        run_id = self.new_committed_run()
        with self.assertRaises(psycopg2.Error):
            self.work_and_kill(run_id, point)
        self.work(run_id)
        self.check_all_billed_once(run_id)

    @mute_logger("odoo.sql_db", ENGINE_LOG, STEP_LOG)
    def test_two_workers_at_once(self):
        run_id = self.new_committed_run()
        refused = []

        def work():
            try:
                self.work(run_id)
            except UserError as error:
                refused.append(str(error))

        workers = [threading.Thread(target=work) for _i in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.check_all_billed_once(run_id)
