# SPDX-License-Identifier: AGPL-3.0-or-later
"""Balances over periods: grants, what was carried over, what is left and when it expires.

A *lot* is what one period granted to one holder; with rollover a balance consists of several.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .allowances import Allowance

COLUMNS = {
    "allowance": "object",
    "share": "object",
    "holder": "object",
    "period": "datetime64[s]",
    "origin": "datetime64[s]",
    "granted": "int64",
    "used": "int64",
    "left": "int64",
    "expires": "bool",
    "unit": "object",
}


@dataclass
class Lot:
    """What was left of the grant of period ``origin`` at the beginning of another period."""

    origin: int
    granted: int
    used: int = 0

    @property
    def left(self) -> int:
        return self.granted - self.used


class Ledger:
    """All balances of a run, opened with what an earlier run left.

    ``spent`` (columns allowance, holder, day, units, money, and records for allowances that count
    them): what records that are priced already
    drew on the balances of their day's period.
    """

    def __init__(
        self,
        opening: pd.DataFrame | None,
        allowances: Iterable[Allowance],
        spent: pd.DataFrame | None = None,
    ) -> None:
        #: What is left by origin, per allowance that rolls over and holder.
        self._live: dict[tuple[str, str], dict[int, int]] = {}
        self._until: dict[str, int] = {}
        self._frames: list[pd.DataFrame] = []
        self._before: dict[tuple[str, str, int], int] = {}
        self._records: dict[tuple[str, str, int], int] = {}
        allowances = list(allowances)
        if spent is not None and not spent.empty:
            self._read_spent(spent, {str(one.id): one for one in allowances})
        if opening is None or opening.empty:
            return
        known = {str(one.id): one for one in allowances if one.rollover is not None}
        for record in opening.sort_values("period", kind="stable").to_dict("records"):
            allowance = known.get(str(record["allowance"]))
            if allowance is not None:
                day = np.datetime64(record["origin"], "D").astype(np.int64)
                origin = int(allowance.selector.period.of_day(np.array([day]))[0])
                live = self._live.setdefault((str(allowance.id), str(record["holder"])), {})
                live[origin] = int(record["left"])
                day = np.datetime64(record["period"], "D").astype(np.int64)
                last = int(allowance.selector.period.of_day(np.array([day]))[0])
                self._until[str(allowance.id)] = last

    def until(self, allowance: Allowance) -> int | None:
        """The last period that the opening balances know of."""
        return self._until.get(str(allowance.id))

    def _read_spent(self, spent: pd.DataFrame, known: dict[str, Allowance]) -> None:
        for record in spent.to_dict("records"):
            allowance = known.get(str(record["allowance"]))
            if allowance is None:
                continue
            day = np.datetime64(record["day"], "D").astype(np.int64)
            period = int(allowance.selector.period.of_day(np.array([day]))[0])
            key = (str(allowance.id), str(record["holder"]), period)
            drawn = record["units"] if allowance.money is None else record["money"]
            self._before[key] = self._before.get(key, 0) + int(drawn)
            if not pd.isna(many := record.get("records")):
                self._records[key] = self._records.get(key, 0) + int(many)

    def before(self, allowance: Allowance, holders: list[str], periods: list[int]) -> np.ndarray:
        """What earlier records drew on each balance, millionths."""
        if not self._before:
            return np.zeros(len(holders), dtype=np.int64)
        name = str(allowance.id)
        return np.array(
            [
                self._before.get((name, str(holder), period), 0)
                for holder, period in zip(holders, periods, strict=True)
            ],
            dtype=np.int64,
        )

    def first(
        self, allowance: Allowance, codes: np.ndarray, names: list[str], periods: np.ndarray
    ) -> np.ndarray:
        """Which rows, in the order of consumption, are among the first records of their period."""
        assert allowance.records is not None
        places = pd.DataFrame({"code": codes, "period": periods}).groupby(["code", "period"])
        number = places.cumcount().to_numpy()
        if self._records:
            name = str(allowance.id)
            had = [
                self._records.get((name, str(names[code]), period), 0)
                for code, period in zip(codes.tolist(), periods.tolist(), strict=True)
            ]
            number = number + np.array(had, dtype=np.int64)
        return number < allowance.records

    def holders(self, allowance: Allowance) -> list[str]:
        """Holders that still have something from before."""
        return [holder for name, holder in self._live if name == str(allowance.id)]

    def lots(self, allowance: Allowance, holder: str, period: int, grant: int) -> list[Lot]:
        """The lots of a balance at the beginning of a period, in the order they are used."""
        own = Lot(period, grant)
        rules = allowance.rollover
        if rules is None:
            return [own]
        live = self._live.get((str(allowance.id), holder), {})
        room = rules.maximum
        carried: list[Lot] = []
        # The newest are kept where a maximum cuts: the oldest would expire first anyway.
        for origin in sorted(live, reverse=True):
            if not period - rules.periods <= origin < period:
                continue
            size = live[origin] if room is None else min(live[origin], room)
            room = None if room is None else room - size
            if size > 0:
                carried.insert(0, Lot(origin, size))
        return [own, *carried] if rules.use == "last" else [*carried, own]

    def spend(
        self, allowance: Allowance, holder: str, period: int, lots: list[Lot], used: int
    ) -> None:
        """Book what a period used of a balance."""
        for lot in lots:
            lot.used = min(lot.granted, used)
            used -= lot.used
        if allowance.rollover is not None:
            self._live[str(allowance.id), holder] = {lot.origin: lot.left for lot in lots}
        for lot in sorted(lots, key=lambda one: one.origin):
            self.book(
                allowance,
                [holder],
                np.array([period]),
                np.array([lot.origin]),
                np.array([lot.granted]),
                np.array([lot.used]),
            )

    def book(
        self,
        allowance: Allowance,
        holders: list[str],
        periods: np.ndarray,
        origins: np.ndarray,
        granted: np.ndarray,
        used: np.ndarray,
    ) -> None:
        """Report balances (flat ones have no end and leave nothing)."""
        if not holders:
            return
        period = allowance.selector.period
        last = allowance.rollover.periods if allowance.rollover else 0
        shown = np.zeros_like(granted) if allowance.flat else granted
        self._frames.append(
            pd.DataFrame(
                {
                    "allowance": pd.Series([allowance.id] * len(holders), dtype="object"),
                    "share": allowance.selector.share,
                    "holder": pd.Series(holders, dtype="object"),
                    "period": _starts(period, periods),
                    "origin": _starts(period, origins),
                    "granted": shown,
                    "used": used,
                    "left": np.zeros_like(granted) if allowance.flat else granted - used,
                    "expires": origins + last <= periods,
                    "unit": (allowance.unit or "any") if allowance.money is None else "money",
                }
            )
        )

    def frame(self) -> pd.DataFrame:
        """One row per lot."""
        if not self._frames:
            return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in COLUMNS.items()})
        whole = pd.concat(self._frames, ignore_index=True).astype(COLUMNS)
        return whole


def _starts(period: object, numbers: np.ndarray) -> np.ndarray:
    unique, place = np.unique(numbers, return_inverse=True)
    days = [np.datetime64(period.start(int(number)), "s") for number in unique]  # type: ignore[attr-defined]
    return np.array(days, dtype="datetime64[s]")[place.reshape(-1)]
