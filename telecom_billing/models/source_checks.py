# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with the deliveries of a source at this moment, as data for findings.

To add a check, write a function (source, now) that yields :class:`Found`, and list it in CHECKS.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing

from odoo import fields
from odoo.tools.misc import format_datetime

from connectors import expect

from ..steps.base import sentence
from ..terms import told

LATE, MISSING, FAILING = "delivery_late", "delivery_missing", "source_unreachable"
DOUBLED, SHRUNKEN, TOTALS = "delivery_doubled", "delivery_shrunken", "delivery_totals"
GAP, REPEATED, FAILED = "sequence_gap", "sequence_repeated", "delivery_unreadable"
CHANGED, CLOCK_CHANGE = "delivery_changed", "delivery_clock_change"
CODES = (
    LATE, MISSING, FAILING, DOUBLED, CHANGED, SHRUNKEN, TOTALS, CLOCK_CHANGE, GAP, REPEATED, FAILED,
)  # fmt: skip
#: What has happened, in contrast to what goes on: once a person has closed it, it stays closed.
EVENTS = (DOUBLED, CHANGED, SHRUNKEN, TOTALS, CLOCK_CHANGE, REPEATED)
#: Notes of a reader on which money hangs: day, time band and price go by the start.
CLOCK = ("time_ambiguous", "time_nonexistent")
#: How far back deliveries are looked at.
REACH = datetime.timedelta(days=93)
#: Missing numbers that are named one by one.
NAMED = 20


@dataclasses.dataclass(frozen=True)
class Found:
    """``key`` tells one from another of the same code."""

    code: str
    key: str
    message: str
    severity: str = "warn"
    delivery: typing.Any = None


def check(source, now: datetime.datetime) -> list[Found]:
    """Everything that is wrong now."""
    return [found for checking in CHECKS for found in checking(source, now)]


def fault(source) -> str:
    """What is wrong with what was entered for the checks."""
    env = source.env
    if not 0 <= source.expect_hour < 24:
        return env._("the hour must lie between 0:00 and 23:59.")
    if not 1 <= source.expect_day <= 31:
        return env._("the day of the month must lie between 1 and 31.")
    if source.expect_files < 1 or not 0 <= source.volume_drop < 100:
        return env._("enter at least one file each time, and a percentage from 0 to 99.")
    try:
        groups = re.compile(source.sequence_pattern or "()").groups
    except re.error as error:
        return env._("the expression for the number is wrong: %s", error)
    return "" if groups else env._("the expression for the number needs a group, such as (\\d+).")


# --- checks --------------------------------------------------------------------------------------


def _unreachable(source, now) -> typing.Iterator[Found]:
    if source.state == "failing":
        yield Found(
            FAILING,
            "",
            source.env._(
                "Source %(name)s could not be asked: %(error)s Mend it and press Test; until then"
                " files can be uploaded by hand.",
                name=source.name,
                error=sentence(told(source.env, source.last_error)),
            ),
        )


def _overdue(source, now) -> typing.Iterator[Found]:
    schedule = source._schedule()
    if not schedule or not source.expect_since:
        return
    since = max(source.expect_since, now - REACH)
    arrivals = _deliveries(source, [("received_at", ">=", since)]).mapped("received_at")
    grace = datetime.timedelta(hours=source.expect_tolerance)
    for gap in expect.missing(schedule, grace, since, now, arrivals, source.expect_files):
        due = format_datetime(source.env, gap.due, tz=str(schedule.zone))
        values = {"name": source.name, "due": due, "files": gap.missing}
        if gap.overdue:
            message = source.env._(
                "Source %(name)s: %(files)s file(s) expected on %(due)s are missing, though the"
                " next were due since. Ask the carrier for them, or upload them by hand; waive"
                " this if none were made.",
                **values,
            )
        else:
            message = source.env._(
                "Source %(name)s: %(files)s file(s) expected on %(due)s are late. Look whether the"
                " source works (Test), or ask the carrier.",
                **values,
            )
        key = fields.Datetime.to_string(gap.due)
        yield Found(MISSING if gap.overdue else LATE, key, message)


