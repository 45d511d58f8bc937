# SPDX-License-Identifier: AGPL-3.0-or-later
"""The engine across connections: what one worker holds or left behind, the other sees."""

import contextlib
from unittest.mock import patch

import psycopg2
from odoo import api
from odoo.addons.telecom_billing.steps import STEPS, Step, StepError, Totals, engine
from odoo.addons.telecom_billing.store import locks
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from tests.addon.common import TelecomCase

ENGINE_LOG = "odoo.addons.telecom_billing.steps.engine"


def chain(*steps):
    """Only these steps, in place of the real ones."""
    return patch.dict(STEPS, {step.code: step for step in steps}, clear=True)


def step_kind(code_, sequence_, work):
    """A step class whose execute is ``work(step)``."""

    class Fake(Step):
        code, sequence, name = code_, sequence_, f"Step {code_}"

        def execute(self):
            return work(self) or Totals()

    return Fake


class TestEngineAcrossConnections(TelecomCase):
    """Two real connections: what one holds, the other sees."""

    def test_only_one_worker_a_company(self):
        other = self.registry.cursor()
        self.addCleanup(other.close)
        with locks.held(other, engine.ROOM, self.company.id) as got:
            self.assertTrue(got)
            with self.assertRaisesRegex(UserError, "Another process"):
                self.new_run()._run_all()
        self.assertFalse(locks.is_held(self.env.cr, engine.ROOM, self.company.id))

    def test_a_killed_worker_leaves_no_lock_and_its_step_is_done_again(self):
        ran = []

        def work(step):
            ran.append(step.code)

        with chain(step_kind("a", 10, work)):
            run = self.new_run()
            victim = self.registry.cursor()
            self.addCleanup(victim.close)
            victim.execute("SELECT pg_backend_pid()")
            (pid,) = victim.fetchone()
            with locks.held(victim, engine.ROOM, self.company.id):
                run.state = run.step_ids.state = "running"
                run.invalidate_recordset(["is_alive"])
                self.assertTrue(run.is_alive)
                self.env.cr.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
                victim._cnx.close()
            run.invalidate_recordset(["is_alive"])
            self.assertFalse(run.is_alive)
            self.assertTrue(run._run_all())
        self.assertEqual((ran, run.state), (["a"], "done"))

    @contextlib.contextmanager
    def committed_run(self, *steps):
        """A run on a cursor that really commits; afterwards everything is as it was."""
        before = self.company.telecom_retention_months
        with chain(*steps), mute_logger(ENGINE_LOG):
            with self.worker() as env:
                run = env["telecom.billing.run"].create({"period_start": "1999-01-01"})
                env.cr.commit()
            try:
                yield run.id
            finally:
                with self.worker() as env:
                    run = env["telecom.billing.run"].browse(run.id)
                    run.step_ids.state = "todo"
                    run.unlink()
                    env.company.telecom_retention_months = before
                    env.cr.commit()

    @contextlib.contextmanager
    def worker(self):
        """The environment of a worker with a connection of its own."""
        with contextlib.closing(self.registry.cursor()) as cr:
            yield api.Environment(cr, self.env.uid, {"telecom_commits": True})

    def test_committed_chunks_survive_a_failure(self):
        def work(step):
            step.company.telecom_retention_months = 41
            step.progress(1, 2)
            step.company.telecom_retention_months = 42
            raise StepError("Out of paper.")

        with self.committed_run(step_kind("a", 10, work)) as run_id, self.worker() as env:
            run = env["telecom.billing.run"].browse(run_id)
            self.assertFalse(run._run_all())
            self.assertEqual(env.company.telecom_retention_months, 41)
            self.assertEqual((run.step_ids.state, run.step_ids.progress), ("failed", 50.0))

    def test_a_worker_killed_in_the_middle_of_a_step_is_followed_by_another(self):
        """The connection is cut between two chunks: the first chunk stays, the rest is done."""
        done = []

        def work(step):
            for chunk in range(len(done), 3):
                if chunk == 1 and victim:
                    with contextlib.closing(self.registry.cursor()) as other:
                        other.execute("SELECT pg_terminate_backend(%s, 10000)", victim.pop())
                done.append(chunk)
                step.env.flush_all()
                step.env.cr.execute("SELECT 1")
                step.progress(chunk + 1, 3)

        victim = []
        with self.committed_run(step_kind("a", 10, work)) as run_id:
            with self.worker() as env:
                env.cr.execute("SELECT pg_backend_pid()")
                victim.append(env.cr.fetchone())
                with self.assertRaises(psycopg2.OperationalError), mute_logger("odoo.sql_db"):
                    env["telecom.billing.run"].browse(run_id)._run_all()
            with self.worker() as env:
                run = env["telecom.billing.run"].browse(run_id)
                self.assertEqual((run.state, run.is_alive), ("running", False))
                self.assertEqual((run.step_ids.state, run.step_ids.starts), ("running", 1))
                self.assertTrue(run._run_all())
                self.assertEqual((run.state, run.step_ids.starts), ("done", 2))
        self.assertEqual(done, [0, 1, 2])

    def test_a_collision_with_another_transaction_is_tried_again(self):
        """What another user saved meanwhile makes the step's own write fail: it is repeated."""
        tries = []

        def work(step):
            step.company.read(["telecom_retention_months"])
            if not tries:
                with self.worker() as env:
                    env.company.telecom_retention_months = 51
                    env.cr.commit()
            tries.append(1)
            step.company.telecom_retention_months = 52

        with self.committed_run(step_kind("a", 10, work)) as run_id, self.worker() as env:
            run = env["telecom.billing.run"].browse(run_id)
            with mute_logger("odoo.sql_db"):
                self.assertTrue(run._run_all())
            self.assertEqual((len(tries), env.company.telecom_retention_months), (2, 52))
