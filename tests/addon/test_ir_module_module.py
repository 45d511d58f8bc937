# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addon goes only where that is meant, and leaves nothing behind that would do harm."""

from odoo.addons.telecom_billing import hooks
from odoo.exceptions import UserError

from tests.addon.common import TelecomCase


class TestUninstall(TelecomCase):
    def left(self):
        """Tables, sequences and functions that the store makes by itself."""
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'S') AND"
            " (relname LIKE 'telecom\\_usage\\_data%' OR relname LIKE 'telecom\\_charge\\_data%'"
            " OR relname = 'telecom_book_change') UNION SELECT proname FROM pg_proc"
            " WHERE proname LIKE 'telecom\\_%\\_guard' OR proname = 'telecom_book_changed'"
        )
        return {name for (name,) in self.env.cr.fetchall()}

    def test_usage_is_not_deleted_by_a_slip(self):
        addon = self.env.ref("base.module_telecom_billing")
        contract = self.env.ref("base.module_contract")
        self.store_usage([{"started_at": "2026-08-31 21:00:00"}, {}])
        for module in (addon, contract):
            with self.assertRaisesRegex(UserError, "2 usage records of 2 months"):
                module.button_uninstall()
            self.assertEqual(addon.state, "installed")
        self.env["ir.config_parameter"].set_param("telecom_billing.uninstall", "delete usage")
        addon.button_uninstall()
        self.assertEqual(addon.state, "to remove")

    def test_nothing_stays_that_only_this_addon_knows(self):
        self.store_usage([{}])
        self.assertTrue({"telecom_usage_data", "telecom_book_changed"} <= self.left())
        hooks.uninstall_hook(self.env)
        self.assertEqual(self.left(), set())
        # other addons' records can be changed and deleted as ever
        self.env.cr.execute("UPDATE res_partner SET lang = lang WHERE id = %s", [self.partner.id])
        self.env.cr.execute("DELETE FROM contract_contract WHERE id = %s", [self.contract.id])
        self.assertEqual(self.env.cr.rowcount, 1)
