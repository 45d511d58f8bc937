# SPDX-License-Identifier: AGPL-3.0-or-later
"""One click that makes a company ready for its first bill."""

from odoo import api, fields, models
from odoo.addons.base_iban.models.res_partner_bank import validate_iban
from odoo.exceptions import ValidationError


class TelecomSetup(models.TransientModel):
    _name = "telecom.setup"
    _description = "Set up a company for telecom billing"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    chart = fields.Selection(
        [("de_skr03", "SKR03"), ("de_skr04", "SKR04")],
        string="Chart of accounts",
        required=True,
        default="de_skr03",
    )
    has_chart = fields.Boolean(compute="_compute_has")
    iban = fields.Char(string="IBAN", help="The account customers pay to and debits arrive at.")
    bic = fields.Char(string="BIC")
    has_bank = fields.Boolean(compute="_compute_has")
    creditor_identifier = fields.Char(
        compute="_compute_creditor_identifier",
        store=True,
        readonly=False,
        string="SEPA creditor identifier",
        help="From the Bundesbank; without it direct debits wait.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("company_id")
    def _compute_has(self):
        for wizard in self:
            wizard.has_chart = bool(wizard.company_id.root_id.chart_template)
            wizard.has_bank = bool(
                self.env["account.journal"].search_count(
                    [
                        ("type", "=", "bank"),
                        ("company_id", "=", wizard.company_id.id),
                        ("bank_account_id", "!=", False),
                    ]
                )
            )

    @api.depends("company_id")
    def _compute_creditor_identifier(self):
        for wizard in self:
            wizard.creditor_identifier = wizard.company_id.sepa_creditor_identifier

    # ------------------------------------------------------------------ constraints
    @api.constrains("iban")
    def _check_iban(self):
        for wizard in self.filtered("iban"):
            try:
                validate_iban(wizard.iban)
            except ValidationError as error:
                raise ValidationError(
                    self.env._("%s is not a valid IBAN. Check it for a slip.", wizard.iban)
                ) from error

    # ------------------------------------------------------------------ actions
    def action_apply(self):
        """Make what is missing; what somebody chose already stays."""
        self.ensure_one()
        self.company_id._telecom_setup(
            iban=self.iban,
            bic=self.bic,
            creditor_identifier=self.creditor_identifier,
            chart=self.chart,
        )
        return {"type": "ir.actions.client", "tag": "reload"}
