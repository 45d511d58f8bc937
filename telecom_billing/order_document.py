# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shape of an order from a web shop, checked without Odoo and without a database.

:class:`Order` declares the document; :func:`check` compares a parsed JSON value with it and
returns the normalised order (dates, Decimals, defaults filled in) and the list of *all* faults.
What needs the database (does this product exist?) is asked afterwards by ``telecom.order``.

>>> order, faults = check({"order_id": 7})
>>> [(fault.path, fault.code) for fault in faults][:3]
[('order_id', 'type'), ('ordered_at', 'missing'), ('customer', 'missing')]
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import decimal
import hashlib
import json
import re
import typing
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

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
    "no_quantity",  # nothing is ordered
    "too_dear",  # expected: the highest amount of a line
)


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing wrong with an order: where, what was found, why, what was expected."""

    path: str
    code: str
    value: object = None
    expected: str = ""


#: Quantity times price of a line, in the company's currency; what is above is a slip.
MOST = decimal.Decimal(1_000_000)


# ---------------------------------------------------------------------------------- kinds of values
#: Days outside of these years are slips; each month since a contract's start would be billed.
_YEARS = re.compile(r"20\d\d-\d\d-\d\d")


def _day(value: object) -> datetime.date:
    if isinstance(value, str) and _YEARS.fullmatch(value):
        with contextlib.suppress(ValueError):
            return datetime.date.fromisoformat(value)
    raise PydanticCustomError("date", "not a day")


def _moment(value: object) -> datetime.datetime:
    """A day or a time in ISO 8601, as UTC without zone (Odoo's notation)."""
    try:
        moment = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        raise PydanticCustomError("datetime", "not a time") from None
    if moment.tzinfo:
        moment = moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return moment.replace(microsecond=0)


def _number_like(pattern: str) -> BeforeValidator:
    """A decimal number as text or JSON integer; JSON fractions are refused (they are binary)."""

    def read(value: object) -> decimal.Decimal:
        allowed = isinstance(value, (int, str)) and not isinstance(value, bool)
        if not allowed or not re.fullmatch(pattern, str(value)):
            raise PydanticCustomError("amount", "not a decimal number")
        return decimal.Decimal(str(value))

    return BeforeValidator(read)


def _notation(pattern: str, words: str) -> AfterValidator:
    """The whole text must match; ``words`` describe the notation to a person."""

    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise PydanticCustomError("pattern", "wrong notation", {"expected": words})
        return text

    return AfterValidator(read)


def _text(length: int) -> StringConstraints:
    return StringConstraints(
        strict=True,
        strip_whitespace=True,
        min_length=1,
        max_length=length,
        pattern=r"^[^\x00]*$",  # the database cannot hold NUL
    )


#: An optional text that is blank counts as absent.
_blank = BeforeValidator(
    lambda value: None if isinstance(value, str) and not value.strip() else value
)

Day = Annotated[
    datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[
    datetime.datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Amount = Annotated[
    decimal.Decimal,
    _number_like(AMOUNT := r"-?\d{1,9}(\.\d{1,6})?"),
    WithJsonSchema({"type": ["string", "integer"], "pattern": f"^{AMOUNT}$"}),
]
Whole = Annotated[int, _number_like(r"-?\d{1,9}"), WithJsonSchema({"type": ["integer", "string"]})]

Text12 = Annotated[str, _text(12)]
Text16 = Annotated[str, _text(16)]
Text32 = Annotated[str, _text(32)]
Text64 = Annotated[str, _text(64)]
Text128 = Annotated[str, _text(128)]
Digits = Annotated[Text12, _notation(r"\d+", "digits")]
Email = Annotated[str, _text(254), _notation(r"[^@\s]+@[^@\s]+\.[^@\s]+", "name@example.com")]
Country = Annotated[str, _text(2), _notation(r"[A-Z]{2}", "ISO 3166, e.g. DE")]
Bic = Annotated[str, _text(11), _notation(r"[A-Z0-9]{8}([A-Z0-9]{3})?", "BIC")]
SepaText = Annotated[str, _text(35), _notation(r"[A-Za-z0-9+?/:().,' -]+", "SEPA character set")]


# ------------------------------------------------------------------------------------- the document
class Part(BaseModel):
    """A JSON object with the declared keys and no others; null counts as absent."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_null(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {str(key): entry for key, entry in value.items() if entry is not None}


class Address(Part):
    street: Text128
    street2: Annotated[Text128 | None, _blank] = None
    zip: Text16
    city: Text128
    country: Country


class Customer(Part):
    number: Annotated[Text32 | None, _blank] = None
    kind: Literal["private", "business"]
    name: Text128
    contact: Annotated[Text128 | None, _blank] = None
    vat: Annotated[Text32 | None, _blank] = None
    language: Literal["de", "en"] = "de"
    email: Annotated[Email | None, _blank] = None
    phone: Annotated[Text64 | None, _blank] = None
    address: Address


class Delivery(Part):
    invoice: Literal["email", "post"]
    itemised_bill: Literal["none", "full", "masked"]


class Contract(Part):
    start: Day
    end: Day | None = None
    term_months: Annotated[Whole, Field(ge=0)] | None = None


class Number(Part):
    number: Text64
    kind: Literal["single", "block", "head", "msisdn", "imsi", "sip", "account", "conference"]
    range_from: Annotated[Digits | None, _blank] = None
    range_to: Annotated[Digits | None, _blank] = None
    source: Annotated[Text64 | None, _blank] = None


class Line(Part):
    product: Text64
    tariff: Annotated[Text64 | None, _blank] = None
    quantity: Annotated[Amount, Field(ge=0)] = decimal.Decimal(1)
    price: Amount | None = None
    start: Day | None = None
    numbers: list[Number] = []


class Mandate(Part):
    iban: Annotated[str, _text(42)]
    bic: Annotated[Bic | None, _blank] = None
    holder: Annotated[str, _text(70)]
    reference: Annotated[SepaText | None, _blank] = None
    signed_on: Day


class Payment(Part):
    method: Literal["sepa_debit", "transfer"]
    mandate: Mandate | None = None


class Order(Part):
    order_id: Text64
    ordered_at: Moment
    customer: Customer
    delivery: Delivery
    contract: Contract
    lines: Annotated[list[Line], Field(min_length=1)]
    payment: Payment


#: What pydantic calls a fault -> our code and, from the fault's context, what was expected.
_FAULTS: dict[str, tuple[str, str]] = {
    "missing": ("missing", ""),
    "string_too_short": ("missing", ""),
    "string_type": ("type", "text"),
    "model_type": ("type", "object"),
    "list_type": ("type", "list"),
    "string_too_long": ("length", "max_length"),
    "literal_error": ("choice", "expected"),
    "greater_than_equal": ("negative", "ge"),
    "pattern": ("pattern", "expected"),
    "string_pattern_mismatch": ("pattern", "text without NUL"),
    "string_unicode": ("pattern", "Unicode text"),
    "extra_forbidden": ("unknown", ""),
    "too_short": ("empty_list", ""),
    "date": ("date", ""),
    "datetime": ("datetime", ""),
    "amount": ("amount", ""),
}


def check(document: object) -> tuple[dict | None, list[Fault]]:
    """Compare a parsed JSON value with :class:`Order`.

    Returns the normalised order and every fault found. Where there are faults, the order has None
    in the place of what cannot be used, and serves for further checks only.
    """
    try:
        order = Order.model_validate(document).model_dump()
    except ValidationError as error:
        return _usable(Order, document), [_fault(e) for e in error.errors(include_url=False)]
    return order, list(_between_fields(order))


def _usable(part: type[Part], value: object) -> dict:
    """What of a faulty object can be used, so that the rest can be checked; else None."""
    known = value if isinstance(value, dict) else {}
    found = {}
    for name, field in part.model_fields.items():
        inner, raw = _inner(field.annotation), known.get(name)
        if not (isinstance(inner, type) and issubclass(inner, Part)):
            found[name] = _usable_value(part, name, raw)
        elif typing.get_origin(field.annotation) is list:
            found[name] = [_usable(inner, one) for one in raw] if isinstance(raw, list) else []
        else:
            found[name] = _usable(inner, raw) if raw is not None or field.is_required() else None
    return found


def _usable_value(part: type[Part], name: str, raw: object) -> object:
    blank = part.model_construct()
    try:
        if raw is not None:
            part.__pydantic_validator__.validate_assignment(blank, name, raw)
    except ValidationError:
        return None
    return getattr(blank, name, None)


def json_schema() -> dict:
    """The document as a JSON Schema (draft 2020-12), for a shop's own checks."""
    return Order.model_json_schema()


def _fault(found: dict) -> Fault:
    code, expected = _FAULTS[found["type"]]
    path = _path(found["loc"])
    if code == "missing":
        return Fault(path, code)
    if code == "choice":
        expected = ", ".join(re.findall(r"'([^']*)'", found["ctx"]["expected"]))
    elif code == "unknown":
        expected = ", ".join(_part_at(found["loc"][:-1]).model_fields)
    elif "ctx" in found:
        expected = str(found["ctx"].get(expected, expected))
    return Fault(path, code, found["input"], expected)


def _path(loc: tuple[str | int, ...]) -> str:
    """('lines', 0, 'price') -> lines[0].price"""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return text.removeprefix(".")


def _part_at(loc: tuple[str | int, ...]) -> type[Part]:
    """The declared object at a place of the document."""
    part = Order
    for step in loc:
        if isinstance(step, str):
            part = _inner(part.model_fields[step].annotation)
    return part


def _inner(annotation: object) -> type[Part]:
    """The object inside of ``list[…]`` and ``Optional[…]``."""
    while arguments := typing.get_args(annotation):
        annotation = arguments[0]
    return annotation


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
        if not line["quantity"]:
            yield Fault(f"lines[{i}].quantity", "no_quantity", str(line["quantity"]))
        if abs(line["quantity"] * (line["price"] or 0)) > MOST:
            yield Fault(f"lines[{i}].price", "too_dear", str(line["price"]), f"{MOST:,}")
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
