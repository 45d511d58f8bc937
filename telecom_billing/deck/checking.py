# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is odd about the prefixes of a zone plan: gaps in time, prefixes without effect.

>>> day = datetime.date
>>> spans = {"49": [(None, None, 1)], "4930": [(None, None, 1)], "4915": [(None, None, 2)],
...          "33": [(None, day(2026, 3, 31), 3), (day(2026, 4, 15), None, 3)]}
>>> [(one.prefix, one.kind) for one in check(spans)]
[('33', 'gap'), ('4930', 'covered')]
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence

Span = tuple[datetime.date | None, datetime.date | None, int]
ONE_DAY = datetime.timedelta(days=1)
#: "overlap": two zones at once; "gap": for some days the prefix is nowhere; "covered": the next
#: shorter prefix leads to the same zone all the time.
KINDS = ("overlap", "gap", "covered")


@dataclasses.dataclass(frozen=True)
class Finding:
    """``begin``, ``end``: the days without the prefix, or with two zones; ``other``: the shorter
    prefix."""

    prefix: str
    kind: str
    zone: int
    begin: datetime.date | None = None
    end: datetime.date | None = None
    other: str = ""
    other_zone: int = 0


def check(spans: Mapping[str, Sequence[Span]]) -> Iterator[Finding]:
    """Findings by prefix, in order.

    :param spans: prefix → (first day, last day, zone)
    """
    for prefix in sorted(spans):
        own = sorted(spans[prefix], key=lambda span: span[0] or datetime.date.min)
        yield from _between(prefix, own)
        parent = next(
            (prefix[:size] for size in range(len(prefix) - 1, 0, -1) if prefix[:size] in spans), ""
        )
        if parent and all(_holds(spans[parent], span) for span in own):
            yield Finding(prefix, "covered", own[0][2], other=parent, other_zone=own[0][2])


def _between(prefix: str, own: Sequence[Span]) -> Iterator[Finding]:
    for (_begin, end, zone), (begin, _end, other) in itertools.pairwise(own):
        if end is None or (begin or datetime.date.min) <= end:
            yield Finding(prefix, "overlap", zone, begin, end, prefix, other)
        elif begin and begin > end + ONE_DAY:
            yield Finding(prefix, "gap", zone, end + ONE_DAY, begin - ONE_DAY)


def _holds(parent: Sequence[Span], span: Span) -> bool:
    """Is the shorter prefix in the same zone all that time?"""
    begin, end, zone = span
    return any(
        other == zone
        and (first is None or (begin is not None and first <= begin))
        and (last is None or (end is not None and last >= end))
        for first, last, other in parent
    )
