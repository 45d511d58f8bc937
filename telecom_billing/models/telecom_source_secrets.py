# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secrets of a source: entered once, stored encrypted, never shown again."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from connectors.settings import Secret

from .. import vault
from . import connector_choices as choices
from .connector_choices import MASK

#: Settings that say to whom a secret is sent; with another one it has to be entered again.
ADDRESSES = ("auth", "ca_file", "host", "host_key", "login", "port", "tls", "wsdl")


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    transport_secrets = fields.Json(
        groups=fields.NO_ACCESS, copy=False, help="Name of the setting → sealed secret."
    )

    # --- CRUD --------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        parted = [self._parted(vals) for vals in vals_list]
        sources = super().create([vals for vals, _sealed in parted])
        for source, (_vals, sealed) in zip(sources, parted, strict=True):
            source.sudo().transport_secrets = sealed
        return sources

    def write(self, vals):
        if not {"transport", "transport_settings"} & set(vals):
            return super().write(vals)
        for source in self:
            own, sealed = source._parted(vals)
            super(TelecomSource, source).write(own)
            source.sudo().transport_secrets = sealed
        return True

    def copy_data(self, default=None):
        """A copy has the settings, and needs its secrets anew."""
        found = super().copy_data(default)
        for vals in found:
            vals["transport_settings"] = {
                name: value
                for name, value in (vals.get("transport_settings") or {}).items()
                if value != MASK
            }
        return found

    # --- business ----------------------------------------------------------------------------

    def _parted(self, vals: dict) -> tuple[dict, dict]:
        """Values to write, without secrets; and the secrets, encrypted, by their settings."""
        before = self.transport_settings or {}
        settings = dict(vals.get("transport_settings", before) or {})
        transport = vals.get("transport", self.transport)
        kept = {} if transport != self.transport else dict(self.sudo().transport_secrets or {})
        sealed = {}
        for name in choices.secrets(transport):
            value = str(settings.get(name) or "")
            if value == MASK:
                if name not in kept:
                    del settings[name]
                    continue
                self._check_same_address(before, settings)
                sealed[name] = kept[name]
            elif value and not value.startswith(choices.SECRET_MARK):
                self._check_environment(name, value)
                sealed[name] = vault.seal(value)
                settings[name] = MASK
        return vals | {"transport_settings": settings}, sealed

    def _check_environment(self, name: str, value: str) -> None:
        if value.startswith("env:"):
            raise ValidationError(
                self.env._(
                    "%(name)s: only environment variables that begin with TELECOM_ may be named,"
                    " such as env:TELECOM_CARRIER.",
                    name=name,
                )
            )

    def _check_same_address(self, before: dict, settings: dict) -> None:
        """A stored secret only goes where it was meant to go when it was entered."""
        for name in sorted(before.keys() | settings.keys()):
            moves = name in ADDRESSES or name == "url" or name.endswith("_url")
            if moves and before.get(name) != settings.get(name):
                raise ValidationError(
                    self.env._(
                        "Setting %(setting)s of source %(name)s has changed: enter the stored"
                        " passwords and keys again, so that they are not sent to somebody else.",
                        setting=name,
                        name=self.name,
                    )
                )

    def _opened_settings(self) -> dict:
        """The settings of the transport with their secrets, which do not show themselves.

        :raises ValidationError: when this server's key does not open them
        """
        self.ensure_one()
        settings = dict(self.transport_settings or {})
        for name, sealed in (self.sudo().transport_secrets or {}).items():
            try:
                settings[name] = Secret(vault.unseal(sealed))
            except vault.Locked as error:
                raise ValidationError(
                    self.env._(
                        "Source %(name)s: %(setting)s was encrypted with another key (of another"
                        " server?). Enter it again.",
                        name=self.name,
                        setting=name,
                    )
                ) from error
        return settings
