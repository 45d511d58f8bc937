# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cost side of a month: each source's records by its carrier's price list, or as stated."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pyarrow as pa

from ..book import writer
from ..rating import TariffBook
from ..rating.cost import cost
from .columns import codes, flat, micros


@dataclasses.dataclass
class Costing:
    """``data``: the tariff book of the carriers' price lists (None: no source has one);
    ``stated``: ids of sources whose stated costs count; ``listed``: of those with a price list."""

    data: dict | None
    book: TariffBook | None
    stated: frozenset[int]
    listed: frozenset[int]
    unstated: frozenset[int] = frozenset()

    @classmethod
    def load(cls, env, company, period) -> Costing:
        """Raises BookError where a price list cannot be used."""
        sources = env["telecom.source"].with_context(active_test=False, lang="en_US")
        sources = sources.search([("company_id", "=", company.id)])
        tariffs = sources.cost_tariff_id
        stated = frozenset(sources.filtered("cost_stated").ids)
        unstated = frozenset(sources.ids) - stated
        if not tariffs:
            return cls(None, None, stated, frozenset(), unstated)
        data = writer.write(tariffs, period=period, rules=False)
        written = {entry["id"] for entry in data.get("tariffs", [])}
        data["carriers"] = [
            {"id": source.id, "name": source.name, "tariff": source.cost_tariff_id.id}
            for source in sources
            if source.cost_tariff_id.id in written
        ]
        listed = frozenset(carrier["id"] for carrier in data["carriers"])
        return cls(data, TariffBook(data), stated, listed, unstated)

    def says(self) -> str | None:
        """Everything that decides costs, as text; None while all are as stated."""
        if not self.data and not self.unstated:
            return None
        return json.dumps([self.data, sorted(self.unstated)], sort_keys=True)

    def of(self, facts: pa.Table, usage, currencies: dict[str, int], own: int):
        """(cost in millionths, known, currency id) of each fact.

        :param usage: makes the rating core's frame of facts
        :param currencies: ISO code → id; ``own``: the company's, where a record states none
        """
        source = flat(facts["source_id"]).to_numpy(zero_copy_only=False)
        value, known = micros(facts["cost"])
        known = known & np.isin(source, list(self.stated))
        code, names = codes(facts["currency"])
        ids = np.array([*(currencies.get(name, 0) for name in names), own])
        currency = ids[np.where(code < 0, len(names), code)]
        value = np.where(known, value, 0)
        rows = np.flatnonzero(~known & np.isin(source, list(self.listed)))
        if rows.size:
            frame = usage(self.book, facts.take(pa.array(rows)))
            frame["carrier"] = pd.Categorical([str(one) for one in source[rows].tolist()])
            found = cost(self.book, frame)
            priced = found["cost"].notna().to_numpy()
            value[rows] = found["cost"].fillna(0).to_numpy(dtype=np.int64)
            known[rows] = priced
            currency[rows] = [currencies.get(name, 0) for name in found["currency"]]
        return value, known, currency
