# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second company beside the first: killed in the middle, gone on with, started once more."""

from __future__ import annotations

import json
import os
import pathlib
import select
import signal
import subprocess
import sys

import pytest
import recompute
from test_chain import INVOICES

ROOT = pathlib.Path(__file__).parents[2]
MINE = INVOICES + " AND m.company_id = (SELECT id FROM res_company WHERE name = %s)"
NAME = "Südlicht Telefon GmbH"
COUNTS = """
    SELECT (SELECT count(*) FROM telecom_usage_data WHERE company_id = c.id),
           (SELECT count(*) FROM telecom_charge_data WHERE company_id = c.id),
           (SELECT sum(price) FROM telecom_charge_data WHERE company_id = c.id),
           (SELECT count(*) FROM telecom_usage_summary WHERE company_id = c.id),
           (SELECT count(*) FROM telecom_fee WHERE company_id = c.id),
           (SELECT count(*) FROM account_move WHERE company_id = c.id),
           (SELECT sum(amount_total) FROM account_move WHERE company_id = c.id)
      FROM res_company c WHERE name = %s
"""


@pytest.fixture(scope="module")
def inside(database, tmp_path_factory):
    """Start a function of ``tests.e2e.tenant`` in an Odoo process of its own."""
    folder = tmp_path_factory.mktemp("tenant")
    words = [sys.executable, "-m", "tools.ground.inside", database]

    def start(function: str) -> subprocess.Popen:
        log = folder / f"{function}.log"
        command = [*words, f"tests.e2e.tenant:{function}", str(log), str(folder)]
        return subprocess.Popen(command, cwd=ROOT, env=os.environ.copy())

    start.folder = folder
    return start


@pytest.fixture(scope="module")
def recomputed(inside):
    """What the small world's customers owe; the company is prepared by then."""
    assert inside("prepare").wait() == 0
    return {
        key: (bill.net, bill.tax, bill.gross)
        for key, bill in recompute.bills(inside.folder / "world").items()
        if bill.gross
    }


def _posted(ask) -> dict:
    rows = ask(MINE, NAME)
    assert len(rows) == len({row[:2] for row in rows})
    return {row[:2]: row[2:5] for row in rows if row[5] == "posted"}


def _listen(database):
    """A connection that hears of nothing but may look again and again without a transaction."""
    import psycopg2

    connection = psycopg2.connect(dbname=database)
    connection.autocommit = True
    return connection


def _wait_for_invoices(process, connection, wanted: int) -> int:
    """Look until the process has committed so many invoices, or has ended."""
    ends = os.pidfd_open(process.pid)
    found = 0
    try:
        while not select.select([ends], [], [], 0.02)[0]:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM ({MINE}) AS mine", [NAME])
                (found,) = cursor.fetchone()
            if found >= wanted:
                return found
    finally:
        os.close(ends)
    return found


def test_killed_among_the_invoices_it_goes_on_and_owes_the_same(ask, inside, recomputed, database):
    first = ask(COUNTS, "Nordlicht Telekom GmbH")
    process = inside("bill")
    connection = _listen(database)
    seen = _wait_for_invoices(process, connection, 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    connection.close()
    assert 3 <= seen < len(recomputed), "it was to die among the invoices"
    halfway = _posted(ask)
    assert 0 < len(halfway) < len(recomputed)
    assert all(recomputed[key] == sums for key, sums in halfway.items())

    assert inside("bill").wait() == 0
    assert _posted(ask) == recomputed
    assert ask(COUNTS, "Nordlicht Telekom GmbH") == first


def test_started_once_more_nothing_changes(ask, inside, recomputed):
    before = ask(COUNTS, NAME)
    assert inside("bill").wait() == 0
    assert ask(COUNTS, NAME) == before
    assert _posted(ask) == recomputed


def test_the_same_numbers_in_two_companies_do_not_meet(ask, inside, recomputed):
    orders = sorted(p.name for p in (inside.folder / "world" / "orders").glob("*.json"))
    names = {
        json.loads((inside.folder / "world" / "orders" / n).read_text())["order_id"] for n in orders
    }
    crossed = ask(
        "SELECT count(*) FROM telecom_charge_data c JOIN contract_contract k"
        " ON k.id = c.contract_id WHERE k.company_id <> c.company_id"
    )
    assert crossed == [(0,)]
    assert {order for order, _month in recomputed} == names
