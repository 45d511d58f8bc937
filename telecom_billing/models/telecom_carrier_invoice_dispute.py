# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a carrier's invoice after it was read: bill, dispute, open again."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.exceptions import UserError

#: What the bill was made of, and how it was compared.
BILLED_FIELDS = frozenset(
    (
        "name",
        "partner_id",
        "company_id",
        "source_ids",
        "layout_id",
        "date_start",
        "date_end",
        "invoice_date",
        "incoming",
        "tolerance_percent",
        "tolerance_amount",
        "currency_id",
        "amounts",
        "increment_first",
        "increment_next",
        "tax_ids",
        "file_id",
        "position_ids",
    )
)


class TelecomCarrierInvoice(models.Model):
    _inherit = "telecom.carrier.invoice"

    is_billed = fields.Boolean(compute="_compute_is_billed", compute_sudo=True)
    twin_id = fields.Many2one(
        "telecom.carrier.invoice", "Entered Before", compute="_compute_twin_id"
    )

    # ------------------------------------------------------------------ compute
    @api.depends("move_id.state", "move_id.payment_state")
    def _compute_is_billed(self):
        for invoice in self:
            bill = invoice.move_id
            gone = bill.state == "cancel" or bill.payment_state == "reversed"
            invoice.is_billed = bool(bill) and not gone

    @api.depends("name", "partner_id", "company_id")
    def _compute_twin_id(self):
        for invoice in self:
            own, carrier = invoice._origin.id, invoice.partner_id.commercial_partner_id
            if not carrier or not invoice.name:
                invoice.twin_id = False
                continue
            invoice.twin_id = self.search(
                [
                    ("company_id", "=", invoice.company_id.id),
                    ("name", "=ilike", self._escaped(invoice.name)),
                    ("partner_id.commercial_partner_id", "=", carrier._origin.id),
                    ("id", "<" if own else "!=", own),
                ],
                order="id",
                limit=1,
            )

    @api.model
    def _escaped(self, text: str) -> str:
        for sign in ("\\", "%", "_"):
            text = text.replace(sign, f"\\{sign}")
        return text.strip()

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'telecom.carrier.invoice': a bill and what it was made of do not part
        if BILLED_FIELDS.intersection(vals):
            self.check_access("write")
            self._check_open()
        return super().write(vals)

    # ------------------------------------------------------------------ actions
    def action_dispute(self):
        """The carrier has been told: before the bill is entered, or afterwards."""
        for invoice in self:
            if not invoice.open_count:
                raise UserError(self.env._("There is no difference to dispute."))
            invoice.state = "disputed"
        return True

    def action_end_dispute(self):
        """The carrier has answered. What it credits comes as an invoice of its own."""
        for invoice in self.filtered(lambda one: one.state == "disputed"):
            if invoice.is_billed:
                invoice.state = "settled"
            else:
                invoice.state = "read"
                invoice._settle_state()
        return True

    def action_reopen(self):
        """The bill was cancelled or reversed: compare again, and make another one."""
        for invoice in self:
            invoice._check_open()
            invoice.write({"move_id": False, "state": "read"})
            invoice._settle_state()
        return True

    # ------------------------------------------------------------------ business
    def _check_open(self) -> None:
        for invoice in self:
            if invoice.is_billed:
                raise UserError(
                    self.env._(
                        "Invoice %(name)s has the vendor bill %(bill)s. Delete it while it is a "
                        "draft, or cancel or reverse it, and the invoice can be changed again.",
                        name=invoice.name,
                        bill=invoice.move_id.display_name,
                    )
                )

    def _check_not_entered(self) -> None:
        """The carrier's number stands on no other bill."""
        bill = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("payment_state", "!=", "reversed"),
                ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("ref", "=ilike", self._escaped(self.name)),
            ],
            limit=1,
        )
        if bill:
            raise UserError(
                self.env._(
                    "%(bill)s is the bill for invoice %(name)s of %(carrier)s already. Correct the "
                    "number here if this is another invoice, else delete this entry.",
                    bill=bill.display_name,
                    name=self.name,
                    carrier=self.partner_id.display_name,
                )
            )
        twin = self._billed_with_the_same_file()
        if twin:
            raise UserError(
                self.env._(
                    "%(file)s was billed with %(bill)s already, as invoice %(name)s. If it is "
                    "another invoice, correct the period here, else delete this entry.",
                    file=self.file_id.name,
                    bill=twin.move_id.display_name,
                    name=twin.name,
                )
            )

    def _billed_with_the_same_file(self):
        """A file that came again under another number (a forwarded mail) is still one invoice; but
        fees may be the same, byte by byte, month after month."""
        if not self.file_id:
            return self.browse()
        twins = self.search(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("partner_id.commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
                ("file_id.checksum", "=", self.file_id.checksum),
                ("date_start", "<=", self.date_end),
                ("date_end", ">=", self.date_start),
            ]
        )
        return twins.filtered("is_billed")[:1]
