# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rejected lines read again, after they or the settings of their source were corrected.

What becomes usable is stored as records of the same delivery, on their own lines; counts and
control totals of the delivery follow. A line that a person corrected is read from what they
wrote. All others are read from the original file, as the source's settings say now: a raw text
that was shortened, or spoilt by a wrong encoding, is of no use.
"""

from __future__ import annotations

import collections

import numpy as np
import pandas as pd
from odoo import fields
from odoo.tools import SQL

import connectors.formats
from connectors.formats.summary import Summary
from connectors.frame import FAULTY, Decoded, Deduplicator, empty, empty_rejects, uuid_texts

from ..store.intake import IMPLAUSIBLE, Counts, Intake, as_rejects
from . import delivery_loader
from .delivery_counts import decoded_of, restate

#: What a combining format makes of a line whose record has already been stored without it.
PART = "merged"


def retry(delivery, rejects) -> int:
    """Read these rejects of one loaded delivery again; returns how many lines became usable.

    Belongs to the caller's transaction, under the lock of the source.
    """
    if delivery.state != "loaded" or not rejects:
        return 0
    with delivery_loader.opened(delivery) as path:
        work = _Retry(delivery, rejects, path)
        return work.run()


class _Retry:
    def __init__(self, delivery, rejects, path):
        self.delivery, self.path = delivery, path
        self.rejects = rejects
        self.format = connectors.formats.get(delivery.source_id.format)
        self.settings = delivery.source_id.settings or {}
        self.summary = Summary.of((delivery.totals or {}).get("summary") or {})

    def run(self) -> int:
        written = self.rejects.filtered("corrected")
        given = (self.rejects - written).mapped("line")
        texts = {reject.line: reject.corrected for reject in written}
        stored = [*self._from_original(set(given)), *self._from_texts(texts)]
        frames, keys, rejects = zip(*stored, strict=True) if stored else ((), (), ())
        chunk = Decoded(
            pd.concat([empty(), *frames], ignore_index=True),
            pd.concat([empty_rejects(), *rejects], ignore_index=True),
        )
        return self._store(chunk, np.concatenate(keys) if keys else np.zeros(0, "V16"))

    # --- reading -------------------------------------------------------------------------------

    def _from_original(self, lines: set[int]):
        """(frame, keys, rejects) of these lines; keys as if the whole file was read just now."""
        if not lines:
            return
        dedup, decoding = Deduplicator(), self.format.decode(self.path, self.settings)
        for chunk in decoding:
            keys = dedup.keys(chunk.frame)
            frame, rejects = (part["line"].isin(lines) for part in (chunk.frame, chunk.rejects))
            if frame.any() or rejects.any():
                yield chunk.frame[frame], keys[frame.to_numpy()], chunk.rejects[rejects]
        # Only now a trailer may be known that was taken for a record before.
        self.summary.declared = decoding.summary.declared
        self.summary.header_text = decoding.summary.header_text

    def _from_texts(self, texts: dict[int, str]):
        if not texts:
            return
        lines = sorted(texts.items())
        chunk = self.format.retry(lines, self.settings, self.summary.header_text).read()
        keys = Deduplicator().keys(chunk.frame)
        if self._known(keys):
            # The same facts are there already: of another call that looks alike, perhaps in this
            # very file. How many of them it holds decides what the next one is called.
            keys = self._counted(chunk.frame)
        yield chunk.frame, keys, chunk.rejects

    def _known(self, keys: np.ndarray) -> bool:
        if not len(keys):
            return False
        cr = self.delivery.env.cr
        cr.execute(
            SQL(
                "SELECT EXISTS (SELECT 1 FROM telecom_usage_data WHERE source_id = %s"
                " AND dedup_key = ANY(%s::uuid[]))",
                self.delivery.source_id.id,
                uuid_texts(keys),
            )
        )
        return cr.fetchone()[0]

    def _counted(self, frame: pd.DataFrame) -> np.ndarray:
        """Keys that go on from those of the whole file."""
        dedup = Deduplicator()
        for chunk in self.format.decode(self.path, self.settings):
            dedup.keys(chunk.frame)
        earlier = self.delivery.reject_ids.filtered(
            lambda reject: reject.corrected and reject.state == "solved"
        )
        if earlier:
            lines = [(reject.line, reject.corrected) for reject in earlier]
            again = self.format.retry(lines, self.settings, self.summary.header_text)
            dedup.keys(again.read().frame)
        return dedup.keys(frame)

    # --- storing -------------------------------------------------------------------------------

    def _store(self, chunk: Decoded, keys: np.ndarray) -> int:
        delivery = self.delivery
        env = delivery.env
        env.flush_all()
        chunk = self._without_parts(chunk)
        intake = Intake(env.cr, delivery.company_id.id, delivery.source_id.id, delivery.id)
        intake.counts.decoded_quantity = decoded_of(delivery, "decoded")
        intake.counts.decoded_cost = decoded_of(delivery, "decoded_cost")
        prepared = intake.prepare(chunk.frame, keys)
        chunk = self._without_implausible(chunk, prepared.implausible)
        intake.write(prepared, keep=False)
        usable, again = set(chunk.frame["line"]), set(chunk.rejects["line"])
        gone = self.rejects.filtered(lambda reject: reject.line not in usable | again)
        counts = self._counts(intake, chunk, len(gone))
        before = collections.Counter(
            (reject.kind, reject.reason)
            for reject in self.rejects
            if reject.reason != IMPLAUSIBLE  # which the reader had taken for a record
        )
        self.summary.recount(before, chunk, len(gone))
        self._mark(chunk, usable, gone)
        restate(delivery, counts, self.summary)
        return len(usable)

    def _counts(self, intake: Intake, chunk: Decoded, gone: int) -> Counts:
        """The delivery's counts with what has changed by these lines."""
        delivery, counts = self.delivery, intake.stored()
        usable = len(chunk.frame)
        filtered = int((chunk.rejects["kind"] != FAULTY).sum())
        before = len(self.rejects.filtered(lambda reject: reject.kind != FAULTY))
        reasons = collections.Counter((delivery.totals or {}).get("reasons") or {})
        reasons.subtract(self.rejects.mapped("reason"))
        reasons.update(chunk.rejects["reason"].tolist())
        counts.lines = delivery.lines - gone
        counts.duplicates = delivery.duplicates + usable - intake.inserted
        counts.rejects = delivery.rejects - usable - gone
        counts.filtered = delivery.left_out - before + filtered
        counts.reasons = dict(+reasons)
        counts.decoded_quantity = intake.counts.decoded_quantity
        counts.decoded_cost = intake.counts.decoded_cost
        return counts

    def _without_parts(self, chunk: Decoded) -> Decoded:
        """A part of a record that is stored already stays where it is: open, and not lost."""
        if not self.format.combines(self.format.resolve(self.settings)):
            return chunk
        rejects = chunk.rejects.copy()
        # Unless its record is made just now, with it.
        into = rejects["message"].str.extract(r"(\d+)")[0].fillna("0").astype("int64")
        part = (rejects["reason"] == PART) & ~into.isin(chunk.frame["line"])
        rejects.loc[part, "kind"] = FAULTY
        rejects.loc[part, "message"] = self.delivery.env._(
            "The line belongs to a record that was stored without it. Undo the delivery and load"
            " it again."
        )
        return Decoded(chunk.frame, rejects)

    def _without_implausible(self, chunk: Decoded, bad: pd.DataFrame) -> Decoded:
        if not len(bad):
            return chunk
        rejects = as_rejects(bad)
        return Decoded(
            chunk.frame[~chunk.frame["line"].isin(bad["line"])],
            pd.concat([chunk.rejects, rejects], ignore_index=True),
        )

    def _mark(self, chunk: Decoded, usable: set[int], gone) -> None:
        """What became of each reject; who asked, and when, is kept with it."""
        asked = {"retried_at": fields.Datetime.now(), "retried_by": self.delivery.env.uid}
        found = self._stored_lines(usable)
        solved = self.rejects.filtered(lambda reject: reject.line in usable)
        stored = solved.filtered(lambda reject: reject.line in found)
        stored.write(asked | {"state": "solved", "outcome": "stored"})
        (solved - stored).write(asked | {"state": "solved", "outcome": "duplicate"})
        gone.write(asked | {"state": "solved", "outcome": "none"})
        reasons = {row["line"]: row for row in chunk.rejects.to_dict("records")}
        for reject in self.rejects.filtered(lambda reject: reject.line in reasons):
            row = reasons[reject.line]
            state = "open" if row["kind"] == FAULTY else "ignored"
            reject.write(
                asked
                | {name: row[name] for name in ("kind", "reason", "message")}
                | {"state": state, "outcome": False}
            )

    def _stored_lines(self, lines: set[int]) -> set[int]:
        cr = self.delivery.env.cr
        cr.execute(
            SQL(
                "SELECT line FROM telecom_usage_data WHERE delivery_id = %s AND line = ANY(%s)",
                self.delivery.id,
                [int(line) for line in lines],
            )
        )
        return {line for (line,) in cr.fetchall()}
