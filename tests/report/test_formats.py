# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime
import decimal
import doctest

import pytest

from telecom_billing.report import formats, girocode, itemised, pdfa

D = decimal.Decimal


@pytest.mark.parametrize("module", [formats, girocode, itemised, pdfa])
def test_examples(module):
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_both_languages_have_the_same_words():
    german, english = formats.texts("de"), formats.texts("en")
    assert german.keys() == english.keys()
    assert all(german.values())
    assert all(english.values())


@pytest.mark.parametrize("places", [2, 4, 6])
def test_aligned_amounts_have_one_width(places):
    words = formats.Format("de")
    amounts = [D("0"), D("1.5"), D("0.039"), D("0.123456"), D("-1.25")]
    ends = {len(words.aligned(amount, places).rsplit(",", 1)[1]) for amount in amounts}
    assert ends == {places}


def test_an_english_date_cannot_be_misread():
    assert formats.Format("en").date(datetime.date(2026, 2, 1)) == "01 Feb 2026"


@pytest.mark.parametrize(
    "number",
    ["110", "0800 1234567", "+44 20 7946 0000", "030/12-34", "1"],
)
def test_masking_hides_exactly_the_last_three_digits(number):
    hidden = formats.masked(number)
    digits = [sign for sign in number if sign.isdigit()]
    left = [sign for sign in hidden if sign.isdigit()]
    assert left == digits[: max(0, len(digits) - 3)]
    assert len(hidden) == len(number)


def test_bytes_and_pieces():
    words = formats.Format("de")
    assert words.quantity(D(1_500_000_000), "byte") == "1,50\xa0GB"
    assert words.quantity(D(1500), "byte") == "1,50\xa0kB"
    assert words.quantity(D(12000), "piece") == "12.000"
