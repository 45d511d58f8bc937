# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is written for PostgreSQL's binary COPY is read back as it was."""

import datetime
import random
from decimal import Decimal

import numpy as np
import pyarrow as pa
from odoo.addons.telecom_billing.store import binary, copying, exact
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

MICRO = 1_000_000
#: Amounts at which digits of the base 10,000 begin or end, and the borders of int64.
EDGES = [0, 1, 99, 100, 9_999, 10_000, MICRO - 1, MICRO, MICRO * 10_000 - 1, MICRO * 10_000]
EDGES += [10**16, 2**62, 2**63 - 1]
TEXTS = ["voice", "", None, "grüße", "two\nlines", 'quo"te', "zero\0byte", "x" * 300]


@tagged("post_install", "-at_install")
class TestBinary(TransactionCase):
    def back(self, columns: dict, count: int, kinds: str) -> list[tuple]:
        """The rows as the database has them, by their first column."""
        self.cr.execute(SQL("CREATE TEMP TABLE telecom_binary (%s) ON COMMIT DROP", SQL(kinds)))
        data = binary.rows(list(columns.values()), count)
        copying.copy_binary(self.cr, "telecom_binary", columns, data)
        rows = exact.fetch(self.cr, SQL("SELECT * FROM telecom_binary ORDER BY 1"))
        self.cr.execute("DROP TABLE telecom_binary")
        return rows

    def test_numerics(self):
        pick = random.Random(3)
        micro = [sign * edge for edge in EDGES for sign in (1, -1)]
        micro += [pick.randrange(-(2**63) + 1, 2**63) for _ in range(200)]
        for exactly in (False, True):
            # As rating rounds to the nearest millionth, a rest may have the other sign.
            rest = [pick.randrange(-MICRO // 2, MICRO // 2) * exactly for m in micro]
            mask = np.array([pick.random() < 0.2 for _ in micro])
            rows = self.back(
                {
                    "at": binary.Integers(np.arange(len(micro)), 4),
                    "amount": binary.Numerics(np.array(micro), np.array(rest), mask),
                },
                len(micro),
                "at integer, amount numeric",
            )
            expected = [
                None if none else Decimal(m).scaleb(-6) + Decimal(r).scaleb(-12)
                for m, r, none in zip(micro, rest, mask, strict=True)
            ]
            self.assertEqual([row[1] for row in rows], expected)
            places = {amount.as_tuple().exponent for _at, amount in rows if amount is not None}
            self.assertEqual(places, {-12} if exactly else {-6})

    def test_numerics_below_a_millionth(self):
        rows = self.back(
            {
                "at": binary.Integers(np.arange(2), 4),
                "amount": binary.Numerics(np.array([0, 0]), np.array([-7, 7])),
            },
            2,
            "at integer, amount numeric",
        )
        self.assertEqual(rows, [(0, Decimal("-0.000000000007")), (1, Decimal("0.000000000007"))])

    def test_rows_of_differing_lengths(self):
        pick = random.Random(4)
        count = 5_000
        texts = [pick.choice(TEXTS) for _ in range(count)]
        ids = [pick.choice([0, 7, 2**31 - 1]) for _ in range(count)]
        small = [pick.randrange(-(2**15), 2**15) for _ in range(count)]
        moment = datetime.datetime(1999, 12, 31, 23, 59, 59, 999999)
        instants = np.datetime64(moment) + np.arange(count) * np.timedelta64(7_000_001, "us")
        rows = self.back(
            {
                "at": binary.Integers(np.arange(count), 8),
                "text": binary.Texts(pa.array(texts)),
                "number": binary.ids(np.array(ids)),
                "small": binary.Integers(np.array(small), 2),
                "moment": binary.moments(instants.astype(np.int64)),
            },
            count,
            "at bigint, text varchar, number integer, small smallint, moment timestamp",
        )
        shown = [text and text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in texts]
        expected = zip(
            range(count),
            shown,
            [one or None for one in ids],
            small,
            instants.astype(object).tolist(),
            strict=True,
        )
        self.assertEqual(rows, list(expected))

    def test_no_rows(self):
        none = np.array([], dtype=np.int64)
        columns = {
            "at": binary.Integers(none, 4),
            "amount": binary.Numerics(none),
            "text": binary.Texts(pa.array([], type=pa.string())),
        }
        rows = self.back(columns, 0, "at integer, amount numeric, text varchar")
        self.assertEqual(rows, [])

    def test_a_column_that_is_filled_in_later(self):
        # Texts of several lengths and NULLs: rows come in another order than they went in.
        count, pick = 5_000, random.Random(5)
        texts = [pick.choice(TEXTS[:3]) for _ in range(count)]
        given = np.array([pick.random() < 0.8 for _ in range(count)])
        draft = binary.Draft(
            {
                "at": binary.Integers(np.arange(count), 4),
                "later": binary.ids(given.astype(np.int64)),
                "text": binary.Texts(pa.array(texts)),
            },
            count,
            "later",
        )
        for begin in (1, 2**31 - 1 - count):
            self.cr.execute(
                "CREATE TEMP TABLE telecom_later (at integer, later integer, text text)"
            )
            values = begin + np.arange(count)
            copying.copy_binary(self.cr, "telecom_later", draft.columns, draft.filled(values))
            self.cr.execute("SELECT * FROM telecom_later ORDER BY at")
            expected = [
                (at, int(value) if known else None, text)
                for at, (value, known, text) in enumerate(zip(values, given, texts, strict=True))
            ]
            self.assertEqual(self.cr.fetchall(), expected)
            self.cr.execute("DROP TABLE telecom_later")
