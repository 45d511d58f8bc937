# SPDX-License-Identifier: AGPL-3.0-or-later
"""An Odoo invoice as the printed one: positions, taxes, what the law wants said."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from odoo import api, models
from odoo.tools import html2plaintext, is_html_empty

from ..report import invoice, renderer
from ..report.formats import MINUS, NO_BREAK

SECONDS_A_MINUTE = 60


class TelecomDocument(models.AbstractModel):
    _inherit = "telecom.document"

    # ------------------------------------------------------------------ the document
    @api.model
    def _invoice_pdf(self, move, facturx: str | None = None, proforma: bool = False) -> bytes:
        """The invoice as PDF/A-3b, with the e-invoice's XML in it where given."""
        document = self._prepare_invoice(move, proforma=proforma)
        return invoice.render(renderer.shared(), document, facturx)

    @api.model
    def _invoice_preview(self, move, proforma: bool = False) -> list[str]:
        """The invoice's pages as SVG, for a browser."""
        return invoice.preview(renderer.shared(), self._prepare_invoice(move, proforma=proforma))

    @api.model
    def _prepare_invoice(self, move, proforma=False) -> invoice.Invoice:
        move = move.with_env(self._env_of(move.partner_id))
        words = self._format(move.company_id, move.partner_id, move.currency_id)
        gross = self._is_gross(move)
        credit = move.move_type == "out_refund"
        total = self._exact(move.amount_total)
        draft = move.state != "posted" or proforma
        return invoice.Invoice(
            sheet=self._prepare_invoice_sheet(move, words),
            groups=self._prepare_groups(move, words, gross),
            net=self._exact(move.amount_untaxed),
            taxes=self._prepare_taxes(move, words),
            total=total,
            gross=gross,
            credit=credit,
            open=total if draft else self._exact(move.amount_residual),
            intro=self._prepare_intro(move, words),
            payment=self._prepare_payment(move, words),
            qr=self._prepare_qr(move),
            notes=self._prepare_notes(move, words),
            enclosed=self._prepare_enclosed(move, words),
            draft=words.texts["proforma"] if draft else "",
        )

    # ------------------------------------------------------------------ head
    @api.model
    def _prepare_invoice_sheet(self, move, words):
        t = words.texts
        number = move.name if move.name and move.name != "/" else ""
        customer = move.commercial_partner_id
        kind = t["credit_note" if move.move_type == "out_refund" else "invoice"]
        contract = move.telecom_contract_id
        info = [
            (t["invoice_number"], number),
            (t["invoice_date"], words.date(move.invoice_date) if move.invoice_date else ""),
            (t["service_period"], self._prepare_period(move, words)),
            (t["customer_number"], customer.ref),
            (t["contract_number"], contract.code),
            (t["your_reference"], move.ref if not move.reversed_entry_id else ""),
            (t["your_vat"], customer.vat if move.fiscal_position_id else ""),
            (t["corrects"], move.reversed_entry_id.name),
            (
                t["due_date"],
                words.date(move.invoice_date_due)
                if move.invoice_date_due and move.move_type == "out_invoice"
                else "",
            ),
        ]
        return self._prepare_sheet(
            move.company_id,
            move.partner_id,
            f"{kind} {number}".strip(),
            move.invoice_date or move.company_id._telecom_today(),
            currency=move.currency_id,
            info=[(label, value) for label, value in info if value],
            continued=[
                f"{t['customer']} {customer.ref}" if customer.ref else "",
                words.date(move.invoice_date) if move.invoice_date else "",
            ],
            keywords=[word for word in (number, customer.ref, contract.code) if word],
        )

    @api.model
    def _prepare_period(self, move, words) -> str:
        start, end = move.telecom_period_start, move.telecom_period_end
        if start and end:
            return words.period(start, end)
        return words.date(move.delivery_date) if move.delivery_date else ""

    @api.model
    def _prepare_intro(self, move, words) -> list[str]:
        t = words.texts
        origin = move.reversed_entry_id
        if move.move_type == "out_refund":
            text = t["intro_credit_of"].format(invoice=origin.name) if origin else t["intro_credit"]
        elif move.telecom_contract_id:
            text = t["intro_contract"].format(contract=move.telecom_contract_id.code)
        else:
            text = t["intro"]
        return [self._greeting(words, move.partner_id), text]

    # ------------------------------------------------------------------ positions
    @api.model
    def _is_gross(self, move) -> bool:
        """Whether the positions' prices contain VAT: where each of their taxes does."""
        taxes = move.invoice_line_ids.tax_ids
        return bool(taxes) and all(taxes.mapped("price_include"))

    @api.model
    def _prepare_groups(self, move, words, gross) -> list[invoice.Group]:
        """Lines under their contract line (telecom) or their section (any other invoice)."""
        groups: list[tuple[object, invoice.Group]] = []
        for line in move.invoice_line_ids.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type == "line_note":
                self._add_note(groups, line)
            elif line.display_type in ("line_section", "line_subsection"):
                groups.append((line, invoice.Group(line.name or "", [])))
            elif line.display_type == "product":
                key = line.contract_line_id if move.telecom_contract_id else None
                if not groups or (key is not None and groups[-1][0] != key):
                    groups.append((key, self._prepare_group(line, words)))
                groups[-1][1].lines.append(self._prepare_line(line, words, gross))
        return [group for _key, group in groups if group.lines]

    @api.model
    def _prepare_group(self, line, words) -> invoice.Group:
        source = line.contract_line_id
        if not line.move_id.telecom_contract_id or not source:
            return invoice.Group("", [])
        run = line.move_id.telecom_run_id
        subtitle = [source.telecom_tariff_id.name]
        if source.telecom_tariff_id and run:
            month = words.period(run.period_start, run.period_end)
            subtitle.append(words.texts["usage_in"].format(period=month))
        return invoice.Group(
            source.name or "", [], subtitle="  ·  ".join(part for part in subtitle if part)
        )

    @api.model
    def _add_note(self, groups, line):
        """A note becomes small print of the line above it, or an untitled group's first line."""
        if groups and groups[-1][1].lines:
            groups[-1][1].lines[-1].details.append(line.name or "")

    @api.model
    def _prepare_line(self, line, words, gross) -> invoice.Line:
        common = {
            "amount": self._line_amount(line, gross),
            "tax": ", ".join(
                words.percent(self._exact(tax.amount, 4))
                for tax in line.tax_ids
                if tax.amount_type == "percent"
            ),
        }
        if line.telecom_kind == "usage":
            return self._prepare_usage_line(line, words, common)
        text, *details = (line.name or "").split("\n")
        pieces = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        uom = line.product_uom_id - (pieces or line.product_uom_id.browse())  # "7", not "7 Unit(s)"
        unit = f"{NO_BREAK}{uom.name}" if uom and line.quantity != 1 else ""
        if line.discount:
            details.append(f"{MINUS}{words.percent(self._exact(line.discount, 4))}")
        return invoice.Line(
            text,
            quantity=f"{words.number(self._exact(line.quantity, 6))}{unit}",
            price=self._exact(line.price_unit, 6),
            details=details,
            **common,
        )

    @api.model
    def _prepare_usage_line(self, line, words, common) -> invoice.Line:
        """Usage of one zone at one price: how many, how long, the minute's price."""
        summaries = line.telecom_summary_ids
        records = sum(summaries.mapped("records"))
        t = words.texts
        rate = summaries.rate_id[:1]
        unit = summaries[:1].unit
        quantity = sum((self._exact(s.quantity, 6) for s in summaries), Decimal(0))
        zone = rate.name or summaries.zone_id[:1].name or line.name
        band = summaries.band_id[:1].name
        count = (
            t["usage_record"]
            if records == 1
            else t["usage_records"].format(count=words.number(records))
        )
        aside = [count, self._usage_period(line, summaries, words)]
        if not common["amount"] and not (rate.price or rate.setup or rate.minimum):
            aside.append(t["flat"])
        return invoice.Line(
            ", ".join(filter(None, [zone, band])),
            quantity=words.quantity(quantity, unit),
            price=self._unit_price(summaries, line),
            aside=", ".join(filter(None, aside)),
            **common,
        )

    @api.model
    def _usage_period(self, line, summaries, words) -> str:
        """The days that the position is about, where they are not simply the month billed: late
        usage, or prices that changed within the month."""
        first, last = line.telecom_period_start, line.telecom_period_end
        version = summaries.version_id[:1]
        begin = max(first, version.valid_from or first)
        end = min(last, version.valid_until or last)
        run = line.move_id.telecom_run_id
        if (begin, end) == (run.period_start, run.period_end):
            return ""
        return words.period(begin, end)

    @api.model
    def _unit_price(self, summaries, line) -> Decimal | None:
        """The price of a minute or piece, where all of the position has the same, in the kind of
        price that the invoice shows."""
        rate = summaries.rate_id
        tariff = summaries.tariff_id
        shown_gross = bool(line.tax_ids) and all(line.tax_ids.mapped("price_include"))
        if len(rate) != 1 or len(tariff) != 1 or bool(tariff.price_includes_tax) != shown_gross:
            return None
        if not rate.price or rate.step_ids or rate.on_cost:
            return None
        per = SECONDS_A_MINUTE if rate.unit == "second" else 1
        return self._exact(rate.price, 8) * per / self._exact(rate.price_per, 6)

    @api.model
    def _line_amount(self, line, gross) -> Decimal:
        return self._exact(line.price_total if gross else line.price_subtotal)

    @api.model
    def _prepare_taxes(self, move, words) -> list[invoice.Tax]:
        """Base and tax of each rate, from the entries of the tax and of its base.

        Not ``tax_totals``: it computes every line anew, and takes longer than all the rest.
        """
        sign = 1 if move.move_type == "out_refund" else -1
        found = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for line in move.line_ids:
            tax = line.tax_line_id
            if tax:
                found[self._tax_label(tax, words)][1] += sign * self._exact(line.amount_currency)
            for tax in line.tax_ids:
                found[self._tax_label(tax, words)][0] += sign * self._exact(line.amount_currency)
        return [invoice.Tax(label, base, amount) for label, (base, amount) in found.items()]

    @api.model
    def _tax_label(self, tax, words) -> str:
        if tax.amount_type != "percent":
            return tax.invoice_label or tax.name
        return f"{words.percent(self._exact(tax.amount, 4))} {words.texts['vat']}"

    # ------------------------------------------------------------------ small print
    @api.model
    def _prepare_notes(self, move, words) -> list[str]:
        """Reverse charge, terms, and for telecom invoices what TKG and BGB want on them."""
        t = words.texts
        notes = [
            text
            for text in (move.fiscal_position_id.note, move.narration)
            if not is_html_empty(text)
        ]
        notes = [line for text in notes for line in html2plaintext(text).split("\n") if line]
        contract = move.telecom_contract_id
        consumer = move.commercial_partner_id.telecom_kind == "private"
        if move.move_type == "out_invoice" and contract:
            if consumer:
                notes += self._prepare_term_notes(contract, words)
            notes.append(t["note_objection"])
            if consumer and not self._is_debit(move):
                notes.append(t["note_default"])
        return notes

    @api.model
    def _prepare_term_notes(self, contract, words) -> list[str]:
        """Start, term and notice of a consumer's contract (TKTransparenzV § 4)."""
        t = words.texts
        parts = []
        if contract.date_start:
            parts.append(t["note_contract"].format(start=words.date(contract.date_start)))
        if contract.telecom_term_end and contract.telecom_notice_date:
            parts.append(
                t["note_term"].format(
                    end=words.date(contract.telecom_term_end),
                    notice=words.date(contract.telecom_notice_date),
                )
            )
        if contract.telecom_notice_months:
            parts.append(t["note_notice"].format(months=contract.telecom_notice_months))
        parts.append(t["note_switching"])
        return [" ".join(parts)]

    @api.model
    def _prepare_enclosed(self, move, words) -> list[str]:
        """Annexes must be named to be part of the invoice (UStDV § 31 (1))."""
        return [words.texts["itemised_bill"]] if move._telecom_wants_itemised() else []
