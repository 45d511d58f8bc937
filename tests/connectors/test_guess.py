# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mapping is proposed from a sample, and what it proposes can be read."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import formats
from connectors.guess import guess

SAMPLES = Path(__file__).parent / "samples"

CSV = "Anrufer;Zielnummer;Beginn;Dauer;Preis\n030123;089456;15.09.2026 10:00:00;00:01:01;0,05\n" * 1
CALLS = [{"id": "1", "from": "4930", "to": "4940", "times": {"start": "2026-09-01T10:00:00Z"},
          "seconds": 61}]  # fmt: skip
XML = (
    '<x><head><n>1</n></head><call id="1"><caller>4930123</caller><called>4940123</called>'
    "<start>2026-09-01T10:00:00Z</start><duration>61</duration></call>"
    '<call id="2"><caller>4930123</caller><called>4940123</called>'
    "<start>2026-09-01T11:00:00Z</start><duration>5</duration></call></x>"
)


def targets(found):
    return {row["target"]: row["column"] for row in found.columns}


def read(found, data, **settings):
    given_settings = found.settings | {"columns": found.columns} | settings
    return formats.get(found.format).decode(io.BytesIO(data), given_settings).read()


def test_german_csv_with_date_and_time_apart():
    data = (SAMPLES / "german_carrier.csv").read_bytes()
    found = guess(data)
    assert targets(found) == {
        "started_at": "Datum + Uhrzeit", "quantity": "Dauer", "a_number": "Rufnummer A",
        "b_number": "Rufnummer B", "cost": "Preis", "destination": "Zone",
    }  # fmt: skip
    assert found.settings == {
        "encoding": "cp1252", "delimiter": ";", "header": True, "decimal": ",",
        "time_pattern": "german",
    }  # fmt: skip
    assert len(read(found, data, a_notation="mixed_de", b_notation="mixed_de").frame) >= 1


def test_a_title_above_the_headings_and_ziel_as_number():
    data = (
        b"Verbindungen;Muster GmbH;;;;;\r\nDatum;Uhrzeit;Quelle;Ziel;Dauer;Zielname;Betrag EUR\r\n"
        b"03.10.2026;08:15:02;004940209;0049 171-2345678;0:02:05;Mobilfunk;0,18\r\n"
        b"03.10.2026;08:20:11;004940209;0033987654321;0:10:59;Frankreich;0,54\r\n"
    )
    found = guess(data)
    assert targets(found) == {
        "started_at": "Datum + Uhrzeit", "quantity": "Dauer", "a_number": "Quelle",
        "b_number": "Ziel", "cost": "Betrag EUR",
    }  # fmt: skip
    assert found.names[3] == ("Ziel", "0049 171-2345678")
    frame = read(found, data, a_notation="international_00", b_notation="international_00").frame
    assert frame["b_number"].tolist() == ["491712345678", "33987654321"]


def test_a_clock_as_duration():
    found = guess(CSV.encode())
    assert {"target": "quantity", "column": "Dauer", "shape": "hms"} in found.columns
    chunk = read(found, CSV.encode())
    assert chunk.frame["quantity"].tolist() == [61_000_000]


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (json.dumps({"data": {"calls": CALLS}}).encode(), "data.calls"),
        (json.dumps(CALLS).encode(), ""),
        (json.dumps(CALLS[0]).encode() + b"\n" + json.dumps(CALLS[0]).encode(), ""),
    ],
)
def test_json(data, container):
    found = guess(data)
    assert (found.format, found.settings["container"]) == ("json_mapping", container)
    assert targets(found) == {
        "record_id": "id", "a_number": "from", "b_number": "to", "quantity": "seconds",
        "started_at": "times.start",
    }  # fmt: skip
    assert len(read(found, data, a_notation="e164", b_notation="e164").frame) >= 1


def test_xml():
    found = guess(XML.encode())
    assert (found.format, found.settings["tag"]) == ("xml_mapping", "call")
    assert targets(found)["started_at"] == "start"
    chunk = read(found, XML.encode(), a_notation="international", b_notation="international")
    assert len(chunk.frame) + len(chunk.rejects) == 2


def test_without_delimiter_it_is_fixed_width_and_nothing_is_claimed():
    found = guess(b"D2026090110000000490301234560000061\nD202609011\n")
    assert (found.format, found.columns) == ("fixed_mapping", [])


@given(st.binary(max_size=300))
def test_nothing_makes_it_fail(data):
    assert guess(data).format.endswith("_mapping")


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_sample_gets_a_proposal(path):
    found = guess(path.read_bytes())
    names = {name for name, _example in found.names}
    for row in found.columns:
        assert {part.strip() for part in row["column"].split("+")} <= names or " + " in row[
            "column"
        ]
