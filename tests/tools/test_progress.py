# SPDX-License-Identifier: AGPL-3.0-or-later
import json

from tools.ground import paths, progress


def remembered(cache, **durations):
    names = {name.replace("_", " "): seconds for name, seconds in durations.items()}
    paths.write_atomic(cache / "durations.json", json.dumps(names))


def test_the_last_duration_here_is_the_estimate(cache):
    remembered(cache, template=321.0)
    assert progress.estimate("template") == 321.0


def test_a_step_never_run_is_scaled_by_those_that_were(cache):
    assert progress.estimate("template") == progress.SHIPPED["template"]
    remembered(cache, venv=3 * progress.SHIPPED["venv"])
    assert progress.estimate("template") == 3 * progress.SHIPPED["template"]


def test_a_spoilt_memory_costs_the_estimate_only(cache):
    for spoilt in ("{", "[]", '{"template": "long"}', '{"template": null}'):
        paths.write_atomic(cache / "durations.json", spoilt)
        assert progress.estimate("template") == progress.SHIPPED["template"]


def test_a_finished_step_is_remembered_and_a_failed_one_is_not(cache, capfd):
    with progress.step("probe", "a probe"):
        pass
    assert progress._durations().keys() == {"probe"}
    try:
        with progress.step("other", "another"):
            raise ValueError
    except ValueError:
        pass
    assert progress._durations().keys() == {"probe"}
    said = capfd.readouterr().err
    assert "a probe: done in" in said
    assert "another: done" not in said


def test_what_is_left(cache):
    remembered(cache, template=100.0)
    known = progress.step("template", "")
    assert known.left(40.0) == "about 60 s left"
    known.done(0.9)
    assert known.left(40.0) == "90%, about 60 s left", "it takes as long as it did"
    assert known.left(180.0) == "90%, about 20 s left", "or as its share says: 180 / 0.9 - 180"
    unknown = progress.step("never", "")
    unknown.done(0.5)
    unknown.done(0.2)
    assert unknown.left(30.0) == "50%, about 30 s left"
    unknown.done(1.0)
    assert unknown.left(30.0) == "100%, nearly done"


def test_a_span_as_a_person_says_it():
    assert [progress.span(seconds) for seconds in (0.2, 8, 99, 120, 724)] == [
        "1 s",
        "8 s",
        "99 s",
        "2 min",
        "12 min",
    ]
