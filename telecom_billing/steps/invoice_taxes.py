# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which taxes and accounts an invoice's positions get; each is looked up once a run."""

from __future__ import annotations

import datetime

from ..billing.money import Exact, exact
from ..billing.position import BillingError


class Taxes:
    """Part of the InvoiceBuilder; expects ``env`` and ``company``."""

    def _look_up_once(self):
        self._taxes = {}
        self._positions = {}
        self._accounts = {}

    def _position_of(self, contract):
        """The fiscal position of a contract: its own, or the customer's."""
        if contract.fiscal_position_id:
            return contract.fiscal_position_id
        partner = contract.invoice_partner_id or contract.partner_id
        if partner not in self._positions:
            positions = self.env["account.fiscal.position"].with_company(self.company)
            self._positions[partner] = positions._get_fiscal_position(partner)
        return self._positions[partner]

    def _tax_of(self, contract, product, day: datetime.date):
        """(taxes, included?, their rate, rate of the product's own taxes), rates as fractions.

        The rate is the one of ``day``, the last of the service period: a fee for a whole month or
        year is rendered when that ends (UStG § 13 (1) no. 1 a, § 27 (1)).
        """
        fiscal = self._position_of(contract)
        own = product.taxes_id._filter_taxes_by_company(self.company)
        own = own or self.company.account_sale_tax_id
        mapped = fiscal.map_tax(own)
        # A successor made as a copy replaces the same taxes; both would be charged.
        mapped -= mapped.telecom_successor_id
        taxes, before, own = mapped._telecom_on(day), own, own._telecom_on(day)
        if own != before and taxes == mapped and self._rate(taxes) == self._rate(before):
            raise BillingError(
                self.env._(
                    "Tax “%(ended)s” has ended, but “%(tax)s”, which stands for it, has not. Say "
                    "until when it is valid and what follows.",
                    ended=before[:1].name,
                    tax=taxes[:1].name,
                )
            )
        key = (product, own, taxes)
        if key not in self._taxes:
            other = (own | taxes).filtered(lambda tax: tax.amount_type != "percent")
            if other:
                raise BillingError(
                    self.env._(
                        "Tax “%(tax)s” of product %(product)s is not a percentage. Choose taxes in "
                        "percent for what the billing run invoices.",
                        tax=other[0].name,
                        product=product.display_name,
                    )
                )
            self._taxes[key] = (
                taxes,
                bool(taxes) and all(taxes.mapped("price_include")),
                self._rate(taxes),
                self._rate(own),
            )
        return self._taxes[key]

    def _rate(self, taxes) -> Exact:
        return sum((exact(tax.amount) / 100 for tax in taxes), Exact(0))

    def _account_of(self, contract, product):
        fiscal = self._position_of(contract)
        key = (product, fiscal)
        if key not in self._accounts:
            template = product.product_tmpl_id.with_company(self.company)
            account = template.get_product_accounts(fiscal_pos=fiscal)["income"]
            account = account or fiscal.map_account(self.company.income_account_id)
            self._accounts[key] = account or contract.journal_id.default_account_id
        return self._accounts[key]
