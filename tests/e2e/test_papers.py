# SPDX-License-Identifier: AGPL-3.0-or-later
"""What left the house: mails, letters, debits; and what the bank's answer did to the ledger."""

from __future__ import annotations

import collections
import email
import email.policy
import email.utils
import importlib.util
import pathlib
import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

MONTHS = ("2026-09", "2026-10")
INVOICES = """
    SELECT o.name, to_char(r.period_start, 'YYYY-MM'), m.name, m.amount_total, m.amount_residual
      FROM account_move m
      JOIN telecom_billing_run r ON r.id = m.telecom_run_id
      JOIN contract_contract c ON c.id = m.telecom_contract_id
      JOIN telecom_order o ON o.id = c.telecom_order_id
      JOIN res_company k ON k.id = m.company_id
     WHERE k.name = 'Nordlicht Telekom GmbH'
"""
INVOICE_FILE = re.compile(r"INV_\d{4}_\d+\.pdf")
SPACE = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}


@pytest.fixture(scope="module")
def mails(out):
    """All mails the SMTP server received."""
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((out / "mails").glob("*.eml"))
    ]


@pytest.fixture(scope="module")
def debits(out):
    """The pain.008 files, parsed, by month."""
    paths = sorted((out / "bank").glob("DEBIT*.xml"))
    return dict(zip(MONTHS, (ET.parse(path).getroot() for path in paths), strict=True))


def _texts(root, name: str) -> list[str]:
    return [node.text or "" for node in root.iter() if node.tag.endswith("}" + name)]


def _to(mail) -> str:
    return email.utils.parseaddr(mail["to"])[1]


def _attached(mail) -> dict[str, bytes]:
    return {part.get_filename(): part.get_content() for part in mail.iter_attachments()}


def test_each_invoice_by_mail_reaches_its_customer_once(ask, mails, orders):
    wanted = collections.Counter(
        (orders[order]["customer"]["email"], f"{number.replace('/', '_')}.pdf")
        for order, _month, number, *_ in ask(INVOICES)
        if orders[order]["delivery"]["invoice"] == "email"
    )
    invoices = [mail for mail in mails if any(map(INVOICE_FILE.fullmatch, _attached(mail)))]
    sent = collections.Counter(
        (_to(mail), name)
        for mail in invoices
        for name in _attached(mail)
        if INVOICE_FILE.fullmatch(name)
    )
    assert len(wanted) > 30
    assert sent == wanted


def test_mails_speak_the_customers_language_and_carry_real_pdfs(mails, orders):
    language = {o["customer"]["email"]: o["customer"]["language"] for o in orders.values()}
    greetings = {"de": ("Guten Tag", "Rechnung"), "en": ("Hello", "invoice")}
    for mail in mails:
        text = mail.get_body(("plain",)).get_content()
        hello, noun = greetings[language[_to(mail)]]
        assert hello in text
        assert noun in text
        assert all(content.startswith(b"%PDF-") for content in _attached(mail).values())


def test_itemised_bills_go_to_those_who_asked(mails, orders):
    asked = {
        order["customer"]["email"]
        for order in orders.values()
        if order["delivery"] == {"invoice": "email", "itemised_bill": "none"}
    }
    without = {_to(mail) for mail in mails if len(_attached(mail)) == 1}
    with_calls = {_to(mail) for mail in mails if len(_attached(mail)) == 2}
    assert asked <= without
    assert not asked & with_calls
    assert len(with_calls) > 15


@pytest.mark.parametrize("month", MONTHS)
def test_letters_are_one_bundle_in_the_order_of_customer_numbers(ask, out, orders, month):
    pypdf = pytest.importorskip("pypdf")
    (path,) = (out / "documents" / month).glob("Letters*.pdf")
    text = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    found = [match[1] for page in text if (match := re.search(r"K(\d{4})", page))]
    expected = sorted(
        order.removeprefix("WEB-")
        for order, billed, *_ in ask(INVOICES)
        if billed == month and orders[order]["delivery"]["invoice"] == "post"
    )
    assert list(dict.fromkeys(found)) == expected
    assert found == sorted(found)


