# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands pull and post of the shell tool: priced usage from an Odoo to another system."""

from __future__ import annotations

import argparse
import base64
import hashlib
import mimetypes
import os
from pathlib import Path
from typing import Any

from connectors import tls
from connectors.cli_settings import add_settings, given
from connectors.cli_ways import alone, call, checkpoint, odoo, save
from connectors.priced import KINDS, Push
from connectors.reasons import TransportError

HANDOVER = "telecom.handover"

_TYPES = {f".{ending}": media_type for _label, media_type, ending in KINDS.values()}


def add(commands: Any) -> None:
    """Add the commands to the tool's parser."""
    command = commands.add_parser(
        "pull", help="take priced usage from an Odoo, as files",
        description="Fetches the batches of a system (Configuration, Systems That Get Usage) that "
        "are not acknowledged yet. With --acknowledge each is acknowledged when its file is "
        "written; without, the same batches come again.",
    )  # fmt: skip
    command.add_argument("--url", required=True, help="https://odoo.example.org")
    command.add_argument("--database", default="", help="where the Odoo has several")
    command.add_argument("--system", required=True, help="code of the system")
    command.add_argument("--into", type=Path, required=True, help="folder for the files")
    command.add_argument("--acknowledge", action="store_true", help="tell Odoo what has arrived")
    command.add_argument("--key", default="env:ODOO_API_KEY", help="API key [env:ODOO_API_KEY]")
    command.add_argument("--ca-file", default="", help=tls.CA.help)
    command.set_defaults(run=_pull)

    command = commands.add_parser(
        "post", help="hand files to a REST service, each acknowledged once",
        description="Sends each file as a batch; its hash is the batch id and the Idempotency-Key. "
        "What was acknowledged is remembered and not sent again, so a post may be repeated after "
        "a break. Settings: url, auth, user, secret, method, ca_file (-s url=https://...).",
    )  # fmt: skip
    command.add_argument("files", nargs="+", type=Path, metavar="file")
    add_settings(command)
    command.add_argument(
        "--state", type=Path, default=Path(".state-post.json"),
        help="file that remembers what is acknowledged [.state-post.json]",
    )  # fmt: skip
    command.set_defaults(run=_post)


def _pull(args: argparse.Namespace) -> int:
    args.into.mkdir(parents=True, exist_ok=True)
    http, base = odoo(args.url, args.key, args.database, args.ca_file)
    with alone(args.into):
        for batch in call(http, base, "waiting_batches", HANDOVER, channel=args.system):
            found = call(http, base, "fetch_batch", HANDOVER, batch=batch["batch"])
            data = base64.b64decode(found["base64_content"])
            if hashlib.sha256(data).hexdigest() != found["sha256"]:
                raise TransportError(f"{found['name']} arrived damaged; start again.")
            path = args.into / Path(found["name"]).name
            part = path.with_suffix(f"{path.suffix}.part")
            part.write_bytes(data)
            os.replace(part, path)
            if args.acknowledge:
                call(
                    http, base, "acknowledge_batch", HANDOVER,
                    batch=batch["batch"], text=f"stored as {path.name}",
                )  # fmt: skip
            print(f"{path} {batch['rows']} rows, amount {batch['amount']}")
    return 0


def _post(args: argparse.Namespace) -> int:
    with checkpoint(args.state) as state, Push(given(args)) as way:
        done = state.setdefault("acknowledged", {})
        for path in args.files:
            data = path.read_bytes()
            batch = hashlib.sha256(data).hexdigest()
            if batch in done:
                print(f"{path}: acknowledged before")
                continue
            kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
            receipt = way.send(batch, data, kind or "application/octet-stream")
            done[batch] = path.name
            save(args.state, state)
            known = " (it was known there)" if receipt.known else ""
            print(f"{path}: acknowledged{known} {receipt.text}".rstrip())
    return 0
