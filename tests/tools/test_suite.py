# SPDX-License-Identifier: AGPL-3.0-or-later
"""No skip, no error and no empty room may pass for a success; tried with real pytest runs."""

import subprocess
import sys

import pytest

from tools.ground import say, suite

PASSES = "def test_a(): assert 1 + 1 == 2\n"
FAILS = "def test_b(): assert 1 + 1 == 3\n"
SKIPS = "import pytest\ndef test_c(): pytest.skip('no chromium here')\n"
BROKEN = "import no_such_module\n"
DIES = "import os\ndef test_d(): os._exit(9)\n"


def room(tmp_path, *files, name="pure"):
    """The result of a real pytest run over `files`."""
    for number, text in enumerate(files):
        (tmp_path / f"test_{number}.py").write_text(text)
    report = tmp_path / "report.xml"
    code = subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:odoo", "-p", "no:cacheprovider"]
        + ["-c", "/dev/null", "--rootdir", tmp_path, f"--junitxml={report}", tmp_path],
        stdout=subprocess.DEVNULL,
    )
    return suite.read(name, report, code)


@pytest.mark.parametrize(
    ("files", "counts", "good"),
    [
        ([PASSES], (1, 0, 0), True),
        ([PASSES, SKIPS], (1, 0, 1), True),
        ([PASSES, FAILS, SKIPS], (1, 1, 1), False),
        ([SKIPS], (0, 0, 1), False),
        ([], (0, 0, 0), False),
    ],
)
def test_counts(tmp_path, files, counts, good):
    result = room(tmp_path, *files)
    assert (result.passed, result.failed, result.skipped) == counts
    assert result.good is good
    assert suite.summary([result]) == (0 if good else 1)


def test_a_file_that_cannot_be_imported_is_a_failure(tmp_path):
    result = room(tmp_path, PASSES, BROKEN)
    assert not result.good
    assert suite.summary([result]) == 1


def test_a_run_that_dies_is_a_failure(tmp_path):
    result = room(tmp_path, PASSES, DIES)
    assert result.trouble == "pytest ended with 9"
    assert suite.summary([result]) == 1


def test_one_bad_room_spoils_the_whole_and_the_last_line_counts_it(capfd):
    good = suite.Result("pure", passed=5)
    bad = suite.Result("e2e", trouble="the demo ended with 1")
    assert suite.summary([good]) == 0
    capfd.readouterr()
    assert suite.summary([good, bad]) == 1
    out, err = capfd.readouterr()
    assert out.splitlines()[-1] == "5 passed, 1 failed, 0 skipped"
    assert "the demo ended with 1" in err


def test_a_room_whose_preparation_fails_is_a_failure(monkeypatch, tmp_path):
    def fails(odoo, server, words):
        raise say.Trouble("no disk", "free some")

    monkeypatch.setattr(suite, "_addon", fails)
    result = suite._room(None, None, "addon", [])
    assert result.trouble == "no disk"
    assert not result.good


def test_a_narrowed_run_may_leave_rooms_empty():
    """`make test ARGS='-k name'` finds its test in one room."""
    found, empty = suite.Result("pure", passed=1), suite.Result("addon")
    assert suite.summary([found, empty], narrowed=True) == 0
    assert suite.summary([found, empty]) == 1
    assert suite.summary([empty, empty], narrowed=True) == 1
    assert suite.summary([found, suite.Result("e2e", failed=1)], narrowed=True) == 1


def test_the_reason_of_a_skip_is_shown(tmp_path, capfd):
    suite.summary([room(tmp_path, PASSES, SKIPS)])
    assert "skipped: no chromium here" in capfd.readouterr().err


def test_every_folder_of_tests_is_in_some_room():
    rooms = suite.rooms()
    targets = {word for words in rooms.values() for word in words}
    folders = {
        f"tests/{folder.name}"
        for folder in (suite.paths.ROOT / "tests").iterdir()
        if any(folder.rglob("test_*.py"))
    }
    assert folders - targets <= {"tests/bench"}
    assert "tests/tools" in rooms["pure"]
