# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tariff book: everything that decides a price, read from plain data and checked.

``TariffBook(data)`` takes what ``json.load`` gives (see ``readme/TARIFF_BOOK.md``) and raises
:class:`~.schema.BookError` listing every fault. A book never changes after that; it may be shared
by any number of runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from .allowances import Allowance
from .bands import Band, Calendar
from .carriers import Carrier
from .clock import Clock
from .derived import freed, scaled
from .guards import Guard, Guards
from .limits import Limit, Minimum
from .origins import Origins, nearness
from .parties import (
    Option,
    Party,
    Pool,
    check_pools,
    key,
    read_kinds,
    read_option,
    read_party,
    read_pool,
)
from .plan import Kind, Plan
from .rates import Rate
from .schema import BookError, Node, Problem, unique
from .selector import Selector
from .table import RateTable
from .tariffs import Tariff, Version, Zone, read_tariff
from .tiers import Tiers
from .units import Units
from .zone_map import ZoneMaps

FORMAT = 1
ORDERS = ("start", "arrival")
_SECTIONS = (
    "format", "currency", "timezone", "order", "default_tariff", "units", "calendars", "zones",
    "bands", "tariffs", "options", "contracts", "lines", "pools", "allowances", "tiers", "limits",
    "minimums", "guards", "carriers", "kinds",
)  # fmt: skip


