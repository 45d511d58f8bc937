# SPDX-License-Identifier: AGPL-3.0-or-later
"""One delivery into the store: facts once, rejects kept, everything counted.

The way is optimistic: rows are copied straight into the facts, and only when the unique key
objects does the rest of the delivery take the detour over a staging table that leaves out what is
there already. All of it belongs to the caller's transaction, so a killed load leaves nothing.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime
import decimal
import typing

import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
from odoo.tools import SQL

from . import copying, exact, facts, partitions

MICRO = 1_000_000
#: Lines left out by declaration are counted in full, but only so many are kept one by one.
FILTERED_KEPT = 1_000
#: What two records with the same key are compared by.
CONTENT = (
    "service", "direction", "quantity", "unit", "a_number", "b_number", "cost", "currency",
)  # fmt: skip
#: Lines that are named.
NAMED = 5
#: Reason of rejects that the reader took for records.
IMPLAUSIBLE = "date_implausible"
EARLIEST = np.datetime64("2000-01-01")


@dataclasses.dataclass
class Counts:
    """What became of a delivery. quantity and cost: totals of what was decoded, by unit and
    currency, in units and money. changed: records among the duplicates that say something else
    than what is stored, and the first lines of them."""

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
    changed: int = 0
    changed_lines: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A chunk on its way into the store. lines: records it came with; text: rows for COPY."""

    lines: int
    rows: int
    columns: list[str]
    text: bytes
    months: list[datetime.date]
    quantity: dict[str, decimal.Decimal]
    cost: dict[str, decimal.Decimal]
    implausible: pd.DataFrame


class Intake:
    """Writes the chunks of one delivery. ``add`` and ``reject`` in any order, then ``finish``."""

    def __init__(self, cr, company: int, source: int, delivery: int):
        self.cr = cr
        self.company, self.source, self.delivery = company, source, delivery
        self.counts = Counts()
        # Lines that an earlier load of the same delivery has stored. They stay as they are, also
        # when the source's settings would make something else of them now.
        self.kept = _lines(cr, delivery)
        self.before = len(self.kept)
        self.inserted = 0
        self._months: set[datetime.date] = set()
        self.staged = self.before > 0
        if self.before:
            stored = self.stored()
            self.counts.decoded_quantity = stored.loaded_quantity
            self.counts.decoded_cost = stored.loaded_cost

    def add(self, frame: pd.DataFrame, keys: np.ndarray) -> None:
        """Store the records of a usage frame (columns: ``connectors.frame``) under their keys.

        :param keys: one 16-byte key a row, see ``connectors.frame.Deduplicator``
        """
        self.write(self.prepare(frame, keys))

    def prepare(self, frame: pd.DataFrame, keys: np.ndarray) -> Prepared:
        """The part of ``add`` that needs no database and may run in another thread."""
        lines = len(frame)
        if self.before:
            new = ~np.isin(frame["line"].to_numpy(), self.kept)
            frame, keys = frame[new], keys[new]
        wrong = _implausible(frame["started_at"])
        bad = frame[wrong]
        if wrong.any():
            frame, keys = frame[~wrong], keys[~wrong]
        data = copying.facts(frame, keys, self.company, self.source, self.delivery)
        return Prepared(
            lines=lines,
            rows=len(frame),
            columns=data.column_names,
            text=copying.as_csv(data),
            months=_months(frame["started_at"]),
            quantity=_sums(frame, "unit", "quantity"),
            cost=_sums(frame, "currency", "cost"),
            implausible=bad,
        )

    def write(self, prepared: Prepared, keep: bool = True) -> None:
        """The part of ``add`` that stores.

        :param keep: rejects of records that are not believable
        """
        self.counts.lines += prepared.lines
        if keep and len(prepared.implausible):
            self._keep(as_rejects(prepared.implausible))
        if not prepared.rows:
            return
        for sums, more in (
            (self.counts.decoded_quantity, prepared.quantity),
            (self.counts.decoded_cost, prepared.cost),
        ):
            for key, value in more.items():
                _more(sums, key, value)
        partitions.ensure(self.cr, facts.TABLE, prepared.months)
        self._months.update(prepared.months)
        self.inserted += self._insert(prepared)

    def reject(self, rejects: pd.DataFrame) -> None:
        """Keep what did not become a record (columns: line, kind, reason, message, raw)."""
        if not len(rejects):
            return
        self.counts.lines += len(rejects)
        if self.before:
            rejects = rejects[~np.isin(rejects["line"].to_numpy(), self.kept)]
        self._keep(rejects)

    def reject_again(self, rejects: pd.DataFrame) -> None:
        """Count lines that were rejected again, and of which the store has the reject already."""
        self.counts.lines += len(rejects)
        self._count(rejects)

    def finish(self) -> Counts:
        """Count what is in the store and compare it with what was put in."""
        # Else each look for a delivery would read all that came since the last vacuum.
        partitions.summarize(self.cr, facts.TABLE, self._months)
        counts, stored = self.counts, self.stored()
        for name in ("loaded", "loaded_quantity", "loaded_cost", "first", "last"):
            setattr(counts, name, getattr(stored, name))
        if counts.loaded != self.before + self.inserted:
            raise AssertionError(
                f"delivery {self.delivery}: {self.before} + {self.inserted} rows were written, "
                f"{counts.loaded} are stored"
            )
        counts.duplicates = counts.lines - counts.rejects - counts.loaded
        return counts

    # --- inside ------------------------------------------------------------------------------

    def stored(self) -> Counts:
        """What the store has of this delivery."""
        counts = Counts()
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
        return counts

    def _insert(self, prepared: Prepared) -> int:
        if not self.staged:
            try:
                with self.cr.savepoint(flush=False):
                    copying.copy_csv(self.cr, facts.TABLE, prepared.columns, prepared.text)
                    return prepared.rows
            except psycopg2.errors.UniqueViolation:
                self.staged = True
        cr = self.cr
        cr.execute(
            SQL(
                "CREATE TEMP TABLE IF NOT EXISTS telecom_intake"
                " (LIKE telecom_usage_data INCLUDING DEFAULTS) ON COMMIT DROP"
            )
        )
        copying.copy_csv(cr, "telecom_intake", prepared.columns, prepared.text)
        # In the order of the keys, so that two loads meet in the same order and never deadlock.
        cr.execute(
            SQL(
                "INSERT INTO telecom_usage_data SELECT * FROM telecom_intake"
                " ORDER BY dedup_key ON CONFLICT DO NOTHING"
            )
        )
        inserted = cr.rowcount
        if inserted < prepared.rows:
            self._compare()
        cr.execute(SQL("TRUNCATE telecom_intake"))
        return inserted

    def _compare(self) -> None:
        """Count what came before with another content: a carrier's correction, perhaps."""
        self.cr.execute("SELECT min(started_at), max(started_at) FROM telecom_intake")
        first, last = self.cr.fetchone()
        self.cr.execute(
            SQL(
                "SELECT count(*), (array_agg(i.line ORDER BY i.line))[1:%(named)s]"
                " FROM telecom_intake i JOIN telecom_usage_data d ON d.source_id = i.source_id"
                " AND d.dedup_key = i.dedup_key AND d.started_at = i.started_at"
                " WHERE d.delivery_id <> %(delivery)s"
                " AND d.started_at BETWEEN %(first)s AND %(last)s AND (%(new)s)"
                " IS DISTINCT FROM (%(old)s)",
                named=NAMED,
                delivery=self.delivery,
                first=first,
                last=last,
                new=SQL(", ").join(SQL.identifier("i", name) for name in CONTENT),
                old=SQL(", ").join(SQL.identifier("d", name) for name in CONTENT),
            )
        )
        changed, lines = self.cr.fetchone()
        self.counts.changed += changed
        self.counts.changed_lines += (lines or [])[: NAMED - len(self.counts.changed_lines)]

    def _count(self, rejects: pd.DataFrame) -> None:
        counts = self.counts
        counts.rejects += len(rejects)
        counts.filtered += int((rejects["kind"] == "filtered").sum())
        for reason, records in rejects["reason"].value_counts().items():
            counts.reasons[reason] = counts.reasons.get(reason, 0) + int(records)

    def _keep(self, rejects: pd.DataFrame) -> None:
        filtered = (rejects["kind"] == "filtered").to_numpy(dtype=bool)
        room = max(FILTERED_KEPT - self.counts.filtered, 0)
        self._count(rejects)
        carried = (rejects["reason"] == "carried").to_numpy(dtype=bool)  # needed once more
        kept = rejects[~filtered | carried | (np.cumsum(filtered) <= room)]
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


