# SPDX-License-Identifier: AGPL-3.0-or-later
"""A collective PDF by hand: pages given to invoices, a file taken back."""

from __future__ import annotations

import pathlib
import tempfile

from odoo import models
from odoo.exceptions import UserError

from connectors import documents

from ..store import locks


class TelecomCollective(models.Model):
    _inherit = "telecom.collective"

    # ------------------------------------------------------------------ actions
    def action_undo(self):
        """Take the invoices back from their customers; the file stays, to be taken apart anew."""
        for collective in self:
            with locks.held(self.env.cr, "collective", collective.id) as got:
                if not got:
                    raise UserError(
                        self.env._("%s is being taken apart right now.", collective.name)
                    )
                collective._take_back()
        return True

    def _take_back(self) -> None:
        self.ensure_one()
        parts = self.part_ids
        numbers = {(part.customer_number, part.invoice_number) for part in parts}
        count = len(parts.filtered(lambda part: part.state == "attached"))
        parts.sudo().unlink()  # with their files
        self.page_ids.sudo().unlink()
        self.write({"state": "undone", "pages": 0, "message": False})
        self.message_post(
            body=self.env._("Taken back: %s invoices are no longer in the portal.", count)
        )
        # what came with another file too, and was left there, takes their place
        heirs = parts.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "known"),
                ("invoice_number", "in", [invoice for _customer, invoice in numbers]),
            ],
            order="id",
        )
        for part in heirs:
            mark = (part.customer_number, part.invoice_number)
            if mark in numbers:
                numbers.discard(mark)
                short = part.expected and part.expected != part.pages
                part.state = "incomplete" if short else "no_customer"
                if not short:
                    part._find_customers()

    # ------------------------------------------------------------------ by hand
    def _assign_pages(self, pages) -> None:
        """Pages that fitted none go to the invoices entered on them: those there, or new ones."""
        self.ensure_one()
        Part = self.env["telecom.collective.part"]
        groups = pages.grouped(
            lambda page: (page.customer_number.strip(), page.invoice_number.strip())
        )
        for (customer, invoice), some in groups.items():
            part = self.part_ids.filtered(
                lambda one, key=(customer, invoice): (
                    (one.customer_number, one.invoice_number) == key
                )
            )[:1]
            numbers = sorted({*(part.page_numbers or []), *some.mapped("page")})
            if part:
                part.write(
                    {"page_numbers": numbers, "pages": len(numbers), "first_page": numbers[0]}
                )
            else:
                made = documents.Part(customer, invoice, "", numbers)
                found = Part._customers(self.company_id, {customer})
                part = Part.create(self._part_values(made, found, self._known({invoice})))
            if part.state == "incomplete" and part.pages == part.expected:
                part._find_customers()
            with self._path() as path, tempfile.TemporaryDirectory() as folder:
                target = pathlib.Path(folder) / "part.pdf"
                documents.extract(path, numbers, target)
                old = part.attachment_id
                part.attachment_id = self._attach(part, target.read_bytes())
                old.unlink()
        pages.unlink()
        self._check_pages()
