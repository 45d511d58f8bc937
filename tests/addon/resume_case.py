# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of killed workers share: a tenant of its own, workers who commit, and their end."""

from __future__ import annotations

import contextlib
from unittest.mock import patch

import psycopg2
from odoo import api
from odoo.sql_db import Cursor
from odoo.tools import SQL

from tests.addon.billing_case import BillingCase

#: What bills nobody any more, in an order that foreign keys allow.
UNBILL = (
    "UPDATE telecom_usage_summary SET invoice_line_id = NULL, move_id = NULL"
    " WHERE company_id = %(company)s",
    "DELETE FROM telecom_dispatch WHERE company_id = %(company)s",
    "DELETE FROM credit_control_line WHERE company_id = %(company)s",
    "DELETE FROM credit_control_communication WHERE company_id = %(company)s",
    "DELETE FROM credit_control_run WHERE company_id = %(company)s",
    "DELETE FROM telecom_print_bundle WHERE company_id = %(company)s",
    "DELETE FROM account_payment_line WHERE company_id = %(company)s",
    "DELETE FROM telecom_fee WHERE company_id = %(company)s",
    "DELETE FROM account_partial_reconcile WHERE company_id = %(company)s",
    "DELETE FROM account_payment WHERE company_id = %(company)s",
    "DELETE FROM account_payment_lot WHERE company_id = %(company)s",
    "DELETE FROM account_payment_order WHERE company_id = %(company)s",
    "DELETE FROM account_move WHERE company_id = %(company)s",
    "DELETE FROM telecom_billing_run WHERE company_id = %(company)s",
)
TABLES = (
    "telecom_usage_summary",
    "telecom_rating_mark",
    "contract_line",
    "contract_contract",
    "account_banking_mandate",
    "telecom_tariff",
    "telecom_zone_plan",
)


class ResumeCase(BillingCase):
    """Works in a company of its own with real commits; what it made is taken away again.

    ``tenant``: the company's name, another one in each class; ``fill``: makes its customers.
    """

    tenant = ""

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
            company = env["res.company"].search([("name", "=", cls.tenant)])
            yield env(context={**env.context, "allowed_company_ids": company.ids or [1]})

    @classmethod
    def make_tenant(cls, env):
        """The company of earlier runs, or a new one; emptied, with contracts and usage."""
        company = env["res.company"].search([("name", "=", cls.tenant)])
        if not company:
            company = env["res.company"].create(
                {
                    "name": cls.tenant,
                    "country_id": env.ref("base.de").id,
                    "currency_id": env.ref("base.EUR").id,
                }
            )
            env.user.company_ids |= company
        cls.wipe(env, company)
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        cls.fill(env, company.with_env(env))
        return company

    @classmethod
    def fill(cls, env, company):
        """Set the company up and make its customers; in ``env``, to be committed."""
        raise AssertionError("each class has customers of its own")

    @classmethod
    def prepare_partner(cls, env, company, number, **values):
        return {
            "name": f"Customer {number}",
            "telecom_kind": "private",
            "street": "Weg 1",
            "zip": "10115",
            "city": "Berlin",
            "country_id": env.ref("base.de").id,
            "company_id": company.id,
        } | values

    @classmethod
    def prepare_contract(cls, partner, company, **values):
        """A contract over 10.00 a month from mid-September 2026."""
        line = {
            "name": "Line",
            "quantity": 1,
            "specific_price": 10,
            "date_start": "2026-09-16",
            "recurring_next_date": "2026-09-16",
        }
        return {
            "name": "Resume",
            "is_telecom": True,
            "partner_id": partner.id,
            "company_id": company.id,
            "contract_type": "sale",
            "line_recurrence": True,
            "contract_line_ids": [(0, 0, line)],
        } | values

    @classmethod
    def clear(cls):
        with cls.worker() as env:
            cls.wipe(env, env["res.company"].search([("name", "=", cls.tenant)]))
            env.cr.commit()

    @classmethod
    def wipe(cls, env, company):
        """Below the ORM: posted invoices are not deleted otherwise."""
        cls.unbill(env, company)
        for table in TABLES:
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
        for statement in UNBILL:
            env.cr.execute(statement, {"company": company.id})
        env.invalidate_all()

    # ------------------------------------------------------------------ work and kill
    def work(self, run_id, code):
        """Do a step in a worker of its own; False when the run is locked."""
        with self.worker() as env:
            return env["telecom.billing.run"].browse(run_id)._run_step(code)

    def work_and_kill(self, run_id, code, point=0):
        """Do the step; its connection dies before statement ``point``, 0 for never.

        ``point`` may be a function: called before each statement, it says whether now.

        :returns: how many statements its connection was given
        """
        execute = Cursor.execute
        count = 0

        with self.worker() as env:

            def counted(cursor, query, *args, **kwargs):
                nonlocal count
                if cursor is env.cr:
                    count += 1
                    if point(count) if callable(point) else count == point:
                        self.kill(cursor._cnx.get_backend_pid())
                return execute(cursor, query, *args, **kwargs)

            with patch.object(Cursor, "execute", counted):
                env["telecom.billing.run"].browse(run_id)._run_step(code)
        return count

    def kill(self, pid):
        with contextlib.closing(self.registry.cursor()) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])

    def killed(self, run_id, code, point):
        """Do the step until ``point``, where its connection is lost."""
        with self.assertRaises(psycopg2.Error):
            self.work_and_kill(run_id, code, point)
