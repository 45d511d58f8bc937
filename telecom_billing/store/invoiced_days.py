# SPDX-License-Identifier: AGPL-3.0-or-later
"""From when to when usage is invoiced: the one question that all locks of the past ask.

Usage is invoiced by a line of ours, or by another system that it was handed to.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

from odoo.tools import SQL

from . import exact

#: Condition on summaries ``s``: invoiced, here or elsewhere.
INVOICED = "(s.invoice_line_id IS NOT NULL OR s.handover_batch_id IS NOT NULL)"

_TABLES = """
      FROM telecom_usage_summary s
      JOIN telecom_tariff t ON t.id = s.tariff_id
      LEFT JOIN telecom_tariff_version v ON v.id = s.version_id
      LEFT JOIN contract_line l ON l.id = s.contract_line_id
      LEFT JOIN contract_contract o ON o.id = s.contract_id
"""
_SPANS = f"""
    SELECT %(key)s, min(s.first_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date,
           max(s.last_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date
     {_TABLES}
     WHERE {INVOICED} AND %(condition)s
     GROUP BY 1
"""

_FOOTPRINT = f"""
    SELECT count(*), sum(hashtextextended(concat_ws(' ', id, holder, begin, finish), 0)),
           max(finish)
      FROM (SELECT s.id, %(holder)s AS holder,
                   greatest((s.first_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date,
                            %(first)s) AS begin,
                   least((s.last_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date,
                         %(last)s) AS finish
            {_TABLES}
             WHERE {INVOICED} AND s.last_started_at IS NOT NULL AND %(condition)s) AS days
     WHERE begin <= finish
"""


class Footprint(NamedTuple):
    """The invoiced usage that a rule concerned: equal ones are of the same usage and holders."""

    summaries: int
    digest: Decimal
    until: datetime.date


def footprint(
    cr, condition: SQL, holder: SQL, first: datetime.date, last: datetime.date
) -> Footprint | None:
    """The invoiced usage between two local days; None if there is none.

    :param holder: whose balance a contract line ``l`` of a contract ``o`` counts for
    """
    found = exact.fetch(
        cr, SQL(_FOOTPRINT, condition=condition, holder=holder, first=first, last=last)
    )[0]
    return Footprint(*found) if found[0] else None


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
