# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sources' files as text."""

import datetime as dt
import doctest
import io
import zipfile
from decimal import Decimal

import pytest

from demo import files, setup, world
from demo.calls import Call, Dice, local
from demo.places import PLACES


def call(**changes):
    values = {
        "source": "rheintel",
        "customer": "1",
        "service": "voice",
        "start": local(2026, 9, 1, 0, 30, 5),
        "seconds": 90,
        "place": PLACES["koeln"],
        "a": "493023125001",
        "b": "492214710501",
    }
    return Call(**{**values, **changes})


def test_examples():
    assert doctest.testmod(files).failed == 0


def test_rheintel_writes_german():
    # 90 s at 0.0045 a minute = 0.00675, rounded up to hundredths of a cent: 0.0068
    (line,) = files.rheintel([call()], "R")
    assert line.text == "R-000001;03023125001;02214710501;01.09.2026;00:30:05;90;Köln;0,0068"
    assert line.encoded("cp1252", "\r\n").endswith(b"K\xf6ln;0,0068\r\n")


def test_alpentel_writes_utc_and_cents():
    # half past midnight in Berlin is 22:30 of the day before in UTC
    (line,) = files.alpentel([call()], "A")
    assert line.text == (
        "2026-08-31T22:30:05Z,voice,493023125001,492214710501,90,second,0.68,Köln,out"
    )


def test_what_comes_in_costs_us_nothing():
    (line,) = files.alpentel([call(direction="in")], "A")
    assert line.text.endswith(",0.00,Köln,in")


def test_messages_are_pieces():
    (line,) = files.alpentel([call(service="sms", seconds=0)], "A")
    assert line.text.split(",")[4:7] == ["1", "piece", "6.50"]


def test_pbx_leaves_answer_empty_when_nobody_answers():
    (line,) = files.pbx([call(account="nl-1", a="21", seconds=0, answered=False)], "P")
    assert '"2026-09-01 00:30:01","","2026-09-01 00:30:05",4,0,"NO ANSWER"' in line.text


@pytest.mark.parametrize("pieces", [0, 1, 60, 61])
def test_cost_is_rounded_up(pieces):
    expected = -(-Decimal(pieces) * PLACES["usa"].cost // 60)
    assert files.cost(call(seconds=pieces, place=PLACES["usa"])) >= expected
    assert files.cost(call(seconds=pieces, place=PLACES["0180-2"])) == (500 if pieces else 0)


def test_dirt_is_added_and_nothing_is_taken_away():
    lines = files.rheintel(
        [call(start=local(2026, 9, 2) + dt.timedelta(hours=h)) for h in range(300)], "R"
    )
    mixed = files.with_dirt("rheintel", lines, ("truncated", "letters"), Dice(1))
    assert [line for line in mixed if line.mark == "good"] == lines
    assert [line.mark for line in mixed].count("twin") == 2
    assert [line.mark for line in mixed].count("dirty") == 2
    assert mixed[-1].mark == "dirty"


def test_broken_encoding_is_no_utf8():
    (line,) = files.alpentel([call()], "A")
    dirty = files.spoil("alpentel", line, "encoding")
    with pytest.raises(UnicodeDecodeError):
        dirty.encoded("utf-8", "\n").decode()


def test_zip_has_no_time_of_making():
    content = files.zipped("a.csv", b"x")
    assert content == files.zipped("a.csv", b"x")
    assert zipfile.ZipFile(io.BytesIO(content)).read("a.csv") == b"x"


def test_every_file_decodes_as_it_was_meant(tmp_path):
    """The connectors read from each file what the generator put there, line by line."""
    connectors = pytest.importorskip("connectors.formats")
    for delivery in world.build(tmp_path, small=True):
        source = next(s for s in setup.SOURCES if s["code"] == delivery.source)
        content = (tmp_path / delivery.file).read_bytes()
        if delivery.source == "rheintel":
            archive = zipfile.ZipFile(io.BytesIO(content))
            content = archive.read(archive.namelist()[0])
        decoder = connectors.get(source["format"])
        decoded = decoder.decode(io.BytesIO(content), source["settings"]).read()
        faulty = decoded.rejects[decoded.rejects["kind"] == "faulty"]
        filtered = decoded.rejects[decoded.rejects["kind"] == "filtered"]
        assert len(faulty) == delivery.dirty, faulty["message"].tolist()
        assert len(decoded.frame) + len(filtered) == delivery.good + delivery.twins
        assert decoded.frame["b_number"].notna().all() or delivery.source == "bridge"
        if delivery.source in ("rheintel", "alpentel"):
            assert decoded.frame["a_number"].notna().all()
            assert (decoded.frame["cost"] >= 0).all()
