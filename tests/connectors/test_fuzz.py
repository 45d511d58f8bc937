# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every format, with files that were damaged on their way: never a crash, never a lost line.

For each format its own samples are damaged: bytes flipped, cut, doubled and inserted, lines
swapped, columns swapped, re-encoded, fields blown up.  Whatever comes out, the counts must add up
to the lines that are there, counted here on their own.
"""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import formats
from connectors.frame import check
from connectors.readers.lines import MAX_LINE
from connectors.reasons import DeliveryError

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.iterdir())
NAMES = sorted({path.stem.removesuffix("_dirty") for path in FILES})
KINDS = ("flip", "insert", "cut", "double", "swap", "end", "columns", "field", "quote")
BY_LINE = {"csv", "fixed"}


def seeds(name):
    return [path.read_bytes() for path in FILES if path.stem.removesuffix("_dirty") == name]


def decode(name, data, **given):
    """(frame, rejects, summary), or None where the delivery is refused as a whole."""
    form = formats.get(name)
    try:
        decoding = form.decode(io.BytesIO(data), given, chunk_rows=7)
        first = next(decoding, None)
    except DeliveryError as error:
        assert str(error)
        return None
    chunks = ([first] if first is not None else []) + list(decoding)
    for chunk in chunks:
        check(chunk.frame)
        assert chunk.rejects["reason"].notna().all() and chunk.rejects["message"].notna().all()
    summary = decoding.summary
    loaded = [line for chunk in chunks for line in chunk.frame["line"]]
    rejected = [line for chunk in chunks for line in chunk.rejects["line"]]
    assert summary.loaded == len(loaded)
    assert summary.faulty + summary.filtered == len(rejected)
    assert summary.data + summary.blank + summary.header + summary.trailer == summary.lines
    assert max(Counter(loaded + rejected).values(), default=1) == 1  # no line is there twice
    if form.kind in BY_LINE:
        assert summary.lines == count_lines(data, given.get("encoding", "utf-8"))
    else:
        assert sorted(loaded + rejected) == list(range(1, summary.lines + 1))
    for chunk in chunks:
        for raw in chunk.rejects["raw"]:
            assert "\x00" not in raw
            raw.encode()
    return chunks, summary


def count_lines(data, encoding):
    """Lines as an editor counts them: LF, CR LF and CR end one."""
    if encoding == "utf-8":
        data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.count(b"\n") + bool(data and not data.endswith(b"\n"))


@st.composite
def damaged(draw, name):
    data = bytearray(draw(st.sampled_from(seeds(name))))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(KINDS))
        if kind == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "insert":
            data[at:at] = draw(
                st.sampled_from(
                    [b"\x00", b"\r", b"\n", b"\xff\xfe", b'"', b";", b"<", b"}", b"&a;"]
                )
            )
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 60))]
        elif kind == "double":
            data[at:at] = data[at : at + draw(st.integers(1, 200))]
        elif kind == "end":
            del data[at:]
        elif kind == "quote":
            data[at : at + 1] = b'"'
        elif kind == "field":
            data[at:at] = b"9" * draw(st.sampled_from([20, 400, 20_000]))
        elif kind in ("swap", "columns"):
            lines = bytes(data).split(b"\n")
            one, two = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            if kind == "swap":
                lines[one], lines[two] = lines[two], lines[one]
            else:
                sign = next((s for s in (b";", b"|", b",") if s in lines[one]), b",")
                lines[one] = sign.join(reversed(lines[one].split(sign)))
            data = bytearray(b"\n".join(lines))
    return bytes(data)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_files(name, data):
    decode(name, data.draw(damaged(name)))


@pytest.mark.parametrize("name", NAMES)
def test_samples_cut_at_every_place(name):
    for seed in seeds(name):
        step = max(1, len(seed) // 8)
        for at in range(0, len(seed), step):
            decode(name, seed[:at])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig", "cp037"])
def test_samples_in_another_encoding_than_declared(name, encoding):
    for seed in seeds(name):
        text = seed.decode("utf-8", "replace")
        decode(name, text.encode(encoding, "replace"))


@pytest.mark.parametrize("name", [n for n in NAMES if formats.get(n).kind in BY_LINE])
def test_line_ends_make_no_difference(name):
    for seed in seeds(name):
        plain = seed.replace(b"\r\n", b"\n")
        results = [decode(name, plain.replace(b"\n", end)) for end in (b"\n", b"\r\n", b"\r")]
        lines = [
            sorted(line for chunk in found[0] for line in chunk.frame["line"]) for found in results
        ]
        assert lines[0] == lines[1] == lines[2]


@pytest.mark.parametrize("name", [n for n in NAMES if formats.get(n).kind == "csv"])
def test_an_endless_line_in_the_middle_takes_none_with_it(name):
    seed = seeds(name)[0].rstrip(b"\r\n") + b"\n"
    last = seed.splitlines(keepends=True)[-1]
    clean = decode(name, seed + last)
    long = decode(name, seed + b"x" * (MAX_LINE + 10) + b"\n" + last)
    assert long[1].data == clean[1].data + 1
    assert long[1].reasons["line_too_long"] == 1


BY_PLACE = ("asterisk", "audiocodes", "avaya_smdr", "freeswitch_csv", "opensips_flatstore",
            "oracle_acme", "partial_csv", "threecx")  # fmt: skip


@pytest.mark.parametrize("name", BY_PLACE)
@pytest.mark.parametrize("turn", [None, 1, 2, -1])
def test_columns_in_other_places_are_neither_read_nor_left_out_in_silence(name, turn):
    """Nothing but its place says what a column is; so what it holds must."""
    plain = {"quoting": csv.QUOTE_NONE, "quotechar": None, "delimiter": "|"}
    options = plain if name in ("audiocodes", "opensips_flatstore") else {"delimiter": ","}
    rows = csv.reader(io.StringIO(seeds(name)[0].decode()), **options)
    target = io.StringIO()
    moved = [row[::-1] if turn is None else row[turn:] + row[:turn] for row in rows if row]
    csv.writer(target, lineterminator="\n", **options).writerows(moved)
    _chunks, summary = decode(name, target.getvalue().encode())
    assert summary.faulty == summary.data > 0


@pytest.mark.parametrize("name", NAMES)
def test_what_is_something_else_altogether(name):
    strange = (b"", b"\n\n\n", b"%PDF-1.7\n\xe2\xe3\n", bytes(range(256)) * 40, b"PK\x03\x04",
               b'"' * 5000, b"," * 5000 + b"\n", b"\n".join([b'"a'] * 300))  # fmt: skip
    for data in strange:
        decode(name, data)


@pytest.mark.parametrize("name", NAMES)
def test_a_delivery_decodes_the_same_again_and_in_other_chunks(name):
    for seed in seeds(name):
        form = formats.get(name)
        one = form.decode(io.BytesIO(seed)).read()
        two = form.decode(io.BytesIO(seed), chunk_rows=1).read()
        key = ["line"]
        assert one.frame.sort_values(key, ignore_index=True).equals(
            two.frame.sort_values(key, ignore_index=True)
        )
        assert one.rejects.sort_values(key, ignore_index=True).equals(
            two.rejects.sort_values(key, ignore_index=True)
        )
