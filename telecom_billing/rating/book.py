# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tariff book: everything that decides a price, read from plain data and checked.

``TariffBook(data)`` takes what ``json.load`` gives (see ``readme/TARIFF_BOOK.md``) and raises
:class:`~.schema.BookError` listing every fault. A book never changes after that; it may be shared
by any number of runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from .bands import Band, Calendar
from .clock import Clock
from .parties import Option, Party, Pool, check_pools, key, read_option, read_party, read_pool
from .plan import Plan
from .rates import Rate, scaled
from .schema import BookError, Node, Problem, unique
from .table import RateTable
from .tariffs import Tariff, Version, Zone, read_tariff
from .units import Units

FORMAT = 1
ORDERS = ("start", "arrival")
_SECTIONS = (
    "format", "currency", "timezone", "order", "default_tariff", "units", "calendars", "zones",
    "bands", "tariffs", "options", "contracts", "lines", "pools",
)  # fmt: skip


class TariffBook:
    """Tariffs, zones, bands and whoever has something of their own."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        problems: list[Problem] = []
        node = Node.of(data, "book", problems)
        node.only(*_SECTIONS)
        if data.get("format") != FORMAT:
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
        default = node.id("default_tariff", required=False)
        self.default_tariff = None if default is None else key(default)
        check_pools(self.pools)
        self._number_everything()
        if not problems:
            from .check import check_references

            check_references(self, node)
        if problems:
            raise BookError(problems)
        self._plans: dict[tuple[int, str], Plan] = {}
        self._derived: dict[tuple[tuple[int, ...], int], int] = {}
        self.derived_from: dict[int, tuple[tuple[int, ...], int]] = {}

    # -- what the engine asks ------------------------------------------------------------------

    def plan(self, version: int, service: str) -> Plan:
        """The prefixes, cells and bands of one version for one service."""
        if (version, service) not in self._plans:
            own = self.versions[version]
            rates = [
                (own.first_rate + offset, rate)
                for offset, rate in enumerate(own.rates)
                if not rate.services or service in rate.services
            ]
            clock = self.tariff_list[own.tariff].clock
            self._plans[version, service] = Plan(own, rates, self._zone_place, self.bands, clock)
        return self._plans[version, service]

    @cached_property
    def table(self) -> RateTable:
        """All rates as arrays."""
        return RateTable(self.rates)

    @cached_property
    def has_destinations(self) -> bool:
        """Does any zone speak of destinations by name?"""
        return any(zone.destinations for zone in self.zone_list)

    def derive(self, factors: tuple[int, ...], base: int) -> int:
        """Position of a rate whose step prices are those of ``base`` times some factors.

        ``factors`` are positions of the rates that state them, outermost first.
        """
        known = self._derived.get((factors, base))
        if known is None:
            rate = self.rates[base]
            for place in reversed(factors):
                rate = scaled(rate, self.rates[place])
            known = self._derived[factors, base] = len(self.rates)
            self.rates.append(rate)
            self.rate_version.append(self.rate_version[base])
            self.derived_from[known] = (factors, base)
            self.__dict__.pop("table", None)
        return known

    def versions_at(self, tariffs: np.ndarray, started: np.ndarray) -> np.ndarray:
        """Position of the version of each tariff (position, -1 = none) at each instant, or -1."""
        position = np.searchsorted(self._version_keys, _version_key(tariffs, started), "right") - 1
        found = self._version_order[position]
        ended = (started >= self._version_end[found]) | (tariffs < 0)
        ended |= self._version_tariff[found] != tariffs
        return np.where(ended, -1, found)

    # -- reading -------------------------------------------------------------------------------

    def _section(self, node: Node, name: str, kind: str, read: Any) -> dict[str, Any]:
        children = list(node.children(name, kind))
        records = [read(child) for child in children]
        unique([(record.id, child) for record, child in zip(records, children, strict=True)])
        return {key(record.id): record for record in records}

    def _read_clock(self, node: Node) -> Clock:
        try:
            return Clock(node.text("timezone", "Europe/Berlin") or "Europe/Berlin")
        except ValueError as error:
            node.fault("timezone", str(error), "Choose an IANA name.")
            return Clock("UTC")

    def _read_units(self, node: Node) -> dict[str, tuple[str, int]]:
        units = {}
        for name, value in dict(node.data.get("units") or {}).items():
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
