# SPDX-License-Identifier: AGPL-3.0-or-later
"""A print bundle: the letters of a run as one file, sorted by customer number."""

from __future__ import annotations

import pathlib
import tempfile

from odoo import api, fields, models
from odoo.exceptions import UserError

from connectors import documents


class TelecomPrintBundle(models.Model):
    _name = "telecom.print.bundle"
    _description = "Print Bundle"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    run_id = fields.Many2one("telecom.billing.run", index="btree_not_null", readonly=True)
    file = fields.Binary(attachment=True, readonly=True)
    documents = fields.Integer("Letters", readonly=True)
    pages = fields.Integer(readonly=True)
    sheets = fields.Integer(readonly=True)
    state = fields.Selection(
        [("new", "To print"), ("printed", "Printed")], default="new", required=True, readonly=True
    )
    printed_by = fields.Many2one("res.users", readonly=True)
    printed_at = fields.Datetime("Printed on", readonly=True)
    dispatch_ids = fields.One2many("telecom.dispatch", "bundle_id", readonly=True)

    # ------------------------------------------------------------------ actions
    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/{self.name}?download=true",
            "target": "download",
        }

    def action_printed(self):
        """The letters are on their way."""
        for bundle in self.filtered(lambda bundle: bundle.state == "new"):
            bundle.write(
                {
                    "state": "printed",
                    "printed_by": self.env.user.id,
                    "printed_at": fields.Datetime.now(),
                }
            )
        return True

    # ------------------------------------------------------------------ business
    @api.model
    def _make(self, dispatches, name, run=None):
        """Bundle the documents of these dispatches, in one transaction with what they become."""
        company = dispatches.company_id.ensure_one()
        rows = dispatches.sorted(
            lambda row: (documents.natural(row.customer_number or ""), row.move_id.name or "")
        )
        size = company.telecom_bundle_letters
        made = self.browse()
        for at in range(0, len(rows), size):
            part = rows[at : at + size]
            number = f"-{at // size + 1}" if len(rows) > size else ""
            letters = [
                (row.customer_number or "", row.move_id._telecom_documents_raw()) for row in part
            ]
            bundle = self._bundle(letters, f"{name}{number}.pdf", company, run)
            now = fields.Datetime.now()
            part.write({"state": "sent", "sent_at": now, "bundle_id": bundle.id})
            part.move_id.is_move_sent = True
            made |= bundle
        return made

    @api.model
    def _bundle(self, letters, name, company, run=None):
        """One file of ``letters``: (sort key, PDFs that go into one envelope).

        Instead of the PDFs a function may stand that reads them when their turn comes.
        """
        duplex = company.telecom_bundle_duplex
        with tempfile.TemporaryDirectory(prefix="telecom-bundle-") as folder:
            parts, target = [], pathlib.Path(folder) / "bundle.pdf"
            for key, pdfs in letters:
                for pdf in pdfs() if callable(pdfs) else pdfs:
                    path = pathlib.Path(folder) / f"{len(parts)}.pdf"
                    path.write_bytes(pdf)
                    parts.append((key, path))
            bundle = documents.bundle(parts, target, duplex=duplex)
            if bundle.failed:
                place = [path for _key, path in parts].index(bundle.failed[0][0])
                raise UserError(
                    self.env._(
                        "The letter of customer %(customer)s cannot be put into the print bundle: "
                        "%(error)s Make its document anew.",
                        customer=parts[place][0],
                        error=bundle.failed[0][1],
                    )
                )
            pdf = target.read_bytes()
        record = self.create(
            {
                "name": name,
                "company_id": company.id,
                "run_id": run.id if run else False,
                "documents": len(letters),
                "pages": bundle.pages,
                "sheets": -(-bundle.pages // 2) if duplex else bundle.pages,
            }
        )
        record._attach(pdf)
        return record

    def _raw(self) -> bytes:
        """The file itself."""
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo()
        return attachments.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", "file"),
            ],
            limit=1,
        ).raw

    def _attach(self, pdf: bytes):
        """Keep the file; as it is, without the detour over base64."""
        self.ensure_one()
        self.env["ir.attachment"].sudo().create(
            {
                "name": self.name,
                "raw": pdf,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "res_field": "file",
                "company_id": self.company_id.id,
            }
        )
        self.invalidate_recordset(["file"])
