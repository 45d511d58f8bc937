# SPDX-License-Identifier: AGPL-3.0-or-later
"""Net, tax and gross of what was charged, worked out by hand."""

import json

import pytest

from telecom_billing.rating import TariffBook, rate, sums
from telecom_billing.rating.__main__ import main

from .build import NOON, book, usage

PIECE = {"unit": "piece", "price": "18.95"}
GROSS = {"tax_included": True, "tax_rate": "0.19"}


def found(data, frame, by=("contract",)):
    """The sums as texts."""
    rows = sums(rate(TariffBook(data), frame), frame, by)
    return [tuple(map(str, row)) for row in rows.itertuples(index=False)]


def test_what_was_promised_stays():
    """2 x 18.95 = 37.90; / 1.19 = 31.848... = 31.85; the rest is tax."""
    frame = usage((NOON, 1), (NOON, 1), unit="piece")
    data = book(PIECE, tariff=GROSS)
    assert found(data, frame) == [("1", "EUR", "0.19", "31.85", "6.05", "37.90")]
    # Net prices: 37.90 x 0.19 = 7.201.
    data = book(PIECE, tariff={"tax_rate": "0.19"})
    assert found(data, frame) == [("1", "EUR", "0.19", "37.90", "7.20", "45.10")]


def test_what_is_rounded_on_the_invoice_is_rounded_as_a_sum():
    """Three thirds of a cent are one: 3 x 0.00333... = 0.01."""
    data = book({"price": "0.01", "per": 3, "round_at": "invoice", "decimals": 2})
    frame = usage((NOON, 1), (NOON, 1), (NOON, 1))
    assert found(data, frame) == [("1", "EUR", "0", "0.01", "0.00", "0.01")]


def test_by_line_currency_and_rate_of_tax():
    other = {"id": 8, "currency": "CHF", "tax_rate": "0.081", "versions": [
        {"id": 81, "rates": [{"id": 1, **PIECE}]}]}  # fmt: skip
    data = book(PIECE, {"unit": "piece", "zone": 2, "refuse": "no"}, tariffs=[other], tariff=GROSS,
                zones=[{"id": 1, "prefixes": ["49"]}, {"id": 2, "prefixes": ["43"]}])  # fmt: skip
    frame = usage((NOON, 1), (NOON, 1, {"line": 11, "tariff": 8}), (NOON, 1, {"b_number": "43"}),
                  unit="piece")  # fmt: skip
    # 18.95 x 0.081 = 1.53495; 18.95 / 1.19 = 15.924...
    assert found(data, frame, ("contract", "line")) == [
        ("1", "10", "EUR", "0.19", "15.92", "3.03", "18.95"),
        ("1", "11", "CHF", "0.081", "18.95", "1.53", "20.48"),
    ]
    with pytest.raises(ValueError, match="customer"):
        found(data, frame, ("customer",))


def test_in_a_shell(tmp_path, capsys):
    (tmp_path / "book.json").write_text(json.dumps(book(PIECE, tariff=GROSS)))
    (tmp_path / "usage.csv").write_text(
        "started_at,quantity,unit,b_number,tariff,contract\n"
        "2026-03-10T11:00:00Z,2,piece,4930123,7,A\n"
    )
    words = [str(tmp_path / "book.json"), str(tmp_path / "usage.csv"), "--sums"]
    assert main([*words, "contract"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "contract,currency,tax_rate,net,tax,gross",
        "A,EUR,0.19,31.85,6.05,37.90",
    ]
    assert main([*words, "shoe"]) == 2
