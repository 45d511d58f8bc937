# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of bank statements: amounts, the other side, and an identity of their own."""

from decimal import Decimal

from lxml import etree

from telecom_billing.billing import camt
from tests.addon import bank

IBAN = "DE89370400440532013000"


def read(*entries, number="1"):
    root = etree.fromstring(bank.statement("DE75512108001245126199", entries, number))
    found = []
    for node in root.iterfind(".//{*}Ntry"):
        found += camt.transactions(node)
    return found


def names(*entries, number="1"):
    return list(camt.identities(number, read(*entries)))


def test_a_transfer():
    details = bank.details(text="INV/2026/00001", debtor="Max", iban=IBAN)
    (one,) = read(bank.entry("60.00", details, reference="B1"))
    assert one.amount == Decimal("60.00")
    assert (one.name, one.iban, one.text) == ("Max", IBAN, "INV/2026/00001")
    assert (one.end_to_end, one.reason, one.is_return) == ("", "", False)
    assert one.bank_reference == "B1"


def test_a_returned_debit_names_the_debtor_and_the_charges():
    details = bank.details(
        end_to_end="E1", debtor="Max", iban=IBAN, reason="AC04", original="60.00", charges="3.50"
    )
    (one,) = read(bank.entry("-63.50", details))
    assert one.amount == Decimal("-63.50")
    assert one.is_return
    assert (one.name, one.iban) == ("Max", IBAN)
    assert (one.original, one.charges, one.reason) == (Decimal("60.00"), Decimal("3.50"), "AC04")


def test_money_that_goes_out_names_its_receiver():
    (one,) = read(bank.entry("-10.00", bank.details(debtor="Our Company", iban=IBAN)))
    assert (one.name, one.iban) == ("Our Company", "DE75512108001245126199")


def test_a_batch_is_one_sum_or_its_parts_but_never_both():
    parts = bank.details("60.00", "E1") + bank.details("40.00", "E2")
    assert [t.amount for t in read(bank.entry("100.00", parts))] == [60, 40]
    silent = bank.details("", "E1") + bank.details("", "E2")
    assert [t.amount for t in read(bank.entry("100.00", silent))] == [100]
    short = bank.details("60.00", "E1") + bank.details("30.00", "E2")
    assert [t.amount for t in read(bank.entry("100.00", short, batch="P1"))] == [100]


def test_a_batch_booked_as_one_sum():
    (one,) = read(bank.entry("100.00", batch="DEB1/LOT1"))
    assert (one.amount, one.batch) == (100, "DEB1/LOT1")


def test_what_is_not_booked_yet_is_left_out():
    assert read(bank.entry("5.00", status="PDNG")) == []


def test_the_banks_reference_identifies_a_booking_in_every_statement():
    booking = bank.entry("5.00", reference="B1")
    assert names(booking, number="1") == names(booking, number="2")


def test_without_a_reference_the_statement_does():
    booking = bank.entry("5.00", bank.details(text="thanks"))
    assert names(booking, number="1") == names(booking, number="1")
    assert names(booking, number="1") != names(booking, number="2")


def test_two_equal_bookings_are_two():
    booking = bank.entry("5.00", bank.details(text="thanks"))
    twice = names(booking, booking)
    assert len(set(twice)) == 2
    assert names(booking, booking) == twice
