# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plain functions about numbers and times of day are specified by their doctests."""

import doctest

from odoo.addons.telecom_billing.book import text
from odoo.addons.telecom_billing.models import clock_text, number_kind, number_lists, number_text
from odoo.tests import BaseCase, tagged


@tagged("post_install", "-at_install")
class TestPlainFunctions(BaseCase):
    def test_doctests(self):
        for module in (clock_text, number_kind, number_lists, number_text, text):
            with self.subTest(module.__name__):
                result = doctest.testmod(module)
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)
