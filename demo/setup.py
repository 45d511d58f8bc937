# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the made-up provider sets up once: itself, its products, its sources."""

from __future__ import annotations

COMPANY = {
    "name": "Nordlicht Telekom GmbH",
    "street": "Leuchtturmweg 7",
    "zip": "20457",
    "city": "Hamburg",
    "country": "DE",
    "phone": "+49 40 66969 000",
    "email": "service@nordlicht-telekom.example",
    "website": "https://nordlicht-telekom.example",
    "vat": "DE990000002",
    "tax_number": "27/999/00042",
    "register": "Amtsgericht Hamburg, HRB 999042",
    "managing_director": "Dr. Svea Nordlicht",
    "colour": "#0f4c5c",
    "colour_2": "#e36414",
    # The Bundesbank's example of a creditor identifier.
    "creditor_identifier": "DE98ZZZ09999999999",
    "iban": "DE20999999970000004711",
    "bic": "NLTKDEHH",
    "bank": "Hafenbank Hamburg",
}

# code, name, name in English, monthly price, for whom; private prices contain the tax.
PRODUCTS = (
    ("NL-HOME", "Nordlicht Zuhause", "Nordlicht Home", "29.95", "private"),
    ("NL-MOBILE", "Nordlicht Mobil", "Nordlicht Mobile", "14.95", "private"),
    ("NL-ROUTER", "Router-Miete", "Router rental", "4.99", "private"),
    ("NL-BASIC", "Anlagenanschluss Basis", "PBX line Basic", "49.00", "business"),
    ("NL-TRUNK", "SIP-Trunk Professional", "SIP trunk Professional", "89.00", "business"),
    ("NL-SEAT", "Cloud-Telefonanlage, Nebenstelle", "Cloud PBX seat", "7.90", "business"),
    ("NL-ROOM", "Konferenzraum-Paket", "Conference rooms", "59.00", "business"),
    ("NL-ROUTER-B", "Gateway-Miete", "Gateway rental", "12.50", "business"),
)

SOURCES = ()


def papers() -> dict[str, object]:
    """File name and content of what is set up once."""
    return {
        "company.json": COMPANY,
        "products.json": [
            {"code": code, "name": name, "name_en": english, "price": price, "kind": kind}
            for code, name, english, price, kind in PRODUCTS
        ],
        "sources.json": list(SOURCES),
    }
