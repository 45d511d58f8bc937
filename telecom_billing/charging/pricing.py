# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shard of matched facts to charges, by the rating core."""

from __future__ import annotations

import dataclasses
import functools
import typing

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..book.text import plain_id
from ..rating import TariffBook, rate
from ..rating.usage import SumError
from . import alerts, matching, periods
from .balances import Before
from .columns import NONE, as_integers, codes, flat
from .costing import Costing

#: Reasons of the core that mean "no price of its own", which incoming records may do without.
WITHOUT_PRICE = ("no-tariff", "no-version", "no-zone", "no-rate")


@dataclasses.dataclass
class Pricing:
    """What a month is priced by. ``currencies``: ISO code → id; ``free_incoming``: ids of tariffs
    whose incoming records cost nothing without a rate of their own."""

    book: TariffBook
    currencies: dict[str, int]
    free_incoming: frozenset[int]
    own_currency: int
    costing: Costing | None = None
    before: Before = dataclasses.field(default_factory=Before.nothing)

    @functools.cached_property
    def bundles(self) -> tuple[int, ...]:
        """Allowances that several things use up (``uses``)."""
        return tuple(plain_id(one.id) for one in self.book.allowance_list if one.uses)

    @functools.cached_property
    def together(self) -> tuple[int, ...]:
        """Rates that price the records of a period as one."""
        return tuple(periods.rates(self.book))

    @functools.cached_property
    def on_cost(self) -> tuple[int, ...]:
        """Rates that price what a record costs us, instead of how long it is."""
        return tuple(plain_id(rate.id) for rate in self.book.listed_rates if rate.on == "cost")

    def frame(self, facts: pa.Table) -> pd.DataFrame:
        """What the rating core reads of matched facts, with what they cost us if prices ask."""
        frame = usage_frame(self.book, facts)
        if self.book.asks_cost and self.costing is not None:
            cost, known, currency = self.costing.of(
                facts, usage_frame, self.currencies, self.own_currency
            )
            frame["cost"] = pd.arrays.IntegerArray(cost, ~known)
            numbers, code = np.unique(currency, return_inverse=True)
            names = {number: name for name, number in self.currencies.items()}
            listed = pd.Index([names.get(one, "") for one in numbers.tolist()], dtype="object")
            frame["currency"] = pd.Categorical.from_codes(code.reshape(-1), categories=listed)
        return frame

    @property
    def asks_caller(self) -> bool:
        """Does any price, or cost, depend on the number that calls?"""
        cost = self.costing and self.costing.book
        return self.book.asks_caller or bool(cost and cost.asks_caller)


@dataclasses.dataclass
class Charges:
    """Columns of charges, one entry a charge; ``fact``: position in the shard.

    Ids are 0 for none; quantity, billed, allowance_used in millionths of the base unit; price and
    rest as in the rating core; cost in millionths with ``has_cost``; ``reason`` is an index into
    ``reasons``, 0 for none.
    """

    fact: np.ndarray
    segment: np.ndarray
    tariff: np.ndarray
    version: np.ndarray
    rate: np.ndarray
    zone: np.ndarray
    band: np.ndarray
    quantity: np.ndarray
    billed: np.ndarray
    allowance: np.ndarray
    allowance_used: np.ndarray
    allowance_money: np.ndarray
    price: np.ndarray
    rest: np.ndarray
    currency: np.ndarray
    cost: np.ndarray
    has_cost: np.ndarray
    reason: np.ndarray
    reasons: list[str]
    message: np.ndarray
    #: Allowances that count in a unit of their own; of them, ``allowance_used`` is in that.
    bundles: tuple[int, ...] = ()
    #: ``Rated.allowances`` of the core.
    balances: pd.DataFrame | None = None
    #: Thresholds of spending limits, see :func:`.alerts.of_facts`.
    alerts: pd.DataFrame | None = None

    def __len__(self) -> int:
        return len(self.fact)


def rateable(facts: pa.Table) -> pa.Table:
    """The facts of a shard that belong to somebody: those that the core is asked about."""
    good = flat(facts["match"]).to_numpy() == 0
    return facts if good.all() else facts.take(pa.array(np.flatnonzero(good)))


def price(pricing: Pricing, facts: pa.Table, rated: typing.Any = None) -> Charges:
    """Price a shard (facts with the columns of matching); every fact gets a charge or a reason.

    :param rated: what the core said of the :func:`rateable` facts, where it was asked before
    """
    try:
        return _price(pricing, facts, rated)
    except SumError:
        return _price(pricing, _without_too_large(pricing, facts))


def _price(pricing: Pricing, facts: pa.Table, rated: typing.Any = None) -> Charges:
    unmatched = flat(facts["match"]).to_numpy()
    good = np.flatnonzero(unmatched == 0)
    parts = []
    if good.size:
        parts.append(_priced(pricing, rateable(facts), good, rated))
        late = periods.too_late(pricing, facts, parts[0].fact, parts[0].rate)
        if late.size:  # once more without them, for they changed what the others cost
            unmatched = unmatched.copy()
            unmatched[late] = matching.INVOICED
            good = np.flatnonzero(unmatched == 0)
            parts = [_priced(pricing, facts.take(pa.array(good)), good)] if good.size else []
    aside = np.flatnonzero(unmatched)
    if aside.size:
        parts.append(_set_aside(pricing, facts.take(pa.array(aside)), aside, unmatched[aside]))
    return _with_cost(pricing, _join(parts), facts)


