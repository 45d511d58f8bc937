# SPDX-License-Identifier: AGPL-3.0-or-later
"""From each record to the rate that prices it, or to the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .book import TariffBook
from .chain import Chains, chains
from .reasons import NUMBER
from .tariffs import LAST
from .usage import Usage


@dataclass
class Resolved:
    """Per row: ``rate``, ``zone`` (positions in the book or -1), ``prefix`` and ``cell`` (in the
    plan that answered), ``tariff``, ``reason`` (number of a code), and ``until`` which UTC instant
    the rate holds at least; ``factors``: for rows priced by a factor, the rates that state it,
    outermost first."""

    rate: np.ndarray
    zone: np.ndarray
    prefix: np.ndarray
    cell: np.ndarray
    reason: np.ndarray
    tariff: np.ndarray
    chains: Chains
    service: np.ndarray
    services: list[str]
    kind: np.ndarray
    kinds: list[tuple[str, str]]
    until: np.ndarray | None = None
    factors: dict[int, list[int]] = field(default_factory=dict)

    def plan_key(self, row: int) -> tuple[str, str]:
        """The service and direction under which a row was looked up."""
        return self.kinds[self.kind[row]]


def resolve(book: TariffBook, usage: Usage) -> Resolved:
    """Walk every record's chain of price lists until one has a rate for it."""
    asked = chains(book, usage)
    rows = usage.rows
    service, services = usage.filled_codes("service", "voice")
    found = Resolved(
        np.full(rows, -1, dtype=np.int32),
        np.full(rows, -1, dtype=np.int32),
        np.full(rows, -1, dtype=np.int32),
        np.full(rows, -1, dtype=np.int32),
        np.full(rows, NUMBER["no-tariff"], dtype=np.int8),
        np.full(rows, -1, dtype=np.int64),
        asked,
        service,
        services,
        *_kinds(usage, service, services),
    )
    factor_rate = np.array([rate.factor is not None for rate in book.rates] + [False])
    open_ = np.arange(rows)
    for depth in range(asked.tariffs.shape[1]):
        everything = len(open_) == rows
        chain = asked.row if everything else asked.row[open_]
        started = usage.started if everything else usage.started[open_]
        tariff = asked.tariffs[:, depth][chain]
        holds = (started >= asked.begins[:, depth][chain]) & (started < asked.ends[:, depth][chain])
        tariff = np.where(holds, tariff, -1)
        version = book.versions_at(tariff, started)
        _better(found, open_, tariff >= 0, "no-version", tariff)
        _ask(book, usage, found, open_, version)
        rate = found.rate[open_]
        scaled = open_[factor_rate[rate]]
        for row in scaled:
            found.factors.setdefault(int(row), []).append(int(found.rate[row]))
            found.rate[row] = -1
            found.reason[row] = NUMBER["no-base-price"]
        open_ = open_[found.rate[open_] < 0]
        if not open_.size:
            break
    found.reason[found.rate >= 0] = 0
    _apply_factors(book, found)
    if "contract" in usage.frame.columns:
        contract, _ = usage.codes("contract")
        found.reason[contract < 0] = NUMBER["no-contract"]
    found.reason[usage.bad_start] = NUMBER["bad-start"]
    found.reason[usage.bad_quantity] = NUMBER["bad-quantity"]
    return found


def _kinds(
    usage: Usage, service: np.ndarray, services: list[str]
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Service and direction of each row as one code, and what stands behind the codes."""
    if "direction" not in usage.frame.columns:
        return service, [(name, "out") for name in services]
    direction, directions = usage.filled_codes("direction", "out")
    pairs = [(name, way) for name in services for way in directions]
    return service * len(directions) + direction, pairs


def _ask(
    book: TariffBook, usage: Usage, found: Resolved, open_: np.ndarray, version: np.ndarray
) -> None:
    """Look the open rows up, one version, service and direction at a time."""
    kinds = len(found.kinds)
    code = np.where(version < 0, -1, version * kinds + found.kind[open_])
    names = usage.texts("destination") if usage.rows and book.has_destinations else None
    number = usage.number
    for group in _distinct(code, len(book.versions) * kinds):
        mask = code == group
        whole = mask.all()
        rows = open_ if whole else open_[mask]
        everything = whole and len(rows) == usage.rows
        plan = book.plan(int(group) // kinds, found.kinds[int(group) % kinds])
        part = number if everything else type(number)(number.padded[rows], number.length[rows])
        started = usage.started if everything else usage.started[rows]
        chosen = None if names is None else [names[row] for row in rows]
        answer = plan.find(part, chosen, started)
        good = answer.rate >= 0
        if answer.until is not None:
            if found.until is None:
                found.until = np.full(usage.rows, LAST, dtype=np.int64)
            found.until[rows] = answer.until
        tariff = np.int64(book.versions[int(group) // kinds].tariff)
        if everything and good.all():
            found.rate[:], found.zone[:], found.prefix[:] = answer[:3]
            found.cell[:] = answer.cell
            found.tariff[:] = tariff
            continue
        taken = rows[good]
        found.rate[taken] = answer.rate[good]
        found.zone[taken] = answer.zone[good]
        found.prefix[taken] = answer.prefix[good]
        found.cell[taken] = answer.cell[good]
        found.tariff[taken] = tariff
        _better(found, rows, ~answer.matched & ~good, "no-zone", tariff)
        _better(found, rows, answer.matched & ~good, "no-rate", tariff)


def _distinct(code: np.ndarray, size: int) -> np.ndarray:
    """The distinct codes ≥ 0 of a column whose codes are below ``size``."""
    if size > 4 * len(code) + 1024:
        found = np.unique(code)
        return found[found >= 0]
    seen = np.zeros(size + 1, dtype=bool)
    seen[code] = True
    return np.flatnonzero(seen[:-1])


def _better(
    found: Resolved, rows: np.ndarray, mask: np.ndarray, code: str, tariff: np.ndarray | np.int64
) -> None:
    """Note the reason that came furthest on the way to a price."""
    number = NUMBER[code]
    chosen = np.flatnonzero(mask & (found.reason[rows] < number))
    found.reason[rows[chosen]] = number
    found.tariff[rows[chosen]] = tariff if np.ndim(tariff) == 0 else tariff[chosen]


def _apply_factors(book: TariffBook, found: Resolved) -> None:
    """Replace a rate below a factor by the derived one."""
    for row, factors in found.factors.items():
        if found.rate[row] >= 0:
            found.rate[row] = book.derive(tuple(factors), int(found.rate[row]))
