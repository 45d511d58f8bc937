# SPDX-License-Identifier: AGPL-3.0-or-later
"""The itemised bill of an invoice: its calls with their prices, as the customer wants them."""

from __future__ import annotations

import zoneinfo
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.tools import SQL

from ..report import itemised, renderer
from ..report.formats import language, masked, phone, texts
from ..store import exact
from ..store.listing import FREE

#: Calls of an invoice: what is frozen under its summaries. A call that was split at the border of
#: a band or of an allowance is one call again.
CALLS = f"""
    SELECT min(c.number_id), min(c.zone_id), min(c.tariff_id), u.started_at, u.direction,
           u.quantity, u.unit, coalesce(u.a_number, u.a_raw), coalesce(u.b_number, u.b_raw),
           u.destination, sum(c.price), bool_and({FREE}), u.account, u.conference, u.participant
      FROM telecom_usage_summary s
      JOIN telecom_charge_data c ON c.summary_id = s.id
      JOIN telecom_usage_data u ON u.id = c.usage_id AND u.started_at = c.started_at
      LEFT JOIN telecom_rate r ON r.id = c.rate_id
     WHERE s.move_id = %(move)s AND s.period >= %(since)s
       AND c.started_at >= %(first)s AND c.started_at < %(last)s
       AND u.started_at >= %(first)s AND u.started_at < %(last)s
     GROUP BY u.id, u.started_at, u.direction, u.quantity, u.unit, u.a_number, u.a_raw,
              u.b_number, u.b_raw, u.destination, u.account, u.conference, u.participant
     ORDER BY u.started_at, u.id
"""


class TelecomDocument(models.AbstractModel):
    _inherit = "telecom.document"

    # ------------------------------------------------------------------ the document
    @api.model
    def _itemised_pdf(self, move) -> bytes:
        """The itemised bill of an invoice as PDF/A-3b."""
        return itemised.render(renderer.shared(), self._prepare_itemised(move))

    @api.model
    def _prepare_itemised(self, move) -> itemised.ItemisedBill:
        partner = move.partner_id
        env = self._env_of(partner)
        move = move.with_env(env)
        words = self._format(move.company_id, partner, move.currency_id)
        reader = _Reader(move)
        sections = reader.sections()
        kinds = {bool(tariff.price_includes_tax) for tariff in reader.tariffs}
        gross = kinds == {True}
        lines = move.invoice_line_ids.filtered(lambda line: line.telecom_kind == "usage")
        comparable = len(kinds) == 1 and gross == self._is_gross(move)
        invoiced = sum((self._line_amount(line, gross) for line in lines), Decimal(0))
        return itemised.ItemisedBill(
            sheet=self._prepare_itemised_sheet(move, words),
            sections=sections,
            gross=gross,
            invoiced=invoiced if comparable else None,
            unlisted=reader.unlisted,
            notes=self._prepare_itemised_notes(move, words, reader, gross),
        )

    @api.model
    def _prepare_itemised_sheet(self, move, words):
        t = words.texts
        customer = move.commercial_partner_id
        sheet = self._prepare_invoice_sheet(move, words)
        months = {summary.period for summary in move.telecom_summary_ids}
        info = [
            (t["invoice_number"], move.name),
            (t["customer"], move.partner_id.display_name),
            (t["invoice_date"], words.date(move.invoice_date)),
            (t["customer_number"], customer.ref),
            (t["contract_number"], move.telecom_contract_id.code),
            (t["usage_months"], ", ".join(words.month(month) for month in sorted(months))),
        ]
        return self._prepare_sheet(
            move.company_id,
            move.partner_id,
            t["itemised_bill"],
            move.invoice_date,
            currency=move.currency_id,
            info=info,
            continued=[f"{t['invoice']} {move.name}", *sheet.continued],
            keywords=sheet.keywords,
        )

    @api.model
    def _prepare_itemised_notes(self, move, words, reader, gross) -> list[str]:
        t = words.texts
        notes = [t["evn_zone"].format(zone=reader.zone.key), t["evn_gross" if gross else "evn_net"]]
        if reader.contract.telecom_itemised_bill == "masked":
            notes.append(t["evn_masked"])
        if reader.free_left_out:
            notes.append(t["evn_flat"])
        if reader.unlisted:
            notes.append(t["evn_unlisted"])
        return notes


