# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tariff books: valid, complete, and as the independent recomputation reads them."""

import pytest

from demo import places, tariffs
from telecom_billing.rating import TariffBook

BOOKS = tariffs.books()


@pytest.mark.parametrize("code", BOOKS)
def test_the_rating_core_accepts_the_book(code):
    book = TariffBook(BOOKS[code])
    assert book.currency == "EUR"


@pytest.mark.parametrize("code", ["privat", "business"])
def test_every_destination_but_the_satellite_has_a_price(code):
    (tariff,) = BOOKS[code]["tariffs"]
    priced = {rate.get("zone") for rate in tariff["versions"][-1]["rates"]}
    prefixes = {p: zone["id"] for zone in BOOKS[code]["zones"] for p in zone["prefixes"]}
    without = []
    for place in places.PLACES.values():
        number = place.number(0)
        found = [prefixes[number[:end]] for end in range(15, 0, -1) if number[:end] in prefixes]
        if not found or found[0] not in priced:
            without.append(place.code)
    assert without == ["satellite"]


def test_one_tariff_changes_in_mid_month():
    versions = {code: book["tariffs"][0]["versions"] for code, book in BOOKS.items()}
    assert [len(found) for found in versions.values()] == [2, 1, 1, 1]
    assert versions["privat"][1]["valid_from"] == versions["privat"][0]["valid_to"] == "2026-09-15"
