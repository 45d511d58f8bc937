# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import PrefixIndex, prefixes

from . import worlds

SETS = st.sets(st.text("0129", min_size=1, max_size=15), min_size=1, max_size=12).map(sorted)
NUMBERS = st.lists(st.text("0129", max_size=17), max_size=12)


def longest(listed, number):
    """Position of the longest prefix of a number, by trying all."""
    found = [prefix for prefix in listed if number.startswith(prefix)]
    return listed.index(max(found, key=len)) if found else -1


@worlds.tried(300)
@given(SETS, NUMBERS)
def test_like_trying_all(listed, numbers):
    expected = [longest(listed, number) for number in numbers]
    assert PrefixIndex(listed).find(numbers).tolist() == expected


@worlds.tried(100)
@given(SETS, NUMBERS)
def test_the_trie_for_many_gives_the_same(listed, numbers):
    index, many = PrefixIndex(listed), PrefixIndex(listed)
    few = index.find(numbers)
    many._asked = prefixes._TRIE_AFTER
    assert many.find(numbers).tolist() == few.tolist()
    assert many._trie is not None and index._trie is None


def test_one_digit_and_fifteen():
    index = PrefixIndex(["4", "493012345678901", "49301234567890"])
    assert index.find(["493012345678901", "493012345678902", "4", "5"]).tolist() == [1, 2, 0, -1]
    # More than fifteen digits: what follows does not decide.
    assert index.find(["49301234567890199"]).tolist() == [1]


def test_no_prefix_at_all():
    assert PrefixIndex([]).find(["49"]).tolist() == [-1]


@pytest.mark.parametrize(
    "listed, word",
    [
        (["49x"], "digits"),
        ([""], "text"),
        (["4" * 16], "longer"),
        ([49], "text"),
        (["49", "49"], "twice"),
        (["+49"], "digits"),
    ],
)
def test_faulty_prefixes_are_named(listed, word):
    with pytest.raises(ValueError, match=word):
        PrefixIndex(listed)


def test_blocks_inside_blocks():
    index = PrefixIndex.from_blocks(
        [("4930100", "4930199"), ("4930150", "4930159"), ("493015500", "493015599")]
    )
    found = index.find(["4930149", "4930151", "493015512", "49301551", "4930200"])
    # "49301551" is shorter than the extension block's numbers: it belongs to the block above.
    assert found.tolist() == [0, 1, 2, 1, -1]


@pytest.mark.parametrize(
    "blocks, word",
    [
        ([("4930", "49301")], "same number of digits"),
        ([("4931", "4930")], "smaller first"),
        ([("493010", "493020"), ("493015", "493025")], "cross"),
        ([("49a", "49b")], "digits"),
    ],
)
def test_faulty_blocks_are_named(blocks, word):
    with pytest.raises(ValueError, match=word):
        PrefixIndex.from_blocks(blocks)