def _doubled(source, now) -> typing.Iterator[Found]:
    recent = _deliveries(source, [("received_at", ">=", now - REACH)], top=False)
    again = source.delivery_ids.filtered(
        lambda one: one.state == "duplicate" and one.received_at >= now - REACH
    )
    again -= _quiet(again)
    for delivery in again:
        yield Found(
            DOUBLED,
            str(delivery.id),
            source.env._(
                "Source %(name)s: file %(file)s came a second time with the same content; nothing"
                " of it was loaded. Nothing has to be done, unless another file was meant.",
                name=source.name,
                file=delivery.name,
            ),
            "info",
            delivery,
        )
    for delivery in recent.filtered(lambda one: one.duplicates and not one.loaded):
        yield Found(
            DOUBLED,
            str(delivery.id),
            source.env._(
                "Source %(name)s: all %(count)s records of file %(file)s had been delivered before"
                " in other files. Ask the carrier whether another file was meant.",
                name=source.name,
                count=delivery.duplicates,
                file=delivery.name,
            ),
            "warn",
            delivery,
        )


def _changed(source, now) -> typing.Iterator[Found]:
    """Corrections by the carrier: what was stored first holds, and somebody has to know."""
    recent = _deliveries(source, [("received_at", ">=", now - REACH)], top=False)
    for delivery in recent.filtered(lambda one: one.state == "loaded"):
        changed = (delivery.totals or {}).get("changed")
        if changed:
            yield Found(
                CHANGED,
                str(delivery.id),
                source.env._(
                    "Source %(name)s: %(count)s records of file %(file)s had been delivered before"
                    " with another duration, number or cost (line %(lines)s). What came first"
                    " holds. If these are corrections, undo the delivery that came first: then"
                    " this one is loaded by itself.",
                    name=source.name,
                    count=changed["records"],
                    file=delivery.name,
                    lines=", ".join(map(str, changed["lines"])),
                ),
                "warn",
                delivery,
            )


def _shrunken(source, now) -> typing.Iterator[Found]:
    if not source.volume_drop:
        return
    known: list[tuple[int, int]] = []
    come = _deliveries(source, [("state", "in", ("loaded", "duplicate"))])
    for delivery in come.sorted("received_at"):
        records = delivery.loaded + delivery.duplicates
        day = delivery.received_at.weekday()
        usual = expect.usual(known, day)
        known.append((day, records))
        if not usual or delivery.received_at < now - REACH:
            continue
        if records * 100 < usual * (100 - source.volume_drop):
            yield Found(
                SHRUNKEN,
                str(delivery.id),
                source.env._(
                    "Source %(name)s: file %(file)s holds %(records)s records, where %(usual)s are"
                    " usual. Ask the carrier whether it is complete; waive this if it is.",
                    name=source.name,
                    file=delivery.name,
                    records=records,
                    usual=usual,
                ),
                delivery=delivery,
            )


def _differing(source, now) -> typing.Iterator[Found]:
    """The file's own control totals."""
    recent = _deliveries(source, [("received_at", ">=", now - REACH)], top=False)
    for delivery in recent.filtered(lambda one: one.state == "loaded"):
        differences = ((delivery.totals or {}).get("summary") or {}).get("differences")
        if differences:
            yield Found(
                TOTALS,
                str(delivery.id),
                source.env._(
                    "Source %(name)s, file %(file)s: %(differences)s. Correct its rejected lines,"
                    " or ask the carrier for the file anew.",
                    name=source.name,
                    file=delivery.name,
                    differences="; ".join(told(source.env, one) for one in differences),
                ),
                delivery=delivery,
            )


