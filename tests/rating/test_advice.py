# SPDX-License-Identifier: AGPL-3.0-or-later
"""Special numbers that a price list forgot are told, in a shell too."""

import json

from telecom_billing.rating import TariffBook, advise
from telecom_billing.rating.__main__ import main
from telecom_billing.rating.fault_texts import german

from .build import GERMANY, book

MINUTE = {"price": "0.01", "per": "minute"}
PREMIUM = {"id": "p", "name": "0900", "prefixes": ["49900"], "per_minute": "3.00"}


def told(data):
    return [one.value for one in advise(TariffBook(data))]


def test_a_price_list_that_knows_only_germany():
    (one,) = advise(TariffBook(book(MINUTE, guards=[PREMIUM])))
    assert (one.record, one.value) == ("tariff 7, version 71", "49900")
    assert "cost what Germany (49) costs" in one.problem
    assert "refuses them" in one.remedy
    assert "kosten, was Germany (49) kostet" in german(one)


def test_what_needs_no_advice():
    zones = [GERMANY, {"id": 2, "name": "Premium", "prefixes": ["49900"]}]
    parts = [GERMANY, {"id": 2, "name": "Premium", "prefixes": ["499001", "499003"]}]
    free, texts = {**PREMIUM, "free": True}, {**PREMIUM, "services": ["sms"]}
    del free["per_minute"]
    for data in (
        book(MINUTE, {**MINUTE, "zone": 2}, zones=zones, guards=[PREMIUM]),
        book(MINUTE, {"refuse": "barred", "zone": 2}, zones=zones, guards=[PREMIUM]),
        book(MINUTE, {**MINUTE, "zone": 2}, zones=parts, guards=[PREMIUM]),
        book({**MINUTE, "service": "sms"}, guards=[PREMIUM]),
        book({**MINUTE, "direction": "in"}, guards=[PREMIUM]),
        book(MINUTE, guards=[free]),
        book(MINUTE, guards=[texts]),
        book(MINUTE, guards=[{**PREMIUM, "kinds": ["private"]}], zones=[
            {"id": 1, "prefixes": ["43"]}]),
        book(MINUTE, guards=[PREMIUM], carriers=[{"id": "c", "tariff": 7}]),
    ):  # fmt: skip
        assert told(data) == []


def test_german_classes_are_known_without_guards():
    assert {"49900", "49118"} <= set(told(book(MINUTE)))
    assert told(book(MINUTE, zones=[{"id": 1, "prefixes": ["43"]}])) == []


def test_the_shell_tells_and_prices_all_the_same(tmp_path, capsys):
    (tmp_path / "book.json").write_text(json.dumps(book(MINUTE, guards=[PREMIUM])))
    (tmp_path / "calls.csv").write_text(
        "started_at,quantity,b_number,tariff\n2026-03-10T11:00:00Z,60,4930123,7\n"
    )
    arguments = [str(tmp_path / "book.json"), str(tmp_path / "calls.csv")]
    assert main(arguments) == 0
    assert "Note: tariff 7, version 71: rates = '49900'" in capsys.readouterr().err
    assert main([*arguments, "--language", "de"]) == 0
    assert "Hinweis: Tarif 7, Version 71" in capsys.readouterr().err
