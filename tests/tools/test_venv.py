# SPDX-License-Identifier: AGPL-3.0-or-later
import os
import subprocess
import sys
import time
import zipfile

import pytest

from tools.ground import paths, say, venv
from tools.ground.odoo_source import Odoo

ODOO = "version_info = (19, 0, 0, 'final', 0, '')\n"


def wheel(folder, name, version):
    """A library of one module, made here: no network."""
    file = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}\n")
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return file.as_uri()


@pytest.fixture
def pins(cache, tmp_path, monkeypatch):
    """A lock of one library, and an Odoo of one file."""
    lock = tmp_path / "lock.txt"
    lock.write_text(f"probe @ {wheel(tmp_path, 'probe', '1.0')}\n")
    monkeypatch.setattr(venv, "LOCK", lock)
    monkeypatch.setattr(venv, "PROBE", "import probe, odoo.release")
    (tmp_path / "an odoo" / "odoo").mkdir(parents=True)
    (tmp_path / "an odoo" / "odoo" / "release.py").write_text(ODOO)
    return lock


@pytest.fixture
def odoo(tmp_path):
    return Odoo(tmp_path / "an odoo", "local-1")


def says(place, script):
    return subprocess.run(
        [venv.python(place), "-c", script], capture_output=True, text=True, check=True, cwd="/"
    ).stdout.strip()


def test_made_once(pins, odoo, capfd):
    place = venv.ensure(odoo)
    assert says(
        place, "import probe, odoo.release as r; print(probe.version, *r.version_info)"
    ) == ("1.0 19 0 0 final 0")
    assert venv.complete(place) == odoo
    log = paths.cache() / "logs" / "pip-lock.log"
    written = log.stat().st_mtime_ns
    capfd.readouterr()
    assert venv.ensure(odoo) == place
    assert capfd.readouterr().err == "", "a second time nothing is done"
    assert log.stat().st_mtime_ns == written


def test_an_interrupted_one_is_resumed(pins, odoo, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(venv, "PROBE", "raise SystemExit(3)")
        with pytest.raises(say.Trouble, match="does not start"):
            venv.ensure(odoo)
    place = venv.folder(odoo)
    assert venv.complete(place) is None
    (place / "footprint").touch()
    assert venv.ensure(odoo) == place
    assert (place / "footprint").exists(), "what was there is kept"
    assert venv.complete(place) == odoo


def test_one_without_its_python_is_made_anew(pins, odoo):
    place = venv.ensure(odoo)
    (place / "footprint").touch()
    venv.python(place).unlink()
    assert venv.complete(place) is None
    venv.ensure(odoo)
    assert not (place / "footprint").exists()
    assert says(place, "import probe; print(probe.version)") == "1.0"


def test_other_pins_or_another_odoo_get_another_place(pins, odoo, tmp_path):
    first = venv.folder(odoo)
    assert venv.folder(Odoo(odoo.path, "local-2")) != first
    pins.write_text(f"probe @ {wheel(tmp_path, 'probe', '2.0')}\n")
    assert venv.folder(odoo) != first


def test_one_unused_for_a_month_goes(pins, odoo, tmp_path):
    old, recent, half = (paths.cache() / "venv" / name for name in ("old", "recent", "half"))
    for place in (old, recent):
        place.mkdir(parents=True)
        (place / "complete").touch()
    half.mkdir()
    long_ago = time.time() - venv.MONTH - 60
    os.utime(old / "complete", (long_ago, long_ago))
    venv.ensure(odoo)
    assert not old.exists()
    assert not half.exists()
    assert recent.exists()


def test_a_missing_library_is_said_in_one_line(pins, odoo, tmp_path):
    pins.write_text(f"probe @ {(tmp_path / 'gone-1.0-py3-none-any.whl').as_uri()}\n")
    with pytest.raises(say.Trouble) as caught:
        venv.ensure(odoo)
    assert "cannot install the Python libraries" in str(caught.value)
    assert "gone-1.0" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("version", [(3, 9), (3, 14), (2, 7)])
def test_an_unfit_python_is_said_in_one_line(version):
    with pytest.raises(say.Trouble, match=r"needs 3.10 to 3.13 -- .*PYTHON="):
        venv.check_python(version)


def test_fit_pythons_are_taken():
    for minor in (10, 11, 12, 13):
        venv.check_python((3, minor))


def test_going_on_inside(pins, odoo, tmp_path):
    """`enter` becomes the environment's Python, with the project on its path."""
    place = venv.ensure(odoo)
    script = (
        "import sys; from pathlib import Path; from tools.ground import venv\n"
        "venv.enter(Path(sys.argv[1]), ['help'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(place)],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "make TARGET" in done.stdout
    again = f"import sys; sys.prefix = {str(place)!r}\n{script}print('still here')"
    done = subprocess.run(
        [sys.executable, "-c", again, str(place)],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "still here\n"
