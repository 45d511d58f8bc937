# SPDX-License-Identifier: AGPL-3.0-or-later
"""The itemised bill (Einzelverbindungsnachweis): each call with its price, sums as invoiced.

Thousands of rows are usual, so the pages are made up here (:mod:`.pages`): every line has a fixed
height, Typst only sets what is told to stand where, in parts small enough to keep memory flat.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
from collections.abc import Iterable, Iterator

from .formats import NO_BREAK, Format, decimals, duration
from .pages import Flow
from .pdfa import joined
from .renderer import Renderer
from .sheet import Sheet

ZERO = decimal.Decimal(0)
# Pages that one run of Typst sets; about 2,000 rows and 100 MB.
PART = 36
# Decimals of every amount, more (up to six) only where a price needs them.
PLACES = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One charged record.

    started: local time; other: the other party's number as it may be shown; amount: exact price
    in the currency, None for one that is part of a flat rate or an allowance without a price;
    leg: one participant's part of a conference, ``other`` is who joined.
    """

    started: datetime.datetime
    other: str
    destination: str
    quantity: decimal.Decimal
    unit: str
    amount: decimal.Decimal
    leg: bool = False


@dataclasses.dataclass(frozen=True)
class Number:
    """The calls of one own number (an extension of a block, a line, an account)."""

    name: str
    calls: list[Call]


@dataclasses.dataclass(frozen=True)
class Section:
    """A main number (or line of the contract) with the numbers under it."""

    title: str
    numbers: list[Number]
    subtitle: str = ""


@dataclasses.dataclass(frozen=True)
class ItemisedBill:
    """An annex to an invoice.

    invoiced: what the invoice's positions charge for these calls, each rounded to cents; shown
    with the difference where it is not the exact sum. gross: prices contain VAT. unlisted: what
    calls cost that must not be recognisable; a part of the total and nothing else.
    """

    sheet: Sheet
    sections: list[Section]
    gross: bool = False
    invoiced: decimal.Decimal | None = None
    unlisted: decimal.Decimal = ZERO
    notes: list[str] = dataclasses.field(default_factory=list)

    def total(self) -> decimal.Decimal:
        return sum((call.amount for call in self.calls()), self.unlisted)

    def calls(self) -> Iterator[Call]:
        for section in self.sections:
            for number in section.numbers:
                yield from number.calls


@dataclasses.dataclass
class Sum:
    """Records, seconds and money of some calls."""

    records: int = 0
    seconds: decimal.Decimal = ZERO
    amount: decimal.Decimal = ZERO

    @classmethod
    def of(cls, calls: Iterable[Call]) -> Sum:
        result = cls()
        for call in calls:
            result.records += 1
            result.amount += call.amount
            if call.unit == "second":
                result.seconds += call.quantity
        return result


def render(renderer: Renderer, bill: ItemisedBill) -> bytes:
    """The itemised bill as PDF/A-3b."""
    pages = make_pages(bill)
    base = {
        "page_total": len(pages),
        "labels": _labels(bill),
        "notes": bill.notes,
    }
    parts = []
    for first in range(0, len(pages), PART):
        part = base | {"page_offset": first, "pages": pages[first : first + PART]}
        parts.append(renderer.render("itemised", bill.sheet, part, tags=False))
    return joined(parts)


