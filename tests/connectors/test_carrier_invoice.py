# SPDX-License-Identifier: AGPL-3.0-or-later
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carrier_invoice import check, read
from connectors.reasons import DeliveryError, SettingsError

CSV = """Zielzone;Gespräche;Minuten;Netto
Deutschland Mobil;1.204;3.311,5;198,69
Frankreich Fest;17;62,25;0,93
Grundgebühr;;;49,90
Summe;;;249,52
"""
LAYOUT = {
    "destination": "Zielzone",
    "records": "Gespräche",
    "quantity": "Minuten",
    "amount": "Netto",
    "thousands": ".",
    "total_mark": "Summe",
}


def rows(statement):
    return [(p.destination, p.records, p.quantity, p.amount) for p in statement.positions]


def accounted(statement):
    return len(statement.positions) + len(statement.faulty) + statement.totals + statement.left_out


def test_csv_in_german():
    found = read(CSV.encode(), LAYOUT)
    # 3311.5 min = 198 690 s; 62.25 min = 3735 s
    assert rows(found) == [
        ("Deutschland Mobil", 1204, 198_690_000_000, 198_690_000),
        ("Frankreich Fest", 17, 3_735_000_000, 930_000),
        ("Grundgebühr", None, None, 49_900_000),
    ]
    assert found.total == 249_520_000 == found.amount
    assert accounted(found) == found.lines == 4


def test_totals_before_and_with_vat_are_no_positions():
    lines = CSV.replace("Summe;;;249,52\n", "Summerland;1;1;1,00\n") + (
        "Summe netto;;;250,52\nzzgl. MwSt 19 %;;;47,60\nSumme brutto;;;298,12\n"
    )
    found = read(lines.encode(), LAYOUT | {"total_mark": "summe, zzgl."})
    assert [name for name, *_rest in rows(found)][-1] == "Summerland"
    assert (found.totals, found.total, found.amount) == (3, 250_520_000, 250_520_000)
    assert accounted(found) == found.lines == 7
    # subtotals of sections that add up to all of it; and one that fits nothing
    sections = CSV.replace("Grund", "Summe;;;199,62\nGrund").replace("249,52", "49,90")
    assert read(sections.encode(), LAYOUT).total == 249_520_000
    assert read(sections.replace("49,90", "50,00", 1).encode(), LAYOUT).total == 49_900_000


def test_amounts_may_name_their_currency():
    lines = "A;1;1;1.000,00 €\nB;1;1;EUR -2,5\nC;1;1;$3\nD;1;1;4,00-\nE;1;1;5 Taler\n"
    found = read(("Zielzone;Gespräche;Minuten;Netto\n" + lines).encode(), LAYOUT)
    assert [row[-1] for row in rows(found)] == [1_000_000_000, -2_500_000, 3_000_000, -4_000_000]
    assert found.currencies == {"€", "EUR", "$"}
    assert [line for line, _why, _raw in found.faulty] == [6]


def test_a_column_that_is_there_twice_is_not_guessed():
    with pytest.raises(DeliveryError, match="column Netto twice"):
        read(CSV.replace("Gespräche", "Netto").encode(), LAYOUT | {"records": ""})


def test_a_credit_may_take_back_calls_and_minutes():
    found = read((CSV + "Frankreich Fest;-2;-3,5;-0,05\nItalien;-2;1;0,05\n").encode(), LAYOUT)
    assert rows(found)[-1] == ("Frankreich Fest", -2, -210_000_000, -50_000)
    assert [line for line, _why, _raw in found.faulty] == [7]


def test_csv_without_header_in_another_encoding():
    text = "x\nMünchen\t61\t1.5\n"
    layout = {"destination": "1", "quantity": "2", "amount": "3", "shape": "s", "decimal": ".",
              "delimiter": "\\t", "header": False, "skip": 1, "encoding": "cp1252"}  # fmt: skip
    found = read(text.encode("cp1252"), layout)
    assert rows(found) == [("München", None, 61_000_000, 1_500_000)]
    with pytest.raises(DeliveryError, match="encoding"):
        read(text.encode("cp1252"), layout | {"encoding": "utf-8"})


