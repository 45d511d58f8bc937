# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way to a rate in words: record, price lists, version, prefix, band, guard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .at_end import last_moment
from .digits import NumberColumn
from .money import decimal_text
from .origins import nearness
from .rates import Rate, Step
from .sentences import UNITS
from .tariffs import Tariff, Version, validity_text

if TYPE_CHECKING:
    from .engine import Run

Say = Callable[..., None]
#: Units in which prices are told, and how many base units one is.
_SHOWN = {"second": ("min", 60), "byte": ("MB", 1_000_000)}
#: What a price says, in English and German.
_TERMS = {
    "flat": ("contained in the basic fee", "in der Grundgebühr enthalten"),
    "month": ("a month", "im Monat"),
    "from": ("from", "ab"),
    "by": ("by", "im Takt"),
    "cost": ("cost", "Kosten"),
    "setup": ("setup", "Verbindung"),
    "none": ("no price", "kein Preis"),
}


def route(done: Run, row: int, say: Say) -> None:
    """Say how the row's rate was found."""
    context, book = done.context, done.context.book
    facts = next(context.usage.facts(np.array([row])))
    started = int(context.usage.started[row])
    number = int(context.rate[row])
    base = book.origin(number) if number >= 0 else -1
    listed = 0 <= base < len(book.listed_rates)
    tariff = book.tariff_of(base) if listed else None
    clock = tariff.clock if tariff is not None else book.clock
    local = clock.shown(started)
    service, direction, _ = context.found.plan_key(row)
    unit = facts["unit"]
    say(
        "record",
        service=service,
        direction=direction,
        number=facts["number"] or "–",
        local=local,
        utc=facts["started"] or "–",
        quantity=decimal_text(int(context.usage.signed_quantity[row])),
        unit=unit,
    )
    _lists(done, row, tariff, say)
    if tariff is None:
        return
    version = book.versions[book.rate_version[base]]
    say(
        "version",
        tariff=_tariff(tariff),
        version=version.name or version.id,
        valid_from=validity_text(version.valid_from, clock),
        valid_to=validity_text(version.valid_to, clock),
    )
    _destination(done, row, base, facts, say)
    rate = book.listed_rates[base]
    _origin(done, row, rate, version, say)
    if rate.split == "end" and rate.unit == "second":
        moment = last_moment(np.array([started]), context.quantity[row : row + 1])
        local = clock.shown(int(moment[0]))
    if rate.band is not None:
        band = book.bands[str(rate.band)]
        say("band", band=band.name or band.id, local=local)
    elif done.pricer.cells(row) is not None:
        say("no_band", local=local)
    say("rate", rate=rate.name or rate.id, **terms(rate, tariff.currency))
    for factor in book.factors_of(number)[0]:
        over = book.rates[factor]
        named = _tariff(book.tariff_of(factor))
        if over.factor is not None:
            say("factor", tariff=named, factor=plain(over.factor))
        if over.add is not None and over.unit == rate.unit:
            say("added", tariff=named, added=_added(over, tariff.currency))
    _guard(done, row, tariff, say)


def _lists(done: Run, row: int, chosen: Tariff | None, say: Say) -> None:
    """Which price lists were asked, and why the first ones did not answer."""
    context, book = done.context, done.context.book
    chains = context.chains
    chain = int(chains.row[row])
    started = context.usage.started[row : row + 1]
    places = [int(place) for place in chains.tariffs[chain]]
    known = [(depth, place) for depth, place in enumerate(places) if place >= 0]
    if not known:
        return
    names = [_tariff(book.tariff_list[place]) for _, place in known]
    say("asked", lists=", ".join(names))
    one = context.usage.numbers(slice(row, row + 1))
    texts = context.usage.texts("destination")
    destination = None if texts is None else [texts[row]]
    for depth, place in known:
        tariff = book.tariff_list[place]
        if tariff is chosen:
            return
        because = _silent(done, row, depth, place, one, destination, started)
        if because is not None:
            say("passed", tariff=_tariff(tariff), because_en=because[0], because_de=because[1])


def _silent(
    done: Run,
    row: int,
    depth: int,
    place: int,
    number: NumberColumn,
    destination: list[str | None] | None,
    started: np.ndarray,
) -> tuple[str, str] | None:
    """Why a price list has no price for a row: (English, German)."""
    context, book = done.context, done.context.book
    chains, chain = context.chains, int(context.chains.row[row])
    if not chains.begins[chain, depth] <= started[0] < chains.ends[chain, depth]:
        return "not valid for the contract at that time", "für den Vertrag zu der Zeit nicht gültig"
    version = int(book.versions_at(np.array([place]), started)[0])
    if version < 0:
        return "no version is valid at that time", "keine Version ist zu der Zeit gültig"
    answer = book.plan(version, context.found.plan_key(row)).find(number, destination, started)
    if answer.rate[0] >= 0:
        own = book.rates[int(answer.rate[0])]
        if not own.relative:
            return None
        changes = [] if own.factor is None else [plain(own.factor)]
        changes += [] if own.add is None else [f"+ {_added(own, book.tariff_list[place].currency)}"]
        text = " ".join(changes)
        return f"it changes the price below by {text}", f"ändert den Preis darunter um {text}"
    if answer.matched[0]:
        return "no price at that hour", "kein Preis zu dieser Stunde"
    return "no price for this destination", "kein Preis für dieses Ziel"


