# SPDX-License-Identifier: AGPL-3.0-or-later
"""Previews: nothing is touched, and what is kept is what was shown."""

import datetime
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.telecom_billing.charging.month import Month
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from tests.addon.preview_case import MOBILE, OWN, PreviewCase


@tagged("post_install", "-at_install")
class TestTelecomRatingPreview(PreviewCase):
    # --- rate again ----------------------------------------------------------------------------

    def test_difference_by_customer_and_kept(self):
        self.flat.version_ids.rate_ids.filtered(lambda r: r.zone_id == self.mobile).price = 0.25
        before = self.everything()
        preview = self.preview()
        self.assertEqual(self.everything(), before)
        self.assertEqual(preview.state, "ready")
        # Three begun minutes: 0.57 → 0.75. The other contract and what is set aside stay.
        self.assertEqual(
            self.lines(preview),
            {
                self.contract.name: (
                    2, 2, 0, 0, 0, 0, Decimal("0.57"), Decimal("0.75"), Decimal("0.18"),
                )
            },
        )  # fmt: skip
        self.assertEqual(len(preview.line_ids), 3)
        self.assertEqual((preview.changed_count, preview.aside_before), (1, 2))
        self.assertIn("+0.18", preview.sums)
        preview.action_keep()
        self.assertEqual(preview.state, "kept")
        self.assertIn("every contract", preview.message)
        self.assertEqual(self.prices(self.usage[:2]), ["0.5", "0.25"])
        self.check_sums()
        self.assertFalse(self.lines(self.preview()), "there is nothing left to change")

    def test_newly_charged_and_newly_aside(self):
        self.number.date_start = "2026-09-18"
        self.new_number("+49 89 12345", self.other)
        preview = self.preview()
        rows = self.lines(preview)
        # The call of the 15th has no owner any more; the unknown number's costs 0.12 + 0.05.
        self.assertEqual(rows[self.contract.name][:6], (2, 1, 0, 0, 0, 0))
        self.assertEqual(
            rows[self.other_contract.name],
            (1, 2, 1, 1, 1, 0, Decimal("0.17"), Decimal("0.34"), Decimal("0.17")),
        )
        self.assertEqual(rows[""][:6], (0, 0, 1, 1, 0, 1))
        preview.action_keep()
        self.assertIn("every contract", preview.message)
        self.check_sums()

    def test_nobodys_records_in_several_shards(self):
        self.store_usage([{"a_number": f"4989000{n}", "b_number": MOBILE} for n in range(3)])
        self.rate()
        self.new_number("+49 89 0001", self.other)
        for asked in ({}, {"contract_ids": self.contract.ids}):
            with self.subTest(**asked):
                whole = self.lines(self.preview(**asked), changed=False)
                # One of four has an owner now.
                self.assertEqual(whole[""][2:6], (4, 3, 0, 0))
                with patch.object(Month.__init__, "__defaults__", (None, 1)):
                    preview = self.preview(**asked)
                self.assertEqual(self.lines(preview, changed=False), whole)
        with patch.object(Month.__init__, "__defaults__", (None, 1)):
            preview.action_keep()
        self.assertIn("every contract", preview.message)
        self.check_sums()

    def test_only_some_contracts(self):
        rates = (self.flat | self.biz).version_ids.rate_ids
        rates.filtered(lambda rate: rate.zone_id == self.mobile).price = 0.25
        preview = self.preview(contract_ids=self.contract.ids)
        self.assertEqual(list(self.lines(preview)), [self.contract.name])
        preview.action_keep()
        self.assertIn("every contract", preview.message)
        self.assertEqual(self.prices(self.usage[:3]), ["0.5", "0.25", "0.17"])
        self.check_sums()
        # The next rating finds the other contract by itself.
        self.rate()
        self.assertEqual(self.prices(self.usage[:3]), ["0.5", "0.25", "0.3"])
        whole = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), whole)

    def test_only_some_tariffs(self):
        rates = (self.flat | self.biz).version_ids.rate_ids
        rates.filtered(lambda rate: rate.zone_id == self.mobile).price = 0.25
        preview = self.preview(tariff_ids=self.biz.ids)
        self.assertEqual(list(self.lines(preview)), [self.other_contract.name])

    def test_some_contracts_of_a_month_never_rated(self):
        usage = self.store_usage(
            [
                {"b_number": MOBILE, "started_at": "2026-08-10 10:00:00"},
                {"a_number": "494055501", "b_number": MOBILE, "started_at": "2026-08-10 11:00:00"},
            ]
        )
        preview = self.preview(
            contract_ids=self.contract.ids, date_from="2026-08-01", date_to="2026-08-01"
        )
        self.assertEqual(self.lines(preview)[self.contract.name][:2], (0, 1))
        preview.action_keep()
        self.assertEqual(self.prices(usage), ["0.19", None])
        self.rate()
        self.assertEqual(self.prices(usage), ["0.19", "0.17"])
        self.check_sums()

    def test_a_number_that_moves_touches_both_contracts(self):
        self.number.date_end = "2026-09-18"
        self.new_number("+49 30 123456", self.other, date_start="2026-09-19")
        preview = self.preview(contract_ids=self.contract.ids)
        self.assertEqual(set(self.lines(preview)), {self.contract.name, self.other_contract.name})
        preview.action_keep()
        self.assertIn("every contract", preview.message)
        self.check_sums()
        kept = self.snapshot()
        self.rate(everything=True)
        self.assertEqual(self.snapshot(), kept)

    def test_what_is_invoiced_is_left_out(self):
        self.invoice(
            self.env["telecom.usage.summary"].search([("contract_id", "=", self.contract.id)])
        )
        rates = self.biz.version_ids.rate_ids
        rates.filtered(lambda rate: rate.zone_id == self.mobile).price = 0.25
        preview = self.preview()
        self.assertCountEqual(self.lines(preview, changed=False), [self.other_contract.name, ""])
        preview.action_keep()
        self.assertIn("every contract", preview.message)
        self.assertEqual(self.prices(self.usage[:2]), ["0.38", "0.19"])

    def test_kept_after_something_changed_says_what(self):
        preview = self.preview()
        self.assertFalse(self.lines(preview))
        self.store_usage([{"b_number": MOBILE, "started_at": "2026-09-03 10:00:00"}])
        self.flat.version_ids.rate_ids.filtered(lambda r: r.zone_id == self.mobile).price = 0.25
        preview.action_keep()
        self.assertEqual(preview.state, "kept")
        for part in (self.contract.name, "loaded", "prices"):
            self.assertIn(part, preview.message)
        self.assertNotIn("invoiced", preview.message)
        self.check_sums()

    def test_rolled_over_from_month_to_month(self):
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.flat.id,
                "name": "3 minutes",
                "quantity": 3,
                "unit": "minute",
                "rollover_periods": 1,
                "zone_ids": [(6, 0, self.mobile.ids)],
            }
        )
        self.store_usage(
            [{"b_number": MOBILE, "quantity": 60, "started_at": "2026-08-10 10:00:00"}]
            + [
                {"b_number": MOBILE, "quantity": 120, "started_at": f"2026-09-{day} 10:00:00"}
                for day in (21, 22, 23)
            ]
        )
        preview = self.preview(date_from="2026-08-01")
        # August 1 of 3 minutes; September has 5 for 3 + 6: four minutes are paid.
        row = self.lines(preview)[self.contract.name]
        self.assertEqual(row[-3:], (Decimal("0.57"), Decimal("0.76"), Decimal("0.19")))
        preview.action_keep()
        self.assertIn("every contract", preview.message)

    def test_a_year_that_is_drawn_on_by_month(self):
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.flat.id,
                "name": "4 minutes a year",
                "quantity": 4,
                "unit": "minute",
                "period": "year",
                "zone_ids": [(6, 0, self.mobile.ids)],
            }
        )
        self.store_usage(
            [{"b_number": MOBILE, "quantity": 180, "started_at": "2026-08-10 10:00:00"}]
        )
        preview = self.preview(date_from="2026-08-01")
        # August takes three minutes of the year, September one of its three.
        row = self.lines(preview)[self.contract.name]
        self.assertEqual(row[-2:], (Decimal("0.38"), Decimal("-0.19")))
        preview.action_keep()
        self.assertIn("every contract", preview.message)

    def test_drawn_on_by_month_together(self):
        """A pool of two contracts, and an invoice in between: what is kept is what was shown."""
        other = self.contract.copy({"name": "Second contract of the customer"})
        self.new_number("+49 30 222", self.new_line(other, self.flat))
        for share in ("customer", "line"):
            self.env["telecom.allowance"].create(
                {
                    "tariff_id": self.flat.id,
                    "name": f"By {share}",
                    "quantity": 3,
                    "unit": "minute",
                    "period": "year" if share == "customer" else "month",
                    "rollover_periods": 0 if share == "customer" else 2,
                    "share": share,
                    "zone_ids": [(6, 0, self.mobile.ids)],
                }
            )
        for month in ("08", "09"):
            self.store_usage(
                [
                    {"b_number": MOBILE, "a_number": number, "quantity": 120,
                     "started_at": f"2026-{month}-{day} 10:00:00"}
                    for number in ("4930123456", "4930222") for day in (21, 22)
                ]
            )  # fmt: skip
        self.rate()
        self.invoice(self.env["telecom.usage.summary"].search([("contract_id", "=", other.id)]))
        self.store_usage([{"b_number": MOBILE, "started_at": "2026-08-05 10:00:00"}])
        preview = self.preview(date_from="2026-08-01")
        self.assertTrue(self.lines(preview))
        preview.action_keep()
        self.assertIn("every contract", preview.message)

    def test_a_draft_of_what_others_fall_back_on(self):
        self.flat.fallback_tariff_id = self.biz
        self.store_usage([{"b_number": "33123456"}])
        france = self.biz.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "fr")
        draft = self.draft(self.biz)
        draft.rate_ids.create({"version_id": draft.id, "zone_id": france.id, "price": 0.3})
        self.rate()
        preview = self.preview(kind="replay", version_id=draft.id)
        self.assertEqual(self.lines(preview)[self.contract.name][4], 1, "newly charged")

    def test_discarded(self):
        preview = self.preview()
        preview.action_discard()
        self.assertEqual((preview.state, len(preview.line_ids)), ("discarded", 0))
        with self.assertRaises(UserError):
            preview.action_keep()
        preview.action_compute()
        self.assertEqual((preview.state, len(preview.line_ids)), ("ready", 3))

    def test_by_the_scheduled_action_where_it_is_much(self):
        with patch.object(type(self.env["telecom.rating.preview"]), "_at_once", lambda _self: 0):
            preview = self.preview()
            self.assertEqual((preview.state, len(preview.line_ids)), ("waiting", 0))
            self.env["telecom.rating.preview"]._cron_compute()
            self.assertEqual((preview.state, preview.progress), ("ready", 100))
            preview.action_keep()
            self.assertEqual(preview.state, "keeping")
            self.env["telecom.rating.preview"]._cron_compute()
            self.assertEqual(preview.state, "kept")

    # --- around ----------------------------------------------------------------------------------

    def test_exported(self):
        self.flat.version_ids.rate_ids.filtered(lambda r: r.zone_id == self.mobile).price = 0.25
        preview = self.preview()
        for action in (preview.action_export_csv(), preview.action_export_xlsx()):
            number = int(action["url"].split("/")[-1].split("?")[0])
            attachment = self.env["ir.attachment"].browse(number)
            self.assertTrue(attachment.raw)
        preview.action_export_csv()
        text = self.env["ir.attachment"].search(
            [("res_model", "=", preview._name), ("name", "like", ".csv")], limit=1
        )
        rows = text.raw.decode("utf-8-sig").splitlines()
        self.assertEqual(len(rows), 4)
        self.assertIn("0.570000000000,0.750000000000,0.180000000000", rows[1])

    def test_who_may(self):
        preview = self.preview()
        with self.assertRaises(AccessError):
            preview.with_user(self.agent).read(["sums"])
        self.assertEqual(preview.with_user(self.manager).changed_count, 0)
        company = self.new_company("Second provider")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        for model in OWN:
            model = model.replace("_", ".")
            self.assertTrue(self.env[model].with_user(self.manager).search_count([]))
            self.assertFalse(self.env[model].with_user(stranger).search_count([]))

    def test_whole_months_are_shown_with_their_last_day(self):
        preview = self.preview(compute=False, date_from="2026-01-31", date_to="2026-02-01")
        self.assertEqual(
            (str(preview.date_from), str(preview.date_to)), ("2026-01-01", "2026-02-28")
        )
        self.assertEqual([str(day) for day in preview._months()], ["2026-01-01", "2026-02-01"])
        with Form(preview) as form:
            form.date_to = "2028-02-10"
            self.assertEqual(str(form.date_to), "2028-02-29")
            form.date_from = "2026-02-10"
            self.assertEqual(str(form.date_from), "2026-02-01")
        self.assertIn("2026-02–2028-02", preview.name)

    def test_old_ones_are_thrown_away(self):
        old, new = self.preview(), self.preview()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE telecom_rating_preview SET create_date = %s WHERE id = %s",
            [datetime.datetime.now() - datetime.timedelta(days=31), old.id],
        )
        self.env["telecom.rating.preview"]._gc_previews()
        self.assertEqual((old | new).exists(), new)
