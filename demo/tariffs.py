# SPDX-License-Identifier: AGPL-3.0-or-later
"""The four tariffs as tariff books (``readme/TARIFF_BOOK.md``); amounts in EUR.

* ``privat``: consumer prices with tax, whole minutes, fixed network flat. It changes with
  15 September 2026: mobile and messages become cheaper, the USA dearer.
* ``plus``: for mobiles, like it, with 100 minutes a month to German networks for nothing.
* ``business``: net prices by the second, peak and off-peak; a call over a band's border is split;
  answered calls cost as well.
* ``konferenz``: a price for each participant's minute and for joining.
"""

from __future__ import annotations

ZONES = (
    ("de", "Deutschland Festnetz", ("49",)),
    ("de-mobil", "Deutschland Mobilfunk", ("4915", "4916", "4917")),
    ("de-frei", "Notruf und kostenfreie Nummern", ("49110", "49112", "49115", "49116", "49800")),
    ("0180-2", "Service 0180-2", ("491802",)),
    ("0180-3", "Service 0180-3", ("491803",)),
    ("0180-5", "Service 0180-5", ("491805",)),
    ("0900-1", "Premiumdienst 0900-1", ("499001",)),
    ("0900-3", "Premiumdienst 0900-3", ("499003",)),
    ("118", "Auskunft 118xy", ("49118",)),
    ("eu", "Frankreich, Irland, Österreich, Schweden", ("33", "353", "43", "46")),
    ("eu-mobil", "Frankreich mobil", ("336", "337")),
    ("gb", "Großbritannien", ("44",)),
    ("gb-mobil", "Großbritannien mobil", ("447",)),
    ("na", "USA und Kanada", ("1",)),
    ("au", "Australien", ("61",)),
)

# zone: price a minute with tax until 14 September, and from the 15th on
PRIVATE = {
    "de": ("0", "0"),
    "de-frei": ("0", "0"),
    "de-mobil": ("0.19", "0.15"),
    "0180-3": ("0.09", "0.09"),
    "0180-5": ("0.14", "0.14"),
    "0900-1": ("0.69", "0.69"),
    "0900-3": ("1.49", "1.49"),
    "118": ("1.99", "1.99"),
    "eu": ("0.09", "0.09"),
    "eu-mobil": ("0.22", "0.22"),
    "gb": ("0.12", "0.12"),
    "gb-mobil": ("0.29", "0.29"),
    "na": ("0.09", "0.11"),
    "au": ("0.39", "0.39"),
}

# zone: net price a minute, at peak times and otherwise
BUSINESS_BANDED = {"de": ("0.0139", "0.0089"), "de-mobil": ("0.0849", "0.0729")}
BUSINESS = {
    "de-frei": "0",
    "0180-3": "0.0756",
    "0180-5": "0.1176",
    "0900-1": "0.5798",
    "0900-3": "1.2521",
    "118": "1.6723",
    "eu": "0.0290",
    "eu-mobil": "0.1590",
    "gb": "0.0310",
    "gb-mobil": "0.1890",
    "na": "0.0250",
    "au": "0.0450",
}


def books() -> dict[str, dict]:
    """The tariff books by tariff code."""
    return {
        "privat": private(),
        "plus": plus(),
        "business": business(),
        "konferenz": conference(),
    }


def private() -> dict:
    """Gross prices, 60/60, rounded to the cent call by call."""
    versions = []
    for number, (name, start, end) in enumerate(
        (("Einführung", "2026-01-01", "2026-09-15"), ("Herbst 2026", "2026-09-15", None))
    ):
        rates = [
            _rate(zone, price=prices[number], initial="60", step="60")
            for zone, prices in PRIVATE.items()
        ]
        rates.append(_rate("0180-2", price="0", initial="60", step="60", setup="0.06"))
        rates.append(
            {
                "id": "sms",
                "name": "SMS",
                "service": "sms",
                "unit": "piece",
                "per": "1",
                "step": "1",
                "price": ("0.09", "0.07")[number],
            }
        )
        version = {"id": f"privat-{number + 1}", "name": name, "valid_from": start, "rates": rates}
        if end:
            version["valid_to"] = end
        versions.append(version)
    tariff = {
        "id": "privat",
        "name": "Nordlicht Privat",
        "tax_included": True,
        "decimals": 2,
        "per": "60",
        "versions": versions,
    }
    return _book(tariff, ZONES)


