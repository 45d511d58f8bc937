# SPDX-License-Identifier: AGPL-3.0-or-later
"""TAP3 files of invented subscribers, encoded by pycrate; ``python tap3_maker.py FOLDER``."""

import sys
from pathlib import Path

from pycrate_asn1dir import TAP3


def bcd(digits):
    """Two digits an octet, the first in the upper half, filled up with f."""
    return bytes.fromhex(digits + "f" * (len(digits) % 2))


def stamp(local, code=0):
    return {"localTimeStamp": local.encode(), "utcTimeOffsetCode": code}


def charged(amount, item=b"D"):
    detail = {"chargeType": b"00", "charge": amount, "chargeableUnits": 1}
    part = {"chargeType": b"01", "charge": 1}
    return {"chargedItem": item, "exchangeRateCode": 0, "chargeDetailList": [part, detail]}


def subscriber(imsi="262019876543210", msisdn="4917112345678"):
    return ("simChargeableSubscriber", {"imsi": bcd(imsi), "msisdn": bcd(msisdn)})


def moc(start="20260901103000", seconds=61, called="33142345678", teleservice=b"11", charge=1250,
        code=0):  # fmt: skip
    basic = {
        "chargeableSubscriber": subscriber(),
        "destination": {"calledNumber": bcd(called), "calledPlace": b"Paris"},
        "callEventStartTimeStamp": stamp(start, code),
        "totalCallEventDuration": seconds,
    }
    used = {
        "basicService": {"serviceCode": ("teleServiceCode", teleservice)},
        "chargeInformationList": [charged(charge)],
    }
    return (
        "mobileOriginatedCall",
        {"basicCallInformation": basic, "basicServiceUsedList": [used]},
    )


def mtc():
    basic = {
        "chargeableSubscriber": subscriber(),
        "callOriginator": {"callingNumber": bcd("4930123456")},
        "callEventStartTimeStamp": stamp("20260901120000", 1),
        "totalCallEventDuration": 30,
    }
    used = {
        "basicService": {"serviceCode": ("teleServiceCode", b"11")},
        "chargeInformationList": [charged(500)],
    }
    return (
        "mobileTerminatedCall",
        {"basicCallInformation": basic, "basicServiceUsedList": [used]},
    )


def gprs():
    basic = {
        "gprsChargeableSubscriber": {"chargeableSubscriber": subscriber()},
        "gprsDestination": {"accessPointNameNI": b"internet.example"},
        "callEventStartTimeStamp": stamp("20260901130000"),
        "totalCallEventDuration": 600,
        "partialTypeIndicator": b"F",
        "chargingId": 77,
    }
    used = {
        "dataVolumeIncoming": 1_000_000,
        "dataVolumeOutgoing": 500,
        "chargeInformationList": [charged(4200, b"X")],
    }
    return ("gprsCall", {"gprsBasicCallInformation": basic, "gprsServiceUsed": used})


def session():
    return (
        "mobileSession",
        {
            "mobileSessionService": 1,
            "chargedParty": {"imsi": bcd("262019876543210"), "msisdn": bcd("4917112345678")},
            "serviceStartTimestamp": stamp("20260901140000"),
            "totalCallEventDuration": 120,
            "requestedDestination": {"requestedNumber": bcd("34911234567")},
            "sessionChargeInfoList": [charged(2500)],
        },
    )


def supplementary():
    return ("supplServiceEvent", {})


EVENTS = [moc(), moc("20260901110000", 0, "33612345678", b"22", 300), mtc(), gprs(), session(),
          supplementary()]  # fmt: skip


def batch(events=EVENTS, test=False, count=None):
    """The bytes of a transfer batch; charges in thousandths of SDR."""
    types = TAP3.TAP_0312
    control = {
        "sender": b"FRAXX",
        "recipient": b"DEUYY",
        "fileSequenceNumber": b"00042",
        "fileCreationTimeStamp": {"localTimeStamp": b"20260902010000", "utcTimeOffset": b"+0200"},
        "specificationVersionNumber": 3,
        "releaseVersionNumber": 12,
    }
    if test:
        control["fileTypeIndicator"] = b"T"
    value = {
        "batchControlInfo": control,
        "accountingInfo": {"localCurrency": b"EUR", "tapCurrency": b"SDR", "tapDecimalPlaces": 3},
        "networkInfo": {
            "utcTimeOffsetInfo": [
                {"utcTimeOffsetCode": 0, "utcTimeOffset": b"+0200"},
                {"utcTimeOffsetCode": 1, "utcTimeOffset": b"-0500"},
            ]
        },
        "callEventDetails": list(events),
        "auditControlInfo": {
            "totalCharge": 8750,
            "callEventDetailsCount": len(events) if count is None else count,
        },
    }
    types.DataInterChange.set_val(("transferBatch", value))
    return bytes(types.DataInterChange.to_ber())


def dirty():
    """One good call; then an unknown offset, no duration, and an element that is no event."""
    no_duration = moc("20260901150000")
    del no_duration[1]["basicCallInformation"]["totalCallEventDuration"]
    data = batch([moc(), moc(code=9), no_duration, moc("20260901160000", charge=77)])
    TAP3.TAP_0312.CallEventDetail.set_val(moc("20260901160000", charge=77))
    last = bytes(TAP3.TAP_0312.CallEventDetail.to_ber())
    at = data.index(last)
    spoiled = b"\x7e" + last[1:]
    return data[:at] + spoiled + data[at + len(last) :]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "tap3.tap").write_bytes(batch())
    (folder / "tap3_dirty.tap").write_bytes(dirty())
