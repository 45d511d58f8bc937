# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences of an explanation: step → (English, German).

>>> sentence("setup", {"setup": "0.05", "currency": "EUR"}, "de")
'Verbindungsgebühr 0,05 EUR.'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "record": (
        "{service} {direction} to {number}, begun {local} local time ({utc} UTC), "
        "{quantity} {unit}.",
        "{service} {direction} an {number}, Beginn {local} Ortszeit ({utc} UTC), "
        "{quantity} {unit}.",
    ),
    "asked": (
        "Price lists asked in this order: {lists}.",
        "Preislisten in dieser Reihenfolge gefragt: {lists}.",
    ),
    "passed": (
        "{tariff} did not answer: {because_en}.",
        "{tariff} gab keine Antwort: {because_de}.",
    ),
    "version": (
        "{tariff}, version {version}, valid from {valid_from} to {valid_to}.",
        "{tariff}, Version {version}, gültig von {valid_from} bis {valid_to}.",
    ),
    "prefix": (
        "Longest prefix {prefix}: zone {zone}.",
        "Längste Vorwahl {prefix}: Zone {zone}.",
    ),
    "name": (
        "Destination “{destination}”: zone {zone}.",
        "Ziel „{destination}“: Zone {zone}.",
    ),
    "anywhere": (
        "No zone of its own: the price holds for every destination.",
        "Keine eigene Zone: der Preis gilt für jedes Ziel.",
    ),
    "origin": (
        "Call from {caller}: the price for callers of zone {zone}.",
        "Anruf von {caller}: der Preis für Anrufer der Zone {zone}.",
    ),
    "no_origin": (
        "Call from {caller}: the price for callers whom no other price names.",
        "Anruf von {caller}: der Preis für Anrufer, die kein anderer Preis nennt.",
    ),
    "band": ("Band {band} holds at {local}.", "Um {local} gilt das Zeitfenster {band}."),
    "no_band": (
        "No band holds at {local}: the price for all other hours.",
        "Um {local} gilt kein Zeitfenster: der Preis für alle übrigen Stunden.",
    ),
    "rate": ("Rate {rate}: {terms_en}.", "Preis {rate}: {terms_de}."),
    "factor": (
        "{tariff} changes the price by the factor {factor}.",
        "{tariff} ändert den Preis um den Faktor {factor}.",
    ),
    "added": (
        "{tariff} adds {added} to the price.",
        "{tariff} schlägt {added} auf den Preis auf.",
    ),
    "free": (
        "Free of charge by law ({guard}).",
        "Nach dem Gesetz kostenlos ({guard}).",
    ),
    "guard": (
        "Legal limits {guard}: {limits}; kept.",
        "Gesetzliche Grenzen {guard}: {limits}; eingehalten.",
    ),
    "borne": (
        "Part of a conference: its charge stands at record {row}.",
        "Teil einer Konferenz: die Berechnung steht bei Satz {row}.",
    ),
    "gathered": (
        "Bears {legs} records of the conference: {quantity} {unit} in all.",
        "Trägt {legs} Sätze der Konferenz: zusammen {quantity} {unit}.",
    ),
    "one_of": (
        "Priced together with others of its period: the charge stands at record {row}.",
        "Mit anderen ihres Zeitraums zusammen berechnet: die Berechnung steht bei Satz {row}.",
    ),
    "together": (
        "{records} records of the period are priced as one, {by_en}: {quantity} {unit}.",
        "{records} Sätze des Zeitraums werden als einer berechnet, {by_de}: {quantity} {unit}.",
    ),
    "given": (
        "The record brings its price: {price} {currency}.",
        "Der Satz bringt seinen Preis mit: {price} {currency}.",
    ),
    "allowance": (
        "Allowance {allowance}: {before} {unit} left before, {used} used, {after} after.",
        "Freikontingent {allowance}: vorher {before} {unit}, verbraucht {used}, danach {after}.",
    ),
    "given_back": (
        "Allowance {allowance}: {used} {unit} given back, {after} left after.",
        "Freikontingent {allowance}: {used} {unit} zurückgegeben, danach {after}.",
    ),
    "uses": (
        "Each {each} uses up {number} {unit} of the allowance.",
        "Je {each} werden {number} {unit} des Freikontingents verbraucht.",
    ),
    "flat": (
        "Flat rate {allowance}: {used} {unit} contained.",
        "Flatrate {allowance}: {used} {unit} enthalten.",
    ),
    "covered": (
        "Covered entirely.",
        "Vollständig enthalten.",
    ),
    "rest": (
        "Left to price: {quantity} {unit}.",
        "Zu berechnen bleiben {quantity} {unit}.",
    ),
    "measured": (
        "Counted as {quantity} {unit}.",
        "Gezählt als {quantity} {unit}.",
    ),
    "free_units": (
        "The first {free} {unit} cost nothing.",
        "Die ersten {free} {unit} sind kostenlos.",
    ),
    "part": (
        "From {local}: rate {rate}.",
        "Ab {local}: Preis {rate}.",
    ),
    "tier": (
        "Tier {tier} of {tiers}: {terms_en}.",
        "Stufe {tier} von {tiers}: {terms_de}.",
    ),
    "increments": (
        "{used} {unit} = {intervals} × {interval} {unit} at {price} = {amount} {currency}.",
        "{used} {unit} = {intervals} × {interval} {unit} zu {price} = {amount} {currency}.",
    ),
    "on_cost": (
        "A cost of {used} {currency} at {price} for each {currency} = {amount} {currency}.",
        "Kosten von {used} {currency}, je {currency} {price} = {amount} {currency}.",
    ),
    "proportion": (
        "{billed} {unit} at {price} per {interval} {unit}, in proportion = {amount} {currency}.",
        "{billed} {unit} zu {price} je {interval} {unit}, anteilig = {amount} {currency}.",
    ),
    "months": (
        "{days} days are {months} months at {price} = {amount} {currency}.",
        "{days} Tage sind {months} Monate zu {price} = {amount} {currency}.",
    ),
    "packages": (
        "{before} to {after} {unit} of the period in this tier, by {interval} {unit} at {price}: "
        "{amount} {currency} for those that begin here.",
        "{before} bis {after} {unit} des Zeitraums in dieser Stufe, je {interval} {unit} zu "
        "{price}: {amount} {currency} für die, die hier beginnen.",
    ),
    "tier_entered": (
        "Fee for the first use in this tier: {setup} {currency}.",
        "Gebühr für die erste Nutzung in dieser Stufe: {setup} {currency}.",
    ),
    "at_once": (
        "The step from {start} {unit} costs {amount} {currency} as a whole.",
        "Die Stufe ab {start} {unit} kostet im Ganzen {amount} {currency}.",
    ),
    "entered": (
        "Fee for the step from {start} {unit}: {setup} {currency}.",
        "Gebühr für die Stufe ab {start} {unit}: {setup} {currency}.",
    ),
    "setup": ("Setup fee {setup} {currency}.", "Verbindungsgebühr {setup} {currency}."),
    "extras": ("Further fees {extras} {currency}.", "Weitere Gebühren {extras} {currency}."),
    "minimum": (
        "Raised to the minimum of {minimum} {currency}.",
        "Auf den Mindestpreis von {minimum} {currency} angehoben.",
    ),
    "maximum": (
        "Cut at the maximum of {maximum} {currency}; the rest is free.",
        "Beim Höchstpreis von {maximum} {currency} gekappt; der Rest ist kostenlos.",
    ),
    "owed": (
        "An allowance in money leaves {amount} {currency} to pay.",
        "Nach Abzug des Guthabens bleiben {amount} {currency}.",
    ),
    "rounded": (
        "{raw} rounded {mode_en} to {decimals} places: {amount} {currency}.",
        "{raw} {mode_de} auf {decimals} Stellen gerundet: {amount} {currency}.",
    ),
    "refund": (
        "Negative quantity: the negative of that.",
        "Negative Menge: davon das Negative.",
    ),
    "taken_back": (
        "It takes the last units of the period's sum back, at the prices of the tiers they "
        "stand in.",
        "Sie nimmt die letzten Einheiten der Summe des Zeitraums zurück, zu den Preisen der "
        "Stufen, in denen sie stehen.",
    ),
    "limited": (
        "The spending limit leaves {amount} {currency}.",
        "Die Ausgabengrenze lässt {amount} {currency}.",
    ),
    "price": ("Charge: {price} {currency}.", "Berechnet: {price} {currency}."),
    "reason": ("Not charged ({code}): {message_en}", "Nicht berechnet ({code}): {message_de}"),
}

