# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invoice's documents: its PDF and its itemised bill, made once and kept."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..report.renderer import RenderError

ITEMISED_FIELD = "telecom_itemised_file"


class AccountMove(models.Model):
    _inherit = "account.move"

    telecom_itemised_id = fields.Many2one(
        "ir.attachment",
        string="Itemised bill",
        compute=lambda self: self._compute_linked_attachment_id(
            "telecom_itemised_id", ITEMISED_FIELD
        ),
        depends=[ITEMISED_FIELD],
    )
    telecom_itemised_file = fields.Binary(
        attachment=True, string="Itemised bill (file)", copy=False, readonly=True
    )

    # ------------------------------------------------------------------ actions
    def action_telecom_open_itemised(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{ITEMISED_FIELD}"
            f"/{self.telecom_itemised_id.name}",
            "target": "new",
        }

    # ------------------------------------------------------------------ business
    def _telecom_wants_itemised(self) -> bool:
        """Whether the customer gets an itemised bill with this invoice."""
        self.ensure_one()
        contract = self.telecom_contract_id
        if self.move_type != "out_invoice" or contract.telecom_itemised_bill in (False, "none"):
            return False
        periods = self.telecom_summary_ids.mapped("period")
        return bool(periods) and max(periods) >= contract._telecom_itemised_from()

    def _telecom_has_own_document(self) -> bool:
        """Whether this invoice is typeset by us and not by QWeb."""
        self.ensure_one()
        return self.is_sale_document() and self.company_id.telecom_typeset

    def _telecom_make_documents(self, on_error=None, on_fault=None) -> int:
        """Make and keep what is missing: the invoice with its XML, the itemised bill.

        :param on_error: called with (move, error) where a document cannot be typeset; else raised
        :param on_fault: called with (move, message) where data for the e-invoice is missing; the
            invoice is made without it
        :return: number of documents made
        """
        values, fresh = [], self.browse()
        for move in self:
            try:
                made = move._telecom_prepare_documents(on_fault)
            except RenderError as error:
                if not on_error:
                    raise
                on_error(move, error)
                continue
            values += made
            fresh |= move
        attachments = self.env["ir.attachment"].sudo().create(values)
        self.invalidate_recordset(
            ["invoice_pdf_report_id", "invoice_pdf_report_file", "telecom_itemised_id"]
        )
        fresh._telecom_set_main_attachment()
        return len(attachments)

    def _telecom_prepare_documents(self, on_fault=None) -> list[dict]:
        """Values of the attachments that this invoice lacks."""
        self.ensure_one()
        values, documents = [], self.env["telecom.document"]
        if not self.invoice_pdf_report_id:
            xml, faults = self._telecom_facturx()
            for fault in faults if on_fault else ():
                on_fault(self, fault)
            values.append(self._telecom_invoice_values(documents._invoice_pdf(self, xml)))
        if self._telecom_wants_itemised() and not self.telecom_itemised_id:
            values.append(self._telecom_itemised_values(documents._itemised_pdf(self)))
        return values

    def _telecom_set_main_attachment(self):
        """Show the document beside the invoice. In SQL: a posted move's write checks everything
        that is posted, and this is no part of it."""
        self.flush_recordset(["message_main_attachment_id"])
        self.env.cr.execute(
            SQL(
                "UPDATE account_move m SET message_main_attachment_id = a.id"
                " FROM ir_attachment a WHERE a.res_model = 'account.move' AND a.res_id = m.id"
                " AND a.res_field = 'invoice_pdf_report_file' AND m.id = ANY(%s)",
                list(self.ids),
            )
        )
        self.invalidate_recordset(["message_main_attachment_id"])

    def _telecom_invoice_values(self, pdf: bytes) -> dict:
        report = self.env.ref("account.account_invoices")
        return {
            "name": self._get_invoice_report_filename(report=report),
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "res_field": "invoice_pdf_report_file",
        }

    def _telecom_itemised_values(self, pdf: bytes) -> dict:
        return {
            "name": self._telecom_itemised_name(),
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "res_field": ITEMISED_FIELD,
        }

    def _telecom_itemised_name(self) -> str:
        env = self.env["telecom.document"]._env_of(self.partner_id)
        return env._("%(invoice)s itemised bill.pdf", invoice=self.name.replace("/", "_"))

    def _telecom_facturx(self):
        """(XML text or None, faults) of the e-invoice; none where data is missing for it."""
        self.ensure_one()
        if self.state != "posted" or not self.is_sale_document():
            return None, set()
        xml, faults = self.env["account.edi.xml.cii"]._export_invoice(self)
        return (None, faults) if faults else (xml.decode(), set())

    # ------------------------------------------------------------------ hooks of account
    @api.model
    def _get_fields_to_detach(self):
        # EXTENDS 'account'
        return [*super()._get_fields_to_detach(), ITEMISED_FIELD]
