# SPDX-License-Identifier: AGPL-3.0-or-later
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating import digits
from telecom_billing.rating.digits import number_column

from . import worlds

TEXTS = st.one_of(
    st.none(), st.text("0123456789", max_size=20), st.text("0123456789+- ab٣/:", max_size=18)
)


def naive(text):
    """(padded, length) of one text."""
    if not text or not text.isascii() or not text.isdigit():
        return -1, -1
    return int(text[:15].ljust(15, "0")), min(len(text), 15)


@worlds.tried(200)
@given(st.lists(TEXTS, max_size=12))
def test_like_one_by_one(texts):
    expected = [naive(text) for text in texts]
    for dtype in ("object", "string", "string[pyarrow]", "category"):
        column = number_column(pd.Series(texts, dtype="object").astype(dtype))
        assert list(zip(column.padded.tolist(), column.length.tolist(), strict=True)) == expected


def test_a_slice_of_a_column():
    """Arrow slices share their buffer with the whole: only the slice counts."""
    whole = pd.Series(["4930", None, "33", "441"], dtype="string[pyarrow]")
    assert number_column(whole.iloc[1:3]).padded.tolist() == [-1, 330_000_000_000_000]


def test_without_arrow(monkeypatch):
    monkeypatch.setattr(digits, "_arrow", lambda series: None)
    column = number_column(pd.Series(["4930", None, pd.NA, float("nan"), "x1"], dtype="object"))
    assert column.length.tolist() == [4, -1, -1, -1, -1]
    assert column.padded[0] == 493_000_000_000_000


@pytest.mark.parametrize("empty", [[], pd.Series([], dtype="string")])
def test_nothing(empty):
    column = number_column(empty)
    assert column.padded.dtype == np.int64 and not len(column.padded)
