# SPDX-License-Identifier: AGPL-3.0-or-later
"""The engine of a billing run: one worker a company, one step after the other.

A step's state is written before and after its work. Killed in between, it stays "running" with
nobody holding the lock; the next start sees that and does the step again, which is safe because
steps are idempotent and commit whole chunks.
"""

from __future__ import annotations

import contextlib
import logging
import time

import psycopg2
from odoo import fields
from odoo.exceptions import AccessError, RedirectWarning, UserError

from ..store import locks
from .base import STEPS, Paused, StepError

_logger = logging.getLogger(__name__)

ROOM = "billing run"
#: Another transaction got in the way; the same work succeeds on fresh data.
COLLISIONS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
TRIES = 4
#: Messages for the user as they are; anything else is unexpected and gets its name in front.
SPOKEN = (StepError, UserError, RedirectWarning, AccessError)


def check_startable(step) -> None:
    """Refuse to start a step before its predecessors are done and the run is unlocked.

    :raises UserError: names the step or finding in the way and what to do about it
    """
    run, env = step.run_id, step.env
    for earlier in run.step_ids.sorted("sequence"):
        if earlier.sequence >= step.sequence:
            break
        if not earlier._is_over():
            raise UserError(
                env._(
                    "%(step)s of billing run %(run)s cannot start: %(earlier)s is not done."
                    " Start it first.",
                    step=step.name,
                    run=run.name,
                    earlier=earlier.name,
                )
            )
        blocking = _blocking(earlier)
        if blocking:
            raise UserError(
                env._(
                    "%(step)s of billing run %(run)s cannot start: %(count)s findings of"
                    " %(earlier)s are open, the first: %(message)s Solve or waive them.",
                    step=step.name,
                    run=run.name,
                    earlier=earlier.name,
                    count=len(blocking),
                    message=blocking[0].message,
                )
            )


def work(run, steps) -> bool:
    """Do ``steps`` (telecom.billing.step) of ``run`` in order; False when it was left locked.

    :raises UserError: when another process is at work on a run of this company, or the first
        step may not start yet
    """
    run = _in_language(run.with_company(run.company_id))
    steps = steps.with_env(run.env).sorted("sequence")
    if not steps:
        return run.state != "locked"
    check_startable(steps[0])
    with locks.held(run.env.cr, ROOM, run.company_id.id) as got:
        if not got:
            raise UserError(
                run.env._(
                    "Another process is at work on a billing run of %s. Wait for it to end.",
                    run.company_id.name,
                )
            )
        _take_over(run)
        for step in steps:
            try:
                check_startable(step)
            except UserError:
                break
            if not _do(step):
                break
        _settle(run)
    return run.state != "locked"


def _in_language(run):
    """The run in the language of who started it; in the background, of who is responsible."""
    reader = run.env.context.get("lang") or run.user_id.lang or run.company_id.partner_id.lang
    return run.with_context(lang=reader)


def _take_over(run) -> None:
    """Having the lock, nobody else works: what still says so was killed."""
    others = run.search([("company_id", "=", run.company_id.id), ("state", "=", "running")])
    dead = others.step_ids.filtered(lambda step: step.state == "running")
    dead.write({"state": "todo", "interrupted": True})
    quiet = (others - run).with_context(mail_notrack=True)
    quiet.state = "draft"
    quiet._update_state()
    run.with_context(mail_notrack=True).state = "running"
    _commit(run)


def _do(step) -> bool:
    """One step with its bookkeeping; True when the next may start."""
    step.starts += 1
    if not step.interrupted:
        step.begun_with = step.starts
    for attempt in range(1, TRIES + 1):
        begun = time.monotonic()
        step.write(
            {
                "state": "running",
                "started_at": fields.Datetime.now(),
                "ended_at": False,
                "message": False,
                "progress": 0.0,
            }
        )
        _commit(step.run_id)
        try:
            with _guarded(step):
                kind = STEPS[step.code]
                totals = kind(step).execute()
                step._write_totals(totals)
                step.run_id._keep_control_totals()
        except COLLISIONS as error:
            if attempt < TRIES:
                _logger.info("step %s met another transaction, again: %s", step.code, error)
                continue
            return _failed(step, error, begun)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # the connection is gone, and with it the lock
        except Paused:
            step.write({"state": "todo", "requested": True, "interrupted": True})
            _commit(step.run_id)
            return False
        except Exception as error:
            return _failed(step, error, begun)
        break
    _forget_gone(step)
    _ended(step, begun, "done", progress=100.0)
    return not _blocking(step)


def _failed(step, error: Exception, begun: float) -> bool:
    if isinstance(error, SPOKEN):
        message = str(error)
        _logger.warning("step %s of run %s: %s", step.code, step.run_id.name, message)
    else:
        _logger.exception("step %s of run %s", step.code, step.run_id.name)
        message = step.env._(
            "Unexpected error, see the server's log: %(kind)s: %(error)s",
            kind=type(error).__name__,
            error=error,
        )
    step._add_finding("step_failed", message)
    _ended(step, begun, "failed", message=message)
    return False


def _ended(step, begun: float, state: str, **vals) -> None:
    step.write(
        {
            "state": state,
            "requested": False,
            "interrupted": False,
            "ended_at": fields.Datetime.now(),
            "duration": time.monotonic() - begun,
        }
        | vals
    )
    _commit(step.run_id)


def _forget_gone(step) -> None:
    """Findings that were not met again since the step was begun anew are solved."""
    gone = step.finding_ids.filtered(
        lambda finding: finding.state == "open" and finding.seen < step.begun_with
    )
    gone.write({"state": "solved", "solved_by": False, "solved_at": fields.Datetime.now()})


def _settle(run) -> None:
    """The state after the work. The run's log has a line where somebody must look or all is done;
    that it ran and paused in between is on the steps."""
    quiet = run.with_context(mail_notrack=True)
    quiet.state = "draft"
    quiet._update_state()
    if run.state == "locked":
        run.step_ids.requested = False
    if run.state in ("locked", "done"):
        labels = dict(run._fields["state"]._description_selection(run.env))
        run._message_log(body=labels[run.state])
    _commit(run)


def _blocking(step):
    return step.finding_ids.filtered(
        lambda finding: finding.state == "open" and finding.severity == "block"
    )


def _commit(run) -> None:
    run.env.flush_all()
    if run._commits():
        run.env.cr.commit()


@contextlib.contextmanager
def _guarded(step):
    """Undo what an error left half done: back to the last commit, or to the savepoint in tests."""
    cr = step.env.cr
    if not step.run_id._commits():
        with cr.savepoint():
            yield
        return
    try:
        yield
        step.env.flush_all()
    except Paused:
        raise
    except BaseException:
        if not cr.closed:
            cr.rollback()
        raise
