# SPDX-License-Identifier: AGPL-3.0-or-later
"""From what contracts owe to the values of their invoices; decides taxes, texts and rounding."""

from __future__ import annotations

import datetime
import decimal

from odoo import Command
from odoo.tools import LazyTranslate
from odoo.tools.misc import format_date, formatLang

from ..billing import fees
from ..billing.money import Exact, convert, exact, unit_of
from ..billing.position import BillingError, Position, settle
from .invoice_taxes import Taxes

_lt = LazyTranslate(__name__)

SERVICES = {
    "voice": _lt("Calls"),
    "sms": _lt("SMS"),
    "data": _lt("Data"),
    "conference": _lt("Conferences"),
    "fax": _lt("Fax"),
}


class InvoiceBuilder(Taxes):
    """Prepares the invoices of one run. Taxes, accounts and products are looked up once."""

    def __init__(self, run):
        self.run = run
        self.env = run.env
        self.company = run.company_id
        self.period = run.period_start
        self.usage_products = self.env["product.template"]._telecom_usage_products(self.company)
        self._look_up_once()

    # ------------------------------------------------------------------ positions
    def positions(self, contract, usage, topups=()):
        """All positions of a contract, rounded; ``usage``: groups of its open summaries;
        ``topups``: what it owes of minimum turnovers."""
        found = [
            *self._fee_positions(contract),
            *(self._usage_position(contract, group) for group in usage),
            *(self._topup_position(contract, one) for one in topups),
        ]
        settle(found, unit_of(contract.currency_id))
        return [position for position in found if position.amount or not position.topup]

    def supplement(self, contract, usage):
        """Positions of a supplementary invoice: usage of earlier months, no fees."""
        found = [self._usage_position(contract, group) for group in usage]
        settle(found, unit_of(contract.currency_id))
        return found

    def _fee_positions(self, contract):
        if not contract.is_telecom:
            raise BillingError(
                self.env._(
                    "Contract %s has usage, but is not marked as a telecom contract. Mark it, and "
                    "its fees are invoiced with its usage; or move its numbers to another one.",
                    contract.display_name,
                )
            )
        if not contract.active:  # as telecom.fee._lines_due has it, also where usage is left
            return
        env = self._env_for(contract)
        for line in contract.contract_line_ids.with_env(env):
            for fee, kept, span in line._telecom_surplus():
                yield self._credit_position(line, fee, kept, span)
            for span, price, months in line._telecom_missing(self.period):
                yield self._fee_position(contract, line, span, price, months)

    def _fee_position(self, contract, line, span, price, months):
        taxes, gross, rate, base_rate = self._tax_of(contract, line.product_id, span.last)
        kind = line.product_id.telecom_price_kind or "customer"
        from_gross = gross if kind == "customer" else kind == "gross"
        source_rate = rate if kind == "customer" else base_rate
        price_here = convert(price, from_gross, source_rate, gross, rate)
        return Position(
            line=line,
            product=line.product_id,
            text=self._fee_text(line, span, months),
            span=span,
            exact=line._telecom_fee_amount(price_here, span, months),
            source=line._telecom_fee_amount(price, span, months),
            taxes=taxes,
            gross=gross,
            fee=(span, price_here, months),
        )

    def _credit_position(self, line, fee, kept, span):
        amount = -line._telecom_credit_amount(fee, kept)
        taxes = fee.move_line_id.tax_ids
        return Position(
            line=line,
            product=line.product_id,
            text=line.env._(
                "%(product)s, given back, %(first)s – %(last)s",
                product=line.name,
                first=self._date(line.env, span.first),
                last=self._date(line.env, span.last),
            ),
            span=span,
            exact=amount,
            source=amount,
            taxes=taxes,
            gross=bool(taxes) and all(taxes.mapped("price_include")),
            credit=(fee, kept),
        )

    def _usage_position(self, contract, group):
        """One position of usage: the summaries of a contract line with one price and month."""
        if group["currency_id"] != contract.currency_id.id:
            raise BillingError(
                self.env._(
                    "Contract %(contract)s is invoiced in %(currency)s, but tariff %(tariff)s has "
                    "prices in another currency. Give the contract a tariff in its currency, or "
                    "the contract the tariff's.",
                    contract=contract.code,
                    currency=contract.currency_id.name,
                    tariff=self.env["telecom.tariff"].browse(group["tariff_id"]).name,
                )
            )
        env = self._env_for(contract)
        product = self.usage_products.get(group["service"]) or self.usage_products[False]
        if not product:
            raise BillingError(
                self.env._(
                    "No product invoices usage of “%(service)s”. Choose a usage product in the "
                    "telecom settings of %(company)s.",
                    service=group["service"],
                    company=self.company.name,
                )
            )
        tariff = env["telecom.tariff"].browse(group["tariff_id"])
        version = env["telecom.tariff.version"].browse(group["version_id"])
        line = env["contract.line"].browse(group["contract_line_id"])
        span = self._usage_span(group["period"], version, line)
        taxes, gross, rate, base_rate = self._tax_of(contract, product, span.last)
        amount = exact(group["amount"])
        scope = version.rounding_scope
        return Position(
            line=line,
            product=product,
            text=self._usage_text(env, group),
            span=span,
            exact=convert(amount, bool(tariff.price_includes_tax), base_rate, gross, rate),
            source=amount,
            taxes=taxes,
            gross=gross,
            rounding=version.rounding_method if scope == "position" else "half_up",
            pooled=(tariff.id, gross, taxes) if scope == "invoice" else None,
            summaries=tuple(group["ids"]),
            records=group["records"],
            quantity=group["quantity"],
        )

    def _topup_position(self, contract, due):
        """What usage falls short of a minimum turnover, or too much of it was billed before."""
        minimum = due.minimum.with_env(self._env_for(contract))
        product = minimum.product_id or self.usage_products[False]
        if not product or minimum.currency_id != contract.currency_id:
            raise BillingError(
                self.env._(
                    "Contract %(contract)s owes a part of the minimum turnover “%(minimum)s”, "
                    "which cannot be invoiced: it has no product, or another currency than the "
                    "contract. Choose a product on it, or correct the currency.",
                    contract=contract.code,
                    minimum=minimum.name,
                )
            )
        taxes, gross, rate, base_rate = self._tax_of(contract, product, due.span.last)
        own = minimum.price_includes_tax
        turnover = convert(due.gross, True, base_rate, own, base_rate)
        turnover += convert(due.net, False, base_rate, own, base_rate)
        amount = max(due.required - turnover, Exact(0)) - due.billed
        money = [
            formatLang(minimum.env, float(value), currency_obj=contract.currency_id)
            for value in (due.required, turnover)
        ]
        return Position(
            line=minimum.env["contract.line"].browse(due.line),
            product=product,
            text=minimum.env._(
                "%(minimum)s, %(first)s – %(last)s (%(required)s agreed, %(turnover)s used)",
                minimum=minimum.name,
                first=self._date(minimum.env, due.span.first),
                last=self._date(minimum.env, due.span.last),
                required=money[0],
                turnover=money[1],
            ),
            span=due.span,
            exact=convert(amount, own, base_rate, gross, rate),
            source=amount,
            taxes=taxes,
            gross=gross,
            topup=(due, turnover),
        )

    def _usage_span(self, month, version, line):
        """The days of the month on which the version's prices held: they tell two positions of
        one zone apart when a tariff changes in mid-month. Days on which the contract line did not
        hold are no part of the service period."""
        first, last = month, fees.month_end(month)
        first, last = max(first, version.valid_from or first), min(last, version.valid_to or last)
        begun, ended = max(first, line.date_start or first), min(last, line.date_end or last)
        return fees.Span(begun, ended) if begun <= ended else fees.Span(first, last)

    # ------------------------------------------------------------------ texts
    def _env_for(self, contract):
        """The environment in the language of the customer."""
        return self.env(context={**self.env.context, "lang": contract.partner_id.lang or "en_US"})

    def _date(self, env, day: datetime.date) -> str:
        # 01/02 means two days in two countries: English dates name the month, as documents do
        named = "dd MMM yyyy" if (env.lang or "").startswith("en") else False
        return format_date(env, day, lang_code=env.lang, date_format=named)

    def _fee_text(self, line, span, months):
        if not months:
            return line.name
        whole = fees.month_end(span.last) == span.last and span.first.day == 1
        values = {
            "product": line.name,
            "first": self._date(line.env, span.first),
            "last": self._date(line.env, span.last),
        }
        if whole:
            return line.env._("%(product)s, %(first)s – %(last)s", **values)
        if fees.month_end(span.first) == fees.month_end(span.last):
            return line.env._(
                "%(product)s, %(first)s – %(last)s (%(days)s of %(all)s days)",
                **values,
                days=span.days,
                all=fees.month_end(span.last).day,
            )
        return line.env._(
            "%(product)s, %(first)s – %(last)s (%(days)s days)", **values, days=span.days
        )

    def _usage_text(self, env, group):
        """e.g. “Calls: Germany mobile, peak, October 2026 (12 ×, 34:10 min)”."""
        service = SERVICES.get(group["service"])
        label = env._(service) if service else (group["service"] or env._("Usage")).capitalize()
        parts = [
            env["telecom.zone"].browse(group["zone_id"]).name,
            env["telecom.band"].browse(group["band_id"]).name,
            format_date(env, group["period"], lang_code=env.lang, date_format="MMMM y"),
        ]
        return env._(
            "%(service)s: %(what)s (%(count)s ×, %(quantity)s)",
            service=label,
            what=", ".join(part for part in parts if part),
            count=group["records"],
            quantity=self._quantity_text(env, group),
        )

    def _quantity_text(self, env, group):
        rate = env["telecom.rate"].browse(group["rate_id"])
        unit = env["telecom.unit"]._base_of(self.company, rate.unit, group["service"])
        quantity = group["quantity"]
        if rate.together_by:  # one record for all: what was charged, and what was inclusive of it
            quantity = group["billed"] + group["covered"]
        if unit == "second":
            minutes, seconds = divmod(abs(int(quantity)), 60)
            if quantity < 0:  # refunds
                minutes = f"-{minutes}"
            return env._("%(minutes)s:%(seconds)02d min", minutes=minutes, seconds=seconds)
        if unit == "byte":
            return formatLang(env, float(quantity / 1_000_000), digits=2) + " MB"
        return formatLang(env, float(quantity), digits=0)

    # ------------------------------------------------------------------ values
    def invoice(self, contract, positions):
        """The values of one invoice; its lines in the order of ``positions``."""
        company = self.company
        debit = contract.telecom_payment == "sepa_debit"
        method = (
            company.telecom_debit_method_line_id
            if debit
            else company.telecom_transfer_method_line_id
        )
        days = company.telecom_debit_days if debit else company.telecom_transfer_days
        date = self.run.invoice_date
        partner = contract.invoice_partner_id or contract.partner_id
        own_term = partner.with_company(company).property_payment_term_id
        term = contract.payment_term_id or (own_term if not debit else contract.payment_term_id)
        values = {
            "move_type": "out_invoice",
            "company_id": company.id,
            "journal_id": contract.journal_id.id,
            "partner_id": partner.id,
            "currency_id": contract.currency_id.id,
            "fiscal_position_id": self._position_of(contract).id,
            "invoice_date": date,
            "invoice_date_due": date + datetime.timedelta(days=days),
            "invoice_payment_term_id": term.id,
            "invoice_origin": contract.code,
            "invoice_user_id": contract.user_id.id,
            "preferred_payment_method_line_id": method.id,
            "delivery_date": max(position.span.last for position in positions),
            "telecom_run_id": self.run.id,
            "telecom_contract_id": contract.id,
            "telecom_period_start": min(position.span.first for position in positions),
            "telecom_period_end": max(position.span.last for position in positions),
            "invoice_line_ids": [
                Command.create(self._line(contract, position, sequence))
                for sequence, position in enumerate(positions, start=1)
            ],
        }
        if debit and contract.telecom_mandate_id:
            values["mandate_id"] = contract.telecom_mandate_id.id
        return values

    def _line(self, contract, position, sequence):
        quantity, price = self._quantity_and_price(position)
        return {
            "sequence": sequence,
            "display_type": "product",
            "product_id": position.product.id,
            "product_uom_id": position.product.uom_id.id,
            "name": position.text,
            "quantity": quantity,
            "price_unit": price,
            "discount": 0,
            "tax_ids": [Command.set(position.taxes.ids)],
            "account_id": self._account_of(contract, position.product).id,
            "analytic_distribution": position.line.analytic_distribution or False,
            "contract_line_id": position.line.id,
            "telecom_kind": self._kind(position),
            "telecom_amount": float(position.amount),
            "telecom_exact": float(
                decimal.Decimal(position.exact.numerator) / position.exact.denominator
            ),
            "telecom_period_start": position.span.first,
            "telecom_period_end": position.span.last,
        }

    def _kind(self, position):
        if position.summaries:
            return "usage"
        if position.topup:
            return "topup"
        return "credit" if position.credit else "fee"

    def _quantity_and_price(self, position):
        """Several pieces at their price where that is exact, else one at the position's amount."""
        count = exact(position.line.quantity)
        if position.fee and count.denominator == 1 and count > 1:
            each = exact(position.amount) / count
            if (each * 100).denominator == 1:
                return int(count), float(each)
        return 1, float(position.amount)
