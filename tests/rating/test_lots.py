# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rollover: what is left moves on, expires, is used first or last."""

import datetime as dt

from telecom_billing.rating import TariffBook, rate

from .build import book, prices, usage

MINUTES = {"price": "0.10", "per": "minute", "step": 60}
LINE = [{"id": 10, "contract": 1, "tariff": 7}]


def data(periods=1, **more):
    rollover = {"periods": periods, **more}
    allowance = {"id": "a", "quantity": 10, "unit": "minute", "rollover": rollover}
    return book(MINUTES, allowances=[allowance], lines=LINE)


def month(number, minutes):
    return (f"2026-{number:02d}-10T12:00:00", minutes * 60)


def lots(found):
    """(month, month of origin, left) of each lot, minutes."""
    return [
        (one.period.month, one.origin.month, one.left // 60_000_000)
        for one in found.allowances.itertuples()
    ]


def test_what_is_left_is_used_first_in_the_next_month():
    found = rate(TariffBook(data()), usage(month(1, 4), month(2, 12), month(3, 11)))
    # January leaves 6; February uses those 6 and 6 of its own, leaving 4 for March, which uses
    # them and 7 of its own.
    assert lots(found) == [(1, 1, 6), (2, 1, 0), (2, 2, 4), (3, 2, 0), (3, 3, 3)]
    assert found.charges["price"].sum() == 0


def test_it_expires():
    frame = usage(month(1, 0), month(2, 0), month(3, 21))
    # From February only: 10 + 10 minutes, the 21st is paid; with two periods January's live too.
    assert [str(one) for one in prices(data(1), frame)] == ["0", "0", "0.1"]
    assert [str(one) for one in prices(data(2), frame)] == ["0", "0", "0"]


def test_used_last():
    frame = usage(month(1, 4), month(2, 12))
    found = rate(TariffBook(data(use="last")), frame)
    # February's own 10 go first, then 2 of January's 6.
    assert sorted(lots(found)) == [(1, 1, 6), (2, 1, 4), (2, 2, 0)]


def test_at_most_so_much():
    frame = usage(month(1, 1), month(2, 13))
    assert [str(one) for one in prices(data(maximum=3), frame)] == ["0", "0"]
    assert [str(one) for one in prices(data(maximum=2), frame)] == ["0", "0.1"]


def test_the_balances_of_one_run_open_the_next():
    whole = usage(month(1, 4), month(2, 12), month(3, 11))
    book_ = TariffBook(data())
    together = rate(book_, whole)
    opening, found = None, []
    for number in range(3):
        one = rate(book_, whole.iloc[[number]].reset_index(drop=True), opening=opening)
        opening = one.allowances
        found += lots(one)
    assert found == lots(together)


def test_a_month_without_usage_still_grants():
    span = (dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    book_ = TariffBook(data())
    january = rate(book_, usage(month(1, 0)).iloc[:0], span=span)
    assert lots(january) == [(1, 1, 10)]
    february = rate(book_, usage(month(2, 21)), opening=january.allowances)
    assert february.charges["price"].sum() == 100_000


def test_what_expires_is_marked():
    found = rate(TariffBook(data()), usage(month(1, 4), month(2, 1))).allowances
    # January's lot ends with February; February's own lives on.
    assert found["expires"].tolist() == [False, True, False]
