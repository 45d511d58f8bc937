# SPDX-License-Identifier: AGPL-3.0-or-later
"""Would a write change anything?"""

from __future__ import annotations


def differs(record, name: str, vals: dict) -> bool:
    """Would writing ``vals`` change the field? Lists of commands are looked at by their records."""
    field = record._fields.get(name)
    if field is None or field.type in ("one2many", "many2many"):
        return False
    return field.convert_to_cache(vals[name], record) != field.convert_to_cache(
        record[name], record
    )
