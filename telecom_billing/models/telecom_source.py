# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib
import logging
from pathlib import Path

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError

import connectors.transports

from ..store import locks
from ..terms import told
from . import connector_choices as choices
from . import delivery_counts
from . import source_fetching as fetching
from .told_text import ToldText

_logger = logging.getLogger(__name__)


class TelecomSource(models.Model):
    """A carrier, switch or conference server that delivers usage: what it sends, and how."""

    _name = "telecom.source"
    _description = "Usage Source"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True, help="Short name, used by the shell tool and the API.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one("res.partner", "Carrier", check_company=True, index=True)
    note = fields.Html()

    fetch_automatically = fields.Boolean(
        default=True, help="The scheduled action looks for new files; else only by the button."
    )
    checkpoint = fields.Json(readonly=True, copy=False, help="Where the last fetch ended.")

    state = fields.Selection(
        [("idle", "Waiting"), ("ok", "In Order"), ("failing", "Failing")],
        default="idle",
        readonly=True,
        copy=False,
    )
    last_fetch_at = fields.Datetime(readonly=True, copy=False)
    last_error = ToldText(readonly=True, copy=False)
    delivery_ids = fields.One2many("telecom.delivery", "source_id")
    delivery_count = fields.Integer(compute="_compute_deliveries")
    last_delivery_at = fields.Datetime("Last Delivery", compute="_compute_deliveries")
    reject_count = fields.Integer("Open Rejects", compute="_compute_deliveries")

    _code_uniq = models.Constraint(
        "UNIQUE (company_id, code)", "Another source of this company has this code."
    )

    # --- compute -----------------------------------------------------------------------------

    @api.depends("delivery_ids.received_at", "delivery_ids.rejects")
    def _compute_deliveries(self):
        groups = self.env["telecom.delivery"]._read_group(
            [("source_id", "in", self.ids), ("child_ids", "=", False)],
            ["source_id"],
            ["__count", "received_at:max"],
        )
        rejects = dict(
            self.env["telecom.reject"]._read_group(
                [
                    ("source_id", "in", self.ids),
                    ("kind", "=", "faulty"),
                    ("state", "=", "open"),
                ],
                ["source_id"],
                ["__count"],
            )
        )
        found = {source: (count, last) for source, count, last in groups}
        for source in self:
            source.delivery_count, source.last_delivery_at = found.get(source, (0, False))
            source.reject_count = rejects.get(source, 0)

    # --- CRUD --------------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for source in self:
            if source.delivery_ids:
                raise UserError(
                    self.env._(
                        "Source %(name)s has %(count)s deliveries, which are kept. Archive it.",
                        name=source.name,
                        count=len(source.delivery_ids),
                    )
                )

    # --- actions -----------------------------------------------------------------------------

    def action_view_deliveries(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_delivery"
        )
        return action | {
            "domain": [("source_id", "in", self.ids)],
            "context": {"default_source_id": self[:1].id},
        }

    def action_view_rejects(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_reject"
        )
        return action | {"domain": [("source_id", "in", self.ids)]}

    def action_upload(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_upload"
        )
        return action | {"context": {"default_source_id": self[:1].id}}

    def action_fetch(self):
        """Take in what waits, here and now."""
        self.check_access("write")
        for source in self:
            if locks.is_held(self.env.cr, "fetch", source.id):
                raise UserError(
                    self.env._("Source %s is being asked by another worker.", source.name)
                )
        deliveries = self._fetch()
        deliveries.filtered(lambda delivery: delivery.state == "received")._request_load()
        failing = self.filtered(lambda source: source.state == "failing")
        if failing:
            return self._notification(told(self.env, failing[0].last_error), "danger")
        return self._notification(
            self.env._("%s new files were taken in.", len(deliveries)), "success"
        )

    def _notification(self, message: str, kind: str) -> dict:
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": kind, "sticky": kind == "danger"},
        }

    # --- fetching ----------------------------------------------------------------------------

    def _transport(self, state=None, settings=None, patience=None):
        """The transport of this source, set up; to be used as a context manager.

        :param state: its checkpoint, which the transport changes; not kept where none is given
        :param settings: over those of the source
        :param patience: connectors.retry.Patience; the transport's own where none is given
        """
        way = connectors.transports.get(self.transport)
        return way(self._opened_settings() | (settings or {}), state, patience)

    def _fetch(self):
        """Take in what waits at these sources; returns the new deliveries.

        A source that cannot be reached is marked as failing and does not stop the others.
        """
        deliveries = self.env["telecom.delivery"]
        for source in self.filtered(lambda source: source.transport not in choices.PASSIVE):
            deliveries |= fetching.fetch(source)
        return deliveries

    @api.model
    def _fetch_due(self, companies):
        """Fetch from every source of ``companies`` that does so by itself."""
        return self.search(
            [("company_id", "in", companies.ids), ("fetch_automatically", "=", True)]
        )._fetch()

    # --- receiving ---------------------------------------------------------------------------

    def _receive(self, name: str, content: bytes):
        """Keep a delivered file unchanged; returns its telecom.delivery.

        The file is known by its hash: given a second time it becomes a delivery in the state
        ``duplicate`` of which nothing is loaded. What had failed before is tried again instead.
        """
        self.ensure_one()
        sha256 = hashlib.sha256(content).hexdigest()
        return self._take_in(name, sha256, len(content), lambda: content)

    def _receive_path(self, name: str, path: Path, sha256: str, size: int):
        """The same for a file on disk whose hash is known."""
        return self._take_in(name, sha256, size, path.read_bytes)

    def _take_in(self, name: str, sha256: str, size: int, read):
        self.ensure_one()
        Delivery = self.env["telecom.delivery"]
        vals = {"name": name, "source_id": self.id, "sha256": sha256, "size": size}
        known = Delivery._known(self, sha256)
        if known.state == "failed":
            known._retry()
            return known
        if not known:
            try:
                with self.env.cr.savepoint():
                    delivery = Delivery.create(vals)
                    delivery.attachment_id = delivery._keep(read())
                    return delivery
            except psycopg2.errors.UniqueViolation:
                _logger.info("file %s was taken in by another worker just now", name)
        number = delivery_counts.number_of(self, name)
        return Delivery.create(vals | {"state": "duplicate", "sequence_number": number})

    def receive(self, name: str, base64_content: str) -> dict:
        """Take in a file from outside (JSON-2, shell tool): returns id, state and known facts.

        :param name: the file's name, with its ending
        :param base64_content: the bytes, base64
        """
        self.ensure_one()
        self.check_access("write")
        try:
            content = base64.b64decode(base64_content, validate=True)
        except ValueError as error:
            raise UserError(
                self.env._("File %(name)s is not valid base64: %(error)s", name=name, error=error)
            ) from error
        delivery = self._receive(name, content)
        delivery._request_load()
        return {"id": delivery.id, "state": delivery.state, "sha256": delivery.sha256}
