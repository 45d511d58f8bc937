# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contract lines carry the tariff and the numbers whose usage they pay for."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

#: That many numbers of a line are written out in lists.
NUMBERS_SHOWN = 2


class ContractLine(models.Model):
    _inherit = "contract.line"
    #: Whoever looks for a line knows its customer or contract.
    _rec_names_search = ["name", "contract_id", "contract_id.partner_id"]

    telecom_tariff_id = fields.Many2one(
        "telecom.tariff",
        string="Tariff",
        index="btree_not_null",
        ondelete="restrict",
        help="Prices the usage of this line's numbers, by the version valid at each call's start.",
    )
    telecom_price_list_id = fields.Many2one(
        "telecom.tariff",
        string="Individual prices",
        index="btree_not_null",
        ondelete="restrict",
        help="Prices agreed with this customer. They go before the tariff; what they do not "
        "price, the tariff does.",
    )
    telecom_number_ids = fields.One2many("telecom.number", "contract_line_id", string="Numbers")
    telecom_number_count = fields.Integer(compute="_compute_telecom_number_count")
    telecom_number_text = fields.Char("Phone numbers", compute="_compute_telecom_number_text")

    # ------------------------------------------------------------------ compute
    @api.depends("name", "date_start", "contract_id.name", "contract_id.partner_id.name")
    def _compute_display_name(self):
        """Whose line it is: half of all lines have the same name and begin on the same day."""
        # EXTENDS 'contract'
        telecom = self.filtered("contract_id.is_telecom")
        for line in telecom:
            contract = line.contract_id
            owner = f"{contract.display_name} {contract.partner_id.name or ''}".strip()
            since = f" ({format_date(self.env, line.date_start)})" if line.date_start else ""
            line.display_name = f"{owner}: {line.name}{since}"
        return super(ContractLine, self - telecom)._compute_display_name()

    @api.depends("telecom_number_ids")
    def _compute_telecom_number_count(self):
        counts = dict(
            self.env["telecom.number"]._read_group(
                [("contract_line_id", "in", self.ids)], ["contract_line_id"], ["__count"]
            )
        )
        for line in self:
            line.telecom_number_count = counts.get(line, 0)

    @api.onchange("product_id")
    def _onchange_telecom_product(self):
        """A line entered by hand has its product's price and name, until others are entered."""
        for line in self:
            if line.contract_id.is_telecom and line.product_id and not line.automatic_price:
                line.specific_price = line.price_unit = line.product_id.list_price
                line.name = line.product_id.with_context(lang=line.contract_id.partner_id.lang).name

    @api.depends("telecom_number_ids.name", "telecom_number_ids.state")
    def _compute_telecom_number_text(self):
        """The first numbers in use, and how many more there are."""
        for line in self:
            numbers = line.telecom_number_ids.filtered(lambda number: number.state != "ended")
            names = numbers[:NUMBERS_SHOWN].mapped("display_name")
            more = len(numbers) - len(names)
            line.telecom_number_text = ", ".join(names) + (f" +{more}" if more else "")

    # ------------------------------------------------------------------ constraints
    @api.constrains("telecom_tariff_id", "telecom_price_list_id", "company_id")
    def _check_telecom_tariff(self):
        for line in self:
            for tariff in line.telecom_tariff_id | line.telecom_price_list_id:
                if tariff.company_id and line.company_id and tariff.company_id != line.company_id:
                    raise ValidationError(
                        self.env._(
                            "Tariff “%(tariff)s” belongs to %(company)s, the line “%(line)s” to "
                            "%(other)s. Choose a tariff of the same company.",
                            tariff=tariff.name,
                            company=tariff.company_id.name,
                            line=line.name,
                            other=line.company_id.name,
                        )
                    )

    @api.constrains("telecom_tariff_id", "telecom_price_list_id", "contract_id")
    def _check_telecom_currency(self):
        """Usage in a currency that the contract is not invoiced in could not be invoiced."""
        for line in self.filtered("contract_id"):
            contract = line.contract_id
            if contract.telecom_handover_channel_id:  # invoiced elsewhere
                continue
            for tariff in line.telecom_tariff_id | line.telecom_price_list_id:
                if tariff.currency_id != contract.currency_id:
                    raise ValidationError(
                        self.env._(
                            "Tariff “%(tariff)s” is in %(currency)s, contract %(contract)s is "
                            "invoiced in %(other)s. Choose a tariff in %(other)s for line "
                            "“%(line)s”.",
                            tariff=tariff.name,
                            currency=tariff.currency_id.name,
                            contract=contract.display_name,
                            other=contract.currency_id.name,
                            line=line.name,
                        )
                    )

    @api.constrains("telecom_tariff_id", "telecom_price_list_id")
    def _check_telecom_version(self):
        """A tariff without any version prices nothing; a draft may still be activated."""
        for line in self:
            for tariff in line.telecom_tariff_id | line.telecom_price_list_id:
                # An option may only grant allowances.
                if tariff.kind != "option" and not tariff.version_ids:
                    raise ValidationError(
                        self.env._(
                            "Tariff “%(tariff)s” has no version, so line “%(line)s” would have no "
                            "prices. Add a version to the tariff first, or choose another one.",
                            tariff=tariff.name,
                            line=line.name,
                        )
                    )

    # ------------------------------------------------------------------ actions
    def action_open_telecom_numbers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Numbers of %(line)s", line=self.name),
            "res_model": "telecom.number",
            "view_mode": "list,form",
            "domain": [("contract_line_id", "=", self.id)],
            "context": {
                "default_contract_line_id": self.id,
                "default_company_id": self.company_id.id,
                "default_date_start": self.date_start,
            },
        }
