# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules of a page hold for any number of rows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telecom_billing.report import pages
from telecom_billing.report.pages import HEIGHT, KEEP, PAGE, Flow


def height(block):
    if block["kind"] == "rows":
        return len(block["rows"]) * HEIGHT["row"]
    return HEIGHT.get(block["kind"], 0.0)


def fill(counts, heading=True):
    flow = Flow(title_lines=3)
    for number, count in enumerate(counts):
        if heading:
            flow.heading("section", f"Section {number}")
            flow.heading("number", f"Number {number}")
        rows = [[f"{number}/{row}"] for row in range(count)]
        flow.table("calls", "", rows, [f"{number}/{row}" for row in range(count)], ["sum"])
    return flow


COUNTS = st.lists(st.integers(0, 160), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(COUNTS)
def test_nothing_is_lost_and_nothing_overflows(counts):
    flow = fill(counts)
    rows = [
        row[0] for page in flow.pages for block in page if block["kind"] == "rows"
        for row in block["rows"]
    ]  # fmt: skip
    assert rows == [f"{n}/{row}" for n, count in enumerate(counts) for row in range(count)]
    title = pages.TITLE + pages.FACT * 3
    for number, page in enumerate(flow.pages):
        # A gap after the last sum may hang over the edge: nothing is drawn in it.
        drawn = page[:-1] if page and page[-1]["kind"] == "gap" else page
        assert sum(map(height, drawn)) + (title if number == 0 else 0) <= PAGE + 1e-6


@settings(max_examples=200, deadline=None)
@given(COUNTS)
def test_no_orphans(counts):
    for page in fill(counts).pages:
        kinds = [block["kind"] for block in page]
        for place, block in enumerate(page):
            if block["kind"] in ("section", "number", "columns"):
                assert "rows" in kinds[place + 1 : place + 5]
            if block["kind"] == "sum":
                assert page[place - 1]["kind"] == "rows"


@settings(max_examples=200, deadline=None)
@given(st.integers(KEEP + 1, 400))
def test_a_table_is_never_cut_into_a_single_row(count):
    blocks = [b for page in fill([count]).pages for b in page if b["kind"] == "rows"]
    assert min(len(block["rows"]) for block in blocks) >= KEEP


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400))
def test_the_sum_carried_out_is_carried_in(count):
    flow = fill([count])
    for page, following in zip(flow.pages, flow.pages[1:], strict=False):
        last = [block for block in page if block["kind"] == "rows"][-1]["rows"][-1][0]
        assert page[-1] == {"kind": "carry", "amount": last}
        assert next(b for b in following if b["kind"] == "carry")["amount"] == last


def test_an_empty_table_leaves_no_heading():
    flow = fill([0, 1])
    titles = [b["title"] for b in flow.pages[0] if b["kind"] == "section"]
    assert titles == ["Section 1"]


@pytest.mark.parametrize("count", [50, 51, 52, 53, 54, 55])
def test_the_ending_stays_together(count):
    flow = fill([count], heading=False)
    flow.ending([("total", ["a"]), ("sum", ["b"]), ("total", ["c"])], ["note " * 60])
    kinds = [[block["kind"] for block in page] for page in flow.pages]
    last = next(page for page in kinds if "notes" in page)
    assert last[-4:] == ["total", "sum", "total", "notes"]
