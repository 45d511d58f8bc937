# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shell tool.  `--help` of each command is its manual."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from connectors import archives, cli_documents, cli_priced, cli_ways, detect, formats, transports
from connectors.cli_settings import add_settings, given
from connectors.documents import DocumentError
from connectors.formats.summary import Summary
from connectors.preview import preview
from connectors.reasons import DeliveryError, SettingsError

EPILOG = """\
examples:
  python -m connectors formats                          what can be read
  python -m connectors describe asterisk                the settings of a format
  python -m connectors detect sample.csv                what a file looks like
  python -m connectors decode -f german_carrier 2026-09.zip -o usage.parquet
  python -m connectors decode -f csv_mapping --settings carrier.json calls.csv -o usage.csv
  python -m connectors decode -f asterisk -s timezone=UTC Master.csv --rejects rejects.csv
  python -m connectors fetch sftp --settings carrier.json -s password=env:SFTP --into in
  python -m connectors push --url https://odoo.example --source acme in/*.zip
  python -m connectors pull --url https://odoo.example --system crm --into out --acknowledge
  python -m connectors post out/*.csv -s url=https://crm.example/usage -s auth=bearer \\
      -s secret=env:CRM_TOKEN
  python -m connectors split bill.pdf --into parts --invoice 'Nr. (\\S+)' --customer 'Kd. (\\d+)'
  python -m connectors bundle parts/*.pdf -o print.pdf --duplex

settings: repeat -s name=value, or give a JSON file of names and values with --settings.
secrets: write env:NAME as the value to take it from the environment variable NAME.
exit codes: 0 all used, 1 some lines were faulty or totals differ, 2 wrong use or unreadable.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args) or 0)
    except BrokenPipeError:
        return 0
    except (
        DeliveryError, SettingsError, archives.ArchiveError, transports.TransportError,
        DocumentError, OSError,
    ) as error:  # fmt: skip
        print(f"connectors: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors",
        description="Usage records of carriers, switches and conference servers: "
        "fetch them, decode them into one layout, see what could not be used and why.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("formats", help="list the formats, ready-made mappings and ways")
    command.set_defaults(run=_formats)

    command = commands.add_parser("describe", help="show the settings of a format or transport")
    command.add_argument("name")
    command.add_argument("--json", action="store_true", help="as JSON, for programs")
    command.set_defaults(run=_describe)

    command = commands.add_parser("detect", help="propose settings from a sample file")
    command.add_argument("file", type=Path)
    command.set_defaults(run=_detect)

    command = commands.add_parser(
        "preview", help="show the first lines of a file, and what becomes of them"
    )
    command.add_argument("file", type=Path)
    command.add_argument("-f", "--format", required=True, help="see the command formats")
    add_settings(command)
    command.add_argument("--rows", type=int, default=5)
    command.set_defaults(run=_preview)

    command = commands.add_parser("decode", help="decode files (also zip and gz) to CSV or Parquet")
    command.add_argument("files", nargs="+", type=Path, metavar="file")
    command.add_argument("-f", "--format", required=True, help="see the command formats")
    add_settings(command)
    command.add_argument("-o", "--output", type=Path, help="records, as .csv or .parquet")
    command.add_argument("--rejects", type=Path, help="lines not used, with reasons, as .csv")
    command.add_argument("--json", action="store_true", help="the counts as JSON")
    command.set_defaults(run=_decode)

    cli_ways.add(commands)
    cli_priced.add(commands)
    cli_documents.add(commands)
    return parser


def _formats(args: argparse.Namespace) -> None:
    for name in formats.names():
        form = formats.get(name)
        print(f"{name:20} {form.kind:6} {form.label}")
    print()
    for name in transports.names():
        print(f"{name:20} {'way':6} {transports.get(name).label}")


def _preview(args: argparse.Namespace) -> int:
    found = preview(args.format, args.file, given(args), args.rows)
    print(json.dumps(vars(found), indent=2, ensure_ascii=False, default=str))
    return 2 if found.fault else 0


def _describe(args: argparse.Namespace) -> None:
    known = [part for part in (formats, transports) if args.name in part.names()]
    found = [part.describe(args.name) for part in known or [formats]]
    if args.json:
        print(json.dumps(found[0] if len(found) == 1 else found, indent=2, ensure_ascii=False))
        return
    for part in found:
        _show(part)


def _show(found: Mapping[str, Any]) -> None:
    print(f"{found['label']} ({found['name']})\n{found.get('help', '')}\n")
    for setting in found["settings"]:
        default = setting["default"]
        shown = f" [{default}]" if default not in ("", None, []) else ""
        need = ", needed" if setting["required"] else ""
        print(f"  {setting['name']:18} {setting['label']} ({setting['type']}{need}){shown}")
        if setting["choices"]:
            print(f"{'':21}one of " + ", ".join(choice[0] for choice in setting["choices"]))
        if setting["help"]:
            print(f"{'':21}{setting['help']}")


def _detect(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for member in archives.members(args.file, folder):
            with member.path.open("rb") as stream:
                found = detect.propose(stream.read(detect.SAMPLE))
            print(f"{member.name}:")
            print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    return 0


def _decode(args: argparse.Namespace) -> int:
    form = formats.get(args.format)
    settings = given(args)
    form.resolve(settings)
    clean = True
    with tempfile.TemporaryDirectory() as folder, _Writer(args.output) as records, \
            _Writer(args.rejects) as rejects:  # fmt: skip
        for path in args.files:
            for member in archives.members(path, folder):
                decoding = form.decode(member.path, settings)
                for chunk in decoding:
                    records.write(chunk.frame, member.name)
                    rejects.write(chunk.rejects, member.name)
                summary = decoding.summary
                clean = clean and not summary.faulty and not summary.differences()
                _report(member.name, summary, args.json)
    return 0 if clean else 1


def _report(name: str, summary: Summary, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": name} | summary.as_dict(), ensure_ascii=False))
        return
    print(
        f"{name}: {summary.lines} lines = {summary.loaded} records + {summary.faulty} faulty "
        f"+ {summary.filtered} filtered + {summary.header} header + {summary.trailer} trailer "
        f"+ {summary.blank} blank"
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
