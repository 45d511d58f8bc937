# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sums are exact, also where credits and charges meet below a millionth."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.telecom_billing.charging.pricing import Charges
from odoo.addons.telecom_billing.charging.summing import sum_up
from odoo.tests import BaseCase, tagged

ATTO = Decimal("0.000000000001")
#: Zone, amount in millionths of a millionth of the currency.
AMOUNTS = st.lists(st.tuples(st.integers(1, 2), st.integers(-(10**13), 10**13)), min_size=1)


def charged(amounts):
    """Facts and charges: one charge a fact, as the rating core gives them."""
    rows = len(amounts)
    ones = np.ones(rows, dtype=np.int64)
    zone, value = (np.array(column, dtype=np.int64) for column in zip(*amounts, strict=True))
    # Price and rest of a charge have one sign.
    price = np.sign(value) * (np.abs(value) // 10**6)
    facts = pa.table(
        dict.fromkeys(("contract", "line", "number", "source_id"), ones)
        | {
            "started_at": np.arange(rows).astype("datetime64[us]"),
            "service": pa.array(["voice"] * rows).dictionary_encode(),
        }
    )
    named = "tariff version rate band quantity billed allowance allowance_used allowance_money"
    same = dict.fromkeys([*named.split(), "currency", "cost"], ones)
    charges = Charges(
        fact=np.arange(rows),
        segment=np.zeros(rows, dtype=np.int16),
        zone=zone,
        price=price,
        rest=value - price * 10**6,
        has_cost=np.zeros(rows, dtype=bool),
        reason=np.zeros(rows, dtype=np.int16),
        reasons=[""],
        message=np.full(rows, None, dtype=object),
        **same,
    )
    return facts, charges


@tagged("post_install", "-at_install")
class TestSumming(BaseCase):
    @given(AMOUNTS)
    def test_price_and_rest_are_the_exact_sum_and_of_one_sign(self, amounts):
        sums = sum_up(*charged(amounts))
        expected = {zone: Decimal(0) for zone, _value in amounts}
        for zone, value in amounts:
            expected[zone] += value * ATTO
        found = {}
        for zone, price, rest in zip(sums.keys["zone_id"], sums.price, sums.rest, strict=True):
            self.assertLess(abs(rest), 10**6)
            self.assertGreaterEqual(int(price) * int(rest), 0)
            # As the store writes them: digits of the two, and one sign.
            digits = Decimal(abs(int(price))).scaleb(-6) + abs(int(rest)) * ATTO
            found[int(zone)] = -digits if price < 0 or rest < 0 else digits
        self.assertEqual(found, expected)
