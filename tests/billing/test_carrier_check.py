# SPDX-License-Identifier: AGPL-3.0-or-later
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from telecom_billing.billing.carrier_check import Sums, Tolerance, compare

D = Decimal
NONE = Tolerance()


def statuses(*args, **kwargs):
    return {row.destination: row.status for row in compare(*args, **kwargs)}


def test_by_hand():
    positions = [
        # 1204 calls, 3311.5 min = 198690 s at 0.06 / min = 198.69
        ("Germany Mobile", Sums(1204, D(198690), D("198.69"))),
        ("France", Sums(17, D(3735), D("0.93"))),
        ("Atlantis", Sums(3, D(60), D("9.00"))),
        ("Base fee", Sums(None, None, D("49.90"))),
    ]
    usage = [
        ("germany  mobile", Sums(1203, D(198630), D("198.63"))),  # one call of 60 s less
        ("France", Sums(17, D(3735), D("0.93"))),
        ("Poland", Sums(1, D(30), D("0.04"))),
        ("Toll-free", Sums(2, D(100), D(0))),
    ]
    rows = {row.destination: row for row in compare(positions, usage, NONE)}
    assert {name: row.status for name, row in rows.items()} == {
        "Germany Mobile": "variance",
        "France": "ok",
        "Atlantis": "only_invoiced",
        "Base fee": "other",
        "Poland": "only_ours",
        "Toll-free": "ok",
    }
    assert rows["Germany Mobile"].difference == Sums(1, D(60), D("0.06"))
    assert rows["Poland"].difference == Sums(-1, D(-30), D("-0.04"))
    # 0.1 % of 1203 records is 1.203, of 198630 s 198.63, of 198.63 money 0.19863
    assert statuses(positions, usage, Tolerance(D("0.1")))["Germany Mobile"] == "tolerated"
    # 0.03 % is 0.3609 records: one is too many, whatever the money
    assert statuses(positions, usage, Tolerance(D("0.03"), D(1)))["Germany Mobile"] == "variance"


def test_money_may_differ_by_cents_where_records_and_seconds_agree():
    positions = [("France", Sums(17, D(3735), D("0.94")))]
    usage = [("France", Sums(17, D(3735), D("0.933750")))]
    assert statuses(positions, usage, NONE) == {"France": "variance"}
    assert statuses(positions, usage, Tolerance(amount=D("0.01"))) == {"France": "tolerated"}
    assert statuses(positions, usage, Tolerance(amount=D("0.006"))) == {"France": "variance"}


def test_peak_and_off_peak_are_one_destination_by_an_alias():
    positions = [
        ("DE Mobil HZ", Sums(2, D(60), D("1.00"))),
        ("DE Mobil NZ", Sums(1, D(30), D("0.25"))),
    ]
    usage = [("Germany Mobile", Sums(3, D(90), D("1.25")))]
    (row,) = compare(
        positions,
        usage,
        NONE,
        {"de mobil hz": "Germany Mobile", "DE Mobil NZ": "Germany Mobile"},
    )
    assert row.status == "ok"
    assert row.names == ("DE Mobil HZ", "DE Mobil NZ")
    assert row.invoiced == Sums(3, D(90), D("1.25"))


def test_what_the_invoice_does_not_say_is_not_compared():
    positions = [("France", Sums(None, None, D("0.93")))]
    usage = [("France", Sums(17, D(3735), D("0.93")))]
    (row,) = compare(positions, usage, NONE)
    assert row.status == "ok"
    assert row.difference == Sums(None, None, D(0))


amounts = st.decimals(-1000, 1000, places=6)
sums = st.builds(Sums, st.integers(0, 100), st.decimals(0, 10**6, places=3), amounts)
sides = st.lists(st.tuples(st.sampled_from(["A", "a ", "B", "C"]), sums))


@given(sides, sides)
def test_nothing_is_lost_on_either_side(positions, usage):
    rows = compare(positions, usage, NONE)
    for side, given_side in (("invoiced", positions), ("ours", usage)):
        for at in range(3):
            total = sum(getattr(row, side).parts()[at] for row in rows)
            assert total == sum(entry.parts()[at] for _name, entry in given_side)
    assert len({row.destination.strip().lower() for row in rows}) == len(rows)


@given(sides)
def test_equal_sides_agree(side):
    assert {row.status for row in compare(side, side, NONE)} <= {"ok"}
