# SPDX-License-Identifier: AGPL-3.0-or-later
"""Until when usage is invoiced that a price list beside the tariff has decided on.

An individual price list may change the price of the tariff below it, which then is what summaries
name. So its contracts are asked: by their lines, and by what was agreed for some time.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from odoo.tools import SQL

from . import exact
from .invoiced_days import INVOICED

_LAST = f"""
    WITH booked AS (
        SELECT a.key, b.contract, b.line,
               greatest(a.first, b.first) AS first, least(a.last, b.last) AS last
          FROM unnest(%(keys)s::int[], %(tariffs)s::int[], %(firsts)s::date[], %(lasts)s::date[])
               AS a (key, tariff, first, last)
          JOIN (SELECT telecom_price_list_id AS tariff, contract_id AS contract, id AS line,
                       date_start AS first, date_end AS last
                  FROM contract_line WHERE telecom_price_list_id = ANY(%(tariffs)s)
                 UNION ALL
                SELECT tariff_id, contract_id, line_id, valid_from, valid_to
                  FROM telecom_contract_price WHERE tariff_id = ANY(%(tariffs)s)) AS b
            ON b.tariff = a.tariff
    )
    SELECT d.key, max(least(d.finish, d.last))
      FROM (SELECT b.key, b.first, b.last,
                   (s.first_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date AS begin,
                   (s.last_started_at AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date AS finish
              FROM booked b
              JOIN telecom_usage_summary s
                ON s.contract_id = b.contract
               AND (b.line IS NULL OR s.contract_line_id = b.line)
              JOIN telecom_tariff t ON t.id = s.tariff_id
             WHERE {INVOICED}) AS d
     WHERE d.finish >= coalesce(d.first, '-infinity') AND d.begin <= coalesce(d.last, 'infinity')
     GROUP BY 1
"""
#: (key, tariff id, first day, last day); days may be None.
Asked = tuple[int, int, datetime.date | None, datetime.date | None]


def last(cr, asked: Iterable[Asked]) -> dict[int, datetime.date]:
    """{key: local day of the last invoiced record, on these days, of a line with the list}."""
    rows = list(asked)
    if not rows:
        return {}
    keys, tariffs, firsts, lasts = (list(column) for column in zip(*rows, strict=True))
    return dict(exact.fetch(cr, SQL(_LAST, keys=keys, tariffs=tariffs, firsts=firsts, lasts=lasts)))
