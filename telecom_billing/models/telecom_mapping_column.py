# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of a layout: what a column of the file is, and which records count."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from connectors.convert.durations import CLOCKS, SCALES
from connectors.formats.mapping import TARGETS

from ..preview_table import label

_lt = LazyTranslate(__name__)

_SHAPES = {
    "s": _lt("Seconds"),
    "min": _lt("Minutes"),
    "h": _lt("Hours"),
    "ds": _lt("Tenths of a second"),
    "cs": _lt("Hundredths of a second"),
    "ms": _lt("Milliseconds"),
    "us": _lt("Microseconds"),
    "piece": _lt("Pieces"),
    "byte": _lt("Bytes"),
    "hms": _lt("Clock 1:02:03"),
    "hhmmss": _lt("Clock 010203"),
    "hhmmsscc": _lt("Clock 01020399 (hundredths)"),
}


class TelecomMappingColumn(models.Model):
    _name = "telecom.mapping.column"
    _description = "Column of a Layout"
    _order = "sequence, id"

    mapping_id = fields.Many2one("telecom.mapping", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="mapping_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    target = fields.Selection(
        lambda self: list(self._target_labels().items()), "Becomes", required=True
    )
    column = fields.Char(
        "Column of the File",
        help="The name in the header line, or the position from 1; for fixed width the place, such"
        " as 30-52; for JSON and XML the path, such as price.amount. Date and time apart are"
        " joined: Date + Time.",
    )
    value = fields.Char("Or Always", help="A fixed text instead of a column.")
    pattern = fields.Char("Pattern of Times", help="Where it differs from the file's.")
    shape = fields.Selection(
        lambda self: [
            (name, self.env._(_SHAPES[name]) if name in _SHAPES else name)
            for name in (*SCALES, *CLOCKS)
        ],
        "Unit",
    )
    map = fields.Char("Translation", help="Such as incoming=in, outgoing=out, *=out.")

    @api.model
    def _target_labels(self) -> dict[str, str]:
        return {name: label(self.env, name) for name in TARGETS}

    def _as_row(self) -> dict[str, str]:
        """As connectors.formats.mapping has it."""
        names = ("target", "column", "value", "pattern", "shape", "map")
        return {name: self[name] for name in names if self[name]}

    @api.model
    def _from_row(self, row: dict, at: int) -> dict:
        names = ("target", "column", "value", "pattern", "shape", "map")
        return {name: row.get(name) or False for name in names} | {"sequence": at}


class TelecomMappingRule(models.Model):
    _name = "telecom.mapping.rule"
    _description = "Record Selection of a Layout"
    _order = "id"

    mapping_id = fields.Many2one("telecom.mapping", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="mapping_id.company_id", store=True, index=True)
    mode = fields.Selection(
        [("only", "Only records with"), ("skip", "No records with")], required=True, default="only"
    )
    column = fields.Char("Column of the File", required=True)
    values = fields.Char("One of These Values", help="Separated by commas.")

    def _as_row(self) -> dict[str, str]:
        return {"column": self.column or "", "values": self.values or "", "mode": self.mode}

    @api.model
    def _from_row(self, row: dict) -> dict:
        return {
            "column": row.get("column") or "",
            "values": row.get("values") or False,
            "mode": row.get("mode") or "only",
        }
