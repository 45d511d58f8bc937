# SPDX-License-Identifier: AGPL-3.0-or-later
"""A dialling prefix of a zone, valid for a time."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

MAX_DIGITS = 15  # ITU-T E.164: at most fifteen digits with country code


class TelecomZonePrefix(models.Model):
    _name = "telecom.zone.prefix"
    _description = "Zone Prefix"
    _order = "prefix, valid_from, id"
    _rec_name = "prefix"

    zone_id = fields.Many2one("telecom.zone", required=True, index=True, ondelete="cascade")
    plan_id = fields.Many2one(related="zone_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    prefix = fields.Char(
        required=True,
        help="Leading digits in international form without +, e.g. 4930. National short "
        "numbers carry the country code, e.g. 49110.",
    )
    valid_from = fields.Date(help="First day, empty: always.")
    valid_to = fields.Date(help="Last day, empty: without end.")

    _plan_prefix_idx = models.Index("(plan_id, prefix)")
    _dates_in_order = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "A prefix must not end before it begins. Correct one of the two dates.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("prefix")
    def _check_prefix(self):
        for record in self:
            self._refuse_bad_prefix(record.prefix, record.zone_id.name)

    @api.constrains("prefix", "plan_id", "zone_id", "valid_from", "valid_to")
    def _check_overlap(self):
        """The same prefix leads to one zone at any time."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.prefix, p.zone_id, o.zone_id, o.valid_from, o.valid_to
                  FROM telecom_zone_prefix p
                  JOIN telecom_zone_prefix o
                    ON o.plan_id = p.plan_id AND o.prefix = p.prefix AND o.id <> p.id
                   AND COALESCE(o.valid_from, '-infinity') <= COALESCE(p.valid_to, 'infinity')
                   AND COALESCE(p.valid_from, '-infinity') <= COALESCE(o.valid_to, 'infinity')
                 WHERE p.id = ANY(%s)
                 LIMIT 1
                """,
                list(self.ids),
            )
        )
        for prefix, zone_id, other_id, valid_from, valid_to in rows:
            zone, other = self.env["telecom.zone"].browse([zone_id, other_id])
            raise ValidationError(
                self.env._(
                    "Prefix %(prefix)s of zone “%(zone)s” is already in zone “%(other)s” "
                    "(valid %(start)s to %(end)s). Take it out there, or end one of the two "
                    "before the other begins.",
                    prefix=prefix,
                    zone=zone.name,
                    other=other.name,
                    start=format_date(self.env, valid_from) or "…",
                    end=format_date(self.env, valid_to) or "…",
                )
            )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("prefix"):
                vals["prefix"] = self._normalise(vals["prefix"])
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("prefix"):
            vals = dict(vals, prefix=self._normalise(vals["prefix"]))
        return super().write(vals)

    # ------------------------------------------------------------------ business
    @api.model
    def _normalise(self, text):
        """Take the usual decoration off a prefix as typed: ``+49 (30)`` → ``4930``."""
        text = re.sub(r"[\s()/.\-]", "", str(text))
        if text.startswith("+"):
            return text[1:]
        return text[2:] if text.startswith("00") else text

    @api.model
    def _refuse_bad_prefix(self, prefix, zone_name):
        """Raise ValidationError unless ``prefix`` is 1 to 15 digits of an international number."""
        prefix = prefix or ""
        if not re.fullmatch(r"[0-9]+", prefix):
            raise ValidationError(
                self.env._(
                    "Prefix “%(prefix)s” of zone “%(zone)s” may have digits only. Write it in "
                    "international form, e.g. 4930 for Berlin.",
                    prefix=prefix,
                    zone=zone_name,
                )
            )
        if prefix.startswith("0"):
            raise ValidationError(
                self.env._(
                    "Prefix %(prefix)s of zone “%(zone)s” begins with 0, no country code does. "
                    "Write it in international form, e.g. 49180 instead of 0180.",
                    prefix=prefix,
                    zone=zone_name,
                )
            )
        if len(prefix) > MAX_DIGITS:
            raise ValidationError(
                self.env._(
                    "Prefix %(prefix)s of zone “%(zone)s” has %(count)s digits, a telephone "
                    "number at most %(max)s. Shorten it.",
                    prefix=prefix,
                    zone=zone_name,
                    count=len(prefix),
                    max=MAX_DIGITS,
                )
            )
