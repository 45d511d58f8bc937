# SPDX-License-Identifier: AGPL-3.0-or-later
import datetime as dt
import zoneinfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.convert.times import parse_times


def read(text, pattern="iso", tz="UTC", **options):
    found = parse_times(pa.array([text], pa.string()), pattern, tz, **options)
    if found.empty[0] or found.bad[0] or found.range[0]:
        return None
    return found.utc.view("M8[us]")[0].item()


@pytest.mark.parametrize(
    ("text", "pattern", "tz", "expected"),
    [
        ("2026-09-01 10:00:00", "iso", "Europe/Berlin", "2026-09-01 08:00:00"),
        ("2026-09-01T10:00:00Z", "iso", "Europe/Berlin", "2026-09-01 10:00:00"),
        ("2026-09-01T10:00:00.1234567Z", "iso", "UTC", "2026-09-01 10:00:00.123456"),
        ("2026-09-01T10:00:00+02:00", "iso", "UTC", "2026-09-01 08:00:00"),
        ("2026-09-01T10:00:00-0530", "iso", "UTC", "2026-09-01 15:30:00"),
        ("01.02.2026 03:04:05", "german", "UTC", "2026-02-01 03:04:05"),
        ("1.2.2026 3:04:05", "german", "UTC", "2026-02-01 03:04:05"),
        ("01.02.26 03:04", "dd.mm.yy HH:MM", "UTC", "2026-02-01 03:04:00"),
        ("20260901100000", "compact", "Etc/GMT-1", "2026-09-01 09:00:00"),
        ("1788249600", "epoch", "Europe/Berlin", "2026-09-01 08:00:00"),
        ("1788249600.25", "epoch", "UTC", "2026-09-01 08:00:00.25"),
        ("1788249600250", "epoch_ms", "UTC", "2026-09-01 08:00:00.25"),
        ("Tue, 01 Sep 2026 08:00:00 +0000", "rfc2822", "UTC", "2026-09-01 08:00:00"),
        ("2026-02-29 00:00:00", "iso", "UTC", None),
        ("2024-02-29 00:00:00", "iso", "UTC", "2024-02-29 00:00:00"),
        ("2026-09-01 24:00:00", "iso", "UTC", None),
        ("2026-13-01 00:00:00", "iso", "UTC", None),
        ("1989-12-31 23:59:59", "iso", "UTC", None),
        ("2100-01-01 00:00:00", "iso", "UTC", None),
        ("0", "epoch", "UTC", None),
        ("-1", "epoch", "UTC", None),
        ("99999999999999999999", "epoch", "UTC", None),
        ("²026-09-01 10:00:00", "iso", "UTC", None),
        ("", "iso", "UTC", None),
    ],
)
def test_patterns(text, pattern, tz, expected):
    assert read(text, pattern, tz) == (dt.datetime.fromisoformat(expected) if expected else None)


def test_repeated_hour_follows_the_declared_policy_and_is_marked():
    # 2026-10-25 03:00 summer time = 02:00 winter time; 02:30 comes twice: 00:30 and 01:30 UTC
    text = pa.array(["25.10.2026 02:30:00", "25.10.2026 03:30:00"])
    summer = parse_times(text, "german", "Europe/Berlin")
    assert summer.ambiguous.tolist() == [True, False]
    assert summer.utc.view("M8[us]")[0].item() == dt.datetime(2026, 10, 25, 0, 30)
    winter = parse_times(text, "german", "Europe/Berlin", winter=True)
    assert winter.utc.view("M8[us]")[0].item() == dt.datetime(2026, 10, 25, 1, 30)
    assert winter.utc[1] == summer.utc[1]


def test_skipped_hour_is_marked():
    # 2026-03-29 02:30 does not exist in Berlin; with the offset before (+1) it is 01:30 UTC
    found = parse_times(pa.array(["2026-03-29 02:30:00"]), "iso", "Europe/Berlin")
    assert found.skipped.tolist() == [True]
    assert found.utc.view("M8[us]")[0].item() == dt.datetime(2026, 3, 29, 1, 30)


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


@given(
    st.datetimes(dt.datetime(1990, 1, 2), dt.datetime(2099, 12, 30)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_time_zones_agree_with_zoneinfo(local, tz, winter):
    aware = local.replace(tzinfo=zoneinfo.ZoneInfo(tz), fold=int(winter))
    found = parse_times(pa.array([local.isoformat(" ")]), "iso", tz, winter=winter)
    back = aware.astimezone(dt.timezone.utc).astimezone(aware.tzinfo).replace(tzinfo=None)
    if back != local:
        assert found.skipped[0]
        return
    expected = aware.astimezone(dt.timezone.utc).replace(tzinfo=None)
    assert found.utc.view("M8[us]")[0].item() == expected


@given(st.text(max_size=30), st.sampled_from(["iso", "german", "compact", "epoch", "rfc2822"]))
def test_any_text_is_read_or_refused(text, pattern):
    found = parse_times(pa.array([text], pa.string()), pattern, "Europe/Berlin")
    assert found.empty[0] == (not text.strip()) or found.bad[0]
