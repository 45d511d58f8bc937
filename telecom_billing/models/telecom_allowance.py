# SPDX-License-Identifier: AGPL-3.0-or-later
"""An allowance: units or money of a tariff that its basic fee contains."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomAllowance(models.Model):
    _name = "telecom.allowance"
    _description = "Allowance"
    _inherit = ["telecom.selector"]
    _order = "tariff_id, sequence, id"

    _book_section = "allowances"

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
    company_id = fields.Many2one(
        related="tariff_id.company_id", store=True, required=False, default=None
    )
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    sequence = fields.Integer(default=10, help="The smallest is used up first.")
    tariff_ids = fields.Many2many(
        string="Also in",
        help="Tariffs and options with which the same balance is shared.",
    )
    kind = fields.Selection(
        [("units", "Units"), ("money", "Amount"), ("flat", "Everything")],
        required=True,
        default="units",
    )
    quantity = fields.Float(
        digits=UNIT_DIGITS, help="Units a period; for a flat rate the fair use, which only alerts."
    )
    unit = fields.Char(required=True, default="minute", help="minute, second, MB, GB, piece …")
    money = fields.Float("Amount", digits=PRICE_DIGITS, min_display_digits=2)
    measure = fields.Selection(
        [("units", "Turned into units"), ("money", "Off the price")],
        string="An amount is",
        required=True,
        default="units",
    )
    zone_ids = fields.Many2many(domain="[('plan_id', 'in', zone_plan_ids)]")
    zone_plan_ids = fields.Many2many("telecom.zone.plan", compute="_compute_zone_plan_ids")
    share = fields.Selection(string="Balance of")
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
    step = fields.Float(
        "By begun units of",
        digits=UNIT_DIGITS,
        help="Increments of the allowance's own; empty: exactly as used.",
    )
    records = fields.Integer(
        "First records only",
        help="It covers only a period's first so many records, such as ten free calls; 0: all.",
    )
    use_ids = fields.One2many(
        "telecom.allowance.use",
        "allowance_id",
        string="Used up by",
        copy=True,
        help="One balance for several things: of 500 units a minute takes one, a minute to "
        "mobiles three, a message two. Empty: units are used up one by one.",
    )
    refunds = fields.Selection(
        [
            ("own", "The rate's own price, beside the allowance"),
            ("return", "The units that they give back"),
        ],
        string="Refunds are worth",
        required=True,
        default="own",
        help="Records of a negative quantity. With 100 units contained, somebody used 120 and "
        "gives 30 back: 20 of them are credited at their price, 10 are free to be used again.",
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

    _numbers_positive = models.Constraint(
        "CHECK(quantity >= 0 AND money >= 0 AND rollover_periods >= 0 AND COALESCE(step, 0) >= 0"
        " AND COALESCE(records, 0) >= 0)",
        "An allowance must not be negative. Enter how much the basic fee contains.",
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

    @api.constrains(
        "kind", "unit", "period", "begins", "share", "pool_ids", "rollover_periods",
        "rollover_maximum", "service", "rate_ids", "tariff_ids", "count", "step", "records",
        "quantity", "use_ids", "refunds",
    )  # fmt: skip
    def _check_with_core(self):
        self._refuse_bad_rules()

    # ------------------------------------------------------------------ business
    def _selected_tariffs(self):
        # EXTENDS 'telecom.selector'
        self.ensure_one()
        return self.tariff_id | self.tariff_ids

    def _dates(self, span=None):
        """The allowance's own dates, within its version's."""
        self.ensure_one()
        version = self.version_id
        begin, end = version.valid_from, version and version._valid_until()
        if version and span:
            begin, end = span(version)
        starts = [self.valid_from, begin]
        ends = [self.valid_to, end]
        return max(filter(None, starts), default=None), min(filter(None, ends), default=None)
