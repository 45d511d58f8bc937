# SPDX-License-Identifier: AGPL-3.0-or-later
"""Gaps, overlaps and prefixes without effect."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.deck.checking import check

DAY = datetime.date


def kinds(spans):
    return [(one.prefix, one.kind) for one in check(spans)]


def test_a_gap_names_its_days():
    (found,) = check({"33": [(DAY(2026, 4, 15), None, 3), (None, DAY(2026, 3, 31), 3)]})
    assert (found.begin, found.end) == (DAY(2026, 4, 1), DAY(2026, 4, 14))


def test_one_after_the_other_is_no_gap():
    assert kinds({"33": [(None, DAY(2026, 3, 31), 3), (DAY(2026, 4, 1), None, 4)]}) == []


def test_overlap():
    spans = {"33": [(None, DAY(2026, 4, 1), 3), (DAY(2026, 4, 1), None, 4)]}
    assert kinds(spans) == [("33", "overlap")]


def test_without_effect_only_below_the_same_zone():
    always = (None, None)
    spans = {"49": [(*always, 1)], "4915": [(*always, 2)], "49151": [(*always, 1)]}
    assert kinds(spans) == []
    spans["491511"] = [(*always, 1)]
    assert kinds(spans) == [("491511", "covered")]


def test_without_effect_only_if_it_is_so_all_the_time():
    spans = {"49": [(None, DAY(2026, 6, 30), 1)], "4930": [(None, None, 1)]}
    assert kinds(spans) == []
    spans["4930"] = [(None, DAY(2026, 6, 30), 1)]
    assert kinds(spans) == [("4930", "covered")]


def _zone(spans, number):
    """The zone of a number by the longest prefix."""
    for size in range(len(number), 0, -1):
        if number[:size] in spans:
            return spans[number[:size]][0][2]
    return None


@given(st.dictionaries(st.text("12", min_size=1, max_size=4), st.integers(1, 2), max_size=12))
def test_taking_out_what_has_no_effect_changes_nothing(zones):
    spans = {prefix: [(None, None, zone)] for prefix, zone in zones.items()}
    left = dict(spans)
    for one in check(spans):
        assert one.kind == "covered"
        del left[one.prefix]
    numbers = [f"{number:b}".translate({48: 49, 49: 50}) for number in range(32, 64)]
    assert [_zone(left, number) for number in numbers] == [_zone(spans, one) for one in numbers]
