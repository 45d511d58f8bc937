# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records that their sender brings by itself: each signed request is a delivery."""

from __future__ import annotations

import logging
import secrets

import psycopg2
from odoo import api, fields, models

from connectors import webhooks
from connectors.reasons import SettingsError

from . import connector_choices as choices

_logger = logging.getLogger(__name__)

PATH = "/telecom/webhook"
#: Bytes of a request that are taken; a meeting's or call's records have far fewer.
LARGEST = 16 << 20
_ENDINGS = ((b"{", "json"), (b"[", "json"), (b"<", "xml"))


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    webhook_key = fields.Char(
        default=lambda self: secrets.token_urlsafe(18), copy=False, readonly=True, index=True
    )
    webhook_url = fields.Char("Address for the Sender", compute="_compute_webhook_url")

    @api.depends("webhook_key", "transport", "company_id")
    def _compute_webhook_url(self):
        for source in self:
            source.webhook_url = (
                f"{source.get_base_url()}{PATH}/{source.webhook_key}"
                if source.transport == choices.WEBHOOK
                else False
            )

    @api.model
    def _of_webhook(self, key: str):
        """The source whose address ends in ``key``, acting for its company; or none."""
        source = self.sudo().search(
            [("webhook_key", "=", key), ("transport", "=", choices.WEBHOOK)], limit=1
        )
        return source.with_company(source.company_id)

    def _receive_webhook(self, headers: dict, body: bytes) -> tuple[int, bytes]:
        """Take a request that is signed as the source says; returns HTTP status and answer.

        A request that came before is answered as taken. Why one is refused goes to the log, for
        the sender need not know.
        """
        self.ensure_one()
        if len(body) > LARGEST:
            return 413, b"too large"
        settings = self._opened_settings()
        try:
            identity = webhooks.verify(settings, headers, body)
        except (webhooks.WebhookError, SettingsError) as error:
            _logger.warning("webhook of source %s: not taken: %s", self.name, error)
            return 401, b"not taken"
        challenge = webhooks.answer(settings, body)
        if challenge is not None:
            return 200, challenge
        return 200, self._take_request(identity, body)

    def _take_request(self, identity: str, body: bytes) -> bytes:
        Delivery = self.env["telecom.delivery"]
        known = Delivery.search(
            [("source_id", "=", self.id), ("origin_id", "=", identity)], limit=1
        )
        if known:
            return b"taken before"
        ending = next((e for start, e in _ENDINGS if body.lstrip().startswith(start)), "csv")
        try:
            with self.env.cr.savepoint():
                delivery = self._receive(f"webhook-{identity[:48]}.{ending}", body)
                delivery.origin_id = identity
                self.env.flush_all()
        except psycopg2.errors.UniqueViolation:
            return b"taken before"
        self.write({"state": "ok", "last_error": False, "last_fetch_at": fields.Datetime.now()})
        Delivery._request_load()
        return b"taken"

    def _tested_webhook(self) -> dict:
        options = webhooks.options(self._opened_settings())
        return {
            "headline": self.env._(
                "Enter this address at the sender: %(url)s — requests are taken when the header"
                " %(header)s holds a signature made with the secret you entered here.",
                url=self.webhook_url,
                header=options["header"],
            )
        }
