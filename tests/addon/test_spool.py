# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shards hold every fact once, in the order of holders, however facts came."""

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st
from odoo.addons.telecom_billing.charging import spool
from odoo.addons.telecom_billing.charging.spool import Spool
from odoo.tests import BaseCase, tagged

CHUNKS = st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=12))


def chunk(rows, number):
    """Facts of (holder, start) with an id, and a text whose dictionary is the chunk's own, and
    another in its second piece."""
    holders = np.array([holder for holder, _start in rows], dtype=np.int64)
    starts = np.array([start for _holder, start in rows], dtype="datetime64[us]")
    whole = pa.table(
        {
            "id": np.arange(len(rows), dtype=np.int64) + 1000 * number,
            "holder": holders,
            "contract": holders,
            "tariff": holders % 2,
            "started_at": starts,
            "service": pa.array([f"{number}-{holder}" for holder in holders]),
        }
    )
    return pa.concat_tables([coded(whole.slice(0, 5)), coded(whole.slice(5))])


def coded(table):
    return table.set_column(
        table.schema.get_field_index("service"), "service", table["service"].dictionary_encode()
    )


@tagged("post_install", "-at_install")
class TestSpool(BaseCase):
    def setUp(self):
        super().setUp()
        self.patch(spool, "_BATCH", 3)

    @example([[(holder, start) for start in range(12)] for holder in range(3)], 5, 1)
    @given(CHUNKS, st.integers(1, 20), st.integers(1, 30))
    def test_every_fact_comes_once_with_its_holder(self, chunks, shard, run):
        added = [chunk(rows, number) for number, rows in enumerate(chunks)]
        with Spool(shard, run=run) as spooled:
            for one in added:
                spooled.add(one)
            shards = list(spooled.shards())
            again = list(spooled.shards())
            starts = spooled.first_starts()
        rows = [row for one in shards for row in one.to_pylist()]
        self.assertEqual(rows, [row for one in again for row in one.to_pylist()])
        known = [row for one in added for row in one.to_pylist()]
        self.assertEqual(
            sorted(rows, key=lambda row: row["id"]), sorted(known, key=lambda row: row["id"])
        )
        found = [sorted(set(one["holder"].to_pylist())) for one in shards]
        everybody = sorted({row["holder"] for row in known})
        # Nobody's (0) may be several shards, of no more rows than asked for; all others are one.
        nobodys = [
            one.num_rows for one, holders in zip(shards, found, strict=True) if holders == [0]
        ]
        self.assertLessEqual(max(nobodys, default=0), shard)
        self.assertEqual(
            [0] * max(len(nobodys) - 1, 0) + everybody,
            [holder for holders in found for holder in holders],
        )
        self.assertEqual(
            starts,
            {
                holder: min(start for rows in chunks for one, start in rows if one == holder)
                for holder in {row["holder"] for row in known}
            },
        )

    @given(CHUNKS, st.integers(0, 9))
    def test_after_a_holder_only_later_ones_come(self, chunks, after):
        with Spool(5, after=after, run=7) as spooled:
            for number, rows in enumerate(chunks):
                spooled.add(chunk(rows, number))
            kept = [holder for one in spooled.shards() for holder in one["holder"].to_pylist()]
            everybody = {holder for rows in chunks for holder, _start in rows}
            self.assertEqual(set(spooled.contracts().tolist()), everybody)
        self.assertEqual(set(kept), {holder for holder in everybody if holder > after})
