# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose number is that? Search by numbers in any notation, with any extension."""

from odoo import api, fields, models
from odoo.fields import Domain

from .number_reading import heads, readings
from .number_text import MAX_DIGITS

#: Digits of an extension behind a number that is no block.
LONGEST_EXTENSION = 5
SHORTEST_NUMBER = 6


class TelecomNumber(models.Model):
    _inherit = "telecom.number"

    lookup = fields.Char(
        string="Number in any notation",
        compute="_compute_lookup",
        search="_search_lookup",
        help="Finds the number, or the block or head that contains it.",
    )

    # ------------------------------------------------------------------ compute
    def _compute_lookup(self):
        for record in self:
            record.lookup = record.number

    @api.model
    def _search_lookup(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value or [])
        return Domain.OR([self._lookup_domain(text) for text in values])

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if isinstance(value, str) and operator in ("ilike", "like", "=", "=ilike"):
            domain |= self._lookup_domain(value)
        return domain

    # ------------------------------------------------------------------ business
    @api.model
    def _lookup_domain(self, text) -> Domain:
        """Numbers that begin with what was typed, or that contain it as an extension."""
        region = self.env.company.country_id.code or "DE"
        found = readings(text, region)
        domains = [Domain("name", "ilike", text)] if text else []
        for digits in found:
            padded = digits.ljust(MAX_DIGITS, "0")
            domains += [
                Domain("number", "=like", f"{digits}%"),
                Domain("number", "in", heads(digits))
                & Domain("kind", "in", ("block", "head"))
                & Domain("span_from", "<=", padded)
                & Domain("span_to", ">=", padded),
            ]
        domain = Domain.OR(domains)
        if found and not self.search_count(domain, limit=1):
            short = [
                head
                for digits in found
                for head in heads(digits)[-LONGEST_EXTENSION - 1 :]
                if len(head) >= SHORTEST_NUMBER
            ]
            domain |= Domain("number", "in", short) & Domain("kind", "in", ("single", "msisdn"))
        return domain

    @api.model
    def _owners_at(self, text, day):
        """Numbers that ``text`` belongs to on a local day, the closest first."""
        valid = (Domain("date_start", "=", False) | Domain("date_start", "<=", day)) & (
            Domain("date_end", "=", False) | Domain("date_end", ">=", day)
        )
        found = self.search(self._lookup_domain(text) & valid)
        wanted = set(readings(text, self.env.company.country_id.code or "DE"))
        return found.sorted(lambda one: (one.number not in wanted, -len(one.number or ""), one.id))


def matching(records, text) -> Domain:
    """Domain on ``records`` (customers or contracts) that own a number; nothing without access."""
    Number = records.env["telecom.number"]
    if not text or not readings(text) or not Number.has_access("read"):
        return Domain.FALSE
    field = "partner_id" if records._name == "res.partner" else "contract_id"
    numbers = Number.search(Number._lookup_domain(text) & Domain(field, "!=", False))
    return Domain("id", "in", numbers[field].ids)


class NumberOwner(models.AbstractModel):
    """Customers and contracts are found by their numbers, wherever a name is asked for."""

    _name = "telecom.number.owner"
    _description = "Owner of Numbers"

    telecom_lookup = fields.Char(
        string="Telephone number",
        compute="_compute_telecom_lookup",
        search="_search_telecom_lookup",
        help="Any of their numbers, in any notation, with any extension.",
    )

    def _compute_telecom_lookup(self):
        self.telecom_lookup = False

    @api.model
    def _search_telecom_lookup(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        values = [value] if isinstance(value, str) else list(value or [])
        return Domain.OR([matching(self, text) for text in values])

    @api.model
    def _search_display_name(self, operator, value):
        domain = super()._search_display_name(operator, value)
        if isinstance(value, str) and operator in ("ilike", "like", "=", "=ilike"):
            domain = Domain(domain) | matching(self, value)
        return domain


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "telecom.number.owner"]


class ContractContract(models.Model):
    _name = "contract.contract"
    _inherit = ["contract.contract", "telecom.number.owner"]
