# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second implementation of what records share, one record after the other, in fractions.

It knows one price with increments, a setup fee and bounds, and takes records in the order of their
start through allowances, tiers and limits, as ``readme/TARIFF_BOOK.md`` words them; it shares no
code with the core. Volume tiers look at the whole period first.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil


@dataclass
class Call:
    """Seconds used by a line, and what of it is left to pay."""

    line: int
    seconds: Fraction
    #: Billed units, once an allowance deducts those; of them covered.
    billed: Fraction | None = None
    cut: Fraction = Fraction(0)
    left: Fraction = Fraction(0)
    owed: Fraction | None = None
    setup: bool = False
    drawn: bool = False
    price: Fraction | str = Fraction(0)

    def __post_init__(self):
        self.left = self.seconds


@dataclass
class Household:
    """``rate``: price a second, initial, step, setup, minimum, maximum; the rest as in a book."""

    rate: dict
    allowances: list = field(default_factory=list)
    tiers: dict | None = None
    limit: dict | None = None

    def charge(self, calls):
        """The price of each call (or "limit-reached"); calls in the order of their start."""
        out: set[int] = set()
        while True:
            priced = [Call(line, Fraction(seconds)) for line, seconds in calls]
            refused = self._once([one for n, one in enumerate(priced) if n not in out])
            gone = {n for n, one in enumerate(priced) if any(one is other for other in refused)}
            for n in out | gone:
                priced[n].price = "limit-reached"
            # Who used something that others now have leaves before the next attempt.
            late = {n for n in gone if priced[n].drawn or (self.tiers and priced[n].seconds)}
            if not late:
                return [one.price for one in priced]
            out |= late

    def _once(self, calls):
        for allowance in sorted(self.allowances, key=lambda one: one.get("priority", 0)):
            self._cover(allowance, calls)
        self._price(calls)
        return self._limit(calls)

    # --- allowances --------------------------------------------------------------------------

    def _cover(self, allowance, calls):
        balances, records = {}, {}
        for call in calls:
            whose = call.line if allowance.get("share", "line") == "line" else 0
            rest = self.rest(call)
            if call.seconds == 0 or rest == 0 or call.owed == 0:
                continue
            records[whose] = records.get(whose, 0) + 1
            if records[whose] > allowance.get("records", 10**9):
                continue
            size = allowance.get("money", allowance.get("quantity", "1000000000"))
            have = balances.get(whose, Fraction(size))
            if "money" in allowance:
                if call.owed is None:
                    call.owed = self.amount(call)
                used = min(have, call.owed)
                call.owed -= used
                taken = used
            elif allowance.get("count", "billed") == "billed":
                if call.billed is None:
                    call.billed = self.billed(call.left)
                used = min(have, call.billed - call.cut)
                call.cut += used
                taken = used
            else:
                asked = rest
                if "step" in allowance:
                    asked = ceil(rest / allowance["step"]) * Fraction(allowance["step"])
                used = min(have, asked)
                taken = min(used, rest)
                if call.billed is None:
                    call.left -= taken
                else:
                    call.cut += taken
            balances[whose] = have - used
            if taken > 0:
                call.drawn = True
                call.setup |= allowance.get("setup") == "charged"

    def rest(self, call):
        return call.left if call.billed is None else call.billed - call.cut

    def billed(self, seconds):
        """Increments: the first in full, then every begun step."""
        if seconds == 0:
            return Fraction(0)
        first, step = Fraction(self.rate["initial"]), Fraction(self.rate["step"])
        return first + max(0, ceil((seconds - first) / step)) * step

    # --- prices ------------------------------------------------------------------------------

    def units(self, call):
        """What of a call is priced: the tail of its billed units, or a record of its own."""
        return self.billed(call.left) if call.billed is None else call.billed - call.cut

    def amount(self, call, units_price=None):
        price = Fraction(self.rate["price"]) * self.units(call)
        raw = (price if units_price is None else units_price) + Fraction(self.rate["setup"])
        if "minimum" in self.rate:
            raw = max(raw, Fraction(self.rate["minimum"]))
        if "maximum" in self.rate:
            raw = min(raw, Fraction(self.rate["maximum"]))
        # Half up to four places; nothing here is negative.
        return Fraction(int(raw * 10**4 + Fraction(1, 2)), 10**4)

    def _price(self, calls):
        total: dict[int, Fraction] = {}
        if self.tiers and self.tiers["mode"] == "volume":
            for call in calls:
                whose = self._owner(call)
                total[whose] = total.get(whose, Fraction(0)) + self.units(call)
        before: dict[int, Fraction] = {}
        for call in calls:
            if call.seconds == 0:
                continue
            if call.drawn and self.rest(call) == 0:
                call.price = Fraction(self.rate["setup"]) if call.setup else Fraction(0)
                continue
            if call.owed is not None:
                call.price = call.owed
                continue
            units = None
            if self.tiers:
                whose = self._owner(call)
                start = before.get(whose, Fraction(0))
                before[whose] = start + self.units(call)
                units = self._tiered(start, before[whose], total.get(whose))
            call.price = self.amount(call, units)

    def _owner(self, call):
        return call.line if self.tiers.get("share", "line") == "line" else 0

    def _tiered(self, start, end, total):
        """What the units from ``start`` to ``end`` of the period cost."""
        steps = self.tiers["steps"]
        if total is not None:
            reached = next(
                s for s in reversed(steps) if total > s.get("from", 0) or not s.get("from")
            )
            return self._in_tier(reached, start, end)
        price = Fraction(0)
        for step in steps:
            low, high = Fraction(step.get("from", 0)), step.get("to")
            first, last = max(start, low), end if high is None else min(end, Fraction(high))
            if last > first:
                price += self._in_tier(step, first - low, last - low)
        return price

    def _in_tier(self, step, first, last):
        fee = Fraction(step.get("setup", 0)) if first == 0 and last > 0 else Fraction(0)
        if "factor" in step:
            return fee + (last - first) * Fraction(self.rate["price"]) * Fraction(step["factor"])
        if "interval" in step:
            size = Fraction(step["interval"])
            return fee + (ceil(last / size) - ceil(first / size)) * Fraction(step["price"])
        return fee + (last - first) * Fraction(step["price"])

    # --- limits ------------------------------------------------------------------------------

    def _limit(self, calls):
        if self.limit is None:
            return []
        spent: dict[int, Fraction] = {}
        refused, amount = [], Fraction(self.limit["amount"])
        for call in calls:
            whose = call.line if self.limit.get("share", "line") == "line" else 0
            before = spent.get(whose, Fraction(0))
            if self.limit["then"] == "refuse" and before >= amount:
                refused.append(call)
                continue
            after = before + call.price
            if self.limit["then"] == "free":
                after = max(before, min(after, amount))
                call.price = after - before
            spent[whose] = after
        return refused
