# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariff records to the rating core's tariff book (``readme/TARIFF_BOOK.md``) and back.

:mod:`~.writer` serves the engine (ids of records) and exports (codes); :mod:`~.reader` makes
records of a book that passed the core's own checks.
"""
