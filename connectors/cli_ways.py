# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands fetch and push of the shell tool."""

from __future__ import annotations

import argparse
import base64
import fcntl
import gzip
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from connectors import tls, transports
from connectors.carriers.auth import AUTH, Login
from connectors.cli_settings import add_settings, given
from connectors.http import Http, checked_url, shown
from connectors.reasons import SettingsError, TransportError
from connectors.retry import retrying
from connectors.settings import resolve
from connectors.transports.base import sha256

LARGE = 1 << 20
"""Files above this size are sent packed."""


def add(commands: Any) -> None:
    """Add the commands to the tool's parser."""
    command = commands.add_parser(
        "fetch", help="fetch what waits at a transport",
        description="Fetches each file whole, then moves or marks it at the source. Broken off, "
        "the next start goes on; two at once in one folder are kept apart.",
    )  # fmt: skip
    command.add_argument("transport", choices=transports.names())
    add_settings(command)
    command.add_argument("--into", type=Path, required=True, help="folder for the files")
    command.add_argument(
        "--state", type=Path, help="file that remembers what is done (default: .state-<transport>"
        ".json in the folder)",
    )  # fmt: skip
    command.add_argument("--list", action="store_true", help="only list what waits")
    command.add_argument("--keep", action="store_true", help="do not mark as done at the source")
    command.set_defaults(run=_fetch)

    command = commands.add_parser(
        "push", help="hand files to an Odoo by its API",
        description="Hands files to a usage source of an Odoo with this add-on, by its JSON-2 API. "
        "A file that is known there is answered as duplicate, so a push may be repeated. An Odoo "
        "that is busy or away is tried again, with growing pauses.",
    )  # fmt: skip
    command.add_argument("files", nargs="+", type=Path, metavar="file")
    command.add_argument("--url", required=True, help="https://odoo.example.org")
    command.add_argument("--database", default="", help="where the Odoo has several")
    command.add_argument("--source", required=True, help="code of the usage source")
    command.add_argument("--key", default="env:ODOO_API_KEY", help="API key [env:ODOO_API_KEY]")
    command.add_argument("--ca-file", default="", help=tls.CA.help)
    command.set_defaults(run=_push)


def _fetch(args: argparse.Namespace) -> int:
    args.into.mkdir(parents=True, exist_ok=True)
    place = args.state or args.into / f".state-{args.transport}.json"
    missed = False
    with alone(args.into), checkpoint(place) as state:
        transport = transports.get(args.transport)(given(args), state)
        with transport:
            for item in transport.list():
                if args.list:
                    print(item.name, item.size if item.size is not None else "")
                    continue
                try:
                    fetched = transport.fetch(item, args.into)
                except TransportError as error:
                    if error.away:
                        raise
                    print(f"connectors: {error}", file=sys.stderr)
                    missed = True
                    continue
                if not args.keep:
                    transport.done(item)
                    save(place, state)
                print(f"{fetched.path} {fetched.size} bytes sha256 {fetched.sha256}")
    return 2 if missed else 0


def _push(args: argparse.Namespace) -> int:
    http, base = odoo(args.url, args.key, args.database, args.ca_file)
    source = call(http, base, "search_read", domain=[["code", "=", args.source]], fields=["name"])
    if not isinstance(source, list) or len(source) != 1:
        raise SettingsError(f"{args.source!r} is not the code of one usage source at {shown(base)}")
    ids, missed = [source[0]["id"]], False
    for path in args.files:
        name, data = path.name, path.read_bytes()
        if len(data) > LARGE and not data.startswith((b"\x1f\x8b", b"PK")):
            name, data = f"{name}.gz", gzip.compress(data, mtime=0)
        content = base64.b64encode(data).decode()
        try:
            answer = call(http, base, "receive", ids=ids, name=name, base64_content=content)
        except TransportError as error:
            if error.away:
                raise
            print(f"connectors: {path}: {error}", file=sys.stderr)
            missed = True
            continue
        state = answer.get("state") if isinstance(answer, Mapping) else answer
        print(f"{path}: {state} (sha256 {sha256(path)})")
    return 2 if missed else 0


def _database(login: Login, database: str) -> Any:
    def sign(request: requests.PreparedRequest) -> None:
        login(request)
        if database:
            request.headers["X-Odoo-Database"] = database

    return sign


def odoo(url: str, key: str, database: str = "", ca_file: str = "") -> tuple[Http, str]:
    """A session with an Odoo by its API key, and the Odoo's address."""
    base = checked_url(url).rstrip("/")
    login = Login(resolve(AUTH, {"auth": "bearer", "secret": key}), base)
    return Http(ca_file, sign=_database(login, database)), base


def call(http: Http, base: str, method: str, model: str = "telecom.source", **arguments: Any):
    """One call of the JSON-2 API; what Odoo objects to is said in its words.

    Tried again with the usual patience: a file that came through although the answer was lost is
    answered as known.
    """
    url = f"{base}/json/2/{model}/{method}"

    def once() -> Any:
        with http.stream("POST", url, json=arguments, answers=(400, 404, 422, 500)) as response:
            body = b"".join(response.iter_content(1 << 16))
            status = response.status_code
        broken = status == 500  # also what Odoo says while its database is away
        try:
            found = json.loads(body)
        except ValueError:
            raise TransportError(
                f"{shown(url)} did not answer with JSON ({status}).", broken
            ) from None
        if status >= 400:
            text = found.get("message", status) if isinstance(found, dict) else status
            raise TransportError(f"{shown(url)}: {text}", broken)
        return found

    return retrying(once, http.patience)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep a second fetch into the same folder away."""
    lock = os.open(folder / ".fetch.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise TransportError(f"{folder}: another fetch is at work here.") from None
    finally:
        os.close(lock)


@contextmanager
def checkpoint(path: Path) -> Iterator[dict[str, Any]]:
    """The checkpoint of a transport, saved at the end whatever happens."""
    state: dict[str, Any] = {}
    if path.exists():
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SettingsError(f"{path} is no JSON: {error}") from None
    try:
        yield state
    finally:
        save(path, state)


def save(path: Path, state: Mapping[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(state), encoding="utf-8")
    os.replace(part, path)
