# SPDX-License-Identifier: AGPL-3.0-or-later
"""A source whose files are read by a layout of the user's own."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    mapping_id = fields.Many2one(
        "telecom.mapping",
        "Layout",
        check_company=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="Described by yourself; the source follows its changes.",
    )

    @api.onchange("mapping_id")
    def _onchange_mapping_id(self):
        if self.mapping_id:
            self.format = self.mapping_id.format
            self.settings = self.mapping_id._source_settings()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_mapping(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_mapping(vals))

    def _with_mapping(self, vals: dict) -> dict:
        mapping = self.env["telecom.mapping"].browse(vals.get("mapping_id") or ())
        if not mapping:
            return vals
        if mapping.fault:
            raise ValidationError(
                self.env._(
                    "Layout %(name)s cannot be used yet: %(fault)s",
                    name=mapping.name,
                    fault=mapping.fault,
                )
            )
        return vals | {"format": mapping.format, "settings": mapping._source_settings()}
