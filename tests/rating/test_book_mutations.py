# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever stands in a book: it is used, or refused with faults in two languages."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import BookError, TariffBook, rate
from telecom_billing.rating.fault_texts import german

from . import worlds
from .build import usage
from .test_book import GOOD

ODD = [None, True, 0, -1, 10**39, 0.5, "", "0", "-1", "x", "2026-13-45", "08:00", "minute"]
ODD += ["\ud800", "9" * 30, [], {}, [None], [[]], [{}], ["x"], {"id": 1}, b"x", "ü" * 300]


def places(data, way=()):
    """The way to everything in a book."""
    yield way
    inside = data.items() if isinstance(data, dict) else ()
    if isinstance(data, list):
        inside = enumerate(data)
    for name, value in inside:
        yield from places(value, (*way, name))


WAYS = [way for way in places(GOOD) if way]


@worlds.tried(250)
@given(st.sampled_from(WAYS), st.sampled_from(ODD))
def test_a_book_with_something_odd(way, odd):
    data = copy.deepcopy(GOOD)
    at = data
    for name in way[:-1]:
        at = at[name]
    at[way[-1]] = odd
    try:
        tariffs = TariffBook(data)
    except BookError as error:
        assert error.problems
        assert all(str(problem) and german(problem) for problem in error.problems)
        return
    assert len(rate(tariffs, usage(("2026-03-10 11:00", 61))).charges) >= 1