def _without_too_large(pricing: Pricing, facts: pa.Table) -> pa.Table:
    """The facts, but those of holders whose sums no frame holds are to be set aside: one of them
    does not stop the rating of all others."""
    match, holder = (flat(facts[name]).to_numpy().copy() for name in ("match", "holder"))
    left = [np.flatnonzero(match == 0)]
    while left:
        rows = left.pop()
        chosen = facts.take(pa.array(rows))
        try:
            rate(pricing.book, pricing.frame(chosen), **pricing.before.of(chosen))
        except SumError:
            holders = np.unique(holder[rows])
            if len(holders) == 1:
                match[rows] = matching.TOO_LARGE
                continue
            below = holder[rows] < holders[len(holders) // 2]
            left += [rows[below], rows[~below]]
    return facts.set_column(facts.schema.get_field_index("match"), "match", pa.array(match))


def usage_frame(book: TariffBook, facts: pa.Table) -> pd.DataFrame:
    """The frame that the rating core reads, see ``readme/TARIFF_BOOK.md``."""
    frame = pd.DataFrame(
        {
            "arrival": flat(facts["id"]).to_numpy(),
            "started_at": flat(facts["started_at"]).to_numpy(),
            "quantity": flat(facts["quantity"]).to_numpy(),
            "service": _category(facts["service"]),
            "direction": _directions(book, facts),
            "unit": _category(facts["unit"]),
            "b_number": _nullable(facts["b_number"]),
            "destination": _category(facts["destination"]),
            "conference": _category(facts["conference"]),
            "participant": _category(facts["participant"]),
            "contract": _named(facts["contract"]),
            "customer": _named(facts["customer"]),
            "line": _named(facts["line"]),
            "tariff": _named(facts["tariff"]),
        },
        copy=False,
    )
    if book.asks_caller and "a_number" in facts.column_names:
        frame["a_number"] = _nullable(as_integers(facts["a_number"]))
    return frame


def _priced(
    pricing: Pricing, facts: pa.Table, places: np.ndarray, rated: typing.Any = None
) -> Charges:
    if rated is None:
        rated = rate(pricing.book, pricing.frame(facts), **pricing.before.of(facts))
    found = rated.charges
    row = found["usage"].to_numpy()
    reason = found["reason"].cat.codes.to_numpy().astype(np.int16) + 1
    reasons = ["", *found["reason"].cat.categories]
    tariff = flat(facts["tariff"]).to_numpy()[row]
    answered = _ids(found["tariff"])
    message = found["message"].to_numpy(dtype=object, na_value=None)
    own_price = found["price"].to_numpy()
    waived = _free_incoming(pricing, facts, row, tariff, reason, reasons)
    if waived.any():
        reason[waived] = 0
        message[waived] = None
    quantity, billed = _quantities(pricing, facts, row, found)
    return Charges(
        fact=places[row],
        segment=found["segment"].to_numpy(),
        tariff=np.where(answered == NONE, tariff, answered),
        version=_ids(found["version"]),
        rate=_ids(found["rate"]),
        zone=_ids(found["zone"]),
        band=_ids(found["band"]),
        quantity=quantity,
        billed=billed,
        allowance=_ids(found["allowance"]),
        allowance_used=found["allowance_units"].to_numpy(),
        allowance_money=found["allowance_money"].to_numpy(),
        price=own_price,
        rest=found["rest"].to_numpy(),
        currency=_currencies(pricing, found["currency"]),
        cost=np.zeros(len(row), dtype=np.int64),
        has_cost=np.zeros(len(row), dtype=bool),
        reason=reason,
        reasons=reasons,
        message=message,
        bundles=pricing.bundles,
        balances=rated.allowances,
        alerts=alerts.of_facts(
            rated.alerts, *(flat(facts[name]).to_numpy() for name in ("id", "contract", "line"))
        ),
    )


def _quantities(
    pricing: Pricing, facts: pa.Table, row: np.ndarray, found: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """What of each record every charge is for, and what of it is billed.

    Where one record is priced for a whole period, each still has used what it has: that is what
    usage and charges are compared by. Where the price is on our cost, what is billed is the record.
    """
    quantity, billed = (found[name].to_numpy() for name in ("quantity", "billed"))
    if not pricing.together and not pricing.on_cost:
        return quantity, billed
    units, names = codes(facts["unit"])
    factors = np.array([*(pricing.book.units.base(name)[1] for name in names), 1], dtype=np.int64)
    size = flat(facts["quantity"]).to_numpy() * factors[units]
    own = np.where(found["segment"].to_numpy() == 0, size[row], 0)
    rates = _ids(found["rate"])
    on_cost = np.isin(rates, pricing.on_cost)
    priced = on_cost & found["reason"].isna().to_numpy()
    mine = np.isin(rates, pricing.together) | on_cost
    return np.where(mine, own, quantity), np.where(priced, own, billed)


def _free_incoming(pricing, facts, row, tariff, reason, reasons) -> np.ndarray:
    """Charges of incoming records that no rate speaks of, in tariffs that let them pass."""
    direction, names = codes(facts["direction"])
    if "in" not in names or not pricing.free_incoming:
        return np.zeros(len(row), dtype=bool)
    without = [number for number, code in enumerate(reasons) if code in WITHOUT_PRICE]
    return (
        (direction[row] == names.index("in"))
        & np.isin(reason, without)
        & np.isin(tariff, list(pricing.free_incoming))
    )


def _set_aside(
    pricing: Pricing, facts: pa.Table, places: np.ndarray, reason: np.ndarray
) -> Charges:
    """Charges without a price for facts that found no contract line."""
    rows = len(places)

    def zeros():
        return np.zeros(rows, dtype=np.int64)

    return Charges(
        fact=places,
        segment=np.zeros(rows, dtype=np.int16),
        tariff=flat(facts["tariff"]).to_numpy(),
        version=zeros(),
        rate=zeros(),
        zone=zeros(),
        band=zeros(),
        quantity=flat(facts["quantity"]).to_numpy(),
        billed=zeros(),
        allowance=zeros(),
        allowance_used=zeros(),
        allowance_money=zeros(),
        price=zeros(),
        rest=zeros(),
        currency=np.full(rows, pricing.own_currency),
        cost=zeros(),
        has_cost=np.zeros(rows, dtype=bool),
        reason=reason.astype(np.int16),
        reasons=list(matching.REASONS),
        message=np.full(rows, None, dtype=object),
    )


def _join(parts: list[Charges]) -> Charges:
    if len(parts) == 1:
        return parts[0]
    first, second = parts
    offset = len(first.reasons)
    second.reason = np.where(second.reason > 0, second.reason + offset - 1, 0)
    joined = {
        field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])
        for field in dataclasses.fields(Charges)
        if field.name not in ("reasons", "bundles", "balances", "alerts")
    }
    reasons = [*first.reasons, *second.reasons[1:]]
    return Charges(
        **joined,
        reasons=reasons,
        bundles=first.bundles,
        balances=first.balances,
        alerts=first.alerts,
    )


