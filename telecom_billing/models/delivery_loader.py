# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a delivery's bytes to facts: unpack, decode chunk by chunk, store, count."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import typing
from pathlib import Path, PurePosixPath

from odoo import fields
from odoo.tools import SQL

import connectors.formats
from connectors import archives
from connectors.frame import Deduplicator
from connectors.reasons import DeliveryError, SettingsError
from connectors.transports.base import sha256

from ..store.intake import Counts, Intake, ahead

_logger = logging.getLogger(__name__)

#: What makes a delivery fail with a message; anything else is a fault of the program.
UNREADABLE = (DeliveryError, SettingsError, archives.ArchiveError, OSError)
#: What an archive's counts sum up over its members.
SUMMED = ("lines", "loaded", "duplicates", "rejects", "left_out")


def load(delivery) -> None:
    """Decode and store; afterwards the delivery is loaded or failed, with its counts.

    A file that cannot be read at all fails with the reason, and leaves nothing behind. Of an
    archive each member succeeds or fails by itself.
    """
    top = delivery.parent_id or delivery
    try:
        with _original(top) as path:
            if not archives.kind_of(_head(path)):
                _decode(delivery, path)
                return
            with tempfile.TemporaryDirectory(prefix="delivery-") as folder:
                _load_members(top, path, folder, only=delivery if delivery != top else None)
    except UNREADABLE as error:
        _fail(delivery, error)


def store(delivery, chunks) -> Counts:
    """Store decoded ``chunks`` (connectors.frame.Decoded) as the content of ``delivery``."""
    env = delivery.env
    env.flush_all()
    delivery.reject_ids.unlink()
    intake = Intake(env.cr, delivery.company_id.id, delivery.source_id.id, delivery.id)
    keys = Deduplicator()
    ready = (
        (intake.prepare(chunk.frame, keys.keys(chunk.frame)), chunk.rejects) for chunk in chunks
    )
    for prepared, rejects in ahead(ready):
        intake.write(prepared)
        intake.reject(rejects)
    counts = intake.finish()
    _write(delivery, counts)
    return counts


# --- files -------------------------------------------------------------------------------------


@contextlib.contextmanager
def _original(delivery) -> typing.Iterator[Path]:
    """The original under its own name, for what goes by a file's ending."""
    with tempfile.TemporaryDirectory(prefix="original-") as folder:
        path = Path(folder) / (PurePosixPath(delivery.name.replace("\\", "/")).name or "file")
        stored = delivery._stored_path()
        if stored:
            path.symlink_to(stored)
        else:
            path.write_bytes(delivery.attachment_id.sudo().raw or b"")
        yield path


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _decode(delivery, path: Path) -> None:
    try:
        with delivery.env.cr.savepoint():
            decoding = connectors.formats.get(delivery.source_id.format).decode(
                path, delivery.source_id.settings or {}
            )
            store(delivery, decoding)
            _compare(delivery, decoding.summary)
    except UNREADABLE as error:
        _fail(delivery, error)


def _fail(delivery, error: Exception) -> None:
    _logger.warning("delivery %s: %s", delivery.name, error)
    delivery.write({"state": "failed", "message": str(error)})


# --- archives ----------------------------------------------------------------------------------


def _load_members(archive, path: Path, folder: str, only=None) -> None:
    """Load the members of an archive, or ``only`` one of them again; sum up in the archive."""
    archive.is_archive = True
    wanted = connectors.formats.get(archive.source_id.format).extensions
    left_out = []
    for member in archives.members(path, folder):
        name = member.name.removeprefix(f"{path.name}/")
        if wanted and PurePosixPath(name).suffix.lower().lstrip(".") not in wanted:
            left_out.append(name)
        else:
            child = _member(archive, name, member.path, member.size)
            if child.state != "duplicate" and child == (only or child):
                _decode(child, member.path)
        if member.path != path:
            member.path.unlink()
    _sum_up(archive, left_out)


