# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source's files look like and how they arrive: settings as ``connectors`` declares them."""

from __future__ import annotations

import json
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import connector_choices as choices

#: System parameter: folders, separated by colons, that sources of every tenant may watch.
FOLDER_ROOTS = "telecom_billing.folder_roots"


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    format = fields.Selection(
        lambda self: choices.formats(self.env),
        required=True,
        tracking=True,
        help="What a file looks like.",
    )
    settings = fields.Json("Format Settings", default=dict, help="Encoding, time zone, …")
    settings_schema = fields.Json(compute="_compute_settings_schema")
    settings_text = fields.Text(
        "Format Settings (JSON)",
        compute="_compute_settings_text",
        inverse="_inverse_settings_text",
        help="What is not named here is as the format has it.",
    )
    transport = fields.Selection(
        lambda self: choices.transports(self.env),
        required=True,
        default=choices.UPLOAD,
        tracking=True,
        help="How its files arrive.",
    )
    transport_settings = fields.Json(
        default=dict,
        help="Address, paths and login. Secrets are stored encrypted and not shown again; write"
        " env:TELECOM_NAME for one that is in the server's environment variable TELECOM_NAME.",
    )
    transport_schema = fields.Json(compute="_compute_settings_schema")

    # --- compute -----------------------------------------------------------------------------

    @api.depends("format", "transport")
    @api.depends_context("lang")
    def _compute_settings_schema(self):
        for source in self:
            source.settings_schema = choices.schema("formats", source.format, self.env)
            source.transport_schema = choices.schema("transports", source.transport, self.env)

    @api.depends("settings")
    def _compute_settings_text(self):
        for source in self:
            source.settings_text = choices.as_text(source.settings)

    def _inverse_settings_text(self):
        for source in self:
            source.settings = source._parse_settings(source.settings_text)

    def _parse_settings(self, text: str | bool) -> dict:
        try:
            parsed = json.loads(text or "{}")
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "The settings of source %(name)s are not JSON: %(error)s. Write for instance"
                    ' {"encoding": "cp1252"}.',
                    name=self.name or self.code,
                    error=error,
                )
            ) from error
        if not isinstance(parsed, dict):
            raise ValidationError(
                self.env._(
                    "The settings of source %s must be names with values, in curly brackets.",
                    self.name or self.code,
                )
            )
        return parsed

    # --- constraints -------------------------------------------------------------------------

    @api.constrains("format", "settings", "transport", "transport_settings")
    def _check_settings(self):
        for source in self:
            fault = source._settings_fault()
            if fault:
                raise ValidationError(
                    self.env._("Source %(name)s: %(fault)s", name=source.name, fault=fault)
                )

    def _settings_fault(self) -> str:
        """What is wrong with format, transport and their settings; empty when nothing is."""
        self.ensure_one()
        given = self.transport_settings or {}
        if not self._may_watch(given.get("path", "") if self.transport == "folder" else ""):
            return self.env._(
                "folder %(path)s is not open for sources. An administrator can enter it here, or"
                " name its parent in the system parameter %(parameter)s.",
                path=given["path"],
                parameter=FOLDER_ROOTS,
            )
        return choices.fault(
            "formats", self.format, self.settings or {}, self.env
        ) or choices.fault("transports", self.transport, given, self.env)

    def _may_watch(self, path: str) -> bool:
        """A folder of the server is not every tenant's: an administrator opens it to sources."""
        user = self.env.user
        if not path or user._is_superuser() or user.has_group("base.group_system"):
            return True
        roots = self.env["ir.config_parameter"].sudo().get_param(FOLDER_ROOTS, "")
        wanted = Path(path).resolve()
        return any(wanted.is_relative_to(Path(root).resolve()) for root in roots.split(":") if root)
