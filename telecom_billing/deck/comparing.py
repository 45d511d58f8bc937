# SPDX-License-Identifier: AGPL-3.0-or-later
"""A deck beside the version that is there: what changes, and what holds afterwards.

>>> base = Base(zones={1: BaseZone(("Germany",), {Key(): Terms(Decimal("0.02"))}),
...                    2: BaseZone(("France",), {Key(): Terms(Decimal("0.05"))})},
...             prefixes={"49": [(None, None, 1)], "33": [(None, None, 2)]})
>>> deck = [Row(2, "49", "Germany", Key(), Terms(Decimal("0.01"))),
...         Row(3, "43", "Austria", Key(), Terms(Decimal("0.03")))]
>>> found = compare(deck, base, datetime.date(2026, 1, 1), gone=True)
>>> [(change.prefix, change.status) for change in found.changes]
[('33', 'gone'), ('43', 'new'), ('49', 'cheaper')]
>>> [(one.prefix, one.label) for one in found.stretches]
[('43', 'Austria'), ('49', 'Germany')]
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from .terms import Key, Prices, Row, Special, Terms
from .values import settled

Day = datetime.date
ONE_DAY = datetime.timedelta(days=1)
#: In the order in which they matter; "terms": another increment, setup fee …; "kept": the deck does
#: not speak of it and it stays.
STATUSES = ("new", "dearer", "cheaper", "terms", "renamed", "same", "gone", "kept")


@dataclasses.dataclass(frozen=True)
class BaseZone:
    """``labels``: every name of the zone, the one to use first."""

    labels: tuple[str, ...]
    prices: Prices


@dataclasses.dataclass
class Base:
    """The version that is there. ``prefixes``: prefix → (first day, last day, zone), in order."""

    zones: dict[int, BaseZone] = dataclasses.field(default_factory=dict)
    prefixes: dict[str, list[tuple[Day | None, Day | None, int]]] = dataclasses.field(
        default_factory=dict
    )

    def at(self, prefix: str, day: Day) -> int | None:
        """The zone that ``prefix`` is in on a day."""
        for begin, end, zone in self.prefixes.get(prefix, ()):
            if (begin is None or begin <= day) and (end is None or day <= end):
                return zone
        return None


@dataclasses.dataclass(frozen=True)
class Change:
    """One price of one prefix; ``begin``: None = with the version."""

    prefix: str
    key: Key
    status: str
    label: str
    old_label: str | None = None
    old: Terms | Special | None = None
    new: Terms | Special | None = None
    begin: Day | None = None
    line: int = 0


@dataclasses.dataclass(frozen=True)
class Stretch:
    """What a prefix costs from one day to another (None: the version's own bounds)."""

    prefix: str
    label: str
    prices: tuple[tuple[Key, Terms | Special], ...]
    begin: Day | None = None
    end: Day | None = None


@dataclasses.dataclass
class Comparison:
    changes: list[Change]
    stretches: list[Stretch]

    def counts(self) -> dict[str, int]:
        found = collections.Counter(change.status for change in self.changes)
        return {status: found[status] for status in STATUSES}


def compare(
    rows: Sequence[Row],
    base: Base,
    start: Day,
    *,
    gone: bool,
    scopes: Iterable[tuple[str, str, str]] = (),
) -> Comparison:
    """All prefixes in order.

    :param start: first day of the new version
    :param scopes: services, directions, origins that the deck speaks of, beside those of its rows
    :param gone: prices that the deck does not name end, instead of being kept. Either way, of a
        prefix that it does name it replaces all prices of the same service and direction.
    """
    spoken = {row.key.scope for row in rows} | set(scopes)
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row.prefix, []).append(row)
    done = Comparison([], [])
    for prefix in sorted({*named, *base.prefixes}):
        one = _Prefix(prefix, named.get(prefix, []), base, start, spoken if gone else set())
        one.compare(done)
    return done


def between(version: Base, before: Base, start: Day) -> Comparison:
    """What a version changes beside another one, from ``start`` on.

    Prices that no deck can say (steps, factors) are not compared.
    """
    rows = [
        Row(0, one.prefix, one.label, key, terms, one.begin, one.end)
        for one in compare([], version, start, gone=False).stretches
        for key, terms in one.prices
        if not isinstance(terms, Special)
    ]
    scopes = {key.scope for zone in before.zones.values() for key in zone.prices}
    return compare(rows, before, start, gone=True, scopes=scopes)


