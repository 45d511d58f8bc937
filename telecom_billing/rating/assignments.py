# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose number is it? Assignments of numbers, blocks and accounts by instant, for whole columns.

The longest number wins that is valid when the record starts: a single number before a block, a
longer head before a shorter one, and where the longer one is not valid at that time, the shorter.
Only then the account that the source names is asked.

>>> book = Assignments.of([
...     Assignment(number="4930123456", kind="span", first="00", last="49"),
...     Assignment(number="4930123456", kind="span"),
...     Assignment(number="493012345611", kind="exact", end=1_000),
...     Assignment(number="trunk-7", kind="account", source=3),
... ])
>>> from .digits import number_column
>>> numbers = number_column(["493012345611", "493012345611", "493012345699", "4989", None])
>>> book.match(numbers, np.array([999, 1_000, 0, 0, 0]))
array([ 2,  0,  1, -1, -1], dtype=int32)
>>> book.match_accounts(np.array([0, 0, -1]), ["trunk-7"], np.array([3, 4, 3]), np.zeros(3, int))
array([ 3, -1, -1], dtype=int32)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from .digits import NumberColumn, number_column
from .prefixes import PrefixIndex

#: Open ends of a validity, in microseconds since 1970.
FIRST, LAST = -(1 << 62), 1 << 62
#: A number and its length in one key: lengths take four bits.
_LENGTHS = 16
#: Stands for "any source" among accounts.
ANY_SOURCE = 0


class Assignment(NamedTuple):
    """``kind``: "exact" (one number), "span" (a head, or its extensions ``first`` to ``last``,
    as many digits in both) or "account" (a name, of one ``source`` or of any). ``begin`` and
    ``end`` (excluded): UTC microseconds."""

    number: str
    kind: str = "exact"
    first: str = ""
    last: str = ""
    begin: int = FIRST
    end: int = LAST
    source: int = ANY_SOURCE


class Assignments:
    """All assignments of a company; answers are positions in the columns given, -1 for none.

    Each argument is a column of what :class:`Assignment` says.
    """

    def __init__(
        self,
        number: np.ndarray,
        kind: np.ndarray,
        first: np.ndarray,
        last: np.ndarray,
        begin: np.ndarray,
        end: np.ndarray,
        source: np.ndarray,
    ) -> None:
        def keyed(keys: np.ndarray, owners: np.ndarray, rank: np.ndarray | None = None) -> _Keyed:
            return _Keyed(keys, owners, begin[owners], end[owners], len(number), rank)

        exact = np.flatnonzero(kind == "exact")
        self._exact = keyed(_keys(number[exact]), exact)
        spans = np.flatnonzero(kind == "span")
        prefixes, owners = _prefixes(number, first, last, spans)
        places, unique = pd.factorize(prefixes)
        self._prefixes = PrefixIndex(unique.tolist())
        self._spans = keyed(places, owners)
        # A call that shows the head without an extension belongs to the block that begins first.
        heads = spans[first[spans] != ""]
        heads = heads[np.argsort(first[heads].astype(str), kind="stable")]
        self._heads = keyed(_keys(number[heads]), heads, -np.arange(len(heads)))
        accounts = np.flatnonzero(kind == "account")
        self._names: dict[tuple[str, int], int] = {}
        pairs = zip(number[accounts].tolist(), source[accounts].tolist(), strict=True)
        keys = [self._names.setdefault(pair, len(self._names)) for pair in pairs]
        self._accounts = keyed(np.array(keys, dtype=np.int64), accounts)

    @classmethod
    def of(cls, rows: Sequence[Assignment]) -> Assignments:
        """The same, an assignment a row."""
        columns = list(zip(*rows, strict=True)) or [()] * len(Assignment._fields)
        texts, integers = columns[:4], columns[4:]
        return cls(
            *(np.array(column, dtype=object) for column in texts),
            *(np.array(column, dtype=np.int64) for column in integers),
        )

    def match(self, numbers: NumberColumn, started: np.ndarray) -> np.ndarray:
        """The assignment of each number at each instant (UTC microseconds); int32."""
        keys = numbers.padded * _LENGTHS + numbers.length
        found = self._exact.at(keys, started)
        if len(self._spans):
            self._match_spans(found, numbers, started)
        if len(self._heads):
            # Shown without extension: the block's own head beats any shorter head around it.
            short = self._heads.at(keys, started)
            rows = np.flatnonzero(short >= 0)
            if rows.size:
                prefix = self._prefixes.lookup(_part(numbers, rows))
                # A block of exactly these digits comes first, if it is valid at that time.
                longer = self._prefixes.length[prefix] >= numbers.length[rows]
                longer &= self._spans.at(prefix.astype(np.int64), started[rows]) >= 0
                rows = rows[~longer & ~self._is_exact[found[rows]]]
                found[rows] = short[rows]
        return found

    def known(self, numbers: NumberColumn) -> np.ndarray:
        """An assignment of each number whatever its time, to tell who had it; int32."""
        keys = numbers.padded * _LENGTHS + numbers.length
        found = self._exact.ever(keys)
        open_ = np.flatnonzero(found < 0)
        prefix = self._prefixes.lookup(_part(numbers, open_))
        found[open_] = self._spans.ever(prefix.astype(np.int64))
        open_ = np.flatnonzero(found < 0)
        found[open_] = self._heads.ever(keys[open_])
        return found

    def match_accounts(
        self,
        account: np.ndarray,
        names: Sequence[str],
        source: np.ndarray,
        started: np.ndarray,
    ) -> np.ndarray:
        """The assignment of each account name (code in ``names``, -1 = none) of each source."""
        found = np.full(len(account), -1, dtype=np.int32)
        rows = np.flatnonzero(account >= 0)
        if not rows.size or not self._names:
            return found
        pairs, place = np.unique(
            np.stack([account[rows], source[rows]]), axis=1, return_inverse=True
        )
        place = place.reshape(-1)
        for any_source in (False, True):
            keys = np.array(
                [
                    self._names.get((names[code], ANY_SOURCE if any_source else int(own)), -1)
                    for code, own in pairs.T
                ],
                dtype=np.int64,
            )
            open_ = np.flatnonzero(found[rows] < 0)
            chosen = rows[open_]
            found[chosen] = self._accounts.at(keys[place[open_]], started[chosen])
        return found

    @property
    def _is_exact(self) -> np.ndarray:
        """Mask over answers (and -1): was it a single number?"""
        return self._exact.owned

    def _match_spans(self, found: np.ndarray, numbers: NumberColumn, started: np.ndarray) -> None:
        open_ = np.flatnonzero(found < 0)
        prefix = self._prefixes.lookup(_part(numbers, open_))
        while True:
            held = prefix >= 0
            open_, prefix = open_[held], prefix[held]
            if not open_.size:
                return
            found[open_] = self._spans.at(prefix.astype(np.int64), started[open_])
            missed = found[open_] < 0
            # Not valid at that time: the next shorter head may be.
            open_, prefix = open_[missed], self._prefixes.parent[prefix[missed]]


