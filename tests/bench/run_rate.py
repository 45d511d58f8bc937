# SPDX-License-Identifier: AGPL-3.0-or-later
"""A month of facts to charges, beside a raw COPY of the same charges into a table of that shape.

Half of the contracts have a tariff with bands and increments, half one with inclusive minutes, so
that their records must be taken in order. 20,000 prefixes; every tenth number of the facts is
nobody's.
"""

from __future__ import annotations

import datetime
import random
import resource
import time
import typing
from pathlib import Path

from odoo.addons.telecom_billing.charging.month import Month
from odoo.addons.telecom_billing.store import charges, copying, facts, partitions
from odoo.tools import SQL

PERIOD = datetime.date(2026, 3, 1)
TWIN = "telecom_bench_charges"
#: Matching, rating and storing may take so much longer than a raw COPY of the charges.
GOAL = 0.5
RECORDS_A_LINE = 250
PREFIXES = 20_000


def book(seed: int = 7) -> dict:
    """Two tariffs over the same random prefixes."""
    pick = random.Random(seed)
    prefixes = {str(pick.randrange(1, 10)) for _ in range(9)}
    while len(prefixes) < PREFIXES:
        prefixes.add(pick.choice("123456789") + str(pick.randrange(10 ** pick.randrange(1, 6))))
    ordered = sorted(prefixes)
    zones = [{"id": f"z{n}", "name": f"Zone {n}", "prefixes": ordered[n::200]} for n in range(200)]
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
    """Contracts with a line and a block of a hundred numbers each, by SQL: the set-up is not what
    is measured."""
    contract = line.contract_id
    env.flush_all()
    cr = env.cr
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
                names, others, SQL("ARRAY[%s, %s]", *tariffs.ids), template.id, contract.id,
            )  # fmt: skip
            cr.execute(query)
    cr.execute(
        SQL(
            "INSERT INTO telecom_number (name, kind, number, span_from, span_to, company_id,"
            " contract_line_id, contract_id, range_from, range_to)"
            " SELECT n, 'block', n, rpad(n, 15, '0'), rpad(n, 15, '9'), %s, id, contract_id,"
            " '00', '99' FROM (SELECT '4930' || (1000000 + row_number() OVER (ORDER BY id)) AS n,"
            " id, contract_id FROM contract_line WHERE contract_id > %s) l",
            env.company.id,
            contract.id,
        )
    )
    env.invalidate_all()


def _parts(names: SQL) -> list[SQL]:
    return [SQL(part.strip()) for part in names.code.split(",")]


def store_facts(env, delivery, rows: int, lines: int) -> None:
    """Random calls of March in the order of their start."""
    partitions.ensure(env.cr, facts.TABLE, [PERIOD])
    env.cr.execute("SELECT setseed(0.5)")
    env.cr.execute(
        SQL(
            "INSERT INTO telecom_usage_data (company_id, source_id, delivery_id, line, dedup_key,"
            " service, direction, started_at, quantity, unit, a_number, b_number, a_raw, b_raw,"
            " cost, currency)"
            " SELECT %(company)s, %(source)s, %(delivery)s, i, md5(i::text)::uuid, 'voice', 'out',"
            "  timestamp '2026-03-01' + i * (interval '30 days' / %(rows)s),"
            "  (random() * 600)::int * 1000000::bigint, 'second',"
            "  '4930' || (1000001 + (random() * 1.1 * %(lines)s)::int) ||"
            "   lpad((random() * 99)::int::text, 2, '0'),"
            "  (1 + (random() * 8)::int) || lpad((random() * 99999999)::int::text, 9, '0'),"
            "  '030', '089', 0.0123, 'EUR' FROM generate_series(1, %(rows)s) i",
            company=env.company.id,
            source=delivery.source_id.id,
            delivery=delivery.id,
            rows=rows,
            lines=lines,
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE telecom_delivery SET state = 'loaded', loaded = %s, first_started_at ="
            " '2026-03-01', last_started_at = '2026-03-31' WHERE id = %s",
            rows,
            delivery.id,
        )
    )
    env.cr.execute("ANALYZE telecom_usage_data")
    env.invalidate_all()


def raw_copy(cr, path: Path) -> float:
    """COPY the charges just stored into an empty twin of the table; seconds."""
    months = partitions.months(cr, charges.TABLE)
    cr.execute(
        SQL(
            "CREATE TABLE %s (LIKE telecom_charge_data INCLUDING DEFAULTS INCLUDING INDEXES)"
            " PARTITION BY RANGE (started_at)",
            SQL.identifier(TWIN),
        )
    )
    partitions.ensure(cr, TWIN, months)
    with copying.blocking(), path.open("w+b") as file:
        cr.copy_expert("COPY (SELECT * FROM telecom_charge_data) TO STDOUT WITH (FORMAT csv)", file)
        file.seek(0)
        begun = time.perf_counter()
        cr.copy_expert(f"COPY {TWIN} FROM STDIN WITH (FORMAT csv)", file)
        return time.perf_counter() - begun


def set_up(env, rows: int):
    """(company, span, delivery) of a month with ``rows`` facts."""
    tariffs = env["telecom.tariff"].import_book(book())
    partner = env["res.partner"].create({"name": "Bench"})
    contract = env["contract.contract"].create({"name": "Bench", "partner_id": partner.id})
    line = env["contract.line"].create(
        {
            "contract_id": contract.id,
            "name": "Bench",
            "price_unit": 1,
            "date_start": "2026-01-01",
        }
    )
    source = env["telecom.source"].create({"name": "Bench", "code": "bench", "format": "asterisk"})
    delivery = env["telecom.delivery"].create(
        {"name": "bench.csv", "source_id": source.id, "sha256": "bench"}
    )
    lines = max(rows // RECORDS_A_LINE, 1)
    multiply(env, line, tariffs, lines)
    store_facts(env, delivery, rows, lines)
    span = env["telecom.rating.state"]._span(env.company, PERIOD)
    return env.company, span, delivery


def measure(env, rows: int, folder: Path) -> typing.Iterator[dict]:
    """Rows of ``bench.json``. Leaves nothing behind when the caller rolls back."""
    company, span, _delivery = set_up(env, rows)
    begun = time.perf_counter()
    counts = Month(env, company, span).rate()
    taken = time.perf_counter() - begun
    assert counts.records == rows, counts
    assert 0 < counts.aside < rows / 5, counts
    raw = raw_copy(env.cr, folder / "charges.csv")
    yield {
        "name": "run.rate: match + rate + allowances, facts to charges stored",
        "value": round(rows / taken),
        "unit": "records/s",
        "reference": round(rows / raw),
        "ratio": round(raw / taken, 3),
        "goal": f">= {GOAL}",
        "holds": raw / taken >= GOAL,
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield {
        "name": "run.rate: peak memory after it",
        "value": peak,
        "unit": "MiB",
        "reference": 2048,
        "ratio": None,
        "goal": "< 2048",
        "holds": peak < 2048,
    }
