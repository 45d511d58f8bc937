# SPDX-License-Identifier: AGPL-3.0-or-later
"""The answer to "why this price?", as a window shows it."""

from odoo import fields, models


class TelecomExplanation(models.TransientModel):
    _name = "telecom.explanation"
    _description = "Explanation of a Price"

    usage_id = fields.Char("Record", readonly=True)
    text = fields.Text("Decisions", readonly=True)
