# SPDX-License-Identifier: AGPL-3.0-or-later
"""Customers: their number, private or business, and how they want their invoice."""

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    telecom_customer_number = fields.Char(
        related="ref",
        readonly=False,
        string="Customer number",
        help="The reference of the contact. Unique within the company.",
    )
    telecom_kind = fields.Selection(
        [("private", "Private"), ("business", "Business")],
        string="Customer kind",
        index="btree_not_null",
        tracking=True,
        help="Private customers see prices with VAT included and are consumers in the sense of "
        "the law; business customers see net prices.",
    )
    telecom_invoice_delivery = fields.Selection(
        [("email", "By e-mail"), ("post", "By post")],
        string="Invoice delivery",
        tracking=True,
    )
    telecom_contract_ids = fields.One2many(
        "contract.contract",
        "partner_id",
        string="Telecom contracts",
        domain=[("is_telecom", "=", True)],
    )
    telecom_contract_count = fields.Integer(compute="_compute_telecom_contract_count")
    telecom_reseller_until = fields.Date(
        string="Reseller certificate until",
        tracking=True,
        help="Last day of the certificate USt 1 TQ. While it is valid, a fiscal position with "
        "reverse charge (§ 13b (2) no. 12 UStG) may be used for a domestic reseller.",
    )

    _telecom_customer_number_unique = models.UniqueIndex(
        "(company_id, ref) WHERE telecom_kind IS NOT NULL AND ref IS NOT NULL",
        "This customer number is taken in this company. Choose another one.",
    )

    # ------------------------------------------------------------------ compute
    def _compute_telecom_contract_count(self):
        counts = dict(
            self.env["contract.contract"]._read_group(
                [("partner_id", "in", self.ids), ("is_telecom", "=", True)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.telecom_contract_count = counts.get(partner, 0)

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("telecom_kind") and not vals.get("parent_id"):
                company = self.env["res.company"].browse(vals.get("company_id")) or self.env.company
                if not (vals.get("ref") or vals.get("telecom_customer_number")):
                    vals["ref"] = company._telecom_next_number("telecom.customer")
        return super().create(vals_list)

    # ------------------------------------------------------------------ actions
    def action_open_telecom_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_contract"
        )
        action["domain"] = [("partner_id", "=", self.id), ("is_telecom", "=", True)]
        action["context"] = {"default_partner_id": self.id, "default_is_telecom": True}
        return action
