# SPDX-License-Identifier: AGPL-3.0-or-later
"""Single lines decoded again, after they or the settings were corrected."""

import io
from pathlib import Path

import pytest

from connectors import formats
from connectors.frame import check

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.iterdir())


def rejects_of(name, path):
    decoding = formats.get(name).decode(path)
    return decoding.read().rejects, decoding.summary


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_uncorrected_lines_get_the_same_reasons_and_ordinals(path):
    name = path.stem.removesuffix("_dirty")
    rejects, summary = rejects_of(name, path)
    kept = rejects[~rejects["reason"].isin(["merged", "unpaired", "broken_document",
                                            "header_repeated", "record_shape"])]  # fmt: skip
    lines = list(zip(kept["line"], kept["raw"], strict=True))
    chunk = formats.get(name).retry(lines, None, summary.header_text).read()
    assert len(chunk.frame) == 0
    again = chunk.rejects.sort_values("line")
    assert again["line"].tolist() == kept.sort_values("line")["line"].tolist()
    assert again["reason"].tolist() == kept.sort_values("line")["reason"].tolist()


CORRECTIONS = [
    ("asterisk", "asterisk_dirty.csv", "4.93E+10", "0301234567"),
    ("german_carrier", "german_carrier.csv", "4,92E+11", "0892345"),
    ("cisco_cucm", "cisco_cucm_dirty.csv", ",17882,", ",1788249605,"),
    ("telekom_evn", "telekom_evn_dirty.csv", "Ballen", "Stück"),
    ("fixed_header_trailer", "fixed_header_trailer_dirty.cdr", "4.9E+11", "110    "),
    ("broadworks", "broadworks_dirty.xml", "kaputt", "20260901080000.813"),
    ("freeswitch_xml", "freeswitch_xml_dirty.xml", '"x"', '"1788249605"'),
    ("adobe_connect", "adobe_connect_dirty.xml", '"x"', '"2026-09-01T10:00:10+02:00"'),
    ("ovh", "ovh_dirty.jsonl", "bald", "2026-09-01T10:00:05+02:00"),
    ("teams_graph", "teams_graph_dirty.json", '"lang"', "61"),
    ("zoom", "zoom_dirty.json", "zehn Minuten", "600"),
    ("bigbluebutton", "bigbluebutton_dirty.json", "morgen", "2026-09-01T08:00:00+00:00"),
    ("twilio", "twilio_dirty.json", "umsonst", "-0.02"),
]


@pytest.mark.parametrize(("name", "file", "wrong", "right"), CORRECTIONS)
def test_a_corrected_line_becomes_the_record_it_would_have_been(name, file, wrong, right):
    rejects, summary = rejects_of(name, SAMPLES / file)
    (at,) = [at for at, raw in enumerate(rejects["raw"]) if wrong in raw]
    line, raw = int(rejects["line"][at]), rejects["raw"][at]
    chunk = (
        formats.get(name)
        .retry([(line, raw.replace(wrong, right))], None, summary.header_text)
        .read()
    )
    check(chunk.frame)
    assert chunk.frame["line"].tolist() == [line], chunk.rejects["message"].tolist()


def test_corrected_settings_mend_all_lines_of_a_kind():
    rejects, summary = rejects_of("teams_pstn", SAMPLES / "teams_pstn_dirty.csv")
    lines = list(zip(rejects["line"], rejects["raw"], strict=True))
    data = (SAMPLES / "teams_pstn_dirty.csv").read_bytes()
    assert len(formats.get("teams_pstn").decode(io.BytesIO(data)).read().frame) == 1
    chunk = (
        formats.get("teams_pstn")
        .retry(lines, {"a_notation": "national_de"}, summary.header_text)
        .read()
    )
    assert len(chunk.frame) + len(chunk.rejects) == len(lines)


def test_no_lines_no_records():
    chunk = formats.get("asterisk").retry([], None).read()
    assert len(chunk.frame) == len(chunk.rejects) == 0