UNITS: dict[str, tuple[str, str]] = {
    "second": ("s", "s"),
    "byte": ("bytes", "Byte"),
    "piece": ("pieces", "Stück"),
    "participant": ("participants", "Teilnehmer"),
    "amount": ("of cost", "an Kosten"),
}
DIRECTIONS = {
    "out": ("out", "abgehend"),
    "in": ("in", "ankommend"),
    "transfer": ("transferred", "vermittelt"),
}
SERVICES = {"voice": ("Call", "Anruf"), "sms": ("Message", "Nachricht"), "data": ("Data", "Daten")}
MODES = {
    "half_up": ("half up", "kaufmännisch"),
    "half_even": ("half to even", "zur geraden Ziffer"),
    "up": ("up", "aufwärts"),
    "down": ("down", "abwärts"),
}
_WORDS = {"unit": UNITS, "direction": DIRECTIONS, "service": SERVICES}
#: Facts that are numbers: German writes them with a comma.
_NUMBERS = re.compile(r"(?<![\d.])(-?\d+)\.(\d+…?)(?![\d.])")
_PLAIN = ("number", "prefix", "version", "rate")
_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DATES = ("local", "utc", "valid_from", "valid_to")


def sentence(step: str, facts: Mapping[str, Any], language: str = "en") -> str:
    """One decision in words; ``language`` is "de" or "en"."""
    german = language == "de"
    shown = {}
    for name, value in facts.items():
        text = str(value)
        if name in _WORDS:
            text = _WORDS[name].get(text, (text, text))[german]
        elif german and name in _DATES:
            text = _DATE.sub(r"\3.\2.\1", text)
        elif german and name not in _PLAIN and not name.endswith("_en"):
            text = _NUMBERS.sub(r"\1,\2", text)
        shown[name] = text
    return SENTENCES[step][german].format_map(shown)
