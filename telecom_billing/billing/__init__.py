# SPDX-License-Identifier: AGPL-3.0-or-later
"""What turns fees and charges into the positions of an invoice; plain Python, exact numbers."""
