# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's last screen and its folder of documents: all that a month leaves behind."""

from __future__ import annotations

import json
import pathlib
from decimal import Decimal

from .screen import Screen

REJECTS = """
    SELECT s.code, r.kind, r.reason, count(*), min(r.message)
      FROM telecom_reject r
      JOIN telecom_delivery d ON d.id = r.delivery_id
      JOIN telecom_source s ON s.id = d.source_id
     WHERE d.company_id = %s
     GROUP BY 1, 2, 3 ORDER BY 2, 4 DESC, 1
"""
SUSPENSE = """
    SELECT c.reason, coalesce(u.a_number, u.account), count(DISTINCT u.id),
           min(c.usage_id * 1024 + c.segment)
      FROM telecom_charge_data c
      JOIN telecom_usage_data u ON u.id = c.usage_id AND u.started_at = c.started_at
     WHERE c.company_id = %s AND c.reason IS NOT NULL
     GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
"""


def locked(screen: Screen, run) -> int:
    """Say why a run is locked; the demo ends here."""
    screen.title(f"{run.name} is locked")
    for finding in run.finding_ids.filtered(lambda f: f.state == "open" and f.severity == "block"):
        screen.say(f"  ! {finding.message}")
    return 1


def keep(run, folder: pathlib.Path) -> dict[str, int]:
    """Write the month's documents below ``folder``; how many of each kind."""
    counts = {"invoices": 0, "itemised bills": 0, "letters": 0}
    moves = run.env["account.move"].search(
        [
            ("telecom_run_id", "=", run.id),
            ("state", "=", "posted"),
        ]
    )
    for move in moves:
        who = f"{move.commercial_partner_id.ref}_{move.name.replace('/', '-')}"
        if move.invoice_pdf_report_id:
            _write(folder / "invoices" / f"{who}.pdf", move.invoice_pdf_report_id.raw)
            counts["invoices"] += 1
        if move.telecom_itemised_id:
            _write(folder / "itemised" / f"{who}_calls.pdf", move.telecom_itemised_id.raw)
            counts["itemised bills"] += 1
    for bundle in run.env["telecom.print.bundle"].search([("run_id", "=", run.id)]):
        attachment = run.env["ir.attachment"].search(
            [
                ("res_model", "=", bundle._name),
                ("res_id", "=", bundle.id),
                ("res_field", "=", "file"),
            ]
        )
        _write(folder / bundle.name, attachment.raw)
        counts["letters"] += len(bundle.dispatch_ids)
    return counts


def _write(path: pathlib.Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def totals(screen: Screen, run) -> list[dict]:
    """Show a run's control totals and return them."""
    stages = run.control_totals()
    screen.title(f"Control totals {run.name}: from file to ledger")
    head = ("", "records", "seconds", "EUR", "")
    rows = [
        (
            stage["label"],
            *("" if stage[key] is None else _figure(stage[key], key) for key in KEYS),
            {True: "✓", False: "✗", None: ""}[stage["check"]],
        )
        for stage in stages
    ]
    screen.rows([head, *rows], (42, -9, -13, -14, 1), indent="  ")
    return stages


KEYS = ("records", "quantity", "amount")


def _figure(value, key: str) -> str:
    if key == "amount":
        return f"{Decimal(value):,.4f}".removesuffix("00")
    return f"{int(value):,}"


def set_aside(screen: Screen, env) -> dict[str, list]:
    """Show what was not billed and why; the rows by kind."""
    company = env.company.id
    env.cr.execute(REJECTS, [company])
    rejects = env.cr.fetchall()
    env.cr.execute(SUSPENSE, [company])
    charge = env["telecom.charge"]
    suspense = [(*row, charge.browse(sample).remedy) for *row, sample in env.cr.fetchall()]
    again = env["telecom.delivery"].search(
        [
            ("state", "=", "duplicate"),
            ("company_id", "=", company),
        ]
    )
    screen.title("Set aside, and why")
    screen.rows(
        [
            ("file", delivery.name, "came a second time; nothing of it was loaded")
            for delivery in again
        ],
        (6, 36, 70),
        "  ",
    )
    screen.rows(
        [
            (f"{count}", f"{source} line{'s' if count > 1 else ''}", message)
            for source, _kind, _reason, count, message in rejects
        ],
        (6, 36, 100),
        "  ",
    )
    screen.rows(
        [(f"{count}", f"records of {who}", message) for _reason, who, count, message in suspense],
        (6, 36, 100),
        "  ",
    )
    return {"again": again.mapped("name"), "rejects": rejects, "suspense": suspense}


def last_screen(demo) -> int:
    """Documents, set-aside, control totals, where to look; 0 when every check holds."""
    screen, env, out = demo.screen, demo.env, demo.out
    stages = {}
    screen.title("Documents")
    for month, billing in demo.months.items():
        counts = keep(billing.run, out / "documents" / month)
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        screen.say(f"  {month}  {said}")
    aside = set_aside(screen, env)
    for month, billing in demo.months.items():
        stages[month] = totals(screen, billing.run)
    _write(out / "control_totals.json", _json(stages))
    _write(out / "set_aside.json", _json(aside))
    checks = [stage["check"] for rows in stages.values() for stage in rows]
    good = all(check is not False for check in checks)
    screen.title("All accounted for" if good else "The control totals do not agree")
    screen.say(f"  {checks.count(True)} checks hold, {checks.count(False)} fail")
    screen.rows(
        [
            ("documents/", "invoices, itemised bills and the print bundle of each month"),
            ("mails/", "what the customers received, attachments included"),
            ("bank/", "direct debits (pain.008) and account statements (camt.053)"),
            ("world/", "the input: orders, tariffs, carrier files"),
        ],
        (12, 70),
        "  ",
    )
    return 0 if good else 1


def _json(content) -> bytes:
    return json.dumps(content, indent=2, ensure_ascii=False, default=str).encode()
