# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telecom billing: an Odoo addon around a rating core that needs no Odoo.

Odoo imports addons as ``odoo.addons.<name>``; only then are the models loaded. Imported by its
plain name, the package offers :mod:`telecom_billing.rating` alone, on any machine with numpy and
pandas.
"""

if __name__.startswith("odoo.addons."):
    from . import controllers, models, wizards
    from .hooks import uninstall_hook
