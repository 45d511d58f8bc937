# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passwords and keys of a source: encrypted at rest, never shown, never sent to somebody else."""

import os
import tempfile
from unittest.mock import patch

from odoo.addons.telecom_billing import vault
from odoo.addons.telecom_billing.models.telecom_source_secrets import MASK
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import config

from tests.addon.common import TelecomCase

SETTINGS = {
    "host": "sftp.example.com",
    "user": "carl",
    "password": "geheim-1",
    "host_key": "SHA256:x",
}


class TestSecrets(TelecomCase):
    def remote(self, **settings):
        return self.new_source(
            "remote", transport="sftp", transport_settings=SETTINGS | settings
        ).with_user(self.manager)

    def stored(self, source):
        """Everything the table holds of a source, as text."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT to_jsonb(s)::text FROM telecom_source s WHERE id = %s", [source.id]
        )
        return self.env.cr.fetchone()[0]

    def test_a_password_is_encrypted_and_masked(self):
        source = self.remote()
        self.assertEqual(source.transport_settings["password"], MASK)
        self.assertNotIn("geheim-1", self.stored(source))
        self.assertNotIn("geheim-1", str(source.read()))
        options = source._transport().options
        self.assertEqual(options["password"].reveal(), "geheim-1")
        self.assertNotIn("geheim-1", f"{options} {source._transport()!r}")

    def test_saving_the_mask_keeps_it_and_a_new_one_replaces_it(self):
        source = self.remote()
        source.transport_settings = source.transport_settings | {"path": "/out"}
        self.assertEqual(source._transport().options["password"].reveal(), "geheim-1")
        source.transport_settings = source.transport_settings | {"password": "neu"}
        self.assertEqual(source._transport().options["password"].reveal(), "neu")
        source.transport_settings = dict(source.transport_settings, password="")
        self.assertFalse(source._transport().options["password"])
        self.assertFalse(source.sudo().transport_secrets)

    def test_nobody_reads_or_writes_the_sealed_ones(self):
        source = self.remote()
        with self.assertRaises(AccessError):
            source.read(["transport_secrets"])
        with self.assertRaises(AccessError):
            source.write({"transport_secrets": {"password": vault.seal("other")}})

    def test_a_stored_secret_does_not_follow_to_another_host(self):
        source = self.remote()
        for name, value in (("host", "evil.example.com"), ("port", 2222), ("host_key", "SHA256:y")):
            with self.assertRaisesRegex(ValidationError, f"Setting {name} .* enter the stored"):
                source.transport_settings = source.transport_settings | {name: value}
        source.transport_settings = SETTINGS | {"host": "new.example.com", "password": "geheim-2"}
        self.assertEqual(source._transport().options["password"].reveal(), "geheim-2")

    def test_another_way_and_a_copy_have_no_secret(self):
        source = self.remote()
        self.assertNotIn("password", source.copy({"code": "copy"}).transport_settings)
        source.write({"transport": "upload", "transport_settings": {}})
        self.assertFalse(source.sudo().transport_secrets)

    def test_the_environment_is_named_and_not_copied(self):
        with patch.dict(os.environ, TELECOM_CARRIER="from-env"):
            source = self.remote(password="env:TELECOM_CARRIER")
            self.assertEqual(source._transport().options["password"].reveal(), "from-env")
            self.assertEqual(source.transport_settings["password"], "env:TELECOM_CARRIER")
        with self.assertRaisesRegex(ValidationError, "begin with TELECOM_"):
            self.remote(code="x", password="env:PGPASSWORD")

    def test_another_servers_key_does_not_open_them(self):
        source = self.remote()
        with tempfile.TemporaryDirectory() as folder, patch.dict(config.options, data_dir=folder):
            with self.assertRaisesRegex(ValidationError, "password was encrypted with another key"):
                source._transport()
            first = vault.seal("x")
            (key,) = os.listdir(os.path.join(folder, "telecom_billing"))
            place = os.path.join(folder, "telecom_billing", key)
            self.assertEqual(os.stat(place).st_mode & 0o777, 0o600)
            self.assertEqual(vault.unseal(first), "x")

    def test_a_key_from_the_environment_and_its_successor(self):
        old, new = "A" * 43 + "=", "B" * 43 + "="
        with patch.dict(os.environ, {vault.VARIABLE: old}):
            sealed = vault.seal("geheim")
        with patch.dict(os.environ, {vault.VARIABLE: f"{new},{old}"}):
            self.assertEqual(vault.unseal(sealed), "geheim")
            again = vault.seal("geheim")
        with patch.dict(os.environ, {vault.VARIABLE: new}):
            self.assertEqual(vault.unseal(again), "geheim")
            self.assertRaises(vault.Locked, vault.unseal, sealed)
