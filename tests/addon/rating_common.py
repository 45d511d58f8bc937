# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tests about rating share: a tariff, numbers, and charges as plain rows."""

from __future__ import annotations

import datetime
from decimal import Decimal

from odoo.addons.telecom_billing.store import exact
from odoo.tools import SQL

from tests.addon.common import TelecomCase

PERIOD = datetime.date(2026, 9, 1)

BOOK = {
    "format": 1,
    "bands": [{"id": "peak-r", "weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "18:00"}],
    "zones": [
        {"id": "de", "name": "Germany", "prefixes": ["49"]},
        {"id": "mob", "name": "Mobile", "prefixes": ["4915", "4916", "4917"]},
        {"id": "fr", "name": "France", "prefixes": ["33"]},
    ],
    "tariffs": [
        {
            "id": "flat-r",
            "name": "Flat",
            "decimals": 4,
            "per": 60,
            "initial": 60,
            "step": 60,
            "versions": [
                {
                    "id": "flat-r-1",
                    "valid_from": "2026-01-01",
                    "rates": [
                        {"id": "de", "zone": "de", "service": "voice", "price": "0"},
                        {"id": "mob", "zone": "mob", "service": "voice", "price": "0.19"},
                    ],
                }
            ],
        },
        {
            "id": "biz-r",
            "name": "Business",
            "decimals": 4,
            "per": 60,
            "step": 1,
            "versions": [
                {
                    "id": "biz-r-1",
                    "name": "Until mid-September",
                    "valid_from": "2026-01-01",
                    "valid_to": "2026-09-15",
                    "rates": [
                        {"id": "de", "zone": "de", "service": "voice", "price": "0.03"},
                        {"id": "mob", "zone": "mob", "service": "voice", "price": "0.12",
                         "setup": "0.05"},
                    ],
                },
                {
                    "id": "biz-r-2",
                    "name": "From mid-September",
                    "valid_from": "2026-09-15",
                    "rates": [
                        {"id": "de", "zone": "de", "service": "voice", "price": "0.06"},
                        {"id": "mob", "zone": "mob", "service": "voice", "price": "0.12",
                         "setup": "0.05"},
                    ],
                },
            ],
        },
    ],
}  # fmt: skip


class RatingCase(TelecomCase):
    """``flat`` and ``biz`` tariffs; ``line`` (flat) and ``other`` (biz) in two contracts, with
    the numbers 4930123456 and the block 4940555 00–49."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.flat, cls.biz = cls.env["telecom.tariff"].import_book(BOOK)
        cls.line = cls.new_line(cls.contract, cls.flat)
        cls.number = cls.new_number("+49 30 123456", cls.line)
        cls.other_contract = cls.contract.copy({"name": "Other contract"})
        cls.other = cls.new_line(cls.other_contract, cls.biz)
        cls.block = cls.new_number(
            "+49 40 555", cls.other, kind="block", range_from="00", range_to="49"
        )

    @classmethod
    def new_line(cls, contract, tariff, **values):
        return cls.env["contract.line"].create(
            {
                "contract_id": contract.id,
                "name": f"Line {tariff.name}",
                "price_unit": 1,
                "date_start": "2026-01-01",
                "telecom_tariff_id": tariff.id,
                **values,
            }
        )

    @classmethod
    def new_number(cls, name, line, **values):
        return cls.env["telecom.number"].create(
            {"name": name, "contract_line_id": line.id, **values}
        )

    @classmethod
    def new_cost(cls, code, price):
        """A carrier's price list: mobiles at ``price`` a minute, by the second."""
        (tariff,) = cls.env["telecom.tariff"].import_book(
            {
                "format": 1,
                "zones": [{"id": "m", "name": "Mobile DE", "prefixes": ["4915", "4916", "4917"]}],
                "tariffs": [
                    {
                        "id": code,
                        "versions": [
                            {
                                "id": f"{code}-1",
                                "valid_from": "2026-01-01",
                                "rates": [
                                    {"id": "m", "zone": "m", "price": price, "per": 60, "step": 1}
                                ],
                            }
                        ],
                    }
                ],
                "carriers": [{"id": code, "tariff": code}],
            }
        )
        return tariff

    def rate(self, until=PERIOD, **options):
        return self.env["telecom.rating.state"]._rate_months(self.company, until, **options)

    def charges(self, usage=None):
        """{usage id: [(contract, number, price, reason) a segment]}; prices as Decimal."""
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT usage_id, contract_id, number_id, price, reason FROM telecom_charge_data"
                " WHERE company_id = %s ORDER BY usage_id, segment",
                self.company.id,
            ),
        )
        found: dict[int, list] = {}
        for usage_id, *rest in rows:
            found.setdefault(usage_id, []).append(tuple(rest))
        return found if usage is None else [found.get(one) for one in usage]

    def prices(self, usage):
        """The price of each record as text without trailing zeros, or its reason."""
        found = []
        for rows in self.charges(usage):
            if rows is None:
                found.append(None)
            elif rows[0][3]:
                found.append(rows[0][3])
            else:
                found.append(f"{sum(row[2] for row in rows).normalize():f}")
        return found

    def summaries(self, **domain):
        """[(contract, zone code, records, seconds, amount, invoiced)], sorted."""
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT s.contract_id, z.code, s.records, s.quantity, s.amount,"
                " s.invoice_line_id IS NOT NULL FROM telecom_usage_summary s"
                " LEFT JOIN telecom_zone z ON z.id = s.zone_id WHERE s.company_id = %s"
                " ORDER BY s.contract_id, z.code, s.invoice_line_id IS NOT NULL, s.amount,"
                " s.records, s.quantity",
                self.company.id,
            ),
        )
        return rows

    def check_sums(self):
        """Charges = summaries in records, units and money; every fact has charges, once."""
        ((facts,),) = self.env.execute_query(
            SQL("SELECT count(*) FROM telecom_usage_data WHERE company_id = %s", self.company.id)
        )
        self.assertEqual(len(self.charges()), facts)
        twice = self.env.execute_query(
            SQL(
                "SELECT usage_id, segment FROM telecom_charge_data WHERE company_id = %s"
                " GROUP BY usage_id, segment HAVING count(*) > 1",
                self.company.id,
            )
        )
        self.assertFalse(twice, "records charged twice")
        charged = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT summary_id, count(*) FILTER (WHERE segment = 0), sum(quantity) / 1000000,"
                " sum(billed) / 1000000, sum(price), coalesce(sum(cost), 0), min(started_at),"
                " max(started_at) FROM telecom_charge_data"
                " WHERE company_id = %s AND reason IS NULL GROUP BY summary_id ORDER BY 1",
                self.company.id,
            ),
        )
        summed = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT id, records, quantity, billed, amount, cost, first_started_at,"
                " last_started_at FROM telecom_usage_summary WHERE company_id = %s ORDER BY 1",
                self.company.id,
            ),
        )
        self.assertEqual(charged, summed)

    def snapshot(self):
        """All charges and summaries without ids, to compare two ways of rating."""
        charges = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT c.usage_id, c.segment, c.contract_id, c.line_id, c.number_id, c.tariff_id,"
                " c.version_id, c.rate_id, c.zone_id, c.band_id, c.billed, c.allowance_used,"
                " c.price, c.cost, c.reason, s.contract_id, s.zone_id, s.period"
                " FROM telecom_charge_data c LEFT JOIN telecom_usage_summary s"
                " ON s.id = c.summary_id WHERE c.company_id = %s ORDER BY 1, 2",
                self.company.id,
            ),
        )
        return charges, self.summaries()

    def invoice(self, summaries):
        """Put summaries on a draft invoice, as the invoicing step does."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [(0, 0, {"name": "Usage", "quantity": 1, "price_unit": 1})],
            }
        )
        summaries.invoice_line_id = move.invoice_line_ids
        self.env.flush_all()
        return move

    def hand_over(self, summaries):
        """Give summaries to another system that invoices them, as handing over does."""
        channel = self.env["telecom.handover.channel"].create(
            {"name": "CRM", "code": "crm-final", "marks": True}
        )
        handover = self.env["telecom.handover"].create({"channel_id": channel.id, "period": PERIOD})
        summaries.handover_batch_id = self.env["telecom.handover.batch"].create(
            {"handover_id": handover.id, "number": 1, "uid": "crm-final-1"}
        )
        self.env.flush_all()


def money(text: str) -> Decimal:
    return Decimal(text)
