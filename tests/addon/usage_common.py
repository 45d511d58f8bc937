# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two customers' calls, rated and on an invoice each."""

import datetime

from odoo import Command

from tests.addon.documents_common import DocumentCase
from tests.addon.rating_common import RatingCase


class InvoicedUsageCase(RatingCase, DocumentCase):
    """A customer with a flat tariff and one with a block, their calls rated and invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.contract | cls.other_contract).write(
            {
                "is_telecom": True,
                "date_start": "2026-01-01",
                "telecom_itemised_bill": "full",
                "telecom_itemised_since": "2026-01-01",
            }
        )
        cls.contract.code, cls.other_contract.code = "V-1", "V-2"
        cls.other_contract.partner_id = cls.owner = cls.new_customer("10099")
        calls = [
            # number, called, start (UTC), seconds
            ("4930123456", "4940111222", "2026-09-02 08:00:00", 61),  # flat, no price
            ("4930123456", "4915112345678", "2026-09-03 22:30:00", 61),  # 120 s at 0.19
            ("494055500", "494099999", "2026-09-04 07:00:00", 60),  # 0.03
            ("494055501", "4915112345678", "2026-09-05 07:00:00", 30),  # 0.05 + 0.06
            ("494055501", "494088888", "2026-09-16 07:00:00", 600),  # 0.60 from mid-September
        ]
        cls.store_usage(
            [
                {"a_number": a, "b_number": b, "started_at": start, "quantity": seconds}
                for a, b, start, seconds in calls
            ]
        )
        cls.env["telecom.rating.state"]._rate_months(cls.company, datetime.date(2026, 9, 1))
        cls.flat_invoice = cls.invoice_usage(cls.contract)
        cls.block_invoice = cls.invoice_usage(cls.other_contract)

    @classmethod
    def invoice_usage(cls, contract):
        """An invoice with one position for each rate and month, as the billing run makes it."""
        summaries = cls.env["telecom.usage.summary"].search([("contract_id", "=", contract.id)])
        groups = summaries.grouped(lambda s: (s.rate_id, s.band_id))
        move = cls.new_invoice(
            contract.partner_id,
            contract=contract.id,
            invoice_line_ids=[
                Command.create(
                    {
                        "product_id": cls.product.id,
                        "name": f"Usage {rate.display_name}",
                        "quantity": 1,
                        "price_unit": round(sum(group.mapped("amount")), 2),
                        "telecom_kind": "usage",
                        "telecom_period_start": "2026-09-01",
                        "telecom_period_end": "2026-09-30",
                        "contract_line_id": group[0].contract_line_id.id,
                    }
                )
                for (rate, _band), group in groups.items()
            ],
        )
        for line, group in zip(move.invoice_line_ids, groups.values(), strict=True):
            group.invoice_line_id = line
        cls.env.flush_all()
        return move
