# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of a collective PDF that belongs to no invoice, kept until somebody says whose it is."""

from __future__ import annotations

import pathlib
import tempfile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from connectors import documents

_lt = LazyTranslate(__name__)

REASONS = [
    ("no_text", _lt("No text that can be read; it may be an image")),
    ("no_number", _lt("No invoice number, and no invoice before it")),
    ("no_customer", _lt("The invoice names no customer number")),
    ("conflict", _lt("Another customer than on the invoice's other pages")),
    ("out_of_order", _lt("The page's number does not follow the one before")),
    ("repeated", _lt("This page of the invoice was there before; it may be a copy")),
]


class TelecomCollectivePage(models.Model):
    _name = "telecom.collective.page"
    _description = "Page of a Collective PDF That Fitted None"
    _order = "collective_id desc, page"
    _rec_name = "page"

    collective_id = fields.Many2one(
        "telecom.collective", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="collective_id.company_id", store=True, index=True)
    page = fields.Integer(readonly=True, aggregator=None)
    reason = fields.Selection(selection="_reasons", readonly=True, required=True)
    text = fields.Text(readonly=True)
    customer_number = fields.Char(help="Whose page it is, when you know.")
    invoice_number = fields.Char()
    aside = fields.Boolean("Put Aside", readonly=True, help="It is no page of an invoice.")

    @api.model
    def _reasons(self):
        return [(code, str(text)) for code, text in REASONS]

    def action_aside(self):
        """These pages are no invoices (advertising, covers); they stay accounted for."""
        self.aside = True
        return True

    def action_look(self):
        """The page itself, for its text may say too little."""
        self.ensure_one()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", self._name), ("res_id", "=", self.id)], limit=1
        )
        if not attachment:
            with self.collective_id._path() as path, tempfile.TemporaryDirectory() as folder:
                target = pathlib.Path(folder) / "page.pdf"
                documents.extract(path, [self.page], target)
                attachment = attachment.create(
                    {
                        "name": f"{self.collective_id.name}-{self.page}.pdf",
                        "raw": target.read_bytes(),
                        "mimetype": "application/pdf",
                        "res_model": self._name,
                        "res_id": self.id,
                        "company_id": self.company_id.id,
                    }
                )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}",
            "target": "new",
        }

    def action_assign(self):
        """Give pages to the invoices that were entered by hand."""
        ready = self.filtered(lambda page: page.customer_number and page.invoice_number)
        if not ready:
            raise UserError(
                self.env._("Enter the customer and the invoice number of at least one page first.")
            )
        for collective, pages in ready.grouped("collective_id").items():
            collective._assign_pages(pages)
        return True
