# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decoding a large Master.csv, beside reading the same file with pyarrow.csv."""

from __future__ import annotations

import datetime
import random
import resource
import time
import typing
from pathlib import Path

import pyarrow.csv

from connectors import formats

GOAL = 2.0
#: Best of so many: a busy machine shall not decide.
TRIES = 3


def write(path: Path, rows: int) -> None:
    """Calls of a switch as Asterisk writes them, 270 bytes a line."""
    pick, begin = random.Random(1), datetime.datetime(2026, 9, 1)
    with path.open("w", encoding="utf-8") as file:
        for at in range(rows):
            start = begin + datetime.timedelta(seconds=at * 2)
            length = pick.randrange(5, 600)
            end = start + datetime.timedelta(seconds=length)
            src, dst = f"030{at % 20_000:07}", f"0{pick.choice((30, 40, 89, 171))}{at % 10**7:07}"
            file.write(
                f'"acc{at % 500}","{src}","{dst}","from-internal","""Name"" <{src}>",'
                f'"SIP/trunk-{at:08x}","SIP/x-{at:08x}","Dial","SIP/{dst}@carrier",'
                f'"{start}","{start}","{end}",{length},{length},"ANSWERED","DOCUMENTATION",'
                f'"{1788213600 + at}.{at}",""\n'
            )


def best(call: typing.Callable[[], object]) -> float:
    """CPU seconds of the quickest of some tries."""
    found = []
    for _try in range(TRIES):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def decode(path: Path) -> int:
    """Records of a file, chunk by chunk."""
    return sum(len(chunk.frame) for chunk in formats.get("asterisk").decode(path))


def measure(rows: int, folder: Path) -> typing.Iterator[dict]:
    """Time and peak memory; memory first, since the reference holds the whole table."""
    path = folder / "Master.csv"
    write(path, rows)
    assert decode(path) == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    ours = best(lambda: decode(path))
    options = pyarrow.csv.ReadOptions(column_names=[str(at) for at in range(18)])
    theirs = best(lambda: pyarrow.csv.read_csv(path, options))
    yield {
        "name": "connectors: decode a Master.csv",
        "value": round(ours, 2),
        "unit": "CPU s",
        "reference": round(theirs, 2),
        "ratio": round(ours / theirs, 2),
        "goal": f"<= {GOAL}",
        "holds": ours <= GOAL * theirs,
    }
    yield {
        "name": "connectors: peak memory of it",
        "value": peak,
        "unit": "MiB",
        "reference": 1024,
        "ratio": None,
        "goal": "< 1024",
        "holds": peak < 1024,
    }
