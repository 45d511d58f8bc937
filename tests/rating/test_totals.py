# SPDX-License-Identifier: AGPL-3.0-or-later
import pytest

from telecom_billing.rating import TariffBook, rate, totals

from .build import NOON, book, usage

#: A third of a cent a second, rounded to cents where the position or the invoice is made.
THIRDS = {"price": "0.2", "per": "minute", "decimals": 2}


def rated(level, **columns):
    data = book({**THIRDS, "round_at": level}, {"service": "sms", "unit": "piece", "price": "0.07"})
    rows = [(NOON, 1, {"service": "voice", "unit": "second"})] * 4
    rows += [(NOON, 1, {"service": "sms", "unit": "piece"})]
    return rate(TariffBook(data), usage(*rows, **columns))


def test_a_position_is_rounded_once():
    # 4 · 0.00333… = 0.01333… → 0.01; the message stays 0.07.
    found = totals(rated("position"), ["rate"])
    assert dict(zip(found["rate"], found["price"], strict=True)) == {1: 10_000, 2: 70_000}


def test_an_invoice_is_rounded_once():
    assert totals(rated("invoice"), [], "invoice")["price"].tolist() == [80_000]
    # Rounded at the invoice only: as positions they keep their millionths.
    found = totals(rated("invoice"), ["rate"])
    assert found["price"].tolist() == [13_333, 70_000]


def test_charges_that_are_rounded_stay():
    # Each call rounds to 0.00.
    assert totals(rated("charge"), ["rate"])["price"].tolist() == [0, 70_000]


def test_refused_records_do_not_count():
    assert totals(rated("position", contract=None), ["rate"]).empty


def test_an_unknown_level():
    with pytest.raises(ValueError, match="position"):
        totals(rated("charge"), [], "month")
