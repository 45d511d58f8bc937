# SPDX-License-Identifier: AGPL-3.0-or-later
"""A contract's usage as its customer may see it: months, destinations, single calls."""

from __future__ import annotations

import datetime
import zoneinfo
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from odoo import models
from odoo.tools import SQL

from ..charging import explaining
from ..report.formats import language, masked, phone, texts
from ..store import exact
from ..store.listing import FREE

MONTHS = """
    SELECT period, sum(records)::bigint,
           sum(quantity) FILTER (WHERE service = 'voice'), sum(amount),
           bool_and(move_id IS NOT NULL OR handover_batch_id IS NOT NULL)
      FROM telecom_usage_summary
     WHERE contract_id = %(contract)s
     GROUP BY period ORDER BY period DESC LIMIT %(limit)s
"""
DESTINATIONS = """
    SELECT s.zone_id, s.service, sum(s.records)::bigint, sum(s.quantity), sum(s.amount),
           min(r.unit)
      FROM telecom_usage_summary s LEFT JOIN telecom_rate r ON r.id = s.rate_id
     WHERE s.contract_id = %(contract)s AND s.period = %(month)s
     GROUP BY s.zone_id, s.service ORDER BY sum(s.amount) DESC, s.zone_id
"""
# The month's own bounds let PostgreSQL read one partition only.
CALLS = f"""
    SELECT c.usage_id, u.started_at, u.direction, coalesce(u.a_number, u.a_raw),
           coalesce(u.b_number, u.b_raw), min(c.zone_id), u.destination, u.quantity, u.unit,
           sum(c.price), bool_and({FREE}), u.account, u.conference, u.participant
      FROM telecom_charge_data c
      JOIN telecom_usage_data u ON u.id = c.usage_id AND u.started_at = c.started_at
      LEFT JOIN telecom_rate r ON r.id = c.rate_id
     WHERE c.contract_id = %(contract)s AND c.summary_id IS NOT NULL
       AND c.started_at >= %(first)s AND c.started_at < %(last)s
       AND u.started_at >= %(first)s AND u.started_at < %(last)s
       AND (%(free)s OR NOT {FREE})
       AND (%(usage)s IS NULL OR c.usage_id = %(usage)s)
       AND NOT (coalesce(u.b_number, '') LIKE ANY (%(confidential)s))
     GROUP BY c.usage_id, u.started_at, u.direction, u.a_number, u.a_raw, u.b_number, u.b_raw,
              u.destination, u.quantity, u.unit, u.account, u.conference, u.participant
"""


