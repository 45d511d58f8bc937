# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: bring all received deliveries into the store."""

from __future__ import annotations

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..models.source_checks import GAP, LATE, MISSING
from ..store import exact
from .base import Step, Totals, register, sentence

_lt = LazyTranslate(__name__)


@register
class Load(Step):
    code = "load"
    sequence = 20
    name = _lt("Load usage records")

    def execute(self) -> Totals:
        """Load what waits; adopt every delivery loaded since the last run into this run."""
        Delivery = self.env["telecom.delivery"]
        waiting = Delivery.search(Delivery._get_waiting_domain(self.company), order="id")
        for number, delivery in enumerate(waiting, 1):
            Delivery._load_each(delivery, wait=True)
            self.progress(number, len(waiting))
        self.run._adopt_deliveries()
        self._report_failures()
        self._report_missing()
        return self._count()

    def _report_failures(self) -> None:
        failed = self.env["telecom.delivery"].search(
            [("company_id", "=", self.company.id), ("state", "=", "failed")]
        )
        for delivery in failed:
            self.finding(
                "delivery_failed",
                self.env._(
                    "File %(file)s of source %(name)s could not be read: %(message)s Correct the"
                    " source's settings and load it again, or delete the delivery.",
                    file=delivery.name,
                    name=delivery.source_id.name,
                    message=sentence(delivery.message),
                ),
                record=delivery,
            )

    def _report_missing(self) -> None:
        """What should have come before the end of the run's period and has not."""
        sources = self.env["telecom.source"].search([("company_id", "=", self.company.id)])
        sources.filtered(lambda source: source.expect_every != "none")._watch()
        found = self.env["telecom.finding"].search(
            [
                ("watched_source_id", "in", sources.ids),
                ("state", "=", "open"),
                ("code", "in", (LATE, MISSING, GAP)),
            ]
        )
        for (source, code), same in found.grouped(
            lambda finding: (finding.watched_source_id, finding.code)
        ).items():
            self.finding(code, "\n".join(same.mapped("message")), record=source)

    def _count(self) -> Totals:
        self.env.flush_all()
        query = SQL(
            "SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(loaded), 0),"
            " coalesce(sum(duplicates), 0), coalesce(sum(rejects - left_out), 0),"
            " coalesce(sum(left_out), 0), coalesce(sum(quantity), 0), coalesce(sum(cost), 0)"
            " FROM telecom_delivery"
            " WHERE run_id = %s AND NOT coalesce(is_archive, FALSE) AND state = 'loaded'",
            self.run.id,
        )
        row = exact.fetch(self.env.cr, query)[0]
        files, lines, loaded, duplicates, faulty, filtered, quantity, cost = row
        return Totals(
            records=loaded,
            quantity=quantity,
            amount=cost,
            details={
                "files": files,
                "lines": lines,
                "duplicates": duplicates,
                "faulty": faulty,
                "left out": filtered,
            },
        )
