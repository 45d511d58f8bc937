# SPDX-License-Identifier: AGPL-3.0-or-later
"""TAP3: roaming records between mobile operators (GSMA TD.57, release 3.12, BER).

Calls, SMS, data and mobile sessions; supplementary services, content and location requests are
left out.  Money is charge / 10^tapDecimalPlaces, of the details of the type 00 (total).  Times
are local, with a code for the offset that the file explains.  The sequence number of the file and
the place in it are the record's id.  Needs the extra tap3 (pycrate).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from connectors.formats.base import Field
from connectors.formats.fields import Currency, Map, Phone, Rule, Text
from connectors.formats.measures import Amount, Measured, Time
from connectors.formats.records import Record, RecordFormat
from connectors.formats.standard import COMMON, MONEY, changed
from connectors.formats.summary import Declared, Summary
from connectors.frame import MICRO
from connectors.readers.batch import Fault
from connectors.readers.tap3 import TapFile
from connectors.settings import Setting

Event = Mapping[str, Any]

#: Teleservices of TD.57 that are no calls; every other one is.
_SMS, _FAX = ("21", "22", "23"), ("61", "62")
_TOTAL = b"00"

_FILE = "_file"


class Tap3(RecordFormat):
    """One call event detail a record."""

    name = "tap3"
    label = "TAP3 (roaming)"
    help = "Roaming files between mobile operators. Needs: pip install 'telecom-billing[tap3]'."
    kind = "ber"
    extensions = ()
    paths = (
        "id", "kind", "service", "direction", "start", "quantity", "unit", "a", "b", "imsi",
        "place", "charge", "currency", "test",
    )  # fmt: skip
    settings = (
        *changed(COMMON, timezone="UTC", a_notation="international_bare",
                 b_notation="international_bare", extension_max=0, bad_numbers="keep"),
        *(one for one in MONEY if one.name == "currency"),
        Setting("a_side", "Account", "choice", "imsi", (("imsi", "IMSI"), ("msisdn", "Number")),
                help="By what the customer is found."),
    )  # fmt: skip

    def batches(
        self, source: BinaryIO, settings: Mapping[str, Any], summary: Summary
    ) -> Iterator[Any]:
        if settings.get("_again"):
            yield from super().batches(source, settings, summary)
            return
        file = TapFile(source.read())
        summary.declared.add(_declared(file))
        yield from super().batches(source, {**settings, _FILE: file}, summary)

    def records(
        self, source: BinaryIO, settings: Mapping[str, Any]
    ) -> Iterator[tuple[int, Record | Fault, str]]:
        file = settings[_FILE]
        flat = _Flat(file.headers, settings["currency"])
        number = 0
        for number, found in enumerate(file.calls(), 1):
            if isinstance(found, bytes):
                raw = found[:2000].hex()
                yield number, Fault(number, "record_shape", "TAP3", "no call event"), raw
                continue
            try:
                yield number, flat.record(number, *found), ""
            except (AttributeError, TypeError, ValueError, ArithmeticError):
                fault = Fault(number, "record_shape", "TAP3", f"a {found[0]} of another shape")
                yield number, fault, str(found)[:2000]
        if file.damaged:
            fault = Fault(number + 1, "broken_document", "", file.damaged)
            yield number + 1, fault, file.tail()

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("test", ("T",), skip=True, reason="test_file")
        yield Rule("service", ("other",), skip=True, reason="other_record_type")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("id"),
            "service": Map("service", {name: name for name in ("voice", "sms", "fax", "data")}),
            "direction": Map("direction", {"out": "out", "in": "in"}),
            "started_at": Time("start", "yyyymmddHHMMSSz"),
            "quantity": Measured(
                "quantity", "unit", {"second": "s", "byte": "byte", "piece": "piece"}
            ),
            "unit": Text("unit"),
            "a_number": Phone("a", "a"),
            "b_number": Phone("b", "b"),
            "account": Text("imsi" if settings["a_side"] == "imsi" else "a"),
            "destination": Text("place"),
            "cost": Amount("charge"),
            "currency": Currency("currency"),
        }


class _Flat:
    """Call events as flat records of text, with what the file's headers say."""

    def __init__(self, headers: Mapping[str, Event], currency: str) -> None:
        control = headers.get("BatchControlInfo", {})
        accounting = headers.get("AccountingInfo", {})
        parts = [_text(control.get(name)) for name in ("sender", "recipient", "fileSequenceNumber")]
        self._file = "-".join(parts) if parts[2] else ""
        self._test = _text(control.get("fileTypeIndicator"))
        self._decimals = accounting.get("tapDecimalPlaces")
        money = _text(accounting.get("tapCurrency")) or _text(accounting.get("localCurrency"))
        self._currency = {"SDR": "XDR"}.get(money, money) or currency
        self._offsets = {
            one.get("utcTimeOffsetCode"): _text(one.get("utcTimeOffset"))
            for one in headers.get("NetworkInfo", {}).get("utcTimeOffsetInfo", ())
        }

    def record(self, number: int, kind: str, event: Event) -> dict[str, str]:
        """One event; what it does not say is empty."""
        readers = {
            "mobileOriginatedCall": self._call,
            "mobileTerminatedCall": self._call,
            "gprsCall": self._data,
            "serviceCentreUsage": self._message,
            "messagingEvent": self._ims_message,
            "mobileSession": self._session,
        }
        found = {"id": f"{self._file}-{number}" if self._file else "", "kind": kind,
                 "direction": "in" if kind == "mobileTerminatedCall" else "out",
                 "currency": self._currency, "test": self._test}  # fmt: skip
        reader = readers.get(kind)
        return found | (reader(event) if reader else {"service": "other"})

    def _call(self, event: Event) -> dict[str, str]:
        basic = event.get("basicCallInformation", {})
        used = event.get("basicServiceUsedList", ())
        service = _service(used)
        imsi, msisdn = _subscriber(basic.get("chargeableSubscriber"))
        there, other = basic.get("destination", {}), basic.get("callOriginator", {})
        far = (
            _digits(there.get("calledNumber"))
            or _digits(other.get("callingNumber"))
            or _text(there.get("sMSDestinationNumber"))
            or _text(other.get("sMSOriginator"))
            or _text(there.get("dialledDigits"))
        )
        incoming = "callOriginator" in basic
        return {
            "service": service,
            "start": self._moment(basic.get("callEventStartTimeStamp")),
            "quantity": "1" if service == "sms" else _number(basic.get("totalCallEventDuration")),
            "unit": "piece" if service == "sms" else "second",
            "a": far if incoming else msisdn,
            "b": msisdn if incoming else far,
            "imsi": imsi,
            "place": _text(there.get("calledPlace")),
            "charge": self._charge(
                info for one in used for info in one.get("chargeInformationList", ())
            ),
        }

    def _data(self, event: Event) -> dict[str, str]:
        basic, used = event.get("gprsBasicCallInformation", {}), event.get("gprsServiceUsed", {})
        owner = basic.get("gprsChargeableSubscriber", {})
        imsi, msisdn = _subscriber(owner.get("chargeableSubscriber"))
        volumes = [used.get(name) for name in ("dataVolumeIncoming", "dataVolumeOutgoing")]
        known = [volume for volume in volumes if volume is not None]
        return {
            "service": "data",
            "start": self._moment(basic.get("callEventStartTimeStamp")),
            "quantity": str(sum(known)) if known else "",
            "unit": "byte",
            "a": msisdn,
            "b": "",
            "imsi": imsi,
            "place": _text(basic.get("gprsDestination", {}).get("accessPointNameNI")),
            "charge": self._charge(used.get("chargeInformationList", ())),
        }

    def _message(self, event: Event) -> dict[str, str]:
        basic, stamps = event.get("basicInformation", {}), event.get("scuTimeStamps", {})
        imsi, msisdn = _subscriber(basic.get("chargeableSubscriber"))
        info = event.get("chargeInformation")
        return {
            "service": "sms",
            "start": self._moment(
                stamps.get("depositTimeStamp") or stamps.get("completionTimeStamp")
            ),
            "quantity": "1",
            "unit": "piece",
            "a": msisdn,
            "b": _text(basic.get("nonChargedNumber")),
            "imsi": imsi,
            "charge": self._charge([info] if info else ()),
        }

    def _ims_message(self, event: Event) -> dict[str, str]:
        charge = event.get("charge")
        return self._parties(event) | {
            "service": "sms",
            "quantity": "1",
            "unit": "piece",
            "charge": "" if charge is None else self._money(charge),
        }

    def _session(self, event: Event) -> dict[str, str]:
        return self._parties(event) | {
            "service": "voice",
            "quantity": _number(event.get("totalCallEventDuration")),
            "unit": "second",
            "charge": self._charge(event.get("sessionChargeInfoList", ())),
        }

    def _parties(self, event: Event) -> dict[str, str]:
        mine, other = event.get("chargedParty", {}), event.get("nonChargedParty", {})
        asked = event.get("requestedDestination", {})
        return {
            "start": self._moment(event.get("serviceStartTimestamp")),
            "a": _digits(mine.get("msisdn")) or _text(mine.get("publicUserId")),
            "b": _digits(asked.get("requestedNumber"))
            or _digits(other.get("nonChargedPartyNumber"))
            or _text(other.get("nonChargedPublicUserId")),
            "imsi": _digits(mine.get("imsi")),
        }

    def _moment(self, stamp: Event | None) -> str:
        """Local time and offset, "20260901103000+0200"; without a known offset it is faulty."""
        if not stamp or not stamp.get("localTimeStamp"):
            return ""
        offset = self._offsets.get(stamp.get("utcTimeOffsetCode"), "?")
        return f"{_text(stamp['localTimeStamp'])}{offset}"

    def _charge(self, infos: Iterable[Event]) -> str:
        """The total charges added up; "" where the event has none."""
        totals = [
            detail.get("charge")
            for info in infos
            for detail in info.get("chargeDetailList", ())
            if detail.get("chargeType") == _TOTAL
        ]
        known = [total for total in totals if total is not None]
        return self._money(sum(known)) if known else ""

    def _money(self, charge: int) -> str:
        if self._decimals is None:
            return "?"  # without the unit nobody knows what it is
        return format(Decimal(charge).scaleb(-self._decimals), "f")


