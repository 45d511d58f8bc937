# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .. import terms
from ..store import locks
from . import reject_retry


class TelecomReject(models.Model):
    """A line of a delivery that did not become usage, with its reason. Written by COPY.

    It stays when it was corrected, so that its record can be traced back to what was delivered.
    """

    _name = "telecom.reject"
    _description = "Rejected Line"
    _order = "delivery_id desc, line, id"
    _rec_name = "line"
    _log_access = False

    delivery_id = fields.Many2one(
        "telecom.delivery", required=True, index=True, ondelete="cascade", readonly=True
    )
    source_id = fields.Many2one("telecom.source", required=True, index=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    line = fields.Integer(readonly=True, aggregator=None)
    kind = fields.Selection(
        [("faulty", "Faulty"), ("filtered", "Left out by selection")], required=True, readonly=True
    )
    reason = fields.Char(required=True, readonly=True, help="Stable code of the reason.")
    message = fields.Text(readonly=True, help="The value and what to do about it.")
    explanation = fields.Text("Why", compute="_compute_explanation")
    raw = fields.Text(readonly=True, help="The line as it was delivered.")
    corrected = fields.Text(
        "Corrected Line", help="Read instead of the line as delivered, which is kept beside it."
    )
    state = fields.Selection(
        [("open", "Open"), ("ignored", "Put aside"), ("solved", "Solved")],
        default="open",
        required=True,
    )
    outcome = fields.Selection(
        [
            ("stored", "Became a record"),
            ("duplicate", "Was delivered before"),
            ("none", "Is no record (header or control line)"),
        ],
        "Became",
        readonly=True,
    )
    retried_at = fields.Datetime("Tried Again", readonly=True)
    retried_by = fields.Many2one("res.users", "Tried Again by", readonly=True)

    # --- compute -----------------------------------------------------------------------------

    @api.depends("reason", "message")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for reject in self:
            reject.explanation = terms.explained(self.env, reject.reason, reject.message or "")

    # --- actions -----------------------------------------------------------------------------

    def action_ignore(self):
        self.filtered(lambda reject: reject.state == "open").state = "ignored"

    def action_reopen(self):
        self.filtered(lambda reject: reject.state == "ignored").state = "open"

    def action_correct(self):
        """Open the line for correction, beginning with what was delivered."""
        self.ensure_one()
        if not self.corrected:
            self.corrected = self.raw
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct Line %s", self.line),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("telecom_billing.view_telecom_reject_correct").id, "form")],
            "target": "new",
        }

    def action_retry(self):
        """Read these lines again: from what was corrected, or from the original file."""
        asked = len(self)
        usable = self._retry()
        kind = "success" if usable == asked else "warning"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": self.env._(
                    "%(usable)s of %(asked)s lines became usable.", usable=usable, asked=asked
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_retry_kind(self):
        """All open lines of these sources with the same reasons, after the source was corrected."""
        return self._same_kind().action_retry()

    def action_view_usage(self):
        """The records that these lines became."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_usage"
        )
        found = Domain.OR(
            Domain("delivery_id", "=", reject.delivery_id.id) & Domain("line", "=", reject.line)
            for reject in self
        )
        return action | {"domain": list(found), "context": {}}

    # --- business ----------------------------------------------------------------------------

    def _same_kind(self):
        return self.search(
            Domain("state", "=", "open")
            & Domain.OR(
                Domain("source_id", "=", source.id) & Domain("reason", "=", reason)
                for source, reason in {(one.source_id, one.reason) for one in self}
            )
        )

    def _forget_outcome(self) -> None:
        """The delivery was undone: lines go, but for those that somebody corrected by hand."""
        corrected = self.filtered("corrected")
        corrected.write({"state": "open", "outcome": False})
        (self - corrected).unlink()

    def _retry(self) -> int:
        """Read again, each delivery in a transaction of its own; returns the usable lines."""
        self.check_access("write")
        committing = self.env["telecom.billing.run"]._commits()
        usable = 0
        for delivery, rejects in self.sudo().grouped("delivery_id").items():
            if delivery.state != "loaded":
                raise UserError(
                    self.env._(
                        "Delivery %s is not loaded: load it, which reads all of its lines.",
                        delivery.name,
                    )
                )
            with locks.held(self.env.cr, "source", delivery.source_id.id, wait=True):
                if committing:
                    # see what another worker stored before we had the lock
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                    self.env.invalidate_all()
                waiting = rejects.filtered(lambda reject: reject.state != "solved")
                usable += reject_retry.retry(delivery.with_user(self.env.user).sudo(), waiting)
                if committing:
                    self.env.cr.commit()  # pylint: disable=invalid-commit
        return usable
