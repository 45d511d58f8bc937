# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cases with a result worked out by hand, and the same arithmetic done over explanations.

``check(book, usage, expected)`` rates a frame, compares each record's exact charge (or its reason)
with what the case states, and then adds up, record by record, what ``explain()`` says: each
sentence's own arithmetic must be right, and their sum must be the charge.
"""

from decimal import Decimal
from fractions import Fraction

import pandas as pd

from telecom_billing.rating import TariffBook, explain, rate
from telecom_billing.rating.money import join_pico, round_fraction

#: Explanations show twelve places of what has no end.
CLOSE = Fraction(1, 10**9)


def check(data, frame, expected, **options):
    """Compare charges with ``expected``: texts of amounts, or reasons."""
    book = TariffBook(data)
    done = rate(book, frame, **options)
    assert found(done.charges, len(frame)) == [shown(one) for one in expected]
    for row, wanted in enumerate(expected):
        told = explain(book, frame, row, **options)
        if wanted.replace("-", "").isalpha():
            assert told.facts("reason")[0]["code"] == wanted
        else:
            assert close(added(told, book), Fraction(Decimal(wanted))), told.text()
        assert told.text("de") != told.text("en")
    return done


def found(charges, rows):
    """The exact charge of each record as text, or its reason."""
    totals = [Fraction(0)] * rows
    reasons = {}
    for one in charges.itertuples():
        totals[one.usage] += join_pico(one.price, one.rest)
        if not pd.isna(one.reason):
            reasons[one.usage] = str(one.reason)
    return [reasons.get(row) or decimal(total) for row, total in enumerate(totals)]


def shown(text):
    """An amount as :func:`found` writes it; a reason stays."""
    return text if text.replace("-", "").isalpha() else decimal(Fraction(Decimal(text)))


def decimal(value):
    """An exact amount without idle zeros."""
    number = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{number.normalize():f}" if number else "0"


def added(told, book):
    """The charge that the sentences of an explanation add up to."""
    total = part = Fraction(0)
    parts, rule = [], None
    if told.facts("rate"):
        name = told.facts("rate")[0]["rate"]
        rule = next(one for one in book.listed_rates if str(one.name or one.id) == str(name))
    for one in told.decisions:
        facts = one.facts
        if one.step == "part":
            parts.append((part, rule))
            part = Fraction(0)
        elif one.step == "given":
            total += number(facts["price"])
        elif one.step in ("entered", "tier_entered"):
            part += number(facts["setup"])
        elif one.step in ("increments", "proportion", "on_cost", "at_once", "packages", "months"):
            amount = number(facts["amount"])
            if one.step == "months":
                assert close(amount, number(facts["price"]) * number(facts["months"])), facts
            if one.step == "increments":
                assert close(amount, number(facts["price"]) * facts["intervals"]), facts
            elif one.step in ("proportion", "on_cost"):
                units = number(facts["billed"]) / number(facts["interval"])
                assert close(amount, number(facts["price"]) * units), facts
            if rule.round_at == "step":
                amount = round_fraction(amount, rule.decimals, rule.rounding)
            part += amount
    for amount, own in [*parts, (part, rule)]:
        if own is not None and own.round_at == "part":
            amount = round_fraction(amount, own.decimals, own.rounding)
        total += amount
    for kind in ("setup", "extras"):
        total += sum((number(one[kind]) for one in told.facts(kind)), Fraction(0))
    for kind, name in (("minimum", "minimum"), ("maximum", "maximum"), ("owed", "amount")):
        for one in told.facts(kind):
            total = number(one[name])
    for one in told.facts("rounded"):
        assert close(number(one["raw"]), total), one
        total = round_fraction(number(one["raw"]), one["decimals"], rule.rounding)
        assert close(total, number(one["amount"])), one
    if told.facts("refund"):
        total = -total
    for one in told.facts("limited"):
        total = number(one["amount"])
    (last,) = told.facts("price")
    assert close(total, number(last["price"])), told.text()
    return total


def close(one, other):
    return abs(one - other) <= CLOSE * max(1, abs(other))


def number(text):
    """A number as a sentence shows it."""
    return Fraction(str(text).replace("…", ""))
