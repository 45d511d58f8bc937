# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contracts and customers that only the book knows."""

import datetime as dt

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, explain, rate

from .build import book, usage
from .hand import check

PRICE = {"price": "0.01"}
MARCH = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
PARTIES = {
    "contracts": [{"id": 1, "customer": 5, "tariff": 7}, {"id": 2, "customer": 5, "tariff": 7}],
    "lines": [{"id": 10, "contract": 1}, {"id": 11, "contract": 2}, {"id": 12, "contract": 1}],
}


def of_lines(*lines, **columns):
    """A minute of each line, one after the other; the frame knows nothing but lines."""
    rows = [(f"2026-03-{day:02} 11:00", 60, {"line": n}) for day, n in enumerate(lines, 1)]
    return usage(*rows, **columns).drop(columns=["contract", "tariff"])


@pytest.mark.parametrize(
    ("selects", "expected"),
    [
        # 90 s for each line, for each contract, for the customer.
        ({"share": "line"}, ["0", "0", "0", "0.3"]),
        ({"share": "contract"}, ["0", "0", "0.3", "0.6"]),
        ({"share": "customer"}, ["0", "0.3", "0.6", "0.6"]),
        ({"contracts": [2]}, ["0.6", "0", "0.6", "0.6"]),
        ({"customers": [5], "share": "contract"}, ["0", "0", "0.3", "0.6"]),
        ({"pools": ["p"], "share": "pool"}, ["0", "0.3", "0.6", "0.6"]),
        ({"pools": ["p"], "share": "pool", "per_member": True}, ["0", "0", "0", "0"]),
    ],
)
def test_balances(selects, expected):
    pools = [{"id": "p", "customers": [5]}]
    data = book(PRICE, allowances=[{"id": "a", "quantity": 90, **selects}], pools=pools, **PARTIES)
    check(data, of_lines(10, 11, 12, 10), expected)


def test_price_lists_and_options_of_the_contract():
    lists = [{"id": 8, "versions": [{"id": 81, "rates": [{"id": 1, "factor": "0.5"}]}]}]
    parties = {**PARTIES, "contracts": [{**PARTIES["contracts"][0], "price_lists": [8]},
                                        PARTIES["contracts"][1]]}  # fmt: skip
    check(book(PRICE, tariffs=lists, **parties), of_lines(10, 11), ["0.3", "0.6"])


def test_what_the_frame_says_counts_and_gaps_are_filled():
    """Line 10 is said to be of contract 2 once, and of none once; an unknown one stays unknown."""
    frame = of_lines(10, 10, 99)
    frame["contract"] = pd.Series([2, None, None], dtype="Int64")
    data = book(PRICE, allowances=[{"id": "a", "quantity": 60, "contracts": [1]}], **PARTIES,
                default_tariff=7)  # fmt: skip
    check(data, frame, ["0.6", "0", "no-contract"])


def test_a_limit_of_the_customer():
    data = book(PRICE, limits=[{"id": "l", "amount": "0.9", "then": "free", "share": "customer"}],
                **PARTIES)  # fmt: skip
    check(data, of_lines(10, 11, 12), ["0.6", "0.3", "0"])


@pytest.mark.parametrize(
    ("share", "holders"),
    [("line", ["10", "11", "12"]), ("contract", ["1", "2", "3"]), ("customer", ["5", "6"])],
)
def test_minimums_of_those_without_usage(share, holders):
    """A contract without lines is named as well; its customer is."""
    parties = {**PARTIES, "contracts": [*PARTIES["contracts"], {"id": 3, "customer": 6}]}
    data = TariffBook(book(PRICE, minimums=[{"id": "m", "amount": "5", "share": share}], **parties))
    done = rate(data, of_lines(10).iloc[:0], span=MARCH)
    assert sorted(done.topups["holder"]) == holders
    assert done.topups["topup"].tolist() == [5_000_000] * len(holders)


def test_only_who_is_entitled_is_named():
    """An option of the contract is its lines'; nobody named by lines is a contract."""
    parties = {**PARTIES, "contracts": [{**PARTIES["contracts"][0], "options": ["o"]},
                                        PARTIES["contracts"][1]]}  # fmt: skip
    for share, selects, holders in [
        ("line", {"options": ["o"]}, ["10", "12"]),
        ("contract", {"options": ["o"]}, ["1"]),
        ("contract", {"lines": [11]}, ["2"]),
        ("line", {"tariffs": [7], "customers": [5]}, ["10", "11", "12"]),
    ]:
        minimum = {"id": "m", "amount": "5", "share": share, **selects}
        data = TariffBook(book(PRICE, minimums=[minimum], options=[{"id": "o"}], **parties))
        done = rate(data, of_lines(10).iloc[:0], span=MARCH)
        assert sorted(done.topups["holder"]) == holders


def test_the_explanation_knows_them_too():
    """Its rows are those of the customer, though no column says so."""
    data = TariffBook(
        book(PRICE, allowances=[{"id": "a", "quantity": 90, "share": "customer"}], **PARTIES)
    )
    told = explain(data, of_lines(10, 11, 12), 1)
    assert told.facts("price")[0]["price"] == "0.3"
