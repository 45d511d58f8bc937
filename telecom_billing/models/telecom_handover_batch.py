# SPDX-License-Identifier: AGPL-3.0-or-later
"""A part of a hand-over that is sent and acknowledged as a whole."""

from __future__ import annotations

import hashlib

from odoo import fields, models

from connectors import priced

from .told_text import ToldText


class TelecomHandoverBatch(models.Model):
    """Bytes with an id: sent again they are the same, so the other side can tell."""

    _name = "telecom.handover.batch"
    _description = "Batch of Priced Usage"
    _order = "handover_id, number"
    _rec_name = "uid"

    handover_id = fields.Many2one(
        "telecom.handover", required=True, index=True, ondelete="restrict", readonly=True
    )
    channel_id = fields.Many2one(related="handover_id.channel_id", store=True, index=True)
    company_id = fields.Many2one(related="handover_id.company_id", store=True, index=True)
    run_id = fields.Many2one(related="handover_id.run_id", store=True, index="btree_not_null")
    number = fields.Integer("Batch No.", readonly=True, aggregator=None)
    uid = fields.Char("Batch Id", required=True, readonly=True, index=True)
    rows = fields.Integer(readonly=True)
    records = fields.Integer(readonly=True)
    amount = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True)
    media_type = fields.Char(readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Content", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("failed", "Not acknowledged"),
            ("acknowledged", "Acknowledged"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    attempts = fields.Integer(readonly=True)
    answer = ToldText(readonly=True)
    acknowledged_at = fields.Datetime("Acknowledged on", readonly=True)

    _number_uniq = models.Constraint("UNIQUE (handover_id, number)", "This batch is there already.")

    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def _rewrite(self, payload: bytes, rows: int, template: priced.Template) -> None:
        """Other bytes for the same usage, under the same id."""
        self.write(
            {
                "rows": rows,
                "sha256": hashlib.sha256(payload).hexdigest(),
                "media_type": template.media_type,
                "state": "waiting",
                "answer": False,
            }
        )
        stem = self.attachment_id.name.rpartition(".")[0]
        self.attachment_id.write({"name": f"{stem}.{template.extension}", "raw": payload})

    def _send(self, way: priced.Push) -> None:
        self.ensure_one()
        self.attempts += 1
        receipt = way.send(self.uid, self.attachment_id.raw or b"", self.media_type)
        self._acknowledged(receipt.text)

    def _acknowledged(self, text: str) -> None:
        self.write(
            {
                "state": "acknowledged",
                "answer": text or False,
                "acknowledged_at": fields.Datetime.now(),
            }
        )
