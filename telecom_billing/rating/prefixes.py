# SPDX-License-Identifier: AGPL-3.0-or-later
"""Longest prefix match for millions of numbers with one binary search each.

A prefix stands for the interval of all fifteen-digit numbers that begin with it. Intervals of
prefixes are nested or disjoint, never crossed, so they flatten into a sorted row of borders, and
the innermost interval around a number is one ``searchsorted`` away. Zones of a price list, blocks
of customers' numbers and legal number classes are all the same thing.

>>> index = PrefixIndex(["49", "4930", "491"])
>>> index.find(["493012345", "4915112345", "4989123", "33142", None])
array([ 1,  2,  0, -1, -1])

A number that is shorter than a prefix does not match it, although both pad to the same digits:

>>> PrefixIndex(["49", "49300"]).find(["4930", "493000"])
array([0, 1])

Number blocks are given by their first and last number, the extensions below included:

>>> blocks = PrefixIndex.from_blocks([("4930123400", "4930123449"), ("4930123420", "4930123420")])
>>> blocks.find(["4930123420", "4930123419", "493012344977", "4930123450"])
array([ 1,  0,  0, -1])
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .digits import WIDTH, NumberColumn, number_column
from .trie import Trie

#: After so many look-ups a trie is worth building.
_TRIE_AFTER = 50_000


def check_prefix(prefix: object) -> str | None:
    """What is wrong with a prefix, or None.

    >>> check_prefix("49x"), check_prefix("4930")
    ('is not made of digits only', None)
    """
    if not isinstance(prefix, str) or not prefix:
        return "is no text of digits"
    if not (prefix.isascii() and prefix.isdigit()):
        return "is not made of digits only"
    if len(prefix) > WIDTH:
        return f"is longer than {WIDTH} digits"
    return None


class PrefixIndex:
    """Answers "which is the longest of these prefixes that a number begins with?".

    ``prefixes`` are texts of 1 to 15 digits, each once. Positions in that list are the answers.
    Raises ``ValueError`` naming the faulty prefix.
    """

    def __init__(self, prefixes: Sequence[str]) -> None:
        column = number_column(prefixes)
        texts = all(isinstance(prefix, str) and len(prefix) <= WIDTH for prefix in prefixes)
        if not texts or column.length.min(initial=WIDTH) < 0:
            for prefix in prefixes:
                if fault := check_prefix(prefix):
                    raise ValueError(f"prefix {prefix!r} {fault}")
        if len(set(prefixes)) != len(prefixes):
            twice = sorted({p for p in prefixes if list(prefixes).count(p) > 1})
            raise ValueError(f"prefix {twice[0]!r} occurs twice; keep one of them")
        self._build(prefixes, prefixes, column, column)

    @classmethod
    def from_blocks(cls, blocks: Iterable[tuple[str, str]]) -> PrefixIndex:
        """An index over blocks (first, last) of equal length; smaller blocks win over larger.

        Blocks must be nested or disjoint; ``ValueError`` names a pair that crosses.
        """
        checked = []
        for first, last in blocks:
            for end in (first, last):
                fault = check_prefix(end)
                if fault:
                    raise ValueError(f"block {first!r}–{last!r}: {end!r} {fault}")
            if len(first) != len(last) or first > last:
                raise ValueError(
                    f"block {first!r}–{last!r}: both ends need the same number of digits, "
                    "the smaller first"
                )
            checked.append((first, last))
        index = cls.__new__(cls)
        firsts, lasts = [first for first, _last in checked], [last for _first, last in checked]
        index._build(firsts, lasts, number_column(firsts), number_column(lasts))
        return index

    def _build(
        self, firsts: Sequence[str], lasts: Sequence[str], first: NumberColumn, last: NumberColumn
    ) -> None:
        count = len(firsts)
        low, high = first.padded, last.padded + 10 ** (WIDTH - last.length.astype(np.int64))
        # The last entry answers for "none" (-1) and is never too long for a number.
        self.length = np.append(first.length, np.int8(-1))
        self.parent = np.full(count + 1, -1, dtype=np.int64)
        self._longest = int(self.length.max())
        order = np.lexsort((first.length, -high, low))
        starts: list[int] = [-1]
        owners: list[int] = [-1]
        open_: list[tuple[int, int]] = []  # (end, place), the innermost last

        def put(border: int, owner: int) -> None:
            if starts[-1] == border:
                owners[-1] = owner
            else:
                starts.append(border)
                owners.append(owner)

        def close(until: int) -> None:
            while open_ and open_[-1][0] <= until:
                end, _place = open_.pop()
                put(end, open_[-1][1] if open_ else -1)

        for i, begin, end in zip(
            order.tolist(), low[order].tolist(), high[order].tolist(), strict=True
        ):
            close(begin)
            if open_:
                until, outer = open_[-1]
                if end > until:
                    pair = f"{firsts[outer], lasts[outer]} and {firsts[i], lasts[i]}"
                    raise ValueError(f"blocks {pair} cross; make them nested or apart")
                self.parent[i] = outer
            put(begin, i)
            open_.append((end, i))
        close(10**WIDTH)
        self._starts = np.array(starts, dtype=np.int64)
        self._owners = np.array(owners, dtype=np.int64)
        self._trie: Trie | None = None
        self._asked = 0

    def __len__(self) -> int:
        return len(self.parent) - 1

    def find(self, numbers: Iterable[str | None]) -> np.ndarray:
        """Position of the longest prefix of each number (texts of digits), -1 where none is."""
        return self.lookup(number_column(numbers))

    def lookup(self, numbers: NumberColumn) -> np.ndarray:
        """The same for numbers already read into a :class:`~.digits.NumberColumn`."""
        padded = numbers.padded
        if not len(self):
            return np.full(len(padded), -1, dtype=np.int64)
        found = self._search(padded)
        # Padding makes "4930" look like "49300…": climb to a prefix the number is long enough for.
        if len(numbers.length) and numbers.length.min() >= self._longest:
            return found
        wrong = np.flatnonzero(self.length[found] > numbers.length)
        while wrong.size:
            found[wrong] = self.parent[found[wrong]]
            wrong = wrong[self.length[found[wrong]] > numbers.length[wrong]]
        return found

    def _search(self, padded: np.ndarray) -> np.ndarray:
        if self._trie is None:
            self._asked += len(padded)
            if self._asked < _TRIE_AFTER:
                return self._owners[np.searchsorted(self._starts, padded, side="right") - 1]
            self._trie = Trie(self._starts, self._owners)
        return self._trie.find(padded)
