# SPDX-License-Identifier: AGPL-3.0-or-later
"""One delivery into the store: facts once, rejects kept, everything counted.

The way is optimistic: rows are copied straight into the facts, and only when the unique key
objects does the rest of the delivery take the detour over a staging table that leaves out what is
there already. All of it belongs to the caller's transaction, so a killed load leaves nothing.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal

import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
from odoo.tools import SQL

from . import copying, exact, facts, partitions

MICRO = 1_000_000
#: Lines left out by declaration are counted in full, but only so many are kept one by one.
FILTERED_KEPT = 1_000
EARLIEST = np.datetime64("2000-01-01")


@dataclasses.dataclass
class Counts:
    """What became of a delivery. quantity and cost: totals of what was decoded, by unit and
    currency, in units and money."""

    lines: int = 0
    loaded: int = 0
    duplicates: int = 0
    rejects: int = 0
    filtered: int = 0
    reasons: dict = dataclasses.field(default_factory=dict)
    decoded_quantity: dict = dataclasses.field(default_factory=dict)
    decoded_cost: dict = dataclasses.field(default_factory=dict)
    loaded_quantity: dict = dataclasses.field(default_factory=dict)
    loaded_cost: dict = dataclasses.field(default_factory=dict)
    first: datetime.datetime | None = None
    last: datetime.datetime | None = None


class Intake:
    """Writes the chunks of one delivery. ``add`` and ``reject`` in any order, then ``finish``."""

    def __init__(self, cr, company: int, source: int, delivery: int):
        self.cr = cr
        self.company, self.source, self.delivery = company, source, delivery
        self.counts = Counts()
        self.before = facts.count(cr, [delivery])  # a second load of the same delivery
        self.inserted = 0
        self.staged = self.before > 0

    def add(self, frame: pd.DataFrame, keys: np.ndarray) -> None:
        """Store the records of a usage frame (columns: ``connectors.frame``) under their keys.

        :param keys: one 16-byte key a row, see ``connectors.frame.Deduplicator``
        """
        self.counts.lines += len(frame)
        frame, keys = self._plausible(frame, keys)
        if not len(frame):
            return
        self._sum_up(frame)
        self._ensure_months(frame["started_at"])
        data = copying.facts(frame, keys, self.company, self.source, self.delivery)
        self.inserted += self._insert(data)

    def reject(self, rejects: pd.DataFrame) -> None:
        """Keep what did not become a record (columns: line, kind, reason, message, raw)."""
        if not len(rejects):
            return
        counts = self.counts
        counts.lines += len(rejects)
        self._keep(rejects)

    def finish(self) -> Counts:
        """Count what is in the store and compare it with what was put in."""
        counts = self.counts
        query = SQL(
            "SELECT unit, currency, count(*), sum(quantity), sum(cost),"
            " min(started_at), max(started_at)"
            " FROM telecom_usage_data WHERE delivery_id = %s GROUP BY unit, currency",
            self.delivery,
        )
        for unit, currency, records, quantity, cost, first, last in exact.fetch(self.cr, query):
            counts.loaded += records
            _more(counts.loaded_quantity, unit, quantity / MICRO)
            if cost is not None:
                _more(counts.loaded_cost, currency, cost)
            counts.first = min(filter(None, (counts.first, first)))
            counts.last = max(filter(None, (counts.last, last)))
        if counts.loaded != self.before + self.inserted:
            raise AssertionError(
                f"delivery {self.delivery}: {self.before} + {self.inserted} rows were written, "
                f"{counts.loaded} are stored"
            )
        counts.duplicates = counts.lines - counts.rejects - counts.loaded
        return counts

    # --- inside ------------------------------------------------------------------------------

    def _insert(self, data: pa.Table) -> int:
        if not self.staged:
            try:
                with self.cr.savepoint(flush=False):
                    return copying.copy(self.cr, facts.TABLE, data)
            except psycopg2.errors.UniqueViolation:
                self.staged = True
        cr = self.cr
        cr.execute(
            SQL(
                "CREATE TEMP TABLE IF NOT EXISTS telecom_intake"
                " (LIKE telecom_usage_data INCLUDING DEFAULTS) ON COMMIT DROP"
            )
        )
        copying.copy(cr, "telecom_intake", data)
        # In the order of the keys, so that two loads meet in the same order and never deadlock.
        cr.execute(
            SQL(
                "INSERT INTO telecom_usage_data SELECT * FROM telecom_intake"
                " ORDER BY dedup_key ON CONFLICT DO NOTHING"
            )
        )
        inserted = cr.rowcount
        cr.execute(SQL("TRUNCATE telecom_intake"))
        return inserted

    def _plausible(self, frame: pd.DataFrame, keys: np.ndarray):
        """Records without a believable date would each make a partition of their own."""
        latest = np.datetime64(datetime.datetime.now() + datetime.timedelta(days=366), "us")
        when = frame["started_at"].to_numpy()
        wrong = (when < EARLIEST) | (when > latest)
        if not wrong.any():
            return frame, keys
        bad = frame[wrong]
        message = "Start %s is not believable (years 2000 to next year); correct the line."
        self._keep(
            pd.DataFrame(
                {
                    "line": bad["line"],
                    "kind": "faulty",
                    "reason": "date_implausible",
                    "message": [message % moment for moment in bad["started_at"]],
                    "raw": bad["a_raw"].astype(str) + " → " + bad["b_raw"].astype(str),
                }
            )
        )
        return frame[~wrong], keys[~wrong]

    def _keep(self, rejects: pd.DataFrame) -> None:
        counts = self.counts
        counts.rejects += len(rejects)
        for reason, records in rejects["reason"].value_counts().items():
            counts.reasons[reason] = counts.reasons.get(reason, 0) + int(records)
        filtered = (rejects["kind"] == "filtered").to_numpy(dtype=bool)
        room = max(FILTERED_KEPT - counts.filtered, 0)
        counts.filtered += int(filtered.sum())
        kept = rejects[~filtered | (np.cumsum(filtered) <= room)]
        rows = len(kept)
        state = np.where((kept["kind"] == "filtered").to_numpy(dtype=bool), "ignored", "open")
        copying.copy(
            self.cr,
            "telecom_reject",
            pa.table(
                {
                    "delivery_id": copying.constant(self.delivery, rows),
                    "source_id": copying.constant(self.source, rows),
                    "company_id": copying.constant(self.company, rows),
                    "line": pa.array(kept["line"]),
                    "state": pa.array(state, type=pa.string()),
                }
                | {name: copying.text(kept[name]) for name in ("kind", "reason", "message", "raw")}
            ),
        )

    def _sum_up(self, frame: pd.DataFrame) -> None:
        for unit, part in frame.groupby("unit", sort=False):
            total = decimal.Decimal(copying.total(part["quantity"])) / MICRO
            _more(self.counts.decoded_quantity, str(unit), total)
        for currency, part in frame.groupby("currency", sort=False):
            total = decimal.Decimal(copying.total(part["cost"])) / MICRO
            _more(self.counts.decoded_cost, str(currency), total)

    def _ensure_months(self, started_at: pd.Series) -> None:
        months = np.unique(started_at.to_numpy().astype("datetime64[M]"))
        partitions.ensure(self.cr, facts.TABLE, months.astype(object).tolist())


def _more(sums: dict, key: str, value: decimal.Decimal) -> None:
    sums[key] = sums.get(key, decimal.Decimal(0)) + value
