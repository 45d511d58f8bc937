# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rating end to end inside the addon: exact, once, and never what is on an invoice."""

import contextlib
import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.telecom_billing.charging.month import Month
from odoo.addons.telecom_billing.store import locks
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from connectors import frame as usage_frame
from tests.addon.common import frame_of
from tests.addon.rating_common import PERIOD, RatingCase


@tagged("post_install", "-at_install")
class TestRating(RatingCase):
    def test_prices(self):
        usage = self.store_usage(
            [
                {"b_number": "493055555", "quantity": 61},
                {"b_number": "491512345678", "quantity": 61},
                {"a_number": "494055517", "b_number": "493055555", "quantity": 61},
                {"a_number": "494055517", "b_number": "491512345678", "quantity": 61},
                {"a_number": "494055517", "b_number": "491512345678", "quantity": 0},
            ]
        )
        counts = self.rate()[PERIOD]
        self.assertEqual((counts.records, counts.priced, counts.aside), (5, 5, 0))
        # flat; 2 begun minutes at 0.19; 61 s at 0.06 = 0.061; 61 s at 0.12 + 0.05 = 0.172;
        # not answered: no setup fee either.
        self.assertEqual(self.prices(usage), ["0", "0.38", "0.061", "0.172", "0"])
        self.assertEqual(counts.amount, {self.eur.id: Decimal("0.613")})
        self.assertEqual(
            [row[:5] for row in self.summaries()],
            [
                (self.contract.id, "de", 1, 61, 0),
                (self.contract.id, "mob", 1, 61, Decimal("0.38")),
                (self.other_contract.id, "de", 1, 61, Decimal("0.061")),
                (self.other_contract.id, "mob", 2, 61, Decimal("0.172")),
            ],
        )
        self.check_sums()

    def test_a_second_rating_finds_nothing_to_do(self):
        self.store_usage([{"quantity": 61}, {"a_number": "498912345"}])
        self.assertTrue(self.rate())
        before = self.snapshot()
        self.assertEqual(self.rate(), {})
        self.assertEqual(self.snapshot(), before)
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), before)
        self.check_sums()

    def test_a_change_committed_late_is_not_missed(self):
        """Ids are handed out before commit: a mark with a lower id may appear after a higher."""
        usage = self.store_usage([{"b_number": "491512345678"}])
        self.rate()
        cr = self.env.cr
        cr.execute("SELECT nextval('telecom_rating_mark_id_seq')")
        (early,) = cr.fetchone()
        self.block.range_to = "48"  # of the other contract; its mark has the higher id
        self.rate()
        # Tariff and mark of a transaction that was slow to commit.
        self.env.flush_all()
        cr.execute(
            "UPDATE contract_line SET telecom_tariff_id = %s WHERE id = %s",
            [self.biz.id, self.line.id],
        )
        cr.execute(
            "INSERT INTO telecom_rating_mark (id, company_id, contract_id) VALUES (%s, %s, %s)",
            [early, self.company.id, self.contract.id],
        )
        self.env.invalidate_all()
        self.rate()
        self.assertEqual(self.prices(usage), ["0.17"])  # 0.05 + 60 s at 0.12 a minute
        self.assertEqual(self.rate(), {})
        self.assertFalse(self.env["telecom.rating.mark"].search([]))

    def test_marks_wait_for_months_that_are_not_rated_yet(self):
        usage = self.store_usage(
            [{"b_number": "491512345678"}, {"started_at": "2026-10-05 10:00:00"}]
        )
        october = datetime.date(2026, 10, 1)
        self.rate(october)
        self.line.telecom_tariff_id = self.biz
        self.rate()
        self.assertEqual(self.prices(usage), ["0.17", "0"])
        self.rate(october)
        self.assertEqual(self.prices(usage), ["0.17", "0.06"])

    def test_two_ratings_at_once_are_refused(self):
        usage = self.store_usage([{"b_number": "491512345678"}])
        run = self.new_run()
        run.step_ids.filtered(lambda step: step.sequence < 30).state = "done"
        with (
            contextlib.closing(self.registry.cursor()) as other,
            locks.held(other, "rating", self.company.id),
        ):
            with self.assertRaisesRegex(UserError, "another process"):
                self.rate()
            self.assertFalse(run._run_step("rate"))
            step = run.step_ids.filtered(lambda step: step.code == "rate")
            self.assertEqual(step.state, "failed")
            self.assertIn("another process", step.message)
        self.assertTrue(run._run_step("rate"))
        self.assertEqual((step.state, step.records), ("done", 1))
        self.assertEqual(self.prices(usage), ["0.19"])

    def test_version_changes_in_mid_month(self):
        # 2026-09-15 00:00 in Berlin is 2026-09-14 22:00 UTC.
        usage = self.store_usage(
            [
                {"a_number": "494055501", "started_at": "2026-09-14 21:59:59"},
                {"a_number": "494055501", "started_at": "2026-09-14 22:00:00"},
            ]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0.03", "0.06"])
        versions = self.env["telecom.usage.summary"].search([]).version_id.mapped("name")
        self.assertEqual(sorted(versions), ["From mid-September", "Until mid-September"])

    def test_month_begins_at_local_midnight(self):
        # 2026-08-31 22:00 UTC is the first moment of September in Berlin.
        usage = self.store_usage(
            [
                {"b_number": "491512345678", "started_at": "2026-08-31 21:59:59"},
                {"b_number": "491512345678", "started_at": "2026-08-31 22:00:00"},
                {"b_number": "491512345678", "started_at": "2026-09-30 21:59:59"},
                {"b_number": "491512345678", "started_at": "2026-09-30 22:00:00"},
            ]
        )
        self.assertEqual(len(self.rate()), 2)
        self.assertEqual(self.prices(usage), ["0.19", "0.19", "0.19", None])
        periods = self.env["telecom.usage.summary"].search([], order="period").mapped("period")
        self.assertEqual([str(period) for period in periods], ["2026-08-01", "2026-09-01"])

    def test_late_records_make_a_new_summary(self):
        first = self.store_usage([{"b_number": "491512345678"}])
        self.rate()
        invoiced = self.env["telecom.usage.summary"].search([])
        self.invoice(invoiced)
        late = self.store_usage([{"b_number": "491512345678", "started_at": "2026-09-16 08:00:00"}])
        self.rate()
        self.assertEqual(self.prices(first + late), ["0.19", "0.19"])
        self.assertEqual((invoiced.records, invoiced.amount), (1, 0.19))
        self.assertEqual([row[5] for row in self.summaries()], [False, True])
        self.check_sums()

    def test_invoiced_charges_are_never_touched(self):
        usage = self.store_usage(
            [{"b_number": "491512345678"}, {"a_number": "494055501", "b_number": "491512345678"}]
        )
        self.rate()
        invoiced = self.env["telecom.usage.summary"].search(
            [("contract_id", "=", self.contract.id)]
        )
        self.invoice(invoiced)
        rates = self.biz.version_ids.rate_ids
        rates.filtered(lambda rate: rate.zone_id.code == "mob").price = 0.6
        with patch.object(type(self.number), "_refuse_invoiced_usage"):
            self.number.contract_line_id = self.other
        for everything in (False, True):
            self.rate(everything=everything)
            # The other contract: 60 s at 0.60 + 0.05.
            self.assertEqual(self.prices(usage), ["0.19", "0.65"])
            self.assertEqual(self.charges(usage)[0][0][0], self.contract.id)
            self.check_sums()

    def test_changed_tariff_rates_its_contracts(self):
        usage = self.store_usage(
            [{"b_number": "491512345678"}, {"a_number": "494055501", "b_number": "33123456"}]
        )
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19", "no-zone"])
        version = self.biz.version_ids.sorted("valid_from")[-1]
        version.rate_ids.create(
            {
                "version_id": version.id,
                "zone_id": version.zone_plan_id.zone_ids.filtered(lambda z: z.code == "fr").id,
                "price": 0.3,
                "step": 1,
            }
        )
        counts = self.rate()[PERIOD]
        self.assertEqual(counts.records, 1, "only the contract with this tariff")
        self.assertEqual(self.prices(usage), ["0.19", "0.3"])

    def test_undone_delivery_takes_its_charges_along(self):
        usage = self.store_usage([{"b_number": "491512345678"}])
        kept = self.store_usage([{"b_number": "491512345679"}])
        self.rate()
        delivery = self.env["telecom.usage"].browse(usage).delivery_id
        delivery._undo()
        self.assertEqual(self.prices(usage + kept), [None, "0.19"])
        self.check_sums()
        self.rate()
        self.check_sums()
        self.assertEqual([row[2] for row in self.summaries()], [1])

    def test_an_undone_delivery_loaded_again_is_rated(self):
        # More contracts than are touched: else the month is rated as a whole in any case.
        for name in ("+49 30 5551", "+49 30 5552", "+49 30 5553"):
            contract = self.contract.copy({"name": name})
            self.new_number(name, self.new_line(contract, self.flat))
        usage = self.store_usage([{"b_number": "491512345678"}])
        self.rate()
        delivery = self.env["telecom.usage"].browse(usage).delivery_id
        delivery._undo()
        again = frame_of([{"b_number": "491512345678"}])
        delivery._store([usage_frame.Decoded(again, usage_frame.empty_rejects())])
        self.rate()
        self.check_sums()
        self.assertEqual([row[2] for row in self.summaries()], [1])

    def test_killed_between_two_shards_of_new_records(self):
        self.store_usage([{"b_number": "491512345678"}])
        self.rate()
        self.store_usage(
            [{"b_number": "491512345679"}, {"a_number": "494055501", "b_number": "491512345678"}]
        )
        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)

        def die(_done, _total):
            raise InterruptedError

        # Not assertRaises, which would roll back what the first shard stored.
        with contextlib.suppress(InterruptedError):
            Month(self.env, self.company, span, die, shard=1).rate()
        self.assertEqual(len(self.charges()), 2, "the second record's shard was stored")
        self.rate()
        self.check_sums()
        # each contract's records: two calls to mobile (0.19 each), one at 0.17
        self.assertEqual(
            [row[2:5:2] for row in self.summaries()],
            [(2, Decimal("0.38")), (1, Decimal("0.17"))],
        )

    def test_individual_prices_go_before_the_tariff(self):
        own = self.flat.copy({"code": "own-r", "kind": "individual"})
        version = self.flat.version_ids.copy({"tariff_id": own.id, "valid_from": "2026-01-01"})
        version.rate_ids.filtered(lambda rate: rate.zone_id.code == "de").unlink()
        version.rate_ids.price = 0.01
        version.action_activate()
        self.line.telecom_price_list_id = own
        usage = self.store_usage([{"b_number": "491512345678"}, {"b_number": "493055555"}])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.01", "0"])

    def test_another_company_keeps_its_own(self):
        company = self.new_company("Second provider")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.store_usage([{"b_number": "491512345678"}])
        self.assertEqual(self.env["telecom.rating.state"]._rate_months(company), {})
        self.rate()
        for model in ("telecom.charge", "telecom.usage.summary", "telecom.tariff"):
            with self.subTest(model):
                self.assertTrue(self.env[model].with_user(self.manager).search_count([]))
                self.assertFalse(self.env[model].with_user(stranger).search_count([]))

    def test_exact_beyond_floats(self):
        """Ten thousand calls of 0.0001 sum up to 1 exactly; their float sum would not."""
        self.biz.version_ids.rate_ids.write({"price": 0.0001})
        self.store_usage(
            [
                {"a_number": "494055501", "b_number": f"4930{100000 + number}"}
                for number in range(10_000)
            ]
        )
        self.rate()
        self.assertEqual([row[4] for row in self.summaries()], [Decimal(1)])

    def test_below_a_millionth_charges_and_sums_stay_exact(self):
        """Rounded to the nearest millionth, a price has a rest of either sign."""
        self.flat.version_ids.rounding_digits = 12
        rate = self.flat.version_ids.rate_ids.filtered(lambda one: one.zone_id.code == "mob")
        rate.write(
            {"price": "0.0000017", "price_per": 1, "unit": "second", "initial": 1, "step": 1}
        )
        usage = self.store_usage(
            [{"b_number": "491512345678", "quantity": seconds} for seconds in (1, 3, 7)]
        )
        self.rate()
        # 1.7, 5.1 and 11.9 millionths
        self.assertEqual(self.prices(usage), ["0.0000017", "0.0000051", "0.0000119"])
        self.check_sums()

    def test_shards_of_one_record_give_the_same(self):
        self.store_usage(
            [
                {"a_number": a_number, "b_number": b_number, "quantity": seconds}
                for a_number in ("4930123456", "494055501", "494055502", "498912345")
                for b_number in ("493055555", "491512345678", "33123456")
                for seconds in (1, 60, 61)
            ]
        )
        self.rate()
        whole = self.snapshot()
        span = self.env["telecom.rating.state"]._span(self.company, PERIOD)
        counts = Month(self.env, self.company, span, shard=1).rate(everything=True)
        # Two contracts, and nine records of nobody.
        self.assertEqual(counts.shards, 2 + 9)
        self.assertEqual(self.snapshot(), whole)
        self.check_sums()

    def test_partitions_hold_what_belongs_to_them(self):
        self.store_usage([{"started_at": "2026-09-01 10:00:00"}])
        self.rate()
        self.assertEqual(
            self.env.execute_query(SQL("SELECT count(*) FROM telecom_charge_data_202609")), [(1,)]
        )

    def test_step_of_a_billing_run(self):
        self.store_usage([{"b_number": "491512345678", "quantity": 61}, {"a_number": "498912345"}])
        run = self.new_run()
        with self.uncommitted():
            self.assertTrue(run._run_all(until="rate"))
        step = run.step_ids.filtered(lambda one: one.code == "rate")
        self.assertEqual((step.state, step.records, step.quantity), ("done", 1, 61))
        self.assertEqual((step.amount, step.result), (0.38, {"unknown-number": 1}))
        self.cr.execute("UPDATE telecom_rate SET direction = 'none of this'")
        self.env.invalidate_all()
        with self.uncommitted():
            self.assertFalse(run._run_step("rate"))
        self.assertIn("none of this", run.finding_ids.message)
