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
        return super().create([vals | self._sealed(vals) for vals in vals_list])

    def write(self, vals):
        if "rest" not in vals:
            return super().write(vals)
        for channel in self:
            super(TelecomHandoverChannel, channel).write(vals | channel._sealed(vals))
        return True

    def copy_data(self, default=None):
        """A copy has the settings, and needs its secret anew."""
        found = super().copy_data(default)
        for vals in found:
            rest = vals.get("rest") or {}
            vals["rest"] = {name: value for name, value in rest.items() if value != MASK}
        return found

    # ------------------------------------------------------------------ business
    def _sealed(self, vals: dict) -> dict:
        """The login with its secret encrypted and masked; a stored one only for its address."""
        if "rest" not in vals:
            return {}
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
        return {"rest": rest, "rest_secret": sealed}

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
