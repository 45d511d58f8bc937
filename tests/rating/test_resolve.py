# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prefix, direction, destination names, gaps between bands."""

from telecom_billing.rating import TariffBook, explain

from .build import NOON, book, charges, price, reasons, usage

ZONES = [
    {"id": 1, "prefixes": ["49"]},
    {"id": 2, "prefixes": ["4915", "4930"]},
    {"id": 3, "prefixes": ["493012345678901"]},
    {"id": 4, "prefixes": ["4"]},
    {"id": 5, "destinations": ["voicemail", "Frankreich Mobil"]},
]


def rates(**extra):
    return [{"id": zone, "zone": zone, "price": f"0.0{zone}", **extra} for zone in range(1, 6)]


def data(listed, **more):
    return {**book(), "zones": ZONES, **more,
            "tariffs": [{"id": 7, "versions": [{"id": 71, "rates": listed}]}]}  # fmt: skip


def test_the_longest_prefix_of_nested_zones():
    numbers = ["4989", "49301", "49151", "493012345678901", "49301234567890", "43", "41"]
    frame = usage(*[(NOON, 1, {"b_number": number}) for number in numbers])
    assert charges(data(rates()), frame)["zone"].tolist() == [1, 2, 2, 3, 2, 4, 4]


def test_a_version_that_holds_only_in_the_middle_of_many_records():
    """Neither the first nor the last record of a block has it."""
    one = {"id": 71, "valid_from": "2026-03-10", "valid_to": "2026-03-12", "rates": rates()}
    listed = {**data(rates()), "tariffs": [{"id": 7, "versions": [one]}]}
    days = range(1, 31)
    found = charges(listed, usage(*((f"2026-03-{day:02d}T11:00:00", 1) for day in days)))
    priced = found["reason"].isna().tolist()
    assert [day for day, good in zip(days, priced, strict=True) if good] == [10, 11]
    assert set(found["reason"].dropna()) == {"no-version"}


def test_unknown_prefix_and_no_number():
    frame = usage((NOON, 1, {"b_number": "331"}), (NOON, 1, {"b_number": None}))
    assert reasons(data(rates()), frame) == ["no-zone", "no-zone"]


def test_a_rate_without_zone_takes_the_rest():
    listed = [*rates(), {"id": 9, "price": "0.09"}]
    frame = usage((NOON, 1, {"b_number": "331"}), (NOON, 1, {"b_number": "4989"}))
    found = charges(data(listed), frame)
    assert found["rate"].tolist() == [9, 1]
    assert found["zone"].isna().tolist() == [True, False]


def test_destinations_by_name_where_no_prefix_matches():
    frame = usage(
        (NOON, 1, {"b_number": None, "destination": "voicemail"}),
        (NOON, 1, {"b_number": "331", "destination": "Frankreich Mobil"}),
        (NOON, 1, {"b_number": "4989", "destination": "voicemail"}),
        (NOON, 1, {"b_number": None, "destination": "moon"}),
    )
    found = charges(data(rates()), frame)
    assert found["zone"].tolist()[:3] == [5, 5, 1]
    assert reasons(data(rates()), frame)[3] == "no-zone"


def test_incoming_calls_are_priced_by_the_caller():
    listed = [*rates(), {"id": 9, "zone": 2, "direction": "in", "price": "0.5"}]
    one = {"direction": "in", "a_number": "4930999", "b_number": "4989"}
    other = {"direction": "out", "a_number": "4930999", "b_number": "4989"}
    frame = usage((NOON, 1, one), (NOON, 1, other), (NOON, 1, {**one, "a_number": "4989"}))
    assert charges(data(listed), frame)["rate"].tolist()[:2] == [9, 1]
    assert reasons(data(listed), frame)[2] == "no-zone"


def test_a_direction_for_all():
    listed = [{"id": 1, "zone": 1, "direction": "any", "price": "1"}]
    frame = usage(
        *[(NOON, 1, {"direction": way, "a_number": "4930"}) for way in ("in", "transfer")]
    )
    assert charges(data(listed), frame)["rate"].tolist() == [1, 1]


def test_a_gap_between_bands_is_suspense_or_the_shorter_prefix():
    evening = {"bands": [{"id": 5, "from": "20:00"}]}
    listed = [rates()[0], {**rates()[1], "band": 5}]
    frame = usage((NOON, 1, {"b_number": "49301"}))
    book_ = data(listed, **evening)
    assert reasons(book_, frame) == ["no-rate"]
    book_["tariffs"][0]["gap"] = "shorter"
    found = charges(book_, frame)
    assert found[["zone", "rate"]].values.tolist() == [[1, 1]]


def test_services_keep_apart():
    listed = [{"id": 1, "zone": 1, "service": ["voice", "fax"], "price": "0.1"},
              {"id": 2, "zone": 1, "service": "sms", "unit": "piece", "price": "0.2"}]  # fmt: skip
    frame = usage(
        (NOON, 1, {"service": "fax"}), (NOON, 1, {"service": "sms", "unit": "count"}),
        (NOON, 1, {"service": "telex"}),
    )  # fmt: skip
    assert charges(data(listed), frame)["rate"].tolist()[:2] == [1, 2]
    assert reasons(data(listed), frame)[2] == "no-zone"


def test_every_kind_of_unit():
    listed = [
        {"id": 1, "zone": 1, "service": "data", "unit": "MB", "price": "0.05", "step": "0.1"},
        {"id": 2, "zone": 1, "service": "hosting", "unit": "mailbox", "price": "1.20"},
        {"id": 3, "zone": 1, "service": "old data", "unit": "KiB", "price": "1", "per": "MiB"},
    ]
    found = data(listed)
    # 250,000 bytes in steps of 0.1 MB: three steps, 0.3 MB · 0.05 = 0.015.
    assert str(price(found, 250_000, service="data", unit="byte")) == "0.015"
    assert str(price(found, "0.25", service="data", unit="MB")) == "0.015"
    assert str(price(found, 3, service="hosting", unit="mailbox")) == "3.6"
    assert str(price(found, 2, service="old data", unit="MiB")) == "2"
    assert reasons(found, usage((NOON, 1), service="data", unit="mailbox")) == ["wrong-unit"]


def test_a_books_own_units():
    found = data([{"id": 1, "zone": 1, "service": "data", "unit": "KB", "price": "1"}],
                 units={"KB": {"of": "byte", "factor": 1024}})  # fmt: skip
    assert str(price(found, 2048, service="data", unit="byte")) == "2"


def test_reasons_call_the_tariff_by_its_name():
    frame = usage((NOON, 1), b_number="8816")
    known = book({"price": "1"}, tariff={"name": "Business Line"})
    said = "Tariff Business Line has no zone for 8816"
    assert said in charges(known, frame)["message"][0]
    assert said in explain(TariffBook(known), frame, 0).text()
    assert "Tariff 7 has no zone" in charges(book({"price": "1"}), frame)["message"][0]
