# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invoice: fees in advance and usage in arrears, one posted invoice per contract."""

from __future__ import annotations

import logging

import psycopg2
from odoo.tools import SQL, LazyTranslate, groupby

from ..billing.position import BillingError
from ..store import exact
from . import minimums
from .base import Step, Totals, register
from .invoice_builder import InvoiceBuilder
from .invoice_checks import InvoiceChecks

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

#: Nobody follows thousands of invoices by mail; each is logged by its run.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_notify_force_send": False,
}

#: Open usage of some contracts, as the groups that become positions. Late usage of earlier months
#: comes along, as positions of its own.
USAGE = """
    SELECT contract_id, contract_line_id, period, service, tariff_id, version_id, rate_id, zone_id,
           band_id, currency_id, array_agg(id ORDER BY id) AS ids, sum(records)::bigint AS records,
           sum(quantity) AS quantity, sum(billed) AS billed, sum(allowance_used) AS covered,
           sum(amount) AS amount
      FROM telecom_usage_summary
     WHERE company_id = %(company)s AND period <= %(period)s AND invoice_line_id IS NULL
       AND handover_batch_id IS NULL AND contract_id IN %(contracts)s
     GROUP BY contract_id, contract_line_id, period, service, tariff_id, version_id, rate_id,
              zone_id, band_id, currency_id
     ORDER BY contract_id, contract_line_id, period, service, zone_id NULLS FIRST,
              rate_id NULLS FIRST, band_id NULLS FIRST, version_id
"""