def _destination(done: Run, row: int, base: int, facts: dict[str, Any], say: Say) -> None:
    context, book = done.context, done.context.book
    zone = int(context.zone[row])
    if zone < 0:
        say("anywhere")
        return
    shown = book.zone_list[zone].name or book.zone_list[zone].id
    prefix = int(context.found.prefix[row])
    if prefix < 0:
        say("name", destination=facts["destination"] or "–", zone=shown)
        return
    plan = book.plan(book.rate_version[base], context.found.plan_key(row))
    say("prefix", prefix=plan.prefixes[prefix], zone=shown)


def _origin(done: Run, row: int, rate: Rate, version: Version, say: Say) -> None:
    """From where the call came, where a rate of the version asks for that."""
    if not any(one.origins for one in version.rates):
        return
    context, book = done.context, done.context.book
    callers = context.usage.texts("a_number")
    caller = (callers and callers[row]) or "–"
    near = nearness(rate, origin := context.found.plan_key(row)[2])
    if near:
        zone = book.zones[origin[len(origin) - near]]
        say("origin", caller=caller, zone=zone.name or zone.id)
    else:
        say("no_origin", caller=caller)


def _guard(done: Run, row: int, tariff: Tariff, say: Say) -> None:
    context = done.context
    if context.guard is None or context.guard[row] < 0:
        return
    guard = context.book.guard_list[int(context.guard[row])]
    name = str(guard.name or guard.id)
    if guard.free:
        say("free", guard=name)
    elif context.found.reason[row] == 0:
        limits = [
            f"{plain(limit)} {tariff.currency}/{per}"
            for limit, per in (
                (guard.per_minute, "min"),
                (guard.per_call, "call"),
                (guard.per_message, "message"),
            )
            if limit is not None
        ]
        say("guard", guard=name, limits=", ".join(limits) or "increments")


def _added(rate: Rate, currency: str) -> str:
    """What a rate adds to the price below it, by the minute, the megabyte or one of its unit."""
    unit, size = _SHOWN.get(rate.unit, (rate.unit, 1))
    return f"{plain((rate.add or 0) * size)} {currency}/{unit}"


def terms(rate: Rate, currency: str) -> dict[str, str]:
    """What a rate says, as two texts."""
    english, german = (_terms(rate, currency, language) for language in (0, 1))
    return {"terms_en": english, "terms_de": german}


def _terms(rate: Rate, currency: str, language: int) -> str:
    words = {name: both[language] for name, both in _TERMS.items()}
    said = [words["flat"]] if rate.flat else []
    if rate.months:
        said.append(f"{plain(rate.steps[0].price)} {currency} {words['month']}")
    else:
        said += [_step_terms(rate, step, currency, words, language) for step in rate.steps]
    if rate.setup:
        said.append(f"{words['setup']} {plain(rate.setup)} {currency}")
    return "; ".join(said) or words["none"]


def _step_terms(rate: Rate, step: Step, currency: str, words: dict[str, str], language: int) -> str:
    named = rate.unit if not language else UNITS.get(rate.unit, ("", rate.unit))[1]
    unit, size = _SHOWN.get(rate.unit, (named, 1))
    shown = f"{plain(step.per_unit() * size)} {currency}/{unit}"
    if rate.on == "cost":
        shown = f"{plain(step.per_unit())} × {words['cost']}"
    if step.flat:
        shown = f"{plain(step.price)} {currency}"
    if step.setup:
        shown = f"{plain(step.setup)} {currency} + {shown}"
    if step.start:
        shown = f"{words['from']} {decimal_text(step.start)}: {shown}"
    if step.rounding != "none" and not step.flat:
        shown += f" {words['by']} {decimal_text(step.interval)}"
    return shown


def plain(value: Any) -> str:
    """An exact number as a short decimal text; "…" where its digits do not end.

    >>> from fractions import Fraction
    >>> plain(Fraction(19, 100)), plain(Fraction(1, 3))
    ('0.19', '0.333333333333…')
    """
    from .money import PICO, decimal_text, exact

    number = exact(value) * PICO
    whole = int(number)
    micro, rest = divmod(abs(whole), 1_000_000)
    text = decimal_text(micro, rest)
    return ("-" if whole < 0 else "") + text + ("" if number == whole else "…")


def _tariff(tariff: Tariff) -> str:
    return str(tariff.name or tariff.id)
