# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other prices for a month of the past: a draft in the place of what was in force, or a tariff in
the place of another."""

from __future__ import annotations

import dataclasses

import numpy as np
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
        """Contracts with a line whose price could be another: by its tariff, individual prices,
        or what these fall back on."""
        env.flush_all()
        rows = env.execute_query(
            SQL(
                "WITH RECURSIVE asked (id) AS (SELECT unnest(%(tariffs)s) UNION"
                "  SELECT t.id FROM telecom_tariff t JOIN asked a ON t.fallback_tariff_id = a.id)"
                " SELECT DISTINCT contract_id FROM contract_line WHERE company_id = %(company)s"
                " AND (telecom_tariff_id IN (SELECT id FROM asked)"
                "  OR telecom_price_list_id IN (SELECT id FROM asked))",
                tariffs=[*self.versions, *self.swap],
                company=company.id,
            )
        )
        return np.array(sorted(contract for (contract,) in rows), dtype=np.int64)
