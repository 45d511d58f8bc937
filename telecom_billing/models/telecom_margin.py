# SPDX-License-Identifier: AGPL-3.0-or-later
"""Revenue, cost and margin of usage: by customer, zone, carrier, month."""

from odoo import fields, models
from odoo.tools import SQL

#: Revenue without tax: what the tariff's prices contain of it comes off.
NET = """
    s.amount / (1 + CASE WHEN t.price_includes_tax
        THEN COALESCE(NULLIF(t.tax_percent, 0), tax.amount, 0) ELSE 0 END / 100)
"""


class TelecomMargin(models.Model):
    """A query on the usage summaries, for pivots; amounts of a tariff that includes tax are net."""

    _name = "telecom.margin"
    _description = "Revenue, Cost and Margin"
    _auto = False
    _log_access = False
    _order = "period desc, margin, id"
    _rec_name = "period"

    company_id = fields.Many2one("res.company", readonly=True)
    period = fields.Date("Month", readonly=True)
    contract_id = fields.Many2one("contract.contract", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    tariff_id = fields.Many2one("telecom.tariff", readonly=True)
    service = fields.Char(readonly=True)
    zone_id = fields.Many2one("telecom.zone", readonly=True)
    country_id = fields.Many2one("res.country", "Country of the zone", readonly=True)
    source_id = fields.Many2one("telecom.source", readonly=True)
    carrier_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    records = fields.Integer(readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)
    revenue = fields.Monetary(readonly=True, help="Without tax.")
    cost = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True)
    invoiced = fields.Boolean(readonly=True)

    @property
    def _table_query(self) -> SQL:
        return SQL(
            "SELECT s.id, s.company_id, s.period, s.contract_id, o.partner_id, s.tariff_id,"
            f" s.service, s.zone_id, z.country_id, s.source_id, u.partner_id AS carrier_id,"
            f" s.currency_id, s.records, s.quantity, {NET} AS revenue, s.cost,"
            f" {NET} - s.cost AS margin, s.invoice_line_id IS NOT NULL AS invoiced"
            " FROM telecom_usage_summary s"
            " JOIN contract_contract o ON o.id = s.contract_id"
            " JOIN telecom_tariff t ON t.id = s.tariff_id"
            " JOIN res_company c ON c.id = s.company_id"
            " LEFT JOIN account_tax tax ON tax.id = c.account_sale_tax_id"
            " AND tax.amount_type = 'percent'"
            " LEFT JOIN telecom_zone z ON z.id = s.zone_id"
            " LEFT JOIN telecom_source u ON u.id = s.source_id"
        )
