# SPDX-License-Identifier: AGPL-3.0-or-later
import dataclasses
import decimal

from telecom_billing.report import girocode, letter, totals
from tests.report import reading, sample

D = decimal.Decimal


def make_letter(rows=2):
    table = letter.Table(
        [("Rechnung", "left"), ("Offen", "right")],
        [[f"RE/{number}", f"{number},00 €"] for number in range(1, rows + 1)],
        [("Mahnkosten", "0,00 €"), ("Offener Gesamtbetrag", "3,00 €")],
    )
    return letter.Letter(
        sample.sheet("Zahlungserinnerung"),
        ["Guten Tag,"],
        table,
        after=["Bitte zahlen Sie."],
        payment=["Konto DE02"],
        closing=["Freundliche Grüße"],
    )


def test_a_letter_says_all_in_order(renderer):
    words = reading.text(letter.render(renderer, make_letter()))
    order = ["Guten Tag,", "1,00 €", "2,00 €", "Mahnkosten", "Offener Gesamt",
             "Bitte zahlen", "Konto DE02", "Freundliche Grüße"]  # fmt: skip
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_a_long_table_repeats_its_head(renderer):
    pages = reading.pages(letter.render(renderer, make_letter(rows=90)))
    assert len(pages) > 2
    assert all("Offen" in page for page in pages[:-1])


def test_the_address_stands_in_the_window(renderer):
    """DIN 5008 form B: 20 to 105 mm from the left, 45 to 90 mm from the top of the sheet."""
    page = reading.reader(letter.render(renderer, make_letter())).pages[0]
    found = {}

    def visit(words, matrix, position, *_):
        for line in sample.sheet("").recipient:
            if line in words:
                x = position[4] * matrix[0] + matrix[4]
                y = position[5] * matrix[3] + matrix[5]
                found[line] = (x * 25.4 / 72, 297 - y * 25.4 / 72)

    page.extract_text(visitor_text=visit)
    assert set(found) == set(sample.sheet("").recipient)
    for x, y in found.values():
        assert 20 <= x <= 105
        assert 45 <= y <= 90


def test_without_an_address_there_is_no_window(renderer):
    sheet = dataclasses.replace(sample.sheet("Kontrollsummen"), recipient=[])
    nameless = dataclasses.replace(sheet, company=dataclasses.replace(sheet.company, logo=None))
    words = reading.text(letter.render(renderer, letter.Letter(nameless, ["x"])))
    assert sample.COMPANY.sender not in words
    assert words.startswith(sample.COMPANY.name), "the letterhead is there all the same"


def test_totals_page(renderer):
    stages = [
        totals.Stage("Geliefert", 20123, D(1234567), None, True),
        totals.Stage("Berechnet", 19000, None, D("1234.567"), False),
    ]
    words = reading.text(totals.render(renderer, sample.sheet("Kontrollsummen"), stages, []))
    for part in ("20.123", "1.234.567", "1.234,57", "✓", "✗"):
        assert part in words


def test_girocode_in_a_letter(renderer):
    code = girocode.svg(girocode.payload("Größe GmbH", "DE02", D("66.41"), "RE/1"))
    with_code = letter.render(renderer, dataclasses.replace(make_letter(), qr=code))
    assert "Banking-App" in reading.text(with_code)
    assert "Banking-App" not in reading.text(letter.render(renderer, make_letter()))
