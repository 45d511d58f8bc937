# SPDX-License-Identifier: AGPL-3.0-or-later
"""A number: what usage is recognised by, assigned to a contract line for a time."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .number_text import (
    DIGIT_KINDS,
    MAX_DIGITS,
    NUMBER_KINDS,
    bounds,
    normalise,
    pretty,
)

#: 60 bits of what tells numbers of one time apart; enough that no two of them ever share it.
HASH = (
    "('x' || left(md5(company_id::text || '/' || coalesce(source_id::text, '') || '/' || "
    "coalesce(span_from, number) || '/' || coalesce(span_to, '') || '/' || "
    "(kind IN ('block', 'head'))::text), 15))::bit(60)::bigint"
)


class TelecomNumber(models.Model):
    _name = "telecom.number"
    _description = "Number"
    _order = "number, range_from, date_start desc, id"
    _rec_names_search = ["name", "number"]
    _check_company_auto = True

    name = fields.Char(
        string="Number",
        required=True,
        help="As a person writes it: +49 30 123456, 030 123456, or a SIP or account name.",
    )
    number = fields.Char(
        string="Normalised",
        compute="_compute_number",
        store=True,
        index=True,
        help="E.164 digits without +, or the account's text.",
    )
    kind = fields.Selection(NUMBER_KINDS, required=True, default="single")
    range_from = fields.Char(
        string="Extensions from",
        help="First extension of a block, e.g. 00. Empty: the whole head.",
    )
    range_to = fields.Char(string="Extensions to", help="Last extension of a block, e.g. 49.")
    span_from = fields.Char(compute="_compute_number", store=True, index=True)
    span_to = fields.Char(compute="_compute_number", store=True)

    contract_line_id = fields.Many2one(
        "contract.line", string="Contract line", index=True, ondelete="restrict"
    )
    contract_id = fields.Many2one(related="contract_line_id.contract_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="contract_id.partner_id", string="Customer", store=True, index=True
    )
    tariff_id = fields.Many2one(related="contract_line_id.telecom_tariff_id", string="Tariff")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    source_id = fields.Many2one(
        "telecom.source",
        string="Only in usage of",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Accounts and SIP users are names of one source. Empty: of any.",
    )
    date_start = fields.Date(
        string="From", help="First day, local time of the company. Empty: since ever."
    )
    date_end = fields.Date(string="To", help="Last day, inclusive. Empty: without end.")
    state = fields.Selection(
        [("future", "Planned"), ("active", "In use"), ("ended", "Ended"), ("free", "Not assigned")],
        compute="_compute_state",
        search="_search_state",
    )

    _dates_in_order = models.Constraint(
        "CHECK(date_end >= date_start)",
        "A number must not end before it begins. Correct one of the two dates.",
    )

    # What two transactions at once cannot see of each other (_check_overlap tells it better, but
    # only of what is committed): the same number twice. Deferred, so that it speaks last.
    _one_owner = models.Constraint(
        f"EXCLUDE USING gist (int8range({HASH}, {HASH}, '[]') WITH &&, "
        "daterange(date_start, date_end, '[]') WITH &&) WHERE (number IS NOT NULL) "
        "DEFERRABLE INITIALLY DEFERRED",
        "Somebody assigned this number at the same moment. Look who has it now.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("name", "kind", "range_from", "range_to", "company_id")
    def _compute_number(self):
        for record in self:
            region = record.company_id.country_id.code or "DE"
            record.number = normalise(record.name, record.kind, region)
            record.span_from, record.span_to = bounds(
                record.number, record.kind, record.range_from, record.range_to
            )

    @api.depends("name", "kind", "range_from", "range_to")
    def _compute_display_name(self):
        for record in self:
            text = pretty(record.number) if record.kind in DIGIT_KINDS else record.name
            if record.range_from:
                text = f"{text} ({record.range_from}–{record.range_to})"
            record.display_name = text or record.name

    @api.depends("date_start", "date_end", "contract_line_id")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for record in self:
            if record.date_end and record.date_end < today:
                record.state = "ended"
            elif record.date_start and record.date_start > today:
                record.state = "future"
            else:
                record.state = "active" if record.contract_line_id else "free"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        begun = Domain("date_start", "=", False) | Domain("date_start", "<=", today)
        open_end = Domain("date_end", "=", False) | Domain("date_end", ">=", today)
        assigned = Domain("contract_line_id", "!=", False)
        domains = {
            "ended": Domain("date_end", "<", today),
            "future": Domain("date_start", ">", today) & open_end,
            "active": begun & open_end & assigned,
            "free": begun & open_end & ~assigned,
        }
        return Domain.OR([domains[state] for state in value if state in domains])

    # ------------------------------------------------------------------ constraints
    @api.constrains("name", "kind", "range_from", "range_to", "source_id")
    def _check_number(self):
        for record in self:
            if record.kind in DIGIT_KINDS:
                record._refuse_bad_digits()
                if record.source_id:
                    raise ValidationError(
                        self.env._(
                            "%(name)s is a telephone number and the same in every source. Empty "
                            "“Only in usage of”.",
                            name=record.name,
                        )
                    )
            elif record.range_from or record.range_to:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is an account and has no extensions. Empty both range "
                        "fields, or choose the kind “Block”.",
                        name=record.name,
                    )
                )

    @api.constrains(
        "number",
        "kind",
        "range_from",
        "range_to",
        "date_start",
        "date_end",
        "company_id",
        "source_id",
    )
    def _check_overlap(self):
        """At any time a number belongs to one contract line; nested heads are allowed."""
        self.flush_model()
        for number_id, other_id in self.env.execute_query(self._overlap_query()):
            record, other = self.sudo().browse([number_id, other_id])
            raise ValidationError(
                self.env._(
                    "%(number)s from %(start)s to %(end)s overlaps with %(other)s of contract "
                    "%(contract)s (%(other_start)s to %(other_end)s). End the one before the "
                    "other begins, or choose ranges that do not meet.",
                    number=record.display_name,
                    start=record.date_start or "…",
                    end=record.date_end or "…",
                    other=other.display_name,
                    contract=other.contract_id.display_name or "…",
                    other_start=other.date_start or "…",
                    other_end=other.date_end or "…",
                )
            )

    @api.constrains("contract_line_id", "company_id")
    def _check_line_company(self):
        for record in self:
            company = record.contract_line_id.company_id
            if company and company != record.company_id:
                raise ValidationError(
                    self.env._(
                        "Number %(number)s belongs to %(company)s, its contract %(contract)s to "
                        "%(other)s. Choose a contract of the same company.",
                        number=record.display_name,
                        company=record.company_id.name,
                        contract=record.contract_id.display_name,
                        other=company.name,
                    )
                )

    def _overlap_query(self):
        """(id, other id) of the first conflict of ``self`` with any number.

        Of one company, source and time: the same number twice, ranges of one head that meet, or
        spans of different heads that cross without one lying inside the other. Who could contain
        a span has a head that is a prefix of its first number, so both joins use an index.
        """
        return SQL(
            """
            SELECT n.id, o.id
              FROM telecom_number n
              JOIN telecom_number o
                ON o.company_id = n.company_id AND o.id <> n.id
               AND (o.number = ANY(ARRAY(SELECT left(n.span_from, i)
                                           FROM generate_series(1, %(digits)s) i))
                    OR o.span_from BETWEEN n.span_from AND n.span_to)
               AND o.span_from <= n.span_to AND o.span_to >= n.span_from
               AND COALESCE(o.date_start, '-infinity') <= COALESCE(n.date_end, 'infinity')
               AND COALESCE(n.date_start, '-infinity') <= COALESCE(o.date_end, 'infinity')
             WHERE n.id = ANY(%(ids)s)
               AND (n.kind = ANY(%(exact)s)) = (o.kind = ANY(%(exact)s))
               AND n.source_id IS NOT DISTINCT FROM o.source_id
               AND ((n.span_from = o.span_from AND n.span_to = o.span_to)
                    OR (n.number = o.number AND n.range_from IS NOT NULL
                        AND o.range_from IS NOT NULL)
                    OR (n.span_from < o.span_from AND n.span_to < o.span_to)
                    OR (n.span_from > o.span_from AND n.span_to > o.span_to))
             LIMIT 1
            """,
            digits=MAX_DIGITS,
            ids=list(self.ids),
            exact=[kind for kind, _label in NUMBER_KINDS if kind not in ("block", "head")],
        )

    def _refuse_bad_digits(self):
        """Raise ValidationError unless the number, and its range, are digits that fit."""
        self.ensure_one()
        if not self.number or not self.number.isdecimal():
            raise ValidationError(
                self.env._(
                    "“%(name)s” is not a telephone number. Write it like +49 30 123456, or "
                    "choose the kind “SIP user” or “Account”.",
                    name=self.name,
                )
            )
        if len(self.number) > MAX_DIGITS or len(self.number) < 3:
            raise ValidationError(
                self.env._(
                    "%(name)s has %(count)s digits with country code; 3 to %(max)s are possible. "
                    "Correct the number.",
                    name=self.name,
                    count=len(self.number),
                    max=MAX_DIGITS,
                )
            )
        first, last = self.range_from or "", self.range_to or ""
        if not first and not last:
            return
        if self.kind != "block":
            raise ValidationError(
                self.env._(
                    "%(name)s has an extension range but is not a block. Choose the kind "
                    "“Block”, or empty both range fields.",
                    name=self.name,
                )
            )
        if not (first.isdecimal() and last.isdecimal()) or len(first) != len(last) or first > last:
            raise ValidationError(
                self.env._(
                    "The extensions %(first)s to %(last)s of %(name)s are not a range: both need "
                    "digits only, as many in the first as in the last, the smaller first, e.g. "
                    "00 to 49.",
                    first=first or "…",
                    last=last or "…",
                    name=self.name,
                )
            )
