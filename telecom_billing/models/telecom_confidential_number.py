# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of counselling services: calls to them are never recognisable on a bill."""

import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .number_text import normalise


class TelecomConfidentialNumber(models.Model):
    """An entry of the regulator's list (TDDDG § 11 (5)), imported each quarter; in force at once.

    The list is the same for every provider, so it has no company.
    """

    _name = "telecom.confidential.number"
    _description = "Confidential Number"
    _order = "number"
    _rec_name = "name"

    name = fields.Char("Line", required=True, help="As on the list: 0800 111 0 111.")
    number = fields.Char("Digits", compute="_compute_number", store=True, index=True)
    holder = fields.Char("Service")
    valid_from = fields.Date()
    valid_to = fields.Date()

    _number_unique = models.Constraint(
        "UNIQUE(number, valid_from)", "This line is on the list already."
    )

    # ------------------------------------------------------------------ compute
    @api.depends("name")
    def _compute_number(self):
        for record in self:
            record.number = normalise(record.name, "single")

    # ------------------------------------------------------------------ constraints
    @api.constrains("name")
    def _check_number(self):
        for record in self:
            if not (record.number or "").isdecimal() or len(record.number) < 5:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a telephone number. Write it as it is dialled in "
                        "Germany, like 0800 111 0 111.",
                        name=record.name,
                    )
                )

    # ------------------------------------------------------------------ business
    @api.model
    def _prefixes(self, day: datetime.date) -> tuple[str, ...]:
        """The digits of the lines on the list on ``day``."""
        begun = Domain("valid_from", "=", False) | Domain("valid_from", "<=", day)
        lasting = Domain("valid_to", "=", False) | Domain("valid_to", ">=", day)
        return tuple(self.sudo().search(begun & lasting).mapped("number"))
