# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts to contract lines, a whole chunk at a time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..rating.digits import NumberColumn
from .columns import NONE, codes, digits, flat
from .parties import Parties

#: Reasons by number; 0 is none.
REASONS = (
    "", "unknown-number", "not-assigned", "no-number", "line-ended", "line-without-tariff",
    "period-invoiced", "sum-too-large",
)  # fmt: skip
_UNKNOWN, _THEN, _NOTHING, _ENDED, _NO_TARIFF, INVOICED, TOO_LARGE = range(1, len(REASONS))

#: What matching adds to the columns of a fact: ids (0 = none), and the number of a reason.
ADDED = ("number", "line", "contract", "customer", "tariff", "match")


def match(parties: Parties, facts: pa.Table) -> dict[str, np.ndarray]:
    """The columns :data:`ADDED` for ``facts`` (columns of ``store.fact_stream``).

    Outgoing and transferred records belong to the owner of the A-number, incoming ones to the
    owner of the B-number; where there is none, to the owner of the account that the source names,
    or of the conference.
    """
    started = started_of(facts)
    numbers = _payer(facts)
    found = parties.numbers.match(numbers, started)
    source = flat(facts["source_id"]).to_numpy()
    named = np.zeros(len(found), dtype=bool)
    for column in ("account", "conference"):
        account, names = codes(facts[column])
        named |= account >= 0
        open_ = np.flatnonzero((found < 0) & (account >= 0))
        if open_.size:
            found[open_] = parties.numbers.match_accounts(
                account[open_], names, source[open_], started[open_]
            )
    reason = np.zeros(len(found), dtype=np.int8)
    unmatched = np.flatnonzero(found < 0)
    if unmatched.size:
        some = NumberColumn(numbers.padded[unmatched], numbers.length[unmatched])
        known = parties.numbers.known(some) >= 0
        nothing = (some.length < 0) & ~named[unmatched]
        reason[unmatched] = np.select([known, nothing], [_THEN, _NOTHING], _UNKNOWN)
    tariff = parties.tariff[found]
    ended = (started < parties.begin[found]) | (started >= parties.end[found])
    matched = found >= 0
    reason[matched & (tariff == NONE)] = _NO_TARIFF
    reason[matched & ended] = _ENDED
    return {
        "number": parties.number[found],
        "line": parties.line[found],
        "contract": parties.contract[found],
        "customer": parties.customer[found],
        "tariff": tariff,
        "match": reason,
    }


def started_of(facts: pa.Table) -> np.ndarray:
    """Starts as microseconds in UTC."""
    return flat(facts["started_at"]).cast(pa.int64()).to_numpy()


def _payer(facts: pa.Table) -> NumberColumn:
    """The number whose owner pays."""
    a_number = digits(facts["a_number"])
    direction, names = codes(facts["direction"])
    if "in" not in names:
        return a_number
    incoming = direction == names.index("in")
    b_number = digits(facts["b_number"])
    return NumberColumn(
        np.where(incoming, b_number.padded, a_number.padded),
        np.where(incoming, b_number.length, a_number.length),
    )
