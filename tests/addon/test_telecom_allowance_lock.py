# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a basic fee contained in invoiced months stays."""

import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestAllowanceLock(RatingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.minutes = cls.new_allowance("Ten minutes")
        cls.store_usage([{"b_number": "491512345678", "started_at": "2026-09-20 10:00:00"}])
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        cls.summary = cls.env["telecom.usage.summary"].search([("tariff_id", "=", cls.flat.id)])
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_line_ids": [(0, 0, {"name": "Usage", "quantity": 1, "price_unit": 1})],
            }
        )
        cls.summary.invoice_line_id = move.invoice_line_ids
        cls.env.flush_all()

    @classmethod
    def new_allowance(cls, name, **vals):
        values = {"tariff_id": cls.flat.id, "name": name, "quantity": 10, "service": "voice"}
        return cls.env["telecom.allowance"].create(values | vals)

    def refused(self, what):
        with self.cr.savepoint(), self.assertRaisesRegex(UserError, "up to 09/20/2026"):
            what()
        self.env.invalidate_all()

    def test_it_is_not_changed_for_months_on_invoices(self):
        for vals in (
            {"quantity": 1000},
            {"unit": "second"},
            {"kind": "flat"},
            {"valid_from": "2026-09-21"},
            {"tariff_id": self.biz.id},
            {"valid_to": "2026-09-19"},
        ):
            self.refused(lambda vals=vals: self.minutes.write(vals))
        self.refused(self.minutes.unlink)
        self.refused(lambda: self.new_allowance("A gift afterwards"))
        self.minutes.write({"name": "Ten", "quantity": 10, "zone_ids": [(5, 0, 0)]})

    def test_another_one_follows_from_a_day_on(self):
        self.minutes.valid_to = "2026-09-30"
        more = self.new_allowance("A hundred", quantity=100, valid_from="2026-10-01")
        more.quantity = 200
        more.unlink()
        self.minutes.valid_to = False

    def test_what_was_over_does_not_come_back(self):
        self.summary.invoice_line_id = False
        self.minutes.valid_to = "2026-08-31"
        self.summary.invoice_line_id = self.env["account.move.line"].search(
            [("name", "=", "Usage")], limit=1, order="id desc"
        )
        self.env.flush_all()
        self.refused(lambda: self.minutes.write({"valid_to": False}))

    def test_a_draft_may_contain_what_it_likes(self):
        draft = self.flat.version_ids.copy({"name": "Draft", "valid_from": "2026-09-01"})
        self.new_allowance("Of the draft", version_id=draft.id).quantity = 500

    def test_which_of_two_is_used_up_first_stays(self):
        self.summary.invoice_line_id = False
        self.env.flush_all()
        more = self.new_allowance("More", sequence=20)
        texts = self.new_allowance("Texts", sequence=30, service="sms")
        self.summary.invoice_line_id = self.env["account.move.line"].search(
            [("name", "=", "Usage")], limit=1, order="id desc"
        )
        self.env.flush_all()
        with (
            self.assertRaisesRegex(UserError, "“Ten minutes” came before “More”.*09/20/2026"),
            self.cr.savepoint(),
        ):
            self.minutes.sequence = 25
        self.env.invalidate_all()
        texts.sequence = 1
        more.sequence = 40
