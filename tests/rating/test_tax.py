# SPDX-License-Identifier: AGPL-3.0-or-later
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.rating.tax import from_gross, from_net, sum_of

from . import worlds

CENTS = st.decimals(-1000, 1000, places=2)
RATES = st.sampled_from(["0", "0.07", "0.19", "0.081"])


@worlds.tried(200)
@given(CENTS, RATES)
def test_the_gross_sum_stays(gross, rate):
    taxed = from_gross(gross, rate)
    assert taxed.gross == gross == taxed.net + taxed.tax


@worlds.tried(200)
@given(CENTS, RATES)
def test_net_and_tax_add_up(net, rate):
    taxed = from_net(net, rate)
    assert taxed.net == net and taxed.net + taxed.tax == taxed.gross
    # The tax is right to half a cent.
    assert abs(net * Decimal(rate) - taxed.tax) <= Decimal("0.005")


def test_tax_once_on_the_sum_or_line_by_line():
    # 3 · 0.55 = 1.65: 1.65/1.19 = 1.38655 → 1.39 net; one line 0.55/1.19 = 0.462 → 0.46 · 3 = 1.38.
    lines = ["0.55"] * 3
    assert sum_of(lines, "0.19", tax_included=True).net == Decimal("1.39")
    assert sum_of(lines, "0.19", tax_included=True, per_line=True).net == Decimal("1.38")


def test_nothing_is_nothing():
    assert sum_of([], "0.19", tax_included=False).gross == Decimal("0.00")
    assert sum_of([], "0.19", tax_included=False, per_line=True).gross == Decimal("0.00")
