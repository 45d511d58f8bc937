# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a carrier's invoice looks as a file: which column is what."""

from __future__ import annotations

import base64

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from connectors import archives, carrier_invoice
from connectors.formats.summary import plain as plain_micro
from connectors.reasons import DeliveryError, SettingsError

from ..billing import carrier_file
from ..deck.terms import Unreadable
from ..terms import explained_line, told
from . import connector_choices as choices

#: Positions that the test shows.
SHOWN = 20


class TelecomCarrierLayout(models.Model):
    _name = "telecom.carrier.layout"
    _description = "Layout of Carriers' Invoices"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Carriers",
        check_company=True,
        help="Files in mails of these carriers are read with this layout.",
    )
    settings = fields.Json(default=dict, help="Columns, decimal sign, encoding …")
    settings_schema = fields.Json(compute="_compute_settings_schema")
    tolerance_percent = fields.Float(
        "Tolerance (%)", default=0.5, digits=(6, 3), help="Of our records, duration and money."
    )
    amounts = fields.Selection(
        [("net", "Without VAT"), ("gross", "With VAT")],
        "Amounts Are",
        default="net",
        required=True,
        help="Amounts with VAT are compared with our costs without it.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Amounts",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    account_id = fields.Many2one(
        "account.account",
        "Expense Account",
        check_company=True,
        help="Of the vendor bill. Empty: the one of the purchase journal.",
    )
    increment_first = fields.Integer(
        "First Increment (s)",
        help="How the carrier counts a call: 60 and 60 are whole minutes, 60 and 1 a minute at "
        "least. 0: the seconds as they are.",
    )
    increment_next = fields.Integer("Further Increments (s)")
    tolerance_amount = fields.Monetary(
        "At Least", default=1.0, help="Smaller differences in money always pass."
    )
    sample = fields.Binary(attachment=True, help="A file to try the layout on.")
    sample_name = fields.Char()
    preview = fields.Html(readonly=True, sanitize=False, copy=False)

    _increment_positive = models.Constraint(
        "CHECK (increment_first >= 0 AND increment_next >= 0)", "An increment is not negative."
    )
    _tolerance_positive = models.Constraint(
        "CHECK (tolerance_percent >= 0 AND tolerance_amount >= 0)", "A tolerance is not negative."
    )

    # ------------------------------------------------------------------ compute
    @api.depends_context("lang")
    def _compute_settings_schema(self):
        declared = [setting.describe() for setting in carrier_invoice.SETTINGS]
        schema = choices.labelled(declared, self.env)
        for layout in self:
            layout.settings_schema = schema

    # ------------------------------------------------------------------ constraints
    @api.constrains("settings", "name")
    def _check_settings(self):
        for layout in self:
            try:
                carrier_invoice.check(layout.settings or {})
            except SettingsError as error:
                raise ValidationError(
                    self.env._(
                        "Layout %(name)s: %(fault)s",
                        name=layout.name,
                        fault=told(self.env, str(error)),
                    )
                ) from error

    # ------------------------------------------------------------------ actions
    def action_test(self):
        """Show what is read from the sample."""
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Choose a sample file first."))
        data = base64.b64decode(self.sample)
        self.preview = self._as_table(self._read(data, self.sample_name or "sample"))
        return True

    # ------------------------------------------------------------------ business
    def _read(self, data: bytes, name: str) -> carrier_invoice.Statement:
        """The invoice in a file, or in the one file of an archive that this layout fits."""
        from ..wizards import deck_texts  # the wizards come after the models

        self.ensure_one()
        found, faults = {}, []
        try:
            files = carrier_file.unpacked(name, data)
        except archives.ArchiveError as error:
            raise UserError(told(self.env, str(error))) from error
        for member, content in files:
            try:
                found[member] = carrier_invoice.read(
                    carrier_file.as_text(content, self.settings or {}), self.settings or {}
                )
            except (DeliveryError, SettingsError) as error:
                faults.append(told(self.env, str(error)))
            except Unreadable as error:
                faults.append(deck_texts.unreadable(self.env, error.code, error.value))
        if len(found) > 1:
            raise UserError(
                self.env._(
                    "%(file)s holds several files that layout %(layout)s fits: %(members)s. "
                    "Attach the one that is the invoice.",
                    file=name,
                    layout=self.name,
                    members=", ".join(found),
                )
            )
        if not found:
            raise UserError(
                self.env._(
                    "Layout %(name)s: %(fault)s",
                    name=self.name,
                    fault=" ".join(faults)
                    or self.env._("%s holds no file that can be read.", name),
                )
            )
        return next(iter(found.values()))

    def _as_table(self, found) -> Markup:
        heads = (
            self.env._("Line"),
            self.env._("Destination"),
            self.env._("Records"),
            self.env._("Seconds"),
            self.env._("Amount"),
        )
        head = Markup().join(Markup("<th>{}</th>").format(text) for text in heads)
        body = Markup()
        for row in found.positions[:SHOWN]:
            cells = (
                row.line,
                row.destination,
                "–" if row.records is None else row.records,
                "–" if row.quantity is None else plain_micro(row.quantity),
                plain_micro(row.amount),
            )
            body += Markup("<tr>{}</tr>").format(
                Markup().join(Markup("<td>{}</td>").format(cell) for cell in cells)
            )
        for line, why, raw in found.faulty[:SHOWN]:
            body += Markup(
                "<tr class='table-warning'><td>{}</td><td colspan='4'>{}<pre class='mb-0'>{}</pre>"
                "</td></tr>"
            ).format(line, explained_line(self.env, why), raw[:500])
        summary = self.env._(
            "%(lines)s lines: %(positions)s positions over %(amount)s, %(faulty)s faulty, "
            "%(totals)s totals, %(left_out)s left out.",
            lines=found.lines,
            positions=len(found.positions),
            amount=plain_micro(found.amount),
            faulty=len(found.faulty),
            totals=found.totals,
            left_out=found.left_out,
        )
        if found.total is not None and found.total != found.amount:
            summary += " " + self.env._(
                "The file states a total of %(stated)s: the difference is %(difference)s.",
                stated=plain_micro(found.total),
                difference=plain_micro(found.total - found.amount),
            )
        return Markup(
            "<p>{}</p><table class='table table-sm'><thead><tr>{}</tr></thead><tbody>{}</tbody>"
            "</table>"
        ).format(summary, head, body)
