# SPDX-License-Identifier: AGPL-3.0-or-later
from odoo import fields, models


class TelecomSourceTest(models.TransientModel):
    """What a test of a source found."""

    _name = "telecom.source.test"
    _description = "Test of a Usage Source"
    _rec_name = "source_id"

    source_id = fields.Many2one("telecom.source", required=True, readonly=True)
    ok = fields.Boolean(readonly=True)
    headline = fields.Text(readonly=True)
    sample = fields.Char(readonly=True)
    files = fields.Html(readonly=True, sanitize=False)
    lines = fields.Html(readonly=True, sanitize=False)

    def action_fetch(self):
        return self.source_id.action_fetch()
