# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices by the caller's number; every amount is worked out by hand in a comment."""

import pytest

from telecom_billing.rating import BookError, TariffBook, explain, least_cost, rate

from .build import NOON, book, usage
from .hand import check

ZONES = [
    {"id": 1, "name": "Germany", "prefixes": ["49"]},
    {"id": 2, "name": "German mobile", "prefixes": ["4915", "4917"]},
    {"id": "eea", "name": "EEA", "prefixes": ["33", "49", "43"]},
    {"id": "reunion", "name": "Réunion", "prefixes": ["33262", "262"]},
    {"id": "names", "name": "By name only", "destinations": ["SHIP"]},
]
MINUTE = {"per": "minute", "step": 1}


def calls(*rows):
    """(caller, called, seconds[, start]) → a frame."""
    return usage(
        *((more[0] if more else NOON, size, {"a_number": a, "b_number": b})
          for a, b, size, *more in rows)
    )  # fmt: skip


def surcharged(*more, **sections):
    """0.006 a minute to German mobiles for callers of the EEA, 0.30 for others."""
    return book(
        {"zone": 2, "price": "0.006", "origin": "eea", **MINUTE},
        {"zone": 2, "price": "0.30", **MINUTE},
        *more,
        zones=ZONES,
        **sections,
    )


def test_a_termination_costs_more_for_calls_from_outside():
    """90 s: 1.5 × 0.006 = 0.009 from Vienna, 1.5 × 0.30 = 0.45 from New York and from nowhere."""
    frame = calls(
        ("431234567", "4915112345", 90),
        ("12125550100", "4915112345", 90),
        (None, "4915112345", 90),
    )
    check(surcharged(), frame, ["0.009", "0.45", "0.45"])


def test_the_longest_prefix_of_the_caller_decides():
    """Réunion's 33262 is nearer than France's 33: 60 s cost 0.05, from Paris 0.006."""
    island = {"zone": 2, "price": "0.05", "origins": ["reunion"], **MINUTE}
    frame = calls(("33262123456", "4917012345", 60), ("33112345678", "4917012345", 60))
    check(surcharged(island), frame, ["0.05", "0.006"])


def test_a_price_for_other_callers_is_none():
    """Only EEA callers have a price for mobiles; others fall to Germany, 60 s at 0.01, and to
    France nobody has one."""
    data = book(
        {"zone": 2, "price": "0.006", "origin": "eea", **MINUTE},
        {"zone": 1, "price": "0.01", **MINUTE},
        zones=ZONES,
    )
    frame = calls(("4930123", "491511", 60), ("1212", "491511", 60), ("1212", "331234", 60))
    check(data, frame, ["0.006", "0.01", "no-zone"])


def test_the_origin_goes_before_band_and_weight():
    """At noon a heavy band has 0.50 for everybody: EEA callers keep 0.006. Where the EEA's price
    has a band itself, the other holds outside: 0.001 until eight, then 0.50."""
    night = {"id": "n", "to": "08:00"}
    noon = {"id": "d", "from": "10:00"}
    heavy = {"zone": 2, "price": "0.50", "band": "d", "weight": 10**9, **MINUTE}
    frame = calls(("4930123", "491511", 60), ("1212", "491511", 60))
    check(surcharged(heavy, bands=[noon]), frame, ["0.006", "0.50"])
    early = {"zone": 2, "price": "0.001", "band": "n", "origin": "eea", **MINUTE}
    frame = calls(("4930123", "491511", 60, "2026-03-10T05:00:00"), ("4930123", "491511", 60))
    check(book(early, heavy, zones=ZONES, bands=[night, noon]), frame, ["0.001", "0.50"])


def test_a_band_that_changes_during_a_call_stays_with_the_origin():
    """07:59 to 08:01 local time, cut exactly: a minute at 0.10 and a minute at 0.20, not at the
    prices for callers from elsewhere (0.70, 0.80)."""
    bands = [{"id": "n", "to": "08:00"}, {"id": "d", "from": "08:00"}]
    listed = [
        {"zone": 2, "price": price, "band": band, "split": "exact", **MINUTE,
         **({"origin": "eea"} if eea else {})}
        for price, band, eea in (("0.10", "n", True), ("0.20", "d", True), ("0.70", "n", False),
                                 ("0.80", "d", False))
    ]  # fmt: skip
    frame = calls(*((a, "491511", 120, "2026-03-10T06:59:00") for a in ("4930123", "1212")))
    check(book(*listed, zones=ZONES, bands=bands), frame, ["0.30", "1.50"])
    ends = [{**one, "split": "end"} for one in listed]
    check(book(*ends, zones=ZONES, bands=bands), frame, ["0.40", "1.60"])


