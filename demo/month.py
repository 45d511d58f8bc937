# SPDX-License-Identifier: AGPL-3.0-or-later
"""One month of the demo: files come in, the billing run does its steps, the bank answers."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import pathlib
import shutil

from . import bank
from .screen import Screen, number

BEFORE_BANK = ("fetch", "load", "rate", "check", "invoice", "document", "dispatch", "collect")


class Month:
    """Bills ``month`` ("2026-09") of the company with the papers of ``world``."""

    def __init__(self, env, screen: Screen, world: pathlib.Path, out: pathlib.Path, month: str):
        self.env, self.screen, self.world, self.out, self.month = env, screen, world, out, month
        self.first = dt.date.fromisoformat(f"{month}-01")
        self.run = env["telecom.billing.run"]

    def arrive(self, deliveries: list[dict], inbox: pathlib.Path) -> str:
        """Put the month's files where they belong: into watched folders, or by upload."""
        placed = uploaded = 0
        for delivery in deliveries:
            path = self.world / delivery["file"]
            if delivery["way"] == "folder":
                shutil.copyfile(path, inbox / delivery["source"] / path.name)
                placed += 1
            else:
                source = self.env["telecom.source"].search([("code", "=", delivery["source"])])
                source.receive(path.name, base64.b64encode(path.read_bytes()).decode())
                uploaded += 1
        self.env.cr.commit()
        return f"{placed} files in watched folders, {uploaded} uploaded"

    def start(self) -> None:
        """Open the month's run."""
        runs = self.env["telecom.billing.run"]
        self.run = runs._get_or_create(self.env.company, self.first)
        self.env.cr.commit()

    def steps(self, codes, today: dt.date) -> bool:
        """Do the steps with these codes, as if it were ``today``; False when the run locks."""
        run = self.run.with_context(telecom_today=today.isoformat())
        for step in run.step_ids.sorted("sequence"):
            if step.code not in codes:
                continue
            with self.screen.task(step.name, self._progress(step)) as task:
                run._run_step(step.code)
                step.invalidate_recordset()
                task.said = self._said(step)
            if run.state == "locked":
                return False
        return True

    def rest(self) -> list[str]:
        """Codes of the steps that come after the bank's answer."""
        steps = self.run.step_ids.sorted("sequence")
        return [step.code for step in steps if step.code not in BEFORE_BANK]

    def _progress(self, step):
        """Ask another connection how far the step is: this one is busy."""
        from odoo.sql_db import db_connect

        database, identifier = self.env.cr.dbname, step.id

        def words() -> str:
            with db_connect(database).cursor() as cursor:
                cursor.execute(
                    "SELECT progress FROM telecom_billing_step WHERE id = %s", (identifier,)
                )
                (percent,) = cursor.fetchone() or (0,)
            return f"{percent or 0:.0f} %"

        return words

    def _said(self, step) -> str:
        parts = [f"{number(step.records):>7}"]
        parts.append(f"{number(step.amount)} EUR" if step.amount else "")
        details = ", ".join(f"{name} {value}" for name, value in (step.result or {}).items())
        return "  ".join(part for part in (*parts, details) if part)[:110]

    # ------------------------------------------------------------------ the bank
    def bank_answers(self, house_bank: HouseBank) -> str:
        """Hand over the month's pain.008 files, take the statement back and reconcile it."""
        return house_bank.settle(self)


class HouseBank:
    """The bank with a memory: its balance, and who pays how."""

    def __init__(self, env, screen: Screen, iban: str, pays: dict[str, str], out: pathlib.Path):
        self.env, self.screen, self.iban, self.pays, self.out = env, screen, iban, pays, out
        self.balance = decimal.Decimal("25000.00")

    def settle(self, month: Month) -> str:
        raise NotImplementedError
