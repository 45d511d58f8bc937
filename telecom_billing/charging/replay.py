# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other prices for a month of the past: a draft in the place of what was in force, or a tariff in
the place of another."""

from __future__ import annotations

import dataclasses

import numpy as np
from odoo.fields import Domain
from odoo.tools import SQL


@dataclasses.dataclass
class Replay:
    """``versions``: {tariff id: version that holds the whole time}; ``swap``: {tariff id: id of
    the tariff by which its contract lines are rated}."""

    versions: dict[int, object] = dataclasses.field(default_factory=dict)
    swap: dict[int, int] = dataclasses.field(default_factory=dict)

    def tariffs(self, env):
        """Tariffs that the book must know beside those in use."""
        return env["telecom.tariff"].browse([*self.versions, *self.swap.values()])

    def lines(self, env, company):
        """Contract lines whose tariff changes: what they have of their own changes as well."""
        return (
            env["contract.line"]
            .with_context(active_test=False)
            .search([("company_id", "=", company.id), ("telecom_tariff_id", "in", list(self.swap))])
        )

    def rewrite(self, data: dict) -> None:
        """Let the book's contract lines have the other tariff."""
        for line in data.get("lines", []):
            if "tariff" in line:
                line["tariff"] = self.swap.get(line["tariff"], line["tariff"])

    def swapped(self, tariffs: np.ndarray) -> np.ndarray:
        """The tariffs of matched records."""
        found = tariffs.copy()
        for old, new in self.swap.items():
            found[tariffs == old] = new
        return found

    def contracts(self, env, company) -> np.ndarray:
        """Contracts whose price could be another: by the tariff of a line, individual prices, or
        what these fall back on."""
        Tariff = env["telecom.tariff"].with_context(active_test=False)
        asked = Tariff.browse([*self.versions, *self.swap])
        while more := (
            Tariff.search(
                Domain("fallback_tariff_id", "in", asked.ids)
                | Domain("fallback_ids.fallback_id", "in", asked.ids)
            )
            - asked
        ):
            asked |= more
        env.flush_all()
        everybody = company.telecom_default_tariff_id in asked
        rows = env.execute_query(
            SQL(
                "SELECT contract_id FROM contract_line WHERE company_id = %(company)s"
                " AND (%(everybody)s OR telecom_tariff_id = ANY(%(tariffs)s)"
                "  OR telecom_price_list_id = ANY(%(tariffs)s))"
                " UNION SELECT contract_id FROM telecom_contract_price"
                "  WHERE company_id = %(company)s AND tariff_id = ANY(%(tariffs)s)",
                everybody=everybody,
                tariffs=asked.ids,
                company=company.id,
            )
        )
        return np.array(sorted(contract for (contract,) in rows), dtype=np.int64)
