# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..store import locks
from ..terms import told
from . import delivery_loader
from .told_text import ToldText

#: Bytes above which a click does not wait for the load.
LARGE = 32 << 20
#: A delivery in one of these states is no obstacle for the same file coming again.
VOID_STATES = ("duplicate", "undone")


class TelecomDelivery(models.Model):
    """One received file (or page of an API), kept unchanged, and what became of its lines.

    An archive is a delivery whose members are deliveries of their own (``child_ids``); counts of
    the archive are the sums of its members.
    """

    _name = "telecom.delivery"
    _description = "Usage Delivery"
    _order = "received_at desc, id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    source_id = fields.Many2one(
        "telecom.source", required=True, index=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="source_id.company_id", store=True, index=True)
    parent_id = fields.Many2one(
        "telecom.delivery", "Archive", index=True, readonly=True, ondelete="cascade"
    )
    child_ids = fields.One2many("telecom.delivery", "parent_id", "Files in the Archive")
    is_archive = fields.Boolean(readonly=True)
    member = fields.Char(readonly=True, help="Path inside the archive.")
    sha256 = fields.Char("SHA-256", required=True, readonly=True)
    origin_id = fields.Char(
        "Sender's Id", readonly=True, help="By which a repeated request is known."
    )
    size = fields.Integer("Bytes", readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Original", readonly=True)
    received_at = fields.Datetime(
        "Received", required=True, default=lambda self: fields.Datetime.now(), readonly=True
    )
    loaded_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [
            ("received", "Received"),
            ("loading", "Loading"),
            ("loaded", "Loaded"),
            ("failed", "Failed"),
            ("duplicate", "Delivered before"),
            ("undone", "Undone"),
        ],
        default="received",
        required=True,
        readonly=True,
        index=True,
    )
    message = ToldText(readonly=True)
    original_id = fields.Many2one(
        "telecom.delivery", "Delivered First", compute="_compute_original_id"
    )

    lines = fields.Integer(readonly=True)
    loaded = fields.Integer(readonly=True)
    duplicates = fields.Integer(readonly=True, help="Records that were in the store already.")
    rejects = fields.Integer(readonly=True, help="Faulty lines and lines left out by selection.")
    left_out = fields.Integer("Left Out", readonly=True, help="Left out by declared selection.")
    faulty = fields.Integer(compute="_compute_faulty", store=True)
    quantity = fields.Float(
        "Seconds", digits=(20, 6), readonly=True, help="Seconds of the loaded records."
    )
    quantity_decoded = fields.Float(
        "Seconds Decoded", digits=(20, 6), readonly=True, help="With those delivered before."
    )
    cost = fields.Float("Stated Cost", digits=(20, 6), min_display_digits=2, readonly=True)
    sequence_number = fields.Char(
        readonly=True, help="The running number that its name or its header states."
    )
    first_started_at = fields.Datetime("First Record", readonly=True)
    last_started_at = fields.Datetime("Last Record", readonly=True)
    totals = fields.Json(readonly=True, help="Sums by unit and currency; rejects by reason.")
    reject_ids = fields.One2many("telecom.reject", "delivery_id")
    run_id = fields.Many2one("telecom.billing.run", "Billing Run", index=True, readonly=True)

    _file_uniq = models.UniqueIndex(
        "(source_id, sha256) WHERE state NOT IN ('duplicate', 'undone')",
        "This file was delivered before.",
    )
    _origin_uniq = models.UniqueIndex(
        "(source_id, origin_id) WHERE origin_id IS NOT NULL", "This request was taken before."
    )

    # --- compute -----------------------------------------------------------------------------

    @api.depends("rejects", "left_out")
    def _compute_faulty(self):
        for delivery in self:
            delivery.faulty = delivery.rejects - delivery.left_out

    @api.depends("sha256", "state", "source_id")
    def _compute_original_id(self):
        for delivery in self:
            known = delivery.state == "duplicate" and self._known(
                delivery.source_id, delivery.sha256
            )
            delivery.original_id = known and known != delivery and known

    def _known(self, source, sha256: str):
        """The delivery of this source that holds the file with this hash, or none."""
        return self.search(
            [
                ("source_id", "=", source.id),
                ("sha256", "=", sha256),
                ("state", "not in", VOID_STATES),
            ],
            limit=1,
        )

    # --- CRUD --------------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_except_loaded(self):
        kept = self.filtered(lambda delivery: delivery.state in ("loading", "loaded"))
        if kept:
            raise UserError(
                self.env._(
                    "Delivery %s was loaded: its records are in the store. Undo it first.",
                    kept[0].name,
                )
            )

    # --- actions -----------------------------------------------------------------------------

    def action_load(self):
        """Load now, each delivery in a transaction of its own; large ones in the background."""
        if sum(self.mapped("size")) > LARGE:
            self.filtered(lambda delivery: delivery.state in ("failed", "undone"))._retry()
            self._request_load()
            return self._notification(
                self.env._("The files are large and are loaded in the background."), "info"
            )
        self._load_each(self.filtered(lambda delivery: delivery.state != "duplicate"))
        failed = self.filtered(lambda delivery: delivery.state == "failed")
        if failed and len(self) == 1:
            return self._notification(told(self.env, failed.message), "danger")
        return True

    def action_view_usage(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_usage"
        )
        return action | {"domain": [("delivery_id", "in", (self | self.child_ids).ids)]}

    def action_view_rejects(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_reject"
        )
        return action | {"domain": [("delivery_id", "in", (self | self.child_ids).ids)]}

    def action_download(self):
        """The original file; for a member of an archive the archive it came in."""
        attachment = self.attachment_id or self.parent_id.attachment_id
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def _notification(self, message: str, kind: str) -> dict:
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": kind, "sticky": kind == "danger"},
        }

    # --- the original ------------------------------------------------------------------------

    def _keep(self, content: bytes):
        """Store the file as it came; Odoo's file store keeps equal contents once."""
        return self.env["ir.attachment"].create(
            {
                "name": self.name,
                "raw": content,
                # As text it would be copied into the database too, for Odoo's document search.
                "mimetype": "application/x-usage-records",
                "res_model": self._name,
                "res_id": self.id,
                "company_id": self.company_id.id,
            }
        )

    def _stored_path(self) -> str:
        """Where Odoo's file store has the original; empty when it is kept in another place."""
        attachment = self.attachment_id.sudo()
        if attachment.store_fname and attachment._storage() == "file":
            return attachment._full_path(attachment.store_fname)
        return ""

    # --- loading -----------------------------------------------------------------------------

    def _load(self):
        """Bring the records of these deliveries into the store, in the caller's transaction.

        Loading a delivery again adds what is missing and nothing twice.
        """
        for delivery in self:
            if delivery.state != "duplicate":
                delivery_loader.load(delivery)

    def _store(self, chunks):
        """Take records that no file brought (API pages, tests) as this delivery's content.

        :param chunks: iterable of connectors.frame.Decoded
        """
        self.ensure_one()
        return delivery_loader.store(self, chunks)

    def _load_each(self, deliveries, wait: bool = False) -> None:
        """Load each in its own transaction; one source by one worker at a time.

        :param wait: for another worker at the same source; else its deliveries are left to it
        """
        committing = self.env["telecom.billing.run"]._commits()
        for delivery in deliveries:
            with locks.held(self.env.cr, "source", delivery.source_id.id, wait) as got:
                if not got:
                    continue
                if committing:
                    # see what another worker stored before we had the lock
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                    self.env.invalidate_all()
                if delivery.state != "loaded":
                    delivery._load()
                if committing:
                    self.env.cr.commit()  # pylint: disable=invalid-commit

    def _get_waiting_domain(self, companies) -> list:
        """Deliveries to be loaded: new ones, and those that a killed worker left half done."""
        return [
            ("company_id", "in", companies.ids),
            ("state", "in", ("received", "loading")),
            ("parent_id", "=", False),
        ]

    @api.model
    def _cron_load(self):
        """Scheduled action: fetch from all sources and load what waits."""
        companies = self.env["res.company"].search([])
        self.env["telecom.source"]._fetch_due(companies)
        waiting = self.search(self._get_waiting_domain(companies), order="id")
        for number, delivery in enumerate(waiting, 1):
            self._load_each(delivery)
            self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - number)

    @api.model
    def _request_load(self) -> None:
        """Have the scheduled action load what waits, as soon as there is a worker for it."""
        self.env.ref("telecom_billing.cron_load").sudo()._trigger()

    def _retry(self) -> None:
        self.state = "received"
        self.message = False