def _member(archive, name: str, path: Path, size: int):
    """The delivery of a member: the one of an earlier load, or a new one."""
    known = archive.child_ids.filtered(lambda child: child.member == name)
    if known:
        return known
    digest = sha256(path)
    seen = archive._known(archive.source_id, digest)
    return archive.create(
        {
            "name": PurePosixPath(name).name,
            "member": name,
            "parent_id": archive.id,
            "source_id": archive.source_id.id,
            "received_at": archive.received_at,
            "sha256": digest,
            "size": size,
            "state": "duplicate" if seen else "received",
        }
    )


def _sum_up(archive, left_out: list[str]) -> None:
    children = archive.child_ids
    failed = children.filtered(lambda child: child.state == "failed")
    lines = [f"{child.name}: {child.message}" for child in failed]
    if left_out:
        lines.append(archive.env._("Not read, by their ending: %s", ", ".join(left_out)))
    if not children:
        lines.append(archive.env._("The archive holds no file of this format."))
    archive.write(
        {
            "state": "failed" if failed or not children else "loaded",
            "message": "\n".join(lines) or False,
            "loaded_at": fields.Datetime.now(),
            "first_started_at": min(
                filter(None, children.mapped("first_started_at")), default=False
            ),
            "last_started_at": max(filter(None, children.mapped("last_started_at")), default=False),
        }
        | {name: sum(children.mapped(name)) for name in SUMMED}
    )
    archive.env.flush_all()
    archive.env.cr.execute(
        SQL(
            "UPDATE telecom_delivery d SET quantity = s.quantity, cost = s.cost,"
            " quantity_decoded = s.decoded FROM (SELECT sum(quantity) AS quantity,"
            " sum(quantity_decoded) AS decoded, sum(cost) AS cost"
            " FROM telecom_delivery WHERE parent_id = %(id)s) s WHERE d.id = %(id)s",
            id=archive.id,
        )
    )
    archive.invalidate_recordset()


# --- counts ------------------------------------------------------------------------------------


def _write(delivery, counts: Counts) -> None:
    delivery.write(
        {
            "state": "loaded",
            "message": False,
            "loaded_at": fields.Datetime.now(),
            "lines": counts.lines,
            "loaded": counts.loaded,
            "duplicates": counts.duplicates,
            "rejects": counts.rejects,
            "left_out": counts.filtered,
            "first_started_at": counts.first,
            "last_started_at": counts.last,
            "totals": {
                "decoded": _plain(counts.decoded_quantity),
                "loaded": _plain(counts.loaded_quantity),
                "decoded_cost": _plain(counts.decoded_cost),
                "loaded_cost": _plain(counts.loaded_cost),
                "reasons": counts.reasons,
            },
        }
    )
    delivery.env.flush_all()
    # By SQL, since an ORM float would not be exact.
    delivery.env.cr.execute(
        SQL(
            "UPDATE telecom_delivery SET quantity = %s, quantity_decoded = %s, cost = %s"
            " WHERE id = %s",
            counts.loaded_quantity.get("second", 0),
            counts.decoded_quantity.get("second", 0),
            counts.loaded_cost.get(delivery.company_id.currency_id.name, 0),
            delivery.id,
        )
    )
    delivery.invalidate_recordset()
    delivery.env["telecom.usage"].invalidate_model()
    delivery.env["telecom.reject"].invalidate_model()


def _compare(delivery, summary) -> None:
    """The reader counted lines on its own, and the file may state totals: compare with both."""
    if summary.data != delivery.lines:
        raise AssertionError(
            f"delivery {delivery.name}: {summary.data} data lines were read, {delivery.lines}"
            " accounted for"
        )
    delivery.totals = delivery.totals | {"summary": summary.as_dict()}
    differences = summary.differences()
    if differences:
        delivery.message = "\n".join(differences)


def _plain(sums: dict) -> dict:
    return {name: str(value) for name, value in sums.items()}
