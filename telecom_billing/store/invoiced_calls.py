# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which calls behind invoices led to a prefix: what a new prefix, or its first price, would change.

Summaries know zones only, so they cannot tell a prefix that nobody dialled from one that was priced
as any destination. Facts can, as long as they are kept; where they are not, nothing is rated again.
"""

from __future__ import annotations

import datetime

from odoo.tools import SQL

from . import exact
from .invoiced_days import INVOICED

#: That many prefixes are looked up at once; each look reads the facts.
MANY = 20
_LAST = f"""
    SELECT max(u.started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date
      FROM telecom_usage_data u
      JOIN telecom_charge_data c ON c.usage_id = u.id AND c.started_at = u.started_at
      JOIN telecom_usage_summary s ON s.id = c.summary_id
      JOIN telecom_tariff t ON t.id = s.tariff_id
      JOIN contract_line l ON l.id = s.contract_line_id
      LEFT JOIN telecom_tariff_version v ON v.id = s.version_id
     WHERE (CASE WHEN u.direction = 'in' THEN u.a_number ELSE u.b_number END) LIKE ANY(%(patterns)s)
       AND {INVOICED}
       AND %(condition)s
"""


def last_in_plan(cr, plan, zone, prefix: str) -> datetime.date | None:
    """Local day of the last call behind an invoice to a number that begins like that.

    :param plan: zone plan whose versions priced it
    :param zone: whose rates priced it; an empty record: rates of any destination
    """
    condition = SQL("s.zone_id = %s", zone.id) if zone else SQL("s.zone_id IS NULL")
    return _last(cr, [prefix], SQL("v.zone_plan_id = %s AND %s", plan.id, condition))


def last_by_tariff(cr, tariff, prefixes: list[str]) -> datetime.date | None:
    """The same for customers of a tariff, whichever price list it fell back to."""
    condition = SQL(
        "%(tariff)s IN (s.tariff_id, l.telecom_tariff_id, l.telecom_price_list_id)",
        tariff=tariff.id,
    )
    return _last(cr, prefixes, condition)


def _last(cr, prefixes: list[str], condition: SQL) -> datetime.date | None:
    patterns = [f"{prefix}%" for prefix in prefixes]
    return exact.fetch(cr, SQL(_LAST, patterns=patterns, condition=condition))[0][0]
