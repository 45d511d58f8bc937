# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a company's documents look and how they travel."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    telecom_typeset = fields.Boolean(
        string="Typeset invoices",
        default=True,
        help="Invoices by our own typesetting (DIN 5008, PDF/A with e-invoice) instead of QWeb "
        "and wkhtmltopdf, wherever they are printed, sent or downloaded.",
    )
    telecom_mail_template_id = fields.Many2one(
        "mail.template",
        string="Invoice e-mail",
        domain=[("model", "=", "account.move")],
        help="Empty: the template that comes with telecom billing.",
    )
    telecom_bundle_duplex = fields.Boolean(
        string="Print on both sides",
        default=True,
        help="Each letter and each annex of a print bundle begins on a new sheet.",
    )
    telecom_bundle_letters = fields.Integer(
        string="Letters in a bundle",
        default=1000,
        help="A run with more letters makes several files.",
    )

    _telecom_bundle_positive = models.Constraint(
        "CHECK (telecom_bundle_letters > 0)", "A print bundle holds at least one letter."
    )
