# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices agreed with one customer: a price list of a contract or a line, for a time."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TelecomContractPrice(models.Model):
    _name = "telecom.contract.price"
    _description = "Individual Prices"
    _order = "contract_id, weight desc, id"
    _rec_name = "tariff_id"

    contract_id = fields.Many2one(
        "contract.contract", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "contract.line",
        string="Only for line",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('contract_id', '=', contract_id)]",
        help="Empty: for all lines of the contract.",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    tariff_id = fields.Many2one(
        "telecom.tariff",
        string="Price list",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('kind', '=', 'individual')]",
    )
    valid_from = fields.Date(help="First day; empty: always.")
    valid_to = fields.Date(help="Last day; empty: without end.")
    weight = fields.Integer(help="Of several price lists the heaviest is asked first.")

    _dates_in_order = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "Individual prices must not end before they begin. Correct one of the two dates.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("contract_id", "line_id", "tariff_id")
    def _check_belongs(self):
        for price in self:
            if price.line_id and price.line_id.contract_id != price.contract_id:
                raise ValidationError(
                    self.env._(
                        "Individual prices “%(prices)s”: line “%(line)s” is not part of contract "
                        "%(contract)s. Choose one of its lines.",
                        prices=price.tariff_id.name,
                        line=price.line_id.name,
                        contract=price.contract_id.display_name,
                    )
                )
            company = price.contract_id.company_id
            if company and price.tariff_id.company_id != company:
                raise ValidationError(
                    self.env._(
                        "Individual prices “%(prices)s” belong to %(company)s, contract "
                        "%(contract)s to %(other)s. Choose a price list of the same company.",
                        prices=price.tariff_id.name,
                        company=price.tariff_id.company_id.name,
                        contract=price.contract_id.display_name,
                        other=company.name,
                    )
                )
            lines = price.line_id or price.contract_id.contract_line_ids
            for tariff in lines.telecom_tariff_id:
                if tariff.currency_id != price.tariff_id.currency_id:
                    raise ValidationError(
                        self.env._(
                            "Individual prices “%(prices)s” are in %(currency)s, tariff "
                            "“%(tariff)s” of contract %(contract)s in %(other)s. Give a contract "
                            "price lists of one currency.",
                            prices=price.tariff_id.name,
                            currency=price.tariff_id.currency_id.name,
                            tariff=tariff.name,
                            contract=price.contract_id.display_name,
                            other=tariff.currency_id.name,
                        )
                    )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        prices = super().create(vals_list)
        prices._mark_for_rating()
        return prices

    def write(self, vals):
        self._mark_for_rating()
        result = super().write(vals)
        self._mark_for_rating()
        return result

    def unlink(self):
        self._mark_for_rating()
        return super().unlink()

    # ------------------------------------------------------------------ business
    def _mark_for_rating(self):
        self.contract_id.contract_line_ids._mark_for_rating()
