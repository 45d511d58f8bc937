# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running a format over a delivery: pieces converted by a few threads, handed out in order."""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from connectors.formats.combine import Combiner
from connectors.formats.summary import Declared, Summary
from connectors.frame import Decoded

if TYPE_CHECKING:
    import pandas as pd

    from connectors.formats.base import Decoding, Format, Source
    from connectors.readers.batch import Batch

Carried = tuple[int, str, str]
"""A row of an earlier file: a positive number of the caller's, raw text, header of its file."""

THREADS = max(1, min(4, os.cpu_count() or 1))
"""Arrow and numpy work outside the interpreter's lock, so threads are enough."""


def decode(
    form: Format, source: Source, settings: Mapping[str, Any], chunk_rows: int,
    carried: Sequence[Carried] | None = None,
) -> Decoding:  # fmt: skip
    """See :meth:`connectors.formats.base.Format.decode`."""
    from connectors.formats.base import Decoding

    summary = Summary()
    mode = form.combines(settings)
    combiner = Combiner(mode, carry=carried is not None) if mode else None
    chunks = _chunks(form, source, settings, chunk_rows, summary, combiner, carried or ())
    return Decoding(chunks, summary, combiner.settled if combiner else {})


def retry(
    form: Format, lines: list[tuple[int, str]], settings: Mapping[str, Any], header: str
) -> Decoding:
    """See :meth:`connectors.formats.base.Format.retry`."""
    from connectors.formats.base import Decoding

    texts = [text.replace("\n", " ").replace("\r", " ") or " " for _line, text in lines]
    data = form.rejoin(texts, settings, header)
    given = {name: "utf-8" if name == "encoding" else value for name, value in settings.items()}
    given |= {"_again": True} | ({"skip": 0} if "skip" in given else {})
    summary = Summary()
    mode = form.combines(given)
    combiner = Combiner(mode) if mode else None
    chunks = _chunks(form, io.BytesIO(data), given, max(len(lines), 1), summary, combiner)
    return Decoding(_renumbered(chunks, [line for line, _text in lines], summary), summary)


def _renumbered(chunks: Iterator[Decoded], lines: list[int], summary: Summary) -> Iterator[Decoded]:
    """Chunks with the ordinals that the lines have in their delivery."""
    for chunk in chunks:
        before = summary.header
        for frame in (chunk.frame, chunk.rejects):
            at = frame["line"].to_numpy() - 1 - before
            frame["line"] = np.array([lines[min(int(one), len(lines) - 1)] for one in at], "int64")
        yield chunk


def _earlier(
    form: Format, carried: Sequence[Carried], settings: Mapping[str, Any]
) -> Iterator[pd.DataFrame]:
    """Rows of earlier files, with the columns of the combiner and negative lines."""
    given = {name: "utf-8" if name == "encoding" else value for name, value in settings.items()}
    given |= {"_again": True} | ({"skip": 0} if "skip" in given else {})
    by_header: dict[str, list[Carried]] = {}
    for one in carried:
        by_header.setdefault(one[2], []).append(one)
    for header, rows in by_header.items():
        texts = [text.replace("\n", " ").replace("\r", " ") or " " for _id, text, _header in rows]
        summary = Summary()
        data = io.BytesIO(form.rejoin(texts, given, header))
        for read in form.batches(data, given, summary):
            batch = read()
            frame = form.assemble(batch, given)[0].frame
            at = frame["line"].to_numpy() - 1 - summary.header
            frame["line"] = np.array(
                [-rows[min(int(one), len(rows) - 1)][0] for one in at], "int64"
            )
            yield frame[frame["_key"].notna()]


def _chunks(
    form: Format, source: Source, settings: Mapping[str, Any], chunk_rows: int, summary: Summary,
    combiner: Combiner | None, carried: Sequence[Carried] = (),
) -> Iterator[Decoded]:  # fmt: skip
    with ExitStack() as stack:
        if isinstance(source, (str, Path)):
            source = stack.enter_context(open(source, "rb"))
        for frame in _earlier(form, carried, settings) if combiner and carried else ():
            combiner.wait(frame)
        readers = form.batches(source, settings, summary)
        pool = stack.enter_context(ThreadPoolExecutor(THREADS, "decode"))

        def work(read: Callable[[], Batch]) -> tuple[Batch, Decoded, dict[str, int]]:
            batch = read()
            return batch, *form.assemble(batch, settings)

        for batch, chunk, notes in _in_order(pool, readers, work):
            for name in ("lines", "blank", "header", "trailer"):
                setattr(summary, name, getattr(summary, name) + getattr(batch, name))
            for fields in batch.controls:
                summary.declared.add(form.control(fields, settings) or Declared())
            summary.notes.update(notes)
            for done in [chunk] if combiner is None else combiner.feed(chunk):
                summary.count(done)
                yield from _sliced(done, chunk_rows)
        for done in () if combiner is None else combiner.finish():
            summary.count(done)
            yield from _sliced(done, chunk_rows)


def _in_order(
    pool: ThreadPoolExecutor, items: Iterator[Any], work: Callable[[Any], Any]
) -> Iterator[Any]:
    """Results in the order of the items, with no more than one waiting per thread."""
    waiting: deque[Future[Any]] = deque()
    first = next(items, None)
    if first is None:
        return
    try:
        for item in chain([first], items):
            waiting.append(pool.submit(work, item))
            if len(waiting) > THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _sliced(chunk: Decoded, rows: int) -> Iterator[Decoded]:
    """A chunk in parts of at most `rows` records and about as many rejects, by line."""
    size = max(len(chunk.frame), len(chunk.rejects))
    if size <= rows:
        if size:
            yield chunk
        return
    for at in range(0, size, rows):
        yield Decoded(
            chunk.frame.iloc[at : at + rows].reset_index(drop=True),
            chunk.rejects.iloc[at : at + rows].reset_index(drop=True),
        )
