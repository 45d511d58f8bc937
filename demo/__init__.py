# SPDX-License-Identifier: AGPL-3.0-or-later
"""A made-up German provider whose month is billed for everybody to see.

:mod:`demo.world` writes the provider's papers (orders, tariffs, carrier files) from a seed;
:mod:`demo.run` bills them inside Odoo.
"""
