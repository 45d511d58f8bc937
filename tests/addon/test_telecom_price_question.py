# SPDX-License-Identifier: AGPL-3.0-or-later
"""What does a call cost? The same price as when it is rated."""

import datetime

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from tests.addon.rating_common import RatingCase

START = datetime.datetime(2026, 9, 20, 10, 0)


@tagged("post_install", "-at_install")
class TestPriceQuestion(RatingCase):
    def ask(self, user=None, lang="en_US", **values):
        Question = self.env["telecom.price.question"].with_context(lang=lang)
        values = {"number": "0171 1234567", "started_at": START, "quantity": 61} | values
        wizard = Question.with_user(user or self.env.user).create(values)
        wizard.action_ask()
        return wizard

    def test_of_a_tariff(self):
        wizard = self.ask(tariff_id=self.biz.id)
        # 61 s at 0.12 a minute, by the second: 0.122, setup 0.05: 0.172
        self.assertEqual(wizard.price, "0.172 EUR")
        self.assertEqual(wizard.found_zone, "Mobile ← 4917")
        self.assertEqual(wizard.found_version, "From mid-September")
        self.assertIn("61 s", wizard.text)

    def test_services_are_chosen_by_their_names(self):
        form = Form(self.env["telecom.price.question"].with_context(lang="en_US"))
        self.assertEqual((form.kind, form.service, form.unit), ("voice", "voice", "second"))
        form.kind = "sms"
        self.assertEqual((form.service, form.unit), ("sms", "piece"))
        form.kind = "other"
        form.service = "hosting"
        form.tariff_id = self.biz
        question = form.save()
        self.assertEqual((question.kind, question.service), ("other", "hosting"))

    def test_opened_on_a_record_or_by_its_address(self):
        """The browser tells on which record a button was pressed; an address does not."""
        for record, name in (
            (self.biz, "tariff_id"),
            (self.biz.version_ids[0], "version_id"),
            (self.other_contract, "contract_id"),
        ):
            Question = self.env["telecom.price.question"].with_context(
                active_model=record._name, active_id=record.id
            )
            self.assertEqual(Form(Question)[name], record)
        actions = self.env["ir.actions.act_window"].search([("context", "like", "active_id")])
        ours = actions.filtered(lambda one: (one.res_model or "").startswith("telecom."))
        self.assertFalse(ours.mapped("xml_id"), "these cannot be opened by their address")
        self.assertFalse(Form(self.env["telecom.price.question"]).tariff_id)

    def test_by_the_version_of_the_day(self):
        for day, price in ((14, "0.03 EUR"), (15, "0.06 EUR")):
            wizard = self.ask(
                tariff_id=self.biz.id, number="030 999", quantity=60,
                started_at=datetime.datetime(2026, 9, day, 10, 0),
            )  # fmt: skip
            self.assertEqual(wizard.price, price)

    def test_of_a_draft(self):
        draft = self.biz.version_ids[0].copy({"name": "Dearer", "valid_from": "2026-12-01"})
        draft.rate_ids.filtered(lambda rate: rate.zone_id.code == "mob").price = 1.2
        wizard = self.ask(version_id=draft.id, tariff_id=self.biz.id)
        # 61 s at 1.2 a minute: 1.22, setup 0.05: 1.27
        self.assertEqual((wizard.price, wizard.found_version), ("1.27 EUR", "Dearer"))
        self.assertEqual(draft.state, "draft")

    def test_of_a_contract_with_what_is_left_of_its_allowance(self):
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.biz.id,
                "name": "Two minutes",
                "quantity": 2,
                "unit": "minute",
                "service": "voice",
            }
        )
        self.store_usage([{"a_number": "494055512", "b_number": "491711234567", "quantity": 90}])
        self.rate()
        wizard = self.ask(line_id=self.other.id, contract_id=self.other_contract.id)
        # 120 s granted, 90 s used, 30 s left: 31 s at 0.12 a minute = 0.062, setup 0.05
        self.assertEqual(wizard.price, "0.112 EUR")
        self.assertIn("Two minutes: 30 s left before, 30 used, 0 after", wizard.text)
        of_a_new_customer = self.ask(tariff_id=self.biz.id)
        self.assertEqual(of_a_new_customer.price, "0.00 EUR")
        self.assertIn("Two minutes: 120 s left before, 61 used", of_a_new_customer.text)

    def test_of_a_month_that_was_invoiced(self):
        self.store_usage([{"b_number": "491711234567"}])
        self.rate()
        asked = {"line_id": self.line.id, "contract_id": self.contract.id}
        self.assertNotIn("invoiced", self.ask(**asked).text)
        self.invoice(self.env["telecom.usage.summary"].search([]))
        late = self.ask(**asked)
        self.assertIn("The usage of September 2026 was invoiced.", late.text)
        self.assertEqual(late.price, "0.38 EUR")  # 2 × 0.19, as ever
        october = self.ask(**asked, started_at=datetime.datetime(2026, 10, 2))
        self.assertNotIn("invoiced", october.text)

    def test_the_same_as_rating(self):
        numbers = ["491711234567", "4930999", "33123456", "49110"]
        usage = self.store_usage(
            [
                {"a_number": "4930123456", "b_number": number, "quantity": quantity,
                 "started_at": START}
                for number in numbers
                for quantity in (0, 1, 60, 61)
            ]
        )  # fmt: skip
        self.rate()
        asked = []
        for number in numbers:
            for quantity in (0, 1, 60, 61):
                wizard = self.ask(line_id=self.line.id, number=f"+{number}", quantity=quantity)
                asked.append((wizard.price, bool(wizard.reason)))
        rated = []
        for price in self.prices(usage):
            good = price.replace(".", "").isdecimal()
            text = f"{price}.00" if "." not in price else price
            rated.append((f"{text} EUR" if good else "–", not good))
        self.assertEqual(asked, rated)
        self.assertIn(("–", True), rated)

    def test_nothing_is_stored(self):
        before = len(self.charges())
        self.ask(line_id=self.line.id)
        self.assertEqual(len(self.charges()), before)

    def test_incoming_calls_are_free(self):
        wizard = self.ask(tariff_id=self.biz.id, direction="in", number="+33 1 234567")
        self.assertEqual((wizard.price, wizard.reason), ("0.00 EUR", False))
        self.assertIn("cost nothing", wizard.text)

    def test_without_a_price_it_says_why(self):
        wizard = self.ask(tariff_id=self.flat.id, number="+33 1 234567")
        self.assertEqual((wizard.price, wizard.reason), ("–", "No zone for the number"))

    def test_in_german(self):
        wizard = self.ask(lang="de_DE", tariff_id=self.biz.id)
        self.assertEqual(wizard.price, "0,172 EUR")
        self.assertIn("Längste Vorwahl 4917", wizard.text)

    def test_window_finds_the_line_of_the_calling_number(self):
        with Form(self.env["telecom.price.question"].with_user(self.agent)) as form:
            form.started_at = START
            form.caller = "040 555-12"
            self.assertEqual(form.line_id, self.other)
            self.assertEqual(form.tariff_id, self.biz)
            form.kind = "sms"
            self.assertEqual(form.unit, "piece")

    def test_window_of_a_version(self):
        version = self.biz.version_ids[0]
        Question = self.env["telecom.price.question"].with_context(default_version_id=version.id)
        with Form(Question) as form:
            self.assertEqual((form.tariff_id, form.version_id), (self.biz, version))

    def test_what_is_missing_is_said(self):
        with self.assertRaises(UserError):
            self.ask()
        with self.assertRaises(ValidationError) as caught:
            self.ask(tariff_id=self.biz.id, number="Müller")
        self.assertIn("Müller", str(caught.exception))
        with self.assertRaises(UserError) as caught:
            self.ask(line_id=self.line.id, started_at=datetime.datetime(2025, 1, 1))
        self.assertIn("from 01/01/2026 to …, not on 01/01/2025", str(caught.exception))

    def test_another_company_learns_no_prices(self):
        company = self.new_company("Other tenant")
        self.agent.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        for values in ({"tariff_id": self.biz.id}, {"line_id": self.line.id}):
            with self.assertRaises(UserError):
                self.ask(user=self.agent, company_id=company.id, **values)
