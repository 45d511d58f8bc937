# SPDX-License-Identifier: AGPL-3.0-or-later
"""What prepares and drives the project on a developer's or user's machine; never installed."""
