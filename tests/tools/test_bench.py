# SPDX-License-Identifier: AGPL-3.0-or-later
import json
import os
import subprocess
import sys

import pytest

from tools.ground import bench, measure, paths, say

PURE = """
def measure(rows, folder):
    (folder / "file").write_text("x")
    yield {"name": "rating: probe", "value": rows, "unit": "records", "holds": True}
"""
IN_ODOO = "def measure(*, env): pass\n"
HELPER = "PRICES = 1\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    place = tmp_path / "tests" / "bench"
    place.mkdir(parents=True)
    for name, text in (("rating_probe", PURE), ("run_probe", IN_ODOO), ("world", HELPER)):
        (place / f"{name}.py").write_text(text)
    monkeypatch.setattr(measure, "FOLDER", place)
    return tmp_path


def test_files_that_measure_are_found_and_asked_what_they_need(folder):
    assert measure.files() == ["rating_probe", "run_probe"]
    assert not measure.needs_odoo("rating_probe")
    assert measure.needs_odoo("run_probe")


def test_a_measurement_runs_in_a_process_of_its_own(folder):
    result = folder / "result.json"
    env = {
        **os.environ,
        "PYTHONPATH": f"{paths.ROOT}{os.pathsep}{folder}",
        measure.NAME: "rating_probe",
        measure.ROWS: "12",
        measure.RESULT: str(result),
    }
    subprocess.run([sys.executable, "-m", "tools.ground.measure"], env=env, check=True)
    assert json.loads(result.read_text()) == [
        {"name": "rating: probe", "value": 12, "unit": "records", "holds": True}
    ]


def test_the_table(capsys):
    bench.table(
        [
            {"name": "rating: a", "value": 1234567, "unit": "records/s", "holds": True},
            {"name": "run: bb", "value": 0.5, "unit": "s", "goal": "< 1", "holds": False},
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "name           value  unit       reference  ratio  goal  holds",
        "rating: a  1,234,567  records/s          -      -  -       yes",
        "run: bb          0.5  s                  -      -  < 1      no",
    ]


def test_a_wrong_word_or_number_is_one_line(monkeypatch):
    with pytest.raises(say.Trouble, match="no file of tests/bench measures gold"):
        bench.bench(None, ["gold"])
    monkeypatch.setenv("N", "many")
    with pytest.raises(say.Trouble, match="N=many is no number of records"):
        bench._rows()


def test_every_shipped_measurement_has_a_known_need():
    for name in measure.files():
        assert set(measure._parameters(name)) <= {"rows", "folder", "env", "cr"}, name
