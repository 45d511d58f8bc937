# SPDX-License-Identifier: AGPL-3.0-or-later
"""Faults of rate decks in words: what is wrong, and what to do."""

from __future__ import annotations


def fault(env, code: str, value: str, more: str = "") -> tuple[str, str]:
    """(reason, remedy) of a :class:`~..deck.terms.Fault`."""
    texts = {
        "bad-date": (
            env._("“%(value)s” is not a date.", value=value),
            env._("Write it like 2026-01-31 or 31.01.2026."),
        ),
        "bad-direction": (
            env._("“%(value)s” is not a direction.", value=value),
            env._("Write out, in, transfer or any."),
        ),
        "bad-increment": (
            env._("“%(value)s” is not an increment.", value=value),
            env._("Write first and next increment like 60/1."),
        ),
        "bad-number": (
            env._("“%(value)s” is not a number with the declared decimal sign.", value=value),
            env._("Correct the number, or declare the other decimal sign above."),
        ),
        "bad-prefix": (
            env._("“%(value)s” is not a prefix.", value=value),
            env._("Write digits in international form, e.g. 4930."),
        ),
        "bad-unit": (
            env._("“%(value)s” is not a unit.", value=value),
            env._("Write e.g. second, minute, piece, MB."),
        ),
        "blank-in-prefix": (
            env._("“%(value)s” has a blank between digits.", value=value),
            env._("One prefix: write it without blanks. Several: put commas between them."),
        ),
        "damaged": (
            env._("“%(value)s” was damaged by a spreadsheet.", value=value),
            env._(
                "Format the column as text, enter the value again, or ask for the original file."
            ),
        ),
        "date-order": (
            env._("“%(value)s” may be day/month or month/day.", value=value),
            env._("Declare the order of dates above."),
        ),
        "end-before-begin": (
            env._("The price ends on %(value)s, but begins on %(begin)s.", value=value, begin=more),
            env._("Correct one of the two dates."),
        ),
        "error-cell": (
            env._("The cell shows the error %(value)s.", value=value),
            env._("Correct the cell in the spreadsheet."),
        ),
        "extra-cells": (
            env._("There are more cells than headings, e.g. “%(value)s”.", value=value),
            env._("Put texts and numbers that contain the separator into quotation marks."),
        ),
        "formula": (
            env._("The cell is a formula: %(value)s", value=value),
            env._("Paste the column as values and save again."),
        ),
        "leading-zero": (
            env._("“%(value)s” begins with 0; no country code does.", value=value),
            env._("Write it in international form, e.g. 49180 instead of 0180."),
        ),
        "minimum-above-maximum": (
            env._(
                "The least charge %(value)s is above the highest %(most)s.", value=value, most=more
            ),
            env._("Exchange the two."),
        ),
        "negative": (
            env._("%(value)s is negative.", value=value),
            env._("Write zero or more; credits are entered in the rate itself."),
        ),
        "no-prefix": (
            env._("There is no prefix."),
            env._("Enter the prefix, or take the line out."),
        ),
        "no-price": (
            env._("There is no price."),
            env._("Enter the price, or take the line out. Write “included” for a flat rate."),
        ),
        "other-currency": (
            env._("“%(value)s” is not in %(currency)s.", value=value, currency=more),
            env._("A tariff has one currency: convert the prices, or choose a tariff in theirs."),
        ),
        "places": (
            env._("%(value)s has more than %(places)s decimal places.", value=value, places=more),
            env._("Round the number."),
        ),
        "range": (
            env._("“%(value)s” is not a range of prefixes.", value=value),
            env._("Both ends need as many digits, the smaller first, e.g. 4916-4918."),
        ),
        "thousands": (
            env._("%(value)s has a thousands separator, or the wrong decimal sign.", value=value),
            env._("Write it without separator, or declare the other decimal sign above."),
        ),
        "too-large": (
            env._("%(value)s is too large.", value=value),
            env._("Correct the number; is the decimal sign right?"),
        ),
        "too-long": (
            env._("Prefix %(value)s has more than 15 digits.", value=value),
            env._("No telephone number is that long: shorten it."),
        ),
        "twice": (
            env._("Prefix %(value)s has another price in line %(line)s.", value=value, line=more),
            env._("Take one of the two out, or give them different dates of effect."),
        ),
        "unknown-band": (
            env._("There is no time band “%(value)s”.", value=value),
            env._("Create it under Tariffs, Time Bands, or correct its name."),
        ),
    }
    return texts[code]


def unreadable(env, code: str, value: str = "") -> str:
    """Why a file as a whole cannot be used, and what to do."""
    texts = {
        "damaged-file": env._(
            "The file is damaged (%(value)s). Open it in a spreadsheet and save it again, as XLSX "
            "or CSV.",
            value=value,
        ),
        "empty": env._("The file is empty. Choose another one."),
        "encoding": env._(
            "The file is not text (tried: %(value)s). Save it as CSV in UTF-8, or as XLSX.",
            value=value,
        ),
        "no-column": {
            "prefix": env._("No column is the prefix. Choose it in the list of columns."),
            "price": env._("No column is the price. Choose it in the list of columns."),
        }.get(value, value),
        "no-sheet": env._("The workbook has no sheet “%(value)s”. Correct its name.", value=value),
        "no-table": env._(
            "Nothing in the file looks like a price list: that has a column of prefixes and one of "
            "prices. Choose another file, or another sheet of it."
        ),
        "old-spreadsheet": env._("This is an old XLS file. Save it as XLSX or CSV."),
        "too-big": env._(
            "The file has, or unpacks to, %(value)s, which is too much for a price list. Split it, "
            "or take other sheets out.",
            value=value,
        ),
        "too-many": env._(
            "The ranges of the file come to more than %(value)s prefixes. Are they right? Else "
            "split the file.",
            value=value,
        ),
        "unit-column": env._(
            "A column says per how many units the price is, but none says which unit. Choose the "
            "column of the unit, or leave “per” unused."
        ),
    }
    return texts[code]
