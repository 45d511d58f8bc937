# SPDX-License-Identifier: AGPL-3.0-or-later
"""One month of the demo: files come in and the billing run does its steps."""

from __future__ import annotations

import base64
import datetime as dt
import pathlib
import shutil

from odoo.sql_db import db_connect

from .screen import Screen, number

#: What a step's line of the screen says, by the names of its own counts.
SAID = {
    "fetch": "{records} files from {sources} sources",
    "load": "{records} of {lines} lines; {duplicates} twice, {faulty} faulty",
    "rate": "{records} charged, {amount}; set aside: {aside}",
    "check": "{records} comparisons",
    "invoice": "{invoices} invoices, {amount} with VAT {tax}",
    "document": "{invoices} invoices, {itemised_bills} itemised bills, {megabytes} MB",
    "dispatch": "{mails} mails, {letters} letters in one bundle",
    "collect": "{records} direct debits, {amount}",
    "dun": "{records} overdue, {amount}: {email} by mail, {letter} by letter",
}


class Month:
    """Bills ``month`` ("2026-09") of the company with the papers of ``world``."""

    def __init__(self, env, screen: Screen, world: pathlib.Path, month: str):
        self.env, self.screen, self.world = env, screen, world
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
                source = self.env["telecom.source"].search(
                    [
                        ("code", "=", delivery["source"]),
                        ("company_id", "=", self.env.company.id),
                    ]
                )
                source.receive(path.name, base64.b64encode(path.read_bytes()).decode())
                uploaded += 1
        self.env.cr.commit()
        return f"{placed} in watched folders, {uploaded} uploaded"

    def start(self) -> None:
        """Open the month's run."""
        runs = self.env["telecom.billing.run"]
        self.run = runs._get_or_create(self.env.company, self.first)
        self.run._sync_steps()
        self.env.cr.commit()

    def codes(self) -> tuple[list[str], list[str]]:
        """Codes of the steps before and after the bank's answer."""
        codes = self.run.step_ids.sorted("sequence").mapped("code")
        cut = codes.index("collect") + 1
        return codes[:cut], codes[cut:]

    def steps(self, codes: list[str], today: dt.date) -> bool:
        """Do the steps with these codes, as if it were ``today``; False when the run locks."""
        run = self.run.with_context(telecom_today=today.isoformat())
        for step in run.step_ids.filtered(lambda step: step.code in codes).sorted("sequence"):
            with self.screen.task(step.name, self._progress(step)) as task:
                run._run_step(step.code)
                step.invalidate_recordset()
                task.said = self._said(step)
            if run.state == "locked" and not self._waive(step):
                return False
        return True

    def _waive(self, step) -> bool:
        """Debits of mandates that a returned debit suspended: the accountant waives them.

        Anything else stays locked: the demo shows no month that somebody should look at first.
        """
        found = self.run.finding_ids.filtered(
            lambda finding: finding.state == "open" and finding.severity == "block"
        )
        if set(found.mapped("code")) != {"collect_debit"}:
            return False
        accountant = self.env.ref("base.user_admin")
        accountant = self.env["res.users"].search([("login", "=", "buchhaltung")]) or accountant
        for finding in found:
            self.screen.say(f"    locked: {finding.message}")
        found.with_user(accountant)._waive("Asked for a new mandate; the customer will transfer.")
        self.env.cr.commit()
        self.screen.say(f"    waived by {accountant.name}: the customer will transfer")
        return self.run.state != "locked"

    def _progress(self, step):
        """Ask another connection how far the step is: this one is busy."""
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
        """What came of a step, by the sentence for its code or as it counted itself."""
        told = {key.replace(" ", "_"): value for key, value in (step.result or {}).items()}
        told |= {"records": number(step.records), "amount": f"{number(step.amount)} EUR"}
        if step.code == "rate":
            aside = {**(step.result or {})}
            told["aside"] = ", ".join(f"{count} {why}" for why, count in aside.items())
        try:
            return SAID[step.code].format_map(told)
        except KeyError:
            return ", ".join(f"{value} {name}" for name, value in told.items())[:100]
