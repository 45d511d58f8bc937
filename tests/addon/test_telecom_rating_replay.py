# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft, or another tariff, held against a month of the past: nothing is touched."""

from decimal import Decimal

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from tests.addon.preview_case import PreviewCase


@tagged("post_install", "-at_install")
class TestTelecomRatingReplay(PreviewCase):
    def test_a_draft_on_an_invoiced_month(self):
        self.invoice(self.env["telecom.usage.summary"].search([]))
        draft = self.draft(self.flat, mob=0.1)
        before = self.everything()
        preview = self.preview(kind="replay", version_id=draft.id)
        self.assertEqual(self.everything(), before)
        self.assertEqual(list(self.lines(preview)), [self.contract.name])
        row = self.lines(preview)[self.contract.name]
        self.assertEqual(row[-3:], (Decimal("0.57"), Decimal("0.3"), Decimal("-0.27")))
        self.assertIn(draft.display_name, preview.name)
        with self.assertRaises(UserError):
            preview.action_keep()
        self.assertEqual(draft.action_replay()["context"]["default_version_id"], draft.id)

    def test_the_same_version_changes_nothing(self):
        """Also with an allowance of the version, in the middle of its validity."""
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.flat.id,
                "version_id": self.flat.version_ids.id,
                "name": "1 minute",
                "quantity": 1,
                "unit": "minute",
                "zone_ids": [(6, 0, self.mobile.ids)],
            }
        )
        self.rate(everything=True)
        self.assertEqual(self.prices(self.usage[:2]), ["0.19", "0.19"])
        self.invoice(self.env["telecom.usage.summary"].search([]))
        preview = self.preview(kind="replay", version_id=self.flat.version_ids.id)
        self.assertFalse(self.lines(preview))
        self.assertEqual(self.lines(preview, False)[self.contract.name][:2], (2, 2))

    def test_a_draft_with_its_allowance_as_if_it_had_been_in_force(self):
        draft = self.draft(self.biz, mob=0.2)
        self.env["telecom.allowance"].create(
            {
                "tariff_id": self.biz.id,
                "version_id": draft.id,
                "name": "30 seconds",
                "quantity": 30,
                "unit": "second",
                "count": "exact",
            }
        )
        preview = self.preview(kind="replay", version_id=draft.id)
        row = self.lines(preview)[self.other_contract.name]
        # 60 s, of which 30 s are free: 30 s at 0.20 a minute and 0.05.
        self.assertEqual(row[-2], Decimal("0.15"))
        (self.biz.version_ids - draft).write({"state": "draft"})
        draft.write({"valid_from": "2026-01-01", "state": "active"})
        self.rate(everything=True)
        self.assertEqual(self.prices(self.usage[2:3]), ["0.15"])

    def test_another_tariff_as_if_the_lines_had_it(self):
        preview = self.preview(
            kind="replay",
            replay_by="tariff",
            tariff_id=self.flat.id,
            other_tariff_id=self.biz.id,
        )
        row = self.lines(preview)[self.contract.name]
        # 61 s and 60 s at 0.12 a minute, 0.05 each: 0.172 + 0.17.
        self.assertEqual(row[-2], Decimal("0.342"))
        self.line.telecom_tariff_id = self.biz
        self.rate()
        self.assertEqual(self.prices(self.usage[:2]), ["0.172", "0.17"])

    def test_refused(self):
        with self.assertRaises(ValidationError):
            self.preview(kind="replay")
        with self.assertRaises(ValidationError):
            self.preview(
                kind="replay",
                replay_by="tariff",
                tariff_id=self.flat.id,
                other_tariff_id=self.flat.id,
            )

    def test_faulty_prices_are_told(self):
        draft = self.draft(self.flat)
        draft.rate_ids.flush_recordset()
        # What entering would have refused.
        self.env.cr.execute(
            "UPDATE telecom_rate SET split = 'sideways' WHERE version_id = %s", [draft.id]
        )
        draft.rate_ids.invalidate_recordset()
        preview = self.preview(kind="replay", version_id=draft.id)
        self.assertEqual(preview.state, "failed")
        self.assertIn("sideways", preview.message)