class TariffBook:
    """Tariffs, zones, bands and whoever has something of their own."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        problems: list[Problem] = []
        node = Node.of(data, "book", problems)
        node.only(*_SECTIONS)
        if node.data.get("format") != FORMAT or isinstance(node.data["format"], bool):
            node.fault("format", "is not supported", f"This version reads format {FORMAT}.")
        self.currency = node.text("currency", "EUR") or "EUR"
        self.order = node.choice("order", ORDERS, "start") or "start"
        self.clock = self._read_clock(node)
        self.units = Units(self._read_units(node))
        self.calendars = self._section(node, "calendars", "calendar", Calendar.read)
        self.zones: dict[str, Zone] = self._section(node, "zones", "zone", Zone.read)
        self.bands: dict[str, Band] = self._section(
            node, "bands", "band", lambda child: Band.read(child, _by_id(self.calendars))
        )
        self.tariffs: dict[str, Tariff] = self._section(
            node, "tariffs", "tariff",
            lambda child: read_tariff(child, self.currency, self.clock, self.units),
        )  # fmt: skip
        self.options: dict[str, Option] = self._section(node, "options", "option", read_option)
        self.contracts: dict[str, Party] = self._section(
            node, "contracts", "contract", lambda child: read_party(child, self.clock)
        )
        self.lines: dict[str, Party] = self._section(
            node, "lines", "line", lambda child: read_party(child, self.clock)
        )
        self.pools: dict[str, Pool] = self._section(node, "pools", "pool", read_pool)
        clock, units = self.clock, self.units
        self.allowance_list: list[Allowance] = self._listed(
            node, "allowances", "allowance", lambda child: Allowance.read(child, clock, units)
        )
        self.tier_list: list[Tiers] = self._listed(
            node, "tiers", "tier set", lambda child: Tiers.read(child, clock, units)
        )
        self.limit_list: list[Limit] = self._listed(
            node, "limits", "limit", lambda child: Limit.read(child, clock)
        )
        self.minimum_list: list[Minimum] = self._listed(
            node, "minimums", "minimum", lambda child: Minimum.read(child, clock)
        )
        self.guard_list: list[Guard] = self._listed(
            node, "guards", "guard", lambda child: Guard.read(child, clock)
        )
        self.kinds = read_kinds(node)
        self.carriers: dict[str, Carrier] = self._section(node, "carriers", "carrier", Carrier.read)
        default = node.id("default_tariff", required=False)
        self.default_tariff = None if default is None else key(default)
        check_pools(self.pools)
        self._number_everything()
        if not problems:
            from .check import check_references

            check_references(self, node)
        if problems:
            raise BookError(problems)
        self._plans: dict[tuple[int, Kind], Plan] = {}
        self._zone_maps = ZoneMaps(self.zone_list)
        self._members: dict[str, dict[str, set[str]]] = {}
        self._derivations: dict[tuple[tuple[Any, ...], int], int] = {}
        #: How a derived rate came about, and from which one.
        self.derived_from: dict[int, tuple[tuple[Any, ...], int]] = {}

    # -- what the engine asks ------------------------------------------------------------------

    def plan(self, version: int, kind: Kind) -> Plan:
        """The prefixes, cells and bands of one version for one service, direction and origin."""
        if (version, kind) not in self._plans:
            own = self.versions[version]
            rates = [
                (own.first_rate + offset, rate, near)
                for offset, rate in enumerate(own.rates)
                if (not rate.services or kind[0] in rate.services)
                and rate.direction in (kind[1], "any")
                and (near := nearness(rate, kind[2])) is not None
            ]
            clock = self.tariff_list[own.tariff].clock
            self._plans[version, kind] = Plan(
                own, rates, self._zone_place, self._zone_maps, self.bands, clock
            )
        return self._plans[version, kind]

    @cached_property
    def table(self) -> RateTable:
        """All rates as arrays."""
        return RateTable(self.rates)

    @cached_property
    def guards(self) -> Guards:
        """The guards, to be found by number."""
        return Guards(self.guard_list)

    @cached_property
    def prices_by_end(self) -> bool:
        """Is any rate chosen by the band in which a record ends?"""
        return any(rate.split == "end" for rate in self.listed_rates)

    @cached_property
    def asks_caller(self) -> bool:
        """Does any price depend on the number that calls?"""
        return any(
            rate.origins
            or (rate.zones and rate.direction in ("in", "any"))
            or (rate.together is not None and rate.together.of == "a_number")
            for rate in self.listed_rates
        )

    @cached_property
    def asks_cost(self) -> bool:
        """Does any price depend on the cost that a record states?"""
        return any(rate.on == "cost" for rate in self.listed_rates)

    @cached_property
    def origins(self) -> Origins | None:
        """The zones of callers that rates name, to be found by number; None: no rate names any."""
        named = [rate.origins for rate in self.listed_rates if rate.origins]
        return Origins(self.zones, named) if named else None

    @cached_property
    def has_destinations(self) -> bool:
        """Does any zone speak of destinations by name?"""
        return any(zone.destinations for zone in self.zone_list)

    def derive(self, factors: tuple[int, ...], base: int) -> int:
        """Position of the rate ``base`` with its step prices times some factors.

        ``factors`` are positions of the rates that state them, outermost first.
        """

        def make() -> Rate:
            rate = self.rates[base]
            for place in reversed(factors):
                rate = scaled(rate, self.rates[place])
            return rate

        return self._derived(("factor", *factors), base, make) if factors else base

    def derive_tier(self, tiers: int, step: int, base: int) -> int:
        """Position of the rate ``base`` at the price of one tier."""
        chosen = self.tier_list[tiers].steps[step]
        return self._derived(("tier", tiers, step), base, lambda: chosen.derive(self.rates[base]))

    def derive_free(self, base: int) -> int:
        """Position of the rate ``base`` without any price."""
        return self._derived(("free",), base, lambda: freed(self.rates[base]))

    @cached_property
    def factor_rates(self) -> np.ndarray | None:
        """Which rates change another price (the last entry for none); None: no rate does."""
        found = [rate.relative for rate in self.listed_rates]
        return np.array([*found, False]) if any(found) else None

    @cached_property
    def free_rate(self) -> int:
        """Position of a rate of no tariff that costs nothing: for free numbers nobody lists."""
        self.rates.append(Rate(None, None, frozenset(), (), None, None, "second", ()))
        self.rate_version.append(-1)
        self.__dict__.pop("table", None)
        return len(self.rates) - 1

    def factors_of(self, rate: int) -> tuple[tuple[int, ...], int]:
        """(factors, the rate of the book they were put on) of a rate's position."""
        how, base = self.derived_from.get(rate, ((), rate))
        return (tuple(how[1:]), base) if how and how[0] == "factor" else ((), rate)

    def origin(self, rate: int) -> int:
        """The rate of the book that a derived one goes back to."""
        while rate in self.derived_from:
            rate = self.derived_from[rate][1]
        return rate

    def tariff_of(self, rate: int) -> Tariff:
        """The tariff a rate belongs to."""
        return self.tariff_list[self.versions[self.rate_version[rate]].tariff]

    def named_tariff(self, tariff: str | None) -> str | None:
        """What people call the tariff of an id; the id where the book does not know it."""
        known = self.tariffs.get(tariff) if tariff is not None else None
        return tariff if known is None else str(known.name or known.id)

    def rates_in(self, unit: str) -> np.ndarray:
        """Which rates (by position, the last entry for none) count in a base unit."""
        return np.array([*(rate.unit == unit for rate in self.rates), False])

    def pool_members(self, pool: str) -> dict[str, set[str]]:
        """Lines, contracts and customers of a pool and of the pools in it."""
        if pool not in self._members:
            found: dict[str, set[str]] = {"line": set(), "contract": set(), "customer": set()}
            seen, queue = {pool}, [pool]
            while queue:
                own = self.pools[queue.pop()]
                found["line"].update(own.lines)
                found["contract"].update(own.contracts)
                found["customer"].update(own.customers)
                queue += [inner for inner in own.pools if inner not in seen]
                seen.update(own.pools)
            self._members[pool] = found
        return self._members[pool]

    def currency_of(self, selector: Selector, stated: str | None) -> str:
        """The currency of an amount that a selector's records add up to."""
        named = [name for name in selector.who["tariffs"] if name in self.tariffs]
        return stated or (self.tariffs[named[0]].currency if named else self.currency)

    def allowance_priority(self, number: int) -> tuple[int, int]:
        """Sort key: allowances are used by priority, equal ones in the order of the book."""
        return self.allowance_list[number].priority, number

    def _derived(self, how: tuple[Any, ...], base: int, make: Callable[[], Rate]) -> int:
        known = self._derivations.get((how, base))
        if known is None:
            known = self._derivations[how, base] = len(self.rates)
            self.rates.append(make())
            self.rate_version.append(self.rate_version[base])
            self.derived_from[known] = (how, base)
            self.__dict__.pop("table", None)
        return known

    def versions_at(self, tariffs: np.ndarray, started: np.ndarray) -> np.ndarray:
        """Position of the version of each tariff (position, -1 = none) at each instant, or -1."""
        if len(started) > 8 * len(self.tariff_list):
            # Mostly no version begins or ends within a block of records: a look at each tariff.
            every = np.arange(-1, len(self.tariff_list))
            begun, first = self._begun(every, np.full(len(every), started.min()))
            later, last = self._begun(every, np.full(len(every), started.max()))
            if (begun == later).all() and (first == last).all():
                return first[tariffs + 1]
        return self._begun(tariffs, started)[1]

    def _begun(self, tariffs: np.ndarray, started: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(which version of all began last; the tariff's version that holds, or -1)."""
        begun = np.searchsorted(self._version_keys, _version_key(tariffs, started), "right") - 1
        found = self._version_order[begun]
        ended = (started >= self._version_end[found]) | (tariffs < 0)
        ended |= self._version_tariff[found] != tariffs
        return begun, np.where(ended, -1, found)

    # -- reading -------------------------------------------------------------------------------

    def _section(self, node: Node, name: str, kind: str, read: Any) -> dict[str, Any]:
        children = list(node.children(name, kind))
        records = [read(child) for child in children]
        unique([(record.id, child) for record, child in zip(records, children, strict=True)])
        return {key(record.id): record for record in records}

    def _listed(self, node: Node, name: str, kind: str, read: Any) -> list[Any]:
        return list(self._section(node, name, kind, read).values())

    def _read_clock(self, node: Node) -> Clock:
        try:
            return Clock(node.text("timezone", "Europe/Berlin") or "Europe/Berlin")
        except ValueError as error:
            node.fault("timezone", str(error), "Choose an IANA name.")
            return Clock("UTC")

    def _read_units(self, node: Node) -> dict[str, tuple[str, int]]:
        units = {}
        for name, value in node.mapping("units").items():
            unit = Node.of(value, f"unit {name!r}", node.problems)
            unit.only("of", "factor")
            factor = unit.whole("factor", 1, 1, 10**15) or 1
            base, more = Units(units).base(unit.text("of") or name)
            units[name] = (base, factor * more)
        return units

    def _number_everything(self) -> None:
        """Positions for rates, versions, zones: the engine works with those."""
        self.tariff_list = list(self.tariffs.values())
        self.tariff_place = {name: place for place, name in enumerate(self.tariffs)}
        self.versions: list[Version] = []
        self.rates: list[Rate] = []
        self.rate_version: list[int] = []
        for place, tariff in enumerate(self.tariff_list):
            for version in tariff.versions:
                version.tariff, version.first_rate = place, len(self.rates)
                self.rates += version.rates
                self.rate_version += [len(self.versions)] * len(version.rates)
                self.versions.append(version)
        #: The rates as the book states them; ``rates`` grows by derived ones behind them.
        self.listed_rates = tuple(self.rates)
        self.zone_list = list(self.zones.values())
        self._zone_place = {
            name: (place, zone) for place, (name, zone) in enumerate(self.zones.items())
        }
        self.band_list = list(self.bands.values())
        self.band_place = {name: place for place, name in enumerate(self.bands)}
        count = len(self.versions)
        tariffs = np.array([v.tariff for v in self.versions], dtype=np.int64)
        begins = np.array([v.valid_from for v in self.versions], dtype=np.int64)
        keys = _version_key(tariffs, begins)
        order = np.argsort(keys, kind="stable")
        self._version_keys = keys[order]
        # One entry more than there are versions: searches that fall before the first end there.
        self._version_order = np.append(order, count).astype(np.int64)
        self._version_end = np.array([*(v.valid_to for v in self.versions), 0], dtype=np.int64)
        self._version_tariff = np.append(tariffs, -2)


def _version_key(tariffs: np.ndarray, us: np.ndarray) -> np.ndarray:
    """Tariff and instant in one sortable number (instants to the second, 1901 to 2173)."""
    seconds = np.clip(us // 1_000_000 + (1 << 31), 0, (1 << 33) - 1)
    return tariffs * (1 << 33) + seconds


def _by_id(records: dict[str, Any]) -> dict[Any, Any]:
    return {record.id: record for record in records.values()}
