# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up sender and made-up documents for the tests of the pure renderer."""

from __future__ import annotations

import datetime
import decimal

from telecom_billing.report import invoice, itemised
from telecom_billing.report.sheet import Company, Sheet

D = decimal.Decimal
DATE = datetime.date(2026, 11, 1)

LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 250 90">
<g fill="none" stroke="#0b6e99" stroke-width="8" stroke-linecap="round">
<path d="M12 70a40 40 0 0 1 40-40"/><path d="M12 40a70 70 0 0 1 40-32"/></g>
<circle cx="48" cy="66" r="10" fill="#f29f05"/>
<path fill="#0b6e99" d="M84 76V22h12l27 34V22h12v54h-12L96 42v34z M150 22h12v44h30v10h-42z
M205 22h45v11h-16v43h-12V33h-17z"/>
</svg>"""

COMPANY = Company(
    name="Nordlicht Telekom GmbH",
    sender="Nordlicht Telekom GmbH · Speicherstraße 12 · 20457 Hamburg",
    footer=[
        ["Nordlicht Telekom GmbH", "Speicherstraße 12", "20457 Hamburg", "Deutschland"],
        ["Tel. 040 2099880", "rechnung@nordlicht.example", "www.nordlicht.example"],
        ["Hansebank Hamburg", "IBAN DE02 1203 0000 0000 2020 51", "BIC BYLADEM1001"],
        ["Geschäftsführerin Anna Petersen", "AG Hamburg HRB 123456", "USt-IdNr. DE123456788"],
    ],
    color="#0b6e99",
    logo=LOGO,
)


def sheet(title: str, lang: str = "de", **values) -> Sheet:
    words = {
        "de": (
            "Rechnungsnummer",
            "Rechnungsdatum",
            "Leistungszeitraum",
            "Kundennummer",
            "Vertragsnummer",
            "Fällig am",
        ),
        "en": (
            "Invoice number",
            "Invoice date",
            "Service period",
            "Customer number",
            "Contract number",
            "Due on",
        ),
    }[lang]
    facts = (
        "RE/2026/11/0042",
        "01.11.2026",
        "01.10.2026 – 30.11.2026",
        "10023",
        "V-2026-0007",
        "15.11.2026",
    )
    return Sheet(
        company=COMPANY,
        title=title,
        lang=lang,
        date=DATE,
        recipient=[
            "Bäckerei Brodersen GmbH",
            "Frau Inken Brodersen",
            "Friesenweg 4",
            "25813 Husum",
        ],
        info=list(zip(words, facts, strict=True)),
        continued=["Kunde 10023", "vom 01.11.2026"],
        **values,
    )


ZONES = [
    ("Festnetz national", D("0.0190")),
    ("Mobilfunk national", D("0.0990")),
    ("Frankreich Festnetz", D("0.0490")),
    ("Servicerufnummer 0180-5", D("0.14")),
]


def make_invoice(
    lines: int = 6, lang: str = "de", gross: bool = False, **values
) -> invoice.Invoice:
    """An invoice of ``lines`` usage positions in groups of four, and a monthly fee."""
    groups = [
        invoice.Group(
            "Business Connect 10",
            [
                invoice.Line(
                    "Grundgebühr Business Connect 10",
                    D("49.90"),
                    quantity="1 Monat",
                    price=D("49.90"),
                    tax="19 %",
                    details=["01.11.2026 – 30.11.2026"],
                )
            ],
            subtitle="Vertrag V-2026-0007",
        )
    ]
    for first in range(0, lines, 4):
        group = []
        for index in range(first, min(first + 4, lines)):
            zone, price = ZONES[index % len(ZONES)]
            minutes = D(7 * index + 3) + D("0.25")
            group.append(
                invoice.Line(
                    zone,
                    (minutes * price).quantize(D("0.01"), decimal.ROUND_HALF_UP),
                    quantity=f"{minutes} Min.".replace(".", ",", 1),
                    price=price,
                    tax="19 %",
                    aside=f"{index + 2} Verbindungen",
                    details=["01.10.2026 – 31.10.2026"] if index % 3 == 0 else [],
                )
            )
        groups.append(
            invoice.Group(
                f"Rufnummer 04841 9090{first}", group, subtitle="Tarif Business Flat Plus"
            )
        )
    net = sum(line.amount for group in groups for line in group.lines)
    tax = (net * D("0.19")).quantize(D("0.01"), decimal.ROUND_HALF_UP)
    return invoice.Invoice(
        sheet=sheet(
            "Rechnung RE/2026/11/0042" if lang == "de" else "Invoice RE/2026/11/0042", lang
        ),
        groups=groups,
        net=net,
        taxes=[invoice.Tax("19 % USt", net, tax)],
        total=net + tax,
        gross=gross,
        **{
            "intro": [
                "Guten Tag Frau Brodersen,",
                "für Ihre Telefonanschlüsse berechnen wir die Grundgebühren für November und die "
                "Verbindungen im Oktober 2026.",
            ],
            "payment": [
                "Wir ziehen den Rechnungsbetrag am 15.11.2026 von Ihrem Konto DE89 **** **** **** "
                "**30 00 ein (SEPA-Lastschrift, Mandat NT-10023-1, Gläubiger DE98ZZZ09999999999).",
            ],
            "notes": [
                "Begründete Einwendungen gegen einzelne in der Rechnung gestellte Forderungen "
                "können Sie innerhalb von acht Wochen nach Zugang erheben (§ 67 TKG).",
                "Bei Zahlungsverzug berechnen wir Zinsen in gesetzlicher Höhe.",
            ],
            "enclosed": ["Einzelverbindungsnachweis"],
            **values,
        },
    )


DESTINATIONS = [
    ("0431 123456{}", "Festnetz national", D("0.0190")),
    ("0171 98765{}", "Mobilfunk national", D("0.0990")),
    ("+33 1 23 45 6{}", "Frankreich Festnetz", D("0.0490")),
    ("0180 5 1234{}", "Servicerufnummer 0180-5", D("0.14")),
    ("+44 7400 12345{}", "Vereinigtes Königreich Mobilfunk (alle Netze)", D("0.1575")),
]


def make_calls(count: int, seed: int = 1) -> list[itemised.Call]:
    """``count`` calls in October, priced per second from the minute's price."""
    calls, state = [], seed
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31  # a plain generator: the same everywhere
        other, destination, price = DESTINATIONS[state // 7 % len(DESTINATIONS)]
        seconds = state // 31 % 900
        calls.append(
            itemised.Call(
                started=datetime.datetime(2026, 10, 1)
                + datetime.timedelta(seconds=state % 2678400),
                other=other.format(state % 90 + 10),
                destination=destination,
                quantity=D(seconds),
                unit="second",
                amount=(price * seconds / 60).quantize(D("0.0001"), decimal.ROUND_HALF_UP),
            )
        )
    return calls


def make_itemised(
    counts: dict[str, list[int]], lang: str = "de", **values
) -> itemised.ItemisedBill:
    """A bill with a section for each main number, holding numbers with that many calls."""
    sections = [
        itemised.Section(
            main,
            [
                itemised.Number(
                    main if len(numbers) == 1 else f"{main}{index + 11}", make_calls(n, index + 1)
                )
                for index, n in enumerate(numbers)
            ],
            subtitle="Tarif Business Flat Plus",
        )
        for main, numbers in counts.items()
    ]
    title = "Einzelverbindungsnachweis" if lang == "de" else "Itemised bill"
    return itemised.ItemisedBill(sheet(title, lang), sections, **values)
