# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of an order from a web shop, checked without Odoo and without a database.

:data:`ORDER` declares the document; :func:`check` compares a parsed JSON value with it and
returns the normalised order (dates, Decimals, defaults filled in) and the list of *all* faults.
What needs the database (does this product exist?) is asked afterwards by ``telecom.order``.

>>> order, faults = check({"order_id": 7})
>>> [(fault.path, fault.code) for fault in faults][:3]
[('order_id', 'type'), ('ordered_at', 'missing'), ('customer', 'missing')]
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import hashlib
import json
import re
import typing

#: Fault codes and what their parameters mean; the addon translates them for the user.
CODES = (
    "missing",  # a required value is absent or empty
    "type",  # expected: the JSON type wanted
    "length",  # expected: longest text allowed
    "choice",  # expected: the allowed values
    "date",  # not a date YYYY-MM-DD
    "datetime",  # not an ISO 8601 time
    "amount",  # not a decimal number
    "negative",  # below the smallest value allowed
    "pattern",  # expected: a description of the notation
    "unknown",  # a key that is not part of an order; expected: the keys that are
    "empty_list",  # at least one element is needed
)


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing wrong with an order: where, what was found, why, what was expected."""

    path: str
    code: str
    value: object = None
    expected: str = ""


@dataclasses.dataclass(frozen=True)
class Node:
    """A declared value: ``required`` and, when absent and optional, ``default``."""

    required: bool = True
    default: object = None

    def read(self, value: object, path: str, faults: list[Fault]) -> object:
        """The normalised value; faults are appended."""
        return value


@dataclasses.dataclass(frozen=True)
class Text(Node):
    """A text, stripped; ``pattern`` is matched as a whole and described by ``notation``."""

    length: int = 256
    pattern: str = ""
    notation: str = ""

    def read(self, value, path, faults):
        if not isinstance(value, str):
            faults.append(Fault(path, "type", value, "text"))
            return None
        value = value.strip()
        if not value:
            if self.required:
                faults.append(Fault(path, "missing"))
            return self.default
        if len(value) > self.length:
            faults.append(Fault(path, "length", value, str(self.length)))
        elif self.pattern and not re.fullmatch(self.pattern, value):
            faults.append(Fault(path, "pattern", value, self.notation))
        return value


@dataclasses.dataclass(frozen=True)
class Choice(Node):
    """One of a few words."""

    words: tuple[str, ...] = ()

    def read(self, value, path, faults):
        if value not in self.words:
            faults.append(Fault(path, "choice", value, ", ".join(self.words)))
        return value


@dataclasses.dataclass(frozen=True)
class Date(Node):
    """A calendar day, ``YYYY-MM-DD``."""

    def read(self, value, path, faults):
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                pass
        faults.append(Fault(path, "date", value))
        return None


@dataclasses.dataclass(frozen=True)
class Moment(Node):
    """A day or a time in ISO 8601; normalised to UTC without zone (Odoo's notation)."""

    def read(self, value, path, faults):
        try:
            moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        except (AttributeError, ValueError):
            faults.append(Fault(path, "datetime", value))
            return None
        if moment.tzinfo:
            moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return moment.replace(microsecond=0)


@dataclasses.dataclass(frozen=True)
class Amount(Node):
    """A decimal number as text or JSON integer; JSON fractions are refused (they are binary)."""

    minimum: decimal.Decimal | None = None
    whole: bool = False

    def read(self, value, path, faults):
        allowed = isinstance(value, (int, str)) and not isinstance(value, bool)
        digits = r"-?\d{1,9}" if self.whole else r"-?\d{1,9}(\.\d{1,6})?"
        if not allowed or not re.fullmatch(digits, str(value)):
            faults.append(Fault(path, "amount", value))
            return None
        number = decimal.Decimal(str(value))
        if self.minimum is not None and number < self.minimum:
            faults.append(Fault(path, "negative", value, str(self.minimum)))
        return int(number) if self.whole else number


@dataclasses.dataclass(frozen=True)
class Object(Node):
    """A JSON object with the declared keys and no others."""

    keys: dict[str, Node] = dataclasses.field(default_factory=dict)

    def read(self, value, path, faults):
        if not isinstance(value, dict):
            faults.append(Fault(path, "type", value, "object"))
            return None
        result = {}
        for key, node in self.keys.items():
            here = f"{path}.{key}" if path else key
            found = value.get(key)
            if found is None:
                if node.required:
                    faults.append(Fault(here, "missing"))
                result[key] = node.default
            else:
                result[key] = node.read(found, here, faults)
        for key in value.keys() - self.keys.keys():
            here = f"{path}.{key}" if path else str(key)
            faults.append(Fault(here, "unknown", value[key], ", ".join(self.keys)))
        return result


@dataclasses.dataclass(frozen=True)
class Array(Node):
    """A JSON list of equal elements."""

    item: Node = dataclasses.field(default_factory=Node)
    minimum: int = 0

    def read(self, value, path, faults):
        if not isinstance(value, list):
            faults.append(Fault(path, "type", value, "list"))
            return []
        if len(value) < self.minimum:
            faults.append(Fault(path, "empty_list"))
        return [self.item.read(item, f"{path}[{i}]", faults) for i, item in enumerate(value)]


_ZERO = decimal.Decimal(0)
_EMAIL = {"pattern": r"[^@\s]+@[^@\s]+\.[^@\s]+", "notation": "name@example.com"}

NUMBER = Object(
    keys={
        "number": Text(length=64),
        "kind": Choice(
            words=("single", "block", "head", "msisdn", "imsi", "sip", "account", "conference")
        ),
        "range_from": Text(required=False, length=12, pattern=r"\d+", notation="digits"),
        "range_to": Text(required=False, length=12, pattern=r"\d+", notation="digits"),
        "source": Text(required=False, length=64),
    }
)
LINE = Object(
    keys={
        "product": Text(length=64),
        "tariff": Text(required=False, length=64),
        "quantity": Amount(required=False, default=decimal.Decimal(1), minimum=_ZERO),
        "price": Amount(required=False),
        "start": Date(required=False),
        "numbers": Array(required=False, default=(), item=NUMBER),
    }
)
CUSTOMER = Object(
    keys={
        "number": Text(required=False, length=32),
        "kind": Choice(words=("private", "business")),
        "name": Text(length=128),
        "contact": Text(required=False, length=128),
        "vat": Text(required=False, length=32),
        "language": Choice(required=False, default="de", words=("de", "en")),
        "email": Text(required=False, length=254, **_EMAIL),
        "phone": Text(required=False, length=64),
        "address": Object(
            keys={
                "street": Text(length=128),
                "street2": Text(required=False, length=128),
                "zip": Text(length=16),
                "city": Text(length=128),
                "country": Text(length=2, pattern=r"[A-Z]{2}", notation="ISO 3166, e.g. DE"),
            }
        ),
    }
)
MANDATE = Object(
    required=False,
    keys={
        "iban": Text(length=42),
        "bic": Text(
            required=False, length=11, pattern=r"[A-Z0-9]{8}([A-Z0-9]{3})?", notation="BIC"
        ),
        "holder": Text(length=70),
        "reference": Text(
            required=False,
            length=35,
            pattern=r"[A-Za-z0-9+?/:().,' -]+",
            notation="SEPA character set",
        ),
        "signed_on": Date(),
    },
)
ORDER = Object(
    keys={
        "order_id": Text(length=64),
        "ordered_at": Moment(),
        "customer": CUSTOMER,
        "delivery": Object(
            keys={
                "invoice": Choice(words=("email", "post")),
                "itemised_bill": Choice(words=("none", "full", "masked")),
            }
        ),
        "contract": Object(
            keys={
                "start": Date(),
                "end": Date(required=False),
                "term_months": Amount(required=False, minimum=_ZERO, whole=True),
            }
        ),
        "lines": Array(item=LINE, minimum=1),
        "payment": Object(
            keys={"method": Choice(words=("sepa_debit", "transfer")), "mandate": MANDATE}
        ),
    }
)


def check(document: object) -> tuple[dict | None, list[Fault]]:
    """Compare a parsed JSON value with :data:`ORDER`.

    Returns the normalised order (None when the document is no object) and every fault found.
    The order is fit for use only when the list of faults is empty.
    """
    faults: list[Fault] = []
    order = ORDER.read(document, "", faults)
    if order is not None and not faults:
        faults.extend(_between_fields(order))
    return order, faults


def _between_fields(order: dict) -> typing.Iterator[Fault]:
    """Faults that need two values of the order to see."""
    start, end = order["contract"]["start"], order["contract"]["end"]
    if end and end < start:
        yield Fault("contract.end", "negative", end.isoformat(), start.isoformat())
    if order["payment"]["method"] == "sepa_debit" and not order["payment"]["mandate"]:
        yield Fault("payment.mandate", "missing")
    if order["delivery"]["invoice"] == "email" and not order["customer"]["email"]:
        yield Fault("customer.email", "missing")
    for i, line in enumerate(order["lines"]):
        if line["start"] and line["start"] < start:
            yield Fault(f"lines[{i}].start", "negative", line["start"].isoformat(), str(start))
        if line["start"] and end and line["start"] > end:
            yield Fault(f"lines[{i}].start", "date", line["start"].isoformat())
        for j, number in enumerate(line["numbers"]):
            here = f"lines[{i}].numbers[{j}]"
            if bool(number["range_from"]) != bool(number["range_to"]):
                absent = "range_to" if number["range_from"] else "range_from"
                yield Fault(f"{here}.{absent}", "missing")
            elif number["kind"] == "block" and not number["range_from"]:
                yield Fault(f"{here}.range_from", "missing")


def fingerprint(order: dict) -> str:
    """SHA-256 of a normalised order: equal for two documents that mean the same.

    >>> fingerprint({"a": decimal.Decimal("9.90")}) == fingerprint({"a": decimal.Decimal("9.9")})
    True
    """

    def plain(value: object) -> str:
        if isinstance(value, decimal.Decimal):
            return format(value.normalize(), "f")
        return str(value)

    text = json.dumps(order, sort_keys=True, separators=(",", ":"), default=plain)
    return hashlib.sha256(text.encode()).hexdigest()
