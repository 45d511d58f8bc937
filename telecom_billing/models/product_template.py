# SPDX-License-Identifier: AGPL-3.0-or-later
"""Products that a contract line can be made of, and the products usage is invoiced with."""

from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    telecom_product = fields.Boolean(
        string="Telecom product",
        index=True,
        help="Can be ordered as a line of a telecom contract; the sales price is its fee.",
    )
    telecom_fee_kind = fields.Selection(
        [("monthly", "A month"), ("once", "Once")],
        string="Fee is due",
        default="monthly",
        required=True,
    )
    telecom_price_kind = fields.Selection(
        [
            ("customer", "As the customer: private with VAT, business without"),
            ("gross", "With VAT"),
            ("net", "Without VAT"),
        ],
        string="Fees are prices",
        default="customer",
        required=True,
        help="Whether the sales price, and the price on a contract line, contains VAT. A price of "
        "the other kind than the customer's is converted when it is invoiced.",
    )
    telecom_service = fields.Char(
        string="Usage of service",
        help="Usage of this service (voice, sms, data, conference, …) is invoiced with this "
        "product; the company's usage product serves all others.",
    )

    # ------------------------------------------------------------------ business
    @api.model
    def _telecom_usage_products(self, company):
        """{service: product} of a company; the key ``False`` is the product for the rest."""
        products = self.env["product.product"].search(
            [
                ("telecom_service", "!=", False),
                ("company_id", "in", (company.id, False)),
            ],
            order="company_id",
        )
        found = {product.telecom_service: product for product in products}
        found[False] = company.telecom_usage_product_id
        return found
