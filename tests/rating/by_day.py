# SPDX-License-Identifier: AGPL-3.0-or-later
"""A price by the minute with three tiers, and calls of some days, for tests of whole periods."""

from .build import usage

MINUTE = {"price": "0.10", "per": "minute", "initial": 60, "step": 60}
#: To 3 minutes the rate's price, to 5 at 0.06, then half of the rate's.
STEPS = [
    {"from": 0, "to": 3, "factor": "1"},
    {"from": 3, "to": 5, "price": "0.06", "per": "minute"},
    {"from": 5, "factor": "0.5"},
]
TIERS = {"id": "t", "unit": "minute", "steps": STEPS}


def days(*rows, **columns):
    """(day of March 2026, quantity[, columns]) at noon."""
    return usage(*((f"2026-03-{day:02}T11:00:00", *more) for day, *more in rows), **columns)
