# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO
from connectors.mappings import all_mappings
from connectors.reasons import SettingsError
from tests.connectors.conftest import SAMPLES


def test_every_mapping_names_an_existing_format():
    for name, mapping in all_mappings().items():
        form = formats.get(name)
        assert form.name == name and form.label == mapping["label"]
        assert mapping["format"] in formats.names()
        assert set(mapping["settings"]) <= {setting.name for setting in form.settings}


@pytest.mark.parametrize("name", ["sewan", "openip", "networth"])
def test_carriers_without_public_layout_start_empty_and_say_so(name):
    form = formats.get(name)
    assert "not publish" in form.help
    with pytest.raises(SettingsError, match="nothing is mapped"):
        form.resolve({})


def test_a_mapping_does_not_change_its_format():
    formats.get("german_carrier")
    assert formats.get("csv_mapping").describe()["name"] == "csv_mapping"
    default = {s["name"]: s["default"] for s in formats.describe("csv_mapping")["settings"]}
    assert default["columns"] == [] and default["decimal"] == "."


READY = ("german_carrier", "kamailio_cdrs", "outbox", "partial_csv", "fixed_header_trailer")


def test_every_mapping_with_columns_has_a_sample_and_a_dirty_one():
    """What the fuzz and retry tests work with."""
    filled = {name for name, one in all_mappings().items() if one["settings"]["columns"]}
    assert filled == set(READY)
    for name in READY:
        assert {path.stem for path in SAMPLES.glob(f"{name}*")} == {name, f"{name}_dirty"}


def test_german_carrier_dirty(sample, reasons):
    frame, rejects, summary = sample("german_carrier", "german_carrier_dirty.csv")
    assert frame["line"].tolist() == [2, 3, 11]
    assert frame["destination"].tolist() == ["In;land", "Österreich", 'Mehrwert "0900"']
    assert frame["quantity"].tolist() == [61 * MICRO, 1205 * MICRO, 61 * MICRO]
    assert frame["cost"].tolist() == [14_500, -1_250_000, 1_000_000]
    assert frame["b_number"][2] == "499001123456" and frame["a_number"].isna().tolist()[2]
    assert reasons(rejects) == {
        4: "header_repeated", 6: "duration", 7: "duration_negative", 8: "amount", 9: "time",
        10: "number_damaged", 12: "column_count",
    }  # fmt: skip
    # 61 + 1,205 + 61 s; 0.0145 - 1.25 + 1 EUR
    count, quantity, cost = summary.differences()
    assert count == "the file states 8 records, 10 were found"
    assert quantity == "the file states a quantity of 1449, 1327 was read"
    assert cost == "the file states a cost of 5, -0.2355 was read"


def test_kamailio_dirty(sample, reasons):
    frame, rejects, _summary = sample("kamailio_cdrs", "kamailio_cdrs_dirty.csv")
    assert frame["line"].tolist() == [2, 3, 5]  # whatever the order of the columns
    assert frame["a_number"].fillna("").tolist() == ["4930123456", "4930123456", ""]
    assert frame["b_number"].fillna("").tolist() == ["43123456789", "491377123456", ""]
    # half a second; and 25 hours
    assert frame["quantity"].tolist() == [61 * MICRO, 61_500_000, 90_000 * MICRO]
    assert frame["started_at"][1] == pd.Timestamp("2026-09-01 08:00:05.250")
    assert reasons(rejects) == {4: "duration", 6: "number_too_long", 7: "missing", 8: "missing"}


def test_outbox_dirty(sample, reasons):
    frame, rejects, _summary = sample("outbox", "outbox_dirty.csv")
    assert frame["b_number"].tolist() == ["49116117"]
    assert reasons(rejects) == {
        3: "number_notation", 4: "number_notation", 5: "amount", 6: "duration", 7: "time",
    }  # fmt: skip


def test_partial_csv_dirty(sample, reasons):
    frame, rejects, _summary = sample("partial_csv", "partial_csv_dirty.csv")
    assert frame["line"].tolist() == [1] and frame["quantity"].tolist() == [100 * MICRO]
    assert reasons(rejects) == {
        2: "merged", 3: "number_notation", 4: "time", 5: "amount", 6: "number_damaged",
        7: "column_count", 8: "unbalanced_quote",
    }  # fmt: skip


def test_partial_records_wait_for_the_next_file():
    form = formats.get("partial_csv")
    first, *_rest, last = (SAMPLES / "partial_csv.csv").read_bytes().splitlines(keepends=True)
    one = form.decode(io.BytesIO(first), carried=[]).read()
    assert not len(one.frame) and one.rejects["reason"].tolist() == ["carried"]
    last = last.replace(b"partial", b"complete")
    two = form.decode(io.BytesIO(last), carried=[(1, one.rejects["raw"][0], "")]).read()
    assert two.frame["quantity"].tolist() == [100 * MICRO]


def test_outbox(sample):
    frame, _rejects, _summary = sample("outbox", "outbox.csv")
    row = frame.iloc[0]
    assert (row["a_number"], row["b_number"]) == ("4930123456", "43123456789")
    assert (row["account"], row["destination"]) == ("sip4711", "1234")
    assert (row["quantity"], row["cost"]) == (61 * MICRO, 14500)


def test_kamailio(sample):
    frame, _rejects, _summary = sample("kamailio_cdrs", "kamailio_cdrs.csv")
    assert frame["quantity"].tolist() == [61 * MICRO]
    assert frame["b_number"].tolist() == ["43123456789"]


def test_partial_records_are_put_together(sample, reasons):
    frame, rejects, _summary = sample("partial_csv", "partial_csv.csv")
    # as published: column 4 is when the part starts, column 5 when the call did; no part is final.
    # A is written 49…, B 0049… in the same row; 65 s and 35 s, 0.01456 and 0.00784 EUR
    assert frame["a_number"].tolist() == ["4986517174963"] * 2
    assert frame["b_number"].tolist() == ["4986517174964", "43123456789"]
    assert frame["quantity"].tolist() == [100 * MICRO, 10 * MICRO]
    assert frame["cost"].tolist() == [22_400, 1000]
    assert frame["started_at"][0] == pd.Timestamp("2026-07-04 16:58:55")
    assert reasons(rejects) == {3: "merged"}
