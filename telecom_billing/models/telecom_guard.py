# SPDX-License-Identifier: AGPL-3.0-or-later
"""A legal limit of prices for a class of numbers, as dated data with its source."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..book import rules_writer
from ..rating import BookError, TariffBook
from .book_faults import sentences
from .telecom_rate import PRICE_DIGITS, UNIT_DIGITS


class TelecomGuard(models.Model):
    """The longest prefix wins. A breach is never billed: the record is set aside."""

    _name = "telecom.guard"
    _description = "Legal Price Limit"
    _order = "sequence, name, valid_from, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short and unique; names it in tariff books.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave empty to bind all companies.",
    )
    prefixes = fields.Text(
        required=True,
        help="Leading digits in international form without +, with commas between, e.g. 49900.",
    )
    except_prefixes = fields.Text(
        "Except", help="Prefixes within these that it does not bind, e.g. premium numbers abroad."
    )
    customer_kind = fields.Selection(
        [("private", "Private"), ("business", "Business")],
        string="Only for customers",
        help="Empty: whoever calls. A contract whose customer chose another international tariff "
        "by express wish counts as neither.",
    )
    service = fields.Char(help="voice, sms …, with commas between; empty: all services.")
    valid_from = fields.Date(help="First day; empty: always.")
    valid_to = fields.Date(help="Last day; empty: without end.")
    free = fields.Boolean(
        "Free of charge", help="Calls to these numbers cost nothing, whatever the tariff says."
    )
    has_per_minute = fields.Boolean("Limited per minute")
    per_minute = fields.Float("Highest price a minute", digits=PRICE_DIGITS, min_display_digits=2)
    has_per_call = fields.Boolean("Limited per call")
    per_call = fields.Float(
        "Highest price a call",
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="Binds where a part of the price does not depend on time.",
    )
    has_per_message = fields.Boolean("Limited per message")
    per_message = fields.Float("Highest price a message", digits=PRICE_DIGITS, min_display_digits=2)
    longest_increment = fields.Float(
        "Longest increment (s)", digits=UNIT_DIGITS, help="Empty: unlimited."
    )
    longest_initial = fields.Float(
        "Longest first increment (s)", digits=UNIT_DIGITS, help="Empty: unlimited."
    )
    longest_step = fields.Float(
        "Longest later increment (s)", digits=UNIT_DIGITS, help="Empty: unlimited."
    )
    price_includes_tax = fields.Boolean("Limits include tax", default=True)
    tax_percent = fields.Float(
        "Tax (%)", digits=(6, 4), help="For comparing with tariffs that state no tax."
    )
    source = fields.Char(help="Statute, ruling or list, with its date.")

    _code_unique = models.UniqueIndex(
        "(code, company_id)", "There is already a legal limit with this code. Choose another one."
    )
    _dates_in_order = models.Constraint(
        "CHECK(valid_to >= valid_from)",
        "A legal limit must not end before it begins. Correct one of the two dates.",
    )
    _not_negative = models.Constraint(
        "CHECK(per_minute >= 0 AND per_call >= 0 AND per_message >= 0 AND longest_increment >= 0"
        " AND longest_initial >= 0 AND longest_step >= 0)",
        "A legal limit must not be negative. Correct the number.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("prefixes", "except_prefixes")
    def _check_prefixes(self):
        for guard in self:
            for prefix in (*guard._prefix_list(), *guard._prefix_list("except_prefixes")):
                self.env["telecom.zone.prefix"]._refuse_bad_prefix(prefix, guard.name)

    @api.constrains(
        "prefixes", "free", "has_per_minute", "has_per_call", "has_per_message",
        "longest_increment", "longest_initial", "longest_step",
    )  # fmt: skip
    def _check_says_something(self):
        for guard in self:
            limits = (
                guard.has_per_minute or guard.has_per_call or guard.has_per_message
                or guard.longest_increment or guard.longest_initial or guard.longest_step
            )  # fmt: skip
            if guard.free and limits:
                raise ValidationError(
                    self.env._(
                        "Legal limit “%(name)s” says that calls are free and limits their price as "
                        "well. Keep one of the two.",
                        name=guard.name,
                    )
                )
            if not guard.free and not limits:
                raise ValidationError(
                    self.env._(
                        "Legal limit “%(name)s” limits nothing. Enter a price or an increment, or "
                        "tick “Free of charge”.",
                        name=guard.name,
                    )
                )

    @api.constrains(
        "prefixes", "except_prefixes", "service", "customer_kind", "valid_from", "valid_to",
        "active", "company_id",
    )  # fmt: skip
    def _check_with_core(self):
        """Overlaps too: two limits must not bind the same numbers at the same time."""
        for company in self.company_id or self.env["res.company"].search([]):
            guards = self._of(company)
            try:
                TariffBook({"format": 1, "guards": rules_writer.guards(guards)})
            except BookError as error:
                raise ValidationError(sentences(self.env, error)) from error

    # ------------------------------------------------------------------ business
    @api.model
    def _of(self, company):
        """The limits that bind a company."""
        return self.search([("company_id", "in", (company.id, False))])

    def _prefix_list(self, field="prefixes") -> list[str]:
        self.ensure_one()
        normalise = self.env["telecom.zone.prefix"]._normalise
        texts = re.split(r"[,;\n]+", self[field] or "")
        return list(dict.fromkeys(normalise(text) for text in texts if text.strip()))

    def _services(self) -> list[str]:
        self.ensure_one()
        return [name.strip() for name in (self.service or "").split(",") if name.strip()]
