# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit of one's own in which usage is counted or priced."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..rating import BookError, TariffBook
from ..rating.units import Units
from .book_faults import sentences

#: What usage of a service is counted in where no rate says so.
BY_SERVICE = {"sms": "piece", "mms": "piece", "data": "byte", "fax": "second"}


class TelecomUnit(models.Model):
    _name = "telecom.unit"
    _description = "Unit of Usage"
    _order = "name, id"

    name = fields.Char(required=True, help="As price lists and usage records call it.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    base = fields.Char(
        "Of", required=True, help="second, byte, piece, or another unit; e.g. byte for KB."
    )
    factor = fields.Integer(
        required=True, default=1, help="How many of them: 1024, where KB are counted in two."
    )

    _name_unique = models.Constraint(
        "UNIQUE(name, company_id)", "There is already a unit of this name. Choose another one."
    )

    @api.constrains("name", "base", "factor")
    def _check_with_core(self):
        for company in self.company_id:
            try:
                TariffBook({"format": 1, "units": self._to_book(company)})
            except BookError as error:
                raise ValidationError(sentences(self.env, error)) from error
        for unit in self:
            if unit.base == unit.name:
                raise ValidationError(
                    self.env._(
                        "Unit “%(name)s” is made of itself. Say of which other unit it is made.",
                        name=unit.name,
                    )
                )

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # ------------------------------------------------------------------ business
    @api.model
    def _base_of(self, company, unit: str | None, service: str | None = None) -> str:
        """What quantities of charges and summaries are counted in: second, byte, piece, …

        :param unit: of the rate; without one the service decides
        """
        if not unit:
            return BY_SERVICE.get(service, "second")
        return self._units(company.id).base(unit)[0]

    @api.model
    @tools.ormcache("company_id")
    def _units(self, company_id: int) -> Units:
        """The units that a company knows."""
        own: dict[str, tuple[str, int]] = {}
        company = self.env["res.company"].browse(company_id)
        for name, record in self.sudo()._to_book(company).items():
            base, more = Units(own).base(record["of"])
            own[name] = (base, record["factor"] * more)
        return Units(own)

    @api.model
    def _to_book(self, company) -> dict:
        """The units of a company as a tariff book states them; what others are made of first."""
        left = self.search([("company_id", "=", company.id)])
        found: dict[str, dict] = {}
        while left:
            waiting = set(left.mapped("name"))
            ready = left.filtered(lambda unit, waiting=waiting: unit.base not in waiting) or left
            found |= {unit.name: {"of": unit.base, "factor": unit.factor} for unit in ready}
            left -= ready
        return found
