# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of fixed width: columns by their place in the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from connectors.readers.batch import TEXT, Batch, Fault
from connectors.readers.lines import Block


@dataclass(frozen=True)
class Places:
    """name -> (begin, end), 0-based, end excluded, in characters.

    A data line has at least `least` characters.  Lines for which `is_control` is true are control
    records; lines that begin with none of `starts` (if there are any) are other records.
    """

    places: dict[str, tuple[int, int]]
    least: int
    is_control: Callable[[str], bool] = lambda line: False
    starts: tuple[str, ...] = ()


def read_fixed(block: Block, places: Places) -> Batch:
    """The rows of a block; control records are kept as their whole line."""
    batch = Batch(np.zeros(0, np.int64), {}, block.raw, list(block.faults), block.count)
    cut = {fault.line for fault in block.faults}
    lines: list[int] = []
    texts: list[str] = []
    for line in range(block.first, block.first + block.count):
        if line in cut:
            continue
        data = block.bytes_of(line)
        if not data.strip():
            batch.blank += 1
            continue
        text = _text(block, data)
        if text is None:
            batch.faults.append(Fault(line, "encoding", block.encoding))
        elif "\x00" in text:
            batch.faults.append(Fault(line, "nul_byte"))
        elif places.is_control(text):
            batch.trailer += 1
            batch.controls.append([text])
        elif places.starts and not text.startswith(places.starts):
            batch.faults.append(
                Fault(line, "other_record_type", value=text[:10].strip(), kind="filtered")
            )
        elif len(text) < places.least:
            batch.faults.append(Fault(line, "line_short", str(places.least), len(text)))
        else:
            lines.append(line)
            texts.append(text)
    batch.line = np.array(lines, dtype=np.int64)
    batch.columns = {
        name: pa.array([text[begin:end].strip() for text in texts], TEXT)
        for name, (begin, end) in places.places.items()
    }
    return batch


def _text(block: Block, data: bytes) -> str | None:
    try:
        text = data.decode(block.encoding if block.dirty else "utf-8")
    except UnicodeDecodeError:
        return None
    return None if block.narrowed and "\ufffd" in text else text
