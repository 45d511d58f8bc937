# SPDX-License-Identifier: AGPL-3.0-or-later
r"""Which numbers begin so that a pattern can still match: a small automaton over digits.

libphonenumber describes ranges by regular expressions of digits: literals, ``\d``, classes,
groups, alternatives, ``?`` and ``{m,n}``. Python's ``re`` cannot say whether a text may be
continued to a match, so they are read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\\d|\[[^\]]*\]|\(\?:|\(|\)|\||\?|\{\d+(?:,\d*)?\}|\d")
DIGITS = "0123456789"


@dataclass
class Pattern:
    """``steps``: state → digit → states; ``empty``: state → states without a digit."""

    steps: list[dict[str, set[int]]] = field(default_factory=list)
    empty: list[set[int]] = field(default_factory=list)
    start: int = 0
    end: int = 0

    @classmethod
    def read(cls, text: str) -> Pattern:
        """Raises ValueError for what libphonenumber does not use."""
        pattern = cls()
        tokens = _TOKEN.findall(text)
        if "".join(tokens) != text:
            raise ValueError(f"pattern {text!r} has parts that are not understood")
        pattern.start, pattern.end, rest = pattern._alternatives(tokens)
        if rest:
            raise ValueError(f"pattern {text!r} has a bracket too many")
        return pattern

    def begin(self) -> frozenset[int]:
        return self._closed({self.start})

    def step(self, states: frozenset[int], digit: str) -> frozenset[int]:
        """The states after one more digit; none if no match begins like that."""
        return self._closed({one for state in states for one in self.steps[state].get(digit, ())})

    def _closed(self, states: set[int]) -> frozenset[int]:
        found, queue = set(states), list(states)
        while queue:
            for one in self.empty[queue.pop()] - found:
                found.add(one)
                queue.append(one)
        return frozenset(found)

    def _state(self) -> int:
        self.steps.append({})
        self.empty.append(set())
        return len(self.steps) - 1

    def _alternatives(self, tokens: list[str]) -> tuple[int, int, list[str]]:
        first, last = self._state(), self._state()
        while True:
            begin, end, tokens = self._sequence(tokens)
            self.empty[first].add(begin)
            self.empty[end].add(last)
            if not tokens or tokens[0] != "|":
                return first, last, tokens
            tokens = tokens[1:]

    def _sequence(self, tokens: list[str]) -> tuple[int, int, list[str]]:
        first = last = self._state()
        while tokens and tokens[0] not in "|)":
            low, high, used = _repeated(tokens)
            for number in range(high):
                begin, end, _rest = self._atom(tokens)
                self.empty[last].add(begin)
                if number >= low:
                    self.empty[begin].add(end)
                last = end
            tokens = tokens[used:]
        return first, last, tokens

    def _atom(self, tokens: list[str]) -> tuple[int, int, list[str]]:
        if tokens[0] in ("(", "(?:"):
            return self._alternatives(tokens[1:])
        begin, end = self._state(), self._state()
        for digit in _digits(tokens[0]):
            self.steps[begin].setdefault(digit, set()).add(end)
        return begin, end, tokens[1:]


def _repeated(tokens: list[str]) -> tuple[int, int, int]:
    """(least, most, tokens used) of the atom in front and what says how often it comes."""
    size = 1
    if tokens[0] in ("(", "(?:"):
        depth = 1
        while depth:
            depth += {"(": 1, "(?:": 1, ")": -1}.get(tokens[size], 0)
            size += 1
    following = tokens[size] if size < len(tokens) else ""
    if following == "?":
        return 0, 1, size + 1
    if following.startswith("{"):
        low, _comma, high = following[1:-1].partition(",")
        return int(low), int(high or low), size + 1
    return 1, 1, size


def _digits(token: str) -> str:
    if token == r"\d":
        return DIGITS
    if not token.startswith("["):
        return token
    spans = re.findall(r"(\d)-(\d)|(\d)", token)
    return "".join(
        DIGITS[int(low) : int(high) + 1] if low else single for low, high, single in spans
    )


def prefixes(pattern: str) -> list[str]:
    r"""The texts of a pattern that describes a few leading digits.

    >>> prefixes(r"2(?:4[26]|64)"), prefixes("7|33622")
    (['242', '246', '264'], ['33622', '7'])
    """
    automaton = Pattern.read(pattern)
    found: list[str] = []

    def walk(text: str, states: frozenset[int]) -> None:
        if automaton.end in states:
            found.append(text)
            return
        for digit in DIGITS:
            if following := automaton.step(states, digit):
                walk(text + digit, following)

    walk("", automaton.begin())
    return found


def only(wanted: str, others: list[str], deepest: int = 5) -> list[str]:
    r"""Leading digits of numbers that ``wanted`` can match and none of ``others`` can.

    Where they differ later than ``deepest`` digits, nobody can tell by a prefix.

    >>> only(r"[67]\d{8}", [r"[1-59]\d{8}"]), only(r"6\d{3}", [r"6[0-4]\d{2}"])
    (['6', '7'], ['65', '66', '67', '68', '69'])
    """
    own, strangers = Pattern.read(wanted), [Pattern.read(one) for one in others]
    found: list[str] = []

    def walk(text: str, states: frozenset[int], theirs: list[frozenset[int]]) -> None:
        if not states:
            return
        if not any(theirs):
            found.append(text)
            return
        if len(text) == deepest:
            return
        for digit in DIGITS:
            following = [one.step(at, digit) for one, at in zip(strangers, theirs, strict=True)]
            walk(text + digit, own.step(states, digit), following)

    walk("", own.begin(), [one.begin() for one in strangers])
    return found if found != [""] else []
