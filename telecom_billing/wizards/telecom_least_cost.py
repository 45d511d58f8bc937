# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which carrier would have been cheapest for a month's traffic, as a whole and by zone."""

from __future__ import annotations

import collections
import datetime

import numpy as np
import pyarrow as pa
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..book import writer
from ..charging import matching
from ..charging.columns import digits, flat, integers
from ..charging.pricing import usage_frame
from ..rating import TariffBook
from ..rating.cost import least_cost
from ..store import charges, exact, fact_stream, facts

MICRO = 1_000_000


class TelecomLeastCost(models.TransientModel):
    _name = "telecom.least.cost"
    _description = "Carrier Comparison"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(months=-1, day=1),
        help="Any day of the month whose outgoing traffic is compared.",
    )
    service = fields.Char(help="voice, sms …; empty: all services.")
    tariff_ids = fields.Many2many(
        "telecom.tariff",
        string="Carriers' prices",
        domain="[('kind', '=', 'cost'), ('company_id', '=', company_id)]",
        help="Empty: all carriers' price lists.",
    )
    total_ids = fields.One2many("telecom.least.cost.total", "wizard_id", string="Carriers")
    zone_ids = fields.One2many("telecom.least.cost.zone", "wizard_id", string="Zones")
    records = fields.Integer(readonly=True)
    actual_cost = fields.Monetary("Paid", readonly=True, help="What these records cost us.")
    best_cost = fields.Monetary(
        "Cheapest", readonly=True, help="Each record by the carrier that has the lowest price."
    )
    saving = fields.Monetary(compute="_compute_saving")

    @api.depends("actual_cost", "best_cost")
    def _compute_saving(self):
        for wizard in self:
            wizard.saving = wizard.actual_cost - wizard.best_cost

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Carrier comparison")

    # ------------------------------------------------------------------ actions
    def action_compare(self):
        """Price the month's records by each carrier's list, and stay on the window."""
        self.ensure_one()
        book, tariffs = self._book()
        sums = _Sums(len(tariffs))
        for frame, zones, paid in self._traffic(book):
            found = least_cost(book, frame, tariffs.ids)
            sums.add(found, [f"cost {one}" for one in tariffs.ids], zones, paid)
        self.total_ids.unlink()
        self.zone_ids.unlink()
        self.write(
            {
                "records": sums.records,
                "actual_cost": sums.paid / MICRO,
                "best_cost": sums.best / MICRO,
                "total_ids": [
                    (0, 0, self._total(tariff, sums, place)) for place, tariff in enumerate(tariffs)
                ],
                "zone_ids": [(0, 0, values) for values in self._zones(tariffs, sums)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Carrier comparison"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    # ------------------------------------------------------------------ business
    def _book(self):
        """(the tariff book, the price lists in it)."""
        Tariff = self.env["telecom.tariff"]
        own = [("kind", "=", "cost"), ("company_id", "=", self.company_id.id)]
        tariffs = (self.tariff_ids or Tariff.search(own)).with_context(lang="en_US")
        first = self.month.replace(day=1)
        last = first + relativedelta(months=1, days=-1)
        data = writer.write(tariffs, period=(first, last), rules=False)
        written = {entry["id"] for entry in data.get("tariffs", [])}
        tariffs = tariffs.filtered(lambda tariff: tariff.id in written)
        if not tariffs:
            raise UserError(
                self.env._(
                    "%(company)s has no carrier's price list with an active version. Make a "
                    "tariff of the kind “Carrier's prices” first.",
                    company=self.company_id.name,
                )
            )
        data["carriers"] = [{"id": tariff.id, "tariff": tariff.id} for tariff in tariffs]
        return TariffBook(data), tariffs

    def _traffic(self, book):
        """(usage frame, zone ids of the customers' tariffs, costs in millionths), day by day."""
        span = self.env["telecom.rating.state"]._span(self.company_id, self.month.replace(day=1))
        begin = span.begin
        while begin < span.end:
            end = min(begin + datetime.timedelta(days=1), span.end)
            yield from self._traffic_of(book, begin, end)
            begin = end

    def _traffic_of(self, book, begin, end):
        source = SQL(
            "%s u WHERE u.company_id = %s AND u.direction <> 'in' AND %s AND %s",
            SQL.identifier(facts.TABLE),
            self.company_id.id,
            charges.within(begin, end, "u"),
            SQL("u.service = %s", self.service) if self.service else SQL("TRUE"),
        )
        tables: list = []
        fact_stream.stream(self.env.cr, source, tables.append)
        if not any(table.num_rows for table in tables):
            return
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT usage_id, max(zone_id), coalesce(sum(cost), 0) FROM %s c"
                " WHERE company_id = %s AND %s GROUP BY usage_id",
                SQL.identifier(charges.TABLE),
                self.company_id.id,
                charges.within(begin, end),
            ),
        )
        known = {usage: (zone or 0, int(cost * MICRO)) for usage, zone, cost in rows}
        for table in tables:
            place = table.schema.get_field_index("b_number")
            table = table.set_column(place, "b_number", integers(digits(table["b_number"])))
            nothing = pa.array(np.zeros(table.num_rows, dtype=np.int64))
            for name in matching.ADDED:
                table = table.append_column(name, nothing)
            found = [known.get(one, (0, 0)) for one in flat(table["id"]).to_pylist()]
            zones = np.array([zone for zone, _cost in found], dtype=np.int64)
            paid = np.array([cost for _zone, cost in found], dtype=np.int64)
            yield usage_frame(book, table), zones, paid

    def _total(self, tariff, sums, place) -> dict:
        priced = int(sum(counts[place] for counts in sums.priced.values()))
        return {
            "tariff_id": tariff.id,
            "records": priced,
            "missing": sums.records - priced,
            "cost": sum(costs[place] for costs in sums.costs.values()) / MICRO,
        }

    def _zones(self, tariffs, sums):
        """By zone: what was paid, and the list that would have been cheapest for all of it.

        A list without a price for some of the zone's records is passed over, unless none has all.
        """
        for zone, costs in sorted(sums.costs.items(), key=lambda pair: -sums.zone_paid[pair[0]]):
            most = max(sums.priced[zone])
            complete = [n for n in range(len(tariffs)) if sums.priced[zone][n] == most and most]
            best = min(complete, key=lambda n: costs[n], default=None)
            yield {
                "zone_id": zone or False,
                "records": sums.zone_records[zone],
                "actual_cost": sums.zone_paid[zone] / MICRO,
                "best_id": False if best is None else tariffs[best].id,
                "best_cost": 0 if best is None else costs[best] / MICRO,
                "details": "; ".join(
                    f"{tariff.name}: {costs[n] / MICRO:.2f}"
                    for n, tariff in enumerate(tariffs)
                    if sums.priced[zone][n]
                ),
            }


class _Sums:
    """Costs by zone and price list, millionths."""

    def __init__(self, lists: int):
        self.records = self.best = self.paid = 0
        self.costs = collections.defaultdict(lambda: [0] * lists)
        self.priced = collections.defaultdict(lambda: [0] * lists)
        self.zone_records = collections.Counter()
        self.zone_paid = collections.Counter()

    def add(self, found, columns, zones, paid) -> None:
        self.records += len(found)
        self.paid += int(paid.sum())
        self.best += int(found["best_cost"].fillna(0).sum())
        for zone in np.unique(zones).tolist():
            inside = zones == zone
            self.zone_records[zone] += int(inside.sum())
            self.zone_paid[zone] += int(paid[inside].sum())
            for place, column in enumerate(columns):
                own = found[column][inside]
                self.costs[zone][place] += int(own.fillna(0).sum())
                self.priced[zone][place] += int(own.notna().sum())


class TelecomLeastCostTotal(models.TransientModel):
    _name = "telecom.least.cost.total"
    _description = "Carrier Comparison: Carrier"
    _order = "missing, cost"

    wizard_id = fields.Many2one("telecom.least.cost", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    tariff_id = fields.Many2one("telecom.tariff", "Carrier's prices", readonly=True)
    records = fields.Integer("Priced", readonly=True)
    missing = fields.Integer("Without price", readonly=True)
    cost = fields.Monetary("Would have cost", readonly=True)


class TelecomLeastCostZone(models.TransientModel):
    _name = "telecom.least.cost.zone"
    _description = "Carrier Comparison: Zone"
    _order = "actual_cost desc, id"

    wizard_id = fields.Many2one("telecom.least.cost", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    zone_id = fields.Many2one("telecom.zone", readonly=True, help="Of the customers' tariffs.")
    records = fields.Integer(readonly=True)
    actual_cost = fields.Monetary("Paid", readonly=True)
    best_id = fields.Many2one("telecom.tariff", "Cheapest", readonly=True)
    best_cost = fields.Monetary("Would have cost", readonly=True)
    details = fields.Char("All", readonly=True)
