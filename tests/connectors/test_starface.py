# SPDX-License-Identifier: AGPL-3.0-or-later
import io

import pandas as pd

from connectors import formats
from connectors.frame import MICRO
from tests.connectors.conftest import SAMPLES


def test_documented_sample(sample, reasons):
    frame, rejects, _summary = sample("starface", "starface.csv")
    assert frame["direction"].tolist() == ["out", "in"]
    assert frame["b_number"].tolist() == ["49891234567", "4930123456"]
    # from answer 10:00:05 to hang-up 10:01:06
    assert frame["quantity"].tolist() == [61 * MICRO, 10 * MICRO]
    assert frame["started_at"][0] == pd.Timestamp("2026-09-01 08:00:05")
    assert frame["account"].tolist() == ["0001", "SIP Trunk"]
    assert reasons(rejects) == {4: "not_answered"}


def test_a_record_is_known_in_another_list():
    """The export numbers its lines; the same leg comes with another number the next time."""
    form = formats.get("starface")
    data = (SAMPLES / "starface.csv").read_bytes()
    other = data.replace(b"\n2,12,", b"\n1,12,").replace(b"\n1,11,", b"\n7,11,")
    one, two = (form.decode(io.BytesIO(it)).read().frame["record_id"] for it in (data, other))
    assert data != other and one.tolist() == two.tolist()
    assert one.notna().all() and one.is_unique


def test_dirty_lines_are_kept_with_their_reason(sample, reasons):
    frame, rejects, summary = sample("starface", "starface_dirty.csv")
    assert frame["line"].tolist() == [2, 3]  # the number in the list is not needed
    assert reasons(rejects) == {
        4: "duration_negative",
        5: "missing",
        6: "column_count",
    }
    assert summary.faulty + summary.filtered == 3
