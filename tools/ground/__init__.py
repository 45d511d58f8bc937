# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ground: Odoo, PostgreSQL, a Python environment and databases, made from nothing.

Two acts. The first (``paths``, ``say``, ``lock``, ``odoo_source``, ``debian``, ``venv``) runs on
the plain Python of the machine and needs the standard library only; it ends by starting the
second inside the virtual environment it made. The second (``postgres``, ``template``,
``databases``, ``odoo_run``, ``commands``) may import what is installed there.

Every step is atomic (built beside its place and renamed, or marked complete as its last act),
keyed by the versions it is made of, and does nothing when its result is there.
"""
