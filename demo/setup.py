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

SOURCES = (
    {
        "code": "rheintel",
        "name": "Rheintel",
        "partner": "Rheintel Carrier Services GmbH",
        "format": "csv_mapping",
        "transport": "folder",
        "settings": {
            "encoding": "cp1252",
            "delimiter": ";",
            "decimal": ",",
            "time_pattern": "german",
            "timezone": "Europe/Berlin",
            "a_notation": "national_de",
            "b_notation": "national_de",
            "columns": [
                {"target": "record_id", "column": "Satz"},
                {"target": "a_number", "column": "Rufnummer A"},
                {"target": "b_number", "column": "Rufnummer B"},
                {"target": "started_at", "column": "Datum + Uhrzeit"},
                {"target": "quantity", "column": "Dauer", "shape": "s"},
                {"target": "destination", "column": "Ziel"},
                {"target": "cost", "column": "Betrag EUR"},
            ],
        },
    },
    {
        "code": "alpentel",
        "name": "Alpentel",
        "partner": "Alpentel Interconnect AG",
        "format": "csv_mapping",
        "transport": "folder",
        "settings": {
            "delimiter": ",",
            "time_pattern": "iso",
            "timezone": "UTC",
            "a_notation": "e164",
            "b_notation": "e164",
            "extension_max": 0,
            "cost_exponent": 2,
            "columns": [
                {"target": "service", "column": "service"},
                {"target": "started_at", "column": "start_utc"},
                {"target": "a_number", "column": "caller"},
                {"target": "b_number", "column": "callee"},
                {"target": "quantity", "column": "quantity", "shape": "s"},
                {"target": "unit", "column": "unit"},
                {"target": "cost", "column": "price_ct"},
                {"target": "destination", "column": "destination"},
                {"target": "direction", "column": "direction"},
            ],
        },
    },
    {
        "code": "pbx",
        "name": "Cloud-Telefonanlage",
        "partner": "",
        "format": "asterisk",
        "transport": "upload",
        "settings": {"timezone": "Europe/Berlin", "extension_max": 2},
    },
    {
        "code": "bridge",
        "name": "Konferenzserver",
        "partner": "",
        "format": "csv_mapping",
        "transport": "folder",
        "settings": {
            "delimiter": ";",
            "time_pattern": "epoch",
            "columns": [
                {"target": "record_id", "column": "leg"},
                {"target": "service", "value": "conference"},
                {"target": "account", "column": "room"},
                {"target": "conference", "column": "conference"},
                {"target": "participant", "column": "participant"},
                {"target": "started_at", "column": "start_epoch"},
                {"target": "quantity", "column": "seconds", "shape": "s"},
            ],
        },
    },
)

# A shop's mistakes, all in one order: it must be refused with the list of them.
BAD_ORDER = {
    "order_id": "WEB-9001",
    "ordered_at": "2026-08-30T12:00:00+02:00",
    "customer": {
        "kind": "private",
        "name": "Fiete Tippfehler",
        "language": "de",
        "email": "fiete.example",
        "address": {"street": "Irrweg 1", "zip": "20457", "city": "Hamburg", "country": "XX"},
    },
    "delivery": {"invoice": "fax", "itemised_bill": "full"},
    "contract": {"start": "2026-02-30"},
    "lines": [{"product": "NL-HOME", "price": 9.95, "numbers": []}],
    "payment": {"method": "sepa_debit"},
}


def papers() -> dict[str, object]:
    """File name and content of what is set up once."""
    return {
        "company.json": COMPANY,
        "products.json": [
            {"code": code, "name": name, "name_en": english, "price": price, "kind": kind}
            for code, name, english, price, kind in PRODUCTS
        ],
        "sources.json": list(SOURCES),
        "refused/WEB-9001.json": BAD_ORDER,
    }