def _lines(cr, delivery: int) -> np.ndarray:
    cr.execute(SQL("SELECT line FROM telecom_usage_data WHERE delivery_id = %s", delivery))
    return np.fromiter((line for (line,) in cr.fetchall()), dtype=np.int64)


def ahead(chunks: typing.Iterable) -> typing.Iterator:
    """The items of ``chunks``, each made in a thread while the one before it is being stored.

    PostgreSQL works on one processor and Arrow on another; the price is one more chunk in memory.
    """
    end = object()
    source = iter(chunks)
    with concurrent.futures.ThreadPoolExecutor(1, "intake") as pool:
        coming = pool.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, source, end)
            yield item


def _implausible(started_at: pd.Series) -> np.ndarray:
    """Where a date is not believable: each such record would make a partition of its own."""
    latest = np.datetime64(datetime.datetime.now() + datetime.timedelta(days=366), "us")
    when = started_at.to_numpy()
    return (when < EARLIEST) | (when > latest)


def as_rejects(bad: pd.DataFrame) -> pd.DataFrame:
    """Records whose start is not believable, as rejects."""
    message = "Start %s is not believable (years 2000 to next year); correct the line."
    return pd.DataFrame(
        {
            "line": bad["line"],
            "kind": "faulty",
            "reason": IMPLAUSIBLE,
            "message": [message % moment for moment in bad["started_at"]],
            "raw": bad["a_raw"].astype(str) + " → " + bad["b_raw"].astype(str),
        }
    )


def _sums(frame: pd.DataFrame, by: str, what: str) -> dict[str, decimal.Decimal]:
    """Exact sums of a column of millionths, in whole units, by another column's values."""
    keys, sums = frame[by], {}
    for key in keys.dropna().unique():
        part = frame.loc[keys == key, what]
        sums[str(key)] = decimal.Decimal(copying.total(part)) / MICRO
    return sums


def _months(started_at: pd.Series) -> list[datetime.date]:
    return np.unique(started_at.to_numpy().astype("datetime64[M]")).astype(object).tolist()


def _more(sums: dict, key: str, value: decimal.Decimal) -> None:
    sums[key] = sums.get(key, decimal.Decimal(0)) + value