def _declared(file: TapFile) -> Declared:
    control = file.headers.get("BatchControlInfo", {})
    audit = file.headers.get("AuditControlInfo", {})
    decimals = file.headers.get("AccountingInfo", {}).get("tapDecimalPlaces")
    charge = audit.get("totalCharge")
    known = charge is not None and decimals is not None
    stamp = control.get("fileCreationTimeStamp", {})
    return Declared(
        count=audit.get("callEventDetailsCount"),
        cost=int(Decimal(charge).scaleb(-decimals) * MICRO) if known else None,
        sequence=_text(control.get("fileSequenceNumber")) or None,
        created=_text(stamp.get("localTimeStamp")) or None,
        test=bool(control.get("fileTypeIndicator")),
    )


def _service(used: Iterable[Event]) -> str:
    for one in used:
        code = one.get("basicService", {}).get("serviceCode")
        if isinstance(code, tuple):
            if code[0] == "bearerServiceCode":
                return "data"
            number = _text(code[1])
            return "sms" if number in _SMS else "fax" if number in _FAX else "voice"
    return "voice"


def _subscriber(value: Any) -> tuple[str, str]:
    """(IMSI, MSISDN) of a chargeable subscriber, or MIN and MDN."""
    values = value[1] if isinstance(value, tuple) else {}
    imsi = _digits(values.get("imsi")) or _text(values.get("min"))
    return imsi, _digits(values.get("msisdn")) or _text(values.get("mdn"))


def _digits(value: bytes | None) -> str:
    """BCD: two digits an octet, the first one in the upper half, filled up with f."""
    return value.hex().rstrip("f") if value else ""


def _text(value: Any) -> str:
    return value.decode("latin-1").strip() if isinstance(value, bytes) else ""


def _number(value: Any) -> str:
    return "" if value is None else str(value)
