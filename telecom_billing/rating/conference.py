# SPDX-License-Identifier: AGPL-3.0-or-later
"""Conferences: from participants' legs to what is priced.

The first leg of a group (a participant in a conference, or the conference) bears the group's
quantity; the others are priced at nothing and come back with the charge's row.

>>> legs = [(0, 600), (300, 900), (880, 1000)]
>>> covered(legs), peak(legs)
(1000, 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .context import Context
from .money import MICRO
from .rates import Rate
from .reasons import NUMBER
from .usage import MAX_QUANTITY


def joined(legs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(start, end) intervals as few that do not overlap.

    >>> joined([(5, 9), (0, 5), (12, 13), (6, 7)])
    [(0, 9), (12, 13)]
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(legs):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def covered(legs: Iterable[tuple[int, int]]) -> int:
    """Time covered by at least one of (start, end) intervals."""
    return sum(end - start for start, end in joined(legs))


def peak(legs: Sequence[tuple[int, int]]) -> int:
    """The greatest number of legs at one moment; one that ends makes room at that moment."""
    real = [leg for leg in legs if leg[1] > leg[0]]
    moments = sorted([(start, 1) for start, _ in real] + [(end, -1) for _, end in real])
    most = now = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return max(most, 1 if legs else 0)


def gather(context: Context) -> dict[int, int]:
    """Turn legs into priced quantities, in place; returns the row that bears each other leg.

    Rows whose rate is per conference but that name none get a reason.
    """
    book, found = context.book, context.found
    rules = {
        number: rate
        for number, rate in enumerate(book.rates)
        if rate.conference_by != "leg" or rate.rejoin
    }
    if not rules:
        return {}
    concerned = np.array([number in rules for number in range(len(book.rates))] + [False])
    rows = np.flatnonzero(concerned[found.rate] & (found.reason == 0))
    if not rows.size:
        return {}
    conference, _ = context.usage.codes("conference")
    participant, _ = context.usage.codes("participant")
    contract, _ = context.usage.codes("contract")
    line, _ = context.usage.codes("line")
    rows = rows[np.argsort(context.rank[rows], kind="stable")]
    # The column may be the usage frame's own, which is never changed.
    context.quantity = context.quantity.copy()
    wholes = {
        row: (int(contract[row]), int(line[row]), int(conference[row]))
        for row in rows.tolist()
        if conference[row] >= 0
    }
    session = _sessions(context, wholes, rules)
    groups: dict[tuple[int, ...], list[int]] = {}
    by_conference: dict[tuple[int, ...], int] = {}
    for row in rows.tolist():
        if conference[row] < 0:
            found.reason[row] = NUMBER["no-conference"]
            continue
        whole = (*wholes[row], session.get(row, 0))
        # The first leg decides for all: one conference has one price.
        first = by_conference.setdefault(whole, row)
        by = rules.get(int(found.rate[first]))
        alone = by is None or by.conference_by in ("leg", "participant")
        name = int(participant[row]) if participant[row] >= 0 else -2 - row
        groups.setdefault((*whole, name) if alone else whole, []).append(row)
    bearer: dict[int, int] = {}
    for members in groups.values():
        _gather_group(context, members, bearer)
    return bearer


def _sessions(
    context: Context, wholes: dict[int, tuple[int, ...]], rules: dict[int, Rate]
) -> dict[int, int]:
    """The number of each row's session, where a pause ends one: a room that many meetings use."""
    if all(rate.pause is None for rate in rules.values()):
        return {}
    started, quantity = context.usage.started, context.quantity
    found: dict[int, int] = {}
    #: Of each conference: its latest session, when that ends, and its pause.
    latest: dict[tuple[int, ...], tuple[int, int, int | None]] = {}
    for row in sorted(wholes, key=lambda row: (int(started[row]), row)):
        begin, end = int(started[row]), int(started[row]) + int(quantity[row])
        rate = rules.get(int(context.found.rate[row]))
        own = None if rate is None else rate.pause
        number, until, pause = latest.get(wholes[row], (0, end, own))
        if pause is not None and begin > until + pause:
            number, until, pause = number + 1, end, own
        latest[wholes[row]] = (number, max(until, end), pause)
        found[row] = number
    return found


def _gather_group(context: Context, members: list[int], bearer: dict[int, int]) -> None:
    first = members[0]
    found, quantity = context.found, context.quantity
    rate = context.book.rates[found.rate[first]]
    started = context.usage.started
    # Millionths of a second are the microseconds of the clock.
    legs = [(int(started[row]), int(started[row]) + int(quantity[row])) for row in members]
    if rate.conference_by in ("leg", "participant"):
        if rate.rejoin == "merge":
            size = covered(legs)
        else:
            size = sum(int(quantity[row]) for row in members)
    else:
        length = max(end for _, end in legs) - min(start for start, _ in legs)
        size = length
        if rate.conference_by == "peak":
            times = -(-length // rate.times) if rate.times else 1
            if rate.rejoin == "merge":
                legs = _by_participant(context, members, legs)
            size = peak(legs) * MICRO * times
    if size > MAX_QUANTITY:
        found.reason[first], size = NUMBER["bad-quantity"], 0
    quantity[first] = size
    for row in members[1:]:
        bearer[row] = first
        quantity[row] = 0
        found.rate[row] = found.rate[first]
        found.zone[row] = found.zone[first]


def _by_participant(
    context: Context, members: list[int], legs: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The times during which each participant was there, by however many legs."""
    name, _ = context.usage.codes("participant")
    mine: dict[int, list[tuple[int, int]]] = {}
    for row, leg in zip(members, legs, strict=True):
        mine.setdefault(int(name[row]) if name[row] >= 0 else -2 - row, []).append(leg)
    return [leg for own in mine.values() for leg in joined(own)]
