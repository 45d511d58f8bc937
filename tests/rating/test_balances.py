# SPDX-License-Identifier: AGPL-3.0-or-later
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import balances
from telecom_billing.rating.balances import draw

from . import worlds

ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60)), max_size=15)
GRANTS = st.lists(st.integers(0, 90), min_size=3, max_size=3)


def one_by_one(rows, grants):
    left, taken = list(grants), []
    for number, wanted in rows:
        taken.append(min(wanted, left[number]))
        left[number] -= taken[-1]
    return taken


def arrays(rows, grants):
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return (*(columns or [np.array([], dtype=np.int64)] * 2), np.array(grants, dtype=np.int64))


@worlds.tried(300)
@given(ROWS, GRANTS)
def test_like_one_by_one(rows, grants):
    assert draw(*arrays(rows, grants)).tolist() == one_by_one(rows, grants)


@pytest.mark.parametrize("huge", [1 << 60, 1 << 61])
def test_sums_beyond_sixty_four_bits(huge):
    rows = [(0, huge)] * 12
    grants = [huge, 0, 0]
    assert draw(*arrays(rows, grants)).tolist() == one_by_one(rows, grants)


@worlds.tried(100)
@given(ROWS, GRANTS)
def test_the_slow_way_is_the_same(rows, grants):
    assert balances._draw_slowly(*arrays(rows, grants)).tolist() == one_by_one(rows, grants)
