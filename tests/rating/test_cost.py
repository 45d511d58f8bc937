# SPDX-License-Identifier: AGPL-3.0-or-later
"""What carriers take, what is earned, who would be cheapest."""

import pandas as pd

from telecom_billing.rating import TariffBook, cost, least_cost, margin, rate

from .build import NOON, book, usage


def tariff(number, price, **more):
    rates = [{"id": 1, "zone": 1, "price": price, "per": "minute", "step": 1}]
    return {"id": number, "versions": [{"id": number * 10, "rates": rates}], **more}


DATA = book(
    {"price": "0.10", "per": "minute", "step": 60},
    tariffs=[tariff(8, "0.04"), tariff(9, "0.06"), tariff(6, "0.01", currency="USD")],
    carriers=[
        {"id": "ovh", "tariff": 8},
        {"id": "sewan", "tariff": 9, "stated": True},
        {"id": "open", "stated": True},
        {"id": "us", "tariff": 6},
    ],
)
BOOK = TariffBook(DATA)


def calls(*rows):
    frame = usage(*[(NOON, seconds, {"carrier": who, **more}) for seconds, who, more in rows])
    if "cost" in frame:
        frame["cost"] = frame["cost"].astype("Int64")
    return frame


def listed(series):
    return [None if pd.isna(one) else one for one in series]


def test_by_the_carriers_price_list():
    found = cost(BOOK, calls((90, "ovh", {}), (90, "sewan", {}), (90, None, {}), (90, "who", {})))
    assert listed(found["cost"]) == [60_000, 90_000, None, None]
    assert listed(found["reason"]) == [None, None, "no-carrier", "no-carrier"]
    assert found["stated"].tolist() == [False] * 4


def test_by_what_the_carrier_states():
    rows = [(90, "sewan", {"cost": 1_234}), (90, "sewan", {"cost": None}),
            (90, "open", {"cost": 77, "currency": "CHF"}), (90, "open", {"cost": None}),
            (90, "ovh", {"cost": 5})]  # fmt: skip
    found = cost(BOOK, calls(*rows))
    assert listed(found["cost"]) == [1_234, 90_000, 77, None, 60_000]
    assert found["stated"].tolist() == [True, False, True, False, False]
    assert listed(found["currency"]) == ["EUR", "EUR", "CHF", None, "EUR"]
    assert listed(found["reason"])[3] == "no-stated-cost"


def test_the_only_carrier_needs_no_name():
    data = TariffBook({**DATA, "carriers": [{"id": "ovh", "tariff": 8}]})
    frame = calls((90, None, {})).drop(columns="carrier")
    assert listed(cost(data, frame)["cost"]) == [60_000]


def test_a_number_the_carrier_does_not_list():
    found = cost(BOOK, calls((90, "ovh", {"b_number": "331"})))
    assert listed(found["cost"]) == [None]
    assert listed(found["reason"]) == ["no-zone"]


def test_margin():
    rows = [(90, "ovh", {}), (90, "us", {}), (90, "ovh", {"tariff": 99}), (90, None, {})]
    frame = calls(*rows)
    found = margin(rate(BOOK, frame), cost(BOOK, frame))
    # Two minutes of 0.10 less 90 s at 0.04; dollars and euros do not mix; no price; no cost.
    assert listed(found["margin"]) == [140_000, None, None, None]
    assert listed(found["revenue"]) == [200_000, 200_000, None, 200_000]


def test_customers_allowances_do_not_lower_costs():
    data = TariffBook({**DATA, "allowances": [{"id": "a", "quantity": 9999, "tariffs": [7]}]})
    assert listed(cost(data, calls((90, "ovh", {})))["cost"]) == [60_000]


def test_least_cost():
    frame = calls((90, None, {}), (90, None, {"b_number": "331"}))
    found = least_cost(BOOK, frame, ["sewan", "ovh"])
    assert listed(found["cost ovh"]) == [60_000, None]
    assert listed(found["best"]) == ["ovh", None]
    assert listed(found["best_cost"]) == [60_000, None]
    assert listed(least_cost(BOOK, frame)["best"])[0] == "us"
