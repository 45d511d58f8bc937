# SPDX-License-Identifier: AGPL-3.0-or-later
"""An allowance: units or money of a tariff that its basic fee contains."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomAllowance(models.Model):
    _name = "telecom.allowance"
    _description = "Allowance"
    _order = "tariff_id, sequence, id"

    tariff_id = fields.Many2one(
        "telecom.tariff",
        required=True,
        index=True,
        ondelete="cascade",
        compute="_compute_tariff_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    version_id = fields.Many2one(
        "telecom.tariff.version",
        string="Only in version",
        index=True,
        ondelete="cascade",
        domain="[('tariff_id', '=', tariff_id)]",
        help="Empty: in all versions of the tariff, with one balance throughout.",
    )
    company_id = fields.Many2one(related="tariff_id.company_id", store=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    sequence = fields.Integer(default=10, help="The smallest is used up first.")
    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Name in an exported tariff book.")
    kind = fields.Selection(
        [("units", "Units"), ("money", "Amount"), ("flat", "Everything")],
        required=True,
        default="units",
    )
    quantity = fields.Float(
        digits=UNIT_DIGITS, help="Units a period; for a flat rate the fair use, which only alerts."
    )
    unit = fields.Char(required=True, default="minute", help="minute, second, MB, GB, piece …")
    money = fields.Float("Amount", digits=PRICE_DIGITS)
    measure = fields.Selection(
        [("units", "Turned into units"), ("money", "Off the price")],
        string="An amount is",
        required=True,
        default="units",
    )
    service = fields.Char(help="voice, sms, data …; empty: all services.")
    zone_ids = fields.Many2many(
        "telecom.zone",
        string="Zones",
        domain="[('plan_id', 'in', zone_plan_ids)]",
        help="Empty: all zones.",
    )
    zone_plan_ids = fields.Many2many("telecom.zone.plan", compute="_compute_zone_plan_ids")
    band_ids = fields.Many2many("telecom.band", string="Bands", help="Empty: at all times.")
    share = fields.Selection(
        [
            ("line", "Each contract line"),
            ("contract", "The contract"),
            ("customer", "The customer"),
        ],
        string="Balance of",
        required=True,
        default="line",
    )
    period = fields.Selection(
        [
            ("day", "Day"),
            ("week", "Week"),
            ("month", "Month"),
            ("year", "Year"),
            ("once", "Once"),
        ],
        string="Per",
        required=True,
        default="month",
    )
    valid_from = fields.Date()
    valid_to = fields.Date(help="Last day; empty: without end.")
    prorate = fields.Boolean(
        default=True, help="A period that is only partly valid gives that share of its days."
    )
    per_member = fields.Boolean("For each line", help="A shared balance grows with its lines.")
    count = fields.Selection(
        [("billed", "As charged, after increments"), ("exact", "As used")],
        string="Units are deducted",
        required=True,
        default="billed",
    )
    setup = fields.Selection(
        [("waived", "Contained"), ("charged", "Charged")],
        string="Setup fee",
        required=True,
        default="waived",
    )
    rollover_periods = fields.Integer(
        "Rolls over for", help="Periods for which what is left stays usable."
    )
    rollover_use = fields.Selection(
        [("first", "Before the new units"), ("last", "After the new units")],
        string="Rolled over is used",
        default="first",
    )
    rollover_maximum = fields.Float("Rolls over at most", digits=UNIT_DIGITS)
    advanced = fields.Json(help="Further properties of the tariff book, e.g. begins, pools.")

    _numbers_positive = models.Constraint(
        "CHECK(quantity >= 0 AND money >= 0 AND rollover_periods >= 0)",
        "An allowance must not be negative. Enter how much the basic fee contains.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "An allowance must not end before it begins. Correct one of the two dates.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("version_id")
    def _compute_tariff_id(self):
        for allowance in self.filtered("version_id"):
            allowance.tariff_id = allowance.version_id.tariff_id

    @api.depends("tariff_id.version_ids.zone_plan_id", "version_id.zone_plan_id")
    def _compute_zone_plan_ids(self):
        for allowance in self:
            versions = allowance.version_id or allowance.tariff_id.version_ids
            allowance.zone_plan_ids = versions.zone_plan_id

    # ------------------------------------------------------------------ constraints
    @api.constrains("kind", "quantity", "money")
    def _check_amount(self):
        for allowance in self:
            missing = {
                "units": not allowance.quantity,
                "money": not allowance.money,
                "flat": False,
            }[allowance.kind]
            if missing:
                raise ValidationError(
                    self.env._(
                        "Allowance “%(name)s” of tariff “%(tariff)s” contains nothing. Enter its "
                        "units or its amount, or choose “Everything”.",
                        name=allowance.name,
                        tariff=allowance.tariff_id.name,
                    )
                )

    @api.constrains("version_id", "tariff_id")
    def _check_version(self):
        for allowance in self:
            version = allowance.version_id
            if version and version.tariff_id != allowance.tariff_id:
                raise ValidationError(
                    self.env._(
                        "Allowance “%(name)s” belongs to tariff “%(tariff)s”, its version to "
                        "“%(other)s”. Choose a version of the same tariff.",
                        name=allowance.name,
                        tariff=allowance.tariff_id.name,
                        other=version.tariff_id.name,
                    )
                )
