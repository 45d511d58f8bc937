# SPDX-License-Identifier: AGPL-3.0-or-later
import sys

import pytest

from tools.ground import run, say


def test_the_output_is_returned_and_kept(cache):
    seen = []
    script = "print('one'); print('two')"
    said = run.logged(
        [sys.executable, "-c", script], "words", "trouble", "remedy", on_line=seen.append
    )
    assert said == "one\ntwo\n" == "".join(seen)
    assert (cache / "logs" / "words.log").read_text().endswith("one\ntwo\n")


def test_a_failure_is_one_line_with_the_programs_reason(cache):
    script = "print('Error: the cat sat on it'); print('bye'); raise SystemExit(7)"
    with pytest.raises(say.Trouble) as caught:
        run.logged([sys.executable, "-c", script], "words", "cannot do it", "move the cat")
    line = str(caught.value)
    assert "cannot do it (exit 7: Error: the cat sat on it) -- move the cat" in line
    assert str(cache / "logs" / "words.log") in line
    assert "\n" not in line


def test_a_missing_program_is_one_line(cache):
    with pytest.raises(say.Trouble, match=r"cannot: no-such-program: No such file.* -- install it"):
        run.logged(["no-such-program"], "words", "cannot", "install it")


def test_an_interruption_ends_the_program(cache, tmp_path):
    def interrupt(text):
        raise KeyboardInterrupt

    script = "import signal; print('begun', flush=True); signal.pause()"
    with pytest.raises(KeyboardInterrupt):
        run.logged([sys.executable, "-c", script], "w", "t", "r", on_line=interrupt)
