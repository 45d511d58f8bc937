# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is set aside: grouped by cause, solved or written off, and counted all the while."""

from odoo.addons.telecom_billing.models import control_totals
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from tests.addon.rating_common import RatingCase

MOBILE = "491512345678"


@tagged("post_install", "-at_install")
class TestTelecomSuspense(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.month = cls.new_run()
        usage = [
            {"a_number": "498912345", "b_number": MOBILE, "started_at": f"2026-09-0{day} 08:00:00"}
            for day in (1, 2, 3)
        ]
        usage += [{"a_number": f"4969111{n:02}", "b_number": MOBILE} for n in (10, 11, 19)]
        usage += [
            {"a_number": "494055501", "b_number": "351211234567", "quantity": 61},
            {"a_number": "494055502", "b_number": "351217654321"},
            {"a_number": "494055502", "b_number": "351911234567"},
            {"a_number": None, "account": "trunk-9"},
            {"b_number": MOBILE},
        ]
        cls.usage = cls.store_usage(usage)
        cls.env["telecom.rating.state"]._rate_months(cls.company)

    def groups(self, **values):
        found = self.env["telecom.suspense"].search([])
        return found.filtered(lambda g: all(g[name] == value for name, value in values.items()))

    def check_totals(self):
        """Every stage of the control totals agrees; {stage: records}."""
        self.check_sums()
        self.month._adopt_deliveries()
        rows = control_totals.rows(self.month)
        for row in rows:
            self.assertIsNot(row["check"], False, row)
        return {row["stage"]: row["records"] for row in rows}

    def ask(self, action, user=None, **values):
        """Answer the question that an action of groups asks, with its defaults."""
        env = self.env(user=user) if user else self.env
        form = Form(env[action["res_model"]].with_context(**action["context"]))
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def test_grouped_by_cause(self):
        found = {
            (group.reason, group.subject): (group.kind, group.records, group.quantity)
            for group in self.groups()
        }
        self.assertEqual(
            found,
            {
                ("unknown-number", "498912345"): ("number", 3, 180),
                ("unknown-number", "496911110"): ("number", 1, 60),
                ("unknown-number", "496911111"): ("number", 1, 60),
                ("unknown-number", "496911119"): ("number", 1, 60),
                ("unknown-number", "trunk-9"): ("number", 1, 60),
                # Portugal by country code and one digit: landlines apart from mobiles.
                ("no-zone", "3512"): ("prefix", 2, 121),
                ("no-zone", "3519"): ("prefix", 1, 60),
            },
        )
        landline = self.groups(subject="3512")
        self.assertEqual(landline.tariff_id, self.biz)
        self.assertIn("351", landline.example)
        self.assertIn(self.biz.name, landline.remedy)
        numbers = self.groups(subject="498912345")
        self.assertEqual(str(numbers.first_started_at), "2026-09-01 08:00:00")
        self.assertEqual(str(numbers.last_started_at), "2026-09-03 08:00:00")
        self.assertEqual(self.check_totals()["suspense"], 10)

    def test_records_of_a_group(self):
        action = self.groups(subject="3512").action_open_records()
        charges = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sorted(charges.mapped("usage_id")), self.usage[6:8])
        action = self.groups(subject="3512").action_explain()
        self.assertIn("351", self.env[action["res_model"]].browse(action["res_id"]).text)

    def test_number_assigned_from_a_day(self):
        action = self.groups(subject="498912345").action_assign_number()
        wizard = self.ask(action, contract_line_id=self.line, date_start="2026-09-02")
        self.assertEqual((wizard.name, wizard.kind, wizard.records), ("+498912345", "single", 3))
        told = wizard.action_assign()["params"]
        self.assertEqual(told["type"], "success")
        self.assertEqual(self.prices(self.usage[:3]), ["not-assigned", "0.19", "0.19"])
        number = self.env["telecom.number"].search([("number", "=", "498912345")])
        self.assertEqual(str(number.date_start), "2026-09-02")
        self.assertEqual(self.groups(subject="498912345").mapped("reason"), ["not-assigned"])
        totals = self.check_totals()
        self.assertEqual((totals["suspense"], totals["charged"]), (8, 3))

    def test_default_day_is_that_of_the_first_record(self):
        action = self.groups(subject="498912345").action_assign_number()
        wizard = self.ask(action, contract_line_id=self.line)
        self.assertEqual(str(wizard.date_start), "2026-09-01")

    def test_several_numbers_as_a_block(self):
        groups = self.groups().filtered(lambda g: (g.subject or "").startswith("4969"))
        wizard = self.ask(groups.action_assign_number(), contract_line_id=self.line)
        self.assertTrue(wizard.together)
        self.assertEqual(
            (wizard.name, wizard.kind, wizard.range_from, wizard.range_to),
            ("+49691111", "block", "0", "9"),
        )
        wizard.action_assign()
        self.assertEqual(self.prices(self.usage[3:6]), ["0.19"] * 3)
        self.check_totals()

    def test_several_numbers_one_by_one(self):
        groups = self.groups().filtered(lambda g: (g.subject or "").startswith("4969"))
        wizard = self.ask(groups.action_assign_number(), contract_line_id=self.line, together=False)
        wizard.action_assign()
        made = self.env["telecom.number"].search([("number", "=like", "4969%")])
        self.assertEqual(made.mapped("kind"), ["single"] * 3)
        self.check_totals()

    def test_account_assigned(self):
        wizard = self.ask(
            self.groups(subject="trunk-9").action_assign_number(), contract_line_id=self.line
        )
        self.assertEqual(wizard.kind, "account")
        wizard.action_assign()
        self.assertEqual(self.prices(self.usage[9:10]), ["0"])

    def test_prefix_into_a_zone(self):
        group = self.groups(subject="3512")
        zone = self.biz.version_ids.zone_plan_id.zone_ids.filtered(lambda z: z.code == "mob")
        wizard = self.ask(group.action_add_prefix(), zone_id=zone)
        self.assertEqual(wizard.prefixes, "3512")
        self.assertFalse(wizard.needs_price)
        wizard.action_add()
        # 61 s and 60 s at 0.12 a minute and 0.05 each.
        self.assertEqual(self.prices(self.usage[6:9]), ["0.172", "0.17", "no-zone"])
        self.check_totals()

    def test_prefixes_into_a_new_zone_with_a_price(self):
        groups = self.groups(kind="prefix")
        wizard = self.ask(
            groups.action_add_prefix(),
            prefixes="351",
            is_new=True,
            zone_name="Portugal",
            zone_code="pt",
            price=0.3,
            initial=60,
            step=60,
        )
        self.assertTrue(wizard.needs_price)
        wizard.action_add()
        self.assertEqual(self.prices(self.usage[6:9]), ["0.6", "0.3", "0.3"])
        self.assertFalse(self.groups(kind="prefix"))
        self.check_totals()

    def test_a_new_zone_is_not_free_by_mistake(self):
        groups = self.groups(kind="prefix")
        named = {"prefixes": "351", "is_new": True, "zone_name": "Portugal", "zone_code": "pt"}
        with self.assertRaisesRegex(UserError, "351 would be free.*Flat"), self.cr.savepoint():
            self.ask(groups.action_add_prefix(), **named).action_add()
        self.ask(groups.action_add_prefix(), **named, flat=True).action_add()
        self.assertEqual(self.prices(self.usage[6:9]), ["0", "0", "0"])
        self.assertFalse(self.groups(kind="prefix"))

    def test_cause_is_opened(self):
        action = self.groups(subject="3512").action_open_cause()
        self.assertEqual(action["res_model"], "telecom.tariff")
        ended = self.new_line(self.contract, self.flat, date_end="2026-09-10")
        self.new_number("+49 30 888", ended)
        self.store_usage([{"a_number": "4930888"}])
        self.rate()
        action = self.groups(reason="line-ended").action_open_cause()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("contract.contract", self.contract.id)
        )

    def test_written_off_and_undone(self):
        group = self.groups(subject="498912345")
        wizard = self.ask(group.action_write_off(), self.manager, note="Our own tests")
        wizard.action_write_off()
        off = self.env["telecom.write.off"].search([])
        self.assertEqual((off.records, off.quantity, off.run_id), (3, 180, self.month))
        self.assertEqual((off.user_id, off.note), (self.manager, "Our own tests"))
        self.assertFalse(self.groups(subject="498912345"))
        totals = self.check_totals()
        self.assertEqual((totals["suspense"], totals["written_off"]), (7, 3))
        # Even with an owner nobody is charged, however it is rated.
        self.new_number("+49 89 12345", self.line)
        for everything in (False, True):
            self.rate(everything=everything)
            self.assertEqual(self.prices(self.usage[:3]), ["unknown-number"] * 3)
            self.assertEqual(self.check_totals()["written_off"], 3)
        off.with_user(self.manager).action_undo()
        self.assertEqual((off.is_undone, off.undone_by), (True, self.manager))
        self.rate()
        self.assertEqual(self.prices(self.usage[:3]), ["0.19"] * 3)
        self.assertNotIn("written_off", self.check_totals())
        with self.assertRaises(UserError):
            off.sudo().unlink()

    def test_written_off_before_there_is_a_run(self):
        self.month.unlink()
        self.groups(subject="498912345").env["telecom.write.off"]._make(
            self.groups(subject="498912345"), "Tests"
        )
        off = self.env["telecom.write.off"].search([])
        self.assertFalse(off.run_id)
        self.month = self.new_run()
        self.assertEqual(self.check_totals()["written_off"], 3)
        self.assertEqual(off.run_id, self.month)
        # The next month's run does not count them once more.
        later = self.new_run("2026-10-01")
        later._adopt_deliveries()
        rows = {row["stage"]: row for row in control_totals.rows(later)}
        self.assertNotIn("written_off", rows)
        self.assertFalse([row for row in rows.values() if row["check"] is False])
        self.month.state = "done"
        with self.assertRaises(UserError):
            off.action_undo()

    def test_an_undone_delivery_takes_its_write_offs_along(self):
        self.env["telecom.write.off"]._make(self.groups(subject="498912345"), "Tests")
        self.env["telecom.usage"].browse(self.usage).delivery_id._undo()
        self.rate()
        self.assertFalse(self.charges())
        self.check_sums()

    def test_who_may(self):
        group = self.groups(subject="498912345").with_user(self.agent)
        self.assertTrue(group.records)
        with self.assertRaises(AccessError):
            self.ask(group.action_write_off(), self.agent, note="No")
        with self.assertRaises(AccessError):
            group.env["telecom.write.off"]._make(group, "No")
        with self.assertRaises(UserError):
            group.sudo().unlink()
        company = self.new_company("Second provider")
        stranger = self.new_user("stranger", "telecom_billing.group_telecom_manager")
        stranger.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        self.assertFalse(self.env["telecom.suspense"].with_user(stranger).search_count([]))

    def test_rate_again_tells_when_nothing_changed(self):
        told = self.groups(subject="3512").action_rate_again()["params"]
        self.assertEqual(told["type"], "warning")
        self.assertIn("10", told["message"])
