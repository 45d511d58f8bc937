# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of documents share: a complete company, invoices of a run, a real mail server."""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import socket
from unittest.mock import patch

import pypdf
from aiosmtpd.controller import Controller
from odoo import Command
from odoo.tests import tagged

from tests.addon.common import TelecomCase


class Mailbox:
    """A mail server on loopback that keeps what arrives and can be told to misbehave."""

    def __init__(self):
        self.messages = []
        self.refuse = set()
        self.on_data = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refuse:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        if self.on_data:
            return self.on_data(message)
        return "250 taken"

    def recipients(self) -> list[str]:
        return [address for addresses, _message in self.messages for address in addresses]

    def files(self, number=-1) -> dict[str, bytes]:
        _to, message = self.messages[number]
        return {part.get_filename(): part.get_content() for part in message.iter_attachments()}

    def body(self, number=-1) -> str:
        _to, message = self.messages[number]
        return message.get_body(("html",)).get_content()


@tagged("post_install", "-at_install")
class DocumentCase(TelecomCase):
    """``company`` complete for an e-invoice, ``month``: its billing run; invoices made directly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "name": "Nordlicht Telekom GmbH",
                "street": "Speicherstraße 12",
                "zip": "20457",
                "city": "Hamburg",
                "country_id": cls.env.ref("base.de").id,
                "phone": "+49 40 2099880",
                "email": "rechnung@nordlicht.example",
                "vat": "DE123456788",
                "sepa_creditor_identifier": "DE98ZZZ09999999999",
            }
        )
        cls.bank = cls.env["res.partner.bank"].create(
            {"partner_id": cls.company.partner_id.id, "acc_number": "DE02120300000000202051"}
        )
        cls.month = cls.new_run("2026-10-01")
        # What comes before documents has been done.
        cls.month.step_ids.filtered(lambda step: step.sequence < 60).state = "done"
        cls.partner.write({"ref": "10001", "telecom_kind": "private"})
        cls.product = cls.env["product.product"].create({"name": "Monatliche Grundgebühr"})

    @classmethod
    def new_customer(cls, number, **values):
        return cls.env["res.partner"].create(
            {
                "name": f"Kunde {number}",
                "ref": number,
                "street": "Weg 1",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.env.ref("base.de").id,
                "email": f"kunde{number}@example.com",
                "lang": "de_DE",
                "telecom_kind": "business",
                "telecom_invoice_delivery": "email",
            }
            | values
        )

    @classmethod
    def new_contract(cls, partner, **values):
        return cls.env["contract.contract"].create(
            {
                "name": f"Vertrag {partner.ref}",
                "is_telecom": True,
                "partner_id": partner.id,
                "contract_type": "sale",
                "date_start": "2026-01-01",
            }
            | values
        )

    @classmethod
    def new_invoice(cls, partner, amounts=(19.9,), post=True, **values):
        """A posted invoice of the run with a line for each amount."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-11-01",
                "telecom_run_id": cls.month.id,
                "telecom_contract_id": values.pop("contract", None) or cls.new_contract(partner).id,
                "telecom_period_start": "2026-10-01",
                "telecom_period_end": "2026-11-30",
                "partner_bank_id": cls.bank.id,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": cls.product.id, "quantity": 1, "price_unit": amount}
                    )
                    for amount in amounts
                ],
            }
            | values
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def new_mandate(cls, partner):
        bank = cls.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": "DE89370400440532013000"}
        )
        return cls.env["account.banking.mandate"].create(
            {
                "partner_id": partner.id,
                "partner_bank_id": bank.id,
                "signature_date": "2026-01-02",
                "unique_mandate_reference": f"NT-{partner.ref}-1",
                "format": "sepa_core",
                "type": "recurrent",
                "state": "valid",
            }
        )

    @staticmethod
    def text(pdf: bytes) -> str:
        """What stands on the pages, in one line, with plain spaces."""
        pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    @contextlib.contextmanager
    def mail_server(self):
        """Odoo sends for real, to a :class:`Mailbox` on loopback."""
        mailbox = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        servers = self.env["ir.mail_server"]
        servers.search([]).active = False
        servers.create({"name": "Test", "smtp_host": "127.0.0.1", "smtp_port": port})
        try:
            with patch.object(type(servers), "_disable_send", lambda _self=None: False):
                yield mailbox
        finally:
            controller.stop()
