# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command decode of the shell tool: files, archives and folders as one run of deliveries."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from connectors import archives, formats
from connectors.cli_settings import add_settings, given
from connectors.formats.summary import Summary
from connectors.frame import Decoded, Deduplicator, rejects_frame
from connectors.reasons import REASONS, DeliveryError, SettingsError, parts

CARRIED = "carried"


def add(commands: Any) -> None:
    """Add the command to the tool's parser."""
    command = commands.add_parser(
        "decode", help="decode files (also zip and gz) to CSV or Parquet",
        description="Decodes files, archives and folders (their files by name), one after the "
        "other: lines = records + duplicates + faulty + filtered + header + trailer + blank. What "
        "goes over the border of two files (INVITE and BYE, parts of a call) is put together, and "
        "records that came before are left out, so give all files of a period at once, oldest "
        "first. A file that cannot be read is named, and stops no other.",
        epilog="records: started_at is UTC; quantity and cost are whole millionths of unit and "
        "currency (61000000 second are 61 s); a_number and b_number are E.164 digits, a_raw and "
        "b_raw what stood in the file. rejects: line, kind (faulty, or filtered by the record "
        "selection), reason, message with the remedy, and the raw text. exit codes: 0 all used, "
        "1 some lines were faulty or totals differ, 2 wrong use, or "
        "a file was unreadable.",
    )  # fmt: skip
    command.add_argument("files", nargs="+", type=Path, metavar="file")
    command.add_argument("-f", "--format", required=True, help="see the command formats")
    add_settings(command)
    command.add_argument("-o", "--output", type=Path, help="records, as .csv or .parquet")
    command.add_argument("--rejects", type=Path, help="lines not used, with reasons, as .csv")
    command.add_argument("--json", action="store_true", help="the counts as JSON, one file a line")
    command.add_argument(
        "--duplicates", choices=("drop", "keep"), default="drop",
        help="records that came before in these files: drop takes 100 bytes of memory a record",
    )  # fmt: skip
    command.set_defaults(run=_decode)


def _decode(args: argparse.Namespace) -> int:
    settings = given(args)
    formats.get(args.format).resolve(settings)
    with _Writer(args.output) as records, _Writer(args.rejects) as rejects:
        return _Run(args, settings, records, rejects).all(args.files)


def files_in(path: Path) -> list[Path]:
    """A file itself; of a folder its files by name, less hidden ones and markers."""
    if not path.is_dir():
        return [path]
    return sorted(
        inner
        for inner in path.iterdir()
        if inner.is_file() and not inner.name.startswith(".") and not archives.is_marker(inner.name)
    )


