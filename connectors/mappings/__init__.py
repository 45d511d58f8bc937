# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ready-made mappings: JSON files of name, label, help, format and settings."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def all_mappings() -> dict[str, dict[str, Any]]:
    """The mappings by name."""
    found = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            mapping = json.loads(entry.read_text(encoding="utf-8"))
            found[mapping["name"]] = mapping
    return found