def test_a_surcharge_above_a_price_list():
    """A list above makes calls from outside the EEA dearer by half: 60 s at 0.01 are 0.015."""
    above = {
        "id": 8,
        "versions": [
            {"id": 81, "rates": [{"id": "eea", "origin": "eea", "factor": "1"},
                                 {"id": "else", "factor": "1.5"}]}
        ],
    }  # fmt: skip
    data = book({"price": "0.01", **MINUTE}, zones=ZONES, tariffs=[above],
                contracts=[{"id": 1, "price_lists": [8]}])  # fmt: skip
    check(data, calls(("4930123", "493012", 60), ("1212", "493012", 60)), ["0.01", "0.015"])


def test_an_incoming_call_has_its_zone_and_its_origin_from_the_caller():
    """Of incoming calls to a free-phone number: 60 s from the EEA at 0.04, else 0.20."""
    data = book(
        {"zone": None, "direction": "in", "price": "0.04", "origin": "eea", **MINUTE},
        {"zone": None, "direction": "in", "price": "0.20", **MINUTE},
        zones=ZONES,
    )
    frame = calls(("4930123", "49800123", 60), ("1212", "49800123", 60))
    check(data, frame.assign(direction="in"), ["0.04", "0.20"])


def test_records_of_all_callers_together_cost_what_each_costs_alone():
    """Classes are taken together; the order in which they stand says nothing."""
    callers = ["4930123", None, "33262123456", "1212", "33112345678"] * 40
    island = {"zone": 2, "price": "0.05", "origins": ["reunion"], **MINUTE}
    data = surcharged(island, {"zone": 1, "price": "0.01", **MINUTE})
    frame = calls(*((a, b, 60) for a in callers for b in ("49151", "4930")))
    done = rate(TariffBook(data), frame).charges
    # Per caller: mobile, then landline at 0.01.
    mobile = {"4930123": 6_000, None: 300_000, "33262123456": 50_000, "1212": 300_000,
              "33112345678": 6_000}  # fmt: skip
    wanted = [price for a in callers for price in (mobile[a], 10_000)]
    assert done["price"].tolist() == wanted


def test_the_cheapest_carrier_depends_on_the_caller():
    """a takes 0.006 from the EEA and 0.30 else, b 0.02 from anywhere: a for Vienna, b else."""
    other = {"id": "b", "versions": [{"id": 1, "rates": [{"id": 1, "price": "0.02", **MINUTE}]}]}
    carriers = [{"id": "a", "tariff": 7}, {"id": "b", "tariff": "b"}]
    data = surcharged(tariffs=[other], carriers=carriers)
    found = least_cost(TariffBook(data), calls(("4312", "49151", 60), ("1212", "49151", 60)))
    assert found["best"].tolist() == ["a", "b"]
    assert found["best_cost"].tolist() == [6_000, 20_000]


def test_the_explanation_says_from_where():
    frame = calls(("431234567", "4915112345", 90), ("1212", "4915112345", 90))
    one = explain(TariffBook(surcharged()), frame, 0)
    assert one.facts("origin") == [{"caller": "431234567", "zone": "EEA"}]
    assert "Anruf von 431234567: der Preis für Anrufer der Zone EEA." in one.text("de")
    other = explain(TariffBook(surcharged()), frame, 1)
    assert other.facts("no_origin") == [{"caller": "1212"}]
    assert not explain(TariffBook(book({"price": "1"})), frame, 0).facts("no_origin")


@pytest.mark.parametrize(
    ("origin", "problem"),
    [
        ({"origin": "mars"}, "is unknown"),
        ({"origin": "names"}, "is a zone without prefixes"),
        ({"origin": "eea", "origins": ["reunion"]}, "stands beside 'origin'"),
        ({"origins": []}, "is an empty list"),
    ],
)
def test_what_is_no_origin_is_refused(origin, problem):
    with pytest.raises(BookError) as refused:
        TariffBook(book({"price": "1", **origin}, zones=ZONES))
    assert [one.problem for one in refused.value.problems] == [problem]
