# SPDX-License-Identifier: AGPL-3.0-or-later
import gzip
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.archives import ArchiveError, Limits, members, safe_name


def zipped(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def unpack(tmp_path, name, data, **limits):
    (tmp_path / name).write_bytes(data)
    return {
        member.name: member.path.read_bytes()
        for member in members(tmp_path / name, limits=Limits(**limits))
    }


def test_plain_files_are_themselves(tmp_path):
    assert unpack(tmp_path, "a.csv", b"1;2\n") == {"a.csv": b"1;2\n"}
    assert unpack(tmp_path, "empty.csv", b"") == {"empty.csv": b""}


def test_nested_archives(tmp_path):
    inner = zipped(**{"x.csv": b"x", "sub__y.csv": b"y"})
    outer = zipped(**{"in.zip": inner, "z.csv.gz": gzip.compress(b"z"), "a.FIN": b"", "d__": b""})
    assert unpack(tmp_path, "o.zip", outer) == {
        "o.zip/in.zip/x.csv": b"x",
        "o.zip/in.zip/sub/y.csv": b"y",
        "o.zip/z.csv": b"z",
    }


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "a/../../x", "C:\\x", "..\\x", "a/..", "", "a\x01b"]
)
def test_names_that_leave_the_folder_are_refused(name, tmp_path):
    with pytest.raises(ArchiveError, match="leave the folder"):
        safe_name(name)


def test_a_refused_archive_writes_nothing_outside(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../evil.csv", "x")
    (tmp_path / "e.zip").write_bytes(target.getvalue())
    with pytest.raises(ArchiveError):
        list(members(tmp_path / "e.zip", folder))
    assert not (tmp_path / "evil.csv").exists()
    assert list(folder.iterdir()) == []


def test_bombs_are_refused(tmp_path):
    with pytest.raises(ArchiveError, match="limits"):
        unpack(tmp_path, "b.gz", gzip.compress(b"0" * (65 << 20)), ratio=200)
    with pytest.raises(ArchiveError, match="limits"):
        unpack(tmp_path, "s.zip", zipped(**{"a.csv": b"0" * 3000}), size=2000)
    with pytest.raises(ArchiveError, match="more than 2 files"):
        unpack(tmp_path, "m.zip", zipped(**{f"{at}.csv": b"" for at in range(3)}), members=2)
    deep = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"x"))))
    with pytest.raises(ArchiveError, match="deeper"):
        unpack(tmp_path, "d.gz", deep)


def test_broken_and_encrypted_archives_are_named(tmp_path):
    whole = zipped(**{"a.csv": b"some text that is long enough" * 50})
    with pytest.raises(ArchiveError, match=r"t\.zip is broken"):
        unpack(tmp_path, "t.zip", whole[:-40])
    with pytest.raises(ArchiveError, match=r"t\.gz is broken"):
        unpack(tmp_path, "t.gz", gzip.compress(b"abc" * 100)[:-10])
    locked = bytearray(whole)
    locked[6] |= 1
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1
    with pytest.raises(ArchiveError, match="encrypted"):
        unpack(tmp_path, "l.zip", bytes(locked))


def test_the_same_name_twice_is_refused(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a.csv", "1")
        archive.writestr("a.csv", "2")
    with pytest.raises(ArchiveError, match="twice"):
        unpack(tmp_path, "d.zip", target.getvalue())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_damaged_archives_never_crash(tmp_path, data):
    whole = bytearray(zipped(**{"a.csv": b"1;2;3\n" * 30, "b.csv": b"x"}))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        found = unpack(tmp_path, "f.zip", bytes(whole))
    except ArchiveError as error:
        assert str(error)
    else:
        assert all(name.startswith("f.zip") for name in found)
