# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice: kept as it came, read, and held against our own usage."""

from __future__ import annotations

import datetime
import zoneinfo

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..billing.carrier_file import PACKED, READABLE, is_readable
from ..terms import explained_line
from .told_text import ToldText

#: Tells files that were made here.
OURS = "telecom-dispute"


class TelecomCarrierInvoice(models.Model):
    _name = "telecom.carrier.invoice"
    _description = "Carrier's Invoice"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char("Invoice Number", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", "Carrier", check_company=True, index=True, tracking=True
    )
    source_ids = fields.Many2many(
        "telecom.source",
        string="Sources",
        check_company=True,
        compute="_compute_source_ids",
        store=True,
        readonly=False,
        help="Whose usage the invoice is compared with.",
    )
    layout_id = fields.Many2one(
        "telecom.carrier.layout",
        "Layout",
        check_company=True,
        compute="_compute_layout_id",
        store=True,
        precompute=True,
        readonly=False,
    )
    date_start = fields.Date("From", required=True, default=lambda self: self._last_month()[0])
    date_end = fields.Date("To", required=True, default=lambda self: self._last_month()[1])
    invoice_date = fields.Date(default=fields.Date.context_today)
    incoming = fields.Boolean(
        "With incoming calls", help="The carrier charges for calls to us too (toll-free numbers)."
    )
    tolerance_percent = fields.Float(
        "Tolerance (%)",
        digits=(6, 3),
        compute="_compute_tolerance",
        store=True,
        readonly=False,
        help="Of our records, duration and money.",
    )
    tolerance_amount = fields.Monetary(
        "At Least",
        compute="_compute_tolerance",
        store=True,
        readonly=False,
        help="Smaller differences in money always pass.",
    )
    state = fields.Selection(
        [
            ("new", "Received"),
            ("read", "File read"),
            ("agreed", "Agrees"),
            ("differs", "Differs"),
            ("disputed", "Disputed"),
            ("settled", "Settled"),
        ],
        default="new",
        required=True,
        readonly=True,
        tracking=True,
    )
    message = ToldText(readonly=True)
    file_id = fields.Many2one("ir.attachment", "File That Was Read", readonly=True)
    position_ids = fields.One2many("telecom.carrier.position", "invoice_id", readonly=True)
    line_ids = fields.One2many("telecom.carrier.variance", "invoice_id")
    move_id = fields.Many2one("account.move", "Vendor Bill", readonly=True, check_company=True)
    amount = fields.Monetary(
        "Invoiced", compute="_compute_amounts", store=True, help="Without VAT."
    )
    amount_ours = fields.Monetary("By Our Records", compute="_compute_amounts", store=True)
    amount_open = fields.Monetary(
        "Contested",
        compute="_compute_amounts",
        store=True,
        help="Sum of the differences that are neither within the tolerance nor accepted.",
    )
    open_count = fields.Integer("Open Differences", compute="_compute_amounts", store=True)

    _dates = models.Constraint(
        "CHECK (date_end >= date_start)", "The period ends before it begins."
    )

    # ------------------------------------------------------------------ compute
    @api.model
    def _last_month(self) -> tuple[datetime.date, datetime.date]:
        first = fields.Date.context_today(self).replace(day=1) - relativedelta(months=1)
        return first, first + relativedelta(months=1, days=-1)

    @api.depends("partner_id", "company_id")
    def _compute_source_ids(self):
        for invoice in self:
            carrier = invoice.partner_id.commercial_partner_id
            invoice.source_ids = self.env["telecom.source"].search(
                [
                    ("company_id", "=", invoice.company_id.id),
                    ("partner_id.commercial_partner_id", "in", carrier.ids),
                ]
            )

    @api.depends("partner_id", "company_id")
    def _compute_layout_id(self):
        for invoice in self:
            carrier = invoice.partner_id.commercial_partner_id
            invoice.layout_id = self.env["telecom.carrier.layout"].search(
                [
                    ("company_id", "=", invoice.company_id.id),
                    ("partner_ids.commercial_partner_id", "in", carrier.ids),
                ],
                limit=1,
            )

    @api.depends("layout_id")
    def _compute_tolerance(self):
        for invoice in self:
            invoice.tolerance_percent = invoice.layout_id.tolerance_percent
            invoice.tolerance_amount = invoice.layout_id.tolerance_amount

    @api.depends(
        "line_ids.amount", "line_ids.amount_ours", "line_ids.state", "line_ids.accepted",
        "position_ids.amount", "amounts", "tax_ids",
    )  # fmt: skip
    def _compute_amounts(self):
        for invoice in self:
            invoice.amount = invoice._without_vat(sum(invoice.position_ids.mapped("amount")))
            invoice.open_count = sum(line._is_open() for line in invoice.line_ids)
            invoice.amount_ours = sum(invoice.line_ids.mapped("amount_ours"))
            invoice.amount_open = sum(
                line.amount - line.amount_ours for line in invoice.line_ids if line._is_open()
            )

    # ------------------------------------------------------------------ CRUD
    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for invoice in self:
            if invoice.move_id:
                raise UserError(
                    self.env._(
                        "Invoice %s has a vendor bill. Delete the draft bill first.", invoice.name
                    )
                )

    # ------------------------------------------------------------------ mail
    @api.model
    def message_new(self, msg_dict, custom_values=None):
        # EXTENDS 'mail': the sender is the carrier, or one of its people
        email = email_normalize(msg_dict.get("email_from") or "")
        senders = self.env["res.partner"].search([("email_normalized", "=", email)])
        sources = self.env["telecom.source"].search([])
        known = sources.partner_id.commercial_partner_id
        carrier = (senders.commercial_partner_id & known) or senders.commercial_partner_id
        mine = sources.filtered(
            lambda source: source.partner_id.commercial_partner_id in carrier[:1]
        )
        company = mine[:1].company_id or carrier[:1].company_id or self.env.company
        values = {
            "name": msg_dict.get("subject") or self.env._("Invoice by mail"),
            "company_id": company.id,
            "partner_id": carrier[:1].id,
        }
        return super().message_new(msg_dict, {**values, **(custom_values or {})})

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS 'mail': what came by mail is read if a layout fits
        found = super()._message_post_after_hook(message, msg_vals)
        for invoice in self:
            if message.message_type == "email" and invoice.state == "new" and invoice.layout_id:
                invoice._read_attachments(message.attachment_ids)
        return found

    def _read_attachments(self, attachments) -> None:
        """Read the first file that the layout fits; a fault is noted and nothing is lost."""
        readable = attachments.filtered(lambda file: is_readable(file.name))
        for attachment in readable:
            try:
                with self.env.cr.savepoint():
                    self._read(attachment)
                return
            except UserError as error:
                self.message = str(error)

    # ------------------------------------------------------------------ actions
    def action_read(self):
        """Read the newest file at hand once more, and compare."""
        self.ensure_one()
        self._check_open()
        if not self.layout_id:
            raise UserError(
                self.env._("Choose a layout: it says which column of the file is what.")
            )
        files = self._files().filtered(lambda file: is_readable(file.name))
        if not files:
            raise UserError(
                self.env._(
                    "Attach the carrier's file first (%s). A PDF is kept, but not read.",
                    ", ".join((*READABLE, *PACKED)),
                )
            )
        self._read(files[0])
        return self.action_compare()

    def action_compare(self):
        """Hold the positions against our usage."""
        for invoice in self:
            invoice._check_open()
            invoice._compare()
        return True

    def action_accept_all(self):
        self.line_ids.filtered(lambda line: line._is_open()).accepted = True
        self._settle_state()
        return True

    def action_view_lines(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Variances of %s", self.name),
            "res_model": "telecom.carrier.variance",
            "view_mode": "list",
            "domain": [("invoice_id", "=", self.id)],
        }

    # ------------------------------------------------------------------ business
    def _files(self):
        """The carrier's files, newest first; not what was made here for the dispute."""
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", False),
                ("description", "!=", OURS),
            ],
            order="id desc",
        )

    def _read(self, attachment) -> None:
        found = self.layout_id._read(attachment.raw or b"", attachment.name)
        self._check_readable(attachment, found)
        self.position_ids.sudo().unlink()
        self.line_ids.sudo().unlink()
        self.env["telecom.carrier.position"].sudo().create(
            [
                {
                    "invoice_id": self.id,
                    "line": position.line,
                    "destination": position.destination,
                    "has_records": position.records is not None,
                    "records": position.records or 0,
                    "has_seconds": position.quantity is not None,
                    "seconds": (position.quantity or 0) / 1_000_000,
                    "seconds_slack": position.slack / 1_000_000,
                    "amount": position.amount / 1_000_000,
                }
                for position in found.positions
            ]
        )
        notes = [
            self.env._("Line %(line)s: %(why)s", line=line, why=explained_line(self.env, why))
            for line, why, _raw in found.faulty
        ]
        if found.total is not None and found.total != found.amount:
            notes.append(
                self.env._(
                    "The file states a total of %(stated)s, its positions add up to %(found)s.",
                    stated=found.total / 1_000_000,
                    found=found.amount / 1_000_000,
                )
            )
        values = {"state": "read", "message": "\n".join(notes) or False, "file_id": attachment.id}
        if found.number:
            values["name"] = found.number
        self.write(values)

    def _check_readable(self, attachment, found) -> None:
        """It is an invoice at all, and in the currency that was declared."""
        if not found.positions and not found.faulty:
            raise UserError(
                self.env._(
                    "%(file)s holds no position. Is it the right file, and does layout %(layout)s "
                    "name the right list?",
                    file=attachment.name,
                    layout=self.layout_id.name,
                )
            )
        others = found.currencies - {self.currency_id.name, self.currency_id.symbol}
        if others:
            raise UserError(
                self.env._(
                    "%(file)s states amounts in %(theirs)s, and this invoice is in %(ours)s. "
                    "Correct the currency here, or in layout %(layout)s.",
                    file=attachment.name,
                    theirs=", ".join(sorted(others)),
                    ours=self.currency_id.name,
                    layout=self.layout_id.name,
                )
            )

    def _span_utc(self) -> tuple[datetime.datetime, datetime.datetime]:
        """Begin and end (excluded) of the period as naive UTC, by the company's time zone."""
        zone = zoneinfo.ZoneInfo(self.company_id.partner_id.tz or "Europe/Berlin")
        return tuple(
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone)
            .astimezone(datetime.timezone.utc)
            .replace(tzinfo=None)
            for day in (self.date_start, self.date_end + datetime.timedelta(days=1))
        )

    def _settle_state(self) -> None:
        """Agrees or differs, by its lines."""
        for invoice in self.filtered(lambda one: one.state in ("read", "agreed", "differs")):
            if invoice.line_ids:
                still = any(line._is_open() for line in invoice.line_ids)
                invoice.state = "differs" if still else "agreed"
