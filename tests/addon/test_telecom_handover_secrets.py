# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a system's secret opens, and who sees nothing of it."""

import os

from odoo.addons.telecom_billing.models.connector_choices import MASK
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from tests.addon.handover_case import MONTH, HandoverCase
from tests.connectors.receiver import Receiver


@tagged("post_install", "-at_install")
class TestHandoverSecrets(HandoverCase):
    def test_a_manager_enters_the_secret_and_nobody_reads_it(self):
        rest = {"url": "https://crm.example/usage", "auth": "bearer", "secret": "s3cret"}
        systems = self.env["telecom.handover.channel"].with_user(self.manager)
        channel = systems.create({"name": "Own", "code": "own", "way": "rest", "rest": rest})
        self.assertEqual(channel._opened_rest()["secret"].reveal(), "s3cret")
        channel.rest = rest | {"secret": "n3w"}
        channel.rest = rest | {"secret": MASK, "method": "PUT"}
        self.assertEqual(channel._opened_rest()["secret"].reveal(), "n3w")
        self.assertNotIn("n3w", str(channel.read()))
        with self.assertRaises(AccessError):
            channel.read(["rest_secret"])

    def test_a_copy_of_a_system_has_no_secret(self):
        rest = {"url": "https://crm.example/usage", "auth": "bearer", "secret": "s3cret"}
        channel = self.new_channel("first", way="rest", rest=rest)
        other = channel.copy({"code": "second"})
        self.assertNotIn("secret", other.rest)
        self.assertFalse(other.sudo().rest_secret)
        for name, value in (("ca_file", "-----BEGIN"), ("auth", "header"), ("auth_header", "X")):
            with self.assertRaisesRegex(ValidationError, "enter the stored secret again"):
                channel.rest = rest | {"secret": MASK, name: value}
        other.rest = rest | {"secret": MASK}  # a mask behind which nothing is
        self.assertNotIn("secret", other.rest)

    def test_another_company_sees_and_fetches_nothing(self):
        self.calls("2026-09-03 07:00:00")
        handover = self.channel._hand_over(MONTH, self.rated_run())
        batch = handover.batch_ids
        company = self.new_company("Stranger GmbH")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for records in (self.channel, self.channel.column_ids, handover, batch,
                        batch.attachment_id):  # fmt: skip
            mine = records.with_user(stranger)
            self.assertFalse(mine.search([("id", "in", records.ids)]), records)
            with self.assertRaises(AccessError):
                mine.read(["create_date"])
        api = self.env["telecom.handover"].with_user(stranger)
        self.assertEqual(api.waiting_batches("crm"), [])
        for act in (api.fetch_batch, api.acknowledge_batch):
            with self.assertRaisesRegex(UserError, "There is no batch"):
                act(batch.uid)

    def test_secrets_are_sealed_and_sent_only_where_they_belong(self):
        self.calls("2026-09-03 07:00:00")
        with Receiver() as server:
            login = {"url": server.url, "auth": "bearer"}
            self.channel.write({"way": "rest", "rest": login | {"secret": "s3cret"}})
            self.assertEqual(self.channel.rest["secret"], MASK)
            self.env.flush_all()
            self.env.cr.execute("SELECT rest::text, rest_secret FROM telecom_handover_channel")
            self.assertNotIn("s3cret", str(self.env.cr.fetchall()))
            self.channel.rest = login | {"secret": MASK, "method": "POST"}
            self.channel._hand_over(MONTH, self.rated_run())
            self.assertEqual({login for _key, login in server.seen}, {"Bearer s3cret"})
        with self.assertRaises(ValidationError):
            self.channel.rest = {
                "url": "https://thief.example", "auth": "bearer", "secret": MASK
            }  # fmt: skip

    def test_a_secret_of_the_environment(self):
        os.environ["TELECOM_TEST_CRM"] = "s3cret"
        self.addCleanup(os.environ.pop, "TELECOM_TEST_CRM")
        self.calls("2026-09-03 07:00:00")
        with Receiver() as server:
            secret = {"auth": "bearer", "secret": "env:TELECOM_TEST_CRM"}
            self.channel.write({"way": "rest", "rest": {"url": server.url} | secret})
            self.channel._hand_over(MONTH, self.rated_run())
            self.assertEqual({login for _key, login in server.seen}, {"Bearer s3cret"})
            with self.assertRaises(ValidationError):
                self.channel.rest = {"url": server.url, "auth": "bearer", "secret": "env:PATH"}
