# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice beside our usage of the same sources and period."""

from __future__ import annotations

from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ..billing import carrier_check
from ..store import exact

MICRO = 1_000_000


class TelecomCarrierInvoice(models.Model):
    _inherit = "telecom.carrier.invoice"

    usage_note = fields.Text(readonly=True)

    def _compare(self) -> None:
        """Make the variances anew; what was accepted before and is unchanged stays accepted."""
        self.ensure_one()
        if not self.source_ids:
            raise UserError(
                self.env._(
                    "Choose the sources whose usage invoice %s is compared with; or enter the "
                    "carrier on its sources.",
                    self.name,
                )
            )
        self._remember_names()
        usage = self._usage_by_destination()
        self._note_usage(usage)
        rows = carrier_check.compare(
            self._positions(),
            [(name, sums) for name, sums, *_rest in usage],
            carrier_check.Tolerance(
                Decimal(str(self.tolerance_percent)), Decimal(str(self.tolerance_amount))
            ),
            {alias.name: alias.destination for alias in self._aliases()},
        )
        unpriced: dict[str, int] = {}
        for name, _sums, count, _converted in usage:
            at = carrier_check.key(name)
            unpriced[at] = unpriced.get(at, 0) + count
        accepted = {(line.destination, line.difference) for line in self.line_ids if line.accepted}
        self.line_ids.sudo().unlink()
        values = [self._variance_values(rank, row) for rank, row in enumerate(rows)]
        for vals in values:
            vals["unpriced"] = unpriced.get(carrier_check.key(vals["destination"]), 0)
        lines = self.env["telecom.carrier.variance"].sudo().create(values)
        for line in lines:
            line.accepted = (line.destination, line.difference) in accepted
        if self.state in ("new", "read"):
            self.state = "read"
        self._settle_state()

    def _variance_values(self, rank: int, row: carrier_check.Row) -> dict:
        invoiced, ours = row.invoiced, row.ours
        return {
            "invoice_id": self.id,
            "rank": rank,
            "destination": row.destination,
            "invoiced_as": ", ".join(row.names),
            "records": invoiced.records or 0,
            "records_ours": ours.records or 0,
            "seconds": float(invoiced.seconds or 0),
            "seconds_ours": float(ours.seconds or 0),
            "amount": float(invoiced.amount or 0),
            "amount_ours": float(ours.amount or 0),
            "state": row.status,
        }

    def _positions(self) -> list[tuple[str, carrier_check.Sums]]:
        """The invoice's positions, exactly as read."""
        self.env.flush_all()
        query = SQL(
            "SELECT destination, CASE WHEN has_records THEN records END,"
            " CASE WHEN has_seconds THEN seconds END, amount, coalesce(seconds_slack, 0)"
            " FROM telecom_carrier_position WHERE invoice_id = %s ORDER BY line, id",
            self.id,
        )
        return [
            (name, carrier_check.Sums(records, seconds, self._without_vat(amount), slack))
            for name, records, seconds, amount, slack in exact.fetch(self.env.cr, query)
        ]

    def _usage_by_destination(self) -> list[tuple[str, carrier_check.Sums, int, str]]:
        """[(destination, sums, records without cost, currency converted from or "")] of our usage.

        The destination is the carrier's own name in its records, else the zone they were charged
        in. Money is what rating found the record to cost, else what the carrier's record states.
        """
        query = SQL(
            "SELECT coalesce(nullif(trim(u.destination), ''),"
            "  z.name->>%(lang)s, z.name->>'en_US', '–') AS name,"
            " count(*), sum(%(counted)s) FILTER (WHERE u.unit = 'second'),"
            " sum(%(cost)s), count(*) FILTER (WHERE %(cost)s IS NULL), %(currency)s AS currency"
            " FROM %(records)s GROUP BY 1, 6 ORDER BY 1, 6",
            lang=self.env.lang or "en_US",
            counted=self._counted_sql(),
            cost=self._cost_sql(),
            currency=self._currency_sql(),
            records=self._records_sql(),
        )
        currencies = {one.name: one for one in self._all_currencies()}
        found = []
        for name, records, seconds, amount, unpriced, code in exact.fetch(self.env.cr, query):
            currency = currencies.get(code)
            if amount and currency:
                amount = round(amount * self._conversion(currency), 6)
            elif amount:
                unpriced, amount = records, None  # a currency that nobody knows
            sums = carrier_check.Sums(
                records, (seconds or Decimal(0)) / MICRO, amount or Decimal(0)
            )
            converted = code if amount and currency != self.currency_id else ""
            found.append((name, sums, unpriced, converted))
        return found

    def _all_currencies(self):
        return self.env["res.currency"].with_context(active_test=False).search([])

    def _note_usage(self, usage) -> None:
        """What has to be known about our side."""
        notes = []
        unpriced = sum(count for _name, _sums, count, _code in usage)
        if unpriced:
            notes.append(
                self.env._(
                    "%(count)s of our records have no known cost and count as 0. Enter a price "
                    "list on their source, and rate again.",
                    count=unpriced,
                )
            )
        for code in sorted({code for *_rest, code in usage if code}):
            currency = self._all_currencies().filtered(lambda one, code=code: one.name == code)
            notes.append(
                self.env._(
                    "Our costs in %(theirs)s were converted: 1 %(theirs)s = %(rate)s %(own)s "
                    "(%(date)s).",
                    theirs=code,
                    rate=f"{self._conversion(currency):.6f}",
                    own=self.currency_id.name,
                    date=format_date(self.env, self.date_end),
                )
            )
        self.usage_note = "\n".join(notes) or False

    def _cost_sql(self) -> SQL:
        return SQL("coalesce(c.cost, u.cost)")

    def _currency_sql(self) -> SQL:
        """Of the cost; the company's where it is not said."""
        return SQL(
            "coalesce(CASE WHEN c.cost IS NULL THEN nullif(u.currency, '') ELSE c.currency END,"
            " %s)",
            self.company_id.currency_id.name,
        )

    def _records_sql(self) -> SQL:
        """Facts ``u`` of the sources and period, with their charges ``c`` and zone ``z``."""
        begin, end = self._span_utc()
        return SQL(
            "telecom_usage_data u LEFT JOIN (SELECT usage_id, started_at, sum(cost) AS cost,"
            "  max(zone_id) AS zone_id,"
            "  (SELECT name FROM res_currency y WHERE y.id = max(currency_id)) AS currency"
            "  FROM telecom_charge_data WHERE company_id = %(company)s"
            "  AND started_at >= %(begin)s AND started_at < %(end)s"
            "  GROUP BY usage_id, started_at) c"
            " ON c.usage_id = u.id AND c.started_at = u.started_at"
            " LEFT JOIN telecom_zone z ON z.id = c.zone_id"
            " WHERE u.company_id = %(company)s AND u.source_id = ANY(%(sources)s)"
            " AND u.started_at >= %(begin)s AND u.started_at < %(end)s"
            " AND (%(incoming)s OR u.direction <> 'in')",
            company=self.company_id.id,
            sources=self.source_ids.ids,
            begin=begin,
            end=end,
            incoming=bool(self.incoming),
        )

    # ------------------------------------------------------------------ names
    def _aliases(self):
        return self.env["telecom.carrier.alias"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.commercial_partner_id.id),
            ]
        )

    def _remember_names(self) -> None:
        """Names entered on the lines become the carrier's names for good."""
        known = {alias.name: alias for alias in self._aliases()}
        for line in self.line_ids.filtered("matches"):
            if not self.partner_id:
                raise UserError(self.env._("Choose the carrier first."))
            for name in {p.destination for p in self.position_ids} & set(
                (line.invoiced_as or "").split(", ")
            ):
                if name in known:
                    known[name].destination = line.matches
                else:
                    self.env["telecom.carrier.alias"].create(
                        {
                            "company_id": self.company_id.id,
                            "partner_id": self.partner_id.commercial_partner_id.id,
                            "name": name,
                            "destination": line.matches,
                        }
                    )
