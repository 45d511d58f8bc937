# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sums that grow: into the summary of the same keys, and no other."""

import contextlib
import datetime
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from odoo.addons.telecom_billing.store import binary, copying, summaries
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, mute_logger
from psycopg2.errors import UniqueViolation

PERIOD = datetime.date(2026, 9, 1)
MICRO = 1_000_000
#: Ids of nobody: summaries have no foreign keys.
BASE = {name: 900_000 + place for place, name in enumerate(summaries.KEYS)}


def draft(rows: list[dict], amount: int = 1) -> binary.Draft:
    """Summaries of these keys, with ``amount`` in each sum."""
    count = len(rows)

    def of(name: str) -> np.ndarray:
        return np.array([row[name] for row in rows], dtype=np.int64)

    columns = {
        "id": binary.Integers(np.arange(count), 4),
        "period": binary.days(PERIOD, count),
        "service": binary.Texts(pa.array([str(row["service"]) for row in rows])),
        "records": binary.Integers(np.full(count, amount), 4),
        **{
            name: binary.Numerics(np.full(count, amount * MICRO))
            for name in summaries.SUMS
            if name != "records"
        },
        **{
            name: binary.moments(np.full(count, 1_790_000_000 * MICRO + amount))
            for name in ("first_started_at", "last_started_at")
        },
    }
    ids = [name for name in summaries.KEYS if name not in ("period", "service")]
    return binary.Draft(columns | {name: binary.ids(of(name)) for name in ids}, count, "id")


@tagged("post_install", "-at_install")
class TestSummariesStore(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        changed = [name for name in summaries.KEYS if name != "period"]
        cls.rows = [BASE, *({**BASE, name: BASE[name] + 100} for name in changed)]
        cls.rows += [{**BASE, name: 0} for name in summaries.NULLABLE]

    def stored(self, numbers) -> dict[int, tuple]:
        self.cr.execute(
            SQL(
                "SELECT id, records, amount, cost, last_started_at - first_started_at"
                " FROM telecom_usage_summary WHERE id = ANY(%s)",
                list(map(int, numbers)),
            )
        )
        return {row[0]: row[1:] for row in self.cr.fetchall()}

    def test_each_key_tells_summaries_apart(self):
        first = summaries.grow(self.cr, draft(self.rows))
        self.assertEqual(len(set(first.tolist())), len(self.rows))
        again = summaries.grow(self.cr, draft(self.rows[::-1], 4))
        self.assertEqual(again[::-1].tolist(), first.tolist())
        later = datetime.timedelta(microseconds=3)
        self.assertEqual(self.stored(first), dict.fromkeys(first.tolist(), (5, 5.0, 5.0, later)))

    def test_some_are_there_and_some_are_not(self):
        first = summaries.add(self.cr, draft(self.rows[::2]))
        both = summaries.grow(self.cr, draft(self.rows))
        self.assertEqual(both[::2].tolist(), first.tolist())
        self.assertEqual(
            [self.stored(both)[number][0] for number in both],
            [2 if place % 2 == 0 else 1 for place in range(len(both))],
        )

    def test_what_is_handed_over_does_not_grow(self):
        (frozen,) = summaries.add(self.cr, draft([BASE]))
        self.cr.execute(
            "ALTER TABLE telecom_usage_summary"
            " DROP CONSTRAINT telecom_usage_summary_handover_batch_id_fkey"
        )
        self.cr.execute(
            SQL("UPDATE telecom_usage_summary SET handover_batch_id = 1 WHERE id = %s", int(frozen))
        )
        (own,) = summaries.grow(self.cr, draft([BASE]))
        self.assertNotEqual(own, frozen)
        self.assertEqual([self.stored([one])[one][0] for one in (int(frozen), int(own))], [1, 1])

    def test_two_of_the_same_keys_are_refused(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            summaries.grow(self.cr, draft([BASE, BASE]))
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            summaries.add(self.cr, draft([BASE, BASE]))

    def test_they_are_found_by_their_index(self):
        """Not one by one; also when PostgreSQL has not counted anything yet."""
        rows = [{**BASE, "number_id": 1 + place} for place in range(2_000)]
        # As after a first rating that was stopped: many pages, and not one row is known.
        with contextlib.suppress(ZeroDivisionError), self.cr.savepoint():
            summaries.add(self.cr, draft(rows))
            raise ZeroDivisionError
        self.cr.execute("ANALYZE telecom_usage_summary")
        summaries.add(self.cr, draft(rows))
        asked, answered = [], copying.integers

        def integers(cr, query, columns):
            if "UPDATE" in query.code:
                cr.execute(SQL("EXPLAIN %s", query))
                asked.append(" ".join(line for (line,) in cr.fetchall()))
            return answered(cr, query, columns)

        with patch.object(copying, "integers", integers):
            summaries.grow(self.cr, draft(rows))
        (plan,) = asked
        found = plan.partition("telecom_usage_summary_open_unique on")[2]
        condition = found.partition("Index Cond:")[2].partition("Filter:")[0]
        self.assertIn("hashint4extended", condition, plan)