class _Prefix:
    def __init__(self, prefix: str, rows: list[Row], base: Base, start: Day, ending: set):
        self.prefix = prefix
        self.base = base
        self.start = start
        self.ending = ending
        self.rows = sorted(rows, key=lambda row: (row.begin or Day.min, row.line))
        self.first: dict[tuple[str, str, str], Day] = {}
        for row in self.rows:
            self.first.setdefault(row.key.scope, row.begin or Day.min)

    def compare(self, done: Comparison) -> None:
        days = self._days()
        merged: list[Stretch] = []
        for place, day in enumerate(days):
            label, prices = self._on(day)
            if not prices:
                continue
            end = days[place + 1] - ONE_DAY if place + 1 < len(days) else None
            last = merged[-1] if merged else None
            if last and last.end == day - ONE_DAY and (last.label, last.prices) == (label, prices):
                merged[-1] = dataclasses.replace(last, end=end)
            else:
                begin = None if day == self.start else day
                merged.append(Stretch(self.prefix, label, prices, begin, end))
        done.stretches += merged
        done.changes += self._changes()

    def _days(self) -> list[Day]:
        """The days from the start on at which something may change."""
        days = {self.start}
        spans = [(begin, end) for begin, end, _zone in self.base.prefixes.get(self.prefix, ())]
        for begin, end in spans + [(row.begin, row.end) for row in self.rows]:
            days |= {begin} if begin and begin > self.start else set()
            days |= {end + ONE_DAY} if end and end >= self.start and end != Day.max else set()
        return sorted(days)

    def _on(self, day: Day) -> tuple[str, tuple[tuple[Key, Terms | Special], ...]]:
        """Label and prices on a day."""
        zone = self.base.zones.get(self.base.at(self.prefix, day) or 0)
        label = zone.labels[0] if zone else self.prefix
        prices: Prices = {}
        for key, terms in zone.prices.items() if zone else ():
            if self._stays(key, terms, day):
                prices[key] = terms
        for row in self.rows:
            if (row.begin or Day.min) <= day <= (row.end or Day.max):
                prices[row.key] = row.terms
                label = row.label or label
        return label, tuple(sorted(prices.items(), key=_by_key))

    def _stays(self, key: Key, terms: Terms | Special, day: Day) -> bool:
        """Does a price that is there stay on a day?"""
        if key.scope in self.first:
            return day < self.first[key.scope]
        return isinstance(terms, Special) or key.scope not in self.ending

    def _changes(self) -> Iterable[Change]:
        spoken: dict[Key, tuple[Terms | Special | None, str | None]] = {}
        for row in self.rows:
            day = max(self.start, row.begin or Day.min)
            if row.end and row.end < self.start:
                continue
            zone = self.base.zones.get(self.base.at(self.prefix, day) or 0)
            before = (zone.prices.get(row.key), zone.labels[0]) if zone else (None, None)
            old, old_label = spoken.get(row.key, before)
            label = row.label or old_label or self.prefix
            labels = zone.labels if zone and row.key not in spoken else (old_label,)
            status = status_of(old, row.terms)
            if status == "same" and label not in labels:
                status = "renamed"
            spoken[row.key] = (row.terms, label)
            begin = row.begin if day > self.start else None
            yield Change(
                self.prefix, row.key, status, label, old_label, old, row.terms, begin, row.line
            )
        zone = self.base.zones.get(self.base.at(self.prefix, self.start) or 0)
        for key, terms in zone.prices.items() if zone else ():
            if key not in spoken:
                stays = self._stays(key, terms, Day.max)
                status, new = ("kept", terms) if stays else ("gone", None)
                label = zone.labels[0]
                yield Change(self.prefix, key, status, label, label, terms, new)


def status_of(old: Terms | Special | None, new: Terms) -> str:
    """What becomes of a price.

    >>> a_minute = Terms(Decimal("0.06"))
    >>> status_of(a_minute, Terms(Decimal("0.001"), per=Decimal(1)))
    'same'
    >>> status_of(a_minute, a_minute._replace(setup=Decimal("0.05")))
    'terms'
    """
    if old is None:
        return "new"
    if isinstance(old, Special) or old.unit != new.unit or old.flat != new.flat:
        return "terms"
    if not new.flat:
        was, is_ = old.price * new.per, new.price * old.per
        if was != is_:
            return "dearer" if is_ > was else "cheaper"
    return "same" if _rest(old) == _rest(new) else "terms"


def _rest(terms: Terms) -> tuple:
    """Everything but the price itself."""
    initial, step = settled(terms.initial, terms.step)
    first = terms.price_initial / terms.per if terms.price_initial else Decimal(0)
    rest = (terms.setup, terms.minimum, terms.maximum, terms.free, terms.weight)
    return (initial, step, first, *rest)


def _by_key(item: tuple[Key, Terms | Special]) -> Key:
    return item[0]
