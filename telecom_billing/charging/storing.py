# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charges and their summaries into the database: replaced as a whole, or added."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pyarrow as pa

from ..store import binary, partitions, summaries
from ..store import charges as charge_store
from ..store import facts as fact_store
from . import matching
from .columns import flat
from .pricing import Charges
from .summing import KEYS, Sums

CHARGES = charge_store.TABLE


@dataclasses.dataclass(frozen=True)
class Span:
    """A month of a company. ``begin``, ``end`` (excluded): naive UTC; ``period``: its first day."""

    company: int
    period: datetime.date
    begin: datetime.datetime
    end: datetime.datetime


def prepare(cr, span: Span) -> None:
    """Make sure that the charges of the span have partitions, and that its facts are found."""
    days = [span.begin, span.end - datetime.timedelta(seconds=1)]
    partitions.ensure(cr, charge_store.TABLE, days)
    partitions.summarize(cr, fact_store.TABLE, days)


def remove(cr, span: Span, contracts: np.ndarray) -> None:
    """Take away what is open of some contracts (0 = records without an owner)."""
    whose = charge_store.among(contracts)
    charge_store.remove(cr, span.company, span.begin, span.end, whose)
    summaries.remove(cr, span.company, span.period, whose)


def charge_rows(span: Span, facts: pa.Table, charges: Charges, sums: Sums) -> binary.Draft:
    """Rows of ``telecom_charge_data``, without the ids of their summaries."""
    fact = charges.fact
    priced = charges.reason == 0

    def of_fact(name: str) -> np.ndarray:
        return flat(facts[name]).to_numpy()[fact]

    def all_of(value: int, bytes_: int = 4) -> binary.Integers:
        return binary.Integers(np.broadcast_to(value, len(charges)), bytes_)

    reason = pa.array(charges.reason, mask=priced)
    columns = {
        "usage_id": binary.Integers(of_fact("id"), 8),
        "started_at": binary.moments(matching.started_of(facts)[fact]),
        "segment": binary.Integers(charges.segment, 2),
        "company_id": all_of(span.company),
        "contract_id": binary.ids(of_fact("contract")),
        "line_id": binary.ids(of_fact("line")),
        "number_id": binary.ids(of_fact("number")),
        "tariff_id": binary.ids(charges.tariff),
        "version_id": binary.ids(charges.version),
        "rate_id": binary.ids(charges.rate),
        "zone_id": binary.ids(charges.zone),
        "band_id": binary.ids(charges.band),
        "service": binary.Texts(flat(facts["service"]).take(pa.array(fact))),
        "quantity": binary.Integers(charges.quantity, 8),
        "billed": binary.Integers(charges.billed, 8),
        "allowance_id": binary.ids(charges.allowance),
        "allowance_used": binary.Integers(charges.allowance_used, 8),
        "allowance_money": binary.ids(charges.allowance_money, 8),
        "price": binary.Numerics(charges.price, charges.rest, ~priced),
        "cost": binary.Numerics(charges.cost, mask=~charges.has_cost),
        "currency_id": binary.ids(charges.currency),
        "summary_id": binary.ids(sums.group + 1),
        "reason": binary.Texts(pa.DictionaryArray.from_arrays(reason, pa.array(charges.reasons))),
        "message": binary.Texts(pa.array(charges.message, type=pa.string(), from_pandas=True)),
    }
    return binary.Draft(columns, len(charges), "summary_id")


def summary_rows(span: Span, sums: Sums) -> binary.Draft:
    """Rows of ``telecom_usage_summary``, without their ids."""
    rows = len(sums)
    columns = {
        "id": binary.Integers(np.arange(rows), 4),
        "company_id": binary.Integers(np.broadcast_to(span.company, rows), 4),
        "period": binary.days(span.period, rows),
        **{name: binary.ids(sums.keys[name]) for name in KEYS},
        "service": binary.Texts(sums.service),
        "records": binary.Integers(sums.records, 4),
        "quantity": binary.Numerics(sums.quantity),
        "billed": binary.Numerics(sums.billed),
        "allowance_used": binary.Numerics(sums.allowance_used),
        "amount": binary.Numerics(sums.price, sums.rest),
        "cost": binary.Numerics(sums.cost),
        "first_started_at": binary.moments(sums.first),
        "last_started_at": binary.moments(sums.last),
    }
    return binary.Draft(columns, rows, "id")
