# SPDX-License-Identifier: AGPL-3.0-or-later
"""From each record to the rate that prices it, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .blocks import blocks
from .book import TariffBook
from .chain import Chains, chains
from .plan import Kind, Plan
from .reasons import NUMBER
from .tariffs import FIRST, LAST
from .usage import Usage

#: Up to so many versions (times services) rows are not sorted by version.
_FEW = 16


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
    kinds: list[Kind]
    until: np.ndarray | None = None
    factors: dict[int, list[int]] = field(default_factory=dict)

    def plan_key(self, row: int) -> Kind:
        """The service, direction and origin under which a row was looked up."""
        return self.kinds[self.kind[row]]


def resolve(book: TariffBook, usage: Usage) -> Resolved:
    """Walk every record's chain of price lists until one has a rate for it."""
    asked = chains(book, usage)
    rows = usage.rows
    service, services = usage.filled_codes("service", "voice")
    # One piece of memory is laid out quicker than four.
    zone, prefix, cell, tariff = np.empty((4, rows), dtype=np.int32)
    found = Resolved(
        np.empty(rows, dtype=np.int64),
        zone,
        prefix,
        cell,
        np.empty(rows, dtype=np.int8),
        tariff,
        asked,
        service,
        services,
        *_kinds(book, usage, service, services),
    )
    names = usage.texts("destination") if rows and book.has_destinations else None
    few = len(book.versions) * len(found.kinds) <= _FEW
    # Few versions: block by block through everything. Many: all rows of a version together.
    for part in blocks(None, rows) if few else [slice(0, rows)]:
        _walk(book, usage, found, part, names)
    _apply_factors(book, found)
    bad = {"bad-start": usage.bad_start, "bad-quantity": usage.bad_quantity}
    if "contract" in usage.frame.columns:
        missing = usage.frame["contract"].isna().to_numpy()
        if missing.any():
            missing = usage.codes("contract")[0] < 0
        bad = {"no-contract": missing} | bad
    for code, wrong in bad.items():
        if wrong.any():
            found.reason[wrong] = NUMBER[code]
    return found


def _walk(
    book: TariffBook,
    usage: Usage,
    found: Resolved,
    part: slice,
    names: Sequence[str | None] | None,
) -> None:
    """Ask the price lists of some rows, the first of each chain first, until all have a rate."""
    asked = found.chains
    factors = book.factor_rates
    open_: slice | np.ndarray = part
    found.reason[part] = NUMBER["no-tariff"]
    for column in (found.rate, found.zone, found.prefix, found.cell, found.tariff):
        column[part] = -1
    for depth in range(asked.tariffs.shape[1]):
        chain, started = asked.row[open_], usage.started[open_]
        tariff = asked.tariffs[:, depth][chain]
        if asked.begins[:, depth].max() > FIRST or asked.ends[:, depth].min() < LAST:
            begins, ends = asked.begins[:, depth][chain], asked.ends[:, depth][chain]
            tariff = np.where((started >= begins) & (started < ends), tariff, -1)
        version = book.versions_at(tariff, started)
        if version.size and version.min() < 0:
            _better(found, open_, (version < 0) & (tariff >= 0), "no-version", tariff)
        _ask(book, usage, found, open_, version, names)
        rate = found.rate[open_]
        if factors is not None and factors[rate].any():
            for row in np.arange(usage.rows)[open_][factors[rate]].tolist():
                found.factors.setdefault(row, []).append(int(found.rate[row]))
                found.rate[row] = -1
                found.reason[row] = NUMBER["no-base-price"]
            rate = found.rate[open_]
        if not len(rate) or rate.min() >= 0:
            break
        open_ = np.arange(usage.rows)[open_][rate < 0]


def _kinds(
    book: TariffBook, usage: Usage, service: np.ndarray, services: list[str]
) -> tuple[np.ndarray, list[Kind]]:
    """Service, direction and origin of each row as one code, and what stands behind the codes."""
    code, kinds = service, [(name, "out", ()) for name in services]
    if "direction" in usage.frame.columns:
        direction, directions = usage.filled_codes("direction", "out")
        kinds = [(name, way, ()) for name in services for way in directions]
        code = service.astype(np.int64) * len(directions) + direction
    if book.origins is None:
        return code, kinds
    classes = book.origins.classes
    origin = book.origins.of(usage.callers())
    kinds = [(name, way, one) for name, way, _ in kinds for one in classes]
    return code.astype(np.int64) * len(classes) + origin, kinds


