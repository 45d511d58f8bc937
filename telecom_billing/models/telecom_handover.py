# SPDX-License-Identifier: AGPL-3.0-or-later
"""A month's priced usage on its way to another system, batch by batch."""

from __future__ import annotations

import base64
import hashlib
import io
import uuid
import zipfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from connectors import priced
from connectors.reasons import SettingsError, TransportError
from connectors.retry import Patience

from ..store import handover as store
from ..store import locks
from ..terms import told

#: A click and the scheduled action come back later; nobody waits for a minute here.
PATIENCE = Patience(attempts=3, first=1.0, longest=5.0)


class TelecomHandover(models.Model):
    _name = "telecom.handover"
    _description = "Hand-Over of Priced Usage"
    _inherit = ["mail.thread"]
    _order = "period desc, id desc"

    channel_id = fields.Many2one(
        "telecom.handover.channel", "System", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    period = fields.Date("Month", required=True, help="First day.")
    run_id = fields.Many2one("telecom.billing.run", "Billing Run", index="btree_not_null")
    batch_ids = fields.One2many("telecom.handover.batch", "handover_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    batches = fields.Integer(compute="_compute_sums", store=True)
    records = fields.Integer(compute="_compute_sums", store=True)
    amount = fields.Float(digits=(20, 6), min_display_digits=2, compute="_compute_sums", store=True)
    acknowledged = fields.Integer("Batches Acknowledged", compute="_compute_sums", store=True)
    state = fields.Selection(
        [
            ("empty", "No usage"),
            ("prepared", "Prepared"),
            ("failed", "Not acknowledged"),
            ("done", "Acknowledged"),
        ],
        compute="_compute_sums",
        store=True,
    )
    marks = fields.Boolean(related="channel_id.marks")
    way = fields.Selection(related="channel_id.way")

    _once = models.Constraint(
        "UNIQUE (channel_id, period)", "This month is handed to this system already."
    )

    # ------------------------------------------------------------------ compute
    @api.depends("batch_ids.state", "batch_ids.records", "batch_ids.amount")
    def _compute_sums(self):
        for one in self:
            done = one.batch_ids.filtered(lambda batch: batch.state == "acknowledged")
            one.batches, one.acknowledged = len(one.batch_ids), len(done)
            one.records = sum(one.batch_ids.mapped("records"))
            one.amount = sum(one.batch_ids.mapped("amount"))
            failed = one.batch_ids.filtered(lambda batch: batch.state == "failed")
            if not one.batch_ids:
                one.state = "empty"
            else:
                one.state = "failed" if failed else "done" if done == one.batch_ids else "prepared"

    @api.depends("channel_id", "period")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.channel_id.name} {one.period:%Y-%m}" if one.period else ""

    # ------------------------------------------------------------------ actions
    def action_send(self):
        """Send what is not acknowledged yet; or prepare what came in since."""
        for one in self:
            if one.channel_id.marks or not one.batch_ids:
                one._prepare()
        self.filtered(lambda one: one.channel_id.way == "rest")._send()
        failed = self.batch_ids.filtered(lambda batch: batch.state == "failed")
        if failed and len(self) == 1:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "message": told(self.env, failed[0].answer),
                    "type": "danger",
                    "sticky": True,
                },
            }
        return True

    def action_write_anew(self):
        """Write what is not acknowledged with the columns and shape of now, under the same ids."""
        for one in self:
            one._write_anew()
        return True

    def action_acknowledge(self):
        """What was handed over as a file has arrived."""
        self.batch_ids.filtered(lambda batch: batch.state != "acknowledged")._acknowledged(
            self.env._("Confirmed by %s", self.env.user.name)
        )
        return True

    def action_download(self):
        """All batches in one archive, or the only one as it is."""
        self.ensure_one()
        if not self.batch_ids:
            raise UserError(self.env._("There is no usage to hand over for this month."))
        attachment = self.batch_ids.attachment_id
        if len(self.batch_ids) > 1:
            target = io.BytesIO()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for batch in self.batch_ids:
                    archive.writestr(batch.attachment_id.name, batch.attachment_id.raw)
            name = f"{self.channel_id.code}-{self.period:%Y-%m}.zip"
            old = self.env["ir.attachment"].search(
                [("res_model", "=", self._name), ("res_id", "=", self.id), ("name", "=", name)]
            )
            old.unlink()
            attachment = self.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": target.getvalue(),
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    # ------------------------------------------------------------------ business
    def _prepare(self) -> None:
        """Write what is due into batches; for a system that invoices, freeze it."""
        self.ensure_one()
        channel = self.channel_id
        self.env.flush_all()
        with locks.held(self.env.cr, "handover", channel.id) as got:
            if not got:
                raise UserError(
                    self.env._("System %s is being handed usage right now.", channel.name)
                )
            due = store.due(
                self.env.cr, self.company_id.id, self.period, channel.id if channel.marks else None
            )
            try:
                template = channel._template()
                for summaries in store.batches(due, channel.batch_size, channel.what):
                    self._make_batch(template, summaries)
            except SettingsError as error:
                fault = told(self.env, str(error))
                raise UserError(
                    self.env._("System %(name)s: %(fault)s", name=channel.name, fault=fault)
                ) from error

    def _write_anew(self) -> None:
        """A system that refused a batch for its columns gets it as they are described now.

        The id stays: had the batch arrived all the same, the other side would know it. A copy,
        which freezes nothing, is made from scratch as long as nothing of it has arrived.
        """
        self.ensure_one()
        channel, cr = self.channel_id, self.env.cr
        waiting = self.batch_ids.filtered(lambda batch: batch.state != "acknowledged")
        if not waiting or (not channel.marks and waiting != self.batch_ids):
            raise UserError(
                self.env._(
                    "%(name)s: %(count)s batches are acknowledged, and what has arrived is not "
                    "written anew.",
                    name=self.display_name,
                    count=len(self.batch_ids - waiting),
                )
            )
        if not channel.marks:
            waiting.attachment_id.sudo().unlink()
            waiting.sudo().unlink()
            self._prepare()
            return
        with locks.held(cr, "handover", channel.id) as got:
            if not got:
                raise UserError(
                    self.env._("System %s is being handed usage right now.", channel.name)
                )
            try:
                template = channel._template()
                for batch in waiting:
                    payload, rows = self._rendered(template, store.of_batch(cr, batch.id))
                    batch._rewrite(payload, rows, template)
            except SettingsError as error:
                fault = told(self.env, str(error))
                raise UserError(
                    self.env._("System %(name)s: %(fault)s", name=channel.name, fault=fault)
                ) from error

    def _rendered(self, template: priced.Template, summaries: list[int]) -> tuple[bytes, int]:
        columns = [key for _name, key in template.columns]
        rows = store.rows(self.env.cr, self.channel_id.what, summaries, columns)
        return template.render(rows), len(rows)

    def _make_batch(self, template: priced.Template, summaries: list[int]) -> None:
        cr, channel = self.env.cr, self.channel_id
        payload, rows = self._rendered(template, summaries)
        records, amount = store.totals(cr, summaries)
        number = len(self.batch_ids) + 1
        batch = self.env["telecom.handover.batch"].create(
            {
                "handover_id": self.id,
                "number": number,
                "uid": str(uuid.uuid4()),
                "rows": rows,
                "records": records,
                "amount": float(amount),
                "sha256": hashlib.sha256(payload).hexdigest(),
                "media_type": template.media_type,
            }
        )
        name = f"{channel.code}-{self.period:%Y-%m}-{number:04d}.{template.extension}"
        batch.attachment_id = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": payload,
                "mimetype": "application/x-priced-usage",
                "res_model": batch._name,
                "res_id": batch.id,
                "company_id": self.company_id.id,
            }
        )
        if channel.marks:
            self.env.flush_all()
            if store.mark(cr, summaries, batch.id) != len(summaries):
                raise UserError(
                    self.env._(
                        "Usage was invoiced or handed over by somebody else meanwhile. Try again."
                    )
                )
            self.env["telecom.usage.summary"].invalidate_model(["handover_batch_id"])

    def _send(self) -> None:
        """Send batches in order until one is refused; each answer is committed at once."""
        committing = self.env["telecom.billing.run"]._commits()
        for one in self:
            waiting = one.batch_ids.filtered(lambda batch: batch.state != "acknowledged")
            if not waiting:
                continue
            with locks.held(self.env.cr, "handover", one.channel_id.id) as got:
                if not got:
                    continue
                if committing:
                    # what is prepared stays, whatever the other side says
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                try:
                    with priced.Push(one.channel_id._opened_rest(), PATIENCE) as way:
                        for batch in waiting.sorted("number"):
                            batch._send(way)
                            if committing:
                                self.env.cr.commit()  # pylint: disable=invalid-commit
                except (TransportError, SettingsError) as error:
                    still = waiting.filtered(lambda batch: batch.state != "acknowledged")
                    still[:1].write({"state": "failed", "answer": str(error)})
                    if committing:
                        self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.model
    def waiting_batches(self, channel: str) -> list[dict]:
        """Batches of a system that are not acknowledged (JSON-2, shell tool), in order.

        :param channel: code of the system
        """
        self.check_access("read")
        batches = self.env["telecom.handover.batch"].search(
            [("channel_id.code", "=", channel), ("state", "!=", "acknowledged")],
            order="handover_id, number",
        )
        return [
            {
                "batch": batch.uid,
                "name": batch.attachment_id.name,
                "rows": batch.rows,
                "records": batch.records,
                "amount": f"{batch.amount:.6f}",
                "sha256": batch.sha256,
            }
            for batch in batches
        ]

    @api.model
    def fetch_batch(self, batch: str) -> dict:
        """A batch's name and bytes (base64), to be acknowledged when they are stored."""
        found = self._batch(batch)
        found.check_access("read")
        return {
            "batch": found.uid,
            "name": found.attachment_id.name,
            "sha256": found.sha256,
            "base64_content": base64.b64encode(found.attachment_id.raw or b"").decode(),
        }

    @api.model
    def acknowledge_batch(self, batch: str, text: str = "") -> dict:
        """The other system has the batch; a second time changes nothing."""
        found = self._batch(batch)
        found.check_access("write")
        found.filtered(lambda one: one.state != "acknowledged")._acknowledged(text)
        return {"batch": found.uid, "state": found.state}

    def _batch(self, uid: str):
        found = self.env["telecom.handover.batch"].search([("uid", "=", uid)])
        if not found:
            raise UserError(self.env._("There is no batch %s.", uid))
        return found
