# SPDX-License-Identifier: AGPL-3.0-or-later
"""The customers of ``people.csv`` as orders a web shop would hand over.

The column ``lines`` is a small notation, one contract line between bars::

    PRODUCT[@tariff][*quantity][^start]: kind number[/from-to][#source], kind number, …
"""

from __future__ import annotations

import csv
import dataclasses
import pathlib
import re
import unicodedata

HERE = pathlib.Path(__file__).parent
BANK_CODE = "99999998"  # German bank codes begin with 1 to 8: nobody's bank


@dataclasses.dataclass(frozen=True)
class Number:
    """A number as ordered; ``stem`` is E.164 digits without plus, or an account's name."""

    kind: str
    text: str
    range_from: str = ""
    range_to: str = ""
    source: str = ""

    @property
    def stem(self) -> str:
        """Digits of a telephone number, the bare name of an account."""
        return self.text if self.source else re.sub(r"\D", "", self.text)


@dataclasses.dataclass(frozen=True)
class Line:
    """One contract line of an order."""

    product: str
    tariff: str
    quantity: int
    start: str
    numbers: tuple[Number, ...]


@dataclasses.dataclass(frozen=True)
class Customer:
    """One row of ``people.csv``; field names as there."""

    key: str
    kind: str
    name: str
    contact: str
    language: str
    street: str
    zip: str
    city: str
    country: str
    vat: str
    invoice: str
    itemised: str
    pays: str
    start: str
    end: str
    calls: int
    habit: str
    lines: tuple[Line, ...]

    @property
    def email(self) -> str:
        """An address below the reserved domain ``.example``."""
        return f"rechnung@{slug(self.name)}.example"


def slug(name: str) -> str:
    """Lower-case ASCII form of a name.

    >>> slug("Werft Holm & Söhne GmbH")
    'werft-holm-soehne-gmbh'
    """
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("\u0131", "i")):
        name = name.replace(umlaut, plain).replace(umlaut.upper(), plain.capitalize())
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")


def iban(account: int) -> str:
    """A German IBAN with right check digits at a bank that does not exist.

    >>> iban(1001)
    'DE24999999980000001001'
    """
    bban = f"{BANK_CODE}{account:010d}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"


def read_numbers(text: str) -> tuple[Number, ...]:
    """Numbers of one line.

    >>> read_numbers("block +49 69 90009/200-249, account nl-1#pbx")[1]
    Number(kind='account', text='nl-1', range_from='', range_to='', source='pbx')
    """
    numbers = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, _, rest = part.partition(" ")
        rest, _, source = rest.partition("#")
        rest, _, span = rest.partition("/")
        low, _, high = span.partition("-")
        numbers.append(Number(kind, rest.strip(), low, high, source))
    return tuple(numbers)


def read_lines(text: str) -> tuple[Line, ...]:
    """Contract lines of a customer.

    >>> read_lines("NL-SEAT@business*12: account nl-1#pbx | NL-ROUTER^2026-10-09")[1]
    Line(product='NL-ROUTER', tariff='', quantity=1, start='2026-10-09', numbers=())
    """
    lines = []
    for part in text.split("|"):
        head, _, numbers = part.partition(":")
        match = re.fullmatch(r"([\w-]+?)(?:@(\w+))?(?:\*(\d+))?(?:\^([\d-]+))?", head.strip())
        product, tariff, quantity, start = match.groups()
        lines.append(
            Line(product, tariff or "", int(quantity or 1), start or "", read_numbers(numbers))
        )
    return tuple(lines)


def customers() -> list[Customer]:
    """All customers, in the order of the file."""
    with (HERE / "people.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Customer(
                **{
                    **row,
                    "calls": int(row["calls"]),
                    "lines": read_lines(row["lines"]),
                }
            )
            for row in csv.DictReader(stream)
        ]


def order(customer: Customer) -> dict:
    """The web shop's order for a customer, ready for JSON."""
    address = {
        "street": customer.street,
        "zip": customer.zip,
        "city": customer.city,
        "country": customer.country,
    }
    person = {
        "number": f"K{customer.key}",
        "kind": customer.kind,
        "name": customer.name,
        "language": customer.language,
        "email": customer.email,
        "address": address,
    }
    if customer.contact:
        person["contact"] = customer.contact
    if customer.vat:
        person["vat"] = customer.vat
    payment = {"method": "transfer"}
    if customer.pays.startswith("sepa"):
        payment = {
            "method": "sepa_debit",
            "mandate": {
                "iban": iban(int(customer.key)),
                "holder": customer.name,
                "reference": f"NLT-{customer.key}-01",
                "signed_on": "2026-08-20",
            },
        }
    contract = {"start": customer.start}
    if customer.end:
        contract["end"] = customer.end
    return {
        "order_id": f"WEB-{customer.key}",
        "ordered_at": "2026-08-24T10:00:00+02:00",
        "customer": person,
        "delivery": {"invoice": customer.invoice, "itemised_bill": customer.itemised},
        "contract": contract,
        "lines": [_order_line(line) for line in customer.lines],
        "payment": payment,
    }


def _order_line(line: Line) -> dict:
    values: dict = {"product": line.product, "quantity": line.quantity}
    if line.tariff:
        values["tariff"] = line.tariff
    if line.start:
        values["start"] = line.start
    if line.numbers:
        values["numbers"] = [_order_number(number) for number in line.numbers]
    return values


def _order_number(number: Number) -> dict:
    values = {"number": number.text, "kind": number.kind}
    if number.range_from:
        values |= {"range_from": number.range_from, "range_to": number.range_to}
    if number.source:
        values["source"] = number.source
    return values
