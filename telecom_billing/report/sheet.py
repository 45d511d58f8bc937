# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every document shares: who writes, to whom, and the block of facts beside the address."""

from __future__ import annotations

import dataclasses
import datetime
import re

from .formats import Format

DEFAULT_COLOR = "#1f4e79"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclasses.dataclass(frozen=True)
class Company:
    """The sender.

    sender: the one line above the address in the window; footer: columns of lines; color: the
    brand's, ``#rrggbb``; logo: an image's bytes (PNG, JPEG, GIF, WebP or SVG).
    """

    name: str
    sender: str
    footer: list[list[str]] = dataclasses.field(default_factory=list)
    color: str = DEFAULT_COLOR
    logo: bytes | None = None


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The letterhead of one document.

    recipient: address lines as they stand in the window; info: (label, value) pairs of the
    information block; continued: what following pages repeat beside the title.
    """

    company: Company
    title: str
    lang: str
    date: datetime.date
    recipient: list[str] = dataclasses.field(default_factory=list)
    info: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    continued: list[str] = dataclasses.field(default_factory=list)
    keywords: list[str] = dataclasses.field(default_factory=list)
    currency: str = "EUR"
    symbol: str = "€"

    def format(self) -> Format:
        return Format(self.lang, self.currency, self.symbol)

    def data(self) -> dict:
        """The part of a template's data that ``lib/din5008.typ`` reads; the logo stays apart."""
        words = self.format()
        color = self.company.color or ""
        return {
            "title": self.title,
            "lang": words.lang,
            "date": [self.date.year, self.date.month, self.date.day],
            "keywords": self.keywords,
            "t": words.texts,
            "continued": [text for text in self.continued if text],
            "recipient": [line for line in self.recipient if line],
            "info": [[label, value] for label, value in self.info if value],
            "company": {
                "name": self.company.name,
                "sender": self.company.sender,
                "color": color if _COLOR.fullmatch(color) else DEFAULT_COLOR,
                "footer": [column for column in self.company.footer if column],
            },
        }
