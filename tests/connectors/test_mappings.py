# SPDX-License-Identifier: AGPL-3.0-or-later
import pandas as pd
import pytest

from connectors import formats
from connectors.frame import MICRO
from connectors.mappings import all_mappings
from connectors.reasons import SettingsError


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
    # A is written 49…, B 0049… in the same row; 65 s and 35 s, 0.01456 and 0.00784 EUR
    assert frame["a_number"].tolist() == ["4986517174963"] * 2
    assert frame["b_number"].tolist() == ["4986517174964", "43123456789"]
    assert frame["quantity"].tolist() == [100 * MICRO, 10 * MICRO]
    assert frame["cost"].tolist() == [22_400, 1000]
    assert frame["started_at"][0] == pd.Timestamp("2026-07-04 16:58:55")
    assert reasons(rejects) == {3: "merged"}
