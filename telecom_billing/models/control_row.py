# SPDX-License-Identifier: AGPL-3.0-or-later
"""One stage of the control totals: made, kept as JSON, named, shown as text and as a table."""

from __future__ import annotations

import decimal

from markupsafe import Markup
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

#: What a stage is called: = for one that the stages before it add up to.
LABELS = {
    "again": _lt("Files delivered a second time"),
    "delivered": _lt("Lines delivered"),
    "rejected": _lt("− faulty lines"),
    "left_out": _lt("− left out by selection"),
    "duplicates": _lt("− records delivered before"),
    "loaded": _lt("= records loaded"),
    "later": _lt("− of later months"),
    "carried": _lt("+ left over from before"),
    "usage": _lt("= usage up to the end of the month"),
    "suspense": _lt("− set aside, without price"),
    "written_off": _lt("− written off"),
    "unrated": _lt("− not rated yet"),
    "charged": _lt("= charged"),
    "free": _lt("   of which free of charge"),
    "summaries": _lt("= summaries"),
    "handed_over": _lt("− handed to other systems"),
    "waiting": _lt("− not invoiced"),
    "invoiced": _lt("= usage invoiced"),
    "rounding": _lt("+ rounding to cents"),
    "vat_kind": _lt("+ VAT in or out of prices"),
    "fees": _lt("+ fees"),
    "credits": _lt("+ fees given back"),
    "topups": _lt("+ minimum turnover"),
    "positions": _lt("= invoice positions"),
    "net": _lt("Invoices without VAT"),
    "tax": _lt("+ VAT"),
    "total": _lt("= invoices"),
    "ledger": _lt("= receivables in the ledger"),
}
#: What is compared where a stage has a check.
NOTES = {
    "loaded": _lt("Lines delivered, less what was set aside; counted again in the store."),
    "usage": _lt("Records loaded, by the month of their start."),
    "charged": _lt("Usage, less what was set aside, in records and units."),
    "summaries": _lt("Charges, in records, units and money."),
    "invoiced": _lt("Summaries on invoice lines, in records and money."),
    "positions": _lt("Positions of each invoice are its sum without or with VAT."),
    "total": _lt("Invoices without VAT, and VAT."),
    "ledger": _lt("Receivables are the invoices, income is the invoices without VAT."),
}
NUMBERS = ("quantity", "amount")
MARKS = {True: "✓", False: "✗", None: ""}


def row(stage, records=None, quantity=None, amount=None, check=None) -> dict:
    """One stage.

    stage: code, see :data:`LABELS`; records: pieces; quantity: seconds (Decimal); amount: money
    in the company's currency (Decimal); check: True or False where two ways of counting must
    agree, else None. What a stage does not have is None.
    """
    return {
        "stage": stage,
        "records": records,
        "quantity": quantity,
        "amount": amount,
        "check": check,
    }


def named(env, rows: list[dict]) -> list[dict]:
    """The rows with label and note (what was compared) in the language of ``env``."""
    return [
        one
        | {
            "label": env._(LABELS.get(one["stage"], one["stage"])),
            "note": env._(NOTES[one["stage"]]) if one["stage"] in NOTES else "",
        }
        for one in rows
    ]


def to_json(rows: list[dict]) -> list[dict]:
    """Rows as data that JSON can hold, exactly."""
    return [
        one | {name: None if one[name] is None else str(one[name]) for name in NUMBERS}
        for one in rows
    ]


def from_json(rows: list[dict]) -> list[dict]:
    """The inverse of :func:`to_json`."""
    return [
        one | {name: None if one[name] is None else decimal.Decimal(one[name]) for name in NUMBERS}
        for one in rows
    ]


def as_text(rows: list[dict], words: dict, form) -> str:
    """Named rows as a table for the shell.

    :param words: labels of the columns: stage, records, seconds, amount
    :param form: (value, decimal places) -> text, in the user's language
    """
    table = [[words["stage"], words["records"], words["seconds"], words["amount"], ""]]
    table += [_cells(one, form) for one in rows]
    widths = [max(len(line[column]) for line in table) for column in range(5)]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def as_html(rows: list[dict], words: dict, form) -> Markup:
    """Named rows as a table for the form; parameters as for :func:`as_text`."""
    head = Markup("<tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th></th></tr>").format(
        words["stage"], words["records"], words["seconds"], words["amount"]
    )
    body = Markup("").join(_line(one, form) for one in rows)
    return Markup(
        '<table class="table table-sm o_telecom_totals"><thead>{}</thead><tbody>{}</tbody></table>'
    ).format(head, body)


def _line(one: dict, form) -> Markup:
    colour = {True: "text-success", False: "text-danger fw-bold", None: ""}[one["check"]]
    label, records, seconds, amount, mark = _cells(one, form)
    return Markup(
        '<tr class="{}"><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
        '<td class="{}" title="{}">{}</td></tr>'
    ).format(
        "fw-bolder" if label.startswith("=") else "text-muted" if label[:1] in "−+" else "",
        label,
        records,
        seconds,
        amount,
        colour,
        one["note"],
        mark,
    )


def _cells(one: dict, form) -> list[str]:
    return [
        one["label"],
        "" if one["records"] is None else form(one["records"], 0),
        "" if one["quantity"] is None else form(one["quantity"], 0),
        "" if one["amount"] is None else form(one["amount"], _places(one["amount"])),
        MARKS[one["check"]],
    ]


def _places(amount: decimal.Decimal) -> int:
    """Two places, or as many as the amount needs before it is rounded for an invoice."""
    return max(2, -amount.normalize().as_tuple().exponent)