def make_pages(bill: ItemisedBill) -> list[list[dict]]:
    """The bill's pages, each a list of blocks that ``itemised.typ`` knows how to draw."""
    words = bill.sheet.format()
    amounts = [call.amount for call in bill.calls()]
    places = min(max(decimals(amount, PLACES) for amount in [*amounts, bill.unlisted]), 6)
    flow = Flow(title_lines=(len(bill.sheet.data()["info"]) + 1) // 2)
    numbers = [number for section in bill.sections for number in section.numbers]
    if len(numbers) > 1:
        _overview(flow, bill, words, places)
    for section in bill.sections:
        _section(flow, section, words, places)
    _ending(flow, bill, words, places)
    return flow.pages


def _overview(flow: Flow, bill: ItemisedBill, words: Format, places: int) -> None:
    rows = [
        [f"{section.title}  ›  {number.name}" if number.name != section.title else number.name]
        + _sum_cells(Sum.of(number.calls), words, places)
        for section in bill.sections
        for number in section.numbers
    ]
    flow.table("overview", words.texts["all_numbers"], rows)


def _section(flow: Flow, section: Section, words: Format, places: int) -> None:
    flow.heading("section", section.title, section.subtitle)
    several = len(section.numbers) > 1
    for number in section.numbers:
        if several or number.name != section.title:
            flow.heading("number", number.name)
        rows, carried, amount = [], [], ZERO
        for call in sorted(number.calls, key=lambda call: call.started):
            amount += call.amount
            rows.append(
                [
                    words.date(call.started),
                    f"{call.started:%H:%M:%S}",
                    fit(call.other, 24),
                    fit(call.destination, 36),
                    words.quantity(call.quantity, call.unit),
                    words.amount(call.amount, places),
                ]
            )
            carried.append(words.amount(amount, places))
        total = Sum.of(number.calls)
        flow.table(
            "calls",
            "",
            rows,
            carried=carried,
            total=[f"{words.texts['sum_of']} {number.name}", *_sum_cells(total, words, places)],
        )
    if several:
        total = Sum.of(call for number in section.numbers for call in number.calls)
        flow.line(
            "sum", [f"{words.texts['sum_of']} {section.title}", *_sum_cells(total, words, places)]
        )


def _ending(flow: Flow, bill: ItemisedBill, words: Format, places: int) -> None:
    texts = words.texts
    total = Sum.of(bill.calls())
    total.amount += bill.unlisted
    lines = [("total", [texts["total"], *_sum_cells(total, words, places)])]
    if bill.unlisted:
        shown = words.amount(bill.unlisted, places)
        lines.insert(0, ("sum", [texts["unlisted"], "", "", shown]))
    if bill.invoiced is not None and bill.invoiced != total.amount:
        difference = words.amount(bill.invoiced - total.amount, places)
        lines += [
            ("sum", [texts["rounding"], "", "", difference]),
            ("total", [texts["billed_usage"], "", "", words.amount(bill.invoiced, places)]),
        ]
    if not total.records and not bill.unlisted:
        lines = [("empty", [texts["no_usage"], "", "", ""])]
    flow.ending(lines, bill.notes)


def _sum_cells(total: Sum, words: Format, places: int) -> list[str]:
    return [
        words.number(total.records),
        duration(total.seconds) if total.seconds else "",
        words.amount(total.amount, places),
    ]


def _labels(bill: ItemisedBill) -> dict[str, str]:
    words = bill.sheet.format()
    kind = words.texts["amount_gross" if bill.gross else "amount_net"]
    timed = all(call.unit == "second" for call in bill.calls())
    calls = list(bill.calls())
    legs = bool(calls) and all(call.leg for call in calls)
    return {
        "amount": f"{kind}{NO_BREAK}{words.currency}",
        "usage": words.texts["duration" if timed else "usage"],
        "called": words.texts["joined" if legs else "called"],
    }


# Signs of the sheet's face by width, in tenths of a digit; the rest count as one digit.
_WIDTHS = {
    sign: width
    for width, signs in {
        5: "iljI.,:;'|! ",
        7: "ft()[]-/rJ",
        9: "scvxyzk",
        11: "bdghnopquäöüABCEFLPRSTVXYZ",
        13: "DGHKNOQUÄÖÜ&w",
        17: "mMW@%",
    }.items()
    for sign in signs
}


def fit(text: str, digits: int) -> str:
    """``text`` cut to the width of that many digits, with an ellipsis where it was cut.

    >>> fit("Festnetz national", 32), fit("Wasserwerk Mammutwald Mombasa", 12)
    ('Festnetz national', 'Wasserwerk…')
    """
    room = digits * 10
    if len(text) * 17 <= room:
        return text
    used = 0
    for place, sign in enumerate(text):
        used += _WIDTHS.get(sign, 10)
        if used > room:
            return text[: place - 1].rstrip() + "…"
    return text
