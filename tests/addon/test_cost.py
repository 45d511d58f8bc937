# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cost side: carriers' price lists, stated costs, margins."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase, money

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestCost(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls.new_cost("carrier-a", "0.06")
        cls.source.cost_tariff_id = cls.carrier

    def costs(self):
        rows = self.env["telecom.charge"].search([], order="usage_id, segment")
        return [row.cost for row in rows]

    def test_by_the_price_list_or_as_stated(self):
        self.assertEqual(self.carrier.kind, "cost")
        calls = [
            {"b_number": MOBILE, "quantity": 61},  # 61 s at 0.06 a minute
            {"b_number": MOBILE, "quantity": 61, "cost": 0.01},  # as stated
            {"b_number": "4930999", "quantity": 61},  # the carrier has no price
            {"b_number": MOBILE, "quantity": 60, "a_number": "4989000"},  # nobody's
        ]
        self.store_usage(calls)
        self.rate()
        self.assertEqual(self.costs(), [0.061, 0.01, 0, 0.06])
        self.check_sums()
        mobile = self.env["telecom.usage.summary"].search([("zone_id.code", "=", "mob")])
        # Two calls of 61 s, 120 s each at 0.19: 0.76; costs 0.071
        self.assertEqual((mobile.amount, mobile.cost, mobile.margin), (0.76, 0.071, 0.689))
        self.assertEqual(mobile.source_id, self.source)
        self.source.cost_stated = False
        self.rate()
        self.assertEqual(self.costs(), [0.061, 0.061, 0, 0.06], "changes are noticed")
        self.carrier.version_ids.rate_ids.price = 0.12
        self.rate()
        self.assertEqual(self.costs(), [0.122, 0.122, 0, 0.12])
        self.check_sums()

    def test_each_source_has_a_summary_of_its_own(self):
        other = self.new_source("other", cost_tariff_id=self.new_cost("carrier-b", "0.03").id)
        call = {"b_number": MOBILE, "quantity": 60}
        self.store_usage([call])
        self.store_usage([call], source=other)
        self.rate()
        found = self.env["telecom.usage.summary"].search([], order="cost")
        self.assertEqual(found.mapped("cost"), [0.03, 0.06])
        self.assertEqual(found.source_id, self.source | other)
        self.check_sums()

    def test_margin_is_net_of_tax(self):
        self.flat.write({"price_includes_tax": True, "tax_percent": 19})
        self.store_usage([{"b_number": MOBILE, "quantity": 60}])
        self.rate()
        row = self.env["telecom.margin"].search([])
        # 0.19 with 19 % is 0.159664 without
        self.assertAlmostEqual(row.revenue, 0.19 / 1.19, 6)
        self.assertAlmostEqual(row.margin, 0.19 / 1.19 - 0.06, 6)
        self.assertEqual(row.source_id, self.source)
        summary = self.env["telecom.usage.summary"].search([])
        self.assertAlmostEqual(summary.margin, 0.19 / 1.19 - 0.06, 6)

    def test_the_cheapest_carrier(self):
        self.new_cost("carrier-b", "0.03")
        only_landline = self.env["telecom.tariff"].import_book(
            {
                "format": 1,
                "zones": [{"id": "l", "name": "Landline", "prefixes": ["4930"]}],
                "tariffs": [
                    {
                        "id": "carrier-c",
                        "versions": [
                            {"id": "c1", "rates": [{"id": 1, "zone": "l", "price": "0.001"}]}
                        ],
                    }
                ],
                "carriers": [{"id": "c", "tariff": "carrier-c"}],
            }
        )
        self.store_usage(
            [
                {"b_number": MOBILE, "quantity": 60},
                {"b_number": MOBILE, "quantity": 120},
                {"b_number": "4930999", "quantity": 10},
            ]
        )
        self.rate()
        wizard = self.env["telecom.least.cost"].create({"month": "2026-09-15"})
        wizard.action_compare()
        total = {
            line.tariff_id.code: (line.records, line.missing, money(str(round(line.cost, 6))))
            for line in wizard.total_ids
        }
        self.assertEqual(
            total,
            {
                "carrier-a": (2, 1, money("0.18")),
                "carrier-b": (2, 1, money("0.09")),
                "carrier-c": (1, 2, money("0.01")),
            },
        )
        self.assertEqual(only_landline.kind, "cost")
        self.assertAlmostEqual(wizard.best_cost, 0.10)
        self.assertAlmostEqual(wizard.actual_cost, 0.18)
        best = {line.zone_id.code: line.best_id.code for line in wizard.zone_ids}
        self.assertEqual(best, {"mob": "carrier-b", "de": "carrier-c"})

    def test_only_a_carriers_price_list(self):
        with self.assertRaises(ValidationError) as caught:
            self.source.cost_tariff_id = self.flat
        self.assertIn("Flat", str(caught.exception))
        self.assertIn("Carrier's prices", str(caught.exception))
