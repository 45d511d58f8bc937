# SPDX-License-Identifier: AGPL-3.0-or-later
"""Make a company ready to bill: what an accountant would otherwise click together.

Every act looks first whether its result is there, so that the set-up can be repeated, and leaves
alone what somebody has chosen already.
"""

from odoo import Command, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

TAX_INCLUDED = _lt("%(tax)s incl.")
PRIVATE = _lt("Private customers (prices with VAT)")
RESELLER = _lt("Domestic reseller of telecom services (§ 13b UStG)")
RESELLER_NOTE = _lt("The recipient owes the VAT (reverse charge, § 13b UStG).")
EU_SERVICE = _lt("EU business, services (reverse charge)")
EU_SERVICE_NOTE = _lt("The recipient owes the VAT (reverse charge, Art. 196 VAT Directive).")
DEBITS_UNDER_WAY = _lt("SEPA direct debits under way")
BY_DEBIT = _lt("SEPA direct debit")
BY_TRANSFER = _lt("Bank transfer")
USAGE = _lt("Usage")

#: Accounts of the German charts: revenue with VAT, by § 13b, services to EU businesses; charges.
CHART_ACCOUNTS = {
    "skr03": {
        "standard": "account_8400",
        "reseller": "account_8337",
        "eu": "account_8336",
        "charges": "account_4970",
    },
    "skr04": {
        "standard": "chart_skr04_4400",
        "reseller": "chart_skr04_4337",
        "eu": "chart_skr04_4336",
        "charges": "chart_skr04_6855",
    },
}


