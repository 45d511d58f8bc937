# SPDX-License-Identifier: AGPL-3.0-or-later
"""The beginning of a file as tables: as it stands, as it is read, and what is rejected."""

from __future__ import annotations

from markupsafe import Markup
from odoo.tools.translate import LazyTranslate

from connectors.frame import COLUMNS
from connectors.preview import Preview

from . import terms

_lt = LazyTranslate(__name__)

#: Columns of the usage frame, as a person calls them.
COLUMN_LABELS = {
    "line": _lt("Line"),
    "record_id": _lt("Record's id"),
    "service": _lt("Service"),
    "direction": _lt("Direction"),
    "started_at": _lt("Start (UTC)"),
    "quantity": _lt("Quantity"),
    "unit": _lt("Unit"),
    "a_number": _lt("A-number"),
    "b_number": _lt("B-number"),
    "a_raw": _lt("A-number as delivered"),
    "b_raw": _lt("B-number as delivered"),
    "account": _lt("Account, trunk or line"),
    "destination": _lt("Destination"),
    "cost": _lt("Stated cost"),
    "currency": _lt("Currency"),
    "conference": _lt("Conference"),
    "participant": _lt("Participant"),
}
NUMBERS = ("line", "quantity", "cost")
#: Bytes of a sample that are shown where nothing is described yet, and how archives begin.
LOOK, ARCHIVES = 1 << 13, (b"PK", b"\x1f\x8b")
#: Shown by the other table, of what the file holds.
RAW = ("a_raw", "b_raw")


def preview_table(env, found: Preview) -> Markup:
    """A preview as HTML: counts, records, rejects with their reasons; or why nothing was read."""
    if found.fault:
        return Markup('<div class="alert alert-danger">{}</div>').format(
            terms.told(env, found.fault)
        )
    parts = [_counts(env, found)]
    if found.records:
        used = {name for row in found.records for name, value in row.items() if value != ""}
        shown = [name for name in COLUMNS if name in used and name not in RAW]
        rows = [[row[name] for name in shown] for row in found.records]
        parts.append(table([label(env, name) for name in shown], rows, NUMBERS, shown))
    if found.rejects:
        heads = [env._("Line"), env._("Why it is not used"), env._("As delivered")]
        rows = [
            [reject["line"], terms.explained(env, reject["reason"], reject["message"]),
             reject["raw"]]
            for reject in found.rejects
        ]  # fmt: skip
        parts.append(table(heads, rows, css="table-warning"))
    return Markup("").join(parts)


def first_lines(sample: bytes, encoding: str | None, lines: int) -> Markup:
    """A sample of which nothing is described yet: as it stands; empty for what is no text."""
    head = sample[:LOOK]
    if b"\x00" in head or head.startswith(ARCHIVES):
        return Markup("")
    try:
        text = head.decode(encoding or "utf-8", "replace")
    except LookupError:
        text = head.decode("utf-8", "replace")
    shown = "\n".join(text.splitlines()[:lines])
    return Markup('<pre class="small mb-0">{}</pre>').format(shown)


def cells_table(found: Preview) -> Markup:
    """The file's own columns and values, before anything is made of them."""
    if not found.cells:
        return Markup("")
    return table(found.columns, [[cell or "" for cell in row] for row in found.cells])


def label(env, name: str) -> str:
    """A column of the usage frame in the user's language."""
    return env._(COLUMN_LABELS[name])


def table(heads, rows, right=(), names=(), css="") -> Markup:
    """Rows as a small table that scrolls sideways; everything is escaped."""
    align = ["text-end" if name in right else "" for name in names] or [""] * len(heads)
    head = Markup("").join(
        Markup('<th class="{}">{}</th>').format(side, text)
        for side, text in zip(align, heads, strict=True)
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td class="{}">{}</td>').format(side, cell)
                for side, cell in zip(align, row, strict=True)
            )
        )
        for row in rows
    )
    return Markup(
        '<div class="table-responsive"><table class="table table-sm o_telecom_preview {}">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(css, head, body)


def _counts(env, found: Preview) -> Markup:
    summary = found.summary
    text = env._(
        "%(data)s records: %(loaded)s are used, %(faulty)s are faulty, %(filtered)s are left out"
        " by selection.",
        data=summary["data"],
        loaded=summary["loaded"],
        faulty=summary["faulty"],
        filtered=summary["filtered"],
    )
    parts = [Markup('<p class="mb-1">{}</p>').format(text)]
    parts += [
        Markup('<p class="text-warning-emphasis mb-1">{}</p>').format(terms.told(env, line))
        for line in summary["differences"]
    ]
    return Markup("").join(parts)
