# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed requests over real HTTP become deliveries, once."""

import hashlib
import hmac
import json
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

LOG = "odoo.addons.telecom_billing.models.telecom_source_webhook"
SECRET = "sehr-geheim"
CALL = {
    "from": "+4930123456", "to": "+4940654321", "start": "2026-09-15T10:00:00Z", "seconds": 61,
    "id": "evt-1",
}  # fmt: skip
COLUMNS = [
    {"target": "started_at", "column": "start"},
    {"target": "quantity", "column": "seconds"},
    {"target": "a_number", "column": "from"},
    {"target": "b_number", "column": "to"},
    {"target": "record_id", "column": "id"},
]


@tagged("post_install", "-at_install")
class TestWebhook(HttpCase):
    def setUp(self):
        super().setUp()
        self.source = self.env["telecom.source"].create(
            {
                "name": "Conference server",
                "code": "hook",
                "format": "json_mapping",
                "settings": {"columns": COLUMNS, "a_notation": "e164", "b_notation": "e164"},
                "transport": "webhook",
                "transport_settings": {
                    "secret": SECRET, "time_header": "X-Time", "signed": "{time}.{body}",
                    "id_path": "id",
                },
            }
        )  # fmt: skip
        self.path = self.source.webhook_url.removeprefix(self.source.get_base_url())

    def post(self, call, secret=SECRET, at=None, path=None):
        body = call if isinstance(call, bytes) else json.dumps(call).encode()
        stamp = str(int(at or time.time()))
        signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {"X-Signature": signature.hexdigest(), "X-Time": stamp}
        headers["Content-Type"] = "application/json"
        return self.url_open(path or self.path, data=body, headers=headers)

    def test_a_signed_request_becomes_usage_once(self):
        answer = self.post(CALL)
        self.assertEqual((answer.status_code, answer.text), (200, "taken"))
        delivery = self.source.delivery_ids
        self.assertEqual((delivery.origin_id, delivery.state), ("evt-1", "received"))
        self.assertEqual(delivery.company_id, self.source.company_id)
        delivery._load()
        usage = self.env["telecom.usage"].search([("delivery_id", "=", delivery.id)])
        self.assertEqual((usage.a_number, usage.b_number), ("4930123456", "4940654321"))
        again = self.post(CALL | {"retried": True})  # the same event, sent once more
        self.assertEqual((again.status_code, again.text), (200, "taken before"))
        self.assertEqual(self.source.delivery_ids, delivery)
        self.assertEqual(self.post(CALL | {"id": "evt-2", "seconds": 5}).text, "taken")
        self.assertEqual(len(self.source.delivery_ids), 2)
        self.assertEqual(self.source.state, "ok")

    @mute_logger(LOG)
    def test_what_is_not_signed_is_not_taken(self):
        self.assertEqual(self.post(CALL, secret="falsch").status_code, 401)
        self.assertEqual(self.post(CALL, at=time.time() - 3600).status_code, 401)
        self.assertEqual(self.url_open(self.path, data=b"{}").status_code, 401)
        unknown = self.post(CALL, path="/telecom/webhook/unknown")
        self.assertEqual((unknown.status_code, unknown.text), (401, "not taken"))
        self.source.write({"transport": "upload", "transport_settings": {}})
        self.assertEqual(self.post(CALL).status_code, 401)
        self.assertFalse(self.source.delivery_ids)

    def test_zooms_question_is_answered_and_is_no_delivery(self):
        self.source.transport_settings = {"sender": "zoom", "secret": SECRET}
        body = json.dumps(
            {"event": "endpoint.url_validation", "payload": {"plainToken": "qg"}}
        ).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        answer = self.url_open(
            self.path, data=body,
            headers={"x-zm-signature": f"v0={digest.hexdigest()}", "x-zm-request-timestamp": stamp},
        )  # fmt: skip
        expected = hmac.new(SECRET.encode(), b"qg", hashlib.sha256).hexdigest()
        self.assertEqual(answer.json(), {"plainToken": "qg", "encryptedToken": expected})
        self.assertFalse(self.source.delivery_ids)

    def test_the_test_button_names_the_address_and_no_secret(self):
        found = self.env["telecom.source.test"].browse(self.source.action_test()["res_id"])
        self.assertTrue(found.ok)
        self.assertIn(self.source.webhook_url, found.headline)
        self.assertNotIn(SECRET, found.headline)
