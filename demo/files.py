# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each source writes its calls down.

* ``rheintel``, a carrier: CSV with semicolons and decimal commas in Windows-1252, German dates,
  local time, numbers as dialled in Germany, an id for each record; zipped.
* ``alpentel``, another one: CSV in UTF-8 with a byte-order mark, ISO times in UTC, bare E.164
  digits, prices in cents, voice and messages, also those that come in, in one file; no ids.
* ``pbx``, an Asterisk: ``Master.csv``, local time, unanswered calls included.
* ``bridge``, a conference server: one line a leg, epoch seconds.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import zipfile

from .calls import BERLIN, Call, Dice


@dataclasses.dataclass
class Line:
    """A line of a file to be: its text and whether it is ``good``, ``twin`` or ``dirty``."""

    text: str
    mark: str = "good"
    raw: bytes | None = None

    def encoded(self, encoding: str, newline: str) -> bytes:
        """Bytes of the line with its end."""
        body = self.raw if self.raw is not None else self.text.encode(encoding)
        return body + newline.encode(encoding)


def national(number: str) -> str:
    """As dialled in Germany.

    >>> [national(n) for n in ("493023125001", "442079460001", "49112", "4911899", "49116117")]
    ['03023125001', '00442079460001', '112', '11899', '116117']
    """
    if not number.startswith("49"):
        return f"00{number}"
    rest = number[2:]
    return rest if rest.startswith("11") else f"0{rest}"


def cost(call: Call) -> int:
    """What the carrier takes, in hundredths of a cent, rounded up."""
    place = call.place
    if call.direction == "in":
        return 0
    if place is None or call.service == "sms":
        return 650 if call.service == "sms" else 0
    if place.per_call:
        return place.cost if call.seconds else 0
    return -(-call.seconds * place.cost // 60)


def _row(fields, delimiter: str, quoting=csv.QUOTE_MINIMAL) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=quoting, lineterminator="").writerow(fields)
    return stream.getvalue()


RHEINTEL_HEAD = "Satz;Rufnummer A;Rufnummer B;Datum;Uhrzeit;Dauer;Ziel;Betrag EUR"


def rheintel(calls: list[Call], batch: str) -> list[Line]:
    """Lines of a Rheintel file without its head."""
    lines = []
    for number, call in enumerate(calls, 1):
        start = call.start.astimezone(BERLIN)
        lines.append(
            Line(
                _row(
                    (
                        f"{batch}-{number:06d}",
                        national(call.a),
                        national(call.b),
                        f"{start:%d.%m.%Y}",
                        f"{start:%H:%M:%S}",
                        call.seconds,
                        call.place.name,
                        f"{cost(call) // 10000},{cost(call) % 10000:04d}",
                    ),
                    ";",
                )
            )
        )
    return lines


ALPENTEL_HEAD = "start_utc,service,caller,callee,quantity,unit,price_ct,destination,direction"


def alpentel(calls: list[Call], batch: str) -> list[Line]:
    """Lines of an Alpentel file without its head."""
    return [
        Line(
            _row(
                (
                    f"{call.start:%Y-%m-%dT%H:%M:%SZ}",
                    call.service,
                    call.a,
                    call.b,
                    1 if call.service == "sms" else call.seconds,
                    "piece" if call.service == "sms" else "second",
                    f"{cost(call) // 100}.{cost(call) % 100:02d}",
                    call.place.name,
                    call.direction,
                ),
                ",",
            )
        )
        for call in calls
    ]


