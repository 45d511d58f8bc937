# SPDX-License-Identifier: AGPL-3.0-or-later
"""A SOAP service with a WSDL on loopback, modelled on a carrier's list of calls."""

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors import formats
from connectors.carriers.soap import Soap
from connectors.carriers.windows import Windowed
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience

WSDL = """<?xml version="1.0"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:telephony"
  xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:x="http://www.w3.org/2001/XMLSchema"
  targetNamespace="urn:telephony">
<types><x:schema targetNamespace="urn:telephony" elementFormDefault="qualified">
 <x:complexType name="call"><x:sequence>
  <x:element name="number" type="x:string"/><x:element name="date" type="x:string"/>
  <x:element name="duration" type="x:string"/><x:element name="destination" type="x:string"/>
  <x:element name="price" type="x:decimal"/><x:element name="callingNumber" type="x:string"/>
 </x:sequence></x:complexType>
 <x:element name="list"><x:complexType><x:sequence>
  <x:element name="session" type="x:string"/><x:element name="since" type="x:string"/>
 </x:sequence></x:complexType></x:element>
 <x:element name="listResponse"><x:complexType><x:sequence>
  <x:element name="calls" type="t:call" minOccurs="0" maxOccurs="unbounded"/>
  <x:element name="total" type="x:int"/>
 </x:sequence></x:complexType></x:element>
</x:schema></types>
<message name="in"><part name="p" element="t:list"/></message>
<message name="out"><part name="p" element="t:listResponse"/></message>
<portType name="port"><operation name="list"><input message="t:in"/><output message="t:out"/>
</operation></portType>
<binding name="binding" type="t:port"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
 <operation name="list"><s:operation soapAction="list"/><input><s:body use="literal"/></input>
 <output><s:body use="literal"/></output></operation></binding>
<service name="Telephony"><port name="Port" binding="t:binding">
 <s:address location="{url}/soap"/></port></service></definitions>"""

ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
CALL = (
    "<t:calls><t:number>0033987654321</t:number><t:date>2026-09-01T10:00:05Z</t:date>"
    "<t:duration>00:01:01</t:duration><t:destination>France fixe</t:destination>"
    "<t:price>0.0145</t:price><t:callingNumber>0033123456789</t:callingNumber></t:calls>"
)
ANSWER = (
    f'<t:listResponse xmlns:t="urn:telephony">{CALL}{CALL}<t:total>2</t:total></t:listResponse>'
)
FAULT = (
    "<s:Fault><faultcode>s:Client</faultcode>"
    "<faultstring>session geheim is wrong</faultstring></s:Fault>"
)


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.answer(200, self.server.wsdl.replace("{url}", self.server.url))

    def do_POST(self):
        host = self.server
        host.seen.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, body = host.answers.pop(0) if len(host.answers) > 1 else host.answers[0]
        self.answer(status, body)

    def answer(self, status, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def service(monkeypatch):
    now = dt.datetime(2026, 9, 4, tzinfo=dt.timezone.utc)
    monkeypatch.setattr(Windowed, "now", lambda self: now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen, server.wsdl, server.answers = [], WSDL, [(200, ENVELOPE.format(ANSWER))]
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def settings(service, **more):
    return {
        "wsdl": f"{service.url}/telephony.wsdl", "operation": "list", "records": "calls",
        "arguments": json.dumps({"session": "{secret}", "since": "{from}"}),
        "secret": "geheim", "first": "2026-09-01",
    } | more  # fmt: skip


def quick(**more):
    return Patience(sleep=lambda seconds: None, **more)


COLUMNS = [
    {"target": "started_at", "column": "date"},
    {"target": "quantity", "column": "duration", "shape": "hms"},
    {"target": "a_number", "column": "callingNumber"},
    {"target": "b_number", "column": "number"},
    {"target": "cost", "column": "price"},
]


def test_calls_are_asked_for_by_span_and_decode(service, tmp_path):
    with Soap(settings(service), patience=quick()) as soap:
        fetched = soap.fetch(soap.list()[0], tmp_path)
    assert "<ns0:since>2026-09-01T00:00:00Z</ns0:since>" in service.seen[0]
    assert "geheim" in service.seen[0]
    mapping = {"columns": COLUMNS, "a_notation": "international", "b_notation": "international"}
    frame = formats.get("json_mapping").decode(fetched.path, mapping).read().frame
    assert frame["b_number"].tolist() == ["33987654321"] * 2
    assert frame["cost"].tolist() == [14500] * 2  # a decimal, never a binary float
    assert frame["quantity"].tolist() == [61_000_000] * 2


def test_no_records_make_an_empty_delivery(service, tmp_path):
    service.answers = [(200, ENVELOPE.format(ANSWER.replace(CALL, "").replace("2", "0")))]
    with Soap(settings(service)) as soap:
        assert soap.fetch(soap.list()[0], tmp_path).size == 0


def test_a_fault_is_said_without_the_secret(service, tmp_path):
    service.answers = [(500, ENVELOPE.format(FAULT))]
    soap = Soap(settings(service), patience=quick())
    with soap, pytest.raises(TransportError, match=r"session \*\*\* is wrong"):
        soap.fetch(soap.list()[0], tmp_path)
    assert len(service.seen) == 1  # a fault is an answer; it is not asked again


def test_a_busy_service_is_asked_again(service, tmp_path):
    service.answers = [(503, ""), (503, ""), (200, ENVELOPE.format(ANSWER))]
    with Soap(settings(service), patience=quick()) as soap:
        assert soap.fetch(soap.list()[0], tmp_path).size > 0
    assert len(service.seen) == 3


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>' + ENVELOPE.format(ANSWER.replace("France fixe", "&b;")),
        "<html>maintenance</html>",
        ENVELOPE.format(ANSWER)[:-80],
        "",
    ],
)
def test_strange_answers_are_refused(service, tmp_path, body):
    service.answers = [(200, body)]
    soap = Soap(settings(service), patience=quick(attempts=1))
    with soap, pytest.raises(TransportError):
        soap.fetch(soap.list()[0], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_faults_of_wsdl_and_settings_are_named(service):
    with pytest.raises(TransportError, match="liste"), Soap(settings(service, operation="liste")):
        pass
    service.wsdl = '<!DOCTYPE a [<!ENTITY b "c">]>' + WSDL
    with pytest.raises(TransportError), Soap(settings(service)):
        pass
    for arguments in ("[1]", "{"):
        with pytest.raises(SettingsError, match="arguments"):
            Soap(settings(service, arguments=arguments))
