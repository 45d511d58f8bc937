# SPDX-License-Identifier: AGPL-3.0-or-later
"""Faults of rate decks in words: what is wrong, and what to do."""

from __future__ import annotations


def fault(env, code: str, value: str, more: str = "") -> tuple[str, str]:
    """(reason, remedy) of a :class:`~..deck.terms.Fault`."""
    _ = env._
    texts = {
        "bad-date": (
            _("“%(value)s” is not a date.", value=value),
            _("Write it like 2026-01-31 or 31.01.2026."),
        ),
        "bad-direction": (
            _("“%(value)s” is not a direction.", value=value),
            _("Write out, in, transfer or any."),
        ),
        "bad-increment": (
            _("“%(value)s” is not an increment.", value=value),
            _("Write first and next increment like 60/1."),
        ),
        "bad-number": (
            _("“%(value)s” is not a number with the declared decimal sign.", value=value),
            _("Correct the number, or declare the other decimal sign above."),
        ),
        "bad-prefix": (
            _("“%(value)s” is not a prefix.", value=value),
            _("Write digits in international form, e.g. 4930."),
        ),
        "bad-unit": (
            _("“%(value)s” is not a unit.", value=value),
            _("Write e.g. second, minute, piece, MB."),
        ),
        "blank-in-prefix": (
            _("“%(value)s” has a blank between digits.", value=value),
            _("One prefix: write it without blanks. Several: put commas between them."),
        ),
        "damaged": (
            _("“%(value)s” was damaged by a spreadsheet.", value=value),
            _("Format the column as text, enter the value again, or ask for the original file."),
        ),
        "date-order": (
            _("“%(value)s” may be day/month or month/day.", value=value),
            _("Declare the order of dates above."),
        ),
        "end-before-begin": (
            _("The price ends on %(value)s, but begins on %(begin)s.", value=value, begin=more),
            _("Correct one of the two dates."),
        ),
        "error-cell": (
            _("The cell shows the error %(value)s.", value=value),
            _("Correct the cell in the spreadsheet."),
        ),
        "extra-cells": (
            _("There are more cells than headings, e.g. “%(value)s”.", value=value),
            _("Put texts and numbers that contain the separator into quotation marks."),
        ),
        "formula": (
            _("The cell is a formula: %(value)s", value=value),
            _("Paste the column as values and save again."),
        ),
        "leading-zero": (
            _("“%(value)s” begins with 0; no country code does.", value=value),
            _("Write it in international form, e.g. 49180 instead of 0180."),
        ),
        "minimum-above-maximum": (
            _("The least charge %(value)s is above the highest %(most)s.", value=value, most=more),
            _("Exchange the two."),
        ),
        "negative": (
            _("%(value)s is negative.", value=value),
            _("Write a price of zero or more; credits are entered in the rate itself."),
        ),
        "no-prefix": (
            _("There is no prefix."),
            _("Enter the prefix, or take the line out."),
        ),
        "no-price": (
            _("There is no price."),
            _("Enter the price, or take the line out. Write “included” for a flat rate."),
        ),
        "other-currency": (
            _("“%(value)s” is not in %(currency)s.", value=value, currency=more),
            _("A tariff has one currency: convert the prices, or choose a tariff in theirs."),
        ),
        "places": (
            _("%(value)s has more than %(places)s decimal places.", value=value, places=more),
            _("Round the number."),
        ),
        "range": (
            _("“%(value)s” is not a range of prefixes.", value=value),
            _("Both ends need as many digits, the smaller first, e.g. 4916-4918."),
        ),
        "thousands": (
            _("%(value)s has a thousands separator, or the wrong decimal sign.", value=value),
            _("Write it without separator, or declare the other decimal sign above."),
        ),
        "too-large": (
            _("%(value)s is too large.", value=value),
            _("Correct the number; is the decimal sign right?"),
        ),
        "too-long": (
            _("Prefix %(value)s has more than 15 digits.", value=value),
            _("No telephone number is that long: shorten it."),
        ),
        "twice": (
            _("Prefix %(value)s has another price in line %(line)s.", value=value, line=more),
            _("Take one of the two out, or give them different dates of effect."),
        ),
        "unknown-band": (
            _("There is no time band “%(value)s”.", value=value),
            _("Create it under Tariffs, Time Bands, or correct its name."),
        ),
    }
    return texts[code]


def unreadable(env, code: str, value: str = "") -> str:
    """Why a file as a whole cannot be used, and what to do."""
    _ = env._
    texts = {
        "damaged-file": _(
            "The file is damaged (%(value)s). Open it in a spreadsheet and save it again, as XLSX "
            "or CSV.",
            value=value,
        ),
        "empty": _("The file is empty. Choose another one."),
        "encoding": _(
            "The file is not text (tried: %(value)s). Save it as CSV in UTF-8, or as XLSX.",
            value=value,
        ),
        "no-column": {
            "prefix": _("No column is the prefix. Choose it in the list of columns."),
            "price": _("No column is the price. Choose it in the list of columns."),
        }.get(value, value),
        "no-sheet": _("The workbook has no sheet “%(value)s”. Correct its name.", value=value),
        "old-spreadsheet": _("This is an old XLS file. Save it as XLSX or CSV."),
        "too-big": _(
            "The file has, or unpacks to, %(value)s, which is too much for a price list. Split it, "
            "or take other sheets out.",
            value=value,
        ),
        "too-many": _(
            "The ranges of the file come to more than %(value)s prefixes. Are they right? Else "
            "split the file.",
            value=value,
        ),
        "unit-column": _(
            "A column says per how many units the price is, but none says which unit. Choose the "
            "column of the unit, or leave “per” unused."
        ),
    }
    return texts[code]