class ResCompany(models.Model):
    _inherit = "res.company"

    # ------------------------------------------------------------------ business
    def _telecom_setup(self, iban=None, bic=None, creditor_identifier=None, chart="de_skr03"):
        """Give each company all that its bills need, and return nothing.

        :param str iban: the company's account; without one, collection waits for it
        :param str creditor_identifier: SEPA creditor identifier of the company
        :param str chart: chart of accounts, loaded where the company has none
        """
        for company in self:
            company = company.sudo().with_company(company)
            company._telecom_setup_chart(chart)
            company._telecom_setup_sequences()
            company._telecom_setup_taxes()
            company._telecom_setup_products()
            company._telecom_setup_bank(iban, bic)
            company._telecom_setup_dunning()
            if creditor_identifier:
                company.sepa_creditor_identifier = creditor_identifier
            company._hook_telecom_setup()

    def _hook_telecom_setup(self):
        """For extensions: the company has its books and can be set up further."""
        self.ensure_one()

    def _telecom_setup_chart(self, chart):
        self.ensure_one()
        if not self.country_id:
            self.country_id = self.env.ref("base.de")
        if not self.root_id.chart_template:
            self.env["account.chart.template"].try_loading(chart, self, install_demo=False)

    def _telecom_setup_sequences(self):
        self.ensure_one()
        sequences = self.env["ir.sequence"]
        for xmlid in ("sequence_customer", "sequence_contract"):
            shared = self.env.ref(f"telecom_billing.{xmlid}")
            if not sequences.search_count(
                [("code", "=", shared.code), ("company_id", "=", self.id)]
            ):
                shared.copy({"company_id": self.id, "number_next": 100001})

    # ------------------------------------------------------------------ taxes
    def _telecom_setup_taxes(self):
        self.ensure_one()
        if not self.telecom_private_position_id:
            self.telecom_private_position_id = self._telecom_position(PRIVATE, sequence=15)
        private = self.telecom_private_position_id
        taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", ">", 0),
                ("price_include_override", "=", False),
                ("is_domestic", "=", True),
            ]
        )
        for tax in taxes:
            if private not in tax.replacing_tax_ids.fiscal_position_ids:
                included = tax.copy(
                    {
                        "name": TAX_INCLUDED._translate("en_US") % {"tax": tax.name},
                        "price_include_override": "tax_included",
                        "fiscal_position_ids": [Command.set(private.ids)],
                        "original_tax_ids": [Command.set(tax.ids)],
                    }
                )
                self._telecom_translate(included, "name", TAX_INCLUDED, tax=tax.name)
        self._telecom_setup_reverse_charge()

    def _telecom_setup_reverse_charge(self):
        """Positions for who owes the VAT of our services himself; by the German charts' taxes."""
        self.ensure_one()
        chart = self.env["account.chart.template"].with_company(self)
        suffix = {"de_skr03": "skr03", "de_skr04": "skr04"}.get(self.root_id.chart_template)
        standard = self.account_sale_tax_id
        if not suffix or not standard:
            return
        accounts = CHART_ACCOUNTS[suffix]
        wanted = [
            (RESELLER, RESELLER_NOTE, f"tax_ust_free_mobil_{suffix}", accounts["reseller"], {}),
            (
                EU_SERVICE,
                EU_SERVICE_NOTE,
                f"tax_free_eu_{suffix}",
                accounts["eu"],
                {
                    "sequence": 15,
                    "auto_apply": True,
                    "vat_required": True,
                    "country_group_id": self.env.ref("account.europe_vat").id,
                },
            ),
        ]
        revenue = chart.ref(accounts["standard"], raise_if_not_found=False)
        for name, note, tax_ref, account_ref, values in wanted:
            tax = chart.ref(tax_ref, raise_if_not_found=False)
            account = chart.ref(account_ref, raise_if_not_found=False)
            if tax and not self._telecom_find_position(name):
                if revenue and account:
                    link = {"account_src_id": revenue.id, "account_dest_id": account.id}
                    values = {**values, "account_ids": [Command.create(link)]}
                position = self._telecom_position(name, **values)
                self._telecom_translate(position, "note", note)
                free = tax.copy(
                    {
                        "active": True,
                        "name": f"{tax.name} Telecom",
                        "fiscal_position_ids": [Command.set(position.ids)],
                        "original_tax_ids": [Command.set(standard.ids)],
                    }
                )
                self._telecom_translate(free, "invoice_label", note)
        if not self.telecom_reseller_position_id:
            self.telecom_reseller_position_id = self._telecom_find_position(RESELLER)

    def _telecom_find_position(self, name):
        return self.env["account.fiscal.position"].search(
            [
                ("company_id", "=", self.id),
                ("name", "=", name._translate(self.env.lang or "en_US")),
            ],
            limit=1,
        )

    def _telecom_position(self, name, **values):
        found = self._telecom_find_position(name)
        if found:
            return found
        position = self.env["account.fiscal.position"].create(
            {"name": name._translate("en_US"), "company_id": self.id, **values}
        )
        self._telecom_translate(position, "name", name)
        return position

    # ------------------------------------------------------------------ products and bank
    def _telecom_setup_products(self):
        self.ensure_one()
        if self.telecom_usage_product_id:
            return
        product = self.env["product.product"].create(
            {
                "name": USAGE._translate("en_US"),
                "type": "service",
                "sale_ok": False,
                "purchase_ok": False,
                "list_price": 0,
                "company_id": self.id,
                "taxes_id": [Command.set(self.account_sale_tax_id.ids)],
                "supplier_taxes_id": [Command.clear()],
            }
        )
        self._telecom_translate(product, "name", USAGE)
        self.telecom_usage_product_id = product

    def _telecom_setup_bank(self, iban, bic):
        self.ensure_one()
        journals = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.id)]
        )
        journal = journals.filtered("bank_account_id")[:1] or journals[:1]
        if not journal:
            return
        if iban and not journal.bank_account_id:
            bank = self.env["res.bank"]
            if bic:
                bank = bank.search([("bic", "=", bic)], limit=1) or bank.create(
                    {"name": bic, "bic": bic}
                )
            journal.set_bank_account(iban, bank.id)
        if not self.telecom_transfer_method_line_id:
            manual = self.env.ref("account.account_payment_method_manual_in")
            self.telecom_transfer_method_line_id = self._telecom_method_line(
                journal, manual, BY_TRANSFER
            )
        if not self.telecom_debit_method_line_id:
            debit = self.env.ref("account_payment_sepa_direct_debit.sepa_direct_debit")
            line = self._telecom_method_line(journal, debit, BY_DEBIT)
            line.payment_account_id = line.payment_account_id or self._telecom_debit_account()
            self.telecom_debit_method_line_id = line
        if not self.telecom_bank_charges_account_id:
            self.telecom_bank_charges_account_id = self._telecom_charges_account()

    def _telecom_method_line(self, journal, method, name):
        """The journal's line of a payment method, selectable on customers; made if absent."""
        lines = self.env["account.payment.method.line"]
        line = lines.search(
            [("journal_id", "=", journal.id), ("payment_method_id", "=", method.id)], limit=1
        ) or lines.create(
            {
                "name": name._translate("en_US"),
                "journal_id": journal.id,
                "payment_method_id": method.id,
                "bank_account_link": "fixed",
            }
        )
        line.selectable = True
        self._telecom_translate(line, "name", name)
        return line

    def _telecom_debit_account(self):
        """Where debits wait between the file and the bank statement.

        Without an account of its own a debit makes no payment entry: nothing could be matched
        with a returned debit, and the customer would be reminded meanwhile.
        """
        accounts = self.env["account.account"].with_company(self)
        account = accounts.create(
            {
                "name": DEBITS_UNDER_WAY._translate("en_US"),
                "code": accounts._search_new_account_code(self.transfer_account_id.code or "1360"),
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(self.ids)],
            }
        )
        self._telecom_translate(account, "name", DEBITS_UNDER_WAY)
        return account

    def _telecom_charges_account(self):
        """The chart's account for bank charges, else the default one for expenses."""
        suffix = {"de_skr03": "skr03", "de_skr04": "skr04"}.get(self.root_id.chart_template)
        if suffix:
            chart = self.env["account.chart.template"].with_company(self)
            return chart.ref(CHART_ACCOUNTS[suffix]["charges"], raise_if_not_found=False)
        return self.expense_account_id

    # ------------------------------------------------------------------ helpers
    def _telecom_translate(self, record, field, text, **values):
        """Write a translatable field in every language installed."""
        for code, _name in self.env["res.lang"].get_installed():
            record.with_context(lang=code)[field] = (
                text._translate(code) % values if values else text._translate(code)
            )
