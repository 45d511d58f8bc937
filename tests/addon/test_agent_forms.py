# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who may look may also open: every form of the intake and the run, as an agent."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form

from tests.addon.carrier_case import HEAD, CarrierCase
from tests.addon.test_telecom_collective import PATTERNS
from tests.connectors.pdf_maker import invoice, pdf


class TestAgentForms(CarrierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._telecom_setup(
            iban="DE75512108001245126199", creditor_identifier="DE98ZZZ09999999999"
        )

    def records(self):
        billed = self.new_invoice(HEAD + "Germany;3;2.5;0.15\n")
        billed.action_read()
        billed.action_bill()
        layout = self.env["telecom.collective.layout"].create({"name": "CRM"} | PATTERNS)
        collective = self.env["telecom.collective"]._receive(
            "a.pdf", pdf([["Werbung"], *invoice("K-1", "R1", 1)], b"x"), layout
        )
        collective.action_split()
        channel = self.env["telecom.handover.channel"].create({"name": "CRM", "code": "crm"})
        handover = self.env["telecom.handover"].create(
            {"channel_id": channel.id, "period": "2026-09-01"}
        )
        mapping = self.env["telecom.mapping"].create({"name": "Own"})
        yield from (
            billed, self.layout, layout, collective, collective.page_ids, collective.part_ids,
            channel, handover, mapping, self.source, self.source.delivery_ids[:1], self.new_run(),
        )  # fmt: skip

    def test_an_agent_sends_nobodys_password_anywhere(self):
        source = self.source.with_user(self.agent)
        with patch.object(type(source), "_opened_settings") as opened:
            for act in (source.action_test, source.action_fetch):
                with self.assertRaises(AccessError):
                    act()
        opened.assert_not_called()

    def test_an_agent_opens_every_form_and_changes_none(self):
        for record in self.records():
            with self.subTest(record._name):
                mine = record.with_user(self.agent)
                view = mine.get_view(view_type="form")
                self.assertTrue(view["arch"])
                mine.invalidate_recordset()
                Form(mine)
                with self.assertRaises(AccessError):
                    mine.write({mine._rec_name or "create_date": mine.display_name})