@pytest.mark.parametrize("month", MONTHS)
def test_debit_file_is_valid_by_its_schema(debits, out, month):
    etree = pytest.importorskip("lxml.etree")
    found = importlib.util.find_spec("odoo.addons.account_payment_sepa_direct_debit")
    folder = pathlib.Path(found.submodule_search_locations[0])
    schema = etree.XMLSchema(etree.parse(str(folder / "data" / "pain.008.001.08.xsd")))
    path = sorted((out / "bank").glob("DEBIT*.xml"))[MONTHS.index(month)]
    schema.assertValid(etree.parse(str(path)))


def test_debits_ask_for_what_customers_with_a_mandate_owe(bills, orders, debits):
    debited = {k: b.gross for k, b in bills.items() if "mandate" in orders[k[0]]["payment"]}
    september = sum(amount for (_, month), amount in debited.items() if month == "2026-09")
    assert sum(map(Decimal, _texts(debits["2026-09"], "InstdAmt"))) == september
    # In October two mandates are suspended (AC04, AC06), and one debit is tried again (MS03).
    suspended, again = ("WEB-1008", "WEB-2010"), "WEB-1017"
    october = sum(
        amount
        for (order, month), amount in debited.items()
        if month == "2026-10" and order not in suspended
    )
    october += debited[again, "2026-09"]
    assert sum(map(Decimal, _texts(debits["2026-10"], "InstdAmt"))) == october
    counted = [len(_texts(debits[month], "DrctDbtTxInf")) for month in MONTHS]
    assert counted == [int(_texts(debits[month], "NbOfTxs")[0]) for month in MONTHS]


def test_who_paid_owes_nothing_and_who_did_not_owes_all(ask, bills):
    unpaid = {
        ("WEB-1008", "2026-09"),  # account closed, mandate suspended
        ("WEB-1008", "2026-10"),
        ("WEB-2010", "2026-09"),  # account blocked, mandate suspended
        ("WEB-2010", "2026-10"),
        ("WEB-1017", "2026-09"),  # refused twice
        ("WEB-1017", "2026-10"),
        ("WEB-1021", "2026-09"),  # never pays
        ("WEB-1021", "2026-10"),
        ("WEB-1012", "2026-10"),  # pays a month late
        ("WEB-2006", "2026-10"),
    }
    owed = {
        (order, month): residual
        for order, month, _name, _total, residual in ask(INVOICES)
        if residual
    }
    assert owed == {key: bills[key].gross for key in unpaid}


def test_bank_account_in_the_ledger_is_the_banks_balance(ask, out):
    opening, closing = (
        Decimal(ET.parse(out / "bank" / f"camt053_{month}.xml").getroot().findtext(path, "", SPACE))
        for month, path in (("2026-09", ".//c:Bal[1]/c:Amt"), ("2026-10", ".//c:Bal[2]/c:Amt"))
    )
    ((booked,),) = ask(
        "SELECT sum(l.balance) FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
        " JOIN account_journal j ON j.default_account_id = l.account_id"
        " JOIN res_company k ON k.id = l.company_id"
        " WHERE j.type = 'bank' AND m.state = 'posted' AND k.name = 'Nordlicht Telekom GmbH'"
    )
    assert booked == closing - opening


@pytest.mark.parametrize(
    ("month", "subject", "by_mail", "by_letter"),
    [
        # account closed, never pays, account blocked; late payers want letters
        ("2026-10-22", "Zahlungserinnerung", ["K1008", "K1021", "K2010"], ["K1012", "K2006"]),
        # the same again, one level up; the debit of K1017 came back for the second time
        ("2026-11-20", "1. Mahnung", ["K1008", "K1021", "K2010"], ["K1012", "K1017", "K2006"]),
    ],
)
def test_who_owes_is_reminded_by_mail_or_letter(out, mails, month, subject, by_mail, by_letter):
    sent = [mail for mail in mails if f"{subject} K" in mail["subject"]]
    assert sorted(mail["subject"].split()[-1] for mail in sent) == by_mail
    for mail in sent:
        assert [name for name in _attached(mail) if name.endswith(f"{month}.pdf")]
    pypdf = pytest.importorskip("pypdf")
    billed = MONTHS[["2026-10-22", "2026-11-20"].index(month)]
    letters = [
        page.extract_text()
        for path in sorted((out / "documents" / billed).glob("Reminders*.pdf"))
        for page in pypdf.PdfReader(path).pages
    ]
    found = [match[0] for page in letters if (match := re.search(r"K\d{4}", page))]
    assert sorted(set(found)) == by_letter
