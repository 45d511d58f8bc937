# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text in which ``connectors`` says what went wrong, stored in English."""

from odoo import fields

from ..terms import told


class ToldText(fields.Text):
    """Shown in the language of whoever reads it; code sees what is stored."""

    def convert_to_read(self, value, record, use_display_name=True):
        return told(record.env, super().convert_to_read(value, record, use_display_name))
