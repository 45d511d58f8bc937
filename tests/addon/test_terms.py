# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything that connectors says on a screen is listed for translation, and is translated."""

from unittest import mock

from odoo.addons.telecom_billing import terms
from odoo.addons.telecom_billing.models import connector_choices as choices

import connectors.formats
import connectors.transports
from connectors.mappings import all_mappings
from connectors.reasons import REASONS, message
from connectors.sentences import SENTENCES
from tests.addon.common import TelecomCase


def texts(labels, schemas):
    found = set(labels)
    for schema in schemas:
        for setting in schema:
            found |= {
                setting["label"],
                setting["help"],
                *(text for _code, text in setting["choices"]),
            }
    return found - {""}


class TestTerms(TelecomCase):
    def test_the_lists_are_what_connectors_says(self):
        ways = [code for code, _label in choices.transports()]
        ways_said = texts(
            [label for _code, label in choices.transports()],
            [choices.schema("transports", code) for code in ways],
        )
        formats_said = texts(
            [label for _code, label in choices.formats()]
            + [mapping["help"] for mapping in all_mappings().values()],
            [choices.schema("formats", name) for name in connectors.formats.names()],
        )
        listed = {
            str(term)
            for terms_list in (
                terms.ways.WAYS,
                terms.formats.FORMATS,
                terms.reasons.REASONS,
                terms.faults.FAULTS,
            )
            for term in terms_list
        }
        said = ways_said | formats_said | set(REASONS.values()) | set(SENTENCES.values())
        self.assertEqual(sorted(said - listed), [], "list them in telecom_billing/terms")
        self.assertEqual(sorted(listed - said), [], "take them out of telecom_billing/terms")

    def test_a_reason_is_taken_apart_and_said_anew(self):
        env = self.env(context={"lang": "de_DE"})
        for code, sentence in REASONS.items():
            with self.subTest(code):
                told = terms.explained(env, code, message(code, "Dauer", "1:x"))
                self.assertEqual("{field}" in sentence, "Dauer" in told)
                self.assertEqual("{value}" in sentence, "1:x" in told)
                self.assertNotIn("{", told)
        self.assertEqual(terms.explained(env, "missing", "said otherwise"), "said otherwise")
        self.assertEqual(terms.explained(env, "unknown", "x"), "x")

    def test_a_stored_fault_is_shown_in_the_readers_language(self):
        """Written once, in English, by whoever fetched; read by everybody in their own."""
        fault = "sftp://x: user or password is refused; correct the source."
        source = self.env["telecom.source"].create(
            {"name": "Acme", "code": "acme", "format": "asterisk", "last_error": fault}
        )
        source.flush_recordset()
        german = source.with_context(lang="de_DE")
        texts = {
            "{where}: user or password is refused; correct the source.": "{where}: Zugang falsch.",
            "{label} ({name}) {fault}": "{label} ({name}) {fault}",
            "Host": "Rechner",
            "is needed": "fehlt",
        }
        with mock.patch.object(terms, "said", lambda text, env: texts.get(text, text)):
            self.assertEqual(
                german.read(["last_error"])[0]["last_error"], "sftp://x: Zugang falsch."
            )
            self.assertEqual(source.last_error, fault)
            self.assertEqual(
                choices.fault("transports", "sftp", {"user": "x"}, german.env),
                "Rechner (host) fehlt",
            )

    def test_names_of_ways_follow_the_language(self):
        self.assertIn(("sftp", "SFTP"), choices.transports(self.env))
        german = dict(choices.transports(self.env(context={"lang": "de_DE"})))
        self.assertEqual(german.keys(), dict(choices.transports()).keys())
        self.assertTrue(connectors.transports.names())
