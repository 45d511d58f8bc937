# SPDX-License-Identifier: AGPL-3.0-or-later
"""The login at another system: entered once, stored encrypted, sent only where it belongs."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from connectors.reasons import SettingsError
from connectors.settings import Secret

from .. import vault
from . import connector_choices as choices
from .connector_choices import MASK

#: Settings that say to whom the secret is sent.
ADDRESSES = ("auth", "auth_header", "ca_file", "token_url", "url")


class TelecomHandoverChannel(models.Model):
    _inherit = "telecom.handover.channel"

    rest_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        parted = [self._parted(vals) for vals in vals_list]
        channels = super().create([vals for vals, _sealed in parted])
        for channel, (_vals, sealed) in zip(channels, parted, strict=True):
            channel.sudo().rest_secret = sealed
        return channels

    def write(self, vals):
        if "rest" not in vals:
            return super().write(vals)
        for channel in self:
            own, sealed = channel._parted(vals)
            super(TelecomHandoverChannel, channel).write(own)
            channel.sudo().rest_secret = sealed
        return True

    def copy_data(self, default=None):
        """A copy has the settings, and needs its secret anew."""
        found = super().copy_data(default)
        for vals in found:
            rest = vals.get("rest") or {}
            vals["rest"] = {name: value for name, value in rest.items() if value != MASK}
        return found

    # ------------------------------------------------------------------ business
    def _parted(self, vals: dict) -> tuple[dict, str | bool]:
        """Values to write, with the secret masked; and the secret, encrypted.

        A stored one stays only where it goes to the same address.
        """
        if "rest" not in vals:
            return vals, False
        rest, before = dict(vals["rest"] or {}), self.rest or {}
        value = str(rest.get("secret") or "")
        sealed = False
        if value == MASK:
            sealed = self.sudo().rest_secret
            if not sealed:
                del rest["secret"]
            elif any(rest.get(name) != before.get(name) for name in ADDRESSES):
                raise ValidationError(
                    self.env._(
                        "The address of system %s has changed: enter the stored secret again, so "
                        "that it is not sent to somebody else.",
                        self.name,
                    )
                )
        elif value.startswith("env:") and not value.startswith(choices.SECRET_MARK):
            raise ValidationError(
                self.env._(
                    "Only environment variables that begin with TELECOM_ may be named, such as "
                    "env:TELECOM_CRM."
                )
            )
        elif value and not value.startswith("env:"):
            sealed = vault.seal(value)
            rest["secret"] = MASK
        return vals | {"rest": rest}, sealed

    def _opened_rest(self) -> dict:
        """The service's settings with their secret, which does not show itself."""
        rest = dict(self.rest or {})
        if self.sudo().rest_secret:
            try:
                rest["secret"] = Secret(vault.unseal(self.sudo().rest_secret))
            except vault.Locked as error:
                raise SettingsError(
                    self.env._(
                        "%s: the secret was encrypted with another key (of another server?); enter"
                        " it again",
                        self.name,
                    )
                ) from error
        return rest
