# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the rate to the charge in words: allowances, increments, fees, limits, rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .clock import DAY
from .explain_route import Say, plain, terms
from .money import MICRO, decimal_text, join_pico, split_pico
from .parts import NoRate
from .rates import Rate
from .reasons import CODES, message
from .record import Priced, price, setups
from .sentences import MODES
from .steps import BeyondSteps, Piece, bounded, extras
from .uses import Counted

if TYPE_CHECKING:
    from .engine import Run

#: What of several records of a period counts.
_TOGETHER = {
    "maximum": ("their highest value", "ihr höchster Wert"),
    "latest": ("the latest of them", "der letzte davon"),
    "sum": ("their sum", "ihre Summe"),
    "unique": ("how many differ", "wie viele verschieden sind"),
    "mean": ("their mean", "ihr Mittelwert"),
    "percentile": (
        "the highest but for those that count too rarely",
        "der höchste ohne die zu seltenen Spitzen",
    ),
}


def priced(done: Run, row: int, rows: np.ndarray, say: Say) -> None:
    """Say what became of the row; ``rows`` are positions of the run's rows in the whole frame."""
    context = done.context
    reason = int(context.found.reason[row])
    if reason:
        _reason(done, row, say)
        return
    currency = context.currency(row)
    if row in done.bearer:
        alone = context.book.rates[int(context.rate[row])].together is None
        say("borne" if alone else "one_of", row=int(rows[done.bearer[row]]))
    elif context.given is not None and context.given[row]:
        say("given", price=decimal_text(int(done.prices.price[row])), currency=currency)
    else:
        _way(done, row, currency, say)
    total = sum(
        (join_pico(one.price, one.rest) for one in done.prices.own.get(row, ())), Fraction(0)
    )
    if row not in done.prices.own:
        total = join_pico(int(done.prices.price[row]), int(done.prices.rest[row]))
    say("price", price=plain(total), currency=currency)


def _reason(done: Run, row: int, say: Say) -> None:
    context = done.context
    code = CODES[int(context.found.reason[row])]
    facts = next(context.usage.facts(np.array([row])))
    facts["tariff"] = context.book.named_tariff(
        facts["tariff"] or context.chains.named[context.chains.row[row]]
    )
    facts["detail"] = context.details.get(row)
    say(
        "reason",
        code=code,
        message_en=message(code, facts),
        message_de=message(code, facts, german=True),
    )


def _way(done: Run, row: int, currency: str, say: Say) -> None:
    context, cover, book = done.context, done.cover, done.context.book
    own = book.rates[int(context.rate[row])]
    legs = sum(bearer == row for bearer in done.bearer.values())
    if legs:
        size = decimal_text(int(context.quantity[row]))
        if own.together is not None:
            by_en, by_de = _TOGETHER[own.together.by]
            say(
                "together", records=legs + 1, by_en=by_en, by_de=by_de, quantity=size, unit=own.unit
            )
        else:
            say("gathered", legs=legs + 1, quantity=size, unit=own.unit)
    if context.left_out is not None and context.left_out[row]:
        say("measured", quantity=decimal_text(int(context.quantity[row])), unit=own.unit)
    drawn = _allowances(done, row, own, say)
    left = int(cover.left[row])
    if drawn and left == 0 and row not in cover.owed:
        say("covered")
        fee = Fraction(0)
        if done.prices.shown[row] and own.setup and _pays_setup(done, row):
            fee = own.setup
            say("setup", setup=plain(fee), currency=currency)
        _limited(done, row, split_pico(fee)[0], currency, say)
        return
    if drawn and row not in cover.owed:
        say("rest", quantity=decimal_text(left), unit=own.unit)
    try:
        answer = price(
            book,
            int(context.rate[row]),
            int(context.zone[row]),
            done.pricer.cells(row),
            int(context.usage.started[row]),
            int(cover.size[row]),
            begin=int(cover.head[row]),
            covered=int(cover.cut[row]),
            setup=_pays_setup(done, row),
            tiers=done.tiers.of(row, book),
            owed=cover.owed.get(row),
        )
    except (NoRate, BeyondSteps, OverflowError):
        return
    _pieces(done, row, own, answer, currency, say)
    _amount(done, row, own, answer, currency, say)


def _allowances(done: Run, row: int, own: Rate, say: Say) -> bool:
    drawn = False
    for draw in done.cover.draws:
        found = draw.before(row)
        if found is None:
            continue
        drawn = True
        allowance = done.context.book.allowance_list[draw.allowance]
        before, used = found
        name = str(allowance.name or allowance.id)
        unit = done.context.currency(row) if allowance.money is not None else own.unit
        if allowance.uses:
            counted = Counted.of(allowance.uses, done.context, done.context.rate >= 0)
            each, number = allowance.uses[counted.use[row]].shown
            unit = str(allowance.unit)
            say("uses", each=each, number=plain(number), unit=unit)
        if allowance.flat:
            say("flat", allowance=name, used=decimal_text(used), unit=unit)
            continue
        if used < 0:
            after = decimal_text(before - used)
            say("given_back", allowance=name, used=decimal_text(-used), after=after, unit=unit)
            continue
        say(
            "allowance",
            allowance=name,
            before=decimal_text(before),
            used=decimal_text(used),
            after=decimal_text(before - used),
            unit=unit,
        )
    return drawn


