# SPDX-License-Identifier: AGPL-3.0-or-later
"""The faults of a tariff book in German.

The core speaks English; each of its sentences has a German one here, with ``{}`` where the two
hold a value. ``tests/rating/test_fault_texts.py`` finds sentences that have none.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .schema import _MISSING, Problem, short

#: What is wrong, and what to do.
SENTENCES = {
    # schema
    "is not an object": "ist kein Objekt",
    "Write it as {…} with fields.": "Als {{…}} mit Feldern schreiben.",
    "is no field of this record": "ist kein Feld dieses Satzes",
    "Known: {}.": "Bekannt sind: {}.",
    "is missing": "fehlt",
    "are missing": "fehlen",
    "Give it a whole number or a text.": "Eine ganze Zahl oder einen Text angeben.",
    "is no identifier": "ist keine Kennung",
    "Use a whole number or a text.": "Eine ganze Zahl oder einen Text verwenden.",
    "is no text": "ist kein Text",
    "Write it in quotes.": "In Anführungszeichen schreiben.",
    "is neither true nor false": "ist weder wahr noch falsch",
    "Write true or false.": "true oder false schreiben.",
    "is unknown": "ist unbekannt",
    "Choose one of: {}.": "Eines davon wählen: {}.",
    "Say how many of the allowance one unit uses.":
        "Angeben, wie viel eine Einheit vom Freikontingent verbraucht.",
    "needs a quantity, and no step": "braucht eine Menge und keinen Takt",
    "Give the balance a 'quantity' in a unit of its own, and take 'step' out.":
        "Dem Guthaben eine Menge ('quantity') in eigener Einheit geben und 'step' herausnehmen.",
    "stands beside a fee of a step": "steht neben der Gebühr einer Stufe",
    "is no other version of the tariff": "ist keine andere Version des Tarifs",
    "Name the version whose rates it carries on.":
        "Die Version nennen, deren Preise sie weiterführt.",
    "Fees are not given back: take 'setup' out, or leave 'refunds' out.":
        "Gebühren werden nicht zurückgegeben: 'setup' herausnehmen oder 'refunds' weglassen.",
    "Only units that are counted one to one come back: take one of the two out.":
        "Zurückgegeben werden nur eins zu eins gezählte Einheiten: eines der beiden herausnehmen.",
    "is for 'unique' only": "gilt nur bei 'unique'",
    "goes with 'percentile', above 0 and up to 100":
        "gehört zu 'percentile', über 0 und bis 100",
    "Write 95 for the value that 95 of 100 records do not exceed.":
        "95 schreiben für den Wert, den 95 von 100 Sätzen nicht übersteigen.",
    "Leave it out, or set 'by' to unique.": "Weglassen oder 'by' auf unique setzen.",
    "Take one of the two out.": "Eines der beiden herausnehmen.",
    "is a zone without prefixes": "ist eine Zone ohne Vorwahlen",
    "Name a zone of numbers: callers are known by theirs.":
        "Eine Zone mit Rufnummern nennen: Anrufer erkennt man an ihrer.",
    "is no whole number from {} to {}": "ist keine ganze Zahl von {} bis {}",
    "Correct the number.": "Die Zahl berichtigen.",
    "Write the number as text, for example '0.19'.": "Die Zahl als Text schreiben, etwa '0.19'.",
    "is negative": "ist negativ",
    "is zero": "ist null",
    "Take one of the two out; records of a conference are measured together.":
        "Eines der beiden herausnehmen; Datensätze einer Konferenz werden zusammen gemessen.",
    "Write a number above zero, or leave the field out.":
        "Eine Zahl über null eintragen oder das Feld leer lassen.",
    "has more than six decimal places": "hat mehr als sechs Nachkommastellen",
    "Round it to six places.": "Auf sechs Stellen runden.",
    "is more than {} base units": "ist mehr als {} Grundeinheiten",
    "Write less, or give the book units with a greater base (field 'units').":
        "Weniger eintragen oder dem Buch Einheiten mit größerer Grundeinheit geben (Feld 'units').",
    "is beyond {}": "liegt jenseits von {}",
    "is no date": "ist kein Datum",
    "Write it like 2026-01-31.": "Wie 2026-01-31 schreiben.",
    "Write it like 2026-01-31 or 2026-01-31T08:00:00+01:00.":
        "Wie 2026-01-31 oder 2026-01-31T08:00:00+01:00 schreiben.",
    "is no list": "ist keine Liste",
    "Write it as […].": "Als […] schreiben.",
    "holds something that is no identifier": "enthält etwas, das keine Kennung ist",
    "is an empty list": "ist eine leere Liste",
    "Name at least one, or leave it out for all.":
        "Mindestens eine Kennung nennen, oder das Feld weglassen: dann gilt es für alle.",
    "Use numbers or texts.": "Zahlen oder Texte verwenden.",
    "occurs twice": "kommt zweimal vor",
    "Give each record of this kind an id of its own.":
        "Jedem Satz dieser Art eine eigene Kennung geben.",
    # book
    "is not supported": "wird nicht unterstützt",
    "This version reads format {}.": "Diese Version liest Format {}.",
    "time zone {} is unknown; write it like 'Europe/Berlin'":
        "Zeitzone {} ist unbekannt; wie 'Europe/Berlin' schreiben",
    "Choose an IANA name.": "Einen IANA-Namen wählen.",
    # numbers
    "{} is no exact number; write it as text, for example '0.19'":
        "{} ist keine genaue Zahl; als Text schreiben, etwa '0.19'",
    "{} is no decimal number; write it like '0.19'":
        "{} ist keine Dezimalzahl; wie '0.19' schreiben",
    "{}… has more than {} characters; round it": "{}… hat mehr als {} Zeichen; bitte runden",
    "{} has more than six decimal places": "{} hat mehr als sechs Nachkommastellen",
    "is no JSON ({})": "ist kein JSON ({})",
    "Correct the file; the tariff book comes first, the usage second.":
        "Die Datei berichtigen; zuerst steht das Tarifbuch, dann die Datensätze.",
    "Correct the file.": "Die Datei berichtigen.",
    "is no text of digits": "ist kein Text aus Ziffern",
    "is not made of digits only": "besteht nicht nur aus Ziffern",
    "is longer than {} digits": "hat mehr als {} Ziffern",
    # tariffs, zones
    "Write 1 to 15 digits with country code, without +.":
        "1 bis 15 Ziffern mit Ländervorwahl schreiben, ohne +.",
    "Write 1 to 15 digits with country code.": "1 bis 15 Ziffern mit Ländervorwahl schreiben.",
    "holds a prefix twice": "enthält eine Vorwahl zweimal",
    "Keep one of them.": "Eine davon behalten.",
    "does not lie after valid_from": "liegt nicht nach valid_from",
    "It is the first moment that is outside.": "Es ist der erste Zeitpunkt, der außerhalb liegt.",
    "is empty": "ist leer",
    "Add at least one version with valid_from and rates.":
        "Mindestens eine Version mit Beginn und Preisen anlegen.",
    "overlaps version {}": "überschneidet sich mit Version {}",
    "End version {} (valid_to) where this one begins.":
        "Version {} dort enden lassen (valid_to), wo diese beginnt.",
    "Give a price, steps, a setup or a factor.":
        "Einen Preis, Stufen, eine Verbindungsgebühr oder einen Faktor angeben.",
    "holds no identifier": "enthält keine Kennung",
    "List ids of tariffs.": "Kennungen von Tarifen aufzählen.",
    # rates
    "is no time": "ist keine Zeit",
    "A session is priced by its length; use second or minute.":
        "Eine Sitzung wird nach ihrer Dauer berechnet; second oder minute verwenden.",
    "stands beside '{}'": "steht neben „{}“",
    "Use one of the two.": "Nur eines von beiden verwenden.",
    "is above the maximum {}": "liegt über dem Höchstpreis {}",
    "Exchange the two.": "Die beiden vertauschen.",
    "is no name": "ist kein Name",
    "Write a service such as voice, or leave it out.":
        "Einen Dienst wie voice angeben oder leer lassen.",
    "Name a unit such as minute, or seconds.":
        "Eine Einheit wie minute nennen, oder Sekunden.",
    "does not measure {}": "misst nicht {}",
    "Use a unit of the same kind.": "Eine Einheit derselben Art verwenden.",
    "Write it as text, for example '0.19'.": "Als Text schreiben, etwa '0.19'.",
    "does not lie above 'from'": "liegt nicht über „from“",
    "Correct the bounds.": "Die Grenzen berichtigen.",
    "is not the end of the step before": "ist nicht das Ende der Stufe davor",
    "is not zero": "ist nicht null",
    "Lay the steps end to end, the first from 0.":
        "Die Stufen lückenlos aneinanderreihen, die erste ab 0.",
    "end without saying what usage beyond them costs":
        "enden, ohne zu sagen, was Nutzung darüber hinaus kostet",
    "Leave 'to' of the last step out, or set 'beyond' to free, last or refuse.":
        "Das Ende der letzten Stufe leer lassen oder angeben, was danach gilt.",
    # bands
    "has no known holidays ({})": "hat keine bekannten Feiertage ({})",
    "Use ISO 3166 codes such as DE and BY, and install the package 'holidays'.":
        "ISO-3166-Kürzel wie DE und BY verwenden, und das Paket „holidays“ installieren.",
    "Add it to 'calendars' of the book.": "Unter „calendars“ ergänzen.",
    "needs a calendar": "braucht einen Kalender",
    "Name one in 'calendar'.": "Einen in „calendar“ nennen.",
    "holds {}": "enthält {}",
    "Use whole numbers from {} to {}.": "Ganze Zahlen von {} bis {} verwenden.",
    "is no time of day": "ist keine Uhrzeit",
    "Write it like 08:00 or 18:30:00, at most 24:00.":
        "Wie 08:00 oder 18:30:00 schreiben, höchstens 24:00.",
    "holds {}, no date": "enthält {}, was kein Datum ist",
    "Write dates like 2026-12-24.": "Tage wie 2026-12-24 schreiben.",
    "Use dates or pairs of dates [first, last].":
        "Tage oder Paare von Tagen [erster, letzter] verwenden.",
    "Use pairs of times [from, to].": "Paare von Zeiten [von, bis] verwenden.",
    "Put the earlier date first.": "Den früheren Tag zuerst schreiben.",
    # allowances, tiers, limits
    "stands beside {}": "steht neben {}",
    "Give one of quantity, money and flat.": "Eines von quantity, money und flat angeben.",
    "Write the amount that is included.": "Den enthaltenen Betrag eintragen.",
    "needs a quantity": "braucht eine Menge",
    "Only inclusive units roll over.": "Nur Inklusiveinheiten werden übertragen.",
    "has no next period": "hat keinen nächsten Zeitraum",
    "Choose another period than once.": "Einen anderen Zeitraum als „einmal“ wählen.",
    "Lay them end to end.": "Lückenlos aneinanderreihen.",
    "or a factor is needed": "oder ein Faktor ist nötig",
    "Give one of the two.": "Eines von beiden angeben.",
    "needs units counted as used": "braucht Einheiten, die gezählt werden, wie sie genutzt sind",
    "Set 'count' to exact, or leave it out.": "„count“ auf exact setzen, oder weglassen.",
    "needs a price and days": "braucht einen Preis und Tage",
    "Set 'unit' to day, and give a 'price'.": "„unit“ auf day setzen und einen „price“ angeben.",
    "needs a price and units": "braucht einen Preis und Einheiten",
    "Count units, and give a price.": "In Einheiten zählen und einen Preis angeben.",
    "Add at least one.": "Mindestens eine anlegen.",
    "end": "enden",
    "Leave 'to' of the last step out.": "Das Ende der letzten Stufe leer lassen.",
    "Write the amount, for example '50.00'.": "Den Betrag eintragen, etwa '50.00'.",
    "needs a pool": "braucht einen Pool",
    "Name one in 'pools'.": "Einen in „pools“ nennen.",
    "names something unknown": "nennt etwas Unbekanntes",
    "Add it to '{}'.": "Unter „{}“ ergänzen.",
    "Add it to '{}' or leave it out.": "Unter „{}“ ergänzen oder weglassen.",
    "mix currencies {} under one amount": "mischen die Währungen {} unter einem Betrag",
    "Make one for each currency.": "Für jede Währung einen eigenen Satz anlegen.",
    # pools, fallbacks, parties
    "form a cycle: {}": "bilden einen Kreis: {}",
    "Take one of them out of the other.": "Einen davon aus dem anderen nehmen.",
    "names an unknown pool": "nennt einen unbekannten Pool",
    "names an unknown tariff": "nennt einen unbekannten Tarif",
    "names an unknown option": "nennt eine unbekannte Option",
    "lead back to the tariff itself": "führen zum Tarif selbst zurück",
    "Take it out of the chain.": "Ihn aus der Kette nehmen.",
    "mixes {} with {}": "mischt {} mit {}",
    "Use price lists of one currency.": "Preislisten einer einzigen Währung verwenden.",
    "mix currencies {}": "mischen die Währungen {}",
    "Give a contract price lists of one currency.":
        "Einem Vertrag Preislisten einer einzigen Währung geben.",
    # guards, carriers
    "List the prefixes of this class.": "Die Vorwahlen dieser Klasse aufzählen.",
    "are bound by guard {} at the same time":
        "sind zur selben Zeit durch die Preisgrenze {} gebunden",
    "End one of them (valid_to) where the other begins.":
        "Eine davon dort enden lassen (valid_to), wo die andere beginnt.",
    "have none for {}: such calls cost what {} ({}) costs":
        "haben keinen für {}: solche Anrufe kosten, was {} ({}) kostet",
    "Add a rate for these numbers, or one that refuses them.":
        "Einen Preis für diese Rufnummern ergänzen, oder einen, der sie ablehnt.",
    "Name a price list, or set stated to true.":
        "Eine Preisliste nennen oder die Kosten vom Anbieter nehmen.",
}  # fmt: skip

#: Kinds of records, as they begin a fault's place.
KINDS = {
    "tariff": "Tarif",
    "version": "Version",
    "rate": "Preis",
    "step": "Stufe",
    "extra": "Zuschlag",
    "zone": "Zone",
    "band": "Zeitfenster",
    "calendar": "Kalender",
    "option": "Option",
    "contract": "Vertrag",
    "line": "Vertragsposition",
    "pool": "Pool",
    "allowance": "Freimenge",
    "tier set": "Staffel",
    "limit": "Ausgabengrenze",
    "minimum": "Mindestumsatz",
    "guard": "Preisgrenze",
    "kind": "Kundenart",
    "carrier": "Anbieter",
    "unit": "Einheit",
    "fallback": "Ausweichtarif",
    "book": "Tarifbuch",
}
_KIND = re.compile(rf"(^|, )({'|'.join(sorted(KINDS, key=len, reverse=True))})(?= |,|$)")


def german(problem: Problem) -> str:
    """The fault as a German sentence: where, which value, what is wrong, what to do.

    >>> german(Problem("tariff 7 'Business', rate 1", "step", -1, "is negative",
    ...                "Write a number above zero, or leave the field out."))
    "Tarif 7 'Business', Preis 1: step = -1: ist negativ. \
Eine Zahl über null eintragen oder das Feld leer lassen."
    """
    where = _KIND.sub(lambda found: found[1] + KINDS[found[2]], problem.record)
    shown = "" if problem.value is _MISSING else f" = {short(problem.value)}"
    return f"{where}: {problem.field}{shown}: {sentence(problem.problem)}. " + sentence(
        problem.remedy
    )


def sentence(text: str) -> str:
    """The German for one of the core's sentences; what has none stays as it is."""
    for pattern, translated in _patterns():
        if found := pattern.fullmatch(text):
            return translated.format(*found.groups())
    return text


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The more a sentence says by itself, the earlier it is tried."""
    ordered = sorted(SENTENCES.items(), key=lambda pair: -len(pair[0].replace("{}", "")))
    return [
        (re.compile(re.escape(text).replace(r"\{\}", "(.+)"), re.DOTALL), german_)
        for text, german_ in ordered
    ]
