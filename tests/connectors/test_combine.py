# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calls that begin in one file and end in another: nothing lost, nothing twice."""

import io
import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import formats
from connectors.frame import check

T0 = 1788249600


def row(method, call, at):
    return f"{method}|f|t|{call}|200|OK|{T0 + at}|sip:+4930123456@x|sip:+4989123456@y|acc\n"


class Source:
    """What a loader does: keeps carried rows, gives them to the next file."""

    def __init__(self, name, **options):
        self.form, self.options = formats.get(name), options
        self.carried, self.number = {}, 0
        self.frames, self.lines = [], {"in": 0, "out": 0}

    def load(self, text):
        given = [(number, raw, "") for number, raw in self.carried.items()]
        decoding = self.form.decode(io.BytesIO(text.encode()), self.options, carried=given)
        found = decoding.read()
        check(found.frame)
        for number in decoding.settled:
            del self.carried[number]
        for raw in found.rejects.loc[found.rejects["reason"] == "carried", "raw"]:
            self.number += 1
            self.carried[self.number] = raw
        self.frames.append(found.frame)
        self.lines["in"] += len(text.splitlines())
        self.lines["out"] += len(found.frame) + len(found.rejects)
        seen = [*found.frame["line"], *found.rejects["line"]]
        assert sorted(seen) == list(range(1, len(text.splitlines()) + 1))
        return found

    @property
    def records(self):
        return pd.concat(self.frames, ignore_index=True)


def test_a_call_over_the_border_of_two_files():
    source = Source("opensips_flatstore")
    one = source.load(row("INVITE", "a", 0) + row("INVITE", "b", 5) + row("BYE", "a", 60))
    assert one.frame["record_id"].tolist() == ["a"]
    assert one.rejects["reason"].tolist() == ["carried", "merged"]
    assert set(one.rejects["kind"]) == {"filtered"}
    two = source.load(row("INVITE", "c", 90) + row("BYE", "b", 125) + row("BYE", "c", 100))
    # b: from 5 to 125 are 120 s, in the place of its end; c: 10 s
    by_call = two.frame.set_index("record_id")
    assert by_call["quantity"].to_dict() == {"b": 120_000_000, "c": 10_000_000}
    assert by_call["line"].to_dict() == {"b": 2, "c": 1}
    assert by_call.loc["b", "started_at"] == pd.Timestamp(T0 + 5, unit="s")
    assert by_call.loc["b", "a_number"] == "4930123456"
    assert source.carried == {}


def test_the_end_may_be_delivered_before_the_beginning():
    source = Source("opensips_flatstore")
    source.load(row("BYE", "a", 60))
    two = source.load(row("INVITE", "a", 0))
    assert two.frame["quantity"].tolist() == [60_000_000]
    assert source.carried == {}


def test_what_has_no_end_waits_over_many_files():
    source = Source("opensips_flatstore")
    source.load(row("INVITE", "a", 0))
    for _ in range(3):
        source.load(row("INVITE", "x", 1) + row("BYE", "x", 2))
    assert len(source.carried) == 1
    assert source.load(row("BYE", "a", 30)).frame["quantity"].tolist() == [30_000_000]


def test_without_carrying_it_is_judged_at_once():
    found = formats.get("opensips_flatstore").decode(io.BytesIO(row("INVITE", "a", 0).encode()))
    assert found.read().rejects["reason"].tolist() == ["unpaired"]


PARTS = {
    "header": False, "delimiter": ",", "time_pattern": "iso", "timezone": "UTC",
    "a_notation": "international_bare", "b_notation": "international_bare",
    "columns": [
        {"target": "a_number", "column": "1"}, {"target": "b_number", "column": "2"},
        {"target": "started_at", "column": "3"}, {"target": "quantity", "column": "4"},
        {"target": "cost", "column": "5"},
    ],
    "merge": "sum", "merge_by": "1, 2, 3", "merge_open": "6=partial",
}  # fmt: skip


def part(call, seconds, cost, mark):
    return f"4930123456,49891234{call},2026-09-01 08:00:00,{seconds},{cost},{mark}\n"


def test_partial_records_are_added_over_files():
    source = Source("csv_mapping", **PARTS)
    one = source.load(part(11, 60, 0.1, "partial") + part(12, 5, 0.01, "final"))
    assert one.frame["quantity"].tolist() == [5_000_000]
    source.load(part(11, 60, 0.1, "partial"))
    three = source.load(part(11, 7, 0.02, "final"))
    # 60 + 60 + 7 s, 0.1 + 0.1 + 0.02
    assert three.frame["quantity"].tolist() == [127_000_000]
    assert three.frame["cost"].tolist() == [220_000]
    assert three.frame["line"].tolist() == [1]
    assert source.carried == {}


def test_avaya_goes_on_in_the_next_file():
    rest = ",I,4750,4750,,0,1000014160,{},E4750,Anna,T9002,LINE 1.2,0,0\n"
    head = "2026/06/28 09:30:57,00:00:{},7,01707392200"
    source = Source("avaya_smdr")
    assert len(source.load(head.format(13) + rest.format(1)).frame) == 0
    assert source.load(head.format(21) + rest.format(0)).frame["quantity"].tolist() == [34_000_000]


@pytest.mark.parametrize("wrong", ["6", "partial"])
def test_a_mark_needs_column_and_value(wrong):
    with pytest.raises(ValueError, match="column=value"):
        formats.get("csv_mapping").resolve(PARTS | {"merge_open": wrong})


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 600)), min_size=1, max_size=8),
    st.lists(st.integers(0, 16), max_size=3),
    st.randoms(),
)
def test_however_the_stream_is_cut_the_calls_are_the_same(calls, cuts, chance):
    rows = []
    for number, (start, seconds) in enumerate(calls):
        rows += [row("INVITE", f"c{number}", start), row("BYE", f"c{number}", start + seconds)]
    chance.shuffle(rows)
    source = Source("opensips_flatstore")
    borders = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for begin, end in itertools.pairwise(borders):
        if begin < end:
            source.load("".join(rows[begin:end]))
    found = source.records.set_index("record_id")["quantity"].to_dict()
    assert found == {f"c{n}": seconds * 1_000_000 for n, (_start, seconds) in enumerate(calls)}
    assert source.carried == {}
    assert source.lines["in"] == source.lines["out"] == len(rows)
