# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns of text to columns of values: vectorised, exact, and never raising for a value."""
