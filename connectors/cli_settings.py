# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings on the command line, for all commands that take them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from connectors.reasons import SettingsError


def add_settings(command: argparse.ArgumentParser) -> None:
    """Add -s and --settings to a command."""
    command.add_argument(
        "-s", "--set", action="append", default=[], metavar="name=value", help="a setting"
    )
    command.add_argument("--settings", type=Path, help="JSON file of settings")


def given(args: argparse.Namespace) -> dict[str, Any]:
    """The settings of a call; those of the line win."""
    found: dict[str, Any] = {}
    if args.settings:
        try:
            found = json.loads(args.settings.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SettingsError(f"{args.settings} is no JSON: {error}") from None
        if not isinstance(found, dict):
            raise SettingsError(f"{args.settings}: write an object of names and values")
        found = found.get("settings", found)
    for part in args.set:
        name, sign, value = part.partition("=")
        if not sign:
            raise SettingsError(f"-s {part}: write name=value")
        found[name] = value
    return found
