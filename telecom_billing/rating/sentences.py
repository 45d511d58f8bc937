# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sentences of an explanation: step → (English, German)."""

SENTENCES: dict[str, tuple[str, str]] = {
    "record": (
        "Record: {service} to {number}, {started} UTC, {quantity} {unit}.",
        "Satz: {service} an {number}, {started} UTC, {quantity} {unit}.",
    ),
    "reason": ("Not priced ({code}): {message}", "Nicht bepreist ({code}): {message}"),
    "price": (
        "Tariff {tariff}, version {version}, rate {rate}: {billed} billed, {price} {currency}.",
        "Tarif {tariff}, Version {version}, Preis {rate}: {billed} berechnet, {price} {currency}.",
    ),
}
