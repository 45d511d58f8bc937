# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a record could not be matched; the rating core adds its own reasons (``rating/reasons``)."""

from __future__ import annotations

from odoo.tools.translate import LazyTranslate

from ..rating.reasons import REASONS

_lt = LazyTranslate(__name__)

#: Code → (short label, what to do). Order is the one of the screens.
MATCHING = {
    "unknown-number": (
        _lt("Unknown number"),
        _lt("Nobody has this number. Assign it to a contract line."),
    ),
    "not-assigned": (
        _lt("Not assigned at that time"),
        _lt("The number had no owner when the record began. Correct the dates of its assignment."),
    ),
    "no-number": (
        _lt("No number"),
        _lt("The record names neither number nor account. Correct the source's settings."),
    ),
    "line-ended": (
        _lt("Contract line not valid"),
        _lt("The contract line had not begun or was over. Correct its dates or the number's."),
    ),
    "line-without-tariff": (
        _lt("Contract line without tariff"),
        _lt("Give the contract line a tariff."),
    ),
    "period-invoiced": (
        _lt("Price of a period that is invoiced"),
        _lt(
            "Its price is one with others of its period, and those are on an invoice. Reverse that "
            "invoice, and all of them are priced anew; or write the record off."
        ),
    ),
    "sum-too-large": (
        _lt("Sum too large"),
        _lt(
            "What its contract (or customer) used adds up to more than can be counted exactly. "
            "Look for a record with a wrong quantity or unit and write it off, or take the tiers "
            "or allowances off the tariff; then rate again."
        ),
    ),
}
PRICING = {
    "no-tariff": _lt("Tariff without active version"),
    "no-version": _lt("No version valid then"),
    "no-zone": _lt("No zone for the number"),
    "no-rate": _lt("No price at that hour"),
    "no-base-price": _lt("No price to apply the factor to"),
    "bad-start": _lt("Unreadable start"),
    "bad-quantity": _lt("Unreadable quantity"),
    "wrong-unit": _lt("Price in another unit"),
    "wrong-currency": _lt("Price in another currency"),
    "refused": _lt("Refused by the tariff"),
    "beyond-steps": _lt("Past the last step"),
    "cap-per-minute": _lt("Above the legal price a minute"),
    "cap-per-call": _lt("Above the legal price a call"),
    "cap-per-message": _lt("Above the legal price a message"),
    "cap-increment": _lt("Longer than the legal increment"),
    "limit-reached": _lt("Spending limit reached"),
    "no-conference": _lt("Conference not named"),
    "no-cost": _lt("Cost not stated"),
    "no-contract": _lt("No contract line"),
}


def labels(env) -> list[tuple[str, str]]:
    """(code, label in the user's language), for a selection field."""
    found = {code: env._(label) for code, (label, _remedy) in MATCHING.items()}
    found |= {code: env._(PRICING.get(code, code)) for code in REASONS if code not in found}
    return list(found.items())


def remedy(env, code: str, facts: dict) -> str:
    """What to do about records set aside for this reason, in the user's language."""
    if code in MATCHING:
        return env._(MATCHING[code][1])
    if code not in REASONS:
        return code
    german = (env.lang or "").startswith("de")
    return REASONS[code][german].format_map(_Blank(facts))


class _Blank(dict):
    def __missing__(self, name: str) -> str:
        return "…"
