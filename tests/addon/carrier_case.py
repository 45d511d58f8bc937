# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier, the layout of its invoices, and a month of usage to hold them against."""

from decimal import Decimal

from tests.addon.common import TelecomCase

LAYOUT = {
    "destination": "Zone",
    "records": "Calls",
    "quantity": "Minutes",
    "amount": "Net",
    "decimal": ".",
    "total_mark": "Total",
}
HEAD = "Zone;Calls;Minutes;Net\n"


class CarrierCase(TelecomCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls.env["res.partner"].create(
            {"name": "Example Carrier", "email": "billing@carrier.example", "is_company": True}
        )
        cls.source.partner_id = cls.carrier
        cls.layout = cls.env["telecom.carrier.layout"].create(
            {
                "name": "CSV",
                "settings": LAYOUT,
                "partner_ids": cls.carrier.ids,
                "tolerance_percent": 0,
                "tolerance_amount": 0,
            }
        )
        cls.store_usage(
            [
                # Germany: 3 calls, 61 + 59 + 30 = 150 s, 0.061 + 0.059 + 0.03 = 0.15
                {"destination": "Germany", "quantity": 61, "cost": Decimal("0.061")},
                {"destination": "Germany", "quantity": 59, "cost": Decimal("0.059")},
                {"destination": "germany ", "quantity": 30, "cost": Decimal("0.03")},
                # France: 2 calls, 90 s, 0.3; one of them on the last second of the month in
                # Berlin (21:59:59 UTC), another one a second later belongs to October.
                {"destination": "France", "quantity": 60, "cost": Decimal("0.2")},
                {
                    "destination": "France",
                    "quantity": 30,
                    "cost": Decimal("0.1"),
                    "started_at": "2026-09-30 21:59:59",
                },
                {
                    "destination": "France",
                    "quantity": 999,
                    "cost": Decimal(9),
                    "started_at": "2026-09-30 22:00:00",
                },
                {"destination": "Poland", "quantity": 10, "cost": Decimal("0.04")},
                # to us: no matter of the carrier's invoice
                {"destination": "Inbound", "quantity": 500, "direction": "in"},
            ]
        )

    def new_invoice(self, text, name="R-1", **vals):
        invoice = self.env["telecom.carrier.invoice"].create(
            {
                "name": name,
                "partner_id": self.carrier.id,
                "date_start": "2026-09-01",
                "date_end": "2026-09-30",
                "invoice_date": "2026-10-02",
            }
            | vals
        )
        self.attach(invoice, "lines.csv", text.encode())
        return invoice

    def attach(self, invoice, name, data):
        return self.env["ir.attachment"].create(
            {"name": name, "raw": data, "res_model": invoice._name, "res_id": invoice.id}
        )

    def lines(self, invoice):
        return {
            line.destination: (
                line.records,
                line.records_ours,
                line.seconds,
                line.seconds_ours,
                line.amount,
                line.amount_ours,
                line.state,
            )
            for line in invoice.line_ids
        }
