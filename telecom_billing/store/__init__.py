# SPDX-License-Identifier: AGPL-3.0-or-later
"""Large tables below the ORM: monthly partitions, COPY, locks. Plain SQL on an Odoo cursor.

Facts and charges run to millions of rows a month, so they are written by COPY, counted by SQL and
shown through views. Nothing in here knows a model; what is stored and when is for ``models/``.
"""