def _with_cost(pricing: Pricing, charges: Charges, facts: pa.Table) -> Charges:
    """What the record costs us, on its first part, where that is in the charge's currency."""
    if pricing.costing is None:
        return charges
    cost, known, currency = pricing.costing.of(
        facts, usage_frame, pricing.currencies, pricing.own_currency
    )
    charges.has_cost = (
        known[charges.fact] & (charges.segment == 0) & (currency[charges.fact] == charges.currency)
    )
    charges.cost = np.where(charges.has_cost, cost[charges.fact], 0)
    return charges


def _nullable(column: typing.Any) -> pd.arrays.IntegerArray:
    one = flat(column)
    present = pc.is_valid(one).to_numpy(zero_copy_only=False)
    return pd.arrays.IntegerArray(pc.fill_null(one, 0).to_numpy(), ~present)


def _category(column: typing.Any) -> pd.Categorical:
    code, texts = codes(column)
    return pd.Categorical.from_codes(code, categories=pd.Index(texts, dtype="object"))


def _directions(book: TariffBook, facts: pa.Table) -> pd.Categorical:
    """Directions; a transfer costs what a call costs unless some tariff prices transfers."""
    direction = _category(facts["direction"])
    if "transfer" in direction.categories and not any(
        rate.direction in ("transfer", "any") for rate in book.rates
    ):
        codes_ = direction.codes.astype(np.int64)
        names = ["out" if name == "transfer" else name for name in direction.categories]
        unique = list(dict.fromkeys(names))
        place = np.array([*(unique.index(name) for name in names), -1])
        return pd.Categorical.from_codes(place[codes_], categories=pd.Index(unique, dtype="object"))
    return direction


def _named(column: typing.Any) -> pd.Categorical:
    """Ids as texts, by which the rating core compares them."""
    values, code = np.unique(flat(column).to_numpy(), return_inverse=True)
    return pd.Categorical.from_codes(
        code.reshape(-1), categories=pd.Index([str(value) for value in values], dtype="object")
    )


def _ids(column: pd.Series) -> np.ndarray:
    """Record ids behind a column of the core's answer; 0 for none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = np.array([*(plain_id(name) for name in column.cat.categories), NONE])
        return known[column.cat.codes.to_numpy()].astype(np.int64)
    return column.fillna(NONE).to_numpy(dtype=np.int64)


def _currencies(pricing: Pricing, column: pd.Series) -> np.ndarray:
    known = [pricing.currencies.get(name, NONE) for name in column.cat.categories]
    return np.array([*known, NONE])[column.cat.codes.to_numpy()].astype(np.int64)
