# SPDX-License-Identifier: AGPL-3.0-or-later
import dataclasses
import decimal
import re

import pytest

from telecom_billing.report import invoice
from tests.report import reading, sample

D = decimal.Decimal
XML = "<?xml version='1.0'?><Invoice><ID>urn:cen.eu:en16931:2017</ID><Name>Größe</Name></Invoice>"


def all_lines(document):
    return [line for group in document.groups for line in group.lines]


@pytest.fixture(scope="module")
def long():
    return sample.make_invoice(60)


@pytest.fixture(scope="module")
def long_pdf(renderer, long):
    return invoice.render(renderer, long)


def test_every_position_is_printed_once(long, long_pdf):
    words = reading.text(long_pdf)
    for number, line in enumerate(all_lines(long), 1):
        found = re.findall(rf"^{number} ?\n?{re.escape(line.text)}", words, re.MULTILINE)
        assert len(found) == 1, (number, line.text)
        assert line.quantity in words


def test_the_sum_carried_is_the_sum_of_the_positions_before(long, long_pdf):
    """Each page ends with the sum that the next begins with, up to the one with the totals."""
    pages = reading.pages(long_pdf)
    pages = pages[: next(n for n, page in enumerate(pages) if "Summe netto" in page) + 1]
    assert len(pages) > 2
    sums = [line.amount for line in all_lines(long)]
    done = 0
    for number, page in enumerate(pages[:-1]):
        done += len(re.findall(r"\d Verbindungen\b|Grundgebühr Business", page))
        expected = sum(sums[:done])
        assert reading.money(carried(page)[-1]) == expected
        assert reading.money(carried(pages[number + 1])[0]) == expected
    assert len(carried(pages[0])) == 1
    assert len(carried(pages[-1])) == 1


@pytest.mark.parametrize("lines", range(36, 49))
def test_the_sums_never_stand_alone(renderer, lines):
    pages = reading.pages(invoice.render(renderer, sample.make_invoice(lines)))
    page = next(page for page in pages if "Summe netto" in page)
    assert " Verbindungen" in page


def carried(page):
    """The lines "Übertrag", with the amount where the text flow put it on its own line."""
    return re.findall(r"Übertrag\s*[\d.,]+", page)


def test_the_head_stands_on_each_page_with_positions(long_pdf):
    for page in reading.pages(long_pdf):
        if " Verbindungen" in page:
            assert "Einzelpreis" in page


def test_pages_are_numbered(long_pdf):
    pages = reading.pages(long_pdf)
    for number, page in enumerate(pages, 1):
        assert f"Seite {number} von {len(pages)}" in page


def test_one_page_needs_no_number(renderer):
    pages = reading.pages(invoice.render(renderer, sample.make_invoice(2)))
    assert len(pages) == 1
    assert "Seite" not in pages[0]


def test_following_pages_say_what_they_belong_to(long, long_pdf):
    for page in reading.pages(long_pdf)[1:]:
        assert long.sheet.title in page
        assert "Kunde 10023" in page


def test_totals(long, long_pdf):
    words = reading.text(long_pdf)
    de = long.sheet.format()
    for value in (long.net, long.taxes[0].amount, long.total):
        assert de.money(value).replace("\xa0", " ") in words
    assert long.net == sum(line.amount for line in all_lines(long))


def test_what_is_left_to_pay(renderer):
    document = dataclasses.replace(sample.make_invoice(1), open=D("10.00"))
    words = reading.text(invoice.render(renderer, document))
    assert "noch offen" in words
    assert "10,00 €" in words
    assert "bereits gezahlt" not in reading.text(invoice.render(renderer, sample.make_invoice(1)))


def test_subtotals_are_sums(long, long_pdf):
    subtotals = [
        reading.money(found)
        for found in re.findall(r"Zwischensumme\s*[\d.,]+", reading.text(long_pdf))
    ]
    expected = [sum(line.amount for line in g.lines) for g in long.groups if len(g.lines) > 1]
    assert subtotals == expected


def test_unit_prices_stand_under_one_another():
    prices = [
        line["price"] for group in invoice.data(sample.make_invoice(8))["groups"]
        for line in group["lines"]
    ]  # fmt: skip
    assert len({len(price.rsplit(",", 1)[1]) for price in prices}) == 1


def test_a_tax_column_only_where_rates_differ():
    document = sample.make_invoice(2)
    assert not invoice.data(document)["show_tax"]
    first = document.groups[0].lines[0]
    mixed = dataclasses.replace(
        document, groups=[invoice.Group("", [first, dataclasses.replace(first, tax="7 %")])]
    )
    assert invoice.data(mixed)["show_tax"]


def test_english(renderer):
    document = sample.make_invoice(2, lang="en", payment=[])
    words = reading.text(invoice.render(renderer, document))
    assert "Invoice total" in words
    assert document.sheet.format().money(document.total) in words
    assert "Rechnungsbetrag" not in words


def test_the_xml_comes_back(renderer):
    pdf = invoice.render(renderer, sample.make_invoice(2), XML)
    read = reading.reader(pdf)
    assert [content.decode() for content in read.attachments["factur-x.xml"]] == [XML]
    file = read.trailer["/Root"]["/AF"][0].get_object()
    assert file["/AFRelationship"] == "/Alternative"
    assert file["/F"] == "factur-x.xml"
    assert file["/EF"]["/F"].get_object()["/Subtype"] == "/text/xml"


def test_metadata_of_an_archive(renderer):
    plain = reading.xmp(invoice.render(renderer, sample.make_invoice(2)))
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in plain
    assert "fx:ConformanceLevel" not in plain
    hybrid = reading.xmp(invoice.render(renderer, sample.make_invoice(2), XML))
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in hybrid
    assert "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in hybrid
