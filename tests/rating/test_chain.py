# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which price list answers: a contract's own, an option's, the tariff's, a fallback, a default."""

from .build import NOON, book, charges, price, reasons, usage

SMS = {"service": "sms", "unit": "piece", "zone": None}


def tariff(number, price_, **more):
    rates = [{"id": 1, **SMS, "price": price_}]
    return {"id": number, "versions": [{"id": number * 10, "rates": rates}], **more}


DATA = book(
    {**SMS, "price": "0.10"},
    tariffs=[tariff(8, "0.08"), tariff(9, "0.09"), tariff(5, "0.05"), tariff(6, "0.06")],
    options=[{"id": "o", "price_list": 9}, {"id": "heavy", "price_list": 6, "weight": 5}],
    contracts=[
        {"id": 2, "price_lists": [8]},
        {"id": 3, "price_lists": [
            {"tariff": 8, "valid_from": "2026-03-10", "valid_to": "2026-03-11"}]},
        {"id": 4, "options": ["o", {"option": "heavy", "valid_from": "2026-06-01"}]},
        {"id": 5, "price_lists": [8, {"tariff": 5, "weight": 1}]},
        {"id": 6, "tariff": 9},
    ],
    lines=[{"id": 77, "contract": 2, "price_lists": [5]}],
)  # fmt: skip


def cost(started=NOON, **columns):
    return str(price(DATA, 1, started, service="sms", unit="piece", **columns))


def test_the_tariff_alone():
    assert cost() == "0.1"


def test_a_contracts_own_list_beats_the_tariff():
    assert cost(contract=2) == "0.08"


def test_a_lines_own_list_beats_the_contracts():
    assert cost(contract=2, line=77) == "0.05"


def test_own_lists_hold_for_their_time():
    assert cost("2026-03-09T22:59:59", contract=3) == "0.1"
    assert cost("2026-03-09T23:00:00", contract=3) == "0.08"
    assert cost("2026-03-10T23:00:00", contract=3) == "0.1"


def test_options_beat_the_tariff_the_heavier_first():
    assert cost(contract=4) == "0.09"
    assert cost("2026-06-02T12:00:00", contract=4) == "0.06"
    assert cost(options="o") == "0.09"
    assert cost(options="o|heavy") == "0.06"


def test_the_heavier_list_first():
    assert cost(contract=5) == "0.05"


def test_a_contracts_tariff_where_the_record_names_none():
    assert cost(contract=6, tariff=None) == "0.09"
    assert cost(contract=6) == "0.1"


def test_fallbacks_in_order_of_weight_then_the_default():
    data = book(
        {"service": "voice", "price": "0.01"},
        tariff={"fallbacks": [8, {"tariff": 9, "weight": 3}]},
        tariffs=[tariff(8, "0.08"), tariff(9, "0.09"), tariff(5, "0.05")],
    )
    columns = {"service": "sms", "unit": "piece"}
    assert str(price(data, 1, **columns)) == "0.09"
    data["tariffs"][0]["fallbacks"] = []
    assert reasons(data, usage((NOON, 1), **columns)) == ["no-zone"]
    data["default_tariff"] = 5
    assert str(price(data, 1, **columns)) == "0.05"
    assert str(price(data, 1, tariff=None, **columns)) == "0.05"


def test_a_factor_scales_what_lies_below_and_factors_multiply():
    half = {"id": 1, **SMS, "factor": "0.5", "setup": "0.01"}
    tenth = {"id": 1, **SMS, "factor": "0.1"}
    lists = [
        {"id": 8, "versions": [{"id": 80, "rates": [half]}]},
        {"id": 9, "versions": [{"id": 90, "rates": [tenth]}]},
    ]
    data = book({**SMS, "price": "2.00", "setup": "0.30"}, tariffs=lists,
                contracts=[{"id": 2, "price_lists": [8]}, {"id": 3, "price_lists": [9, 8]},
                           {"id": 4, "price_lists": [9]}])  # fmt: skip
    columns = {"service": "sms", "unit": "piece"}
    assert str(price(data, 1, contract=2, **columns)) == "1.01"  # 2 · 0.5 + 0.01
    assert str(price(data, 1, contract=3, **columns)) == "0.11"  # 2 · 0.5 · 0.1 + 0.01
    assert str(price(data, 1, contract=4, **columns)) == "0.5"  # 2 · 0.1 + 0.30
    found = charges(data, usage((NOON, 1), contract=2, **columns))
    assert found[["tariff", "rate"]].values.tolist() == [[7, 1]]


def test_a_factor_without_a_price_below():
    data = book({**SMS, "factor": "0.5"})
    assert reasons(data, usage((NOON, 1), service="sms", unit="piece")) == ["no-base-price"]


def test_every_record_has_its_own_chain():
    rows = [{"contract": 1}, {"contract": 2}, {"contract": 2, "line": 77}, {"contract": 4}]
    frame = usage(*[(NOON, 1, row) for row in rows], service="sms", unit="piece")
    assert charges(DATA, frame)["price"].tolist() == [100_000, 80_000, 50_000, 90_000]


def test_identifiers_are_compared_as_text():
    frame = usage((NOON, 1), service="sms", unit="piece", contract="2", tariff="7")
    assert charges(DATA, frame)["price"].tolist() == [80_000]
