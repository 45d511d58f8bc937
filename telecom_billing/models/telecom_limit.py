# SPDX-License-Identifier: AGPL-3.0-or-later
"""A spending limit: what may be spent in a period, who is told, and what happens then."""

from decimal import Decimal, InvalidOperation

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS


class TelecomLimit(models.Model):
    _name = "telecom.limit"
    _description = "Spending Limit"
    _inherit = ["telecom.selector"]

    _book_section = "limits"

    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Float(
        digits=PRICE_DIGITS, min_display_digits=2, required=True, help="As charged by the tariff."
    )
    thresholds = fields.Char(
        "Alert at (%)",
        required=True,
        default="80, 100",
        help="Parts of the amount, with commas between, at which an alert is kept.",
    )
    then = fields.Selection(
        [
            ("alert", "Only alert"),
            ("free", "What exceeds it costs nothing"),
            ("refuse", "Set later records aside"),
        ],
        string="When it is reached",
        required=True,
        default="alert",
    )
    user_id = fields.Many2one(
        "res.users", "Responsible", help="Gets an activity; empty: the contract's responsible."
    )
    mail_customer = fields.Boolean(
        "Tell the customer by e-mail", help="At each threshold, once a period."
    )
    alert_ids = fields.One2many("telecom.limit.alert", "limit_id", string="Alerts")
    alert_count = fields.Integer(compute="_compute_alert_count")

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A spending limit is an amount above zero. Correct the amount."
    )

    # ------------------------------------------------------------------ compute
    def _compute_alert_count(self):
        counts = dict(
            self.env["telecom.limit.alert"]._read_group(
                [("limit_id", "in", self.ids)], ["limit_id"], ["__count"]
            )
        )
        for limit in self:
            limit.alert_count = counts.get(limit, 0)

    # ------------------------------------------------------------------ constraints
    @api.constrains("thresholds")
    def _check_thresholds(self):
        for limit in self:
            limit._parts()

    @api.constrains(
        "amount", "then", "tariff_ids", "zone_ids", "band_ids", "rate_ids", "share", "period",
        "begins", "pool_ids", "service", "thresholds",
    )  # fmt: skip
    def _check_with_core(self):
        self._refuse_bad_rules()

    @api.constrains("currency_id", "tariff_ids")
    def _check_currency(self):
        for limit in self:
            other = limit.tariff_ids.filtered(lambda t, own=limit.currency_id: t.currency_id != own)
            if other:
                raise ValidationError(
                    self.env._(
                        "Spending limit “%(name)s” is in %(currency)s, tariff “%(tariff)s” in "
                        "%(other)s. Make one limit for each currency.",
                        name=limit.name,
                        currency=limit.currency_id.name,
                        tariff=other[0].name,
                        other=other[0].currency_id.name,
                    )
                )

    # ------------------------------------------------------------------ actions
    def action_open_alerts(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Alerts of %(limit)s", limit=self.name),
            "res_model": "telecom.limit.alert",
            "view_mode": "list,form",
            "domain": [("limit_id", "=", self.id)],
        }

    # ------------------------------------------------------------------ business
    def _parts(self) -> list[str]:
        """The thresholds as parts of the amount, smallest first: ``["0.8", "1"]``."""
        self.ensure_one()
        found = set()
        for text in (self.thresholds or "").split(","):
            try:
                part = Decimal(text.strip().rstrip("%").strip()) / 100
            except InvalidOperation:
                part = Decimal(0)
            if not 0 < part <= 100:
                raise ValidationError(
                    self.env._(
                        "Spending limit “%(name)s”: “%(text)s” is no percentage above zero. Write "
                        "the thresholds as 80, 100.",
                        name=self.name,
                        text=text.strip(),
                    )
                )
            found.add(part)
        return [f"{part.normalize():f}" for part in sorted(found)]
