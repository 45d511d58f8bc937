# SPDX-License-Identifier: AGPL-3.0-or-later
"""From when to when usage is invoiced: the one question that all locks of the past ask.

Usage is invoiced by a line of ours, or by another system that it was handed to.
"""

from __future__ import annotations

import datetime

from odoo.tools import SQL

from . import exact

#: Condition on summaries ``s``: invoiced, here or elsewhere.
INVOICED = "(s.invoice_line_id IS NOT NULL OR s.handover_batch_id IS NOT NULL)"

_SPANS = f"""
    SELECT %(key)s, min(s.first_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date,
           max(s.last_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date
      FROM telecom_usage_summary s
      JOIN telecom_tariff t ON t.id = s.tariff_id
      LEFT JOIN telecom_tariff_version v ON v.id = s.version_id
      LEFT JOIN contract_line l ON l.id = s.contract_line_id
      LEFT JOIN contract_contract o ON o.id = s.contract_id
     WHERE {INVOICED} AND %(condition)s
     GROUP BY 1
"""


def spans(
    cr, key: SQL, condition: SQL
) -> dict[int | None, tuple[datetime.date | None, datetime.date | None]]:
    """{key: (first, last)}: local days of invoiced usage; keys without any are missing.

    :param key: what is asked about, of summaries ``s``, their tariffs ``t``, versions ``v``,
        contract lines ``l`` and contracts ``o``
    :param condition: on the same
    """
    rows = exact.fetch(cr, SQL(_SPANS, key=key, condition=condition))
    return {name: (first, last) for name, first, last in rows}


def last(cr, key: SQL, condition: SQL) -> dict[int | None, datetime.date | None]:
    """{key: local day of its last invoiced record}."""
    return {name: end for name, (_begin, end) in spans(cr, key, condition).items()}
