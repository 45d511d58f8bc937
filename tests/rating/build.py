# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small books and usage frames for the tests of the core."""

from decimal import Decimal

import pandas as pd

from telecom_billing.rating import TariffBook, rate
from telecom_billing.rating.money import MICRO

GERMANY = {"id": 1, "name": "Germany", "prefixes": ["49"]}
NOON = "2026-03-10T11:00:00"


def book(*rates, **sections):
    """A book with one tariff (7), one version (71) and these rates (ids 1, 2, …; zone 1)."""
    listed = []
    for number, one in enumerate(rates, 1):
        listed.append({"id": number, **({} if "zone" in one else {"zone": 1}), **one})
    for one in listed:
        if one["zone"] is None:
            del one["zone"]
    tariff = {"id": 7, "versions": [{"id": 71, "valid_from": "2020-01-01", "rates": listed}]}
    tariff.update(sections.pop("tariff", {}))
    return {
        "format": 1,
        "zones": [GERMANY],
        "tariffs": [tariff, *sections.pop("tariffs", [])],
        **sections,
    }


def usage(*rows, **columns):
    """Usage of (started_at, quantity[, column dict]) rows of contract 1, line 10, tariff 7."""
    records = []
    for started, quantity, *more in rows:
        records.append(
            {
                "started_at": pd.Timestamp(started),
                "quantity": int(Decimal(str(quantity)) * MICRO),
                "b_number": "493012345",
                "contract": 1,
                "line": 10,
                "tariff": 7,
                **columns,
                **(more[0] if more else {}),
            }
        )
    frame = pd.DataFrame(records)
    frame["started_at"] = frame["started_at"].astype("datetime64[us]")
    return frame


def charges(data, frame, **options):
    """The charges of a frame under a book."""
    return rate(TariffBook(data), frame, **options).charges


def prices(data, frame, **options):
    """The price of each record, summed over its segments, as Decimals."""
    found = charges(data, frame, **options)
    totals = found.groupby("usage")["price"].sum()
    return [Decimal(int(value)).scaleb(-6).normalize() for value in totals]


def price(data, quantity, started=NOON, **columns):
    """The price of a single record."""
    return prices(data, usage((started, quantity), **columns))[0]


def reasons(data, frame):
    """The reason of each segment, None where it is charged."""
    return [None if pd.isna(one) else str(one) for one in charges(data, frame)["reason"]]