def test_xml():
    data = b"""<bill><no>R-7</no><pos cur="EUR"><zone>FR</zone><n>2</n><t>00:01:30</t>
      <net><value>0.30</value></net></pos><pos><zone>FR</zone><n>x</n><t>1</t></pos></bill>"""
    found = read(
        data,
        {"kind": "xml", "container": "pos", "destination": "zone", "records": "n",
         "quantity": "t", "shape": "hms", "amount": "net.value", "decimal": "."},
    )  # fmt: skip
    assert rows(found) == [("FR", 2, 90_000_000, 300_000)]
    ((line, why, raw),) = found.faulty
    assert line == 2 and "“x”" in why and "net.value" in why and "zone: FR" in raw
    assert accounted(found) == found.lines == 2


def test_json_in_cents_with_selection():
    data = {"invoice": "R-8", "items": [
        {"zone": "FR", "kind": "usage", "cents": 30, "calls": 2},
        {"zone": "FR", "kind": "note", "cents": 0, "calls": 0},
    ]}  # fmt: skip
    found = read(
        json.dumps(data).encode(),
        {"kind": "json", "container": "items", "destination": "zone", "amount": "cents",
         "records": "calls", "decimal": ".", "amount_exponent": 2, "only": "kind=usage",
         "number": "^.invoice"},
    )  # fmt: skip
    assert rows(found) == [("FR", 2, None, 300_000)]
    assert found.left_out == 1
    assert found.number == "R-8"


def test_a_wrong_total_shows():
    found = read(CSV.replace("249,52", "250,00").encode(), LAYOUT)
    assert found.total - found.amount == 480_000


def test_faulty_lines_are_kept_with_reason():
    found = read((CSV + "Italien;3;1,5;gratis\n;1;1;1,00\nPolen;1,5;1;1,00\n").encode(), LAYOUT)
    assert [(line, why.split()[0]) for line, why, _raw in found.faulty] == [
        (6, "Netto"), (7, "Zielzone"), (8, "Gespräche"),
    ]  # fmt: skip
    assert accounted(found) == found.lines == 7


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, "destination"),
        (LAYOUT | {"kind": "xml"}, "container"),
        (LAYOUT | {"header": False}, "positions from 1"),
        (LAYOUT | {"only": "kind"}, "column=value"),
        (LAYOUT | {"colour": "red"}, "colour"),
    ],
)
def test_settings_that_make_no_sense(settings, word):
    with pytest.raises(SettingsError, match=word):
        check(settings)


def test_a_missing_column_is_named():
    with pytest.raises(DeliveryError, match="Minuten"):
        read(CSV.replace("Minuten", "Min").encode(), LAYOUT)


@given(st.binary(max_size=200), st.sampled_from(["csv", "xml", "json"]))
def test_whatever_comes_is_accounted_for_or_refused(data, kind):
    layout = {"kind": kind, "container": "pos", "destination": "1", "amount": "2",
              "header": False, "encoding": "cp1252"}  # fmt: skip
    try:
        found = read(data, layout)
    except DeliveryError as error:
        assert str(error)
    else:
        assert accounted(found) == found.lines


@given(
    st.lists(st.tuples(st.sampled_from(["DE", "FR"]), st.integers(0, 10**6), st.integers(0, 10**9)))
)
def test_sums_are_exact(items):
    text = "d;n;a\n" + "".join(f"{d};{n};{a / 10**6:.6f}\n" for d, n, a in items)
    found = read(text.encode(), {"destination": "d", "records": "n", "amount": "a", "decimal": "."})
    assert found.amount == sum(a for _d, _n, a in items)
    assert len(found.positions) == len(items)
