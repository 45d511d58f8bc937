# SPDX-License-Identifier: AGPL-3.0-or-later
"""Monthly partitions: made once, retired as a whole or with what is to be kept."""

import datetime

from odoo.addons.telecom_billing.store import partitions
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

TABLE = "telecom_partition_test"
MAY, JUNE = datetime.date(2026, 5, 1), datetime.date(2026, 6, 1)


@tagged("post_install", "-at_install")
class TestPartitions(TransactionCase):
    def setUp(self):
        super().setUp()
        self.cr.execute(
            f"CREATE TABLE {TABLE} (id bigint, started_at timestamp NOT NULL)"
            " PARTITION BY RANGE (started_at)"
        )

    def fill(self, *rows):
        partitions.ensure(self.cr, TABLE, [when for _id, when in rows])
        for number, when in rows:
            self.cr.execute(f"INSERT INTO {TABLE} VALUES (%s, %s)", [number, when])

    def ids(self):
        self.cr.execute(f"SELECT id FROM {TABLE} ORDER BY id")
        return [number for (number,) in self.cr.fetchall()]

    def test_months(self):
        december = datetime.datetime(2026, 12, 31, 23, 59)
        self.assertEqual(partitions.month_of(december), datetime.date(2026, 12, 1))
        self.assertEqual(
            partitions.next_month(partitions.month_of(december)), datetime.date(2027, 1, 1)
        )

    def test_each_month_is_made_once(self):
        days = [datetime.date(2026, 6, 30), MAY, datetime.date(2026, 5, 31)]
        self.assertEqual(partitions.ensure(self.cr, TABLE, days), [MAY, JUNE])
        self.assertEqual(partitions.ensure(self.cr, TABLE, days), [])
        self.assertEqual(partitions.months(self.cr, TABLE), [MAY, JUNE])

    def test_the_last_moment_of_a_month_belongs_to_it(self):
        self.fill((1, datetime.datetime(2026, 5, 31, 23, 59, 59, 999999)), (2, JUNE))
        self.cr.execute(f"SELECT tableoid::regclass::text FROM {TABLE} ORDER BY id")
        self.assertEqual(self.cr.fetchall(), [(f"{TABLE}_202605",), (f"{TABLE}_202606",)])

    def test_block_ranges_know_what_was_copied_in(self):
        self.cr.execute(
            f"CREATE INDEX ON {TABLE} USING brin (started_at) WITH (pages_per_range = 1)"
        )
        partitions.ensure(self.cr, TABLE, [MAY, JUNE])
        self.cr.execute(
            f"INSERT INTO {TABLE} SELECT i, day FROM generate_series(1, 1000) i,"
            " unnest(ARRAY[%s, %s]::date[]) day",
            [MAY, JUNE],
        )
        partitions.summarize(self.cr, TABLE, [MAY])
        self.cr.execute(
            f"SELECT brin_summarize_new_values('{TABLE}_202605_started_at_idx'),"
            f" brin_summarize_new_values('{TABLE}_202606_started_at_idx')"
        )
        may, june = self.cr.fetchone()
        self.assertEqual(may, 0)
        self.assertGreater(june, 0)
        partitions.summarize(self.cr, TABLE, [datetime.date(2031, 1, 1)])  # has no partition

    def test_a_month_is_retired_as_a_whole(self):
        self.fill((1, MAY), (2, JUNE))
        self.assertEqual(partitions.retire(self.cr, TABLE, MAY), 1)
        self.assertEqual((self.ids(), partitions.months(self.cr, TABLE)), ([2], [JUNE]))
        self.assertEqual(partitions.retire(self.cr, TABLE, MAY), 0)

    def test_what_is_to_be_kept_stays(self):
        self.fill((1, MAY), (2, MAY), (3, MAY))
        self.assertEqual(partitions.retire(self.cr, TABLE, MAY, SQL("d.id = 2")), 2)
        self.assertEqual((self.ids(), partitions.months(self.cr, TABLE)), ([2], [MAY]))
