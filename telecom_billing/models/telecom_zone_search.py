# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which zone does a number belong to?"""

import re

from odoo import api, fields, models
from odoo.fields import Domain

from .number_reading import heads, readings


class TelecomZonePrefix(models.Model):
    _inherit = "telecom.zone.prefix"

    lookup = fields.Char(
        string="Leads there",
        compute="_compute_lookup",
        search="_search_lookup",
        help="Finds every prefix that the number begins with, whatever its notation.",
    )

    def _compute_lookup(self):
        for record in self:
            record.lookup = record.prefix

    @api.model
    def _search_lookup(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value or [])
        found: set[str] = set()
        for text in values:
            digits = readings(text, self.env.company.country_id.code or "DE")
            digits = digits[:1] or [self._normalise(text)]
            found.update(
                head for one in digits if re.fullmatch("[0-9]+", one) for head in heads(one)
            )
        return Domain("prefix", "in", sorted(found))