@register
class InvoiceStep(InvoiceChecks, Step):
    """Makes the invoices of a run, chunk by chunk.

    A chunk is one transaction: invoices, their numbers, the links of the summaries and the days
    entered into the fee ledger are committed together or not at all. What is linked or entered is
    no longer due, so a start after a kill goes on where the last commit was. The database refuses
    a second invoice of a contract in the run, a summary linked twice and a day billed twice.
    """

    code = "invoice"
    sequence = 50
    name = _lt("Make invoices")

    def execute(self) -> Totals:
        self._check_dates()
        self.env = self.env(context={**self.env.context, **QUIET})
        self.run = self.run.with_env(self.env).with_company(self.company)
        before = self._last_invoice()
        self._apply_late_policies()
        self.topups = minimums.due(self.run)
        contracts = self._due_contracts()
        chunk = self.company.telecom_chunk
        for at in range(0, len(contracts), chunk):
            self._invoice_chunk(contracts[at : at + chunk])
            self.progress(min(at + chunk, len(contracts)), len(contracts))
            self.env.invalidate_all()
        if self._last_invoice() != before:
            self.run._reopen(("document", "dispatch", "collect", "dun"))
        return self._totals()

    def _last_invoice(self):
        return self.env["account.move"].search(
            [("telecom_run_id", "=", self.run.id)], order="id desc", limit=1
        )

    def _apply_late_policies(self) -> None:
        """Write late records off where that is agreed; note who gets them on an extra invoice."""
        count = self.run._write_off_late()
        if count:
            self.finding(
                "late_written_off",
                self.env._("%s late records were written off, by the contracts' policy.", count),
                severity="info",
            )
        self.supplements = self.run._late_supplements()

    # ------------------------------------------------------------------ what is due
    def _due_contracts(self) -> list[int]:
        """Ids of contracts with open usage or unbilled days, without those invoiced already.

        A contract may have a supplementary invoice besides; those of another system have none.
        """
        self.env.flush_all()
        lines = self.env["telecom.fee"]._lines_due(self.run)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contract_id FROM telecom_usage_summary
                 WHERE company_id = %(company)s AND period <= %(period)s
                   AND invoice_line_id IS NULL AND handover_batch_id IS NULL
                 UNION
                SELECT contract_id FROM contract_line WHERE id = ANY(%(lines)s)
                 UNION
                SELECT unnest(%(topups)s::int[])
                EXCEPT
                SELECT id FROM contract_contract WHERE telecom_handover_channel_id IS NOT NULL
                EXCEPT
                SELECT telecom_contract_id FROM account_move
                 WHERE telecom_run_id = %(run)s AND NOT COALESCE(telecom_reversed, FALSE)
                   AND NOT COALESCE(telecom_supplement, FALSE)
                   AND NOT telecom_contract_id = ANY(%(supplements)s)
                 ORDER BY 1
                """,
                company=self.company.id,
                period=self.run.period_start,
                lines=lines,
                topups=list(self.topups),
                run=self.run.id,
                supplements=list(self.supplements),
            )
        )
        return [row[0] for row in rows]

    def _usage_of(self, contract_ids) -> dict[int, list[dict]]:
        """{contract id: groups of its open summaries}, locked until the chunk is committed."""
        values = {
            "company": self.company.id,
            "period": self.run.period_start,
            "contracts": tuple(contract_ids),
        }
        self.env.cr.execute(
            "SELECT id FROM telecom_usage_summary WHERE company_id = %(company)s"
            " AND period <= %(period)s AND invoice_line_id IS NULL AND handover_batch_id IS NULL"
            " AND contract_id IN %(contracts)s FOR UPDATE",
            values,
        )
        groups: dict[int, list[dict]] = {}
        for group in exact.dicts(self.env.cr, SQL(USAGE, **values)):
            groups.setdefault(group["contract_id"], []).append(group)
        return groups

    # ------------------------------------------------------------------ a chunk
    def _invoice_chunk(self, contract_ids) -> None:
        contracts = self.env["contract.contract"].browse(contract_ids)
        usage = self._usage_of(contract_ids)
        builder = InvoiceBuilder(self.run)
        made = self._made(contract_ids)
        work = []
        for contract in contracts:
            try:
                topups = self.topups.get(contract.id, ())
                open_usage = usage.get(contract.id, ())
                parts = self._parts(builder, contract, open_usage, topups, made)
                self._check_contract(contract, builder)
            except BillingError as error:
                self.finding("invoice_contract", str(error), record=contract)
                continue
            for positions, supplement in parts:
                if positions and (
                    self.company.telecom_zero_invoice == "post"
                    or any(position.amount for position in positions)
                ):
                    values = builder.invoice(contract, positions)
                    values["telecom_supplement"] = supplement
                    work.append((contract, positions, values))
        if not work:
            return
        try:
            with self.env.cr.savepoint():
                self._post(work)
        except psycopg2.OperationalError:
            raise  # a collision, which the engine tries again, or the connection is gone
        except Exception:
            _logger.exception("billing run %s: a chunk failed, one by one now", self.run.name)
            self.env.invalidate_all()
            for contract, parts in groupby(work, lambda part: part[0]):
                self._post_alone(contract, parts)

    def _parts(self, builder, contract, usage, topups, made) -> list[tuple[list, bool]]:
        """Positions of the contract's invoices: [(positions, is it a supplementary one?)]."""
        if contract.id not in self.supplements:
            return [(builder.positions(contract, usage, topups), False)]
        late = [group for group in usage if group["period"] < self.run.period_start]
        now = [group for group in usage if group["period"] >= self.run.period_start]
        parts = []
        if (contract.id, False) not in made:
            parts.append((builder.positions(contract, now, topups), False))
        if (contract.id, True) not in made:
            parts.append((builder.supplement(contract, late), True))
        return parts

    def _made(self, contract_ids) -> set[tuple[int, bool]]:
        """(contract id, is it a supplementary one?) of the run's invoices that stand."""
        moves = self.env["account.move"].search_fetch(
            [
                ("telecom_run_id", "=", self.run.id),
                ("telecom_contract_id", "in", contract_ids),
                ("telecom_reversed", "=", False),
            ],
            ["telecom_contract_id", "telecom_supplement"],
        )
        return {(move.telecom_contract_id.id, move.telecom_supplement) for move in moves}

    def _post_alone(self, contract, parts) -> None:
        """After a chunk failed: this contract by itself, so that one fault stops one invoice."""
        try:
            with self.env.cr.savepoint():
                self._post(parts)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("billing run %s: contract %s", self.run.name, contract.code)
            self.finding(
                "invoice_failed",
                self.env._(
                    "Contract %(contract)s could not be invoiced: %(error)s",
                    contract=contract.code,
                    error=error,
                ),
                record=contract,
            )

    def _post(self, work) -> None:
        """Create and post the invoices, link what they settle, enter the days they bill."""
        moves = self.env["account.move"].create([values for _c, _p, values in work])
        for move in moves:
            if move.amount_total < 0:
                move.action_switch_move_type()
        moves._post(soft=False)
        for move, (contract, positions, _values) in zip(moves, work, strict=True):
            self._check_sums(move, contract, positions)
        self._settle(moves, work)

    def _settle(self, moves, work) -> None:
        """Link summaries and enter fees; refuses what another transaction took meanwhile."""
        links, entries, topups = [], [], []
        for move, (_contract, positions, _values) in zip(moves, work, strict=True):
            lines = move.invoice_line_ids.sorted("sequence")
            for line, position in zip(lines, positions, strict=True):
                links.extend((summary, line.id, move.id) for summary in position.summaries)
                if position.fee:
                    entries.append(self._entry(line, position))
                if position.credit:
                    entries.extend(self._give_back(line, position))
                if position.topup:
                    topups.append(self._topup(line, position))
        self.env.flush_all()
        self._link(links)
        self.env["telecom.fee"].create(entries)
        self.env["telecom.topup"].create(topups)
        self.env.flush_all()

    def _link(self, links) -> None:
        if not links:
            return
        self.env.cr.execute(
            "UPDATE telecom_usage_summary s SET invoice_line_id = v.line, move_id = v.move"
            " FROM unnest(%s, %s, %s) AS v(id, line, move)"
            " WHERE s.id = v.id AND s.invoice_line_id IS NULL AND s.handover_batch_id IS NULL",
            [list(column) for column in zip(*links, strict=True)],
        )
        if self.env.cr.rowcount != len(links):
            raise BillingError(
                self.env._("Usage was invoiced by somebody else meanwhile. Start the step again.")
            )
        self.env["telecom.usage.summary"].invalidate_model(["invoice_line_id", "move_id"])

    def _entry(self, line, position) -> dict:
        span, price, months = position.fee
        return {
            "company_id": self.company.id,
            "contract_id": position.line.contract_id.id,
            "contract_line_id": position.line.id,
            "date_from": span.first,
            "date_to": span.last,
            "currency_id": line.currency_id.id,
            "amount": float(position.amount),
            "price": float(price),
            "months": months,
            "move_line_id": line.id,
            "move_id": line.move_id.id,
        }

    def _topup(self, line, position) -> dict:
        due, turnover = position.topup
        return {
            "company_id": self.company.id,
            "minimum_id": due.minimum.id,
            "share": due.minimum.share,
            "holder": due.holder,
            "contract_id": position.line.contract_id.id,
            "period": due.span.first,
            "required": float(due.required),
            "turnover": float(turnover),
            "amount": float(position.source),
            "currency_id": line.currency_id.id,
            "move_line_id": line.id,
            "move_id": line.move_id.id,
        }

    def _give_back(self, line, position):
        """Close the ledger's entry; what stays of it becomes an entry of its own."""
        fee, kept = position.credit
        fee.write({"state": "credited", "credit_line_id": line.id})
        if kept:
            yield {
                "company_id": fee.company_id.id,
                "contract_id": fee.contract_id.id,
                "contract_line_id": fee.contract_line_id.id,
                "date_from": kept.first,
                "date_to": kept.last,
                "currency_id": fee.currency_id.id,
                "amount": fee.amount + float(position.amount),
                "price": fee.price,
                "months": fee.months,
                "move_line_id": fee.move_line_id.id,
                "move_id": fee.move_id.id,
                "origin_id": fee.id,
            }

    # ------------------------------------------------------------------ totals
    def _totals(self) -> Totals:
        """What the run has invoiced in all its starts, counted in the books."""
        counted = self.run._invoice_totals()
        return Totals(
            records=counted["invoices"] + counted["credit_notes"],
            quantity=counted["usage_quantity"],
            amount=counted["total"],
            details={name: str(value) for name, value in counted.items()},
        )
