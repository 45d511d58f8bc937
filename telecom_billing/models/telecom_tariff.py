# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff: a price list in one currency, with versions by date."""

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import ValidationError
from odoo.fields import Domain

DEFAULT_TZ = "Europe/Berlin"


class TelecomTariff(models.Model):
    _name = "telecom.tariff"
    _description = "Tariff"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short and unique in the company; used by the web shop.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("tariff", "Tariff"),
            ("individual", "Individual prices"),
            ("option", "Option"),
            ("cost", "Carrier's prices"),
        ],
        required=True,
        default="tariff",
        help="Tariffs and individual prices are what customers pay. An option is booked as a line "
        "of the contract and goes before the tariffs of its other lines. Carrier's prices are "
        "what traffic costs us.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    service = fields.Char(
        default="voice",
        help="What the tariff is mostly for: voice, sms, data, conference …",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=DEFAULT_TZ,
        help="Versions begin at midnight and bands hold in this time zone.",
    )
    price_includes_tax = fields.Boolean(
        "Prices include tax", help="Usual for consumers; business prices are net."
    )
    tax_percent = fields.Float(
        "Tax contained (%)",
        digits=(6, 4),
        help="Only for comparing with legal price limits; invoices take the product's tax.",
    )
    gap = fields.Selection(
        [
            ("suspense", "Set the record aside"),
            ("shorter", "Take the price of the next shorter prefix"),
        ],
        string="When no band holds",
        required=True,
        default="suspense",
    )
    free_incoming = fields.Boolean(
        "Incoming free",
        default=True,
        help="Incoming records without a rate of their own cost nothing instead of being set "
        "aside.",
    )
    fallback_tariff_id = fields.Many2one(
        "telecom.tariff",
        string="Otherwise by",
        index="btree_not_null",
        ondelete="restrict",
        help="Tariff that is asked where this one has no price.",
    )
    fallback_ids = fields.One2many(
        "telecom.tariff.fallback",
        "tariff_id",
        string="Then by",
        copy=True,
        help="Further tariffs that are asked after that, the heavier first.",
    )
    option_weight = fields.Integer(
        "Weight of the option", help="Of several booked options, the heavier's prices come first."
    )
    version_ids = fields.One2many("telecom.tariff.version", "tariff_id", string="Versions")
    allowance_ids = fields.One2many(
        "telecom.allowance", "tariff_id", string="Allowances", copy=True
    )
    current_version_id = fields.Many2one(
        "telecom.tariff.version", compute="_compute_current_version_id", string="In force"
    )
    line_count = fields.Integer("Contract lines", compute="_compute_line_count")
    note = fields.Html("Description")

    _code_unique = models.UniqueIndex(
        "(code, company_id)",
        "Another tariff of this company has the same code. Choose another one.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("version_ids.state", "version_ids.valid_from", "version_ids.valid_to")
    def _compute_current_version_id(self):
        today = fields.Date.context_today(self)
        for tariff in self:
            tariff.current_version_id = tariff._version_at(today)

    def _compute_line_count(self):
        lines = self.env["contract.line"]
        counts = {tariff.id: 0 for tariff in self}
        for field in ("telecom_tariff_id", "telecom_price_list_id"):
            for tariff, count in lines._read_group([(field, "in", self.ids)], [field], ["__count"]):
                counts[tariff.id] += count
        for tariff in self:
            tariff.line_count = counts.get(tariff.id, 0)

    # ------------------------------------------------------------------ constraints
    @api.constrains("currency_id")
    def _check_currency_of_lines(self):
        Line = self.env["contract.line"].sudo()
        named = ("telecom_tariff_id", "telecom_price_list_id")
        Line.search(Domain.OR([(name, "in", self.ids)] for name in named))._check_telecom_currency()

    @api.constrains("kind")
    def _check_prices_of_kind(self):
        self.version_ids.rate_ids._check_carriers_prices()

    @api.constrains("fallback_tariff_id", "fallback_ids", "currency_id")
    def _check_fallback(self):
        for tariff in self:
            ways = [(tariff, tariff.name)]
            seen = self.browse()
            while ways:
                link, way = ways.pop()
                for following in link._next_tariffs():
                    if following == tariff:
                        raise ValidationError(
                            self.env._(
                                "“Otherwise by” leads in a circle: %(path)s. Take one of them out.",
                                path=f"{way} → {tariff.name}",
                            )
                        )
                    if following.currency_id != tariff.currency_id:
                        raise ValidationError(
                            self.env._(
                                "Tariff “%(tariff)s” is in %(currency)s, “%(other)s” in "
                                "%(other_currency)s. One price list has one currency: choose a "
                                "tariff in %(currency)s.",
                                tariff=tariff.name,
                                currency=tariff.currency_id.name,
                                other=following.name,
                                other_currency=following.currency_id.name,
                            )
                        )
                    if following not in seen:
                        seen |= following
                        ways.append((following, f"{way} → {following.name}"))

    # ------------------------------------------------------------------ CRUD
    def copy_data(self, default=None):
        rows = super().copy_data(default)
        for tariff, row in zip(self, rows, strict=True):
            if not (default or {}).get("code"):
                row["code"] = self.env._("%(code)s-copy", code=tariff.code)
            if not (default or {}).get("name"):
                row["name"] = self.env._("%(name)s (copy)", name=tariff.name)
        return rows

    # ------------------------------------------------------------------ actions
    def action_open_lines(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contract lines with %(tariff)s", tariff=self.name),
            "res_model": "contract.line",
            "view_mode": "list",
            "views": [(self.env.ref("telecom_billing.contract_line_tariff_list").id, "list")],
            "domain": [
                "|",
                ("telecom_tariff_id", "=", self.id),
                ("telecom_price_list_id", "=", self.id),
            ],
        }

    # ------------------------------------------------------------------ business
    def _next_tariffs(self):
        """Tariffs that are asked where these have no price, without those behind them."""
        return self.fallback_tariff_id | self.fallback_ids.fallback_id

    def _version_at(self, date):
        """The active version in force on a local date; empty recordset if none."""
        self.ensure_one()
        valid = self.version_ids.filtered(
            lambda v: (
                v.state == "active"
                and v.valid_from <= date
                and (not v.valid_to or v.valid_to >= date)
            )
        )
        return valid.sorted("valid_from")[-1:]
