# SPDX-License-Identifier: AGPL-3.0-or-later
"""What another rating would change, before it is kept: open months anew, or the past by other
prices."""

from __future__ import annotations

import numpy as np
from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL
from odoo.tools.date_utils import end_of, start_of

from ..charging import previewing
from ..charging.replay import Replay
from ..store import exact

#: Months with more records are compared by the scheduled action.
AT_ONCE = 200_000
#: Previews are thrown away after so many days.
DAYS = 30


class TelecomRatingPreview(models.Model):
    """A rating that stored nothing but what it came to, customer by customer."""

    _name = "telecom.rating.preview"
    _description = "Rating Preview"
    _order = "create_date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [("again", "Rate again what is not invoiced"), ("replay", "Replay with other prices")],
        required=True,
        default="again",
    )
    date_from = fields.Date("From month", required=True, default=lambda self: self._default_month())
    date_to = fields.Date(
        "To month", required=True, default=lambda self: end_of(self._default_month(), "month")
    )
    tariff_ids = fields.Many2many(
        "telecom.tariff",
        string="Only tariffs",
        check_company=True,
        help="Contracts with a line in these tariffs. Empty: all.",
    )
    contract_ids = fields.Many2many(
        "contract.contract", string="Only contracts", help="Empty: all.", check_company=True
    )
    replay_by = fields.Selection(
        [("version", "A version"), ("tariff", "Another tariff")], default="version"
    )
    version_id = fields.Many2one(
        "telecom.tariff.version",
        "With version",
        ondelete="cascade",
        check_company=True,
        help="Holds the whole time in the place of its tariff's versions; may be a draft.",
    )
    tariff_id = fields.Many2one(
        "telecom.tariff", "In the place of", ondelete="cascade", check_company=True
    )
    other_tariff_id = fields.Many2one(
        "telecom.tariff", "By tariff", ondelete="cascade", check_company=True
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("waiting", "Waiting"),
            ("running", "At work"),
            ("ready", "Ready"),
            ("keeping", "To be kept"),
            ("failed", "Failed"),
            ("kept", "Kept"),
            ("discarded", "Discarded"),
        ],
        default="draft",
        required=True,
        readonly=True,
    )
    progress = fields.Float(readonly=True)
    message = fields.Text(readonly=True)
    computed_at = fields.Datetime("As of", readonly=True)
    basis = fields.Json(help="What the months were compared by, to tell why keeping differs.")
    line_ids = fields.One2many("telecom.rating.preview.line", "preview_id")
    changed_count = fields.Integer("Contracts with a difference", compute="_compute_sums")
    records_before = fields.Integer("Charged before", compute="_compute_sums")
    records_after = fields.Integer("Charged after", compute="_compute_sums")
    aside_before = fields.Integer("Set aside before", compute="_compute_sums")
    aside_after = fields.Integer("Set aside after", compute="_compute_sums")
    sums = fields.Char("Sum", compute="_compute_sums")

    _months_in_order = models.Constraint(
        "CHECK(date_to >= date_from)",
        "The last month must not lie before the first one. Correct one of the two.",
    )

    # ------------------------------------------------------------------ compute
    @api.model
    def _default_month(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)

    @api.depends("kind", "date_from", "date_to", "version_id", "tariff_id", "other_tariff_id")
    @api.depends_context("lang")
    def _compute_name(self):
        for preview in self:
            months = [f"{day:%Y-%m}" for day in (preview.date_from, preview.date_to) if day]
            span = "–".join(dict.fromkeys(months))
            if preview.kind == "again":
                preview.name = self.env._("Rate again %(months)s", months=span)
            else:
                prices = preview.version_id if preview.replay_by == "version" else None
                prices = (prices or preview.other_tariff_id).display_name
                preview.name = self.env._(
                    "%(prices)s replayed for %(months)s", prices=prices or "…", months=span
                )

    @api.depends("line_ids")
    def _compute_sums(self):
        for preview in self:
            rows = preview._read_sums()
            changed, *counts = (sum(row[i] for row in rows) for i in range(1, 6))
            preview.changed_count = changed
            (
                preview.records_before,
                preview.records_after,
                preview.aside_before,
                preview.aside_after,
            ) = counts
            preview.sums = "; ".join(
                preview._sum_text(row[0], *row[6:8]) for row in rows if row[6] or row[7]
            )

    def _read_sums(self):
        """By currency: contracts that differ, records, set aside, amounts, each before and
        after."""
        if not self.id:
            return []
        self.line_ids.flush_model()
        return exact.fetch(
            self.env.cr,
            SQL(
                "SELECT currency_id, count(*) FILTER (WHERE is_changed),"
                " sum(records_before)::bigint, sum(records_after)::bigint,"
                " sum(aside_before)::bigint, sum(aside_after)::bigint,"
                " sum(amount_before), sum(amount_after)"
                " FROM telecom_rating_preview_line WHERE preview_id = %s"
                " GROUP BY currency_id ORDER BY currency_id",
                self.ids[0],
            ),
        )

    def _sum_text(self, currency_id, before, after) -> str:
        """The sums in the user's language: 120.0000 → 131.5000 (+11.5000) EUR."""
        number = self.env["telecom.billing.run"]._number_form()
        difference = after - before
        sign = "+" if difference > 0 else ""
        currency = self.env["res.currency"].browse(currency_id)
        return (
            f"{number(before, 4)} → {number(after, 4)}"
            f" ({sign}{number(difference, 4)}) {currency.name}"
        )

    # ------------------------------------------------------------------ onchange
    @api.onchange("date_from", "date_to")
    def _onchange_months(self):
        """Show at once which days are compared."""
        self.update(self._whole_months({"date_from": self.date_from, "date_to": self.date_to}))

    # ------------------------------------------------------------------ constraints
    @api.constrains("kind", "replay_by", "version_id", "tariff_id", "other_tariff_id")
    def _check_prices(self):
        for preview in self.filtered(lambda p: p.kind == "replay"):
            if preview.replay_by == "version" and not preview.version_id:
                raise ValidationError(self.env._("Choose the version whose prices are tried."))
            if preview.replay_by == "tariff":
                old, new = preview.tariff_id, preview.other_tariff_id
                if not old or not new or old == new:
                    raise ValidationError(
                        self.env._("Choose the tariff that is tried, and another one it replaces.")
                    )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._whole_months(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._whole_months(vals))

    @api.model
    def _whole_months(self, vals):
        """Any day of a month stands for the month: from its first day to its last."""
        days = {
            name: edge(fields.Date.to_date(vals[name]), "month")
            for name, edge in (("date_from", start_of), ("date_to", end_of))
            if vals.get(name)
        }
        return {**vals, **days}

    @api.autovacuum
    def _gc_previews(self):
        """Throw old previews away."""
        limit = fields.Datetime.now() - relativedelta(days=DAYS)
        self.search([("create_date", "<", limit)]).unlink()

    # ------------------------------------------------------------------ actions
    def action_compute(self):
        """Compare now, or by the scheduled action where there is much to be rated."""
        self.ensure_one()
        if self.state in ("running", "kept"):
            raise UserError(
                self.env._("“%s” is at work or kept already. Make a new preview.", self.name)
            )
        if self._count_records() <= self._at_once():
            self._compute_lines()
        else:
            self.write({"state": "waiting", "progress": 0, "message": False})
            self.env.ref("telecom_billing.cron_rating_previews").sudo()._trigger()
        return True

    def action_discard(self):
        """Forget what was compared."""
        self.line_ids.sudo().unlink()
        self.write({"state": "discarded", "message": False, "basis": False})
        return True

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.telecom_rating_preview_line_action"
        )
        return action | {"domain": [("preview_id", "=", self.id)], "display_name": self.name}

    # ------------------------------------------------------------------ business
    @api.model
    def _cron_compute(self):
        """Scheduled action: compare, and keep, what waits; also what was killed half-way."""
        for preview in self.search(
            [("state", "in", ("waiting", "running", "keeping"))], order="id"
        ):
            preview = preview.with_company(preview.company_id)
            if preview.state == "keeping":
                preview._keep()
            else:
                preview._compute_lines()
            if self.env["telecom.billing.run"]._commits():
                self.env["ir.cron"]._commit_progress(1)

    def _compute_lines(self) -> None:
        """Rate, keep nothing but the comparison; a fault in the tariffs becomes the message."""
        self.ensure_one()
        states = self.env["telecom.rating.state"].sudo()
        spans = self._get_spans()
        self.write({"state": "running", "progress": 0, "message": False})
        self.line_ids.sudo().unlink()
        self.env.flush_all()
        try:
            figures, seen = previewing.compare(
                self.env(su=True),
                self.company_id.sudo(),
                spans,
                contracts=self._get_contracts(),
                replay=self._get_replay(),
                progress=self._show_progress,
            )
        except states.BadBook as error:
            self.write(
                {
                    "state": "failed",
                    "message": self.env._("The tariffs cannot be used:\n%(faults)s", faults=error),
                }
            )
            return
        self.env["telecom.rating.preview.line"]._store(self, figures)
        self.write(
            {
                "state": "ready",
                "progress": 100,
                "computed_at": fields.Datetime.now(),
                "basis": seen,
            }
        )

    def _show_progress(self, done: int, total: int) -> None:
        self.progress = 100.0 * done / total
        self.env.flush_all()
        if self.env["telecom.billing.run"]._commits():
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _months(self):
        """First days of the months."""
        months, day = [], self.date_from
        while day <= self.date_to:
            months.append(day)
            day += relativedelta(months=1)
        return months

    def _get_spans(self):
        states = self.env["telecom.rating.state"].sudo()
        return [states._span(self.company_id, month) for month in self._months()]

    def _get_replay(self) -> Replay | None:
        if self.kind != "replay":
            return None
        if self.replay_by == "version":
            version = self.version_id.sudo().with_context(lang="en_US")
            return Replay(versions={version.tariff_id.id: version})
        return Replay(swap={self.tariff_id.id: self.other_tariff_id.id})

    def _get_contracts(self) -> np.ndarray | None:
        """Ids of the contracts that are compared; None for all."""
        chosen = None
        if self.kind == "replay":
            chosen = self._get_replay().contracts(self.env(su=True), self.company_id)
        if self.tariff_ids:
            by_tariff = Replay(versions=dict.fromkeys(self.tariff_ids.ids))
            own = by_tariff.contracts(self.env(su=True), self.company_id)
            chosen = own if chosen is None else np.intersect1d(chosen, own)
        if self.contract_ids:
            own = np.array(sorted(self.contract_ids.ids), dtype=np.int64)
            chosen = own if chosen is None else np.intersect1d(chosen, own)
        return chosen

    @api.model
    def _at_once(self) -> int:
        return AT_ONCE

    def _count_records(self) -> int:
        """About how many records the months have, by their deliveries."""
        states = self.env["telecom.rating.state"].sudo()
        begin = states._span(self.company_id, self.date_from).begin
        end = states._span(self.company_id, self._months()[-1]).end
        ((records,),) = self.env.execute_query(
            SQL(
                "SELECT coalesce(sum(loaded), 0)::bigint FROM telecom_delivery"
                " WHERE company_id = %s AND state = 'loaded' AND NOT coalesce(is_archive, FALSE)"
                " AND first_started_at < %s AND last_started_at >= %s",
                self.company_id.id,
                end,
                begin,
            )
        )
        return records
