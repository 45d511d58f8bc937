# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff book that says what no screen offers is refused as a whole, with the record's name."""

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestUnoffered(TransactionCase):
    def test_increments_of_prices_on_cost(self):
        rate = {"id": 1, "name": "Calls", "price": "1", "on": "cost", "step": "0.01"}
        versions = [{"id": "v", "rates": [rate]}]
        book = {"format": 1, "tariffs": [{"id": "unoffered", "versions": versions}]}
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.env["telecom.tariff"].import_book(book)
        self.assertIn("“Calls” says “step”", str(caught.exception))
        self.assertFalse(self.env["telecom.tariff"].search([("code", "=", "unoffered")]))