class _Keyed:
    """Rows by key and validity. Of several rows that hold at once the highest ``rank`` wins."""

    def __init__(
        self,
        keys: np.ndarray,
        owners: np.ndarray,
        begin: np.ndarray,
        end: np.ndarray,
        rows: int,
        rank: np.ndarray | None = None,
    ) -> None:
        order = np.lexsort((begin if rank is None else rank, keys))
        self._keys = keys[order]
        self._begin = begin[order]
        self._end = end[order]
        self._owner = owners[order].astype(np.int32)
        self.owned = np.zeros(rows + 1, dtype=bool)
        self.owned[self._owner] = True

    def __len__(self) -> int:
        return len(self._keys)

    def at(self, keys: np.ndarray, started: np.ndarray) -> np.ndarray:
        """Owner of each key at each instant, -1 where none is."""
        found = np.full(len(keys), -1, dtype=np.int32)
        if not len(self._keys):
            return found
        place = np.searchsorted(self._keys, keys, side="right") - 1
        open_ = np.flatnonzero((place >= 0) & (self._keys[place] == keys))
        place = place[open_]
        while open_.size:
            valid = (self._begin[place] <= started[open_]) & (started[open_] < self._end[place])
            found[open_[valid]] = self._owner[place[valid]]
            # Not this one: step back to the one before of the same key.
            open_, place = open_[~valid], place[~valid] - 1
            same = (place >= 0) & (self._keys[place] == keys[open_])
            open_, place = open_[same], place[same]
        return found

    def ever(self, keys: np.ndarray) -> np.ndarray:
        """The last owner of each key, -1 where it never had one."""
        found = np.full(len(keys), -1, dtype=np.int32)
        if len(self._keys):
            place = np.searchsorted(self._keys, keys, side="right") - 1
            same = (place >= 0) & (self._keys[place] == keys)
            found[same] = self._owner[place[same]]
        return found


def covering(head: str, first: str = "", last: str = "") -> Iterator[str]:
    """The fewest prefixes that cover the extensions ``first`` to ``last`` of a head.

    A decade that is covered whole is taken as one prefix, so that a shorter dialled extension
    (0 instead of 00) belongs to the block as well.

    >>> list(covering("4930", "08", "31"))
    ['493008', '493009', '49301', '49302', '493030', '493031']
    >>> list(covering("4930", "00", "99")), list(covering("4930"))
    (['4930'], ['4930'])
    """
    width = len(first)
    low, high = int(first or 0), int(last or 0)
    while low <= high:
        digits = 0
        while (
            digits < width
            and low % 10 ** (digits + 1) == 0
            and low + 10 ** (digits + 1) - 1 <= high
        ):
            digits += 1
        kept = width - digits
        yield head + (str(low).zfill(width)[:kept] if kept else "")
        low += 10**digits


def _prefixes(
    number: np.ndarray, first: np.ndarray, last: np.ndarray, spans: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(prefixes that some heads and blocks stand for, whose each is), in the order of ``spans``."""
    # Most blocks are all that is below their head; the others are covered one by one.
    part = [bool(first[i].strip("0") or last[i].strip("9")) for i in spans.tolist()]
    some = np.array(part, dtype=bool)
    blocks, heads = spans[some], spans[~some]
    covered = [list(covering(number[i], first[i], last[i])) for i in blocks.tolist()]
    prefixes = np.array([*number[heads], *chain.from_iterable(covered)], dtype=object)
    owners = np.concatenate([heads, np.repeat(blocks, [len(one) for one in covered])])
    order = np.argsort(owners, kind="stable")
    return prefixes[order], owners[order]


def _keys(numbers: np.ndarray) -> np.ndarray:
    column = number_column(pd.Series(numbers, dtype="object"))
    return column.padded * _LENGTHS + column.length


def _part(numbers: NumberColumn, rows: np.ndarray) -> NumberColumn:
    return NumberColumn(numbers.padded[rows], numbers.length[rows])
