# SPDX-License-Identifier: AGPL-3.0-or-later
import io
import json

import pytest

from connectors import formats
from connectors.frame import MICRO, check
from connectors.reasons import DeliveryError

JSON_COLUMNS = [
    {"target": "record_id", "column": "id"},
    {"target": "started_at", "column": "times.start"},
    {"target": "quantity", "column": "size", "shape": "kB"},
    {"target": "unit", "value": "byte"},
    {"target": "service", "value": "data"},
    {"target": "account", "column": "^.customer"},
    {"target": "cost", "column": "price.amount"},
]


def read(name, data, **settings):
    decoding = formats.get(name).decode(io.BytesIO(data), settings)
    chunk = decoding.read()
    check(chunk.frame)
    assert decoding.summary.lines == len(chunk.frame) + len(chunk.rejects)
    return chunk.frame, chunk.rejects


DOCUMENT = {
    "customer": "acme",
    "data": {"calls": [
        {"id": at, "times": {"start": "2026-09-01T10:00:00Z"}, "size": 1.5,
         "price": {"amount": 0.1 + at}} for at in range(3)
    ]},
}  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_json_by_mapping(indent):
    data = json.dumps(DOCUMENT, indent=indent).encode()
    frame, rejects = read(
        "json_mapping", data, container="data.calls", columns=JSON_COLUMNS, currency="CHF"
    )
    assert len(rejects) == 0
    assert frame["quantity"].tolist() == [1500 * MICRO] * 3
    assert frame["cost"].tolist() == [100_000, 1_100_000, 2_100_000]
    assert frame["currency"].unique().tolist() == ["CHF"]
    assert frame["account"].unique().tolist() == ["acme"]
    assert frame["unit"].unique().tolist() == ["byte"]


def test_json_arrays_and_lines_are_the_same_records():
    records = [{"id": at, "times": {"start": "2026-09-01T10:00:00Z"}, "size": at} for at in (1, 2)]
    array = json.dumps(records).encode()
    lines = "\n".join(json.dumps(record) for record in records).encode()
    columns = [row for row in JSON_COLUMNS if row["target"] not in ("account", "cost")]
    one, _rejects = read("json_mapping", array, columns=columns)
    two, _rejects = read("json_mapping", lines, columns=columns)
    assert one.equals(two) and len(one) == 2


def test_prices_keep_their_digits():
    data = (
        b'{"id": 1, "times": {"start": "2026-09-01T10:00:00Z"}, "size": 1,'
        b' "price": {"amount": 1e-5}}'
    )
    frame, _rejects = read("json_mapping", data, columns=JSON_COLUMNS)
    assert frame["cost"].tolist() == [10]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"\n", "too_deep"),
        (b'{"id": NaN}\n', "broken_document"),
        (b'{"id": 1}\n{"id": \n', "broken_document"),
        (b'"text"', "record_shape"),
        (b"[1, [2]]", "record_shape"),
        (b'{"id": "\\u0000"}', "nul_byte"),
        (b'{"id": "\\ud800"}', "encoding"),
        (b'{"id": "' + b"x" * 20_000 + b'"}', "line_too_long"),
        (b"\xff\xfe{}", "broken_document"),
    ],
)
def test_broken_json_is_a_reject(data, reason):
    frame, rejects = read("json_mapping", data, columns=JSON_COLUMNS)
    assert len(frame) == 0
    assert reason in rejects["reason"].tolist()


XML = b"""<?xml version="1.0"?><x:export xmlns:x="urn:x"><x:head><customer>acme</customer></x:head>
<x:call id="1"><begin>2026-09-01T10:00:00Z</begin><seconds>61</seconds><to>0301234</to></x:call>
<x:call id="2"><begin>2026-09-01T10:00:00Z</begin><seconds>x</seconds><to>110</to></x:call>
</x:export>"""
XML_SETTINGS = {
    "tag": "call",
    "kept": "head",
    "columns": [
        {"target": "record_id", "column": "@id"},
        {"target": "started_at", "column": "begin"},
        {"target": "quantity", "column": "seconds"},
        {"target": "b_number", "column": "to"},
        {"target": "account", "column": "^.head.customer"},
    ],
}


def test_xml_by_mapping():
    frame, rejects = read("xml_mapping", XML, **XML_SETTINGS)
    assert frame["record_id"].tolist() == ["1"]
    assert frame["b_number"].tolist() == ["49301234"]
    assert frame["account"].tolist() == ["acme"]
    assert rejects["reason"].tolist() == ["duration"]


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><export><call id="&a;"/></export>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><export><call/></export>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x><call>&f;</call></x>',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><x><call/></x>',
        b"<!DOCTYPE x [<!ELEMENT x ANY>]><x><call/></x>",
    ],
)
def test_xml_with_a_dtd_is_refused(data):
    with pytest.raises(DeliveryError, match="DTD"):
        read("xml_mapping", data, **XML_SETTINGS)


def test_the_bare_name_of_the_root_declares_nothing():
    """BroadWorks writes it; an entity that nobody declared still breaks the document."""
    head = b"<!DOCTYPE x:export>"
    named = XML.replace(b"<x:export", head + b"<x:export", 1)
    frame, rejects = read("xml_mapping", named, **XML_SETTINGS)
    assert head in named
    plain, _rejects = read("xml_mapping", XML, **XML_SETTINGS)
    assert len(frame) == len(plain) > 0
    _frame, rejects = read(
        "xml_mapping", b"<!DOCTYPE y><y><call id='1'>&z;</call></y>", **XML_SETTINGS
    )
    assert rejects["reason"].tolist() == ["broken_document"]


@pytest.mark.parametrize("data", [b"", b"Rufnummer;Dauer\n", b"<export/>", b"\x00\x01"])
def test_what_is_no_such_document_is_refused_as_a_whole(data):
    with pytest.raises(DeliveryError):
        read("xml_mapping", data, **XML_SETTINGS)


def test_xml_that_breaks_keeps_what_came_before():
    frame, rejects = read("xml_mapping", XML[:-60], **XML_SETTINGS)
    assert len(frame) == 1
    assert rejects["reason"].tolist() == ["broken_document"]
