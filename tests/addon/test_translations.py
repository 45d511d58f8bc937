# SPDX-License-Identifier: AGPL-3.0-or-later
"""German screens are whole: every text a user can meet has a translation that fits it."""

from __future__ import annotations

import re
from pathlib import Path

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import TranslationModuleReader

GERMAN = Path(__file__).parents[2] / "telecom_billing" / "i18n" / "de.po"
PLACEHOLDER = re.compile(r"%\(\w+\)\d*[sd]|(?<![\w%])%[sd]")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.german = {entry.msgid: entry.msgstr for entry in polib.pofile(str(GERMAN))}

    def test_every_term_is_translated(self):
        rows = TranslationModuleReader(self.env.cr, modules=["telecom_billing"])
        terms = {row[4] for row in rows}
        self.assertGreater(len(terms), 1000)
        self.assertEqual(sorted(term for term in terms if not self.german.get(term)), [])

    def test_placeholders_are_those_of_the_source(self):
        differing = [
            source
            for source, text in self.german.items()
            if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(text))
        ]
        self.assertEqual(differing, [])
