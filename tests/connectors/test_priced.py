# SPDX-License-Identifier: AGPL-3.0-or-later
import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.priced import Push, Template
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience
from tests.connectors.receiver import Receiver

COLUMNS = (("Kunde", "customer"), ("Beginn", "started_at"), ("Preis", "price"), ("Anzahl", "n"))
ROWS = [
    {"customer": "K;1 <&>", "started_at": dt.datetime(2026, 9, 1, 8, 0, 5),
     "price": Decimal("0.120000"), "n": 3},
    {"customer": "Müller\x00", "started_at": None, "price": Decimal("1E+2"), "n": None},
]  # fmt: skip


def test_csv_with_comma_in_another_encoding():
    template = Template(COLUMNS, decimal=",", encoding="cp1252", moment="%d.%m.%Y %H:%M:%S")
    rows = list(csv.reader(io.StringIO(template.render(ROWS).decode("cp1252")), delimiter=";"))
    assert rows == [
        ["Kunde", "Beginn", "Preis", "Anzahl"],
        ["K;1 <&>", "01.09.2026 08:00:05", "0,120000", "3"],
        ["Müller", "", "100", ""],
    ]


def test_json_keeps_money_exact_as_text():
    found = json.loads(Template(COLUMNS, "json", root="calls").render(ROWS))
    assert found["calls"][0] == {"Kunde": "K;1 <&>", "Beginn": "2026-09-01T08:00:05Z",
                                 "Preis": "0.120000", "Anzahl": 3}  # fmt: skip
    lines = Template(COLUMNS, "jsonl").render(ROWS).decode().splitlines()
    assert [json.loads(line) for line in lines] == found["calls"]


def test_xml():
    data = Template(COLUMNS, "xml", root="calls", element="call").render(ROWS)
    found = etree.fromstring(data)
    assert found.tag == "calls" and len(found) == 2
    assert found[0].findtext("Kunde") == "K;1 <&>" and found[0].findtext("Preis") == "0.120000"
    assert found[1].find("Anzahl") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pdf"}, {"columns": ()}, {"columns": (("a", "x"), ("a", "y"))},
        {"delimiter": ";;"}, {"decimal": "'"}, {"encoding": "klingon"},
        {"kind": "xml", "columns": (("a b", "x"),)}, {"kind": "xml", "root": "1"},
    ],
)  # fmt: skip
def test_templates_that_make_no_sense(wrong):
    with pytest.raises(SettingsError):
        Template(**({"columns": COLUMNS} | wrong))


def test_a_text_that_the_encoding_lacks_is_named():
    with pytest.raises(SettingsError, match="Ł"):
        Template(COLUMNS, encoding="cp1252").render([{"customer": "Łódź"}])


@given(st.lists(st.tuples(st.text(max_size=20), st.decimals(-(10**9), 10**9, places=6))))
def test_what_is_written_can_be_read_again(items):
    columns = (("name", "name"), ("price", "price"))
    rows = [{"name": name, "price": price} for name, price in items]
    kept = ["".join(s for s in name if s in "\t\n" or ord(s) >= 32) for name, _price in items]
    wanted = [(name, price) for name, (_name, price) in zip(kept, items, strict=True)]
    table = csv.reader(io.StringIO(Template(columns).render(rows).decode(), newline=""),
                       delimiter=";")  # fmt: skip
    next(table)
    assert [(name, Decimal(price)) for name, price in table] == wanted
    found = json.loads(Template(columns, "json").render(rows))["usage"]
    assert [(one["name"], Decimal(one["price"])) for one in found] == wanted


# --- the way there ---------------------------------------------------------------------------


def push(server, **settings):
    quick = Patience(attempts=3, sleep=lambda _seconds: None)
    return Push({"url": server.url, "auth": "bearer", "secret": "s3cret"} | settings, quick)


def test_each_batch_arrives_once_whatever_happens_on_the_way():
    with Receiver(["503", "take and cut", "409", "cut", "take"]) as server, push(server) as way:
        one = way.send("b-1", b"one", "text/csv")
        two = way.send("b-2", b"two", "text/csv")
        assert server.kept == {"b-1": b"one", "b-2": b"two"}
        assert (one.known, two.known, two.text) == (True, False, "thanks")
        assert [key for key, _login in server.seen] == ["b-1"] * 3 + ["b-2"] * 2
        assert {login for _key, login in server.seen} == {"Bearer s3cret"}


@pytest.mark.parametrize("answer", ["400", "401", "422"])
def test_a_refusal_is_not_tried_again(answer):
    with Receiver([answer]) as server, push(server) as way:
        with pytest.raises(TransportError, match=answer) as error:
            way.send("b-1", b"one", "text/csv")
        assert "s3cret" not in str(error.value)
        assert len(server.seen) == 1 and not server.kept


def test_a_server_that_is_gone():
    with Receiver() as server:
        way = push(server)
    server.server_close()
    with way, pytest.raises(TransportError):
        way.send("b-1", b"one", "text/csv")


def test_only_over_tls():
    with pytest.raises(SettingsError, match="https"):
        Push({"url": "http://crm.example/usage"})
