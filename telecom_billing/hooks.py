# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Odoo does not do by itself when the addon goes."""

from .store import removal


def uninstall_hook(env) -> None:
    """Take away what is no model's table; see models/ir_module_module.py for who may."""
    env.flush_all()
    removal.remove(env.cr)
