# SPDX-License-Identifier: AGPL-3.0-or-later
"""Delimited text: pyarrow reads what is regular, every other line is read by itself.

pyarrow is trusted with a block only if its rows and the lines it complains about add up to the
lines that are there; otherwise (an open quote swallows lines) the whole block is read line by
line.  Both ways give the same answer for the same line.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from connectors.readers.batch import TEXT, Batch, Fault
from connectors.readers.lines import Block

csv.field_size_limit(1 << 24)

MAX_FIELD = 1 << 14
"""A longer field makes its line faulty; nothing that is billed is that long."""


@dataclass(frozen=True)
class Layout:
    """How lines fall into columns.

    `places` name -> position (0-based) of the columns wanted; `least` and `most` the numbers of
    columns a line may have (more are allowed while they are empty).  `is_control` tells from a
    line's fields whether it is a control record and no data; `repeated` is the header line.
    """

    places: dict[str, int]
    least: int
    most: int
    delimiter: str = ","
    quote: str = '"'
    is_control: Callable[[Sequence[str]], bool] | None = None
    control_marks: tuple[str, ...] = ()  # how the first field of a control record begins
    repeated: str | None = None


def split_line(text: str, layout: Layout) -> list[str] | None:
    """The fields of one line, or None where a quoted field is not closed."""
    if not layout.quote or layout.quote not in text:
        return text.split(layout.delimiter)
    options = {"delimiter": layout.delimiter, "quotechar": layout.quote, "doublequote": True}
    try:
        return next(csv.reader([text], strict=True, **options))
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    row = next(csv.reader([text], strict=False, **options))
    # what Python takes for an open quote after rubbish is found by closing it on a second line
    return row if len(list(csv.reader([text, "x"], strict=False, **options))) == 2 else None


def read_block(block: Block, layout: Layout) -> Batch:
    """The rows of a block."""
    data = block.data
    if not block.dirty and data.find(b"\x00", 0, block.size) < 0 and not data.startswith(BOM_UTF8):
        batch = _read_fast(block, layout)
        if batch is not None:
            return batch
    return _read_lines(block, layout, range(block.first, block.first + block.count))


def _read_fast(block: Block, layout: Layout) -> Batch | None:
    data = block.data
    line = next((part for part in data[: 1 << 16].split(b"\n", 64) if part.strip()), b"")
    fields = split_line(line.decode("utf-8", "replace"), layout)
    if fields is None or len(fields) < layout.least or block.size < 2:
        return None
    width = len(fields)
    wanted = {at for at in layout.places.values() if at < width} | set(range(layout.most, width))
    if layout.control_marks or layout.repeated is not None or width == 1:
        wanted.add(0)
    odd: list[tuple[int, str]] = []

    def keep(row: pacsv.InvalidRow) -> str:
        odd.append((row.number, row.text))
        return "skip"

    names = [str(at) for at in range(width)]
    try:
        table = pacsv.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(0, block.size)),
            pacsv.ReadOptions(column_names=names, use_threads=False, block_size=block.size + 1),
            pacsv.ParseOptions(
                delimiter=layout.delimiter,
                quote_char=layout.quote or False,
                newlines_in_values=False,
                invalid_row_handler=keep,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXT),
                strings_can_be_null=False,
                include_columns=[str(at) for at in sorted(wanted)],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    blanks = block.count - table.num_rows - len(odd)
    if blanks and blanks != _empty_lines(block):
        return None
    columns = {int(name): _flat(table[name]) for name in table.column_names}
    if _over(columns):
        return None
    ordinals = _ordinals(block, blanks, odd)
    extra = [at for at in columns if at >= layout.most]
    strange = np.zeros(table.num_rows, dtype=bool)
    for at in extra:
        strange |= pc.not_equal(columns[at], "").to_numpy(zero_copy_only=False)
    if width == 1:
        strange |= pc.equal(pc.utf8_trim_whitespace(columns[0]), "").to_numpy(zero_copy_only=False)
    for mark in layout.control_marks:
        strange |= pc.starts_with(columns[0], mark).to_numpy(zero_copy_only=False)
    if layout.repeated is not None:
        head = (split_line(layout.repeated, layout) or [""])[0]
        strange |= pc.equal(columns[0], head).to_numpy(zero_copy_only=False)
    lines = ordinals[0]
    singly = [*ordinals[1], *(int(at) for at in lines[strange])]
    empty = pa.repeat(pa.scalar("", TEXT), table.num_rows)
    found = {name: columns.get(at, empty) for name, at in layout.places.items()}
    skipped = len(block.faults)
    batch = Batch(lines, found, block.raw, list(block.faults), block.count, blanks - skipped)
    if strange.any():
        batch = batch.filter(~strange)
    return _join(batch, _read_lines(block, layout, sorted(singly))) if singly else batch


def _over(columns: dict[int, pa.Array]) -> bool:
    return any((pc.max(pc.binary_length(v)).as_py() or 0) > MAX_FIELD for v in columns.values())


def _flat(column: pa.ChunkedArray) -> pa.Array:
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], TEXT)


def _empty_lines(block: Block) -> int:
    """Lines without any character."""
    return int((np.diff(block.ends, prepend=-1) == 1).sum())


def _ordinals(
    block: Block, blanks: int, odd: list[tuple[int, str]]
) -> tuple[np.ndarray, list[int]]:
    """Ordinals of the regular rows, and of the odd ones (pyarrow does not count empty lines)."""
    lines = np.arange(block.first, block.first + block.count, dtype=np.int64)
    if blanks:
        lines = lines[np.diff(block.ends, prepend=-1) > 1]
    if not odd:
        return lines, []
    at = np.array([number - 1 for number, _text in odd], dtype=np.int64)
    return np.delete(lines, at), [int(line) for line in lines[at]]


def _read_lines(block: Block, layout: Layout, lines: Sequence[int] | range) -> Batch:
    names = list(layout.places)
    taken: list[int] = []
    rows: list[list[str]] = []
    whole = isinstance(lines, range)
    batch = Batch(np.zeros(0, np.int64), {}, block.raw, list(block.faults) if whole else [])
    cut = {fault.line for fault in block.faults}
    for line in lines:
        if line in cut:
            continue
        data = block.bytes_of(line)
        if not data.strip():
            batch.blank += 1
            continue
        fields = _fields(line, data, block, layout, batch)
        if fields is None:
            continue
        taken.append(line)
        rows.append([fields[at] if at < len(fields) else "" for at in layout.places.values()])
    batch.lines = block.count if whole else 0
    batch.line = np.array(taken, dtype=np.int64)
    batch.columns = {
        name: pa.array([row[at] for row in rows], TEXT) for at, name in enumerate(names)
    }
    return batch


def _fields(line: int, data: bytes, block: Block, layout: Layout, batch: Batch) -> list[str] | None:
    """The fields of a data line; anything else is written into the batch."""

    def refuse(reason: str, field: str = "", value: object = "") -> None:
        batch.faults.append(Fault(line, reason, field, value))

    try:
        text = data.decode(block.encoding if block.dirty else "utf-8")
    except UnicodeDecodeError:
        return refuse("encoding", block.encoding)
    if block.narrowed and "\ufffd" in text:
        return refuse("encoding", "UTF-16")
    if "\x00" in text:
        return refuse("nul_byte")
    if layout.repeated is not None and text == layout.repeated:
        batch.faults.append(Fault(line, "header_repeated", kind="filtered"))
        return None
    fields = split_line(text, layout)
    if fields is None:
        return refuse("unbalanced_quote")
    if layout.is_control is not None and layout.is_control(fields):
        batch.trailer += 1
        batch.controls.append(fields)
        return None
    while len(fields) > layout.most and not fields[-1]:
        fields.pop()
    if not layout.least <= len(fields) <= layout.most:
        expected = (
            str(layout.least) if layout.least == layout.most else f"{layout.least}–{layout.most}"
        )
        return refuse("column_count", expected, len(fields))
    if any(len(fields[at]) > MAX_FIELD for at in layout.places.values() if at < len(fields)):
        return refuse("line_too_long", value=MAX_FIELD)
    return fields


def _join(batch: Batch, more: Batch) -> Batch:
    """Rows of both, in the order of the file."""
    line = np.concatenate([batch.line, more.line])
    columns = {
        name: pa.concat_arrays([values, more.columns[name]])
        for name, values in batch.columns.items()
    }
    if len(more.line):
        order = np.argsort(line, kind="stable")
        line = line[order]
        columns = {name: values.take(pa.array(order)) for name, values in columns.items()}
    return Batch(
        line, columns, batch.raw, batch.faults + more.faults, batch.lines,
        batch.blank + more.blank, batch.header, batch.trailer + more.trailer,
        batch.controls + more.controls,
    )  # fmt: skip
