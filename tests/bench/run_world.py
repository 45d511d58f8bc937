# SPDX-License-Identifier: AGPL-3.0-or-later
"""A provider to be measured: contracts with numbers, two tariffs over 20,000 prefixes, facts.

Half of the contracts have a tariff with bands and increments, half one with inclusive minutes, so
that their records must be taken in order. Each calls mostly the same few zones, as people do, and
one call in twenty anywhere. Every tenth number of the facts is nobody's.
"""

from __future__ import annotations

import datetime
import random

from odoo.addons.telecom_billing.store import facts, partitions
from odoo.tools import SQL

RECORDS_A_LINE = 250
PREFIXES = 20_000
ZONES = 200
#: Zones that nearly all calls go to.
USUAL = 8


def book(seed: int = 7) -> dict:
    """Two tariffs over the same random prefixes."""
    pick = random.Random(seed)
    prefixes = set("123456789")
    while len(prefixes) < PREFIXES:
        prefixes.add(pick.choice("123456789") + str(pick.randrange(10 ** pick.randrange(1, 6))))
    ordered = sorted(prefixes)
    zones = [
        {"id": f"z{n}", "name": f"Zone {n}", "prefixes": ordered[n::ZONES]} for n in range(ZONES)
    ]
    peak = {"id": "bench-peak", "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}
    rates = []
    for number, zone in enumerate(zones):
        price = f"0.{number + 10:03d}"
        rates.append({"id": f"{zone['id']}", "zone": zone["id"], "price": price})
        if number % 4 == 0:
            rates.append(
                {"id": f"{zone['id']}p", "zone": zone["id"], "price": "0.5", "band": "bench-peak"}
            )
    tariffs = [
        {
            "id": code,
            "name": code,
            "decimals": 4,
            "per": 60,
            "initial": 60,
            "step": 1,
            "versions": [{"id": f"{code}-1", "valid_from": "2026-01-01", "rates": rates}],
        }
        for code in ("bench", "bench-incl")
    ]
    return {
        "format": 1,
        "zones": zones,
        "bands": [peak],
        "tariffs": tariffs,
        "allowances": [
            {
                "id": "bench-100",
                "name": "100 minutes",
                "tariffs": ["bench-incl"],
                "quantity": 100,
                "unit": "minute",
                "zones": [zone["id"] for zone in zones[:20]],
            }
        ],
    }


def multiply(env, line, tariffs, count: int) -> None:
    """So many more contracts with a line and a block of a hundred numbers each, by SQL: the set-up
    is not what is measured."""
    contract = line.contract_id
    env.flush_all()
    cr = env.cr
    cr.execute("SELECT max(id) FROM contract_contract")
    (before,) = cr.fetchone()
    for table, template in (("contract_contract", contract), ("contract_line", line)):
        cr.execute(
            SQL(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " AND column_name NOT IN ('id', 'code', 'telecom_tariff_id', 'contract_id',"
                " 'access_token', 'uuid') AND is_generated = 'NEVER'",
                table,
            )
        )
        names = SQL(", ").join(SQL.identifier(name) for (name,) in cr.fetchall())
        if table == "contract_contract":
            query = SQL(
                "INSERT INTO contract_contract (%s) SELECT %s FROM contract_contract,"
                " generate_series(1, %s) WHERE id = %s",
                names, names, count, template.id,
            )  # fmt: skip
            cr.execute(query)
        else:
            others = SQL(", ").join(SQL("l.%s", part) for part in _parts(names))
            query = SQL(
                "INSERT INTO contract_line (%s, contract_id, telecom_tariff_id)"
                " SELECT %s, c.id, (%s)[1 + c.id %% 2] FROM contract_line l, contract_contract c"
                " WHERE l.id = %s AND c.id > %s",
                names, others, SQL("ARRAY[%s, %s]", *tariffs.ids), template.id, before,
            )  # fmt: skip
            cr.execute(query)
    cr.execute(
        SQL(
            "INSERT INTO telecom_number (name, kind, number, span_from, span_to, company_id,"
            " contract_line_id, contract_id, range_from, range_to)"
            " SELECT n, 'block', n, rpad(n, 15, '0'), rpad(n, 15, '9'), %s, id, contract_id,"
            " '00', '99' FROM (SELECT '4930' || (1000000 + contract_id - %s) AS n,"
            " id, contract_id FROM contract_line WHERE contract_id > %s) l",
            env.company.id,
            contract.id,
            before,
        )
    )
    env.invalidate_all()


def _parts(names: SQL) -> list[SQL]:
    return [SQL(part.strip()) for part in names.code.split(",")]


def store_facts(env, delivery, month: datetime.date, days: tuple[int, int], rows: int, lines: int):
    """Random calls of the days [first, end) of a month, from 0, in the order of their start."""
    cr = env.cr
    partitions.ensure(cr, facts.TABLE, [month])
    cr.execute("SELECT setseed(0.5)")
    cr.execute("DROP TABLE IF EXISTS telecom_bench_prefix")
    cr.execute(
        "CREATE TEMP TABLE telecom_bench_prefix AS SELECT prefix,"
        " row_number() OVER (ORDER BY usual DESC, random()) AS place FROM (SELECT p.prefix,"
        f" (dense_rank() OVER (ORDER BY p.zone_id)) <= {USUAL} AS usual"
        " FROM telecom_zone_prefix p JOIN telecom_zone z ON z.id = p.zone_id"
        " WHERE z.name->>'en_US' LIKE 'Zone %') q"
    )
    cr.execute("SELECT count(*) FROM telecom_bench_prefix")
    (known,) = cr.fetchone()
    first, end = (month + datetime.timedelta(days=day) for day in days)
    cr.execute(
        SQL(
            "INSERT INTO telecom_usage_data (company_id, source_id, delivery_id, line, dedup_key,"
            " service, direction, started_at, quantity, unit, a_number, b_number, a_raw, b_raw,"
            " cost, currency)"
            " SELECT %(company)s, %(source)s, %(delivery)s, i, md5(%(delivery)s || '-' || i)::uuid,"
            "  'voice', 'out', started, quantity, 'second', '4930' || (1000001 + owner) ||"
            "  lpad(extension::text, 2, '0'), p.prefix || lpad(tail::text, 8, '0'),"
            "  '030', '089', 0.0123, 'EUR' FROM (SELECT i,"
            "   timestamp %(first)s + i * ((timestamp %(end)s - timestamp %(first)s) / %(rows)s)"
            "    AS started, (random() * 600)::int * 1000000::bigint AS quantity,"
            "   (random() * 1.1 * %(lines)s)::int AS owner, (random() * 99)::int AS extension,"
            "   (random() * 99999999)::int AS tail, 1 + floor(random() * CASE WHEN random() < 0.95"
            "    THEN %(usual)s ELSE %(known)s END)::bigint AS place"
            "   FROM generate_series(0, %(rows)s - 1) i OFFSET 0) q"
            "  JOIN telecom_bench_prefix p USING (place) ORDER BY i",
            company=env.company.id,
            source=delivery.source_id.id,
            delivery=delivery.id,
            first=str(first),
            end=str(end),
            rows=rows,
            lines=lines,
            usual=known * USUAL // ZONES,
            known=known,
        )
    )
    cr.execute(
        SQL(
            "UPDATE telecom_delivery SET state = 'loaded', loaded = %s, first_started_at = %s,"
            " last_started_at = %s WHERE id = %s",
            rows,
            first,
            datetime.datetime.combine(end, datetime.time()) - datetime.timedelta(seconds=1),
            delivery.id,
        )
    )
    partitions.summarize(cr, facts.TABLE, [month])  # as intake does
    cr.execute("ANALYZE telecom_usage_data")
    env.invalidate_all()


class World:
    """Grows as it is asked to, and commits that."""

    def __init__(self, env):
        self.env = env
        self.tariffs = env["telecom.tariff"].import_book(book())
        partner = env["res.partner"].create({"name": "Bench"})
        self.contract = env["contract.contract"].create({"name": "Bench", "partner_id": partner.id})
        self.line = env["contract.line"].create(
            {
                "contract_id": self.contract.id,
                "name": "Bench",
                "price_unit": 1,
                "date_start": "2026-01-01",
            }
        )
        self.source = env["telecom.source"].create(
            {"name": "Bench", "code": "bench", "format": "asterisk"}
        )
        self.lines = 0

    def month(self, month: datetime.date, rows: int, days: tuple[int, int] = (0, 27)):
        """A delivery with so many facts of a month; as many contracts as they would have."""
        lines = max(rows // RECORDS_A_LINE, 1)
        if lines > self.lines:
            multiply(self.env, self.line, self.tariffs, lines - self.lines)
            self.lines = lines
        self.deliver(month, rows, days, lines)

    def deliver(self, month: datetime.date, rows: int, days: tuple[int, int], lines: int):
        """One more delivery of facts."""
        delivery = self.env["telecom.delivery"].create(
            {"name": f"{month} {days}", "source_id": self.source.id, "sha256": f"{month} {days}"}
        )
        store_facts(self.env, delivery, month, days, rows, lines)
        self.env.cr.commit()
