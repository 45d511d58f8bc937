# SPDX-License-Identifier: AGPL-3.0-or-later
"""Services that must be asked; each is a transport whose items are spans of time.

They are registered beside the other transports, in :mod:`connectors.transports`.
"""
