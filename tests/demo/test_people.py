# SPDX-License-Identifier: AGPL-3.0-or-later
"""Customers and their orders: nobody real, nothing ambiguous."""

import doctest

import pytest

from demo import people

# Where regulators let film-makers have numbers; subscribers of the demo live nowhere else.
FICTION = (
    "493023125",
    "494066969",
    "496990009",
    "492214710",
    "498999998",
    "4917139200",
    "491760406",
)
CUSTOMERS = people.customers()


def test_examples():
    assert doctest.testmod(people).failed == 0


def test_customers_of_both_kinds_and_languages():
    assert len(CUSTOMERS) == 44
    assert {c.kind for c in CUSTOMERS} == {"private", "business"}
    assert {c.language for c in CUSTOMERS} == {"de", "en"}
    assert {c.invoice for c in CUSTOMERS} == {"email", "post"}
    assert {c.itemised for c in CUSTOMERS} == {"none", "full", "masked"}
    assert len({c.key for c in CUSTOMERS}) == len({c.email for c in CUSTOMERS}) == 44


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda c: c.key)
def test_telephone_numbers_are_fiction(customer):
    for line in customer.lines:
        for number in line.numbers:
            assert number.source or number.stem.startswith(FICTION)


def test_ibans_have_right_check_digits_and_no_bank():
    for customer in CUSTOMERS:
        iban = people.iban(int(customer.key))
        turned = iban[4:] + "1314" + iban[2:4]
        assert int(turned) % 97 == 1
        assert iban[4] == "9"


def test_heads_nest_once():
    stems = [
        n.stem for c in CUSTOMERS for line in c.lines for n in line.numbers if n.kind == "head"
    ]
    nested = [(a, b) for a in stems for b in stems if a != b and b.startswith(a)]
    assert nested == [("4940669691", "49406696914")]


def test_a_number_moves_to_another_customer():
    before, after = (c for c in CUSTOMERS if c.lines[0].numbers[0].stem == "493023125026")
    assert (before.end, after.start) == ("2026-10-12", "2026-10-13")


def test_an_order_says_everything():
    order = people.order(next(c for c in CUSTOMERS if c.key == "2003"))
    assert order["lines"][0]["numbers"] == [
        {"number": "+49 69 90009", "kind": "block", "range_from": "200", "range_to": "249"}
    ]
    assert order["payment"]["mandate"]["reference"] == "NLT-2003-01"
    assert order["delivery"] == {"invoice": "post", "itemised_bill": "masked"}
