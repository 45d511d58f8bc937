# SPDX-License-Identifier: AGPL-3.0-or-later
"""The selectors of rules as conditions of the database, for what is stored already."""

from __future__ import annotations

from odoo.tools import SQL


def who(rule, first, last) -> SQL:
    """Condition on contract lines ``l`` of contracts ``o``: the rule is for them.

    :param first, last: days within which a booked option counts
    """
    parts = [SQL("TRUE")]
    tariffs = rule._selected_tariffs()
    plain = tariffs.filtered(lambda tariff: tariff.kind != "option")
    options = tariffs - plain
    if plain:
        parts.append(SQL("l.telecom_tariff_id = ANY(%s)", plain.ids))
    if options:
        parts.append(
            SQL(
                "EXISTS (SELECT 1 FROM contract_line b WHERE b.contract_id = l.contract_id"
                " AND b.telecom_tariff_id = ANY(%s)"
                " AND COALESCE(b.date_start, '-infinity') <= %s"
                " AND COALESCE(b.date_end, 'infinity') >= %s)",
                options.ids,
                last,
                first,
            )
        )
    for column, records in (
        ("l.id", rule.line_ids),
        ("l.contract_id", rule.contract_ids),
        ("o.partner_id", rule.partner_ids),
    ):
        if records:
            parts.append(SQL(f"{column} = ANY(%s)", records.ids))
    if rule.pool_ids:  # also one without lines: then it is for nobody
        parts.append(SQL("l.id = ANY(%s)", rule.pool_ids._members().ids))
    return SQL(" AND ").join(parts)


def what(rule, alias: str) -> SQL:
    """Condition on charges or summaries ``alias``: the rule is for them."""
    parts = [SQL("TRUE")]
    for column, wanted in (
        ("service", rule._services()),
        ("zone_id", rule.zone_ids.ids),
        ("band_id", rule.band_ids.ids),
        ("rate_id", rule.rate_ids.ids),
    ):
        if wanted:
            parts.append(SQL("%s = ANY(%s)", SQL.identifier(alias, column), wanted))
    return SQL(" AND ").join(parts)


def holder(rule) -> SQL:
    """Whose balance a contract line ``l`` of a contract ``o`` counts for."""
    if rule.share == "pool":
        pairs = [(line.id, pool.id) for pool in reversed(rule.pool_ids) for line in pool._members()]
        first = dict(pairs)  # the first pool of the list that has the line
        return SQL(
            "(SELECT m.pool FROM unnest(%s::int[], %s::int[]) AS m (line, pool)"
            " WHERE m.line = l.id)",
            list(first),
            list(first.values()),
        )
    columns = {"line": "l.id", "contract": "l.contract_id", "customer": "o.partner_id"}
    return SQL(columns[rule.share])
