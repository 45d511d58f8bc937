# SPDX-License-Identifier: AGPL-3.0-or-later
"""A carrier's invoice beside our usage of the same sources and period."""

from __future__ import annotations

from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..billing import carrier_check
from ..store import exact

MICRO = 1_000_000


class TelecomCarrierInvoice(models.Model):
    _inherit = "telecom.carrier.invoice"

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
        rows = carrier_check.compare(
            self._positions(),
            [(name, sums) for name, sums, _unpriced in usage],
            carrier_check.Tolerance(
                Decimal(str(self.tolerance_percent)), Decimal(str(self.tolerance_amount))
            ),
            {alias.name: alias.destination for alias in self._aliases()},
        )
        unpriced: dict[str, int] = {}
        for name, _sums, count in usage:
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
            " CASE WHEN has_seconds THEN seconds END, amount"
            " FROM telecom_carrier_position WHERE invoice_id = %s ORDER BY line, id",
            self.id,
        )
        return [
            (name, carrier_check.Sums(records, seconds, amount))
            for name, records, seconds, amount in exact.fetch(self.env.cr, query)
        ]

    def _usage_by_destination(self) -> list[tuple[str, carrier_check.Sums, int]]:
        """[(destination, sums, records without cost)] of our usage.

        The destination is the carrier's own name in its records, else the zone they were charged
        in. Money is what rating found the record to cost, else what the carrier's record states.
        """
        query = SQL(
            "SELECT coalesce(nullif(trim(u.destination), ''),"
            "  z.name->>%(lang)s, z.name->>'en_US', '–') AS name,"
            " count(*), sum(u.quantity) FILTER (WHERE u.unit = 'second'),"
            " sum(%(cost)s), count(*) FILTER (WHERE %(cost)s IS NULL)"
            " FROM %(records)s GROUP BY 1 ORDER BY 1",
            lang=self.env.lang or "en_US",
            cost=self._cost_sql(),
            records=self._records_sql(),
        )
        return [
            (
                name,
                carrier_check.Sums(records, (seconds or Decimal(0)) / MICRO, amount or Decimal(0)),
                unpriced,
            )
            for name, records, seconds, amount, unpriced in exact.fetch(self.env.cr, query)
        ]

    def _cost_sql(self) -> SQL:
        return SQL(
            "coalesce(c.cost, CASE WHEN u.currency = %s THEN u.cost END)", self.currency_id.name
        )

    def _records_sql(self) -> SQL:
        """Facts ``u`` of the sources and period, with their charges ``c`` and zone ``z``."""
        begin, end = self._span_utc()
        return SQL(
            "telecom_usage_data u LEFT JOIN (SELECT usage_id, started_at, sum(cost) AS cost,"
            "  max(zone_id) AS zone_id FROM telecom_charge_data WHERE company_id = %(company)s"
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
