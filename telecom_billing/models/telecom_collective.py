# SPDX-License-Identifier: AGPL-3.0-or-later
"""A collective PDF of another system, taken apart into its customers' invoices."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import pathlib
import tempfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from connectors import documents
from connectors.reasons import SettingsError

from ..store import locks
from .told_text import ToldText

#: Bytes above which a click does not wait for the split.
LARGE = 16 << 20
#: Invoices whose files are kept in one go.
TOGETHER = 50


class TelecomCollective(models.Model):
    """One uploaded file; pages in = pages attached to customers + pages set aside."""

    _name = "telecom.collective"
    _description = "Collective PDF"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    layout_ids = fields.Many2many(
        "telecom.collective.layout", string="Layouts", check_company=True, required=True
    )
    date = fields.Date(
        "Date", required=True, default=fields.Date.context_today, help="Shown to the customers."
    )
    sha256 = fields.Char("SHA-256", required=True, readonly=True)
    attachment_id = fields.Many2one("ir.attachment", "Original", readonly=True)
    state = fields.Selection(
        [
            ("new", "Waiting"),
            ("split", "Taken apart"),
            ("failed", "Failed"),
            ("undone", "Taken back"),
        ],
        default="new",
        required=True,
        readonly=True,
        tracking=True,
    )
    message = ToldText(readonly=True)
    pages = fields.Integer(readonly=True)
    part_ids = fields.One2many("telecom.collective.part", "collective_id")
    page_ids = fields.One2many("telecom.collective.page", "collective_id")
    invoices = fields.Integer(compute="_compute_counts")
    pages_attached = fields.Integer("Pages with Customers", compute="_compute_counts")
    pages_waiting = fields.Integer(
        "Pages of Waiting Invoices",
        compute="_compute_counts",
        help="Of invoices without a customer, with missing pages, or that were there before.",
    )
    pages_unfitted = fields.Integer("Pages That Fitted None", compute="_compute_counts")
    pages_open = fields.Integer("Pages to Look At", compute="_compute_counts")

    _file_uniq = models.UniqueIndex("(company_id, sha256)", "This file was uploaded before.")

    # ------------------------------------------------------------------ compute
    @api.depends("part_ids.state", "part_ids.pages", "page_ids.aside")
    def _compute_counts(self):
        parts = self.env["telecom.collective.part"]._read_group(
            [("collective_id", "in", self.ids)],
            ["collective_id", "state"],
            ["__count", "pages:sum"],
        )
        Page = self.env["telecom.collective.page"]
        mine = [("collective_id", "in", self.ids)]
        unfitted = dict(Page._read_group(mine, ["collective_id"], ["__count"]))
        open_ones = dict(
            Page._read_group([*mine, ("aside", "=", False)], ["collective_id"], ["__count"])
        )
        for collective in self:
            mine = [row for row in parts if row[0] == collective]
            collective.invoices = sum(count for _c, _state, count, _pages in mine)
            attached = sum(pages for _c, state, _n, pages in mine if state == "attached")
            collective.pages_attached = attached
            collective.pages_waiting = sum(row[3] for row in mine) - attached
            collective.pages_unfitted = unfitted.get(collective, 0)
            collective.pages_open = open_ones.get(collective, 0)

    # ------------------------------------------------------------------ CRUD
    @api.ondelete(at_uninstall=False)
    def _unlink_except_attached(self):
        for collective in self:
            if collective.part_ids:
                raise UserError(
                    self.env._(
                        "The invoices of %s are with their customers; the file is kept. Take it "
                        "back first (Undo).",
                        collective.name,
                    )
                )

    # ------------------------------------------------------------------ actions
    def action_split(self):
        """Take apart, now or (large files) in the background."""
        for collective in self.filtered(lambda one: one.state != "split"):
            collective.write({"state": "new", "message": False})
            if collective.attachment_id.file_size > LARGE:
                self.env.ref("telecom_billing.cron_collective")._trigger()
            else:
                collective._split()
        return True

    def action_view_parts(self):
        return self._view("telecom_billing.action_telecom_collective_part")

    def action_view_pages(self):
        return self._view("telecom_billing.action_telecom_collective_page")

    def _view(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(name)
        return action | {"domain": [("collective_id", "in", self.ids)], "context": {}}

    def action_attach(self):
        """Look for customers of the waiting invoices again."""
        waiting = self.part_ids.filtered(lambda part: part.state in ("no_customer", "several"))
        waiting._find_customers()
        return True

    def action_bundle(self):
        """One file for the printer, of all invoices that are with their customers."""
        parts = self.part_ids.filtered(lambda part: part.state == "attached")
        if not parts:
            raise UserError(self.env._("No invoice is with its customer yet."))
        return parts.action_bundle()

    # ------------------------------------------------------------------ receiving
    @api.model
    def _receive(self, name: str, content: bytes, layouts, date=None):
        """Keep a file; known by its hash, it is given back as it is, taken apart or not."""
        company = layouts.company_id.ensure_one()
        digest = hashlib.sha256(content).hexdigest()
        known = self.search([("company_id", "=", company.id), ("sha256", "=", digest)])
        if known:
            return known
        collective = self.create(
            {
                "name": name,
                "company_id": company.id,
                "layout_ids": [fields.Command.set(layouts.ids)],
                "sha256": digest,
            }
            | ({"date": date} if date else {})
        )
        collective.attachment_id = self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": content,
                # As a PDF its text would be copied into the database, for Odoo's search.
                "mimetype": "application/x-collective-pdf",
                "res_model": self._name,
                "res_id": collective.id,
                "company_id": company.id,
            }
        )
        return collective

    @api.model
    def receive(self, name: str, base64_content: str, layouts: list[str]) -> dict:
        """Take in a file from outside (JSON-2); it is taken apart in the background.

        :param layouts: names of layouts of the user's company, in the order they are tried
        """
        self.check_access("create")
        found = self.env["telecom.collective.layout"].search(
            [("name", "in", layouts), ("company_id", "=", self.env.company.id)]
        )
        if not found or set(found.mapped("name")) != set(layouts):
            raise UserError(
                self.env._(
                    "Unknown layout: %s. Create it under Configuration first.",
                    ", ".join(sorted(set(layouts) - set(found.mapped("name")))) or "–",
                )
            )
        try:
            content = base64.b64decode(base64_content, validate=True)
        except ValueError as error:
            raise UserError(
                self.env._("File %(name)s is not valid base64: %(error)s", name=name, error=error)
            ) from error
        collective = self._receive(name, content, found)
        self.env.ref("telecom_billing.cron_collective").sudo()._trigger()
        return {"id": collective.id, "state": collective.state, "sha256": collective.sha256}

    # ------------------------------------------------------------------ taking apart
    @api.model
    def _cron_split(self):
        """Scheduled action: what waits, each file in a transaction of its own."""
        waiting = self.search([("state", "=", "new")], order="id")
        for number, collective in enumerate(waiting, 1):
            collective._split()
            self.env["ir.cron"]._commit_progress(1, remaining=len(waiting) - number)

    def _split(self):
        """Split into invoices and give them to their customers, in the caller's transaction."""
        self.ensure_one()
        with (
            locks.held(self.env.cr, "collective", self.id) as got,
            self._path() as path,
            tempfile.TemporaryDirectory(prefix="collective-") as folder,
        ):
            if not got or self.part_ids or self.page_ids:
                return
            try:
                found = documents.split(path, self.layout_ids.sorted()._layouts(), folder)
            except (documents.DocumentError, SettingsError, OSError) as error:
                self.write({"state": "failed", "message": str(error)})
                return
            self._store(found)

    def _store(self, found: documents.Split) -> None:
        Part, Page = self.env["telecom.collective.part"], self.env["telecom.collective.page"]
        numbers = {part.customer for part in found.parts}
        customers = Part._customers(self.company_id, numbers)
        known = self._known({part.invoice for part in found.parts})
        parts = Part.create([self._part_values(part, customers, known) for part in found.parts])
        pairs = list(zip(parts, found.parts, strict=True))
        for at in range(0, len(pairs), TOGETHER):
            self._attach_parts(pairs[at : at + TOGETHER])
        Page.create(
            [
                {
                    "collective_id": self.id,
                    "page": page.page,
                    "reason": page.reason,
                    "text": page.text,
                }
                for page in found.unfitted
            ]
        )
        self.write({"state": "split", "pages": found.pages, "message": False})
        self._check_pages()

    def _check_pages(self) -> None:
        """Never a lost page."""
        self.env.flush_all()
        self.invalidate_recordset()
        counted = self.pages_attached + self.pages_waiting + self.pages_unfitted
        if counted != self.pages:
            raise AssertionError(f"{self.name}: {counted} of {self.pages} pages are accounted for")

    def _known(self, invoices: set[str]) -> set[tuple[str, str]]:
        """(customer, invoice) that came with another file."""
        rows = self.env["telecom.collective.part"].search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("invoice_number", "in", list(invoices)),
                ("state", "!=", "known"),
            ],
            ["customer_number", "invoice_number"],
        )
        return {(row.customer_number, row.invoice_number) for row in rows}

    def _part_values(self, part: documents.Part, customers, known) -> dict:
        found = customers.get(part.customer, [])
        if (part.customer, part.invoice) in known:
            state = "known"
        elif not part.complete:
            state = "incomplete"
        elif len(found) == 1:
            state = "attached"
        else:
            state = "several" if found else "no_customer"
        known.add((part.customer, part.invoice))  # the same numbers by another layout of this file
        return {
            "collective_id": self.id,
            "customer_number": part.customer,
            "invoice_number": part.invoice,
            "layout": part.layout,
            "partner_id": found[0] if state == "attached" else False,
            "page_numbers": part.pages,
            "pages": len(part.pages),
            "first_page": part.pages[0],
            "expected": part.expected,
            "state": state,
        }

    def _attach_parts(self, pairs) -> None:
        """Keep the files of some parts; what is kept is forgotten before the next ones come."""
        attachments = self.env["ir.attachment"].create(
            [self._prepare_attachment(record, part.path.read_bytes()) for record, part in pairs]
        )
        for (record, part), attachment in zip(pairs, attachments, strict=True):
            record.attachment_id = attachment
            part.path.unlink()
        self.env.flush_all()
        attachments.invalidate_recordset()

    def _attach(self, part, pdf: bytes):
        return self.env["ir.attachment"].create(self._prepare_attachment(part, pdf))

    def _prepare_attachment(self, part, pdf: bytes) -> dict:
        return {
            "name": f"{part.invoice_number.replace('/', '-')}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": part._name,
            "res_id": part.id,
            "company_id": self.company_id.id,
        }

    @contextlib.contextmanager
    def _path(self):
        """The original as a file, without reading it where Odoo's file store has it."""
        attachment = self.attachment_id.sudo()
        if attachment.store_fname and attachment._storage() == "file":
            yield pathlib.Path(attachment._full_path(attachment.store_fname))
            return
        with tempfile.TemporaryDirectory(prefix="collective-") as folder:
            path = pathlib.Path(folder) / "original.pdf"
            path.write_bytes(attachment.raw or b"")
            yield path
