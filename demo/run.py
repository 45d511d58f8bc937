# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bill the made-up provider's two months inside Odoo, for everybody to watch.

``main(env, out)`` gets the superuser's environment of a database with the addon installed, and an
empty folder. What it makes there: ``world/`` (the papers of :mod:`demo.world`), ``inbox/`` (the
watched folders), ``mails/``, ``bank/``, ``documents/`` and the control totals.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import pathlib

from freezegun import freeze_time

from . import correction, office, papers, world
from .house_bank import HouseBank
from .month import Month
from .post_office import PostOffice
from .screen import Screen, number

LOGINS = [
    ("administrator", "admin", "admin"),
    ("accountant", "buchhaltung", office.PASSWORD),
    ("customer Jonna Brandt, in the portal", "jonna", office.PASSWORD),
    ("customer Werft Holm & Söhne, in the portal", "werft", office.PASSWORD),
]
PORTAL = {"WEB-1001": "jonna", "WEB-2001": "werft"}
#: month of usage: the day of the run, the day of the bank statement and the reminders
CALENDAR = {
    "2026-09": (dt.date(2026, 10, 1), dt.date(2026, 10, 22)),
    "2026-10": (dt.date(2026, 11, 1), dt.date(2026, 11, 20)),
}
#: When the office opens: the demo's clock starts here on each of these days.
OPENING_TIME = dt.time(6, 30)


class Demo:
    """One company's world and its billing. Each act looks for what is there already."""

    def __init__(self, env, out: pathlib.Path, screen: Screen, *, small: bool = False):
        self.env, self.out, self.screen, self.small = env, pathlib.Path(out), screen, small
        self.world, self.inbox = self.out / "world", self.out / "inbox"
        self.deliveries: list[dict] = []
        self.months: dict[str, Month] = {}

    # ------------------------------------------------------------------ once
    def prepare(self, paper: dict | None = None) -> None:
        """Papers, company, tariffs, products, sources."""
        with self.screen.task("Papers") as task:
            self.deliveries = [
                dataclasses.asdict(delivery) | {"lines": delivery.lines}
                for delivery in world.build(self.world, small=self.small)
            ]
            lines = sum(delivery["lines"] for delivery in self.deliveries)
            task.said = (
                f"{len(self.deliveries)} files with {number(lines)} lines, same seed same bytes"
            )
        with self.screen.task("Company") as task:
            us = office.company(self.env, paper or office.read(self.world, "company.json"))
            task.said = f"{us.name}: chart of accounts, VAT, bank, SEPA"
            self.env.cr.commit()
        with self.screen.task("Tariffs") as task:
            tariffs = office.tariffs(self.env, self.world)
            versions = tariffs.version_ids
            task.said = (
                f"{len(tariffs)} with {len(versions)} versions, {len(versions.rate_ids)} rates"
            )
            office.products(self.env, office.read(self.world, "products.json"))
            office.sources(self.env, office.read(self.world, "sources.json"), self.inbox)
            self.env.cr.commit()

    def order(self) -> None:
        """The shop's orders: the first through HTTP, one of them twice, and one full of faults."""
        orders = [
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((self.world / "orders").glob("*.json"))
        ]
        intake = self.env["telecom.order"]
        with self.screen.task("Orders") as task:
            with office.Shop(self.env) as shop:
                answers = [shop.submit(orders[0])]
            answers += [intake.submit(order) for order in orders]
            self.env.cr.commit()
            again = sum(not answer["created"] for answer in answers)
            made = len({answer["contract_number"] for answer in answers})
            task.said = f"{made} contracts; 1 by JSON-2, {again} sent twice and made once"
        bad = office.read(self.world, "refused/WEB-9001.json")
        with self.screen.task("Faulty order") as task:
            faults = intake.check(bad)
            task.said = f"refused with {len(faults)} faults, nothing made"
        self.screen.rows([(f["path"], f["message"]) for f in faults], (28, 84), indent=" " * 24)

    def people(self) -> None:
        """Who may log in."""
        office.accountant(self.env)
        for order_id, login in PORTAL.items():
            office.portal_user(self.env, order_id, login)
        self.env.cr.commit()

    # ------------------------------------------------------------------ each month
    def bill(self, month: str, bank: HouseBank) -> bool:
        """Files in, all steps, the bank's answer, reminders. False when the run locks."""
        run_day, bank_day = CALENDAR[month]
        billing = Month(self.env, self.screen, self.world, month)
        self.months[month] = billing
        with freeze_time(dt.datetime.combine(run_day, OPENING_TIME), tick=True):
            with self.screen.task("Files arrive") as task:
                files = [d for d in self.deliveries if d["month"] == month]
                task.said = billing.arrive(files, self.inbox)
            billing.start()
            before, after = billing.codes()
            if not billing.steps(before, run_day):
                return False
            if month == correction.WRONG[0] and not self.correct(billing, run_day):
                return False
        with freeze_time(dt.datetime.combine(bank_day, OPENING_TIME), tick=True):
            with self.screen.task("Bank") as task:
                task.said = bank.settle(billing.run, bank_day)
            done = billing.steps(after, bank_day)
            # What Odoo's scheduled action does every hour.
            self.env["mail.mail"].process_email_queue()
            self.env.cr.commit()
            return done

    def correct(self, billing: Month, day: dt.date) -> bool:
        """One invoice is taken back and made anew, by the steps that are open again then."""
        with self.screen.task("Correction") as task:
            task.said = correction.take_back(self.env, billing.run)
        if not task.said:
            return True
        steps = billing.run.step_ids.filtered(lambda step: step.state == "todo")
        opened = steps.mapped("code")
        cut = billing.codes()[0]
        return billing.steps([code for code in cut if code in opened or code == "collect"], day)


def main(env, out: pathlib.Path) -> int:
    """Bill two months; 0 when all control totals agree."""
    screen = Screen()
    small = bool(os.environ.get("TELECOM_DEMO_SMALL"))
    demo = Demo(env, out, screen, small=small)
    screen.title("Nordlicht Telekom GmbH: two months, from carrier files to reminders")
    demo.prepare()
    demo.order()
    demo.people()
    bank = HouseBank(env, demo.out / "bank")
    with PostOffice(demo.out / "mails") as office_:
        office.mail_server(env, office_.host, office_.port)
        for month, (run_day, _) in CALENDAR.items():
            screen.title(f"{run_day - dt.timedelta(days=1):%B %Y}")
            before = office_.count
            if not demo.bill(month, bank):
                return papers.locked(screen, demo.months[month].run)
            screen.say(f"    {office_.count - before} mails arrived at the SMTP server")
    return papers.last_screen(demo)
