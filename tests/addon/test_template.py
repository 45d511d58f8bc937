# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database that the ground prepares is what the other tests stand on."""

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestTemplate(TransactionCase):
    def test_german_company_with_its_chart(self):
        company = self.env.ref("base.main_company")
        self.assertEqual(company.country_id.code, "DE")
        self.assertEqual(company.chart_template, "de_skr03")
        self.assertEqual(company.currency_id.name, "EUR")

    def test_both_languages_are_loaded(self):
        codes = self.env["res.lang"].search([]).mapped("code")
        self.assertIn("de_DE", codes)
        self.assertIn("en_US", codes)

    def test_addon_is_installed(self):
        addon = self.env["ir.module.module"].search([("name", "=", "telecom_billing")])
        self.assertEqual(addon.state, "installed")
