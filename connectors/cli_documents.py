# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands split and bundle of the shell tool."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from connectors.documents import Layout, bundle, split
from connectors.reasons import SettingsError


def add(commands: Any) -> None:
    """Add the commands to the tool's parser."""
    command = commands.add_parser(
        "split", help="take a collective PDF apart into single invoices",
        description="Each page goes to the invoice whose number it bears, or follows; pages that "
        "fit none are kept in unfitted.pdf.",
    )  # fmt: skip
    command.add_argument("file", type=Path)
    command.add_argument("--into", type=Path, required=True, help="folder for the invoices")
    command.add_argument("--layouts", type=Path, help="JSON file: a list of layouts")
    command.add_argument("--invoice", help="pattern of the invoice number: 'Rechnung (\\S+)'")
    command.add_argument("--customer", help="pattern of the customer number")
    command.add_argument(
        "--page", default="", help="pattern of the page: 'Seite (\\d+) von (\\d+)'"
    )
    command.add_argument("--name", default="{customer}_{invoice}.pdf", help="name of the files")
    command.add_argument("--report", type=Path, help="what became of each page, as JSON")
    command.set_defaults(run=_split)

    command = commands.add_parser(
        "bundle", help="put PDFs together for the printer",
        description="Sorted by file name, numbers by value; or by the first column of a list.",
    )  # fmt: skip
    command.add_argument("files", nargs="*", type=Path, metavar="file")
    command.add_argument("--list", type=Path, help="lines of: customer number, tabulator, file")
    command.add_argument("-o", "--output", type=Path, required=True)
    command.add_argument("--duplex", action="store_true", help="customers begin on a front side")
    command.set_defaults(run=_bundle)


def _split(args: argparse.Namespace) -> int:
    if args.layouts:
        found = json.loads(args.layouts.read_text(encoding="utf-8"))
        layouts = [Layout.of(one) for one in found]
    elif args.invoice and args.customer:
        layouts = [Layout("layout", args.invoice, args.customer, args.page)]
    else:
        raise SettingsError("split: give --invoice and --customer, or --layouts")
    args.into.mkdir(parents=True, exist_ok=True)
    result = split(args.file, layouts, args.into, args.name)
    if args.report:
        text = json.dumps(result.as_dict(), indent=2, ensure_ascii=False)
        args.report.write_text(text + "\n", encoding="utf-8")
    fitted = sum(len(part.pages) for part in result.parts)
    print(
        f"{args.file.name}: {result.pages} pages = {fitted} in {len(result.parts)} invoices "
        f"+ {len(result.unfitted)} that fitted none"
    )
    for part in result.parts:
        if not part.complete:
            print(f"  {part.invoice}: {len(part.pages)} of {part.expected} pages")
    for page in result.unfitted:
        print(f"  page {page.page}: {page.reason}")
    return 1 if result.unfitted or not all(part.complete for part in result.parts) else 0


def _bundle(args: argparse.Namespace) -> int:
    wanted = [(path.name, path) for path in args.files]
    if args.list:
        for line in filter(None, args.list.read_text(encoding="utf-8").splitlines()):
            key, sign, name = line.partition("\t")
            if not sign:
                raise SettingsError(f"{args.list}: {line!r} is no number, tabulator, file")
            wanted.append((key, Path(name)))
    if not wanted:
        raise SettingsError("bundle: name the files, or a --list of them")
    result = bundle(wanted, args.output, args.duplex)
    print(f"{args.output}: {result.pages} pages of {len(result.documents)} documents")
    for path, why in result.failed:
        print(f"  left out: {path}: {why}")
    return 1 if result.failed else 0
