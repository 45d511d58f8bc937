# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: what must be seen before an invoice is made."""

from __future__ import annotations

import decimal

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..store import exact
from .base import Step, Totals, register

_lt = LazyTranslate(__name__)

#: So many contracts are named one by one; the others are counted.
NAMED = 20


@register
class Check(Step):
    """Each check is a method in ``checks``; to add one, extend the list."""

    code = "check"
    sequence = 40
    name = _lt("Check")
    checks = (
        "_check_totals",
        "_check_set_aside",
        "_check_same_ids",
        "_check_against_last_month",
        "_check_fair_use",
    )

    def execute(self) -> Totals:
        """Do all checks; records: how many things they looked at."""
        totals = Totals()
        for number, check in enumerate(self.checks, 1):
            totals.records += getattr(self, check)()
            self.progress(number, len(self.checks))
        return totals

    def _check_totals(self) -> int:
        """Stages of the control totals that do not agree block."""
        rows = self.run.control_totals()
        checked = [row for row in rows if row["check"] is not None]
        late = next((row for row in rows if row["stage"] == "unrated"), None)
        if late:
            self.finding(
                "unrated",
                self.env._(
                    "%s records came in after rating. Rate again, so that they are invoiced.",
                    late["records"],
                ),
            )
        for row in checked:
            if row["check"] is False:
                self.finding(
                    f"control_{row['stage']}",
                    self.env._(
                        "Control totals: “%(label)s” does not agree (%(records)s records,"
                        " %(seconds)s seconds, %(amount)s). Compared: %(note)s Rate again; if it"
                        " stays, look at the deliveries and the server's log.",
                        label=row["label"].strip("= "),
                        records=row["records"],
                        seconds=row["quantity"],
                        amount=self.run._money(row["amount"] or 0),
                        note=row["note"],
                    ),
                )
        return len(checked)

    def _check_set_aside(self) -> int:
        """Records without a price are somebody's money: a warning, by reason."""
        query = SQL(
            "SELECT reason, count(*) FROM telecom_charge_data WHERE company_id = %s"
            " AND reason IS NOT NULL AND write_off_id IS NULL AND started_at < %s"
            " GROUP BY reason ORDER BY reason",
            self.company.id,
            self.run._period_utc()[1],
        )
        found = exact.fetch(self.env.cr, query)
        for reason, records in found:
            self.finding(
                f"suspense_{reason}",
                self.env._(
                    "%(records)s records are set aside (%(reason)s) and will not be invoiced."
                    " Solve them under Usage › Suspense and rate again, or leave them there.",
                    records=records,
                    reason=reason,
                ),
                severity="warn",
            )
        return sum(records for _reason, records in found)

    def _check_same_ids(self) -> int:
        """Records of two deliveries with one id and two starts: a correction, billed twice?

        Of one delivery they are parts of a call, as switches write them.
        """
        begin, end = self.run._period_utc()
        query = SQL(
            "SELECT source_id, count(*), min(id) FROM (SELECT source_id, min(record_id) AS id"
            "  FROM telecom_usage_data WHERE company_id = %s AND record_id IS NOT NULL"
            "  AND started_at >= %s AND started_at < %s GROUP BY source_id, dedup_key"
            "  HAVING min(delivery_id) <> max(delivery_id)) t"
            " GROUP BY source_id ORDER BY source_id",
            self.company.id,
            begin,
            end,
        )
        found = exact.fetch(self.env.cr, query)
        for number, records, example in found:
            source = self.env["telecom.source"].browse(number)
            self.finding(
                "same_ids",
                self.env._(
                    "Source %(name)s: %(count)s ids of records came in two files with another"
                    " start each, and both are billed (such as %(example)s). If the second one is"
                    " a correction, undo the first delivery; waive this if they are two calls.",
                    name=source.name,
                    count=records,
                    example=example,
                ),
                severity="warn",
                record=source,
            )
        return len(found)

    def _check_against_last_month(self) -> int:
        """Contracts whose usage costs much more or less than in the month before."""
        percent = self.company.telecom_compare_percent
        least = decimal.Decimal(str(self.company.telecom_compare_amount))
        query = SQL(
            "SELECT contract_id, coalesce(sum(amount) FILTER (WHERE period = %(now)s), 0),"
            " coalesce(sum(amount) FILTER (WHERE period = %(before)s), 0)"
            " FROM telecom_usage_summary WHERE company_id = %(company)s"
            " AND period IN (%(now)s, %(before)s) GROUP BY contract_id",
            company=self.company.id,
            now=self.run.period_start,
            before=self.run._previous_month(),
        )
        compared = exact.fetch(self.env.cr, query)
        if not any(before for _contract, _now, before in compared):
            return 0  # the first month has nothing to be compared with
        unlike = sorted(
            (row for row in compared if _unlike(row[1], row[2], percent, least)),
            key=lambda row: -abs(row[1] - row[2]),
        )
        for contract_id, now, before in unlike[:NAMED]:
            contract = self.env["contract.contract"].browse(contract_id)
            self.finding(
                "unlike_last_month",
                self.env._(
                    "Contract %(contract)s of %(customer)s: usage of %(now)s after %(before)s in"
                    " the month before. Look at its records before they are invoiced.",
                    contract=contract.code or contract.name,
                    customer=contract.partner_id.display_name,
                    now=self.run._money(now),
                    before=self.run._money(before),
                ),
                severity="warn",
                record=contract,
                amount=now - before,
            )
        if len(unlike) > NAMED:
            self.finding(
                "unlike_last_month_more",
                self.env._(
                    "%s further contracts differ much from the month before.", len(unlike) - NAMED
                ),
                severity="warn",
            )
        return len(compared)

    def _check_fair_use(self) -> int:
        """Flat rates that somebody used more than is fair: told, and never charged."""
        units = self.env["telecom.unit"]._units(self.company.id)
        flats = self.env["telecom.allowance"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "flat"), ("quantity", ">", 0)]
        )
        for flat in flats:
            fair = decimal.Decimal(str(flat.quantity)) * units.base(flat.unit)[1]
            balances = self.env["telecom.allowance.balance"].search(
                [
                    ("allowance_id", "=", flat.id),
                    ("period", ">=", self.run.period_start),
                    ("period", "<=", self.run.period_end),
                    ("units_used", ">", float(fair)),
                ],
                order="units_used desc",
            )
            if balances:
                owners = (
                    one.line_id.contract_id.partner_id
                    or one.contract_id.partner_id
                    or one.partner_id
                    or one.pool_id.partner_id
                    for one in balances[:NAMED]
                )
                names = dict.fromkeys(owner.display_name for owner in owners)
                self.finding(
                    f"fair_use_{flat.id}",
                    self.env._(
                        "Flat rate %(flat)s: %(count)s used more than is fair (%(names)s). Nothing"
                        " is charged for it; talk to the customers.",
                        flat=flat.name,
                        count=len(balances),
                        names=", ".join(names),
                    ),
                    severity="info",
                    record=flat,
                )
        return len(flats)


def _unlike(now, before, percent: int, least) -> bool:
    """Whether two amounts differ by ``least`` and by ``percent`` of the larger one."""
    difference = abs(now - before)
    return difference >= least and difference * 100 > percent * max(now, before)
