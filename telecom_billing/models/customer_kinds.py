# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which legal limits bind a contract: its customer is a consumer or not, or chose otherwise."""

from odoo import fields, models
from odoo.tools import SQL

#: Name, in tariff books, of contracts whose customer chose another tariff by express wish.
BY_CHOICE = "own-choice"


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_customer_kind = fields.Selection(
        related="partner_id.commercial_partner_id.telecom_kind"
    )
    telecom_own_choice = fields.Boolean(
        "International tariff by express choice",
        tracking=True,
        help="The consumer expressly chose an international tariff other than the capped one "
        "(Regulation (EU) 2015/2120, Art. 5a). Legal limits for consumers do not bind then.",
    )

    def write(self, vals):
        changed = "telecom_own_choice" in vals and self.filtered(
            lambda contract: contract.telecom_own_choice != bool(vals["telecom_own_choice"])
        )
        result = super().write(vals)
        if changed:
            self.env["telecom.rating.mark"]._touch(
                {(one.company_id or one.env.company, one.id) for one in changed}
            )
        return result

    def _kinds_of_customers(self, company) -> dict:
        """The section ``kinds`` of a tariff book: customers by their kind, contracts by choice."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT COALESCE(w.telecom_kind, p.telecom_kind), array_agg(DISTINCT p.id)"
                " FROM contract_contract c JOIN res_partner p ON p.id = c.partner_id"
                " JOIN res_partner w ON w.id = p.commercial_partner_id"
                " WHERE c.company_id = %s GROUP BY 1",
                company.id,
            )
        )
        kinds = {kind: {"customers": partners} for kind, partners in rows if kind}
        chosen = self.search([("company_id", "=", company.id), ("telecom_own_choice", "=", True)])
        if chosen:
            kinds[BY_CHOICE] = {"contracts": chosen.ids}
        return kinds


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        changed = "telecom_kind" in vals and self.filtered(
            lambda partner: partner.telecom_kind != vals["telecom_kind"]
        )
        result = super().write(vals)
        if changed:
            contracts = self.env["contract.contract"].search(
                [("partner_id.commercial_partner_id", "in", changed.commercial_partner_id.ids)]
            )
            self.env["telecom.rating.mark"]._touch(
                {(one.company_id or one.env.company, one.id) for one in contracts}
            )
        return result
