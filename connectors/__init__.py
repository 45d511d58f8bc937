# SPDX-License-Identifier: AGPL-3.0-or-later
"""The world outside: carriers', switches' and conference servers' records as one usage frame.

Plain Python; knows neither Odoo nor prices.  Start reading at :mod:`connectors.frame`.
"""
