# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from a carrier's invoice: a draft vendor bill, a file for the dispute."""

from __future__ import annotations

import pathlib
import tempfile
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..billing import dispute_file
from ..store import exact
from .telecom_carrier_invoice import OURS


class TelecomCarrierInvoice(models.Model):
    _inherit = "telecom.carrier.invoice"

    # ------------------------------------------------------------------ vendor bill
    def action_bill(self):
        """A draft vendor bill of what the carrier invoiced."""
        self.ensure_one()
        self._check_open()
        if not self.partner_id or not self.position_ids:
            raise UserError(
                self.env._("A vendor bill needs the carrier, and positions: read the file first.")
            )
        self._check_not_entered()
        move = self.env["account.move"].create(self._prepare_bill())
        self._agree_on_total(move)
        files = self._files()
        for attachment in files:
            attachment.copy({"res_model": "account.move", "res_id": move.id})
        # what is disputed stays so: a carrier is paid, or not, while it answers
        state = "disputed" if self.state == "disputed" else "settled"
        self.write({"move_id": move.id, "state": state})
        return self.action_view_bill()

    def action_view_bill(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def _prepare_bill(self) -> dict:
        """Values of the bill: one line for the usage, one for each position that is a fee."""
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company_id.id)], limit=1
        )
        if not journal:
            raise UserError(self.env._("%s has no purchase journal.", self.company_id.name))
        fees = self.position_ids.filtered(lambda p: not p.has_records and not p.has_seconds)
        usage = self.position_ids - fees
        lines = []
        if usage:
            text = self.env._(
                "Telephony %(first)s – %(last)s (%(count)s positions)",
                first=format_date(self.env, self.date_start),
                last=format_date(self.env, self.date_end),
                count=len(usage),
            )
            lines.append((text, self._sum_of(usage)))
        lines += [(fee.destination, self._sum_of(fee)) for fee in fees]
        account = {}
        if self.layout_id.account_id:
            account["account_id"] = self.layout_id.account_id.id
        # a credit note in all is one in Odoo too, with positive amounts
        sign = -1 if sum(amount for _text, amount in lines) < 0 else 1
        return {
            "move_type": "in_refund" if sign < 0 else "in_invoice",
            "company_id": self.company_id.id,
            "journal_id": journal.id,
            "partner_id": self.partner_id.id,
            "ref": self.name,
            "invoice_date": self.invoice_date,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": self._fiscal_position().id,
            "telecom_period_start": self.date_start,
            "telecom_period_end": self.date_end,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": text,
                        "quantity": 1,
                        "price_unit": sign * amount,
                        "tax_ids": [Command.set(self.tax_ids.ids)],
                        **account,
                        "telecom_period_start": self.date_start,
                        "telecom_period_end": self.date_end,
                    }
                )
                for text, amount in lines
            ],
        }

    def _sum_of(self, positions) -> float:
        """Without VAT; exactly added up in the database, rounded once."""
        return self.currency_id.round(float(self._without_vat(self._written_sum(positions))))

    def _written_sum(self, positions) -> Decimal:
        self.env.flush_all()
        query = SQL(
            "SELECT sum(amount) FROM telecom_carrier_position WHERE id = ANY(%s)", positions.ids
        )
        ((total,),) = exact.fetch(self.env.cr, query)
        return total

    def _agree_on_total(self, move) -> None:
        """Amounts with VAT: the bill comes to the carrier's total, to the cent."""
        if self.amounts != "gross":
            return
        total = abs(float(self._written_sum(self.position_ids)))
        off = self.currency_id.round(total - move.amount_total)
        totals = move.tax_totals
        groups = [group for part in totals["subtotals"] for group in part["tax_groups"]]
        if off and groups:
            groups[0]["tax_amount_currency"] += off
            move.tax_totals = totals

    # ------------------------------------------------------------------ dispute
    def action_export_xlsx(self):
        return self._export("xlsx")

    def action_export_csv(self):
        return self._export("csv")

    def _export(self, kind: str):
        """The differing destinations and our records of them, attached and downloaded."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line._is_open())
        if not lines:
            raise UserError(self.env._("There is no difference to dispute."))
        heads, comparison = self._comparison(lines)
        name = f"{self.name.replace('/', '-')}-{self.env._('dispute')}.{kind}"
        with tempfile.TemporaryDirectory(prefix="dispute-") as folder:
            path = pathlib.Path(folder) / "file"
            dispute_file.write(
                kind,
                path,
                (self.env._("Differences"), heads, comparison),
                (self.env._("Our records"), self._record_heads(), self._differing(lines)),
                self.env.lang or "en_US",
            )
            attachment = self.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": path.read_bytes(),
                    "description": OURS,
                    "res_model": self._name,
                    "res_id": self.id,
                    "mimetype": dispute_file.MIMETYPES[kind],
                }
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _comparison(self, lines):
        label = self.env["telecom.carrier.variance"]._fields
        names = (
            "destination", "invoiced_as", "records", "records_ours", "seconds", "seconds_ours",
            "amount", "amount_ours", "difference", "state",
        )  # fmt: skip
        heads = [label[name]._description_string(self.env) for name in names]
        states = dict(label["state"]._description_selection(self.env))
        self.env.flush_all()
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT %s FROM telecom_carrier_variance WHERE id = ANY(%s) ORDER BY rank, id",
                SQL(", ").join(SQL.identifier(name) for name in names),
                lines.ids,
            ),
        )
        return heads, [[*row[:-1], states[row[-1]]] for row in rows]

    def _record_heads(self) -> list[str]:
        return [
            self.env._("Destination"),
            self.env._("Start (UTC)"),
            self.env._("From"),
            self.env._("To"),
            self.env._("Seconds"),
            self.env._("Cost"),
            self.env._("Cost stated by the carrier"),
            self.env._("The carrier's record"),
            self.env._("File"),
            self.env._("Line"),
        ]

    def _differing(self, lines):
        """Our records of these destinations, one list each, streamed from the database."""
        query = SQL(
            "SELECT * FROM (SELECT coalesce(nullif(trim(u.destination), ''),"
            "  z.name->>%(lang)s, z.name->>'en_US', '–') AS target, u.started_at,"
            "  coalesce(u.a_number, u.a_raw), coalesce(u.b_number, u.b_raw),"
            "  CASE WHEN u.unit = 'second' THEN u.quantity / 1000000.0 END, %(cost)s, u.cost,"
            "  u.record_id, (SELECT name FROM telecom_delivery d WHERE d.id = u.delivery_id),"
            "  u.line FROM %(records)s) r"
            " WHERE lower(regexp_replace(trim(r.target), '\\s+', ' ', 'g')) = ANY(%(keys)s)"
            " ORDER BY 1, 2",
            lang=self.env.lang or "en_US",
            cost=self._cost_sql(),
            records=self._records_sql(),
            keys=[" ".join(line.destination.split()).lower() for line in lines],
        )
        yield from exact.stream(self.env.cr, query)


class AccountMove(models.Model):
    _inherit = "account.move"

    telecom_carrier_invoice_ids = fields.One2many("telecom.carrier.invoice", "move_id")

    @api.ondelete(at_uninstall=False)
    def _unlink_reopens_carrier_invoice(self):
        self.telecom_carrier_invoice_ids.write({"state": "read"})
        invoices = self.telecom_carrier_invoice_ids
        invoices.move_id = False
        invoices._settle_state()
