# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charges and their summaries into the database: replaced as a whole, or added."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pyarrow as pa

from ..store import charges as charge_store
from ..store import copying, partitions, summaries
from .columns import NONE, decimals, flat, ids
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
    """Make sure that the charges of the span have partitions."""
    partitions.ensure(
        cr, charge_store.TABLE, [span.begin, span.end - datetime.timedelta(seconds=1)]
    )


def remove(cr, span: Span, contracts: np.ndarray) -> None:
    """Take away what is open of some contracts (0 = records without an owner)."""
    whose = charge_store.among(contracts)
    charge_store.remove(cr, span.company, span.begin, span.end, whose)
    summaries.remove(cr, span.company, span.period, whose)


def charge_rows(
    span: Span, facts: pa.Table, charges: Charges, sums: Sums, numbers: np.ndarray
) -> pa.Table:
    """Rows of ``telecom_charge_data``; ``numbers``: ids of the summaries."""
    summary = np.append(numbers, NONE)[sums.group]
    fact = pa.array(charges.fact)
    priced = charges.reason == 0
    reason = pa.DictionaryArray.from_arrays(
        pa.array(charges.reason, mask=priced), pa.array(charges.reasons)
    )

    def of_fact(name: str) -> pa.Array:
        return flat(facts[name]).take(fact)

    return pa.table(
        {
            "usage_id": of_fact("id"),
            "started_at": of_fact("started_at"),
            "segment": pa.array(charges.segment),
            "company_id": copying.constant(span.company, len(charges)),
            "contract_id": ids(of_fact("contract").to_numpy()),
            "line_id": ids(of_fact("line").to_numpy()),
            "number_id": ids(of_fact("number").to_numpy()),
            "tariff_id": ids(charges.tariff),
            "version_id": ids(charges.version),
            "rate_id": ids(charges.rate),
            "zone_id": ids(charges.zone),
            "band_id": ids(charges.band),
            "service": of_fact("service").dictionary_decode(),
            "quantity": pa.array(charges.quantity),
            "billed": pa.array(charges.billed),
            "allowance_id": ids(charges.allowance),
            "allowance_used": pa.array(charges.allowance_used),
            "allowance_money": ids(charges.allowance_money),
            "price": _where(decimals(charges.price, charges.rest), priced),
            "cost": _where(decimals(charges.cost), charges.has_cost),
            "currency_id": ids(charges.currency),
            "summary_id": ids(summary),
            "reason": reason.dictionary_decode(),
            "message": pa.array(charges.message, type=pa.string(), from_pandas=True),
        }
    )


def _where(column: pa.Array, mask: np.ndarray) -> pa.Array:
    """The column with NULL where ``mask`` is false."""
    if mask.all():
        return column
    bits = pa.py_buffer(np.packbits(mask, bitorder="little").tobytes())
    return pa.Array.from_buffers(column.type, len(column), [bits, column.buffers()[1]])


def summary_rows(span: Span, sums: Sums, numbers: np.ndarray) -> pa.Table:
    """Rows of ``telecom_usage_summary``."""
    rows = len(sums)
    zero = np.zeros(rows, dtype=np.int64)
    moments = pa.timestamp("us")
    return pa.table(
        {
            "id": pa.array(numbers),
            "company_id": copying.constant(span.company, rows),
            "period": copying.constant(span.period, rows),
            **{name: ids(sums.keys[name]) for name in KEYS},
            "service": sums.service,
            "records": pa.array(sums.records),
            "quantity": decimals(sums.quantity, zero),
            "billed": decimals(sums.billed, zero),
            "allowance_used": decimals(sums.allowance_used, zero),
            "amount": decimals(sums.price, sums.rest),
            "cost": decimals(sums.cost, zero),
            "first_started_at": pa.array(sums.first).cast(moments),
            "last_started_at": pa.array(sums.last).cast(moments),
        }
    )