class _Reader:
    """Reads the calls of one invoice and applies what the customer chose and the law wants."""

    def __init__(self, move):
        self.env = move.env
        self.move = move
        self.contract = move.telecom_contract_id
        self.zone = zoneinfo.ZoneInfo(move.company_id.partner_id.tz or "Europe/Berlin")
        self.hide = self.contract.telecom_itemised_bill == "masked"
        self.confidential = self.env["telecom.confidential.number"]._prefixes(move.invoice_date)
        self.tariffs = self.env["telecom.tariff"]
        self.free_left_out = False
        self.unlisted = Decimal(0)
        self.texts = texts(language(move.partner_id.lang or self.env.lang))
        self.home = str(move.company_id.country_id.phone_code or 49)

    def sections(self) -> list[itemised.Section]:
        """Calls under the own number, own numbers under their main number."""
        tree: dict[int, dict[str, list]] = {}
        zones, tariffs = set(), set()
        rows = self._rows()
        for row in rows:
            zones.add(row[1])
            tariffs.add(row[2])
        self.tariffs = self.env["telecom.tariff"].browse(filter(None, tariffs))
        names = {
            zone.id: zone.name for zone in self.env["telecom.zone"].browse(filter(None, zones))
        }
        for row in rows:
            own, call = self._call(row, names)
            if call:
                tree.setdefault(row[0], {}).setdefault(own, []).append(call)
        return [
            self._section(number_id, tree[number_id])
            for number_id in sorted(
                tree, key=lambda number_id: self._number(number_id).display_name or ""
            )
        ]

    def _rows(self) -> list[tuple]:
        periods = self.move.telecom_summary_ids.mapped("period")
        if not periods:
            return []
        query = SQL(
            CALLS,
            move=self.move.id,
            since=self.contract._telecom_itemised_from(),
            first=min(periods) - relativedelta(days=1),
            last=max(periods) + relativedelta(months=1, days=1),
        )
        self.env.flush_all()
        return exact.fetch(self.env.cr, query)

    def _number(self, number_id):
        return self.env["telecom.number"].browse(number_id or [])

    def _call(self, row, names) -> tuple[str, itemised.Call | None]:
        (_number, zone, _tariff, started, direction, quantity, unit, a_number, b_number, target,
         price, free, account, conference, participant) = row  # fmt: skip
        incoming = direction == "in"
        own, other = (b_number, a_number) if incoming else (a_number, b_number)
        own = own or account or ""
        if conference:
            # The room is what is billed; who joined stands where else the called number stands.
            own, other = account or own, other or (a_number if account else None)
        if free and not self.contract.telecom_itemised_flat:
            self.free_left_out = True
            return own, None
        if any(str(other or "").startswith(prefix) for prefix in self.confidential):
            self.unlisted += price
            return own, None
        shown = phone(other or "", self.home)
        if self.hide or incoming:
            shown = masked(shown)
        if conference and participant:
            shown = shown or self.texts["participant"].format(name=participant)
            target = self.texts["conference"].format(name=conference)
        return own, itemised.Call(
            started=self._local(started),
            other=shown,
            destination=(target if conference else names.get(zone)) or target or "",
            quantity=Decimal(quantity) / 1_000_000,
            unit=unit,
            amount=price,
            leg=bool(conference),
        )

    def _local(self, started):
        return self.env["telecom.document"]._local(started, self.zone)

    def _section(self, number_id, numbers) -> itemised.Section:
        record = self._number(number_id)
        main = phone(record.number or "", self.home) if record else ""
        return itemised.Section(
            main or record.display_name or "",
            [
                itemised.Number(phone(own, self.home), calls)
                for own, calls in sorted(numbers.items())
            ],
            subtitle=record.contract_line_id.telecom_tariff_id.name or "",
        )