def pbx(calls: list[Call], batch: str) -> list[Line]:
    """Lines of an Asterisk ``Master.csv`` with the columns uniqueid and userfield."""
    lines = []
    for number, call in enumerate(calls, 1):
        ring = 3 + number % 9
        answer = call.start.astimezone(BERLIN)
        start = (call.start - dt.timedelta(seconds=ring)).astimezone(BERLIN)
        end = (call.start + dt.timedelta(seconds=call.seconds)).astimezone(BERLIN)
        stamp = "{:%Y-%m-%d %H:%M:%S}".format
        texts = (
            call.account,
            call.a,
            national(call.b),
            "from-internal",
            f'"Nebenstelle {call.a}" <{call.a}>',
            f"PJSIP/{call.account}-{number:08x}",
            f"PJSIP/amt-{number:08x}",
            "Dial",
            f"PJSIP/{national(call.b)}@amt,60",
            stamp(start),
            stamp(answer) if call.answered else "",
            stamp(end),
        )
        tail = ("ANSWERED" if call.answered else "NO ANSWER", "DOCUMENTATION")
        unique = f"{int(start.timestamp())}.{number}"
        lines.append(
            Line(
                ",".join(
                    (
                        _row(texts, ",", csv.QUOTE_ALL),
                        f"{call.seconds + ring},{call.seconds}",
                        _row((*tail, unique, ""), ",", csv.QUOTE_ALL),
                    )
                )
            )
        )
    return lines


BRIDGE_HEAD = "leg;conference;room;participant;caller;start_epoch;seconds"


def bridge(calls: list[Call], batch: str) -> list[Line]:
    """Lines of the conference server's file without its head."""
    return [
        Line(
            ";".join(
                (
                    f"{batch}-{number:05d}",
                    call.conference,
                    call.account,
                    call.participant,
                    f"+{call.a}",
                    str(int(call.start.timestamp())),
                    str(call.seconds),
                )
            )
        )
        for number, call in enumerate(calls, 1)
    ]


def spoil(source: str, line: Line, how: str) -> Line:
    """A dirty line made from a good one; the good one stays where it is.

    >>> spoil("rheintel", Line("X-1;030;040;01.09.2026;10:00:00;61;Berlin;0,01"), "letters").text
    'X-1x;030;040;01.09.2026;10:00:00;6l;Berlin;0,01'
    """
    delimiter = ";" if source in ("rheintel", "bridge") else ","
    cells = line.text.split(delimiter)
    if how == "truncated":
        return Line(delimiter.join(cells[:3]), "dirty")
    if how == "encoding":
        cells[7] = "Frankreich"
        raw = delimiter.join(cells).encode().replace(b"ei", b"\xe9\xff")
        return Line("", "dirty", raw)
    column = {
        ("rheintel", "letters"): (5, "6l"),
        ("rheintel", "spreadsheet"): (1, "4,92E+11"),
        ("rheintel", "date"): (3, "31.09.2026"),
        ("alpentel", "price"): (6, "n/a"),
        ("pbx", "letters"): (-5, "zwölf"),
        ("bridge", "letters"): (6, "4O5"),
    }[source, how]
    cells[column[0]] = column[1]
    if source in ("rheintel", "bridge"):
        cells[0] += "x"
    return Line(delimiter.join(cells), "dirty")


def with_dirt(source: str, lines: list[Line], kinds, dice: Dice) -> list[Line]:
    """The lines with dirty ones among them; a cut line comes last, as a broken transfer leaves it.

    Also every 150th line twice, where the source gives its records an id.
    """
    mixed = []
    for index, line in enumerate(lines):
        mixed.append(line)
        if source in ("rheintel", "pbx") and index % 150 == 149:
            mixed.append(Line(line.text, "twin"))
    for how in kinds:
        dirty = spoil(source, dice.one_of(lines), how)
        mixed.insert(len(mixed) if how == "truncated" else dice.below(len(mixed)), dirty)
    return mixed


def zipped(name: str, content: bytes) -> bytes:
    """A zip of one member, without the time of its making."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name, (2026, 10, 1, 6, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)
    return stream.getvalue()


WRITERS = {
    "rheintel": (rheintel, RHEINTEL_HEAD, "cp1252", "\r\n"),
    "alpentel": (alpentel, ALPENTEL_HEAD, "utf-8", "\n"),
    "pbx": (pbx, "", "utf-8", "\n"),
    "bridge": (bridge, BRIDGE_HEAD, "utf-8", "\n"),
}