def _clock_change(source, now) -> typing.Iterator[Found]:
    """Records whose start may be an hour off: day, time band and price go by it."""
    recent = _deliveries(source, [("received_at", ">=", now - REACH)], top=False)
    for delivery in recent.filtered(lambda one: not one.is_archive):
        counted = delivery._counted_notes()
        for code in filter(counted.get, CLOCK):
            yield Found(
                CLOCK_CHANGE,
                f"{delivery.id}-{code}",
                source.env._(
                    "Source %(name)s, file %(file)s: %(note)s",
                    name=source.name,
                    file=delivery.name,
                    note=delivery._note(code, counted[code]),
                ),
                "info" if code == "time_ambiguous" else "warn",
                delivery,
            )


def _unreadable(source, now) -> typing.Iterator[Found]:
    for delivery in _deliveries(source, [("state", "=", "failed")]):
        yield Found(
            FAILED,
            str(delivery.id),
            source.env._(
                "Source %(name)s: file %(file)s could not be read: %(message)s Correct the"
                " source's settings and load it again, or delete the delivery.",
                name=source.name,
                file=delivery.name,
                message=sentence(told(source.env, delivery.message)),
            ),
            delivery=delivery,
        )


def _numbered(source, now) -> typing.Iterator[Found]:
    deliveries = _deliveries(source, [("sequence_number", "!=", False)], top=False).sorted(
        lambda one: (one.received_at, one.id)
    )
    deliveries = deliveries.filtered(lambda one: one.received_at >= now - REACH)
    seen: dict[tuple[str, str], typing.Any] = {}
    for delivery in deliveries:  # an empty file that came twice has one number
        seen.setdefault((delivery.sha256, delivery.sequence_number), delivery)
    deliveries = deliveries.browse([delivery.id for delivery in seen.values()])
    numbers = deliveries.mapped("sequence_number")
    gaps, repeated = expect.sequence(
        [int(number) for number in deliveries.mapped("sequence_number")], source.sequence_wrap
    )
    for number in gaps[:NAMED]:
        yield Found(
            GAP,
            str(number),
            source.env._(
                "Source %(name)s: the file with number %(number)s has not come, though later ones"
                " have. Ask the carrier for it.",
                name=source.name,
                number=number,
            ),
        )
    if len(gaps) > NAMED:
        yield Found(
            GAP,
            "more",
            source.env._(
                "Source %(name)s: %(count)s more numbers are missing, up to %(last)s.",
                name=source.name,
                count=len(gaps) - NAMED,
                last=gaps[-1],
            ),
        )
    for at in repeated:
        yield Found(
            REPEATED,
            str(deliveries[at].id),
            source.env._(
                "Source %(name)s: file %(file)s has number %(number)s, which came before with"
                " another content. Ask the carrier which one holds.",
                name=source.name,
                file=deliveries[at].name,
                number=numbers[at],
            ),
            delivery=deliveries[at],
        )


CHECKS = (
    _unreachable, _overdue, _unreadable, _doubled, _changed, _shrunken, _differing, _clock_change,
    _numbered,
)  # fmt: skip


def _deliveries(source, domain: list, top: bool = True):
    """Deliveries that came for the first time; as received, or with the members of archives."""
    found = source.env["telecom.delivery"].search(
        [("source_id", "=", source.id), ("state", "!=", "undone"), *domain]
        + ([("parent_id", "=", False)] if top else []),
        order="received_at, id",
    )
    again = found.filtered(lambda one: one.state == "duplicate")
    return found - (again - _quiet(again))


def _quiet(again):
    """Those of some doubled deliveries that hold no line: files of days without usage are all
    alike, so their hash does not tell that they came before."""
    empty = again.search(
        [
            ("source_id", "in", again.source_id.ids),
            ("sha256", "in", again.mapped("sha256")),
            ("state", "=", "loaded"),
            ("lines", "=", 0),
            ("is_archive", "=", False),
        ]
    )
    hashes = {(one.source_id, one.sha256) for one in empty}
    return again.filtered(lambda one: (one.source_id, one.sha256) in hashes)
