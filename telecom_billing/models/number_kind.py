# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of destination a zone is, guessed from its prefixes; plain functions."""

from __future__ import annotations

from collections.abc import Iterable

#: German number ranges (Bundesnetzagentur's numbering plan), longest first.
GERMAN = (
    ("49110", "emergency"),
    ("49112", "emergency"),
    ("49116", "free"),
    ("49115", "special"),
    ("49118", "special"),
    ("49137", "special"),
    ("49180", "special"),
    ("49700", "special"),
    ("49800", "free"),
    ("49900", "premium"),
    ("4915", "mobile"),
    ("4916", "mobile"),
    ("4917", "mobile"),
    ("4932", "national"),
    ("49", "national"),
)
SATELLITE = ("870", "881", "882", "883")


def zone_kind(prefixes: Iterable[str]) -> str:
    """The one kind of all prefixes, "country" for other countries, "other" where they differ.

    >>> zone_kind(["4915", "4917"]), zone_kind(["33", "336"]), zone_kind(["491805"])
    ('mobile', 'country', 'special')
    >>> zone_kind(["49110", "49800"]), zone_kind([]), zone_kind(["800"])
    ('other', 'other', 'free')
    """
    kinds = {_kind(prefix) for prefix in prefixes}
    return kinds.pop() if len(kinds) == 1 else "other"


def _kind(prefix: str) -> str:
    if prefix.startswith("49"):
        return next(kind for range_, kind in GERMAN if prefix.startswith(range_))
    if prefix.startswith("800"):
        return "free"
    return "satellite" if prefix.startswith(SATELLITE) else "country"
