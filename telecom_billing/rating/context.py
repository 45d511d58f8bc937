# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one run of rating knows about its rows while it works on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .book import TariffBook
from .chain import Chains
from .order import ranks
from .reasons import NUMBER
from .resolve import Resolved
from .selector import Selector
from .usage import Usage


@dataclass
class Context:
    """The rows of a run: where they were resolved to, how much they are, in which order.

    ``quantity``: size in millionths of the rate's base unit, ``sign`` (None: all positive);
    ``given``: rows that bring their price; ``guard``: position of the guard that binds a row or -1;
    ``free``: rows that cost nothing by law; ``details``: what messages add to a row's reason;
    ``amount``: the exact price of what is left of a row (see :class:`~.pricing.Pricer`).
    """

    book: TariffBook
    usage: Usage
    found: Resolved
    quantity: np.ndarray
    sign: np.ndarray | None
    #: What of the records' sizes is used but not priced, see :mod:`~.measure`.
    left_out: np.ndarray | None = None
    given: np.ndarray | None = None
    guard: np.ndarray | None = None
    free: np.ndarray = field(init=False)
    details: dict[int, str] = field(default_factory=dict)
    amount: Callable[[int, int, int, int], Fraction] = field(init=False, repr=False)
    _rank: np.ndarray | None = None
    _pools: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.free = np.zeros(self.usage.rows, dtype=bool)

    def refuse(self, row: int, code: str, detail: str = "") -> None:
        """Give a row a reason instead of a price."""
        self.found.reason[row] = NUMBER[code]
        if detail:
            self.details[row] = detail

    def currency(self, row: int) -> str:
        """The currency a row is charged in."""
        tariff = int(self.found.tariff[row])
        return self.book.currency if tariff < 0 else self.book.tariff_list[tariff].currency

    def in_currency(self, selector: Selector, stated: str | None) -> np.ndarray:
        """Rows charged in the currency of an amount: the stated one, else that of the tariffs it is
        for, else the book's. Amounts of different currencies never add up."""
        wanted = self.book.currency_of(selector, stated)
        known = [tariff.currency == wanted for tariff in self.book.tariff_list]
        return np.array([*known, self.book.currency == wanted])[self.found.tariff]

    @property
    def rows(self) -> int:
        return self.usage.rows

    @property
    def rate(self) -> np.ndarray:
        return self.found.rate

    @property
    def zone(self) -> np.ndarray:
        return self.found.zone

    @property
    def chains(self) -> Chains:
        return self.found.chains

    @property
    def service(self) -> np.ndarray:
        return self.found.service

    @property
    def services(self) -> list[str]:
        return self.found.services

    @property
    def priceable(self) -> np.ndarray:
        """Rows with a price to find, of a positive quantity: what allowances and tiers look at."""
        mask = self.found_by_rate
        if self.sign is not None:
            mask &= self.sign > 0
        return mask

    @property
    def found_by_rate(self) -> np.ndarray:
        """Rows with a price to find, refunds among them."""
        mask = (self.found.reason == 0) & ~self.free
        if self.given is not None:
            mask &= ~self.given
        return mask

    @property
    def charged(self) -> np.ndarray:
        """Rows that are charged in whatever way: what limits and minimums look at."""
        return self.found.reason == 0

    @property
    def rank(self) -> np.ndarray:
        """Place of each row in the order in which balances are used up."""
        if self._rank is None:
            self._rank = ranks(self.book, self.usage)
        return self._rank

    def pool_of(self, pools: tuple[str, ...]) -> np.ndarray:
        """For each row the first of ``pools`` (position) it is a member of, or -1."""
        if pools not in self._pools:
            member = np.full(self.rows, -1, dtype=np.int64)
            for position in reversed(range(len(pools))):
                members = self.book.pool_members(pools[position])
                for name in ("line", "contract", "customer"):
                    codes, values = self.usage.codes(name)
                    known = np.array([value in members[name] for value in values] + [False])
                    member[known[codes]] = position
            self._pools[pools] = member
        return self._pools[pools]
