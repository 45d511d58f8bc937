# SPDX-License-Identifier: AGPL-3.0-or-later
"""Write the papers of Nordlicht Telekom: orders, tariffs, carrier files of two months.

    python -m demo.world FOLDER [--seed 2026] [--small]

The same seed gives the same bytes. The folder then holds::

    company.json products.json sources.json     what is set up once
    orders/WEB-1001.json … refused/…            what the web shop hands over
    tariffs/privat.json …                       tariff books
    inbox/2026-09/<source>/…                    what the sources deliver in that month
    manifest.json                               which file comes when, how, and what is in it

``manifest.json`` counts the lines of each file as the generator meant them: good records, twins
(the same record once more), dirty lines.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import pathlib

from . import calls as traffic
from . import files, oddities, people, setup, tariffs

MONTHS = ((2026, 9), (2026, 10))
SMALL = ("1001", "1003", "1008", "1010", "1011", "2001", "2002", "2008", "2009", "2012")
OVERLAP = 25


@dataclasses.dataclass
class Delivery:
    """A file of a source, and what its lines are. ``again``: all of it came before."""

    month: str
    source: str
    file: str
    way: str
    good: int
    twins: int
    dirty: int
    again: bool = False

    @property
    def lines(self) -> int:
        """Data lines of the file."""
        return self.good + self.twins + self.dirty


def build(folder: str | pathlib.Path, seed: int = 2026, small: bool = False) -> list[Delivery]:
    """Write the world into ``folder`` and return its deliveries in order of arrival."""
    folder = pathlib.Path(folder)
    chosen = {c.key: c for c in people.customers() if not small or c.key in SMALL}
    for name, content in setup.papers().items():
        _write_json(folder / name, content)
    for code, book in tariffs.books().items():
        _write_json(folder / "tariffs" / f"{code}.json", book)
    for customer in chosen.values():
        order = people.order(customer)
        _write_json(folder / "orders" / f"{order['order_id']}.json", order)
    deliveries = []
    for year, month in MONTHS:
        drawn = _traffic(chosen, year, month, seed, 8 if small else 1)
        deliveries += _Writer(folder, seed, year, month).write(drawn)
    _write_json(
        folder / "manifest.json",
        {
            "seed": seed,
            "small": small,
            "deliveries": [
                dataclasses.asdict(delivery) | {"lines": delivery.lines} for delivery in deliveries
            ],
        },
    )
    return deliveries


def _traffic(chosen, year: int, month: int, seed: int, divisor: int) -> list[traffic.Call]:
    """All calls that the sources hand over in a month."""
    drawn = []
    for customer in chosen.values():
        dice = traffic.Dice(seed, customer.key, year, month)
        drawn += traffic.month_of(customer, year, month, dice, divisor)
    drawn += oddities.planted(chosen, year, month)
    if "1011" in chosen:
        drawn += oddities.twin_messages(month)
    if month == 10:
        drawn += oddities.late(chosen, traffic.Dice(seed, "late"))
    return drawn


class _Writer:
    """Puts one month's calls into the files of their sources."""

    def __init__(self, folder: pathlib.Path, seed: int, year: int, month: int):
        self.folder = folder
        self.month = f"{year}-{month:02d}"
        self.batch = f"{year % 100}{month:02d}"
        self.dice = traffic.Dice(seed, "files", year, month)
        self.overlap_path = folder / "inbox" / "2026-09" / "alpentel"

    def write(self, drawn: list[traffic.Call]) -> list[Delivery]:
        """Write all files of the month."""
        deliveries = []
        parts: dict[tuple[str, int], list[traffic.Call]] = {}
        for call in drawn:
            parts.setdefault((call.source, self._part(call)), []).append(call)
        for (source, part), some in sorted(parts.items()):
            some.sort(key=lambda c: (c.start + dt.timedelta(seconds=c.seconds), c.a, c.b))
            last = part == max(p for s, p in parts if s == source)
            deliveries += self._file(source, part, some, last)
        return deliveries

    def _part(self, call: traffic.Call) -> int:
        """Which of the month's files: half months, weeks, or the one there is."""
        day = call.start.astimezone(traffic.BERLIN)
        early = f"{day:%Y-%m}" < self.month
        if call.source == "rheintel":
            return 1 if early or day.day <= 15 else 2
        return min(4, 1 + (day.day - 1) // 8) if call.source == "alpentel" else 1

    def _file(self, source: str, part: int, some, last: bool) -> list[Delivery]:
        writer, head, encoding, newline = files.WRITERS[source]
        lines = writer(some, f"{source[0].upper()}{self.batch}{part}")
        lines = files.with_dirt(source, lines, oddities.DIRTY[source] if last else (), self.dice)
        if source == "alpentel" and part == 1:
            lines = self._tail_of_last_month() + lines
        content = b"".join(
            line.encoded(encoding, newline) for line in ([files.Line(head)] if head else []) + lines
        )
        if source == "alpentel":
            content = b"\xef\xbb\xbf" + content
        names = {
            "rheintel": f"EVN_{self.month}_{part}.csv",
            "alpentel": f"alpentel-{self.month}-w{part}.csv",
            "pbx": f"Master_{self.month}.csv",
            "bridge": f"conference-{self.month}.csv",
        }
        name = names[source]
        if source == "rheintel":
            name, content = f"rheintel_{self.month}_{part}.zip", files.zipped(name, content)
        marks = [line.mark for line in lines]
        counts = [marks.count(mark) for mark in ("good", "twin", "dirty")]
        way = "upload" if source == "pbx" else "folder"
        made = [Delivery(self.month, source, self._put(source, name, content), way, *counts)]
        if source == "rheintel" and last:
            again = self._put(source, name.replace(".zip", "_wiederholt.zip"), content)
            made.append(Delivery(self.month, source, again, way, *counts, again=True))
        return made

    def _tail_of_last_month(self) -> list[files.Line]:
        """The carrier begins the month's first file with the last lines of the month before."""
        before = sorted(self.overlap_path.glob("*.csv")) if self.month != "2026-09" else []
        if not before:
            return []
        texts = before[-1].read_bytes().splitlines()[1:-1]
        tail = [text.decode() for text in texts[-3 * OVERLAP :] if b"\xff" not in text]
        return [files.Line(text, "twin") for text in tail if "n/a" not in text][-OVERLAP:]

    def _put(self, source: str, name: str, content: bytes) -> str:
        path = self.folder / "inbox" / self.month / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path.relative_to(self.folder).as_posix()


def _write_json(path: pathlib.Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Write the demo provider's papers.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--small", action="store_true", help="ten customers, an eighth of calls")
    options = parser.parse_args()
    deliveries = build(options.folder, options.seed, options.small)
    lines = sum(delivery.lines for delivery in deliveries)
    print(f"{len(deliveries)} files with {lines} lines in {options.folder}")


if __name__ == "__main__":
    main()
