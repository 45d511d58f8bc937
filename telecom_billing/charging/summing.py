# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charges to usage summaries: exact sums by what an invoice line needs to be told apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pyarrow as pa

from ..rating.money import INT64_MAX, carried
from ..rating.room import may_overflow
from . import matching
from .columns import codes, flat
from .pricing import Charges

#: What makes a summary, as columns of ``telecom_usage_summary``; ids, 0 for none.
KEYS = (
    "contract_id",
    "contract_line_id",
    "number_id",
    "tariff_id",
    "version_id",
    "rate_id",
    "zone_id",
    "band_id",
    "currency_id",
    "source_id",
)


@dataclasses.dataclass
class Sums:
    """``group``: summary of each charge, -1 for those with a reason; the rest by summary.

    Quantities in millionths of the base unit (Python's integers where 64 bits might not hold them);
    price with its rest in millionths of a millionth.
    """

    group: np.ndarray
    keys: dict[str, np.ndarray]
    service: pa.Array
    records: np.ndarray
    quantity: np.ndarray
    billed: np.ndarray
    allowance_used: np.ndarray
    price: np.ndarray
    rest: np.ndarray
    cost: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def __len__(self) -> int:
        return len(self.records)


def sum_up(facts: pa.Table, charges: Charges) -> Sums:
    """Group the charges that have a price."""
    good = np.flatnonzero(charges.reason == 0)
    fact = charges.fact[good]
    service, services = codes(facts["service"])
    columns = {
        "contract_id": flat(facts["contract"]).to_numpy()[fact],
        "contract_line_id": flat(facts["line"]).to_numpy()[fact],
        "number_id": flat(facts["number"]).to_numpy()[fact],
        "tariff_id": charges.tariff[good],
        "version_id": charges.version[good],
        "rate_id": charges.rate[good],
        "zone_id": charges.zone[good],
        "band_id": charges.band[good],
        "currency_id": charges.currency[good],
        "source_id": flat(facts["source_id"]).to_numpy(zero_copy_only=False)[fact].astype(np.int64),
        "service": service[fact],
    }
    group, firsts = _group(list(columns.values()), len(good))
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], np.arange(len(firsts)))
    started = matching.started_of(facts)[fact]

    def total(values: np.ndarray) -> np.ndarray:
        if may_overflow(values, INT64_MAX):  # a server's bytes of a month
            values = values.astype(object)
        return np.add.reduceat(values[order], begins) if len(begins) else values[:0]

    whole = np.full(len(charges), -1, dtype=np.int64)
    whole[good] = group
    price, rest = carried(total(charges.price[good]), total(charges.rest[good]))
    return Sums(
        group=whole,
        keys={name: columns[name][firsts] for name in KEYS},
        service=pa.array(services).take(pa.array(columns["service"][firsts])),
        records=total((charges.segment[good] == 0).astype(np.int64)),
        quantity=total(charges.quantity[good]),
        billed=total(charges.billed[good]),
        allowance_used=total(_covered(charges, good)),
        price=price,
        rest=rest,
        cost=total(charges.cost[good]),
        first=np.minimum.reduceat(started[order], begins) if len(begins) else started[:0],
        last=np.maximum.reduceat(started[order], begins) if len(begins) else started[:0],
    )


def _covered(charges: Charges, good: np.ndarray) -> np.ndarray:
    """What allowances covered of each charge, in the unit of the record: where they count in a unit
    of their own, that is what was used."""
    used = charges.allowance_used[good]
    if not charges.bundles:
        return used
    return np.where(np.isin(charges.allowance[good], charges.bundles), charges.quantity[good], used)


def _group(columns: list[np.ndarray], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(group of each row in order of first appearance, first row of each group)."""
    code = np.zeros(rows, dtype=np.int64)
    groups = 1
    for column in columns:
        part, values = pd.factorize(column)
        if len(values) > 1:
            code, seen = pd.factorize(code * len(values) + part)
            groups = len(seen)
    firsts = np.full(groups if rows else 0, -1, dtype=np.int64)
    if rows:
        firsts[code[::-1]] = np.arange(rows - 1, -1, -1)
    return code.astype(np.int64), firsts
