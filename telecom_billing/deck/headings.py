# SPDX-License-Identifier: AGPL-3.0-or-later
"""What columns are called, in English and German.

>>> propose(["Ziel", "Vorwahl", "Preis (EUR/Min.)", "Takt", "gültig ab", "Kommentar"])
['label', 'prefix', 'price', 'increment', 'begin', None]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Meaning of a column → headings by which it is known: small letters and digits only.
HEADINGS = {
    "prefix": (
        "prefix", "prefixes", "prefixe", "prefixlist", "präfix", "praefix", "vorwahl", "vorwahlen",
        "code", "codes", "dialcode", "dialcodes", "dialingcode", "areacode", "areacodes",
        "ortsvorwahl", "rufnummernpräfix", "dialprefix", "destinationcode", "digits", "breakout",
    ),
    "country_code": ("countrycode", "cc", "landesvorwahl", "ländervorwahl", "laendervorwahl",
                     "countrydialcode"),
    "label": (
        "destination", "destinationname", "zone", "zonename", "ziel", "zielname", "zielbezeichnung",
        "name", "description", "beschreibung", "bezeichnung", "country", "land", "tarifzone",
    ),
    "price": (
        "price", "rate", "preis", "minutenpreis", "tarif", "tariff", "cost", "charge", "newrate",
        "newprice", "entgelt", "nettopreis", "arbeitspreis", "einkaufspreis", "verkaufspreis",
        "currentrate", "preisneu", "neuerpreis",
    ),
    "per": ("per", "je", "pro", "perunits", "jeeinheiten"),
    "unit": ("unit", "einheit", "priceunit", "preiseinheit", "unitofmeasure"),
    "increment": (
        "increment", "increments", "takt", "taktung", "billingincrement", "billingincrements",
        "interval", "billinginterval", "abrechnungstakt", "taktlänge", "billingcycle",
    ),
    "initial": (
        "initial", "firstincrement", "initialincrement", "minimumduration", "erstertakt",
        "ersttakt", "firstinterval", "mindestdauer", "minduration", "interval1",
    ),
    "step": (
        "step", "nextincrement", "folgetakt", "weiteretakte", "subsequentincrement", "nextinterval",
        "additionalincrement", "secondincrement", "zweitertakt", "intervaln",
    ),
    "setup": (
        "setup", "setupfee", "connectionfee", "connectioncharge", "connectfee", "connect",
        "connection", "verbindungsentgelt", "verbindungspreis", "setupgebühr", "verbindungsgebühr",
        "preisproverbindung", "setupcharge", "callsetup",
    ),
    "minimum": ("minimum", "minimumcharge", "mindestpreis", "mincharge", "mindestentgelt"),
    "maximum": ("maximum", "maximumcharge", "höchstpreis", "maxcharge", "höchstentgelt"),
    "free": ("free", "freeunits", "freeseconds", "graceperiod", "freieeinheiten", "freisekunden"),
    "price_initial": ("priceofthefirstincrement", "firstprice", "preisdeserstentaktes"),
    "service": ("service", "dienst", "usagetype", "servicetype"),
    "direction": ("direction", "richtung"),
    "band": ("band", "timeband", "zeitband", "zeitfenster", "tarifzeit", "timeperiod", "timeclass"),
    "weight": ("weight", "gewicht"),
    "begin": (
        "effectivedate", "effective", "effectivefrom", "validfrom", "gültigab", "gueltigab", "ab",
        "startdate", "begin", "datefrom", "wirksamab", "effectivestartdate",
    ),
    "end": (
        "validto", "validuntil", "gültigbis", "gueltigbis", "bis", "enddate", "dateto",
        "expirydate", "effectiveto", "effectiveenddate",
    ),
    "currency": ("currency", "währung", "waehrung", "curr"),
}  # fmt: skip
MEANINGS = tuple(HEADINGS)
REQUIRED = ("prefix", "price")
#: What may stand beside a heading's name: whose price, how much of it, in which money.
_WORDS = """
    in net netto exvat excltax zzglust per pro je a minute minuten min second seconds sekunde
    sekunden sec sek s message sms nachricht piece stück mb gb kb hour stunde eur euro cent cents
    ct usd chf gbp call verbindung anruf dd mm yyyy tt jjjj
"""
_BESIDE = frozenset(_WORDS.split())
_KNOWN = {heading: meaning for meaning, names in HEADINGS.items() for heading in names}


def propose(cells: Sequence[object]) -> list[str | None]:
    """For each heading its meaning; each meaning once, None where unknown."""
    found: list[str | None] = []
    for cell in cells:
        meaning = meaning_of(str(cell))
        found.append(meaning if meaning not in found else None)
    return found


def meaning_of(heading: str) -> str | None:
    """What a heading says.

    >>> [meaning_of(name) for name in ("Rate USD/min", "Price per minute", "CODE", "1st", "Preis")]
    ['price', 'price', 'prefix', None, 'price']
    """
    words = words_of(heading)
    plain = "".join(words)
    if plain in _KNOWN:
        return _KNOWN[plain]
    kept = "".join(word for word in words if word not in _BESIDE)
    return _KNOWN.get(kept)


def words_of(heading: str) -> list[str]:
    """A heading's words in small letters; signs of money are words.

    >>> words_of("Preis (€/Min.)")
    ['preis', 'eur', 'min']
    """
    text = heading.lower().replace("€", " eur ").replace("$", " usd ").replace("£", " gbp ")
    return re.findall(r"[a-zäöüß]+|[0-9]+", text)
