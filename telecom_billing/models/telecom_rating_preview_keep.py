# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping a preview: rating once more, for good, and telling whether it came to the same."""

from __future__ import annotations

import decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..charging import previewing
from ..store import exact


class TelecomRatingPreview(models.Model):
    _inherit = "telecom.rating.preview"

    # ------------------------------------------------------------------ actions
    def action_keep(self):
        """Rate for good what was compared; by the scheduled action where it is much."""
        self.ensure_one()
        if self.kind != "again" or self.state != "ready":
            raise UserError(
                self.env._(
                    "Only a preview of what is not invoiced can be kept, once it is ready."
                    " Other prices are kept by activating the version."
                )
            )
        self.check_access("write")
        if self._count_records() <= self._at_once():
            self._keep()
        else:
            self.state = "keeping"
            self.env.ref("telecom_billing.cron_rating_previews").sudo()._trigger()
        return True

    # ------------------------------------------------------------------ business
    def _keep(self) -> None:
        contracts = self._get_contracts()
        states = self.env["telecom.rating.state"].sudo()
        try:
            states._rate_months(
                self.company_id,
                only=self._months(),
                everything=contracts is None,
                contracts=contracts,
                progress=self._show_progress,
            )
        except states.BadBook as error:
            self.write(
                {
                    "state": "failed",
                    "message": self.env._("The tariffs cannot be used:\n%(faults)s", faults=error),
                }
            )
            return
        self.write({"state": "kept", "progress": 100, "message": self._verdict()})

    def _verdict(self) -> str:
        """Is what is stored now what the preview said? If not: where, and why."""
        differing = self._differing()
        if not differing:
            return self.env._("Kept: every contract has what the preview said.")
        names = [self._named(contract) for contract in differing[:5]]
        if len(differing) > len(names):
            names.append("…")
        return self.env._(
            "Kept, but %(count)s contracts have something else than the preview said:"
            " %(names)s.\n%(reasons)s",
            count=len(differing),
            names=", ".join(names),
            reasons="\n".join(self._what_changed()),
        )

    def _named(self, contract: int) -> str:
        found = self.env["contract.contract"].browse(contract)
        return found.display_name if contract else self.env._("records without contract")

    def _differing(self) -> list[int]:
        """Contracts (0 = none) whose stored figures are not those of the preview."""
        self.env.flush_all()
        rows = exact.fetch(
            self.env.cr,
            SQL(
                "SELECT coalesce(contract_id, 0), currency_id, records_after, aside_after,"
                " amount_after FROM telecom_rating_preview_line WHERE preview_id = %s",
                self.id,
            ),
        )
        wanted = {row[:2]: row[2:] for row in rows}
        now = previewing.stored(self.env(su=True), self.company_id.sudo(), self._get_spans())
        found = {
            (row.contract, row.currency): (row.records, row.aside, row.amount)
            for row in now.itertuples()
        }
        nothing = (0, 0, decimal.Decimal(0))
        contracts = {contract for contract, _currency in wanted}
        everybody = not (self.tariff_ids or self.contract_ids)
        keys = wanted.keys() | {key for key in found if everybody or key[0] in contracts}
        return sorted(
            {key[0] for key in keys if found.get(key, nothing) != wanted.get(key, nothing)}
        )

    def _what_changed(self) -> list[str]:
        """What is not as it was when the preview was made."""
        now = previewing.basis_now(self.env(su=True), self.company_id.sudo(), self._get_spans())
        then = self.basis or {}
        found = []
        for month, basis in now.items():
            before = then.get(month, {})
            if basis["deliveries"] != before.get("deliveries"):
                found.append(self.env._("%s: usage was loaded or undone since the preview.", month))
            if basis["tariffs"] != before.get("tariffs"):
                found.append(self.env._("%s: prices were changed since the preview.", month))
            if basis["invoiced"] != before.get("invoiced"):
                found.append(
                    self.env._("%s: usage was invoiced or freed since the preview.", month)
                )
        if self._parties_changed():
            found.append(self.env._("Numbers or contract lines were changed since the preview."))
        return found or [self.env._("Nothing that rating depends on was changed in between.")]

    def _parties_changed(self) -> bool:
        since = self.computed_at or fields.Datetime.now()
        return any(
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .search_count(
                [("company_id", "=", self.company_id.id), ("write_date", ">=", since)], limit=1
            )
            for model in ("telecom.number", "contract.line")
        )
