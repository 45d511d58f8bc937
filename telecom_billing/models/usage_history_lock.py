# SPDX-License-Identifier: AGPL-3.0-or-later
"""What usage on invoices was matched and priced by stays: owner, numbers, tariff, currency.

A late record of an invoiced month, and the explanation of an old invoice, must find what held then.
Things change from a day on: a number ends and begins anew, a line gets a successor. Where the past
was wrong, its invoices are reversed first.
"""

from __future__ import annotations

import datetime

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .field_change import differs
from .invoiced_usage import days_of_both, invoiced_days
from .number_text import normalise

NUMBER_FIELDS = ("kind", "range_from", "range_to", "source_id", "company_id", "contract_line_id")
LINE_FIELDS = ("telecom_tariff_id", "telecom_price_list_id", "contract_id")
#: Of an option: how much of it was booked multiplies what it contains.
OPTION_FIELDS = (*LINE_FIELDS, "quantity")
TARIFF_FIELDS = ("currency_id", "tz", "company_id", "price_includes_tax")


class TelecomNumber(models.Model):
    _inherit = "telecom.number"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'telecom.number'
        changing = self.filtered(lambda number: number._telecom_changes_past(vals))
        if changing:
            changing._refuse_invoiced_usage(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._refuse_invoiced_usage({"contract_line_id": False})

    # ------------------------------------------------------------------ business
    def _telecom_changes_past(self, vals) -> bool:
        """Whether values may touch days that have been; the name's notation may change."""
        if vals.keys() & {"date_start", "date_end"}:
            return True
        return self._telecom_is_another(vals)

    def _telecom_is_another(self, vals) -> bool:
        region = self.company_id.country_id.code or "DE"
        kind = vals.get("kind", self.kind)
        renamed = "name" in vals and normalise(vals["name"], kind, region) != self.number
        return renamed or any(differs(self, n, vals) for n in NUMBER_FIELDS if n in vals)

    def _refuse_invoiced_usage(self, vals):
        days = invoiced_days(self, "number_id", self.contract_id)
        for number in self.filtered(lambda one: one.id in days):
            first, last = days[number.id]
            start = _day(vals.get("date_start", number.date_start)) or datetime.date.min
            end = _day(vals.get("date_end", number.date_end)) or datetime.date.max
            if number._telecom_is_another(vals) or start > first or end < last:
                raise UserError(
                    self.env._(
                        "Usage of %(number)s from %(first)s to %(last)s is on invoices of "
                        "%(customer)s. Let the number end after that and enter it anew from the "
                        "next day; if it was wrong before, reverse these invoices first.",
                        number=number.display_name,
                        first=format_date(self.env, first),
                        last=format_date(self.env, last),
                        customer=number.partner_id.display_name,
                    )
                )


class ContractLine(models.Model):
    _inherit = "contract.line"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'contract': with a successor the price changes from a day on
        changing = self.filtered(lambda line: line._telecom_is_otherwise(vals))
        days = changing._telecom_invoiced_days()
        for line in changing.filtered(lambda one: one.id in days):
            raise UserError(
                self.env._(
                    "Usage of line “%(line)s” up to %(last)s is on invoices by tariff %(tariff)s. "
                    "Stop the line and plan a successor with other prices, or enter individual "
                    "prices from a day on in the contract.",
                    line=line.name,
                    last=format_date(self.env, days[line.id][1]),
                    tariff=line.telecom_tariff_id.display_name,
                )
            )
        names = vals.keys() & {"date_start", "date_end"}
        moved = self.filtered(lambda line: any(differs(line, name, vals) for name in names))
        moved._refuse_days_without_usage(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced_option(self):
        for line in self.browse(self._telecom_invoiced_days()):
            line._refuse_days_without_usage({"date_start": False, "date_end": datetime.date.min})

    # ------------------------------------------------------------------ business
    def _telecom_is_otherwise(self, vals) -> bool:
        option = self.telecom_tariff_id.kind == "option"
        names = OPTION_FIELDS if option else LINE_FIELDS
        return any(differs(self, name, vals) for name in names if name in vals)

    def _telecom_invoiced_days(self) -> dict[int, tuple]:
        """{line: (first, last)}: days of its usage on invoices; of an option, of the usage of its
        contract while it was booked."""
        options = self.filtered(lambda line: line.telecom_tariff_id.kind == "option")
        found = invoiced_days(self - options, "contract_line_id", (self - options).contract_id)
        contracts = invoiced_days(options.contract_id, "contract_id", options.contract_id)
        for line in options:
            days = days_of_both(contracts.get(line.contract_id.id), line.date_start, line.date_end)
            if days:
                found[line.id] = days
        return found

    def _refuse_days_without_usage(self, vals):
        """Usage that is on invoices lies within the days of its line."""
        days = self._telecom_invoiced_days()
        for line in self.filtered(lambda one: one.id in days):
            first, last = days[line.id]
            start = _day(vals.get("date_start", line.date_start)) or datetime.date.min
            end = _day(vals.get("date_end", line.date_end)) or datetime.date.max
            if start > first or end < last:
                raise UserError(
                    self.env._(
                        "Usage of line “%(line)s” from %(first)s to %(last)s is on invoices. Let "
                        "the line hold for these days; if it did not, reverse these invoices "
                        "first.",
                        line=line.name,
                        first=format_date(self.env, first),
                        last=format_date(self.env, last),
                    )
                )


class ContractContract(models.Model):
    _inherit = "contract.contract"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'contract': whoever holds a contract sees its calls in the portal
        partner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        if partner:
            owner = partner.commercial_partner_id
            others = self.filtered(lambda one: one.partner_id.commercial_partner_id != owner)
            others._refuse_usage_of_somebody()
        if "company_id" in vals:
            moving = self.filtered(lambda one: differs(one, "company_id", vals))
            moving._refuse_usage_of_company()
        return super().write(vals)

    # ------------------------------------------------------------------ business
    def _with_usage(self):
        """Those of these contracts that have any, invoiced or not."""
        Summary = self.env["telecom.usage.summary"].sudo()
        used = Summary._read_group([("contract_id", "in", self.ids)], ["contract_id"])
        return self.browse(contract.id for (contract,) in used)

    def _refuse_usage_of_company(self):
        """Numbers, tariffs and usage are of one company; another would not know them."""
        numbers = [("contract_line_id.contract_id", "in", self.ids)]
        numbered = self.env["telecom.number"].sudo().search(numbers).contract_line_id.contract_id
        for contract in self._with_usage() | self.browse(numbered.ids):
            raise UserError(
                self.env._(
                    "Contract %(contract)s has numbers or usage of %(company)s. End it, and make a "
                    "contract in the other company.",
                    contract=contract.display_name,
                    company=contract.company_id.display_name,
                )
            )

    def _refuse_usage_of_somebody(self):
        """A new customer must not get the calls, and the invoices, of the one before."""
        for contract in self._with_usage():
            raise UserError(
                self.env._(
                    "Contract %(contract)s has usage of %(customer)s, which a new customer would "
                    "see. End it, and make a contract for the new customer.",
                    contract=contract.display_name,
                    customer=contract.partner_id.display_name,
                )
            )


class TelecomTariff(models.Model):
    _inherit = "telecom.tariff"

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        # EXTENDS 'telecom.tariff'
        if "kind" in vals:
            self.filtered(lambda one: differs(one, "kind", vals))._refuse_booked()
        names = [name for name in TARIFF_FIELDS if name in vals]
        changing = self.filtered(lambda one: any(differs(one, name, vals) for name in names))
        for tariff in changing:
            last = tariff.version_ids._last_invoiced()
            if last:
                raise UserError(
                    self.env._(
                        "Tariff “%(tariff)s” is on invoices up to %(day)s: its currency, company, "
                        "time zone and whether prices include tax stay. Make another tariff.",
                        tariff=tariff.display_name,
                        day=format_date(self.env, max(filter(None, last.values()), default=None))
                        or "…",
                    )
                )
        return super().write(vals)

    # ------------------------------------------------------------------ business
    def _refuse_booked(self):
        """A tariff, an option and an individual price list are booked in different ways."""
        booked = ["|", ("telecom_tariff_id", "in", self.ids),
                  ("telecom_price_list_id", "in", self.ids)]  # fmt: skip
        lines = self.env["contract.line"].sudo().with_context(active_test=False)
        agreed = self.env["telecom.contract.price"].sudo().search([("tariff_id", "in", self.ids)])
        contracts = lines.search(booked).contract_id | agreed.contract_id
        for contract, (_first, last) in invoiced_days(contracts, "contract_id", contracts).items():
            raise UserError(
                self.env._(
                    "%(tariffs)s: booked in contract %(contract)s, whose usage is on invoices up "
                    "to %(last)s, so the kind stays. Make another tariff.",
                    tariffs=", ".join(self.mapped("display_name")),
                    contract=contracts.browse(contract).display_name,
                    last=format_date(self.env, last),
                )
            )


def _day(value) -> datetime.date | None:
    return datetime.date.fromisoformat(str(value)[:10]) if value else None
