# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far a month's rating had come when it was stopped."""

from odoo import fields, models


class TelecomRatingProgress(models.Model):
    """One row a company and month that is being rated, see ``charging/resuming.py``."""

    _name = "telecom.rating.progress"
    _description = "Rating Progress"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    period = fields.Date(required=True, help="First day of the month, local time.")
    fingerprint = fields.Char(required=True, help="Of all that the charges depend on.")
    holder = fields.Integer(help="The last contract, or customer, whose charges are stored.")
    done = fields.Integer(help="Records that are stored.")

    _month_unique = models.Constraint(
        "UNIQUE(company_id, period)", "A month has one rating progress a company."
    )
