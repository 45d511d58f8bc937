# SPDX-License-Identifier: AGPL-3.0-or-later
"""A position of an invoice before it is an invoice line."""

from __future__ import annotations

import dataclasses
import decimal

from .fees import Span
from .money import CENT, Exact, rounded, share_out


class BillingError(Exception):
    """A contract cannot be invoiced. The message names the record, the value and the remedy."""


@dataclasses.dataclass
class Position:
    """What is charged, for which days, exactly how much, and what it settles.

    exact: in the invoice's kind of price (with or without VAT), unrounded; source: the same in
    the kind of price it was agreed in; amount: rounded, set by :func:`settle`. ``fees`` are
    ``(Span, price, months)`` to be entered into the ledger, ``credits`` entries of the ledger
    (ids) given back, ``topup`` ``(what is due of a minimum, amount in its kind of price)``,
    ``summaries`` ids of usage summaries.
    """

    line: object
    product: object
    text: str
    span: Span
    exact: Exact
    source: Exact
    taxes: object
    gross: bool
    rounding: str = "half_up"
    pooled: object = None
    amount: decimal.Decimal = decimal.Decimal(0)
    fee: tuple | None = None
    credit: object = None
    topup: object = None
    summaries: tuple[int, ...] = ()
    records: int = 0
    quantity: decimal.Decimal = decimal.Decimal(0)


def settle(positions: list[Position], unit: decimal.Decimal = CENT) -> None:
    """Round every position; those that share a pool are rounded together, on their sum."""
    pools: dict[object, list[Position]] = {}
    for position in positions:
        if position.pooled is None:
            position.amount = rounded(position.exact, unit, position.rounding)
        else:
            pools.setdefault(position.pooled, []).append(position)
    for pool in pools.values():
        amounts = share_out([position.exact for position in pool], unit)
        for position, amount in zip(pool, amounts, strict=True):
            position.amount = amount