def _pieces(done: Run, row: int, own: Rate, answer: Priced, currency: str, say: Say) -> None:
    book = done.context.book
    if own.free and int(done.cover.size[row]):
        say("free_units", free=decimal_text(own.free), unit=own.unit)
    for part in answer.parts:
        rate = book.rates[part.rate]
        how, _ = book.derived_from.get(part.rate, ((), part.rate))
        listed = book.rates[book.origin(part.rate)]
        if len(answer.parts) > 1 and not (how and how[0] == "tier"):
            moment = int(done.context.usage.started[row]) + part.begin
            clock = book.tariff_of(book.origin(part.rate)).clock
            local = np.datetime64(int(clock.local(np.array([moment]))[0]), "us")
            say("part", local=str(local)[:19].replace("T", " "), rate=listed.name or listed.id)
        if how and how[0] == "tier":
            tiers = book.tier_list[how[1]]
            say(
                "tier",
                tier=how[2] + 1,
                tiers=str(tiers.name or tiers.id),
                **terms(rate, currency),
            )
        for piece in part.pieces:
            _piece(piece, rate, currency, say)


def _piece(piece: Piece, rate: Rate, currency: str, say: Say) -> None:
    step = piece.step
    shared = {
        "used": decimal_text(piece.used),
        "billed": decimal_text(piece.billed),
        "unit": rate.unit,
        "interval": decimal_text(step.interval),
        "price": plain(step.price),
        "amount": plain(piece.price - piece.fee - piece.entry),
        "currency": currency,
    }
    if piece.months is not None:
        days, hours = divmod(piece.billed, DAY)
        say("months", days=days + (hours > 0), months=plain(piece.months), **shared)
    elif piece.place is not None:
        say(
            "packages",
            before=decimal_text(piece.place),
            after=decimal_text(piece.place + piece.billed),
            **shared,
        )
    elif step.flat:
        say("at_once", start=decimal_text(step.start), **shared)
    elif rate.on == "cost" and step.interval == MICRO and step.rounding == "none":
        say("on_cost", **shared)
    elif step.rounding == "none" or piece.billed % step.interval:
        say("proportion", **shared)
    else:
        say("increments", intervals=piece.billed // step.interval, **shared)
    if piece.entry:
        say("tier_entered", setup=plain(piece.entry), currency=currency)
    if piece.fee:
        say(
            "entered",
            start=decimal_text(step.start),
            unit=rate.unit,
            setup=plain(piece.fee),
            currency=currency,
        )


def _amount(done: Run, row: int, own: Rate, answer: Priced, currency: str, say: Say) -> None:
    size = int(done.cover.size[row])
    charged = size > 0 or own.setup_on_zero
    if charged and _pays_setup(done, row):
        book, rate = done.context.book, int(done.context.rate[row])
        for start, fee in setups(book, rate, answer.parts, size):
            if start is None:
                say("setup", setup=plain(fee), currency=currency)
            else:
                shown = {"start": decimal_text(start), "unit": own.unit, "setup": plain(fee)}
                say("entered", **shown, currency=currency)
    more = extras(own, size)
    if more:
        say("extras", extras=plain(more), currency=currency)
    limited = bounded(own, answer.raw) if charged else answer.raw
    if limited > answer.raw:
        say("minimum", minimum=plain(limited), currency=currency)
    elif limited < answer.raw:
        say("maximum", maximum=plain(limited), currency=currency)
    if row in done.cover.owed:
        say("owed", amount=plain(done.cover.owed[row]), currency=currency)
    elif own.round_at == "charge" and limited != answer.amount:
        english, german = MODES[own.rounding]
        say(
            "rounded",
            raw=plain(limited),
            mode_en=english,
            mode_de=german,
            decimals=own.decimals,
            amount=plain(answer.amount),
            currency=currency,
        )
    sign = done.context.sign
    if sign is not None and sign[row] < 0:
        say("refund")
        cuts = done.tiers.of(row, done.context.book)
        if cuts and done.context.book.tier_list[cuts[0].tiers].refunds == "tier":
            say("taken_back")
        return
    whole = sum(segment.price for segment in answer.segments)
    _limited(done, row, whole, currency, say)


def _limited(done: Run, row: int, whole: int, currency: str, say: Say) -> None:
    """Say what a spending limit left of ``whole`` (millionths), if it took something."""
    shown = int(done.prices.totals()[row])
    if shown != whole:
        say("limited", amount=decimal_text(shown), currency=currency)


def _pays_setup(done: Run, row: int) -> bool:
    continuation = done.pricer.continuation
    return continuation is None or not bool(continuation[row])
