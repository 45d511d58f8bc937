# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawing records, in order, on balances: the arithmetic that allowances share.

>>> draw(np.array([0, 0, 1, 0]), np.array([40, 50, 30, 50]), np.array([100, 20]))
array([40, 50, 20, 10])
"""

from __future__ import annotations

import numpy as np

_ROOM = 1 << 62


def draw(balance: np.ndarray, wanted: np.ndarray, grants: np.ndarray) -> np.ndarray:
    """What each row gets, rows given in the order of consumption.

    ``balance``: number of the balance each row draws on; ``wanted`` ≥ 0; ``grants``: what each
    balance holds. A row gets what it wants until its balance is empty, the last one a part.
    """
    if not len(balance):
        return wanted.copy()
    order = np.argsort(balance, kind="stable")
    group = balance[order]
    left = grants[group]
    # No row can take more than its balance held: the sums stay small.
    asked = np.minimum(wanted[order], left)
    if int(asked.max()) * len(asked) >= _ROOM:
        return _draw_slowly(balance, wanted, grants)
    total = np.cumsum(asked)
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    counts = np.diff(np.append(first, len(group)))
    base = np.repeat(total[first] - asked[first], counts)
    before = total - asked - base
    taken = np.minimum(asked, np.maximum(left - before, 0))
    result = np.empty_like(taken)
    result[order] = taken
    return result


def draw_whole(
    balance: np.ndarray, wanted: np.ndarray, grants: np.ndarray, lots: np.ndarray | None
) -> np.ndarray:
    """The same where a row that does not get all it wants takes only multiples of its lot (0: of
    any size); what that leaves is there for later rows.

    >>> draw_whole(np.zeros(4, int), np.array([2, 2, 2, 1]), np.array([3]), np.array([2, 2, 2, 0]))
    array([2, 0, 0, 1])
    """
    if lots is None:
        return draw(balance, wanted, grants)
    wanted = wanted.copy()
    while True:
        taken = draw(balance, wanted, grants)
        broken = np.flatnonzero((lots > 0) & (taken < wanted) & (taken % np.maximum(lots, 1) != 0))
        if not broken.size:
            return taken
        # At most one row of a balance: with it the balance became empty.
        rest, since = np.zeros(len(grants), dtype=np.int64), np.full(len(grants), len(balance))
        rest[balance[broken]] = taken[broken] % lots[broken]
        since[balance[broken]] = broken
        wanted[broken] = taken[broken] - taken[broken] % lots[broken]
        late = np.arange(len(balance)) > since[balance]
        wanted[late & (lots > rest[balance])] = 0


def draw_back(
    balance: np.ndarray, wanted: np.ndarray, back: np.ndarray, held: np.ndarray, before: np.ndarray
) -> np.ndarray:
    """The same where some rows (``back``) give units back: what each takes, or returns (below 0).

    The last units go back first: those that the balance (``held``, of which ``before`` are used)
    had no room for, then its own. Of what nobody took nothing comes back.

    >>> rows = np.zeros(4, int), np.array([60, 60, 60, 90]), np.array([False, False, True, True])
    >>> draw_back(*rows, np.array([100]), np.array([0]))
    array([ 60,  40, -40, -60])
    """
    position = dict(enumerate(before.tolist()))
    result = np.zeros(len(balance), dtype=np.int64)
    every = zip(balance.tolist(), wanted.tolist(), back.tolist(), strict=True)
    for row, (number, want, returned) in enumerate(every):
        now, room = position[number], int(held[number])
        then = max(now - want, 0) if returned else now + want
        result[row] = min(then, room) - min(now, room)
        position[number] = then
    return result


def _draw_slowly(balance: np.ndarray, wanted: np.ndarray, grants: np.ndarray) -> np.ndarray:
    """The same with Python's unbounded integers."""
    left = {}
    result = np.zeros(len(balance), dtype=np.int64)
    for row, (number, want) in enumerate(zip(balance.tolist(), wanted.tolist(), strict=True)):
        have = left.get(number, int(grants[number]))
        result[row] = min(want, have)
        left[number] = have - min(want, have)
    return result
