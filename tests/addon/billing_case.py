# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the tests of invoices and payments share: a company that can bill, customers, usage."""

from __future__ import annotations

from decimal import Decimal

from odoo import Command

from tests.addon.common import TelecomCase

COMPANY_IBAN = "DE75512108001245126199"
CREDITOR = "DE98ZZZ09999999999"
IBANS = ("DE89370400440532013000", "DE12500105170648489890", "DE02120300000000202051")


class BillingCase(TelecomCase):
    """Adds to the company what :meth:`_telecom_setup` makes, ``fee`` a monthly product of 30 EUR,
    a private (gross) and a business (net) tariff, and a zone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._telecom_setup(iban=COMPANY_IBAN, creditor_identifier=CREDITOR)
        cls.fee = cls.new_product("FEE", 30.00)
        plan = cls.env["telecom.zone.plan"].create({"name": "Test plan"})
        cls.zone = cls.env["telecom.zone"].create(
            {"name": "Germany", "code": "DE", "kind": "national", "plan_id": plan.id}
        )
        cls.gross = cls.new_tariff("gross", plan, price_includes_tax=True)
        cls.net = cls.new_tariff("net", plan)

    @classmethod
    def new_product(cls, code, price, **vals):
        return cls.env["product.product"].create(
            {
                "name": f"Product {code}",
                "default_code": code,
                "type": "service",
                "list_price": price,
                "telecom_product": True,
                "taxes_id": [Command.set(cls.company.account_sale_tax_id.ids)],
            }
            | vals
        )

    @classmethod
    def new_tariff(cls, code, plan, scope="charge", **vals):
        tariff = cls.env["telecom.tariff"].create({"name": code, "code": code} | vals)
        cls.env["telecom.tariff.version"].create(
            {
                "tariff_id": tariff.id,
                "name": "first",
                "valid_from": "2020-01-01",
                "zone_plan_id": plan.id,
                "rounding_scope": scope,
            }
        )
        return tariff

    @classmethod
    def new_partner(cls, name, kind="private", **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "telecom_kind": kind,
                "is_company": kind == "business",
                "street": "Musterweg 1",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.env.ref("base.de").id,
                "email": "customer@example.com",
                "telecom_invoice_delivery": "email",
                "lang": "en_US",
                "company_id": cls.company.id,
            }
            | vals
        )

    @classmethod
    def new_contract(cls, partner=None, start="2026-09-01", lines=None, **vals):
        """A contract with ``lines`` (dicts over a monthly fee line), default one line."""
        partner = partner or cls.new_partner("Private Customer")
        return cls.env["contract.contract"].create(
            {
                "name": "Test",
                "is_telecom": True,
                "partner_id": partner.id,
                "contract_type": "sale",
                "line_recurrence": True,
                "date_start": start,
                "contract_line_ids": [
                    Command.create(
                        {
                            "sequence": 10 * i,
                            "product_id": cls.fee.id,
                            "name": "Line",
                            "quantity": 1,
                            "specific_price": 30,
                            "price_unit": line.get("specific_price", 30),
                            "date_start": start,
                            "recurring_next_date": line.get("date_start", start),
                            "recurring_rule_type": "monthly",
                            "recurring_interval": 1,
                            "recurring_invoicing_type": "pre-paid",
                        }
                        | line
                    )
                    for i, line in enumerate([{}] if lines is None else lines, start=1)
                ],
            }
            | vals
        )

    @classmethod
    def debit_customer(cls, name, iban=IBANS[0], **vals):
        """A contract of a customer who pays by direct debit."""
        partner = cls.new_partner(name)
        bank = cls.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": iban, "company_id": cls.company.id}
        )
        mandate = cls.env["account.banking.mandate"].create(
            {
                "partner_id": partner.id,
                "partner_bank_id": bank.id,
                "signature_date": "2026-01-02",
                "format": "sepa_core",
                "state": "valid",
            }
        )
        return cls.new_contract(
            partner, telecom_payment="sepa_debit", telecom_mandate_id=mandate.id, **vals
        )

    @classmethod
    def usage(cls, contract, amount, period="2026-09-01", tariff=None, **vals):
        """A rated usage summary of the contract's first line, waiting to be invoiced."""
        tariff = tariff or cls.gross
        summary = cls.env["telecom.usage.summary"].create(
            {
                "company_id": contract.company_id.id,
                "contract_id": contract.id,
                "contract_line_id": contract.contract_line_ids[:1].id,
                "period": period,
                "service": "voice",
                "tariff_id": tariff.id,
                "version_id": tariff.version_ids[:1].id,
                "zone_id": cls.zone.id,
                "currency_id": cls.eur.id,
                "records": 1,
                "quantity": 60,
                "billed": 60,
                "amount": 0,
            }
            | vals
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE telecom_usage_summary SET amount = %s WHERE id = %s",
            [Decimal(str(amount)), summary.id],
        )
        summary.invalidate_recordset()
        return summary

    def invoice(self, run, contract=None):
        """Do the run's invoice step; returns the contract's invoice, or all of the run."""
        self.step(run, "invoice")
        moves = run.invoice_ids.filtered(lambda move: not move.telecom_reversed)
        return moves.filtered(lambda m: m.telecom_contract_id == contract) if contract else moves

    def step(self, run, code):
        """Do one step without its predecessors; returns its record."""
        run._sync_steps()
        step = run.step_ids.filtered(lambda step: step.code == code)
        earlier = run.step_ids.filtered(lambda other: other.sequence < step.sequence)
        earlier.state = "done"
        run._run_step(code)
        return step

    def pay(self, move, amount, method=None):
        """Enter a payment of ``amount`` of an invoice by hand; returns it."""
        method = method or self.company.telecom_debit_method_line_id
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {
                    "amount": amount,
                    "payment_date": move.invoice_date,
                    "journal_id": method.journal_id.id,
                    "payment_method_line_id": method.id,
                }
            )
        )
        return wizard._create_payments()

    def lines(self, move):
        """[(text, telecom amount, first day, last day)] of an invoice, in order."""
        return [
            (
                line.name,
                line.telecom_amount,
                str(line.telecom_period_start),
                str(line.telecom_period_end),
            )
            for line in move.invoice_line_ids.sorted("sequence")
        ]

    def amounts(self, move):
        return [line.telecom_amount for line in move.invoice_line_ids.sorted("sequence")]
