# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff version: the prices of a tariff from one day to another."""

import datetime
import itertools

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ..store import bulk


class TelecomTariffVersion(models.Model):
    _name = "telecom.tariff.version"
    _description = "Tariff Version"
    _order = "tariff_id, valid_from desc, id desc"

    tariff_id = fields.Many2one("telecom.tariff", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="tariff_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    name = fields.Char(required=True)
    code = fields.Char(copy=False, help="Name in an exported tariff book.")
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active")], required=True, default="draft", copy=False
    )
    valid_from = fields.Date(
        required=True,
        copy=False,
        default=lambda self: fields.Date.context_today(self),
        help="First day. Decides by the start of the record.",
    )
    valid_to = fields.Date(
        string="Ends on", copy=False, help="Last day; empty: until the next version begins."
    )
    valid_until = fields.Date(
        string="Valid to",
        compute="_compute_valid_until",
        help="Last day on which this version prices; empty: without end.",
    )
    zone_plan_id = fields.Many2one("telecom.zone.plan", index=True, ondelete="restrict")
    rounding_digits = fields.Integer(
        "Decimal places", default=4, help="To which place a charge is rounded."
    )
    rounding_method = fields.Selection(
        [
            ("half_up", "Half up"),
            ("half_even", "Half to even"),
            ("up", "Up"),
            ("down", "Down"),
        ],
        string="Rounding",
        required=True,
        default="half_up",
    )
    rounding_scope = fields.Selection(
        [
            ("charge", "Each charge"),
            ("part", "Each part of a charge"),
            ("step", "Each step of a charge"),
            ("position", "Each position of the invoice"),
            ("invoice", "The invoice"),
        ],
        string="Rounded is",
        required=True,
        default="charge",
    )
    split = fields.Selection(
        [
            ("start", "By the start of the record"),
            ("increment", "Each increment by its start"),
            ("exact", "Cut exactly at the border"),
            ("end", "By the end of the record"),
        ],
        string="At a band's border",
        required=True,
        default="start",
    )
    gap = fields.Selection(
        [
            ("suspense", "Set the record aside"),
            ("shorter", "Take the price of the next shorter prefix"),
        ],
        string="When no band holds",
        help="Empty: as the tariff says.",
    )
    rate_ids = fields.One2many("telecom.rate", "version_id", string="Rates")
    rate_count = fields.Integer(compute="_compute_rate_count")
    allowance_ids = fields.One2many(
        "telecom.allowance", "version_id", string="Allowances", copy=True
    )
    note = fields.Text(string="Source and reason")

    _dates_in_order = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "A tariff version must not end before it begins. Correct one of the two dates.",
    )
    _digits_possible = models.Constraint(
        "CHECK(rounding_digits BETWEEN 0 AND 12)",
        "Charges are rounded to 0 to 12 decimal places. Correct the number.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends(
        "valid_from",
        "valid_to",
        "state",
        "tariff_id.version_ids.state",
        "tariff_id.version_ids.valid_from",
    )
    def _compute_valid_until(self):
        for version in self:
            version.valid_until = version._valid_until()

    @api.depends("rate_ids")
    def _compute_rate_count(self):
        counts = dict(
            self.env["telecom.rate"]._read_group(
                [("version_id", "in", self.ids)], ["version_id"], ["__count"]
            )
        )
        for version in self:
            version.rate_count = counts.get(version, 0)

    @api.depends("name", "tariff_id.name")
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.tariff_id.name or ''}: {version.name or ''}"

    # ------------------------------------------------------------------ constraints
    @api.constrains("state", "valid_from", "valid_to", "tariff_id")
    def _check_overlap(self):
        """Two active versions of a tariff never hold on the same day."""
        for tariff in self.tariff_id:
            active = tariff.version_ids.filtered(lambda v: v.state == "active")
            ordered = active.sorted(lambda v: (v.valid_from, v.id))
            for before, after in itertools.pairwise(ordered):
                same_day = before.valid_from == after.valid_from
                if same_day or (before.valid_to and before.valid_to >= after.valid_from):
                    names = {
                        "tariff": tariff.name,
                        "after": after.name,
                        "start": format_date(self.env, after.valid_from),
                        "before": before.name,
                    }
                    if same_day:
                        raise ValidationError(
                            self.env._(
                                "Tariff “%(tariff)s”: versions “%(before)s” and “%(after)s” both "
                                "begin on %(start)s. Let one of them begin later, or put it back "
                                "to draft.",
                                **names,
                            )
                        )
                    raise ValidationError(
                        self.env._(
                            "Tariff “%(tariff)s”: version “%(after)s” begins on %(start)s, while "
                            "“%(before)s” holds from %(before_start)s to %(end)s. Let one end "
                            "before the other begins.",
                            before_start=format_date(self.env, before.valid_from),
                            end=format_date(self.env, before.valid_to),
                            **names,
                        )
                    )

    @api.constrains("state", "rate_ids")
    def _check_rates(self):
        for version in self.filtered(lambda v: v.state == "active"):
            if not version.rate_count:
                raise ValidationError(
                    self.env._(
                        "Version “%(version)s” has no rate. Add its prices before it is activated.",
                        version=version.display_name,
                    )
                )

    @api.constrains("state")
    def _check_with_core(self):
        """One bad version would stop the rating of the whole company: refuse it here."""
        for tariff in self.filtered(lambda version: version.state == "active").tariff_id:
            tariff._refuse_bad_book()

    # ------------------------------------------------------------------ CRUD
    def copy_data(self, default=None):
        rows = super().copy_data(default)
        for version, row in zip(self, rows, strict=True):
            if not (default or {}).get("name"):
                row["name"] = self.env._("%(name)s (draft)", name=version.name)
        return rows

    def copy(self, default=None):
        """With all rates; there may be tens of thousands, so they are copied by the database."""
        default = dict(default or {})
        state = default.pop("state", "draft")
        copies = super().copy(default)
        if "rate_ids" not in default:
            self._copy_rates(copies)
        if state != "draft":
            copies.write({"state": state})
        return copies

    # ------------------------------------------------------------------ actions
    def action_activate(self):
        self.write({"state": "active"})

    def action_draft(self):
        self.write({"state": "draft"})

    def action_new_version(self):
        """Copy this version as a draft, to change prices from a later day on."""
        self.ensure_one()
        version = self.copy({"valid_from": fields.Date.context_today(self)})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "view_mode": "form",
        }

    def action_replay(self):
        """Try this version's prices on a month of the past; nothing but the comparison is kept."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay %(version)s", version=self.display_name),
            "res_model": "telecom.rating.preview",
            "view_mode": "form",
            "context": {
                "default_kind": "replay",
                "default_replay_by": "version",
                "default_version_id": self.id,
                "default_company_id": self.company_id.id,
            },
        }

    def action_open_rates(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rates of %(version)s", version=self.display_name),
            "res_model": "telecom.rate",
            "view_mode": "list,form",
            "domain": [("version_id", "=", self.id)],
            "context": {"default_version_id": self.id},
        }

    # ------------------------------------------------------------------ business
    def _copy_rates(self, copies):
        """Give ``copies`` of these versions their rates, steps and extra fees."""
        Rate = self.env["telecom.rate"]
        self.rate_ids.check_access("read")
        for version, new in zip(self, copies, strict=True):
            rates = bulk.clone(
                Rate,
                "version_id",
                {version.id: new.id},
                given={
                    "tariff_id": SQL("%s", new.tariff_id.id),
                    "company_id": SQL("%s", new.company_id.id),
                },
            )
            for model in ("telecom.rate.step", "telecom.rate.extra"):
                bulk.clone(
                    self.env[model],
                    "rate_id",
                    rates,
                    given={"company_id": SQL("%s", new.company_id.id)},
                )
            self._copy_origins(rates)
            if new.zone_plan_id != version.zone_plan_id:
                Rate.browse(rates.values())._check_zone_plan()
            if new.company_id != version.company_id:
                Rate.browse(rates.values())._check_company()
                Rate.browse(rates.values())._check_origins()

    def _copy_origins(self, rates: dict[int, int]):
        """Give copies of rates (old id → new id) the zones from which is called."""
        self.env.execute_query(
            SQL(
                "INSERT INTO telecom_rate_origin_rel (rate_id, zone_id)"
                " SELECT m.new, r.zone_id FROM telecom_rate_origin_rel r"
                " JOIN unnest(%s::int[], %s::int[]) AS m (old, new) ON m.old = r.rate_id"
                " RETURNING rate_id",
                list(rates),
                list(rates.values()),
            )
        )
        self.env["telecom.rate"].invalidate_model(["origin_ids"])

    def _valid_until(self):
        """Last day on which this version prices: its own, or the one before the next begins."""
        self.ensure_one()
        following = self.tariff_id.version_ids.filtered(
            lambda v: (
                v.state == "active"
                and v != self
                and v.valid_from
                and self.valid_from
                and v.valid_from > self.valid_from
            )
        )
        ends = [self.valid_to] if self.valid_to else []
        ends += [v.valid_from - datetime.timedelta(days=1) for v in following]
        return min(ends, default=False)
