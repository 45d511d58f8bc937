# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rate decks: price lists as tables (CSV, XLSX) of prefixes and prices. Plain Python, no Odoo.

The way of a deck, one file each::

    tables, spreadsheet   bytes -> rows of cells
    headings, proposing   what each column means, what has to be declared: proposed, never decided
    values, prefixes      a cell -> a value, or a Fault that says why not
    reading               rows of cells -> Row and Fault
    comparing             beside the version that is there: Change by Change, and its new prices
    grouping              prefixes of the same prices -> zones
    writing               the way back
"""