class ContractContract(models.Model):
    _inherit = "contract.contract"

    def _telecom_months(self, limit: int = 24) -> list[dict]:
        """Usage by month, the latest first: month, records, seconds, amount, invoiced."""
        self.ensure_one()
        self.env.flush_all()
        rows = exact.fetch(self.env.cr, SQL(MONTHS, contract=self.id, limit=limit))
        keys = ("month", "records", "seconds", "amount", "invoiced")
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def _telecom_destinations(self, month: datetime.date) -> list[dict]:
        """Usage of a month by destination: zone, service, records, quantity, amount, unit."""
        self.ensure_one()
        self.env.flush_all()
        rows = exact.fetch(self.env.cr, SQL(DESTINATIONS, contract=self.id, month=month))
        keys = ("zone", "service", "records", "quantity", "amount", "unit")
        found = [dict(zip(keys, row, strict=True)) for row in rows]
        units = self.env["telecom.unit"].sudo()
        for row in found:
            row["zone"] = self.env["telecom.zone"].browse(row["zone"] or [])
            row["unit"] = units._base_of(self.company_id, row["unit"], row["service"])
        return found

    def _telecom_lists_calls(self, month: datetime.date) -> bool:
        """Whether the customer chose to have the calls of this month listed."""
        self.ensure_one()
        return (
            self.telecom_itemised_bill not in (False, "none")
            and month >= self._telecom_itemised_from()
        )

    def _telecom_count_calls(self, month: datetime.date) -> int:
        query = SQL("SELECT count(*) FROM (%s) AS calls", self._telecom_calls_query(month))
        return self.env.execute_query(query)[0][0]

    def _telecom_calls(
        self, month: datetime.date, limit: int, offset: int = 0, usage_id: int | None = None
    ) -> list[dict]:
        """Single calls of a month as they may be shown, the latest first.

        Each: usage_id, started (local, naive), own, other, zone (record), destination, quantity
        (in units), unit, amount.
        """
        self.ensure_one()
        if not self._telecom_lists_calls(month):
            return []
        query = SQL(
            "%s ORDER BY u.started_at DESC, c.usage_id DESC LIMIT %s OFFSET %s",
            self._telecom_calls_query(month, usage_id),
            limit,
            offset,
        )
        return [self._telecom_call(row) for row in exact.fetch(self.env.cr, query)]

    def _telecom_explain(self, call: dict, month: datetime.date) -> list[str]:
        """Why a call costs what it costs, a sentence for each decision; nothing in it tells more
        of the other party than the list of calls does."""
        self.ensure_one()
        first, last = self._telecom_bounds(month)
        charge = self.env["telecom.charge"].search(
            [
                ("usage_id", "=", call["usage_id"]),
                ("contract_id", "=", self.id),
                ("started_at", ">=", first),
                ("started_at", "<", last),
            ],
            order="segment",
            limit=1,
        )
        if not charge:
            return []
        text = explaining.of_charge(charge)
        other = charge.a_number if charge.direction == "in" else charge.b_number
        if other and call["hidden"]:
            text = text.replace(other, masked(other))
        return [line for line in text.split("\n") if line.strip()]

    def _telecom_bounds(self, month) -> tuple[datetime.datetime, datetime.datetime]:
        """Begin and end (excluded) of a month, naive UTC."""
        zone = self._telecom_zone_info()
        return tuple(
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone)
            .astimezone(datetime.timezone.utc)
            .replace(tzinfo=None)
            for day in (month, month + relativedelta(months=1))
        )

    def _telecom_zone_info(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.company_id.partner_id.tz or "Europe/Berlin")

    def _telecom_calls_query(self, month, usage_id=None) -> SQL:
        self.env.flush_all()
        first, last = self._telecom_bounds(month)
        hidden = self.env["telecom.confidential.number"]._prefixes(month)
        return SQL(
            CALLS,
            contract=self.id,
            first=first,
            last=last,
            free=self.telecom_itemised_flat,
            usage=usage_id,
            confidential=[f"{prefix}%" for prefix in hidden],
        )

    def _telecom_call(self, row) -> dict:
        (usage_id, started, direction, a_number, b_number, zone_id, target, quantity, unit, amount,
         _free, account, conference, participant) = row  # fmt: skip
        home = str(self.company_id.country_id.phone_code or 49)
        incoming = direction == "in"
        own, other = (b_number, a_number) if incoming else (a_number, b_number)
        if conference:
            # The room is what is billed; who joined stands where else the called number stands.
            own, other = account or own, other or (a_number if account else None)
        shown = phone(other or "", home)
        hidden = incoming or self.telecom_itemised_bill == "masked"
        t = texts(language(self.partner_id.lang))
        if conference:
            target = t["conference"].format(name=conference)
        zone = self.env["telecom.zone"].browse(zone_id or [])
        return {
            "usage_id": usage_id,
            "started": self.env["telecom.document"]._local(started, self._telecom_zone_info()),
            "own": phone(own or account or "", home),
            "other": (masked(shown) if hidden else shown)
            or (t["participant"].format(name=participant) if participant else ""),
            "hidden": hidden,
            "zone": zone,
            "destination": (target if conference else zone.name) or target or "",
            "quantity": exact_units(quantity),
            "unit": unit,
            "amount": amount,
        }


def exact_units(millionths: int) -> Decimal:
    """Millionths of a unit, as the store has them, in units."""
    return Decimal(millionths) / 1_000_000
