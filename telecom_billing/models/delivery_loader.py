# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a delivery's bytes to facts: unpack, decode chunk by chunk, store, count."""

from __future__ import annotations

import collections
import contextlib
import logging
import tempfile
import typing
from pathlib import Path, PurePosixPath

from odoo import fields

import connectors.formats
from connectors import archives
from connectors.frame import Decoded, Deduplicator
from connectors.reasons import DeliveryError, SettingsError
from connectors.transports.base import sha256

from ..store.intake import Counts, Intake, ahead
from . import delivery_carry, delivery_counts

_logger = logging.getLogger(__name__)

#: What makes a delivery fail with a message; anything else is a fault of the program.
UNREADABLE = (DeliveryError, SettingsError, archives.ArchiveError, OSError)


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


def store(delivery, chunks, again=None) -> Counts:
    """Store decoded ``chunks`` (connectors.frame.Decoded) as the content of ``delivery``.

    What a person corrected at an earlier load holds for this one too.

    :param again: called with {line: corrected text} and with how many of these lines were
        rejected, by (kind, reason); returns their Decoded
    """
    env = delivery.env
    env.flush_all()
    corrected = delivery.reject_ids.filtered("corrected") if again else delivery.reject_ids.browse()
    (delivery.reject_ids - corrected).unlink()
    texts = {reject.line: reject.corrected for reject in corrected}
    intake = Intake(env.cr, delivery.company_id.id, delivery.source_id.id, delivery.id)
    keys, aside = Deduplicator(), collections.Counter()
    ready = (
        (intake.prepare(chunk.frame, keys.keys(chunk.frame)), chunk.rejects) for chunk in chunks
    )
    for prepared, rejects in ahead(ready):
        intake.write(prepared)
        mended = rejects["line"].isin(texts)
        intake.reject(rejects[~mended])
        aside.update(rejects[mended][["kind", "reason"]].itertuples(index=False, name=None))
    if aside:
        chunk = again(texts, aside)
        intake.write(intake.prepare(chunk.frame, keys.keys(chunk.frame)))
        intake.reject_again(chunk.rejects)
        _reopen(corrected, chunk)
    counts = intake.finish()
    delivery_counts.write(delivery, counts)
    return counts


def _reopen(corrected, chunk: Decoded) -> None:
    """Corrections that are no good, because the source reads lines in another way now."""
    reasons = {row["line"]: row for row in chunk.rejects.to_dict("records")}
    for reject in corrected:
        row = reasons.get(reject.line)
        reject.write(
            {"state": "open", "outcome": False}
            | {name: row[name] for name in ("kind", "reason", "message")}
            if row
            else {"state": "solved", "outcome": "stored"}
        )


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


@contextlib.contextmanager
def opened(delivery) -> typing.Iterator[Path]:
    """The delivery's own file, taken out of its archive where it came in one."""
    with _original(delivery.parent_id or delivery) as path:
        if not delivery.parent_id:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="delivery-") as folder:
            for member in archives.members(path, folder):
                if member.name.removeprefix(f"{path.name}/") == delivery.member:
                    yield member.path
                    return
        raise DeliveryError(f"{delivery.member} is not in the archive any more.")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def _decode(delivery, path: Path) -> None:
    try:
        with delivery.env.cr.savepoint():
            form = connectors.formats.get(delivery.source_id.format)
            settings = delivery.source_id.settings or {}
            carried = delivery_carry.waiting(delivery)
            decoding = form.decode(path, settings, carried=carried)

            def again(texts: dict[int, str], aside: collections.Counter) -> Decoded:
                lines, header = sorted(texts.items()), decoding.summary.header_text
                chunk = form.retry(lines, settings, header).read()
                decoding.summary.recount(aside, chunk)
                return chunk

            store(delivery, decoding, again)
            delivery_carry.settle(delivery, decoding.settled)
            delivery_counts.compare(delivery, decoding.summary)
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
        }
    )
    delivery_counts.sum_up(archive)
