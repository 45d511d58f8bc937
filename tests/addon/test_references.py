# SPDX-License-Identifier: AGPL-3.0-or-later
"""What rating's rows refer to is not deleted under them, although there are no foreign keys."""

import psycopg2
from odoo.addons.telecom_billing.store import summaries
from odoo.addons.telecom_billing.store.references import Reference
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from tests.addon.rating_common import RatingCase


@tagged("post_install", "-at_install")
class TestReferences(RatingCase):
    def setUp(self):
        super().setUp()
        self.store_usage([{"quantity": 61}])
        self.rate()
        self.summary = self.env["telecom.usage.summary"].search(
            [("contract_id", "=", self.contract.id)]
        )
        self.assertEqual(len(self.summary), 1)

    def delete(self, table, number):
        with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(SQL("DELETE FROM %s WHERE id = %s", SQL.identifier(table), number))

    def test_writing_summaries_looks_nothing_up(self):
        names = {name for name, f in self.summary._fields.items() if isinstance(f, Reference)}
        self.assertLessEqual({name for name in summaries.KEYS if name.endswith("_id")}, names)
        rows = self.env.execute_query(
            SQL(
                "SELECT conname FROM pg_constraint WHERE contype = 'f'"
                " AND conrelid = 'telecom_usage_summary'::regclass ORDER BY 1"
            )
        )
        kept = [name for (name,) in rows]
        self.assertEqual([name for name in kept if name.split("_summary_")[1][:-5] in names], [])

    def test_the_refusal_names_the_summary(self):
        line = self.line.copy({"telecom_tariff_id": self.flat.id})
        self.env.cr.execute(
            SQL(
                "UPDATE telecom_usage_summary SET contract_line_id = %s WHERE id = %s",
                line.id,
                self.summary.id,
            )
        )
        with self.assertRaises(psycopg2.errors.ForeignKeyViolation) as caught:
            self.delete("contract_line", line.id)
        self.assertEqual(
            caught.exception.diag.constraint_name, "telecom_usage_summary_contract_line_id_fkey"
        )
        self.env.cr.execute(
            SQL("UPDATE telecom_usage_summary SET contract_line_id = %s", self.line.id)
        )
        self.delete("contract_line", line.id)

    def test_the_others_become_empty(self):
        number = self.new_number("+49 30 654321", self.line)
        self.env.cr.execute(
            SQL(
                "UPDATE telecom_usage_summary SET number_id = %s WHERE id = %s",
                number.id,
                self.summary.id,
            )
        )
        self.delete("telecom_number", number.id)
        self.env.invalidate_all()
        self.assertFalse(self.summary.number_id)

    def test_a_balance_goes_with_what_it_is_of(self):
        """As a foreign key would have it; another one's balance stays."""
        line = self.line.copy({"telecom_tariff_id": self.flat.id})
        allowance = self.env["telecom.allowance"].create(
            {"tariff_id": self.flat.id, "name": "Minutes", "quantity": 3, "unit": "minute"}
        )
        of_line, of_contract = self.env["telecom.allowance.balance"].create(
            [
                {
                    "company_id": self.env.company.id,
                    "allowance_id": allowance.id,
                    "share": share,
                    **holder,
                    "period": "2026-09-01",
                    "origin": "2026-09-01",
                }
                for share, holder in (
                    ("line", {"line_id": line.id}),
                    ("contract", {"contract_id": self.contract.id}),
                )
            ]
        )
        self.env.flush_all()
        self.delete("contract_line", line.id)
        self.assertFalse(of_line.exists())
        self.assertTrue(of_contract.exists())
        self.delete("telecom_allowance", allowance.id)
        self.assertFalse(of_contract.exists())
