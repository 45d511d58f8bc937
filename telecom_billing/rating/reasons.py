# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a record could not be priced: stable codes, and sentences that say what to do."""

from __future__ import annotations

#: code → (English, German); ``{…}`` are filled from the record.
REASONS: dict[str, tuple[str, str]] = {
    "no-contract": (
        "No contract line is known for this record; assign the number {number} to one.",
        "Zu diesem Satz ist keine Vertragsposition bekannt; die Nummer {number} einer zuordnen.",
    ),
    "no-tariff": (
        "No tariff: {tariff} is not in the tariff book; give the contract line a tariff.",
        "Kein Tarif: {tariff} steht nicht im Tarifbuch; der Vertragsposition einen Tarif geben.",
    ),
    "no-version": (
        "Tariff {tariff} has no version that is valid at {started}; add one.",
        "Tarif {tariff} hat keine am {started} gültige Version; eine anlegen.",
    ),
    "no-zone": (
        "Tariff {tariff} has no zone for {number} ({service}); add the prefix to a zone.",
        "Tarif {tariff} hat keine Zone für {number} ({service}); die Vorwahl einer Zone zuordnen.",
    ),
    "no-rate": (
        "Tariff {tariff} has no price for {number} ({service}) at {started}; add a rate or band.",
        "Tarif {tariff} hat für {number} ({service}) am {started} keinen Preis; "
        "einen Preis oder ein Zeitfenster ergänzen.",
    ),
    "no-base-price": (
        "Tariff {tariff} changes another price, but no price lies below it; add one.",
        "Tarif {tariff} ändert einen anderen Preis, doch es liegt keiner darunter; einen ergänzen.",
    ),
    "bad-start": (
        "The record has no readable start; correct it at its source.",
        "Der Satz hat keinen lesbaren Beginn; an der Quelle berichtigen.",
    ),
    "bad-quantity": (
        "The quantity is missing or too large; correct it at its source.",
        "Die Menge fehlt oder ist zu groß; an der Quelle berichtigen.",
    ),
    "wrong-unit": (
        "The record counts in {unit}, the price of tariff {tariff} in another kind of unit; "
        "correct the record's unit at its source, or add a rate that counts so.",
        "Der Satz zählt in {unit}, der Preis von Tarif {tariff} in einer anderen Art von Einheit; "
        "die Einheit an der Quelle berichtigen oder einen Preis ergänzen, der so zählt.",
    ),
    "wrong-currency": (
        "The amount that the record brings is not in the currency of tariff {tariff}; correct its "
        "currency at the source, or give the line a tariff in that currency.",
        "Der mitgelieferte Betrag ist nicht in der Währung von Tarif {tariff}; die Währung an der "
        "Quelle berichtigen oder der Position einen Tarif in dieser Währung geben.",
    ),
    "refused": (
        "Tariff {tariff} does not serve this: {detail}.",
        "Tarif {tariff} bedient dies nicht: {detail}.",
    ),
    "beyond-steps": (
        "The quantity runs past the last step of tariff {tariff}; extend its steps.",
        "Die Menge übersteigt die letzte Stufe von Tarif {tariff}; die Stufen verlängern.",
    ),
    "cap-per-minute": (
        "Price per minute above the limit of {detail}; lower the price.",
        "Minutenpreis über der Grenze von {detail}; den Preis senken.",
    ),
    "cap-per-call": (
        "Price per call above the limit of {detail}; lower the price.",
        "Preis je Verbindung über der Grenze von {detail}; den Preis senken.",
    ),
    "cap-per-message": (
        "Price per message above the limit of {detail}; lower the price.",
        "Preis je Nachricht über der Grenze von {detail}; den Preis senken.",
    ),
    "cap-increment": (
        "Increment longer than the limit of {detail}; shorten it.",
        "Takt länger als die Grenze von {detail}; ihn verkürzen.",
    ),
    "limit-reached": (
        "The spending limit {detail} is used up.",
        "Die Ausgabengrenze {detail} ist erreicht.",
    ),
    "no-conference": (
        "The price is per conference, but the record names none; correct it at its source.",
        "Der Preis gilt je Konferenz, der Satz nennt aber keine; an der Quelle berichtigen.",
    ),
    "no-cost": (
        "The price is a part of the record's cost, but the record states none; correct it at its "
        "source, or give the source a price list.",
        "Der Preis ist ein Teil der Kosten des Satzes, der aber keine nennt; an der Quelle "
        "berichtigen oder der Quelle eine Preisliste geben.",
    ),
}
#: The same codes where the record lacks what the sentence speaks of, or has it in another form.
_NO_TARIFF = (
    "No tariff is named for this record; give its contract line one (or the book a "
    "default_tariff).",
    "Für diesen Satz ist kein Tarif genannt; der Vertragsposition einen geben (oder dem Tarifbuch "
    "einen default_tariff).",
)
_NO_NUMBER = (
    "Tariff {tariff} prices {service} by the number called, and the record has none; correct it at "
    "its source, or add a rate for any destination.",
    "Tarif {tariff} berechnet {service} nach der gerufenen Nummer, der Satz hat keine; an der "
    "Quelle berichtigen oder einen Preis für jedes Ziel ergänzen.",
)
_NO_COUNTRY = (
    "Tariff {tariff} has no zone for {number} ({service}): numbers are written with the country "
    "code, without 0 in front (4930…); correct it at its source.",
    "Tarif {tariff} hat keine Zone für {number} ({service}): Nummern werden mit Ländervorwahl und "
    "ohne führende 0 geschrieben (4930…); an der Quelle berichtigen.",
)
CODES = ("", *REASONS)
NUMBER = {code: number for number, code in enumerate(CODES)}


def _short(value: object) -> object:
    return f"{value[:59]}…" if isinstance(value, str) and len(value) > 60 else value


def message(code: str, facts: dict[str, object], german: bool = False) -> str:
    """The sentence for a reason code; a dash stands for what is not known."""
    known = {name: "–" if value is None else _short(value) for name, value in facts.items()}
    said = REASONS[code]
    if code == "no-tariff" and known.get("tariff") == "–":
        said = _NO_TARIFF
    elif code == "no-zone" and known.get("number") == "–":
        said = _NO_NUMBER
    elif code == "no-zone" and str(known.get("number")).startswith("0"):
        said = _NO_COUNTRY
    return said[1 if german else 0].format_map(known)
