# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed since a month was rated last: deliveries, numbers and contract lines, tariffs."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
from odoo.tools import SQL

from ..store import charges as charge_store
from .context import Context
from .storing import Span

#: Above this share of contracts, rating everything is less work than rating them one by one.
MOST = 0.5


@dataclasses.dataclass
class Changes:
    """``new``: deliveries never rated; ``grown``: rated before, but with other records since;
    ``contracts``: touched (0 = records without an owner); ``marked``: those by a mark; ``cut``: the
    last rating was stopped, so that facts of any delivery may have lost their charges."""

    env: object
    company: object
    span: Span
    state: object
    everything: bool
    deliveries: dict[str, int]
    new: list[int]
    grown: list[int]
    contracts: np.ndarray
    marked: np.ndarray
    cut: bool

    @classmethod
    def find(cls, env, company, span: Span) -> Changes:
        """Compare with what the month was rated with. Tariffs: :meth:`touch_tariffs`."""
        env.flush_all()
        state = env["telecom.rating.state"].search(
            [("company_id", "=", company.id), ("period", "=", span.period)]
        )
        deliveries = _deliveries(env, span)
        known = state.deliveries or {}
        rows = env.execute_query(
            SQL(
                "SELECT contract_id FROM telecom_rating_mark"
                " WHERE company_id = %s AND period = %s ORDER BY contract_id",
                company.id,
                span.period,
            )
        )
        marked = np.array([contract for (contract,) in rows], dtype=np.int64)
        ((cut,),) = env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT 1 FROM telecom_rating_progress"
                " WHERE company_id = %s AND period = %s)",
                company.id,
                span.period,
            )
        )
        return cls(
            env=env,
            company=company,
            span=span,
            state=state,
            everything=not state,
            deliveries=deliveries,
            new=[int(name) for name in deliveries if name not in known],
            grown=[
                int(name)
                for name, records in deliveries.items()
                if name in known and known[name] != records
            ],
            contracts=marked,
            marked=marked,
            cut=cut,
        )

    def __bool__(self) -> bool:
        return bool(self.everything or self.new or self.grown or len(self.contracts) or self.cut)

    def has_open(self) -> bool:
        """Is there anything in the month that another tariff could still change?"""
        ((found,),) = self.env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT 1 FROM telecom_usage_summary WHERE company_id = %(company)s"
                " AND period = %(period)s AND invoice_line_id IS NULL"
                " AND handover_batch_id IS NULL)"
                " OR EXISTS (SELECT 1 FROM telecom_charge_data c WHERE c.company_id = %(company)s"
                " AND c.reason IS NOT NULL AND %(within)s)",
                company=self.company.id,
                period=self.span.period,
                within=charge_store.within(self.span.begin, self.span.end),
            )
        )
        return found

    def touch_tariffs(self, context: Context) -> None:
        """Contracts of tariffs that say something else now are touched."""
        known = self.state.tariffs or {}
        now = context.fingerprints
        changed = [int(name) for name in now if now[name] != known.get(name)]
        changed += [int(name) for name in known if name not in now]
        self.everything |= 0 in changed
        if self.everything or not changed:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT contract_id FROM contract_line WHERE company_id = %(company)s"
                " AND (telecom_tariff_id = ANY(%(tariffs)s)"
                " OR telecom_price_list_id = ANY(%(tariffs)s))"
                " UNION SELECT contract_id FROM telecom_contract_price"
                " WHERE tariff_id = ANY(%(tariffs)s)",
                company=self.company.id,
                tariffs=changed,
            )
        )
        touched = np.array([contract for (contract,) in rows], dtype=np.int64)
        self.contracts = np.union1d(self.contracts, touched)

    def is_most(self) -> bool:
        """Are so many contracts touched that the whole month may as well be rated?"""
        if not len(self.contracts):
            return False
        ((owners,),) = self.env.execute_query(
            SQL(
                "SELECT count(DISTINCT contract_id) FROM telecom_number WHERE company_id = %s",
                self.company.id,
            )
        )
        return len(self.contracts) > max(MOST * owners, 1)

    def new_facts(self) -> SQL:
        """Condition on facts ``u``: of deliveries that came or grew since."""
        return SQL("u.delivery_id = ANY(%s)", self._fresh)

    def uncharged_facts(self) -> SQL:
        """Condition on facts ``u``: of these, those without a charge."""
        return SQL(
            "(%s AND NOT EXISTS (SELECT 1 FROM telecom_charge_data c"
            " WHERE c.usage_id = u.id AND c.started_at = u.started_at AND %s))",
            self.new_facts(),
            charge_store.within(self.span.begin, self.span.end),
        )

    @property
    def some_charged(self) -> bool:
        """Is it known beforehand that some of the new facts may have a charge? Else
        :meth:`is_any_charged` tells, once they are read."""
        return bool(self.grown or self.cut)

    @property
    def _fresh(self) -> list[int]:
        """Deliveries that may have facts without a charge: after a rating that was stopped also
        those of old, for a fact may have left one contract and not have come to another."""
        return [int(name) for name in self.deliveries] if self.cut else self.new + self.grown

    def is_any_charged(self, low: int, high: int) -> bool:
        """Has any fact of these ids a charge? Mostly none has, and the facts of a delivery have
        neighbouring ids: that is found out without going through the month."""
        ((charged,),) = self.env.execute_query(
            SQL(
                "SELECT min(c.usage_id) FROM telecom_charge_data c"
                " WHERE c.usage_id BETWEEN %s AND %s AND %s",
                low,
                high,
                charge_store.within(self.span.begin, self.span.end),
            )
        )
        return charged is not None

    def overtakes(self, first: int) -> bool:
        """May anything that was charged, of other deliveries, begin after this moment
        (microseconds, UTC), the first of the new facts?"""
        ((last,),) = self.env.execute_query(
            SQL(
                "SELECT max(last_started_at) FROM telecom_delivery WHERE company_id = %s"
                " AND id <> ALL(%s) AND first_started_at < %s",
                self.span.company,
                self.new,
                self.span.end,
            )
        )
        # Deliveries know their last start to the second.
        end = last and np.datetime64(last + datetime.timedelta(seconds=1), "us").astype(np.int64)
        return last is not None and end > first

    def facts_of(self, contracts: np.ndarray) -> SQL:
        """Condition on facts ``u``: open charges of these contracts (0 = none) come from them."""
        return SQL(
            "u.id IN (SELECT c.usage_id FROM telecom_charge_data c WHERE c.company_id = %s"
            " AND %s AND %s AND %s)",
            self.span.company,
            charge_store.within(self.span.begin, self.span.end),
            charge_store.among(contracts),
            charge_store.is_open(),
        )

    def settle(self, context: Context) -> None:
        """Keep what the month was rated with; its marks are done with."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM telecom_rating_mark WHERE company_id = %s AND period = %s"
                " AND contract_id = ANY(%s)",
                self.company.id,
                self.span.period,
                self.marked.tolist(),
            )
        )
        self.env["telecom.rating.mark"].invalidate_model()
        values = {
            "deliveries": self.deliveries,
            "tariffs": context.fingerprints,
            "rated_at": datetime.datetime.now(datetime.timezone.utc).replace(
                tzinfo=None, microsecond=0
            ),
        }
        if self.state:
            self.state.write(values)
        else:
            self.env["telecom.rating.state"].create(
                {"company_id": self.company.id, "period": self.span.period, **values}
            )


def _deliveries(env, span: Span) -> dict[str, int]:
    """Records by delivery (id as text, for JSON) of those that reach into the span."""
    rows = env.execute_query(
        SQL(
            "SELECT id, loaded FROM telecom_delivery WHERE company_id = %s AND state = 'loaded'"
            " AND NOT COALESCE(is_archive, FALSE) AND loaded > 0"
            " AND first_started_at < %s AND last_started_at >= %s ORDER BY id",
            span.company,
            span.end,
            span.begin,
        )
    )
    return {str(delivery): records for delivery, records in rows}
