# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the pages of a collective PDF say whose they are."""

from __future__ import annotations

import pathlib
import tempfile

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from connectors import documents
from connectors.reasons import SettingsError

from ..terms import told

#: Pages of the sample that the test shows.
SHOWN = 20


class TelecomCollectiveLayout(models.Model):
    """Patterns for the numbers on an issuer's invoices; tried in order on each page."""

    _name = "telecom.collective.layout"
    _description = "Layout of Collective PDFs"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    invoice_pattern = fields.Char(
        "Invoice number",
        required=True,
        help=r"A regular expression with one group around the number: Rechnungsnummer:\s*(\S+)",
    )
    customer_pattern = fields.Char(
        "Customer number",
        required=True,
        help=r"A regular expression with one group around the number: Kundennummer:\s*(\S+)",
    )
    page_pattern = fields.Char(
        "Page",
        help="Number of the page and, in a second group, of how many: Seite (\\d+) von (\\d+). "
        "With it, a missing page is noticed.",
    )
    continues = fields.Boolean(
        "Pages may follow",
        default=True,
        help="A page without an invoice number belongs to the invoice before it. Only where no "
        "pattern for pages is given.",
    )
    sample = fields.Binary(attachment=True, help="A file to try the patterns on.")
    sample_name = fields.Char()
    preview = fields.Html(readonly=True, sanitize=False, copy=False)

    # ------------------------------------------------------------------ constraints
    @api.constrains("name", "invoice_pattern", "customer_pattern", "page_pattern")
    def _check_patterns(self):
        for layout in self:
            try:
                layout._layouts()
            except SettingsError as error:
                raise ValidationError(
                    self.env._(
                        "Layout %(name)s: %(error)s. Write a regular expression, with brackets "
                        "around the number.",
                        name=layout.name,
                        error=told(self.env, str(error)),
                    )
                ) from error

    # ------------------------------------------------------------------ actions
    def action_test(self):
        """Show what the patterns find on the first pages of the sample."""
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Choose a sample file first."))
        attachment = self._sample_attachment()
        with tempfile.TemporaryDirectory(prefix="layout-") as folder:
            path = pathlib.Path(folder) / "sample.pdf"
            path.write_bytes(attachment.raw or b"")
            try:
                rows = documents.preview(path, self._layouts(), SHOWN)
            except documents.DocumentError as error:
                raise UserError(
                    self.env._(
                        "%(file)s cannot be read: %(error)s",
                        file=self.sample_name or self.env._("The sample"),
                        error=told(self.env, str(error)),
                    )
                ) from error
        self.preview = self._as_table(rows)
        return True

    # ------------------------------------------------------------------ business
    def _layouts(self) -> list[documents.Layout]:
        """These records as the connectors' layouts, in order."""
        return [
            documents.Layout(
                layout.name or "",
                layout.invoice_pattern or "",
                layout.customer_pattern or "",
                layout.page_pattern or "",
                layout.continues,
            )
            for layout in self
        ]

    def _sample_attachment(self):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", "sample"),
            ],
            limit=1,
        )

    def _as_table(self, rows) -> Markup:
        reasons = dict(self.env["telecom.collective.page"]._reasons())
        body = Markup()
        for row in rows:
            fits = bool(row["belongs"])
            verdict = row["belongs"] or reasons.get(row["reason"], "")
            body += Markup(
                "<tr class='{kind}'><td>{page}</td><td>{invoice}</td><td>{customer}</td>"
                "<td>{position}</td><td>{verdict}</td><td><details><summary>{show}</summary>"
                "<pre class='mb-0'>{text}</pre></details></td></tr>"
            ).format(
                kind="" if fits else "table-warning",
                page=row["page"],
                invoice=row["invoice"] or "–",
                customer=row["customer"] or "–",
                position=row["position"] or "–",
                verdict=verdict,
                show=self.env._("Text of the page"),
                text=row["text"][:2000],
            )
        heads = (
            self.env._("Page"),
            self.env._("Invoice number found"),
            self.env._("Customer number found"),
            self.env._("Page of"),
            self.env._("Goes to"),
            "",
        )
        head = Markup().join(Markup("<th>{}</th>").format(text) for text in heads)
        return Markup(
            "<table class='table table-sm'><thead><tr>{head}</tr></thead>"
            "<tbody>{body}</tbody></table>"
        ).format(head=head, body=body)
