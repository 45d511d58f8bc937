# SPDX-License-Identifier: AGPL-3.0-or-later
"""Assignments against a plain search over all of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.assignments import FIRST, LAST, Assignment, Assignments, covering
from telecom_billing.rating.digits import number_column


def find(rows, numbers, started):
    book = Assignments.of(rows)
    return book.match(number_column(numbers), np.array(started)).tolist()


def test_longest_valid_number_wins():
    rows = [
        Assignment("4930", "span"),
        Assignment("493012345", "span", "000", "499"),
        Assignment("493012345", "span", "500", "999", begin=100),
        Assignment("493012345017", begin=10, end=20),
        Assignment("493012345017", begin=20, end=30),
    ]
    assert find(rows, ["493012345017"] * 4, [9, 10, 29, 30]) == [1, 3, 4, 1]
    # The block is not valid yet: the shorter head around it answers.
    assert find(rows, ["493012345600"] * 2, [99, 100]) == [0, 2]
    assert find(rows, ["49301", "4940", "", None], [0] * 4) == [0, -1, -1, -1]


def test_head_without_extension_belongs_to_the_first_block():
    rows = [
        Assignment("4930", "span"),
        Assignment("493012345", "span", "50", "99"),
        Assignment("493012345", "span", "10", "49"),
    ]
    assert find(rows, ["493012345", "4930123450", "4930123455"], [0, 0, 0]) == [2, 0, 1]
    whole = [*rows, Assignment("493012345", "span")]
    assert find(whole, ["493012345", "4930123450"], [0, 0]) == [3, 3]
    single = [*rows, Assignment("493012345")]
    assert find(single, ["493012345"], [0]) == [3]


def test_known_tells_the_owner_at_another_time():
    rows = [Assignment("493012345", end=10), Assignment("4940", "span", begin=50)]
    book = Assignments.of(rows)
    numbers = number_column(["493012345", "494012", "4989"])
    assert book.match(numbers, np.array([10, 10, 10])).tolist() == [-1, -1, -1]
    assert book.known(numbers).tolist() == [0, 1, -1]


def test_accounts_of_a_source_before_those_of_any():
    rows = [
        Assignment("100", "account"),
        Assignment("100", "account", source=2),
        Assignment("100", "account", source=3, end=10),
    ]
    book = Assignments.of(rows)
    found = book.match_accounts(
        np.array([0, 0, 0, 0, 1, -1]),
        ["100", "1000"],
        np.array([1, 2, 3, 3, 2, 2]),
        np.array([5, 5, 5, 10, 5, 5]),
    )
    assert found.tolist() == [0, 1, 2, 0, -1, -1]


def test_nothing_assigned():
    assert find([], ["4930", None], [0, 0]) == [-1, -1]


digits = st.text("012", min_size=1, max_size=4)


@st.composite
def blocks(draw):
    width = draw(st.integers(0, 2))
    low, high = sorted(draw(st.tuples(st.integers(0, 25), st.integers(0, 25))))
    if width == 0:
        return Assignment("4" + draw(digits), "span")
    top = 10**width - 1
    first, last = (str(min(end, top)).zfill(width) for end in (low, high))
    return Assignment("4" + draw(digits), "span", first, last)


def reference(rows, number, started):
    """Prefix by prefix from the longest; a block's prefixes are those of `covering`."""
    for length in range(len(number), 0, -1):
        for place, row in enumerate(rows):
            if not row.begin <= started < row.end:
                continue
            if row.kind == "exact" and length == len(number) and row.number == number:
                return place
        for place, row in enumerate(rows):
            if row.kind != "span" or not row.begin <= started < row.end:
                continue
            if number[:length] in covering(row.number, row.first, row.last):
                return place
        if length == len(number):
            shown = [
                (row.first, place)
                for place, row in enumerate(rows)
                if row.first and row.number == number and row.begin <= started < row.end
            ]
            if shown:
                return min(shown)[1]
    return -1


def disjoint(rows):
    """Drop what one owner at a time forbids, as the database does."""
    kept, taken = [], {}
    for row in rows:
        if row.kind == "exact":
            prefixes = {("exact", row.number)}
        else:
            prefixes = set(covering(row.number, row.first, row.last))
            prefixes |= {("head", row.number, row.first)} if row.first else set()
        clash = any(
            row.begin < other.end and other.begin < row.end
            for prefix in prefixes
            for other in taken.get(prefix, ())
        )
        if not clash:
            kept.append(row)
            for prefix in prefixes:
                taken.setdefault(prefix, []).append(row)
    return kept


times = st.tuples(st.integers(0, 5), st.integers(1, 6)).map(lambda t: (t[0], t[0] + t[1]))
assignments = st.lists(
    st.tuples(
        st.one_of(blocks(), digits.map(lambda d: Assignment("4" + d))),
        st.one_of(st.just((FIRST, LAST)), times),
    ).map(lambda pair: pair[0]._replace(begin=pair[1][0], end=pair[1][1])),
    max_size=12,
)


@given(assignments, st.lists(st.tuples(digits, st.integers(0, 12)), min_size=1, max_size=20))
def test_like_a_plain_search(rows, calls):
    rows = disjoint(rows)
    numbers = ["4" + number for number, _ in calls]
    started = [time for _, time in calls]
    wanted = [reference(rows, number, time) for number, time in zip(numbers, started, strict=True)]
    assert find(rows, numbers, started) == wanted


@given(st.integers(1, 3), st.integers(0, 999), st.integers(0, 999))
def test_covering_is_exact(width, low, high):
    top = 10**width - 1
    low, high = sorted((min(low, top), min(high, top)))
    found = list(covering("49", str(low).zfill(width), str(high).zfill(width)))
    inside = [
        number
        for number in range(top + 1)
        if any(("49" + str(number).zfill(width)).startswith(prefix) for prefix in found)
    ]
    assert inside == list(range(low, high + 1))
    assert len(set(found)) == len(found)
