# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests of rate decks share."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl

from telecom_billing.deck import proposing, reading, tables
from telecom_billing.deck.terms import Key, Terms
from telecom_billing.deck.values import Dialect

COMMA = Dialect(decimal=",")
POINT = Dialect(decimal=".")


def minute(price: str, **more) -> Terms:
    return Terms(Decimal(price), **{name: Decimal(value) for name, value in more.items()})


def prices(price: str, **more) -> tuple:
    return ((Key(), minute(price, **more)),)


def workbook(rows) -> bytes:
    """An XLSX file."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def read(content: bytes, dialect: Dialect = COMMA, name: str = "deck.csv") -> reading.Deck:
    """A deck with the columns as they are proposed."""
    table = tables.open_table(name, content)
    found = proposing.look(table)
    return reading.read(table, found.line, found.meanings, dialect)


def text(*lines: str, head: str = "Prefix;Destination;Price;Increment") -> bytes:
    return "\r\n".join([head, *lines]).encode()


def faults(deck: reading.Deck) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.code, fault.value) for fault in deck.faults]
