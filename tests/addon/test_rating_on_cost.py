# SPDX-License-Identifier: AGPL-3.0-or-later
"""Resold calls: prices on what a record costs us, by the carrier's price list or as stated."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.core_case import CoreCase

MOBILE, GERMAN = "491512345678", "493055555"


@tagged("post_install", "-at_install")
class TestRatingOnCost(CoreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source.cost_tariff_id = cls.new_cost("carrier-c", "0.06")
        cls.resold = cls.flat.version_ids.rate_ids.filtered(lambda rate: rate.zone_id.code == "mob")
        cls.resold.write({"on_cost": True, "price": 1.5, "setup": 0.02})

    def test_a_margin_on_the_price_list_and_on_what_is_stated(self):
        usage = self.deliver(
            [{"b_number": MOBILE, "quantity": 90}, {"b_number": MOBILE, "cost": 0.2}],
            [{"b_number": GERMAN}],
        )
        # 90 s at 0.06 a minute are 0.09, × 1.5 + 0.02; 0.20 × 1.5 + 0.02; others by the minute.
        self.assertEqual(self.prices(usage), ["0.155", "0.32", "0"])
        self.check_sums()
        pieces = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), pieces)
        summary = self.env["telecom.usage.summary"].search([("zone_id.code", "=", "mob")])
        self.assertEqual((summary.quantity, summary.billed), (150, 150), "seconds, not money")
        self.assertAlmostEqual(summary.margin, 0.155 + 0.32 - 0.09 - 0.2, 6)
        self.assertIn("A cost of 0.09 EUR at 1.5 for each EUR", self.told(usage[0]))
        self.assertIn("Kosten von 0,09 EUR, je EUR 1,5", self.told(usage[0], "de_DE"))

    def test_what_the_carrier_charges_changes_what_we_do(self):
        usage = self.deliver([{"b_number": MOBILE, "quantity": 90}])
        self.source.cost_tariff_id.version_ids.rate_ids.price = 0.12
        self.rate()
        self.assertEqual(self.prices(usage), ["0.29"])  # 0.18 × 1.5 + 0.02
        self.check_sums()

    def test_without_a_cost_it_waits(self):
        self.source.cost_tariff_id = False
        usage = self.deliver([{"b_number": MOBILE, "quantity": 90}])
        self.assertEqual(self.prices(usage), ["no-cost"])
        self.source.cost_tariff_id = self.env["telecom.tariff"].search([("kind", "=", "cost")])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.155"])

    def test_in_another_currency_it_waits(self):
        usage = self.deliver([{"b_number": MOBILE, "cost": 0.2, "currency": "USD"}])
        self.assertEqual(self.prices(usage), ["wrong-currency"])

    def test_an_invoice_counts_minutes(self):
        self.deliver([{"b_number": MOBILE, "quantity": 90}])
        self.invoice_all()
        summary = self.env["telecom.usage.summary"].search([("zone_id.code", "=", "mob")])
        documents = self.env["telecom.document"]
        self.assertIsNone(documents._unit_price(summary, summary.invoice_line_id))

    def test_tiers_by_minutes_do_not_count_it_and_go_on_after_an_invoice(self):
        self.flat.version_ids.rate_ids.filtered(lambda rate: rate.zone_id.code == "de").price = 0.1
        self.env["telecom.tier"].create(
            {"tariff_ids": [(6, 0, self.flat.ids)], "name": "Many minutes", "unit": "minute",
             "step_ids": [(0, 0, {"start": 0, "by": "factor", "factor": 1}),
                          (0, 0, {"start": 2, "by": "factor", "factor": 0.5})]}
        )  # fmt: skip
        day = "2026-09-{:02} 10:00:00"
        self.deliver(
            [
                {"b_number": MOBILE, "quantity": 600, "started_at": day.format(2)},
                {"b_number": GERMAN, "quantity": 60, "started_at": day.format(3)},
            ]
        )
        self.invoice_all()
        usage = self.deliver([{"b_number": GERMAN, "quantity": 120, "started_at": day.format(4)}])
        # Ten resold minutes are none of the tier's: its second minute costs 0.10, the third half.
        self.assertEqual(self.prices(usage), ["0.15"])

    def test_what_it_does_not_go_with(self):
        for other in ({"flat": True, "price": 0}, {"factor": 0.5, "price": 0}, {"refuse": "no"}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.resold.write(other)

    def test_data_stay_data(self):
        """The book cannot say in which unit a price on our cost is counted: the service does."""
        rates = [{"id": "d", "service": "data", "on": "cost", "price": "2"}]
        (tariff,) = self.env["telecom.tariff"].import_book(
            {"format": 1, "tariffs": [{"id": "data-c", "per": 60, "initial": 60, "versions": [
                {"id": "1", "valid_from": "2026-01-01", "rates": rates}]}]}
        )  # fmt: skip
        self.assertEqual((tariff.version_ids.rate_ids.unit, tariff.version_ids.rate_ids.initial),
                         ("byte", 0))  # fmt: skip
        self.new_number("+49 30 222", self.new_line(self.contract, tariff))
        usage = self.deliver([{"a_number": "4930222", "b_number": None, "service": "data",
                               "unit": "KB", "quantity": 5, "cost": 0.3}])  # fmt: skip
        self.assertEqual(self.prices(usage), ["0.6"])
        summary = self.env["telecom.usage.summary"].search([("service", "=", "data")])
        self.assertEqual((summary.unit, summary.quantity, summary.billed), ("byte", 5000, 5000))
        self.check_sums()

    def test_nor_can_a_tariff_become_one(self):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            self.flat.kind = "cost"
        self.assertIn("cannot be on our cost", str(caught.exception))

    def test_a_carriers_price_list_cannot(self):
        rate = self.source.cost_tariff_id.version_ids.rate_ids
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            rate.on_cost = True
        self.assertIn("cannot be on our cost", str(caught.exception))
