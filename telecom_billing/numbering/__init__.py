# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has which numbers: zones of the world from libphonenumber's data, of Germany from a file."""
