# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step: take in the files that wait at the sources."""

from __future__ import annotations

from odoo.tools.translate import LazyTranslate

from ..models.connector_choices import PASSIVE
from ..terms import told
from .base import Step, Totals, register, sentence

_lt = LazyTranslate(__name__)


@register
class Fetch(Step):
    code = "fetch"
    sequence = 10
    name = _lt("Fetch deliveries")

    def execute(self) -> Totals:
        """Ask every source that fetches by itself; one that fails does not stop the others."""
        sources = self.env["telecom.source"].search(
            [
                ("company_id", "=", self.company.id),
                ("transport", "not in", PASSIVE),
                ("fetch_automatically", "=", True),
            ]
        )
        totals = Totals()
        for number, source in enumerate(sources, 1):
            deliveries = source._fetch()
            totals.records += len(deliveries)
            if source.state == "failing":
                self.finding(
                    "source_failing",
                    self.env._(
                        "Source %(name)s could not be asked: %(error)s Mend it and start the"
                        " step again, or upload the files by hand and waive this.",
                        name=source.name,
                        error=sentence(told(self.env, source.last_error)),
                    ),
                    record=source,
                )
            self.progress(number, len(sources))
        totals.details = {"sources": len(sources)}
        return totals