def plus() -> dict:
    """Gross prices, 60/60; what is used beyond the inclusive minutes costs."""
    prices = {zone: later for zone, (_earlier, later) in PRIVATE.items()}
    prices |= {"de": "0.09", "de-mobil": "0.09"}
    rates = [_rate(zone, price=price, initial="60", step="60") for zone, price in prices.items()]
    rates.append(_rate("0180-2", price="0", initial="60", step="60", setup="0.06"))
    rates.append(
        {
            "id": "sms",
            "name": "SMS",
            "service": "sms",
            "unit": "piece",
            "per": "1",
            "step": "1",
            "price": "0.09",
        }
    )
    rates.append(_incoming("eingehend", "Ankommende Anrufe", price="0", initial="60", step="60"))
    tariff = {
        "id": "plus",
        "name": "Nordlicht Mobil Plus",
        "tax_included": True,
        "decimals": 2,
        "per": "60",
        "versions": [{"id": "plus-1", "name": "2026", "valid_from": "2026-01-01", "rates": rates}],
    }
    book = _book(tariff, ZONES)
    book["allowances"] = [
        {
            "id": "plus-100",
            "name": "100 Minuten in deutsche Netze",
            "tariffs": ["plus"],
            "services": ["voice"],
            "zones": ["de", "de-mobil"],
            "quantity": "100",
            "unit": "minute",
        }
    ]
    return book


def business() -> dict:
    """Net prices, 1/1, a connection fee to mobiles, four decimals a call, split at 8 and 18."""
    rates = []
    for zone, (peak, other) in BUSINESS_BANDED.items():
        setup = {"setup": "0.0200"} if zone == "de-mobil" else {}
        rates.append(
            _rate(zone, "peak", price=peak, initial="1", step="1", band="peak", weight=10, **setup)
        )
        rates.append(_rate(zone, price=other, initial="1", step="1", **setup))
    for zone, price in BUSINESS.items():
        increments = ("60", "1") if zone in ("eu", "eu-mobil", "gb", "gb-mobil") else ("1", "1")
        rates.append(_rate(zone, price=price, initial=increments[0], step=increments[1]))
    rates.append(_rate("0180-2", price="0", initial="60", step="60", setup="0.0504"))
    rates.append(
        _incoming("angenommen", "Angenommene Anrufe", price="0.0240", initial="1", step="1")
    )
    tariff = {
        "id": "business",
        "name": "Nordlicht Business",
        "decimals": 4,
        "per": "60",
        "split": "exact",
        "versions": [
            {
                "id": "business-1",
                "name": "2026",
                "valid_from": "2026-01-01",
                "rates": rates,
            }
        ],
    }
    bands = [
        {
            "id": "peak",
            "name": "Hauptzeit",
            "weekdays": [1, 2, 3, 4, 5],
            "from": "08:00",
            "to": "18:00",
        }
    ]
    return _book(tariff, ZONES, bands)


def conference() -> dict:
    """Net, 60/1 for each leg and a fee for joining."""
    rate = {
        "id": "teilnehmer",
        "name": "Teilnehmerminute",
        "service": "conference",
        "price": "0.0390",
        "initial": "60",
        "step": "1",
        "setup": "0.0500",
    }
    tariff = {
        "id": "konferenz",
        "name": "Nordlicht Konferenz",
        "decimals": 4,
        "per": "60",
        "versions": [
            {
                "id": "konferenz-1",
                "name": "2026",
                "valid_from": "2026-01-01",
                "rates": [rate],
            }
        ],
    }
    return _book(tariff, ())


def _rate(zone: str, suffix: str = "", **values) -> dict:
    names = {code: name for code, name, _ in ZONES}
    label = f"{zone}-{suffix}" if suffix else zone
    return {"id": label, "name": names[zone], "service": "voice", "zone": zone, **values}


def _incoming(code: str, name: str, **values) -> dict:
    """A rate for calls to the customer, wherever they come from."""
    return {"id": code, "name": name, "service": "voice", "direction": "in", **values}


def _book(tariff: dict, zones, bands=()) -> dict:
    head = {"currency": "EUR", "timezone": "Europe/Berlin", "rounding": "half_up"}
    book: dict = {"format": 1}
    if zones:
        book["zones"] = [
            {"id": code, "name": name, "prefixes": list(prefixes)} for code, name, prefixes in zones
        ]
    if bands:
        book["bands"] = list(bands)
    book["tariffs"] = [{**tariff, **head}]
    return book
