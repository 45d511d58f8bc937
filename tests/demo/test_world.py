# SPDX-License-Identifier: AGPL-3.0-or-later
"""The world as a whole: repeatable, and with all in it that a real month has."""

import datetime as dt
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

from demo import calls, oddities, people, world

ROOT = pathlib.Path(__file__).parents[2]


def fingerprint(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("world")
    world.build(target)
    return target


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_same_seed_same_bytes_in_another_process(folder, tmp_path):
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    command = [sys.executable, "-m", "demo.world", str(tmp_path / "again")]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert fingerprint(tmp_path / "again") == fingerprint(folder)


def test_another_seed_makes_another_world(folder, tmp_path):
    world.build(tmp_path, seed=7)
    changed = [
        name
        for name, print_ in fingerprint(tmp_path).items()
        if fingerprint(folder).get(name) != print_
    ]
    assert {name.split("/")[2] for name in changed if name.startswith("inbox/")} == {
        "rheintel",
        "alpentel",
        "pbx",
        "bridge",
    }


def test_about_twenty_thousand_records_in_two_months(manifest):
    good = sum(d["good"] for d in manifest["deliveries"] if not d["again"])
    assert 19_500 <= good <= 20_500
    assert [d["month"] for d in manifest["deliveries"]] == sorted(
        d["month"] for d in manifest["deliveries"]
    )


def test_second_delivery_is_the_same_file(folder, manifest):
    prints = fingerprint(folder)
    first: dict[str, str] = {}
    again = []
    for delivery in manifest["deliveries"]:
        content = prints[delivery["file"]]
        if content in first:
            again.append((delivery["month"], delivery["again"]))
        first.setdefault(content, delivery["file"])
    assert again == [("2026-09", True), ("2026-10", True)]
    assert sum(d["again"] for d in manifest["deliveries"]) == 2


def test_each_source_has_dirt_and_those_with_ids_have_twins(manifest):
    for source in ("rheintel", "alpentel", "pbx", "bridge"):
        assert sum(d["dirty"] for d in manifest["deliveries"] if d["source"] == source)
    for source in ("rheintel", "alpentel", "pbx"):
        assert sum(d["twins"] for d in manifest["deliveries"] if d["source"] == source)


@pytest.mark.parametrize("month", [9, 10])
def test_what_is_rare_is_planted(month):
    customers = {c.key: c for c in people.customers()}
    planted = oddities.planted(customers, 2026, month)
    spans = [
        (
            call.start.astimezone(calls.BERLIN),
            (call.start + dt.timedelta(seconds=call.seconds)).astimezone(calls.BERLIN),
            call,
        )
        for call in planted
    ]
    assert any(start.date() < end.date() for start, end, _ in spans)
    assert any(start.month < end.month for start, end, _ in spans)
    assert any(start.month > call.start.month for start, _, call in spans)
    assert any(start.hour == 17 and end.hour == 18 for start, end, _ in spans)
    assert any(call.seconds == 0 for _, _, call in spans)
    assert {call.a for call in planted} >= set(oddities.STRANGERS)
    assert any(call.place.code == "satellite" for call in planted)


def test_small_world_is_small(tmp_path):
    deliveries = world.build(tmp_path, small=True)
    assert 500 < sum(d.good for d in deliveries if not d.again) < 1500
    assert len(list((tmp_path / "orders").glob("*.json"))) == len(world.SMALL)
