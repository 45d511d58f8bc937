# SPDX-License-Identifier: AGPL-3.0-or-later
"""A single invoice out of a collective PDF, attached to its customer."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError

from connectors import documents


class TelecomCollectivePart(models.Model):
    _name = "telecom.collective.part"
    _description = "Invoice Made Elsewhere"
    _order = "collective_id desc, first_page, id"
    _rec_name = "invoice_number"
    _check_company_auto = True

    collective_id = fields.Many2one(
        "telecom.collective", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="collective_id.company_id", store=True, index=True)
    customer_number = fields.Char(required=True, readonly=True)
    invoice_number = fields.Char(required=True, readonly=True)
    layout = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", check_company=True
    )
    date = fields.Date(related="collective_id.date", store=True)
    page_numbers = fields.Json(readonly=True, help="Pages in the collective file, from 1.")
    pages = fields.Integer(readonly=True)
    first_page = fields.Integer(readonly=True, aggregator=None)
    expected = fields.Integer("Pages Named", readonly=True, help="0: it does not say how many.")
    attachment_id = fields.Many2one("ir.attachment", "PDF", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("attached", "With the customer"),
            ("no_customer", "No customer with this number"),
            ("several", "Several customers with this number"),
            ("incomplete", "Pages are missing"),
            ("known", "Was there before"),
        ],
        required=True,
        readonly=True,
        index=True,
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, invoice_number, customer_number) WHERE state <> 'known'",
        "This invoice is there already.",
    )

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        if not vals.get("partner_id"):
            return super().write(vals)
        open_parts = self.filtered(lambda part: part.state != "known")
        if open_parts != self:
            raise UserError(
                self.env._(
                    "Invoice %s was there before; it is with its customer already.",
                    (self - open_parts)[0].invoice_number,
                )
            )
        return super().write(vals | {"state": "attached"})

    # ------------------------------------------------------------------ actions
    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def action_attach(self):
        """Look for the customers again; what is incomplete is attached as it is."""
        waiting = self.filtered(lambda part: part.state not in ("attached", "known"))
        waiting._find_customers()
        left = waiting.filtered(lambda part: part.state != "attached")
        if left and len(self) == 1:
            raise UserError(
                self.env._(
                    "Customer number %(number)s: %(what)s. Correct the customer, or choose one "
                    "here.",
                    number=left.customer_number,
                    what=dict(self._fields["state"]._description_selection(self.env))[left.state],
                )
            )
        return True

    def action_bundle(self):
        """Files for the printer of these invoices, with as many letters as the settings say."""
        companies = self.company_id
        bundles = self.env["telecom.print.bundle"]
        for company in companies:
            parts = self.filtered(lambda part, company=company: part.company_id == company)
            parts = parts.sorted(lambda part: (documents.natural(part.customer_number), part.id))
            stem = f"{parts[0].collective_id.name.rpartition('.')[0] or 'invoices'}-print"
            size = company.telecom_bundle_letters
            for at in range(0, len(parts), size):
                letters = [
                    (part.customer_number, lambda part=part: part._pdfs())
                    for part in parts[at : at + size]
                ]
                number = f"-{at // size + 1}" if len(parts) > size else ""
                bundles |= bundles._bundle(letters, f"{stem}{number}.pdf", company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_print_bundle"
        )
        if len(bundles) == 1:
            return action | {"views": [(False, "form")], "res_id": bundles.id}
        return action | {"domain": [("id", "in", bundles.ids)], "context": {}}

    # ------------------------------------------------------------------ business
    def _pdfs(self):
        """The PDF, read when it is wanted and not kept."""
        raw = self.attachment_id.sudo().raw
        self.attachment_id.invalidate_recordset(["raw"])
        return [raw]

    def _find_customers(self):
        """Attach each part to the one customer with its number."""
        for company, parts in self.grouped("company_id").items():
            customers = self._customers(company, set(parts.mapped("customer_number")))
            for part in parts:
                found = customers.get(part.customer_number, [])
                if len(found) == 1:
                    part.partner_id = found[0]
                else:
                    part.state = "several" if found else "no_customer"

    @api.model
    def _customers(self, company, numbers: set[str]) -> dict[str, list[int]]:
        """Customer number -> ids of the customers who bear it."""
        rows = self.env["res.partner"].search_fetch(
            [
                ("ref", "in", list(numbers)),
                ("company_id", "in", (False, company.id)),
                ("parent_id", "=", False),
            ],
            ["ref"],
        )
        found: dict[str, list[int]] = {}
        for partner in rows:
            found.setdefault(partner.ref, []).append(partner.id)
        return found

    @api.model
    def _portal_domain(self, partner):
        """What a customer who is logged in may see."""
        return [
            ("partner_id", "child_of", partner.commercial_partner_id.id),
            ("state", "=", "attached"),
        ]
