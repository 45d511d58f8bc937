# SPDX-License-Identifier: AGPL-3.0-or-later
"""Findings about a source of usage, which no billing run has to ask for."""

from __future__ import annotations

from odoo import api, fields, models

from . import source_checks


class TelecomFinding(models.Model):
    _inherit = "telecom.finding"

    watched_source_id = fields.Many2one(
        "telecom.source", "Source", readonly=True, index=True, ondelete="cascade"
    )
    key = fields.Char(readonly=True, help="Tells it from others of its kind.")

    @api.model
    def _state_of_source(self, source, found: list[source_checks.Found]) -> None:
        """Make the findings of a source say what is wrong now, and nothing else."""
        known = self.sudo().search(
            [("watched_source_id", "=", source.id), ("code", "in", source_checks.CODES)],
            order="id",
        )
        now = {(one.code, one.key): one for one in found}
        open_ones = known.filtered(lambda finding: finding.state == "open")
        open_ones.filtered(lambda one: (one.code, one.key) not in now)._close_by_itself()
        for finding in open_ones:
            one = now.get((finding.code, finding.key))
            if one and finding.message != one.message:
                finding.message = one.message
        silent = {
            (finding.code, finding.key)
            for finding in known
            if finding.state in ("open", "waived")
            or (finding.code in source_checks.EVENTS and finding.solved_by)
        }
        new = self.sudo().create(
            [
                self._prepare_source_finding(source, one)
                for mark, one in now.items()
                if mark not in silent
            ]
        )
        for finding in new.filtered(lambda finding: finding.severity != "info"):
            source.sudo().message_post(body=finding.message, subtype_xmlid="mail.mt_comment")

    def _prepare_source_finding(self, source, one: source_checks.Found) -> dict:
        record = one.delivery or source
        return {
            "company_id": source.company_id.id,
            "watched_source_id": source.id,
            "code": one.code,
            "key": one.key,
            "severity": one.severity,
            "message": one.message,
            "res_model": record._name,
            "res_id": record.id,
        }

    def _close_by_itself(self) -> None:
        self.write({"state": "solved", "solved_by": False, "solved_at": fields.Datetime.now()})
