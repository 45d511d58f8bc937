# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff book that says what no screen offers is refused as a whole, with the record's name."""

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

RATE = {"id": 1, "name": "Calls", "price": "1"}


@tagged("post_install", "-at_install")
class TestUnoffered(TransactionCase):
    def refused(self, rate):
        versions = [{"id": "v", "rates": [rate]}]
        book = {"format": 1, "tariffs": [{"id": "unoffered", "versions": versions}]}
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.env["telecom.tariff"].import_book(book)
        self.assertFalse(self.env["telecom.tariff"].search([("code", "=", "unoffered")]))
        return str(caught.exception)

    def test_what_would_be_lost(self):
        for more, said in (({"setup_per": "part"}, "setup_per"),):
            told = self.refused({**RATE, **more})
            self.assertIn("Calls", told)
            self.assertIn(f"“{said}”", told)