def _ask(
    book: TariffBook,
    usage: Usage,
    found: Resolved,
    open_: slice | np.ndarray,
    version: np.ndarray,
    names: Sequence[str | None] | None,
) -> None:
    """Look the open rows up, one version, service, direction and origin at a time."""
    kinds = len(found.kinds)
    code = version * kinds + found.kind[open_]
    if len(code) and version.min() < 0:
        code[version < 0] = -1
    for group, members in _groups(code):
        plan = book.plan(group // kinds, found.kinds[group % kinds])
        tariff = book.versions[group // kinds].tariff
        if members is None and isinstance(open_, slice):
            for part in blocks(None, open_.stop - open_.start):
                moved = slice(open_.start + part.start, open_.start + part.stop)
                _find(plan, tariff, usage, found, moved, names)
            continue
        rows = np.arange(usage.rows)[open_] if isinstance(open_, slice) else open_
        for part in blocks(rows if members is None else rows[members], len(rows)):
            _find(plan, tariff, usage, found, part, names)


def _groups(code: np.ndarray) -> Iterator[tuple[int, np.ndarray | None]]:
    """The codes ≥ 0 of a column with the places of each (None: all of them), in order."""
    if not len(code):
        return
    low, high = int(code.min()), int(code.max())
    if low == high:
        if low >= 0:
            yield low, None
        return
    # Sixteen bits sort in linear time; more versions than that in one call are rare.
    order = np.argsort(code.astype(np.int16) if high < 1 << 15 else code, kind="stable")
    ordered = code[order]
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    for begin, end in zip(begins, np.append(begins[1:], len(code)), strict=True):
        if ordered[begin] >= 0:
            yield int(ordered[begin]), order[begin:end]


def _find(
    plan: Plan,
    tariff: int,
    usage: Usage,
    found: Resolved,
    rows: slice | np.ndarray,
    names: Sequence[str | None] | None,
) -> None:
    """Ask a version's plan for one block of rows."""
    chosen = None
    if names is not None:
        chosen = names[rows] if isinstance(rows, slice) else [names[row] for row in rows]
    answer = plan.find(usage.numbers(rows), chosen, usage.started[rows])
    if answer.until is not None:
        if found.until is None:
            found.until = np.full(usage.rows, LAST, dtype=np.int64)
        found.until[rows] = answer.until
    if answer.rate.min() >= 0:
        found.rate[rows], found.zone[rows] = answer.rate, answer.zone
        found.prefix[rows], found.cell[rows] = answer.prefix, answer.cell
        found.tariff[rows], found.reason[rows] = tariff, 0
        return
    good = answer.rate >= 0
    rows = np.arange(usage.rows)[rows]
    taken = rows[good]
    found.rate[taken], found.zone[taken] = answer.rate[good], answer.zone[good]
    found.prefix[taken], found.cell[taken] = answer.prefix[good], answer.cell[good]
    found.tariff[taken], found.reason[taken] = tariff, 0
    _better(found, rows, ~answer.matched, "no-zone", np.int64(tariff))
    _better(found, rows, answer.matched & ~good, "no-rate", np.int64(tariff))


def _better(
    found: Resolved,
    rows: slice | np.ndarray,
    mask: np.ndarray,
    code: str,
    tariff: np.ndarray | np.int64,
) -> None:
    """Note the reason that came furthest on the way to a price."""
    number = NUMBER[code]
    chosen = np.flatnonzero(mask & (found.reason[rows] < number) & (found.rate[rows] < 0))
    if not chosen.size:
        return
    places = np.arange(len(found.rate))[rows][chosen] if isinstance(rows, slice) else rows[chosen]
    found.reason[places] = number
    found.tariff[places] = tariff if np.ndim(tariff) == 0 else tariff[chosen]


def _apply_factors(book: TariffBook, found: Resolved) -> None:
    """Replace a rate below a factor by the derived one."""
    for row, factors in found.factors.items():
        if found.rate[row] >= 0:
            found.rate[row] = book.derive(tuple(factors), int(found.rate[row]))
