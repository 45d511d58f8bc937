# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a preview says about one contract."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from odoo import api, fields, models
from odoo.tools import SQL

from ..charging.columns import ids
from ..store import copying

COUNTS = (
    "records_before",
    "records_after",
    "aside_before",
    "aside_after",
    "newly_charged",
    "newly_aside",
)


class TelecomRatingPreviewLine(models.Model):
    _name = "telecom.rating.preview.line"
    _description = "Rating Preview Line"
    _log_access = False
    _order = "is_changed desc, distance desc, contract_id, id"
    _rec_name = "contract_id"

    preview_id = fields.Many2one(
        "telecom.rating.preview", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    contract_id = fields.Many2one(
        "contract.contract", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    currency_id = fields.Many2one("res.currency", readonly=True)
    records_before = fields.Integer("Charged before", readonly=True)
    records_after = fields.Integer("Charged after", readonly=True)
    aside_before = fields.Integer("Set aside before", readonly=True)
    aside_after = fields.Integer("Set aside after", readonly=True)
    newly_charged = fields.Integer(readonly=True, help="Was set aside, has a price now.")
    newly_aside = fields.Integer("Newly set aside", readonly=True, help="Has no price any more.")
    amount_before = fields.Float("Before", digits=(20, 6), min_display_digits=2, readonly=True)
    amount_after = fields.Float("After", digits=(20, 6), min_display_digits=2, readonly=True)
    difference = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    distance = fields.Float(
        digits=(20, 6), readonly=True, help="The difference without its sign, for the order."
    )
    is_changed = fields.Boolean("Different", readonly=True)

    @api.depends("contract_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.contract_id.display_name or self.env._("Without contract")

    # ------------------------------------------------------------------ business
    @api.model
    def _store(self, preview, figures) -> None:
        """Write the figures of ``charging.previewing.compare`` by COPY: they stay exact."""
        rows = len(figures)
        if not rows:
            return
        preview.flush_recordset()
        difference = [
            after - before
            for before, after in zip(figures["amount_before"], figures["amount_after"], strict=True)
        ]
        counted = np.zeros(rows, dtype=bool)
        for name in ("records", "aside"):
            counted |= (figures[f"{name}_before"] != figures[f"{name}_after"]).to_numpy()
        counted |= ((figures["newly_charged"] + figures["newly_aside"]) > 0).to_numpy()
        wide = pa.decimal128(38, 12)

        def amounts(values):
            return pa.array(list(values), type=wide)

        copying.copy(
            self.env.cr,
            self._table,
            pa.table(
                {
                    "id": pa.array(self._reserve(rows)),
                    "preview_id": copying.constant(preview.id, rows),
                    "company_id": copying.constant(preview.company_id.id, rows),
                    "contract_id": ids(figures["contract"].to_numpy()),
                    "currency_id": ids(figures["currency"].to_numpy()),
                    **{name: pa.array(figures[name]) for name in COUNTS},
                    "amount_before": amounts(figures["amount_before"]),
                    "amount_after": amounts(figures["amount_after"]),
                    "difference": amounts(difference),
                    "distance": amounts(abs(one) for one in difference),
                    "is_changed": pa.array(
                        counted | np.array([one != 0 for one in difference], dtype=bool)
                    ),
                }
            ),
        )
        preview.invalidate_recordset()

    @api.model
    def _reserve(self, count: int) -> np.ndarray:
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval('telecom_rating_preview_line_id_seq') FROM generate_series(1, %s)",
                count,
            )
        )
        return np.array([number for (number,) in rows], dtype=np.int64)
