# SPDX-License-Identifier: AGPL-3.0-or-later
import io
from pathlib import Path

import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO, check
from connectors.reasons import DeliveryError, SettingsError

SAMPLE = Path(__file__).parent / "samples" / "german_carrier.csv"

COLUMNS = [
    {"target": "a_number", "column": "A"},
    {"target": "b_number", "column": "B"},
    {"target": "started_at", "column": "Start"},
    {"target": "quantity", "column": "Seconds"},
]


def decode(text, **settings):
    settings = {"columns": COLUMNS} | settings
    form = formats.get("csv_mapping")
    decoding = form.decode(io.BytesIO(text.encode(settings.get("encoding", "utf-8"))), settings)
    chunk = decoding.read()
    check(chunk.frame)
    return chunk.frame, chunk.rejects, decoding.summary


def test_german_carrier():
    decoding = formats.get("german_carrier").decode(SAMPLE)
    chunk = decoding.read()
    frame, summary = check(chunk.frame), decoding.summary
    assert frame["a_number"].tolist() == ["4930123456"] * 3
    assert frame["b_number"].tolist() == ["49891234567", "43123456789", "49110"]
    assert frame["quantity"].tolist() == [61 * MICRO, 1205 * MICRO, 60 * MICRO]
    assert frame["cost"].tolist() == [14500, 1_250_000, 0]
    assert frame["currency"].tolist() == ["EUR"] * 3
    assert frame["destination"].tolist() == ["Inland", "Österreich", "Notruf"]
    # 02:30 on the last Sunday of October comes twice; summer time is taken, and counted
    assert frame["started_at"].tolist()[1] == pd.Timestamp("2026-10-25 00:30:00")
    assert summary.notes == {"time_ambiguous": 1}
    assert chunk.rejects["reason"].tolist() == ["number_damaged"]
    assert (summary.header, summary.trailer, summary.data) == (1, 1, 4)
    # 61 + 1205 + 60 + 61 = 1387 s and 0.0145 + 1.25 + 0 + 0.0145 = 1.279 are stated
    assert (summary.declared.count, summary.declared.quantity) == (4, 1387 * MICRO)
    assert summary.declared.cost == 1_279_000
    assert summary.differences() == [
        "the file states a quantity of 1387, 1326 was read",
        "the file states a cost of 1.279, 1.2645 was read",
    ]
    assert summary.as_dict()["quantity"] == {"second": 1326 * MICRO}


def test_totals_that_agree_are_silent():
    text = SAMPLE.read_bytes().replace(b"4,92E+11", b"0892345")
    decoding = formats.get("german_carrier").decode(io.BytesIO(text))
    assert len(decoding.read().frame) == 4
    assert decoding.summary.differences() == []


def test_header_names_are_found_in_any_order_and_case():
    frame, _rejects, _summary = decode(
        "x;SECONDS; start ;B;a\n;5;2026-09-01 10:00:00;110;0301234\n"
    )
    assert frame["b_number"].tolist() == ["49110"]
    assert frame["a_number"].tolist() == ["49301234"]


def test_a_missing_column_is_a_fault_of_the_delivery():
    with pytest.raises(DeliveryError, match=r"lacks Seconds; it reads: 'A;B;Start'"):
        decode("A;B;Start\n1;2;3\n")


def test_without_header_columns_are_positions():
    rows = [
        {"target": "b_number", "column": "3"},
        {"target": "started_at", "column": "1 + 2", "pattern": "dd.mm.yyyy HH:MM"},
        {"target": "quantity", "column": "4", "shape": "hms"},
        {"target": "service", "value": "fax"},
        {"target": "direction", "column": "5", "map": "kommend=in, *=out"},
    ]
    text = "junk\n01.09.2026\t10:00\t110\t00:01:01\tKommend\textra\n01.09.2026\t10:00\t110\t2\n"
    frame, rejects, _summary = decode(
        text, columns=rows, header=False, skip=1, delimiter="\\t", timezone="UTC"
    )
    assert frame["direction"].tolist() == ["in"]
    assert frame["service"].tolist() == ["fax"]
    assert frame["quantity"].tolist() == [61 * MICRO]
    assert frame["line"].tolist() == [2]
    assert rejects["reason"].tolist() == ["column_count"]


