# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of an order: every fault is found, with its path, and nothing else is."""

import copy
import datetime
import decimal
import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecom_billing import order_document

GOOD = {
    "order_id": "WEB-1",
    "ordered_at": "2026-09-20T10:00:00+02:00",
    "customer": {
        "kind": "private",
        "name": "Erika Mustermann",
        "email": "erika@example.com",
        "address": {"street": "Heidestr. 17", "zip": "51147", "city": "Köln", "country": "DE"},
    },
    "delivery": {"invoice": "email", "itemised_bill": "masked"},
    "contract": {"start": "2026-10-10", "term_months": 24},
    "lines": [
        {
            "product": "FLAT-S",
            "price": "9.95",
            "numbers": [{"number": "+49 221 123456", "kind": "single"}],
        }
    ],
    "payment": {
        "method": "sepa_debit",
        "mandate": {
            "iban": "DE89370400440532013000",
            "holder": "Erika Mustermann",
            "signed_on": "2026-09-20",
        },
    },
}


def changed(path, value):
    """GOOD with one value set (or removed, when the value is ``...``)."""
    order = copy.deepcopy(GOOD)
    *parents, last = path
    node = order
    for key in parents:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return order


def faults_of(order):
    return [(fault.path, fault.code) for fault in order_document.check(order)[1]]


def test_doctests():
    assert doctest.testmod(order_document).failed == 0


def test_a_good_order_is_normalised():
    order, faults = order_document.check(GOOD)
    assert faults == []
    assert order["ordered_at"] == datetime.datetime.fromisoformat("2026-09-20T08:00")  # 10:00+02:00
    assert order["contract"] == {
        "start": datetime.date(2026, 10, 10),
        "end": None,
        "term_months": 24,
    }
    assert order["lines"][0]["price"] == decimal.Decimal("9.95")
    assert order["lines"][0]["quantity"] == 1
    assert order["customer"]["language"] == "de"


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("order_id",), ..., ("order_id", "missing")),
        (("order_id",), "  ", ("order_id", "missing")),
        (("order_id",), "x" * 65, ("order_id", "length")),
        (("ordered_at",), "yesterday", ("ordered_at", "datetime")),
        (("customer",), "Erika", ("customer", "type")),
        (("customer", "kind"), "consumer", ("customer.kind", "choice")),
        (("customer", "email"), "erika", ("customer.email", "pattern")),
        (("customer", "email"), ..., ("customer.email", "missing")),
        (("customer", "iban"), "DE89", ("customer.iban", "unknown")),
        (("customer", "address", "country"), "Germany", ("customer.address.country", "length")),
        (("contract", "start"), "2026-02-30", ("contract.start", "date")),
        (("contract", "start"), "10.10.2026", ("contract.start", "date")),
        (("contract", "start"), "0001-01-01", ("contract.start", "date")),
        (("contract", "start"), "9999-12-31", ("contract.start", "date")),
        (("customer", "name"), "A\x00B", ("customer.name", "pattern")),
        (("customer", "name"), "A\ud800B", ("customer.name", "pattern")),
        (("contract", "end"), "2026-10-09", ("contract.end", "negative")),
        (("contract", "term_months"), -1, ("contract.term_months", "negative")),
        (("contract", "term_months"), True, ("contract.term_months", "amount")),
        (("lines",), [], ("lines", "empty_list")),
        (("lines", 0, "price"), 9.95, ("lines[0].price", "amount")),
        (("lines", 0, "price"), "9,95", ("lines[0].price", "amount")),
        (("lines", 0, "quantity"), -1, ("lines[0].quantity", "negative")),
        (("lines", 0, "start"), "2026-10-09", ("lines[0].start", "negative")),
        (("lines", 0, "numbers", 0, "kind"), "fax", ("lines[0].numbers[0].kind", "choice")),
        (
            ("lines", 0, "numbers", 0, "kind"),
            "block",
            ("lines[0].numbers[0].range_from", "missing"),
        ),
        (
            ("lines", 0, "numbers", 0, "range_from"),
            "0",
            ("lines[0].numbers[0].range_to", "missing"),
        ),
        (("payment", "mandate"), ..., ("payment.mandate", "missing")),
        (("payment", "mandate", "bic"), "abc", ("payment.mandate.bic", "pattern")),
        (("payment", "mandate", "signed_on"), 20260920, ("payment.mandate.signed_on", "date")),
    ],
)
def test_each_fault_is_found_and_nothing_else(path, value, fault):
    assert faults_of(changed(path, value)) == [fault]


def test_nothing_and_slips_are_refused():
    line = ["lines", 0]
    for quantity in ("0", 0, "0.000"):
        order = changed([*line, "quantity"], quantity)
        assert faults_of(order) == [("lines[0].quantity", "no_quantity")]
    for price, found in (("1000000", []), ("-1000000.01", [("lines[0].price", "too_dear")])):
        assert faults_of(changed([*line, "price"], price)) == found
    order = changed([*line, "quantity"], "1000001")
    order["lines"][0]["price"] = "1"
    assert faults_of(order) == [("lines[0].price", "too_dear")]


def test_all_faults_are_found_at_once():
    order = changed(("customer", "kind"), "consumer")
    order["lines"][0]["price"] = "free"
    del order["contract"]["start"]
    assert faults_of(order) == [
        ("customer.kind", "choice"),
        ("contract.start", "missing"),
        ("lines[0].price", "amount"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    ("order_id",),
    ("ordered_at",),
    ("customer",),
    ("customer", "address", "street2"),
    ("delivery", "invoice"),
    ("contract", "end"),
    ("contract", "term_months"),
    ("lines",),
    ("lines", 0),
    ("lines", 0, "price"),
    ("lines", 0, "numbers"),
    ("lines", 0, "numbers", 0, "range_from"),
    ("payment", "mandate", "bic"),
]


@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_is_taken_or_told_as_a_fault_of_that_place(path, value):
    order, faults = order_document.check(changed(path, value))
    assert set(order) == set(GOOD)
    assert {fault.code for fault in faults} <= set(order_document.CODES)
    if faults and path[0] != "contract":
        assert all(fault.path.startswith(path[0]) for fault in faults)


def test_null_counts_as_absent():
    assert faults_of(changed(("customer", "name"), None)) == [("customer.name", "missing")]
    assert order_document.check(changed(("lines", 0, "quantity"), None))[0]["lines"][0][
        "quantity"
    ] == decimal.Decimal(1)


def test_an_unknown_key_is_told_what_is_possible_there():
    (fault,) = order_document.check(changed(("payment", "mandate", "owner"), "x"))[1]
    assert fault.expected == "iban, bic, holder, reference, signed_on"


def test_the_schema_names_every_key():
    schema = order_document.json_schema()
    assert set(schema["properties"]) == set(GOOD)
    assert schema["$defs"]["Customer"]["required"] == ["kind", "name", "address"]
    assert schema["$defs"]["Customer"]["additionalProperties"] is False


@pytest.mark.parametrize("document", [None, [], "order", 7])
def test_what_is_no_object_is_refused(document):
    assert faults_of(document) == [("", "type")]


def test_every_code_is_declared():
    assert {code for _path, code in faults_of({"lines": "x", "foo": 1})} <= set(
        order_document.CODES
    )


def test_fingerprint_sees_meaning_not_notation():
    same = changed(("lines", 0, "price"), "9.950")
    other = changed(("lines", 0, "price"), "9.96")
    base, fine, differing = (
        order_document.fingerprint(order_document.check(order)[0]) for order in (GOOD, same, other)
    )
    assert base == fine
    assert base != differing
