# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invoice or its correction: positions in groups, tax per rate, how to pay, legal notes."""

from __future__ import annotations

import dataclasses
import decimal

from .formats import Format, decimals
from .pdfa import with_facturx_metadata
from .renderer import Renderer
from .sheet import Sheet

ZERO = decimal.Decimal(0)


@dataclasses.dataclass(frozen=True)
class Line:
    """A position.

    quantity: as it shall be read ("245,20 Min."); price: of one unit, None where a sum of many
    records has no single one; amount: net, or gross where the invoice's prices are gross; tax:
    the rates as text; aside: small print after the text; details: small print below it.
    """

    text: str
    amount: decimal.Decimal
    quantity: str = ""
    price: decimal.Decimal | None = None
    tax: str = ""
    aside: str = ""
    details: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Group:
    """Positions that belong together: a contract line, a number, a tariff."""

    title: str
    lines: list[Line]
    subtitle: str = ""


@dataclasses.dataclass(frozen=True)
class Tax:
    """One VAT rate of the invoice: its label, the net it is taken from, the tax."""

    label: str
    base: decimal.Decimal
    amount: decimal.Decimal


@dataclasses.dataclass(frozen=True)
class Invoice:
    """An invoice as it is printed.

    gross: the positions' amounts contain VAT (consumers); open: what is left to pay where that is
    not the total; payment: paragraphs; qr: an SVG for a banking app; notes: small print at the
    end; enclosed: names of annexes; draft: printed across the head while it is not posted.
    """

    sheet: Sheet
    groups: list[Group]
    net: decimal.Decimal
    taxes: list[Tax]
    total: decimal.Decimal
    gross: bool = False
    credit: bool = False
    open: decimal.Decimal | None = None
    intro: list[str] = dataclasses.field(default_factory=list)
    payment: list[str] = dataclasses.field(default_factory=list)
    qr: str | None = None
    notes: list[str] = dataclasses.field(default_factory=list)
    enclosed: list[str] = dataclasses.field(default_factory=list)
    draft: str = ""


def render(
    renderer: Renderer, invoice: Invoice, facturx: str | None = None, tags: bool = True
) -> bytes:
    """The invoice as PDF/A-3b, with ``facturx`` (an XML text) embedded where given."""
    pdf = renderer.render("invoice", invoice.sheet, data(invoice), facturx=facturx, tags=tags)
    return with_facturx_metadata(pdf, facturx) if facturx else pdf


def preview(renderer: Renderer, invoice: Invoice) -> list[str]:
    """The invoice's pages as SVG."""
    return renderer.preview("invoice", invoice.sheet, data(invoice))


def data(invoice: Invoice) -> dict:
    """What ``invoice.typ`` reads, beside the sheet."""
    words = invoice.sheet.format()
    lines = [line for group in invoice.groups for line in group.lines]
    places = max((decimals(line.price, 2) for line in lines if line.price is not None), default=2)
    return {
        "draft": invoice.draft,
        "intro": invoice.intro,
        "amount_label": (
            f"{words.texts['amount_gross' if invoice.gross else 'amount_net']} {words.currency}"
        ),
        "show_tax": len({line.tax for line in lines}) > 1,
        "groups": _groups(invoice, words, min(places, 6)),
        "totals": _totals(invoice, words),
        "payment": invoice.payment,
        "qr": invoice.qr,
        "notes": invoice.notes,
        "enclosed": invoice.enclosed,
    }


def _groups(invoice: Invoice, words: Format, places: int) -> list[dict]:
    groups, number, carried = [], 0, ZERO
    for group in invoice.groups:
        rows, subtotal = [], ZERO
        for line in group.lines:
            number += 1
            carried += line.amount
            subtotal += line.amount
            rows.append(
                {
                    "position": str(number),
                    "text": line.text,
                    "aside": line.aside,
                    "details": line.details,
                    "quantity": line.quantity,
                    "price": "" if line.price is None else words.aligned(line.price, places),
                    "tax": line.tax,
                    "amount": words.amount(line.amount),
                    "carried": words.amount(carried),
                }
            )
        groups.append(
            {
                "title": group.title,
                "subtitle": group.subtitle,
                "lines": rows,
                "subtotal": words.amount(subtotal)
                if len(invoice.groups) > 1 and len(rows) > 1
                else "",
            }
        )
    return groups


def _totals(invoice: Invoice, words: Format) -> list[dict]:
    """The block of sums: net, tax and total; for gross prices the total with the tax in it."""
    texts = words.texts

    def row(label, amount, strong=False):
        return {"label": label, "amount": words.money(amount), "strong": strong}

    total = row(texts["credit_total" if invoice.credit else "gross_total"], invoice.total, True)
    taxes = [
        row(f"{tax.label} {texts['tax_on']} {words.money(tax.base)}", tax.amount)
        for tax in invoice.taxes
    ]
    rows = [row(texts["net_total"], invoice.net), *taxes, total]
    if invoice.open is not None and invoice.open != invoice.total:
        rows.append(row(texts["paid"], invoice.open - invoice.total))
        rows.append(row(texts["open"], invoice.open, True))
    return rows
