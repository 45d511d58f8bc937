# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers: notations, blocks, and that a number has one owner at a time."""

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger
from psycopg2.errors import ExclusionViolation


@tagged("post_install", "-at_install")
class TestNumber(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.de")
        cls.partner = cls.env["res.partner"].create({"name": "Muster GmbH"})
        cls.contract = cls.env["contract.contract"].create(
            {
                "name": "Telephony",
                "partner_id": cls.partner.id,
                "contract_line_ids": [
                    (0, 0, {"name": name, "price_unit": 1, "date_start": "2026-01-01"})
                    for name in ("Line 1", "Line 2")
                ],
            }
        )
        cls.line, cls.other_line = cls.contract.contract_line_ids

    def _number(self, name, kind="single", line=None, **values):
        return self.env["telecom.number"].create(
            {"name": name, "kind": kind, "contract_line_id": (line or self.line).id, **values}
        )

    def test_two_transactions_cannot_give_a_number_to_two(self):
        """Neither sees the other's row, so both pass the check; the database objects at the end."""
        self._number("+49 30 123456", date_end="2026-09-30")
        later = self._number("+49 30 123456", line=self.other_line, date_start="2026-10-01")
        self._number("+49 30 123456", kind="head", date_start="2026-10-01")
        self.env.flush_all()
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")
        self.env.cr.execute(
            "UPDATE telecom_number SET date_start = '2026-09-30' WHERE id = %s", [later.id]
        )
        with (
            self.assertRaises(ExclusionViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_notations(self):
        for text in ("+49 30 123456", "030/123456", "0049 (30) 123-456", "+49 (0)30 123456"):
            with self.subTest(text):
                number = self._number(text)
                self.assertEqual(number.number, "4930123456")
                self.assertEqual(number.display_name, "+49 30 123456")
                number.unlink()

    def test_owner(self):
        number = self._number("+49 30 123456")
        self.assertEqual(number.contract_id, self.contract)
        self.assertEqual(number.partner_id, self.partner)
        self.assertIn(number, self.env["telecom.number"].search([("state", "in", ["active"])]))
        number.contract_line_id = False
        self.assertEqual(number.state, "free")

    def test_refused_with_value_and_remedy(self):
        def block(first, last):
            return {
                "name": "+49 30 1",
                "kind": "block",
                "range_from": first,
                "range_to": last,
            }

        cases = [
            ({"name": "Zentrale"}, "Zentrale", "+49 30 123456"),
            ({"name": "+49 30 12345678901234"}, "18 digits", "Correct the number"),
            ({"name": "trunk", "kind": "sip", "range_from": "1"}, "trunk", "Empty both"),
            ({"name": "+49 30 1", "range_from": "1", "range_to": "2"}, "+49 30 1", "kind “Block”"),
            (
                {"name": "+49 30 1", "kind": "block", "range_from": "0", "range_to": "99"},
                "0 to 99",
                "00",
            ),
            (
                {"name": "+49 30 1", "kind": "block", "range_from": "50", "range_to": "49"},
                "50 to 49",
                "00",
            ),
        ]
        for values, value, remedy in cases:
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                self._number(**values)
            self.assertIn(value, str(caught.exception))
            self.assertIn(remedy, str(caught.exception))

    def test_one_owner_at_a_time(self):
        first = self._number("+49 30 123456", date_end="2026-03-14")
        with self.assertRaises(ValidationError) as caught:
            self._number("030 123456", line=self.other_line, date_start="2026-03-14")
        self.assertIn(first.display_name, str(caught.exception))
        self._number("030 123456", line=self.other_line, date_start="2026-03-15")

    def test_blocks_may_be_nested_but_not_crossed(self):
        self._number("+49 30 123456", "block", range_from="00", range_to="49")
        self._number("+49 30 123456", "head")  # the whole head around its own block
        self._number("+49 30 12345620")  # one number out of the block
        self._number("+49 30 1234562", "head")  # a longer head inside
        self._number("+49 30 123456", "block", range_from="50", range_to="99")
        for first, last in (("40", "60"), ("10", "19"), ("00", "49")):
            with self.subTest(first), self.assertRaises(ValidationError):
                self._number("030 123456", "block", range_from=first, range_to=last)
        with self.assertRaises(ValidationError):
            # 3012345640–3012345699 of a shorter head crosses 00–49 of the longer one
            self._number("030 12345", "block", range_from="640", range_to="999")

    def test_accounts_are_exact(self):
        self._number("100", "sip")
        self._number("1000", "sip")
        with self.assertRaises(ValidationError):
            self._number(" 100 ", "sip", line=self.other_line)
