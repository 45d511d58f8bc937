# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random tariff books and calls (hypothesis strategies)."""

import os
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st


def tried(examples):
    """Settings of a property test: the same examples in every run, unless others are asked for."""
    times = int(os.environ.get("TELECOM_EXAMPLES", "1"))
    return settings(
        max_examples=examples * times,
        derandomize=times == 1,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


#: Moments where clocks, days, months and years change, in UTC.
EDGES = [
    datetime(2026, 3, 29, 0, 30),
    datetime(2026, 10, 25, 0, 30),
    datetime(2026, 12, 31, 22, 30),
    datetime(2028, 2, 28, 22, 30),
    datetime(2026, 7, 15, 5, 30),
    datetime(2026, 7, 17, 15, 30),
]

digits = st.text("0123", min_size=1, max_size=6)
money = st.decimals(0, 3, places=4).map(str)
increments = st.sampled_from(["1", "6", "10", "30", "60", "0.5", "45", "7"])
roundings = st.sampled_from(["half_up", "half_even", "up", "down"])

seconds = st.one_of(
    st.integers(0, 400),
    st.integers(0, 90_000),
    st.sampled_from([0, 1, 59, 60, 61, 86_400]),
    st.integers(1, 4_000).map(lambda tenths: tenths / 10),
)
starts = st.builds(
    lambda edge, offset: edge + timedelta(seconds=offset),
    st.sampled_from(EDGES),
    st.integers(0, 10_800),
)


@st.composite
def simple_prices(draw):
    """A price with increments."""
    rate = {"price": draw(money), "per": draw(st.sampled_from(["minute", "60", "1", "90"]))}
    kind = draw(st.integers(0, 3))
    if kind:
        rate["initial"] = draw(increments)
    if kind > 1:
        rate["step"] = draw(increments)
    if kind > 2:
        rate["price_initial"] = draw(money)
    return rate


@st.composite
def listed_prices(draw, rounding=("up", "none")):
    """A list of steps."""
    borders = sorted(draw(st.sets(st.integers(1, 300), max_size=3)))
    steps, low = [], 0
    for high in [*borders, None]:
        step = {
            "from": low,
            "interval": draw(increments),
            "price": draw(money),
            "rounding": draw(st.sampled_from(rounding)),
        }
        if draw(st.booleans()):
            step["per"] = draw(st.sampled_from(["60", "1", "7"]))
        if high is not None:
            step["to"] = high
        steps.append(step)
        low = high
    rate = {"steps": steps}
    if borders and draw(st.booleans()):
        del steps[-1]
        rate["beyond"] = draw(st.sampled_from(["free", "last"]))
    return rate


@st.composite
def rates(draw, number, band=None, split="start"):
    """One rate for zone ``number``."""
    prices = simple_prices() if split != "start" else st.one_of(simple_prices(), listed_prices())
    rate = {"id": draw(st.just(number)), "service": "voice", **draw(prices)}
    if band is not None:
        rate["band"] = band
    if draw(st.booleans()):
        rate["setup"] = draw(money)
        rate["setup_on_zero"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        rate["maximum"] = draw(money)
    if draw(st.integers(0, 3)) == 0:
        low = draw(st.decimals(0, 2, places=2).map(str))
        if "maximum" not in rate or Decimal(low) <= Decimal(rate["maximum"]):
            rate["minimum"] = low
    if draw(st.integers(0, 4)) == 0:
        rate["free"] = draw(st.sampled_from(["5", "30", "60"]))
    rate["rounding"] = draw(roundings)
    rate["decimals"] = draw(st.integers(0, 6))
    rate["round_at"] = draw(st.sampled_from(["charge", "charge", "part", "step", "invoice"]))
    rate["round_quantity"] = draw(st.sampled_from(["record", "step"]))
    return rate


@st.composite
def bands(draw, number):
    band = {"id": number}
    if draw(st.booleans()):
        band["weekdays"] = sorted(draw(st.sets(st.integers(1, 7), min_size=1)))
    hours = st.sampled_from(["00:00", "01:30", "02:30", "07:00", "18:00", "22:00"])
    band["from"] = draw(hours)
    if draw(st.booleans()):
        band["to"] = draw(hours.filter(lambda hour: hour != "00:00"))
    if draw(st.integers(0, 4)) == 0:
        band["months"] = sorted(draw(st.sets(st.sampled_from([1, 3, 7, 10, 12]), min_size=1)))
    return band


@st.composite
def books(draw, split="start"):
    """A book with up to four zones; each has an always-rate and perhaps some in bands."""
    groups = draw(st.lists(st.sets(digits, min_size=1, max_size=4), min_size=1, max_size=4))
    seen, zones = set(), []
    for number, group in enumerate(groups, 1):
        mine = sorted(group - seen)
        seen |= group
        if mine:
            zones.append({"id": number, "prefixes": mine})
    listed = draw(st.lists(st.integers(1, 3), max_size=3, unique=True))
    known = [draw(bands(number)) for number in listed]
    found = []
    for zone in zones:
        for band in [None, *[band["id"] for band in known if draw(st.booleans())]]:
            rate = draw(rates(len(found) + 1, band, split))
            rate["split"] = split
            if split == "exact":
                rate["round_quantity"] = draw(st.sampled_from(["record", "fragment"]))
            found.append({**rate, "zone": zone["id"]})
    if split != "start":
        _share(draw, found)
    versions = [{"id": 1, "valid_from": "2026-01-01", "rates": found}]
    return {
        "format": 1,
        "timezone": "Europe/Berlin",
        "zones": zones,
        "bands": known,
        "tariffs": [{"id": 1, "versions": versions}],
    }


def _share(draw, found):
    """Rates of one zone agree on what the first of a record decides for all."""
    for rate in found:
        rate["free"] = "0"
        rate["round_quantity"] = found[0]["round_quantity"]


calls = st.tuples(
    starts,
    seconds,
    st.text("0123", min_size=1, max_size=9),
)
