# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading cases whose numbers come from outside, and rating one case with the core.

The files lie beside the project (``../shared/oracles``) or where ``TELECOM_ORACLES`` says; where
there are none, the tests that need them are skipped.
"""

import json
import os
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from telecom_billing.rating import TariffBook, rate
from telecom_billing.rating.money import MICRO, join_pico

ROOT = Path(__file__).resolve().parents[2]
NOON = "2026-03-10T10:00:00Z"


def folder():
    """Where the files are."""
    return Path(os.environ.get("TELECOM_ORACLES") or ROOT.parent / "shared" / "oracles")


def load(name):
    """A whole file, or an empty one with a skip mark where it is absent."""
    path = folder() / f"{name}.json"
    if not path.exists():
        return {"cases": [], "tariffs": {}}
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def params(name, keep=lambda case: True):
    """The cases of a file for ``parametrize``; a skipped one where the file is absent."""
    cases = [case for case in load(name)["cases"] if keep(case)]
    if not cases:
        skip = pytest.mark.skip(reason=f"oracle file {name}.json is not here")
        return [pytest.param(None, marks=skip, id=name)]
    return [pytest.param(case, id=case["id"]) for case in cases]


#: How the files call the rounding of a charge.
ROUNDINGS = {"up": "up", "down": "down", "half": "half_up", "even": "half_even"}


def words(tariff):
    """What the files say of a price beside the price itself, as properties of a rate."""
    names = ("setup", "minimum", "maximum", "maximum_then", "free")
    found = {name: tariff[name] for name in names if tariff.get(name) is not None}
    how = tariff.get("rounding")
    assert how in {None, "none", *ROUNDINGS}, f"the translator does not know rounding {how}"
    if how in ROUNDINGS:
        return found | {"rounding": ROUNDINGS[how], "decimals": tariff["decimals"]}
    return found | {"round_at": "invoice"}


def known(entry, *names, where):
    """The entry, if a translator reads all it says; a word it does not know fails by name."""
    unknown = sorted(set(entry) - set(names) - {"id", "name", "about", "note"})
    assert not unknown, f"{where}: the translator does not know {', '.join(unknown)}"
    return entry


#: What ``words`` reads of a price.
WORDS = ("setup", "minimum", "maximum", "maximum_then", "free", "rounding", "decimals")
STEP = ("from", "to", "interval", "price", "per", "rounding", "flat", "setup")


def plain(value):
    return value if isinstance(value, (str, bool, int)) else str(value)


def steps_of(steps):
    """The steps of a price as a rate's ``steps``."""
    for step in steps:
        known(step, *STEP, where="step")
    return [{n: plain(s[n]) for n in STEP if s.get(n) is not None} for s in steps]


def increments(tariff):
    """A price without steps: its quantity and its increments; an increment of zero is none."""
    found = {n: plain(tariff[n]) for n in ("price", "per") if tariff.get(n) is not None}
    if tariff.get("price_per_minute") is not None:
        found |= {"price": tariff["price_per_minute"], "per": "minute"}
    return found | {n: plain(tariff[n]) for n in ("initial", "step") if tariff.get(n)}


def micro(value):
    """A quantity in millionths."""
    scaled = Fraction(Decimal(str(value))) * MICRO
    assert scaled.denominator == 1, f"{value} is finer than a millionth"
    return int(scaled)


def instant(text):
    """An ISO time as naive UTC."""
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return when.astimezone(timezone.utc).replace(tzinfo=None)


def usage_frame(records):
    """A usage frame from dictionaries; absent columns stay away."""
    frame = pd.DataFrame(records)
    frame["started_at"] = frame["started_at"].astype("datetime64[us]")
    frame["quantity"] = frame["quantity"].astype("int64")
    return frame


def rated(book, records):
    """Rate records: (Rated, exact charge per record)."""
    result = rate(TariffBook(book), usage_frame(records))
    return result, charges_of(result.charges, len(records))


def charges_of(charges, rows):
    """The exact charge of each record over all its segments."""
    totals = [Fraction(0)] * rows
    for one in charges.itertuples():
        totals[one.usage] += join_pico(one.price, one.rest)
    return totals


def reasons_of(charges):
    """The reason of each refused record."""
    refused = charges[charges["reason"].notna()]
    return dict(zip(refused["usage"], refused["reason"].astype(str), strict=True))


def sums(charges, column, rows, mask=None):
    """A column of millionths added up per record, exact."""
    chosen = charges if mask is None else charges[mask]
    totals = [Fraction(0)] * rows
    for row, value in zip(chosen["usage"], chosen[column], strict=True):
        totals[row] += Fraction(int(value), MICRO)
    return totals


def exactly(expected, places=12):
    """An expected decimal text as a fraction; charges are held to twelve places."""
    assert places <= 12
    return Fraction(expected)
