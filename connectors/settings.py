# SPDX-License-Identifier: AGPL-3.0-or-later
"""Declared settings of formats, transports and carriers: what a form shows and a source stores."""

from __future__ import annotations

import os
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.reasons import SettingsError


class Secret:
    """A text that does not show itself: printed, logged or formatted it is ***.

    >>> f"{Secret('top')}", Secret("top").reveal()
    ('***', 'top')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, value: Any) -> Secret:
        """From a text, a Secret, or "env:NAME" (taken from the environment)."""
        if isinstance(value, Secret):
            return value
        text = str(value)
        if text.startswith("env:"):
            name = text[4:]
            if name not in os.environ:
                raise ValueError(f"names the environment variable {name}, which is not set")
            text = os.environ[name]
        return cls(text)

    def reveal(self) -> str:
        """The text itself: for the moment of use, never for a message."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True)
class Setting:
    """One setting.  `type`: text, choice, bool, int, timezone, secret or rows (list of dicts).

    For a form: `lines` of text that are usual, and `when`, the name of another setting and its
    values with which this one has a meaning.
    """

    name: str
    label: str
    type: str = "text"
    default: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    required: bool = False
    lines: int = 1
    when: tuple[str, tuple[str, ...]] | None = None

    def describe(self) -> dict[str, Any]:
        """The setting as plain data."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "default": self.default,
            "choices": [list(choice) for choice in self.choices],
            "help": self.help,
            "required": self.required,
            "lines": self.lines,
            "when": [self.when[0], list(self.when[1])] if self.when else None,
        }

    def read(self, value: Any) -> Any:
        """The value in its type; raises ValueError in words for the form."""
        if value is None or (value == "" and ("" not in dict(self.choices))):
            if self.required and self.default in ("", None):
                raise ValueError("is needed")
            return Secret(str(self.default or "")) if self.type == "secret" else self.default
        if self.type == "bool":
            return _bool(value)
        if self.type == "int":
            try:
                return int(value)
            except (TypeError, ValueError):
                raise ValueError(f"is {value!r}, not a whole number") from None
        if self.type == "rows":
            if isinstance(value, Mapping) or not all(isinstance(row, Mapping) for row in value):
                raise ValueError("is not a list of rows")
            return [dict(row) for row in value]
        if self.type == "secret":
            return Secret.of(value)
        value = str(value)
        if self.type == "choice" and value not in {key for key, _label in self.choices}:
            allowed = ", ".join(key for key, _label in self.choices)
            raise ValueError(f"is {value!r}; allowed are {allowed}")
        if self.type == "timezone":
            zone(value)
        return value


def with_default(setting: Setting, **changes: Any) -> Setting:
    """The same setting with another default, label or help."""
    return replace(setting, **changes)


def resolve(declared: Iterable[Setting], given: Mapping[str, Any] | None) -> dict[str, Any]:
    """All settings with their values; raises SettingsError naming every fault at once."""
    declared = list(declared)
    given = dict(given or {})
    found, wrong = {}, []
    for setting in declared:
        try:
            found[setting.name] = setting.read(given.pop(setting.name, None))
        except ValueError as error:
            wrong.append(f"{setting.label} ({setting.name}) {error}")
    known = ", ".join(setting.name for setting in declared)
    wrong += [f"{name} is no setting here; known are {known}" for name in given]
    if wrong:
        raise SettingsError("; ".join(wrong))
    return found


def zone(name: str) -> zoneinfo.ZoneInfo:
    """A time zone by its IANA name; raises ValueError in words."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"is {name!r}, no time zone such as Europe/Berlin or UTC") from None


def currency(code: str) -> str:
    """A currency code in capitals; raises ValueError in words."""
    found = code.strip().upper()
    if len(found) != 3 or not (found.isascii() and found.isalpha()):
        raise ValueError(f"{code!r} is no currency code such as EUR")
    return found


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        text = value.strip().lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("0", "false", "no", "off"):
            return False
        raise ValueError(f"is {value!r}, neither true nor false")
    return bool(value)