def test_record_selection():
    text = "A;B;Start;Seconds;State\n" + "".join(
        f"0301234;110;2026-09-01 10:00:00;5;{state}\n" for state in ("ok", "OK", "busy", "")
    )
    rules = [{"column": "State", "values": "ok", "mode": "only"}]
    frame, rejects, _summary = decode(text, rules=rules)
    assert frame["line"].tolist() == [2, 3]
    assert set(rejects["kind"]) == {"filtered"}
    rules = [{"column": "State", "values": "busy", "mode": "skip"}]
    assert decode(text, rules=rules)[0]["line"].tolist() == [2, 3, 5]


def test_signs_and_units_of_cost():
    columns = [*COLUMNS, {"target": "cost", "column": "Price"}]
    text = "A;B;Start;Seconds;Price\n0301234;110;2026-09-01 10:00:00;5;-2.5\n"
    frame, _rejects, _summary = decode(
        text, columns=columns, cost_sign="negative", cost_exponent=2, currency="CHF"
    )
    assert frame["cost"].tolist() == [25_000]
    assert frame["currency"].tolist() == ["CHF"]


def test_refunds_only_where_they_are_expected():
    text = "A;B;Start;Seconds\n0301234;110;2026-09-01 10:00:00;-90\n"
    frame, rejects, _summary = decode(text)
    assert frame.empty and rejects["reason"].tolist() == ["duration_negative"]
    frame, rejects, _summary = decode(text, negative="refund")
    assert frame["quantity"].tolist() == [-90_000_000] and rejects.empty


def test_policy_for_the_repeated_hour():
    text = "A;B;Start;Seconds\n0301234;110;2026-10-25 02:30:00;5\n"
    assert decode(text)[0]["started_at"][0] == pd.Timestamp("2026-10-25 00:30:00")
    assert decode(text, ambiguous="winter")[0]["started_at"][0] == pd.Timestamp("2026-10-25 01:30")
    assert decode(text, ambiguous="reject")[1]["reason"].tolist() == ["time_ambiguous"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16"])
def test_encodings(encoding):
    columns = [*COLUMNS, {"target": "destination", "column": "Ziel"}]
    text = "A;B;Start;Seconds;Ziel\n0301234;110;2026-09-01 10:00:00;5;Österreich\n"
    frame, _rejects, _summary = decode(text, columns=columns, encoding=encoding)
    assert frame["destination"].tolist() == ["Österreich"]


def test_faults_of_a_mapping_are_named_together():
    with pytest.raises(SettingsError, match=r"row 1: target 'colour'.*row 2: .*mapped twice|row 1"):
        formats.get("csv_mapping").resolve(
            {"columns": [{"target": "colour", "column": "A"}, {"target": "quantity"}]}
        )
    with pytest.raises(SettingsError, match="nothing is mapped to started_at"):
        formats.get("csv_mapping").resolve({"columns": COLUMNS[3:]})
    with pytest.raises(SettingsError, match="positions from 1"):
        formats.get("csv_mapping").resolve({"columns": COLUMNS, "header": False})


@pytest.mark.parametrize(("encoding", "doubtful"), [("cp1252", 0), ("utf-8", 1)])
def test_utf8_under_another_name_is_noticed_and_read_as_declared(encoding, doubtful):
    """cp1252 reads nearly everything; what is declared counts, but somebody should look."""
    text = "Rufnummer A;Rufnummer B;Datum;Uhrzeit;Dauer;Zone;Preis\n"
    text += "4930123456;0049891234567;01.09.2026;10:00:00;61;Österreich;0,0145\n"
    decoding = formats.get("german_carrier").decode(io.BytesIO(text.encode(encoding)))
    zone = decoding.read().frame["destination"][0]
    assert (zone == "Österreich") is not bool(doubtful)
    assert decoding.summary.notes["encoding_doubtful"] == doubtful
