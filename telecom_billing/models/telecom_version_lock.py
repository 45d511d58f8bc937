# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was invoiced is not changed afterwards: prices, zones and bands of versions on invoices.

Last year's invoice can be explained and rated again with the same result. Prices change by a new
version, a prefix by an end and a beginning, a band by another band.
"""

import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..store import booked_days, invoiced_calls, invoiced_days
from .field_change import differs

#: Of a version: what decides prices.
VERSION_FIELDS = {
    "tariff_id", "valid_from", "zone_plan_id", "rounding_digits", "rounding_method",
    "rounding_scope", "split", "gap",
}  # fmt: skip
#: What decides when a version, and the one before it, ends.
DAYS = {"state", "valid_from", "valid_to", "tariff_id"}
#: Of a rate: what does not. (Of equal ones the first in their order decides.)
RATE_FREE = {"name", "code"}
BAND_FREE = {"name", "code", "sequence", "active"}


class TelecomTariffVersion(models.Model):
    _inherit = "telecom.tariff.version"

    invoiced_until = fields.Date(
        "Invoiced until",
        compute="_compute_invoiced_until",
        help="Day of the last record on an invoice; prices up to it do not change any more.",
    )

    def _compute_invoiced_until(self):
        last = self._last_invoiced()
        for version in self:
            version.invoiced_until = last.get(version.id, False)

    def _last_invoiced(self) -> dict[int, datetime.date]:
        """{version: local day of its last record on an invoice, or handed over}."""
        if not self.ids:
            return {}
        self.env["telecom.usage.summary"].flush_model()
        condition = SQL("s.version_id = ANY(%s)", self.ids)
        found = invoiced_days.last(self.env.cr, SQL("s.version_id"), condition)
        # Summaries name the version that states the price, not those that change it.
        changing = self.filtered(
            lambda one: one.tariff_id.kind == "individual" and one.state != "draft"
        )
        if changing:
            self.env.flush_all()
            asked = [
                (one.id, one.tariff_id.id, one.valid_from or None, one._valid_until() or None)
                for one in changing
            ]
            for version, day in booked_days.last(self.env.cr, asked).items():
                found[version] = max(found.get(version) or day, day)
        return found

    def _refuse_invoiced(self):
        """Raise UserError if any of these versions has prices on an invoice."""
        last = self._last_invoiced()
        for version in self.filtered(lambda one: one.id in last):
            raise UserError(
                self.env._(
                    "Version “%(version)s” is on invoices up to %(day)s, so its prices stay. Make "
                    "a new version from the day after (button “New version from this”) and change "
                    "that.",
                    version=version.display_name,
                    day=format_date(self.env, last[version.id] or version.valid_from),
                )
            )

    # ------------------------------------------------------------------ constraints
    @api.constrains("state", "valid_from", "valid_to", "tariff_id")
    def _check_invoiced_days(self):
        """A version neither ends before its last invoiced record nor is cut off by another."""
        versions = self.tariff_id.version_ids
        versions._refuse_ends(versions._last_invoiced())

    def _refuse_ends(self, last: dict[int, datetime.date]):
        """:param last: day of the last invoiced record, by version"""
        for version in self.filtered(lambda one: last.get(one.id)):
            end = version._valid_until()
            if end and end < last[version.id]:
                raise UserError(
                    self.env._(
                        "Version “%(version)s” is on invoices up to %(day)s and must hold until "
                        "then, but would end on %(end)s. Let the next version begin later.",
                        version=version.display_name,
                        day=format_date(self.env, last[version.id]),
                        end=format_date(self.env, end),
                    )
                )

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        changed = VERSION_FIELDS & vals.keys()
        if vals.get("state") == "draft":
            self.filtered(lambda version: version.state == "active")._refuse_invoiced()
        if changed:
            self.filtered(
                lambda one: any(differs(one, name, vals) for name in changed)
            )._refuse_invoiced()
        # Of what changes other prices, invoiced days are those on which it holds.
        others = self.tariff_id.filtered(lambda one: one.kind == "individual").version_ids
        last = others._last_invoiced() if DAYS & vals.keys() else {}
        done = super().write(vals)
        others._refuse_ends(last)
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced()


class TelecomRate(models.Model):
    _inherit = "telecom.rate"

    @api.model_create_multi
    def create(self, vals_list):
        versions = {
            vals.get("version_id")
            for vals in vals_list
            if len(vals_list) > invoiced_calls.MANY or not self._prices_nothing_invoiced(vals)
        } - {None, False}
        self.env["telecom.tariff.version"].browse(versions)._refuse_invoiced()
        return super().create(vals_list)

    @api.model
    def _prices_nothing_invoiced(self, vals) -> bool:
        """Whether a new rate is for a zone to which no call behind an invoice went: a prefix that
        was found too late, whose calls wait for a price."""
        zone = self.env["telecom.zone"].browse(vals.get("zone_id") or [])
        prefixes = zone.prefix_ids.mapped("prefix")
        version = self.env["telecom.tariff.version"].browse(vals.get("version_id") or [])
        if not prefixes or not version or len(prefixes) > invoiced_calls.MANY:
            return False
        if version.tariff_id.kind == "individual":  # it answers before the tariff that did
            return False
        self.env.flush_all()
        return not invoiced_calls.last_by_tariff(self.env.cr, version.tariff_id, prefixes)

    def write(self, vals):
        changed = vals.keys() - RATE_FREE
        self.filtered(
            lambda one: any(differs(one, name, vals) for name in changed)
        ).version_id._refuse_invoiced()
        before = {one: one.origin_ids for one in self} if "origin_ids" in vals else {}
        done = super().write(vals)
        for one, origins in before.items():
            if one.origin_ids != origins:
                one.version_id._refuse_invoiced()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self.version_id._refuse_invoiced()


class TelecomRatePart(models.AbstractModel):
    """Steps and extra fees are part of their rate's price."""

    _name = "telecom.rate.part"
    _description = "Part of a Rate"

    @api.model_create_multi
    def create(self, vals_list):
        rates = {vals.get("rate_id") for vals in vals_list} - {None, False}
        self.env["telecom.rate"].browse(rates).version_id._refuse_invoiced()
        return super().create(vals_list)

    def write(self, vals):
        self.filtered(
            lambda one: any(differs(one, name, vals) for name in vals)
        ).rate_id.version_id._refuse_invoiced()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self.rate_id.version_id._refuse_invoiced()


class TelecomRateStep(models.Model):
    _name = "telecom.rate.step"
    _inherit = ["telecom.rate.step", "telecom.rate.part"]


class TelecomRateExtra(models.Model):
    _name = "telecom.rate.extra"
    _inherit = ["telecom.rate.extra", "telecom.rate.part"]


class TelecomBand(models.Model):
    _inherit = "telecom.band"

    def write(self, vals):
        changed = vals.keys() - BAND_FREE
        bands = self.filtered(lambda one: any(differs(one, name, vals) for name in changed))
        if bands:
            rates = self.env["telecom.rate"].sudo().search([("band_id", "in", bands.ids)])
            last = rates.version_id._last_invoiced()
            for rate in rates.filtered(lambda one: one.version_id.id in last):
                raise UserError(
                    self.env._(
                        "Band “%(band)s” decides prices of version “%(version)s”, which is on "
                        "invoices up to %(day)s. Make another band, and name it in a new version.",
                        band=rate.band_id.name,
                        version=rate.version_id.display_name,
                        day=format_date(
                            self.env, last[rate.version_id.id] or rate.version_id.valid_from
                        ),
                    )
                )
        return super().write(vals)
