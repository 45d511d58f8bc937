# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rate decks: preview, a new version or nothing, and the way back."""

import base64
import datetime
import io
import random

import openpyxl
import pandas as pd
from odoo import Command
from odoo.addons.telecom_billing import rating
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged

DAY = datetime.date(2026, 7, 1)


def deck(*lines, head="Prefix;Destination;Price;Increment"):
    return "\r\n".join([head, *lines]).encode()


@tagged("post_install", "-at_install")
class TestDeckImport(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, lang="en_US"))
        cls.plan = cls.env["telecom.zone.plan"].create({"name": "Deck plan"})
        Zone = cls.env["telecom.zone"]
        cls.germany = Zone.create(
            {"plan_id": cls.plan.id, "code": "DE", "name": "Germany", "prefix_text": "49"}
        )
        cls.mobile = Zone.create(
            {"plan_id": cls.plan.id, "code": "MOB", "name": "Mobile", "prefix_text": "4915, 4916"}
        )
        cls.france = Zone.create(
            {"plan_id": cls.plan.id, "code": "FR", "name": "France", "prefix_text": "33"}
        )
        cls.tariff = cls.env["telecom.tariff"].create({"name": "Deck tariff", "code": "DECK"})
        rate = {"initial": 60, "step": 1}
        cls.version = cls.env["telecom.tariff.version"].create(
            {
                "tariff_id": cls.tariff.id,
                "name": "First",
                "valid_from": "2026-01-01",
                "zone_plan_id": cls.plan.id,
                "rounding_digits": 5,
                "rate_ids": [
                    Command.create({"zone_id": cls.germany.id, "price": 0.02} | rate),
                    Command.create(
                        {"zone_id": cls.mobile.id, "price": 0.1, "name": "Handy"} | rate
                    ),
                    Command.create({"zone_id": cls.france.id, "price": 0.05} | rate),
                    Command.create({"price": 0.5} | rate),
                ],
            }
        )
        cls.version.action_activate()

    def test_the_tariff_may_be_chosen_on_the_page(self):
        """Opened by its address, without a tariff: what is proposed comes with the choice."""
        form = Form(self.env["telecom.deck.import"])
        self.assertFalse(form.before_id)
        form.tariff_id = self.tariff
        self.assertEqual(form.before_id, self.version)
        self.assertEqual((form.price_per, form.initial, form.step), ("minute", 60, 1))
        on_tariff = self.env["telecom.deck.import"].with_context(
            active_model="telecom.tariff", active_id=self.tariff.id
        )
        self.assertEqual(Form(on_tariff).before_id, self.version)

    def _wizard(self, content, file_name="deck.csv", **values):
        """The wizard as a person fills it; ``values`` over what is proposed."""
        Import = self.env["telecom.deck.import"].with_context(
            default_tariff_id=self.tariff.id, default_file_name=file_name
        )
        with Form(Import) as form:
            form.file = base64.b64encode(content).decode()
            form.valid_from = DAY
            for field, value in values.items():
                setattr(form, field, value)
        return form.save()

    def _import(self, content, **values):
        wizard = self._wizard(content, **values)
        wizard.action_preview()
        return self.env["telecom.tariff.version"].browse(wizard.action_import()["res_id"])

    def _everything(self):
        """All that the version in force consists of."""
        self.env.invalidate_all()
        zones = self.plan.zone_ids
        records = (self.version, self.version.rate_ids, self.plan, zones, zones.prefix_ids)
        return [record.read() for record in records]

    def _statuses(self, wizard):
        return {change.prefix: change.status for change in wizard.change_ids}

    def test_preview_counts_and_lists_every_change(self):
        wizard = self._wizard(
            deck(
                "49;Germany;0,03;60/1",
                "4915;Mobile;0,09;60/1",
                "4916;Mobile;0,1;60/60",
                "43;Austria;0,04;60/1",
            )
        )
        self.assertEqual(wizard.decimal_sign, ",")
        self.assertEqual(wizard.before_id, self.version)
        self.assertEqual((wizard.initial, wizard.step, wizard.price_per), (60, 1, "minute"))
        wizard.action_preview()
        self.assertEqual(
            self._statuses(wizard),
            {"49": "dearer", "4915": "cheaper", "4916": "terms", "43": "new", "33": "gone"},
        )
        self.assertEqual(
            [wizard[f"{name}_count"] for name in ("new", "dearer", "cheaper", "terms", "gone")],
            [1, 1, 1, 1, 1],
        )
        dearer = wizard.change_ids.filtered(lambda change: change.status == "dearer")
        # 0.03 / 0.02 = 1.5
        self.assertEqual((dearer.old_price, dearer.new_price, dearer.change), (0.02, 0.03, 50.0))
        self.assertEqual(dearer.line, 2)
        self.assertEqual(self.tariff.version_ids, self.version, "a preview makes nothing")

    def test_a_new_draft_version_with_a_plan_of_its_own(self):
        before = self._everything()
        version = self._import(
            deck("49;Germany;0,03;60/1", "4915, 4916;Mobile;0,09;60/1", "43;Austria;0,04;1/1"),
            name="Deck 7",
        )
        self.assertEqual((version.state, version.valid_from), ("draft", DAY))
        self.assertEqual(version.rounding_digits, 5, "rules are those of the version before")
        self.assertNotEqual(version.zone_plan_id, self.plan)
        rates = {rate.zone_id.code: rate for rate in version.rate_ids}
        self.assertEqual(set(rates), {"DE", "MOB", "AUSTRIA", False})
        self.assertEqual((rates["MOB"].price, rates["MOB"].name), (0.09, "Handy"))
        self.assertEqual(rates["MOB"].zone_id.prefix_ids.mapped("prefix"), ["4915", "4916"])
        self.assertEqual((rates["AUSTRIA"].initial, rates["AUSTRIA"].step), (1, 1))
        self.assertEqual(rates[False].price, 0.5, "the rate of any destination is taken over")
        self.assertEqual(before, self._everything(), "nothing that is in force is touched")
        version.action_activate()
        self.assertEqual(self.version.valid_until, DAY - datetime.timedelta(days=1))

    def test_prices_for_certain_callers_stay_beside_the_deck(self):
        """From where is called no deck says; a callers' zone stays what it is."""
        callers = self.env["telecom.zone.plan"].create({"name": "Callers"})
        eea = self.env["telecom.zone"].create(
            {"plan_id": callers.id, "code": "EEA", "name": "EEA", "prefix_text": "33, 49"}
        )
        for origin, price in ((eea, 0.01), (self.france, 0.015)):
            self.env["telecom.rate"].create(
                {"version_id": self.version.id, "zone_id": self.germany.id, "price": price,
                 "origin_ids": [Command.set(origin.ids)]}
            )  # fmt: skip
        before = self._everything()
        version = self._import(deck("49;Germany;0,03;60/1", "43;Austria;0,04;1/1"))
        self.assertEqual(before, self._everything())
        self.assertNotEqual(version.zone_plan_id, self.plan)
        german = version.rate_ids.filtered(lambda rate: rate.zone_id.code == "DE")
        self.assertEqual(
            {rate.origin_ids: rate.price for rate in german},
            {eea.browse(): 0.03, eea: 0.01, self.france: 0.015},
        )

    def test_the_plan_stays_where_only_prices_change(self):
        version = self._import(
            deck(
                "49;Germany;0,03;60/1", "4915-4916;Mobile;0,1;60/1", "33;France;0,05;60/1",
            )
        )  # fmt: skip
        self.assertEqual(version.zone_plan_id, self.plan)
        self.assertEqual(
            {rate.zone_id: rate.price for rate in version.rate_ids if rate.zone_id},
            {self.germany: 0.03, self.mobile: 0.1, self.france: 0.05},
        )

    def test_prefixes_gone_are_kept_on_wish(self):
        version = self._import(deck("49;Germany;0,03;60/1"), gone="keep")
        self.assertEqual(version.zone_plan_id, self.plan)
        self.assertEqual(len(version.rate_ids), 4)
        other = self._import(deck("49;Germany;0,03;60/1"))
        self.assertEqual(other.rate_ids.mapped("zone_id.code"), ["DE"])

    def test_a_zone_falls_apart_where_prices_differ(self):
        version = self._import(deck("4915;Mobile;0,08;60/1"), gone="keep")
        mobile = version.rate_ids.filtered(lambda rate: rate.zone_id.name == "Mobile")
        self.assertEqual(
            {(rate.zone_id.code, rate.zone_id.prefix_text, rate.price) for rate in mobile},
            {("MOB", "4915", 0.08), ("MOBILE", "4916", 0.1)},
        )

    def test_one_faulty_line_and_nothing_is_made(self):
        wizard = self._wizard(
            deck("49;Germany;0,03;60/1", "49x;Germany;0,03;60/1", "4,92E+11;Mobile;-1;60/1")
        )
        wizard.action_preview()
        self.assertEqual(wizard.fault_count, 2)
        self.assertEqual(
            [(fault.line, fault.reason) for fault in wizard.fault_ids],
            [
                (3, "“49x” is not a prefix."),
                (4, "“4,92E+11” was damaged by a spreadsheet."),
                (4, "-1 is negative."),
            ],
        )
        self.assertTrue(all(wizard.fault_ids.mapped("remedy")))
        with self.assertRaises(UserError) as caught:
            wizard.action_import()
        self.assertIn("2 lines", str(caught.exception))
        self.assertEqual(self.tariff.version_ids, self.version)

    def test_what_the_file_does_not_tell_is_asked(self):
        wizard = self._wizard(deck("49;Germany;1,234;60/1"), valid_from=False)
        self.assertFalse(wizard.decimal_sign, "1,234 may be one or a thousand")
        with self.assertRaises(UserError) as caught:
            wizard.action_preview()
        self.assertIn("New version valid from, Decimal Sign", str(caught.exception))

    def test_the_sheet_with_prices_is_found(self):
        book = openpyxl.Workbook()
        book.active.title = "Cover"
        book.active.append(["All prices without VAT"])
        prices = book.create_sheet("Prices")
        for row in (["Prefix", "Destination", "Price"], ["49", "Germany", "0,019"]):
            prices.append(row)
        sink = io.BytesIO()
        book.save(sink)
        wizard = self._wizard(sink.getvalue(), "deck.xlsx")
        self.assertEqual((wizard.sheet, wizard.sheets), ("Prices", "Cover, Prices"))
        wizard.action_preview()
        self.assertEqual(wizard.line_count, 1)
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as told:
            wizard = self._wizard(sink.getvalue(), "deck.xlsx", sheet="Cover")
        self.assertIn("looks like a price list", told.output[0])
        with self.assertRaisesRegex(UserError, "looks like a price list"):
            wizard.action_preview()

    def test_effective_dates_become_dated_prefixes(self):
        head = "Prefix;Destination;Rate;Increment;Effective date"
        version = self._import(
            deck(
                "49;Germany;0,03;60/1;01.07.2026",
                "33;France;0,07;60/1;15.07.2026",
                "4915;Mobile;0,1;60/1;01.01.2026",
                "4916;Mobile;0,1;60/1;01.01.2026",
                head=head,
            )
        )
        france = {
            (rate.price, prefix.valid_from, prefix.valid_to)
            for rate in version.rate_ids
            for prefix in rate.zone_id.prefix_ids
            if prefix.prefix == "33"
        }
        day = datetime.date(2026, 7, 15)
        self.assertEqual(
            france, {(0.05, False, day - datetime.timedelta(days=1)), (0.07, day, False)}
        )
        version.action_activate()
        self.tariff._refuse_bad_book()

    def test_prices_no_deck_can_say_are_carried_over(self):
        other = self.version.copy({"name": "Steps", "valid_from": "2026-03-01"})
        rate = other.rate_ids.filtered(lambda one: one.zone_id == self.france)
        step = {"quantity_from": 0, "price": 0.2, "price_per": 60}
        rate.write({"price": 0, "initial": 0, "step": 0, "step_ids": [Command.create(step)]})
        version = self._import(deck("49;Germany;0,03;60/1"), before_id=other)
        self.assertEqual(set(version.rate_ids.mapped("zone_id.code")), {"DE", "FR"})
        france = version.rate_ids.filtered(lambda one: one.zone_id.code == "FR")
        self.assertEqual(france.step_ids.mapped("price"), [0.2])

    def test_allowances_follow_into_the_new_plan(self):
        allowance = self.env["telecom.allowance"].create(
            {
                "tariff_id": self.tariff.id,
                "name": "Free minutes",
                "quantity": 100,
                "zone_ids": [Command.set(self.mobile.ids)],
            }
        )
        version = self._import(deck("4915;Mobile;0,1;60/1"))
        new = version.rate_ids.zone_id
        self.assertNotEqual(new, self.mobile)
        self.assertEqual(allowance.zone_ids, self.mobile | new)
        version.action_activate()
        book = self.tariff._to_book()
        self.assertEqual(set(book["allowances"][0]["zones"]), {self.mobile.id, new.id})

    def test_export_and_import_find_everything_unchanged(self):
        band = self.env["telecom.band"].create(
            {"name": "Peak", "code": "deck-peak", "time_from": 8, "time_to": 18}
        )
        self.version.rate_ids.create(
            [
                {
                    "version_id": self.version.id,
                    "zone_id": self.germany.id,
                    "band_id": band.id,
                    "price": 0.0312345,
                    "setup": 0.05,
                    "minimum": 0.01,
                },
                {
                    "version_id": self.version.id,
                    "zone_id": self.france.id,
                    "service": "sms",
                    "unit": "piece",
                    "price_per": 1,
                    "price": 0.07,
                },
                {
                    "version_id": self.version.id,
                    "zone_id": self.france.id,
                    "direction": "in",
                    "flat": True,
                },
            ]
        )
        for kind in ("csv", "xlsx"):
            for lang in ("en_US", "de_DE"):
                with self.subTest(kind=kind, lang=lang):
                    export = (
                        self.env["telecom.deck.export"]
                        .with_context(lang=lang)
                        .create({"version_id": self.version.id, "kind": kind})
                    )
                    export.action_export()
                    self.assertEqual(export.left_out, 1, "the rate of any destination")
                    wizard = self._wizard(base64.b64decode(export.file), export.file_name)
                    self.assertEqual(
                        wizard.decimal_sign, export.decimal_sign if kind == "csv" else "."
                    )
                    wizard.action_preview()
                    self.assertFalse(wizard.fault_ids.mapped("reason"))
                    self.assertEqual(set(wizard.change_ids.mapped("status")), {"same"})
                    self.assertEqual(wizard.same_count, 7)  # 49, 49 peak, 4915, 4916, 33 ×3

    def test_rated_by_what_the_deck_says(self):
        pick = random.Random(7)
        later = DAY + datetime.timedelta(days=10)
        said, lines = {}, []
        for number in range(300):
            prefix = "49" + str(pick.randrange(10 ** pick.randrange(1, 5)))
            day = pick.choice([None, later])
            if (prefix, day) in said:
                continue
            said[prefix, day] = price = pick.randrange(10_000)
            lines.append(f"{prefix};Zone {number % 40};0,{price:04d};60/60;{day or ''}")
        version = self._import(
            deck(*lines, head="Prefix;Destination;Price;Increment;Valid from"),
            before_id=self.version.browse(),
        )
        version.action_activate()
        self.version.valid_to = DAY - datetime.timedelta(days=1)
        numbers = [f"49{pick.randrange(10**7):07d}" for _number in range(400)]
        for day in (DAY, later - datetime.timedelta(days=1), later):
            usage = pd.DataFrame(
                {
                    "started_at": pd.to_datetime([f"{day} 12:00:00"] * len(numbers)),
                    "quantity": 60_000_000,
                    "b_number": pd.array([int(number) for number in numbers], dtype="Int64"),
                    "tariff": str(self.tariff.id),
                }
            )
            rated = rating.rate(rating.TariffBook(self.tariff._to_book()), usage).charges
            found = rated["price"].where(rated["reason"].isna(), -1).tolist()
            self.assertEqual(found, [self._said(said, number, day, later) for number in numbers])
            self.assertGreater(len(set(found)), 20)

    def _said(self, said, number, day, later):
        """Millionths a minute by the longest prefix in force; -1 where there is none."""
        for size in range(len(number), 0, -1):
            head = number[:size]
            if day >= later and (head, later) in said:
                return said[head, later] * 100
            if (head, None) in said:
                return said[head, None] * 100
        return -1

    def test_only_managers(self):
        agent = self.env["res.users"].create(
            {
                "name": "Agent",
                "login": "deck_agent",
                "group_ids": [Command.set(self.env.ref("telecom_billing.group_telecom_user").ids)],
            }
        )
        wizard = self._wizard(deck("49;Germany;0,03;60/1"))
        with self.assertRaises(AccessError):
            wizard.with_user(agent).action_preview()
