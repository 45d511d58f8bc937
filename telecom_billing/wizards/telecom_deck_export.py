# SPDX-License-Identifier: AGPL-3.0-or-later
"""A version's prices as a rate deck."""

from __future__ import annotations

import base64
import datetime
import re

from odoo import fields, models
from odoo.exceptions import UserError

from ..book.deck_base import VersionBase
from ..deck import comparing, writing
from .opened_on import opened_on
from .telecom_deck_lines import band_ids


class TelecomDeckExport(models.TransientModel):
    _name = "telecom.deck.export"
    _description = "Export of a Rate Deck"

    version_id = fields.Many2one(
        "telecom.tariff.version",
        required=True,
        ondelete="cascade",
        default=lambda self: opened_on(self.env, "telecom.tariff.version"),
    )
    kind = fields.Selection(
        [("xlsx", "XLSX (spreadsheet)"), ("csv", "CSV (text)")], required=True, default="xlsx"
    )
    decimal_sign = fields.Selection(
        [(",", "Comma: 0,019"), (".", "Point: 0.019")],
        required=True,
        default=lambda self: "," if (self.env.lang or "").startswith("de") else ".",
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)
    left_out = fields.Integer(
        "Rates left out",
        readonly=True,
        help="With steps, factors or other things a rate deck has no column for, or without "
        "prefixes. An import keeps them.",
    )

    def action_export(self):
        """Write the file, and show it for download."""
        self.ensure_one()
        before = VersionBase(self.version_id)
        rows = deck_of(before.base, self.version_id.valid_from)
        bands = self.env["telecom.band"].browse(
            band_ids(self.env, self.version_id.company_id).values()
        )
        style = writing.Style(
            currency=self.version_id.currency_id.name,
            language="de" if (self.env.lang or "").startswith("de") else "en",
            decimal=self.decimal_sign,
            bands={band.code: band.code for band in bands},
        )
        if not rows:
            raise UserError(
                self.env._(
                    "Version “%(version)s” has no prices by prefix, so there is nothing to export.",
                    version=self.version_id.display_name,
                )
            )
        content = (writing.as_xlsx if self.kind == "xlsx" else writing.as_csv)(rows, style)
        name = re.sub(r"[^\w.-]+", "_", self.version_id.display_name).strip("_")
        said = {
            rate.id
            for (zone, key), rate in before.rates.items()
            if not isinstance(before.base.zones[zone].prices[key], comparing.Special)
        }
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"{name}.{self.kind}",
                "left_out": len(self.version_id.rate_ids) - len(said),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export prices"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def deck_of(base: comparing.Base, start: datetime.date) -> list[comparing.Stretch]:
    """All prices from ``start`` on, as they are."""
    return comparing.compare([], base, start, gone=False).stretches
