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

from connectors import (
    archives,
    cli_decode,
    cli_documents,
    cli_priced,
    cli_ways,
    detect,
    formats,
    transports,
)
from connectors.cli_settings import add_settings, given
from connectors.documents import DocumentError
from connectors.formats import mapping
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
  python -m connectors decode -f opensips_flatstore logs/ -o usage.csv   a folder, with what goes
                                                        over the border of its files
  python -m connectors fetch sftp --settings carrier.json -s password=env:SFTP --into in
  python -m connectors push --url https://odoo.example --source acme in/*.zip
  python -m connectors pull --url https://odoo.example --system crm --into out --acknowledge
  python -m connectors post out/*.csv -s url=https://crm.example/usage -s auth=bearer \\
      -s secret=env:CRM_TOKEN
  python -m connectors split bill.pdf --into parts --invoice 'Nr. (\\S+)' --customer 'Kd. (\\d+)'
  python -m connectors bundle parts/*.pdf -o print.pdf --duplex

settings: repeat -s name=value, or give a JSON file of names and values with --settings.
secrets: write env:NAME as the value to take it from the environment variable NAME.
exit codes: 0 all used, 1 some lines were faulty or totals differ, 2 wrong use or unreadable,
or something could not be fetched, pushed or posted (start again: what was done is not repeated).
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args) or 0)
    except BrokenPipeError:
        return 0
    except OSError as error:
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"connectors: {text}", file=sys.stderr)
        return 2
    except (
        DeliveryError, SettingsError, archives.ArchiveError, transports.TransportError,
        DocumentError,
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

    cli_decode.add(commands)
    cli_ways.add(commands)
    cli_priced.add(commands)
    cli_documents.add(commands)
    return parser


def _formats(args: argparse.Namespace) -> None:
    print("formats (decode -f NAME, describe NAME):")
    for name in formats.names():
        form = formats.get(name)
        print(f"  {name:20} {form.kind:6} {form.label}")
    print("\nways (fetch NAME, describe NAME):")
    for name in transports.names():
        print(f"  {name:20} {transports.get(name).label}")


def _preview(args: argparse.Namespace) -> int:
    found = preview(args.format, args.file, given(args), args.rows)
    print(json.dumps(vars(found), indent=2, ensure_ascii=False, default=str))
    return 2 if found.fault else 0


def _describe(args: argparse.Namespace) -> None:
    known = [part for part in (formats, transports) if args.name in part.names()]
    if not known:
        raise SettingsError(f"{args.name!r} is neither a format nor a way; see: formats")
    found = [part.describe(args.name) for part in known]
    if args.json:
        print(json.dumps(found[0] if len(found) == 1 else found, indent=2, ensure_ascii=False))
        return
    for part, one in zip(known, found, strict=True):
        _show(one)
        _show_example(one, part is formats)


def _show(found: Mapping[str, Any]) -> None:
    print(f"{found['label']} ({found['name']})\n{found.get('help', '')}\n\nsettings:")
    for setting in found["settings"]:
        default = "" if setting["type"] == "rows" else setting["default"]
        shown = f" [{default}]" if default not in ("", None) else ""
        need = ", needed" if setting["required"] else ""
        print(f"  {setting['name']:18} {setting['label']} ({setting['type']}{need}){shown}")
        for value, label in setting["choices"]:
            print(f"{'':21}{value or '(empty)'}: {label}")
        if setting["help"]:
            print(f"{'':21}{setting['help']}")
        if setting["when"]:
            print(f"{'':21}Only with {setting['when'][0]}={' or '.join(setting['when'][1])}.")


def _show_example(found: Mapping[str, Any], is_format: bool) -> None:
    needed = "".join(
        f" -s {one['name']}={'env:NAME' if one['type'] == 'secret' else '…'}"
        for one in found["settings"]
        if one["required"] or (one["type"] == "secret" and one["name"] in ("password", "secret"))
    )
    if not is_format:
        print(f"\nexample:\n  python -m connectors fetch {found['name']}{needed} --into in")
        return
    rows = {one["name"]: one["default"] for one in found["settings"] if one["type"] == "rows"}
    name, file = found["name"], f"FILE.{(found['extensions'] or [''])[0]}".rstrip(".")
    if not rows:
        print(f"\nexample:\n  python -m connectors decode -f {name}{needed} {file} -o usage.csv")
        return
    print(f"\nrows of columns and rules:\n{mapping.MANUAL}")
    example = rows["columns"] or mapping.EXAMPLE
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in example)
    print("\nexample: a file settings.json (a layout exported from Odoo will do too) such as")
    print(f'{{"columns": [\n{lines}\n]}}')
    print(
        f"with\n  python -m connectors preview -f {name} --settings settings.json {file}\n"
        f"  python -m connectors decode -f {name} --settings settings.json {file} -o usage.csv"
    )


def _detect(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for member in archives.members(args.file, folder):
            with member.path.open("rb") as stream:
                found = detect.propose(stream.read(detect.SAMPLE))
            print(f"{member.name}:")
            print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    return 0
