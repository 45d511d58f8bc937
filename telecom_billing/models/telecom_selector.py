# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom and what a rule concerns, and whose balance it looks at."""

import datetime

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..book import rules_writer
from ..book.text import split_names
from ..rating import BookError, TariffBook
from .book_faults import sentences
from .telecom_rate import NAMED


class TelecomSelector(models.AbstractModel):
    """What tiers, limits, minimums and allowances share (``readme/TARIFF_BOOK.md``, selectors).

    Each list that is not empty must name the record's: its tariff, an option it holds, its
    contract, its zone …
    """

    _name = "telecom.selector"
    _description = "Rule for Usage"
    _order = "sequence, id"

    #: Section of the tariff book that holds these records.
    _book_section: str

    name = fields.Char(required=True, translate=True)
    code = fields.Char(copy=False, help="Name in an exported tariff book.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    tariff_ids = fields.Many2many(
        "telecom.tariff",
        **NAMED,
        string="Tariffs and options",
        domain="[('kind', 'in', ('tariff', 'option')), ('company_id', '=', company_id)]",
        help="Whose contract lines have one of these tariffs, and one of these options if any is "
        "named. Empty: everybody.",
    )
    contract_ids = fields.Many2many("contract.contract", string="Contracts", **NAMED)
    line_ids = fields.Many2many("contract.line", string="Contract lines", **NAMED)
    partner_ids = fields.Many2many("res.partner", string="Customers", **NAMED)
    pool_ids = fields.Many2many("telecom.pool", string="Pools", **NAMED)
    service = fields.Char(help="voice, sms, data …, with commas between; empty: all services.")
    zone_ids = fields.Many2many("telecom.zone", string="Zones", help="Empty: all zones.", **NAMED)
    band_ids = fields.Many2many(
        "telecom.band", string="Bands", help="Empty: at all times.", **NAMED
    )
    rate_ids = fields.Many2many("telecom.rate", string="Rates", help="Empty: all rates.", **NAMED)
    share = fields.Selection(
        [
            ("line", "Each contract line"),
            ("contract", "The contract"),
            ("customer", "The customer"),
            ("pool", "The pool"),
        ],
        string="Adds up for",
        required=True,
        default="line",
    )
    period = fields.Selection(
        [
            ("day", "Day"),
            ("week", "Week"),
            ("month", "Month"),
            ("quarter", "Quarter"),
            ("year", "Year"),
            ("once", "Once"),
        ],
        string="Per",
        required=True,
        default="month",
    )
    begins = fields.Integer(
        "Begins on day", default=1, help="Day of the month on which months and years begin."
    )
    valid_from = fields.Date(help="First day; empty: always.")
    valid_to = fields.Date(help="Last day; empty: without end.")

    # ------------------------------------------------------------------ constraints
    @api.constrains("valid_from", "valid_to", "begins")
    def _check_selector_dates(self):
        for one in self:
            if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” ends on %(end)s, before it begins on %(start)s. Correct one of "
                        "the two dates.",
                        name=one.name,
                        end=format_date(self.env, one.valid_to),
                        start=format_date(self.env, one.valid_from),
                    )
                )
            if not 1 <= one.begins <= 28:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” begins on day %(day)s of the month. Enter a day from 1 to 28, "
                        "which every month has.",
                        name=one.name,
                        day=one.begins,
                    )
                )

    @api.constrains("share", "pool_ids")
    def _check_pool(self):
        for one in self:
            if one.share == "pool" and not one.pool_ids:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” adds up for a pool, but names none. Choose a pool, or let it "
                        "add up for lines, contracts or customers.",
                        name=one.name,
                    )
                )

    @api.constrains("tariff_ids", "company_id")
    def _check_tariffs(self):
        for one in self:
            for tariff in one.tariff_ids:
                if tariff.kind not in ("tariff", "option"):
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” names “%(tariff)s”, which is neither a tariff nor an "
                            "option. A rule follows the tariff of the contract line: choose that.",
                            name=one.name,
                            tariff=tariff.name,
                        )
                    )
                if tariff.company_id != one.company_id:
                    raise ValidationError(
                        self.env._(
                            "“%(name)s” belongs to %(company)s, tariff “%(tariff)s” to %(other)s. "
                            "Choose a tariff of the same company.",
                            name=one.name,
                            company=one.company_id.name,
                            tariff=tariff.name,
                            other=tariff.company_id.name,
                        )
                    )

    def _refuse_bad_rules(self):
        """Raise ValidationError with what the rating core would not understand.

        One without its pool is :meth:`_check_pool`'s matter; while it is created its steps come,
        and are checked, before its pools.
        """
        for one in self.filtered(lambda one: one.share != "pool" or one.pool_ids):
            try:
                TariffBook(rules_writer.book_of(one))
            except BookError as error:
                raise ValidationError(sentences(self.env, error)) from error

    def _refuse_beyond_months(self):
        """For prices that wait for the end of their period: invoices are made by the month."""
        for one in self:
            if one.period not in ("day", "month") or one.begins != 1:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” prices all units by the sum of their period, and usage is "
                        "invoiced by the month. Let it add up per day or calendar month, or price "
                        "each unit by its own tier.",
                        name=one.name,
                    )
                )

    # ------------------------------------------------------------------ business
    def _selected_tariffs(self):
        """Tariffs and options that this is for; empty: all."""
        self.ensure_one()
        return self.tariff_ids

    def _services(self) -> list[str]:
        self.ensure_one()
        return split_names(self.service)

    def _dates(self, span=None) -> tuple[datetime.date | None, datetime.date | None]:
        """First and last day on which this holds.

        :param span: first and last day of a version, where they are not its own (a replay)
        """
        self.ensure_one()
        return self.valid_from or None, self.valid_to or None