def _is_packed(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return bool(archives.kind_of(stream.read(4)))
    except OSError:
        return False


def _merged(line: int, file: str) -> str:
    return REASONS["merged"].format(value=f"{line} of {file}")


class _Run:
    """Deliveries decoded one after the other, with what one leaves to the next."""

    def __init__(
        self, args: argparse.Namespace, settings: dict[str, Any], records: _Writer, rejects: _Writer
    ) -> None:
        self.form = formats.get(args.format)
        self.settings = settings
        self.records, self.rejects = records, rejects
        self.as_json = args.json
        self.known: set[bytes] | None = set() if args.duplicates == "drop" else None
        self.waiting: dict[int, tuple[str, int, str, str]] = {}  # number: file, line, raw, header
        self.numbers = itertools.count(1)
        self.equal = Deduplicator()
        self.code = 0

    def all(self, paths: list[Path]) -> int:
        """Decode; returns the exit code."""
        combines = bool(self.form.combines(self.form.resolve(self.settings)))
        files = [inner for path in paths for inner in files_in(path)]
        several = len(files) > 1 or any(map(_is_packed, files))
        for path in files:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    for member in archives.members(path, folder):
                        if member.path != path and not self._wanted(member.name):
                            continue
                        self._named(member.name, member.path, combines and several)
            except (archives.ArchiveError, OSError) as error:
                self._fault(str(path), error)
        self._left()
        return self.code

    def _fault(self, name: str, error: Exception) -> None:
        text = getattr(error, "strerror", None) or str(error)
        print(f"connectors: {name}: {text}", file=sys.stderr)
        self.code = 2

    def _wanted(self, name: str) -> bool:
        """Of an archive only files that may be of the format; the others are named."""
        endings = self.form.extensions
        if not endings or PurePosixPath(name).suffix.lower().lstrip(".") in endings:
            return True
        print(f"{name}: left out by its ending ({', '.join(endings)} are read)", file=sys.stderr)
        return False

    def _named(self, name: str, path: Path, carry: bool) -> None:
        try:
            self._one(name, path, carry)
        except DeliveryError as error:
            self._fault(name, error)

    def _one(self, name: str, path: Path, carry: bool) -> None:
        carried = [
            (number, raw, header) for number, (_file, _line, raw, header) in self.waiting.items()
        ]
        decoding = self.form.decode(path, self.settings, carried=carried if carry else None)
        self.equal = Deduplicator()  # equal records of one file are several, those of two are one
        held: list[tuple[int, str]] = []
        duplicates = 0
        for chunk in decoding:
            duplicates += self._write(name, chunk, held if carry else None)
        summary = decoding.summary
        for number in decoding.settled:
            file, line, raw, _header = self.waiting.pop(number)
            text = _merged(decoding.settled[number], name)
            self.rejects.write(rejects_frame([(line, "filtered", "merged", text, raw)]), file)
        for line, raw in held:
            self.waiting[next(self.numbers)] = (name, line, raw, summary.header_text)
        self._count(name, summary, duplicates)

    def _write(self, name: str, chunk: Decoded, held: list[tuple[int, str]] | None) -> int:
        """Hand out a chunk, less the duplicates, which are counted."""
        frame, rejects = chunk.frame, chunk.rejects
        if held is not None:
            waits = rejects["reason"] == CARRIED
            held += zip(rejects["line"][waits], rejects["raw"][waits], strict=True)
            rejects = rejects[~waits]
        fresh = self._fresh(frame)
        self.records.write(frame if fresh.all() else frame[fresh], name)
        self.rejects.write(rejects, name)
        return int((~fresh).sum())

    def _fresh(self, frame: pd.DataFrame) -> np.ndarray:
        """Which records did not come before."""
        fresh = np.ones(len(frame), dtype=bool)
        if self.known is None:
            return fresh
        keys = self.equal.keys(frame).tobytes()
        starts = frame["started_at"].to_numpy().tobytes()
        for at in range(len(frame)):
            key = keys[16 * at : 16 * at + 16] + starts[8 * at : 8 * at + 8]
            fresh[at] = key not in self.known
            self.known.add(key)
        return fresh

    def _left(self) -> None:
        """What still waits for its other part is judged as if there were none."""
        by_header: dict[str, list[tuple[int, str]]] = {}
        for number, (_file, _line, raw, header) in self.waiting.items():
            by_header.setdefault(header, []).append((number, raw))
        self.equal = Deduplicator()
        for header, rows in by_header.items():
            decoding = self.form.retry(rows, self.settings, header)
            duplicates = sum(
                self._write(file, chunk, None)
                for found in decoding
                for file, chunk in self._by_file(found)
            )
            self._count("what waited for its other part", decoding.summary, duplicates)

    def _by_file(self, found: Decoded) -> Iterator[tuple[str, Decoded]]:
        """Rows that waited, with the lines that they have in their files."""
        places = {number: (file, line) for number, (file, line, *_rest) in self.waiting.items()}
        frames = []
        for frame in (found.frame, found.rejects):
            at = [places[number] for number in frame["line"].tolist()]
            lines = np.array([line for _file, line in at], dtype="int64")
            frames.append(
                (frame.assign(line=lines), np.array([file for file, _line in at], object))
            )
        rejects = frames[1][0]
        for row in np.flatnonzero(rejects["reason"] == "merged"):
            number = int(parts("merged", rejects["message"].iat[row])[1])
            file, line = places[number]
            rejects.loc[row, "message"] = _merged(line, file)
        for file in sorted(set(frames[0][1]) | set(frames[1][1])):
            kept = [frame[files == file].reset_index(drop=True) for frame, files in frames]
            yield file, Decoded(*kept)

    def _count(self, name: str, summary: Summary, duplicates: int) -> None:
        if self.code == 0 and (summary.faulty or summary.differences()):
            self.code = 1
        if self.as_json:
            counts = summary.as_dict()
            counts |= {"loaded": summary.loaded - duplicates, "duplicates": duplicates}
            print(json.dumps({"file": name} | counts, ensure_ascii=False))
            return
        print(
            f"{name}: {summary.lines} lines = {summary.loaded - duplicates} records "
            f"+ {duplicates} duplicates + {summary.faulty} faulty + {summary.filtered} filtered "
            f"+ {summary.header} header + {summary.trailer} trailer + {summary.blank} blank"
        )
        for reason, number in summary.reasons.most_common():
            print(f"  {number:>9}  {reason}")
        for note, number in sorted(summary.notes.items()):
            print(f"  {number:>9}  {note} (kept)")
        for difference in summary.differences():
            print(f"  control totals: {difference}")


class _Writer:
    """Appends frames to a CSV or Parquet file."""

    def __init__(self, path: Path | None) -> None:
        if path is not None and path.suffix not in (".csv", ".parquet"):
            raise SettingsError(f"{path}: the name must end in .csv or .parquet")
        if path is not None and not path.parent.is_dir():
            raise SettingsError(f"{path}: there is no folder {path.parent}; create it")
        self.path = path
        self._writer: Any = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._writer is not None:
            self._writer.close()

    def write(self, frame: pd.DataFrame, name: str) -> None:
        """Append a frame, with the name of the file it is from."""
        if self.path is None:
            return
        frame = frame.assign(file=pd.array([name] * len(frame), dtype="string"))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._writer is None:
            opener = pacsv.CSVWriter if self.path.suffix == ".csv" else pq.ParquetWriter
            self._writer = opener(str(self.path), table.schema)
        self._writer.write_table(
            table.cast(self._writer.schema) if hasattr(self._writer, "schema") else table
        )
