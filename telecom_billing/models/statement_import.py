# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bank statements are imported once, with what matching and returned debits need to know."""

from lxml import etree
from odoo import models
from odoo.exceptions import UserError

from ..billing import camt


class AccountStatementImportCamtParser(models.AbstractModel):
    _inherit = "account.statement.import.camt.parser"

    def check_version(self, ns, root):  # pylint: disable=missing-return  # it only refuses
        # EXTENDS 'account_statement_import_camt'
        super().check_version(ns, root)
        if "camt.054" in ns:
            raise UserError(
                self.env._(
                    "This is a notification (camt.054). Its amounts come again with the account "
                    "statement: import the statement (camt.053) only."
                )
            )

    def parse_entry(self, ns, node):
        # EXTENDS 'account_statement_import_camt': amounts, counterparty and facts by our reading
        facts = camt.transactions(node)
        parsed = list(super().parse_entry(ns, node))
        for index, fact in enumerate(facts):
            base = parsed[index] if len(parsed) == len(facts) else dict(parsed[0])
            yield {**base, **self._telecom_values(fact, base)}

    def parse_statement(self, ns, node):
        # EXTENDS 'account_statement_import_camt'
        result = super().parse_statement(ns, node)
        found = [transaction.pop("telecom_fact") for transaction in result["transactions"]]
        names = camt.identities(result.get("name") or "", found)
        for transaction, name in zip(result["transactions"], names, strict=True):
            transaction["unique_import_id"] = name
        return result

    def _telecom_values(self, fact, base):
        """Values of a statement line, over those of the OCA parser."""
        return {
            "telecom_fact": fact,
            "amount": float(fact.amount),
            "payment_ref": fact.text or base.get("payment_ref") or "/",
            "partner_name": fact.name or False,
            "account_number": fact.iban or False,
            "ref": fact.end_to_end or fact.batch or base.get("ref") or False,
            "telecom_end_to_end": fact.end_to_end or False,
            "telecom_batch": fact.batch or False,
            "telecom_return_code": fact.reason if fact.is_return else False,
            "telecom_return_amount": float(self._telecom_returned(fact)),
        }

    def _telecom_returned(self, fact):
        """The debit that came back, without what the bank took for it."""
        if not fact.is_return:
            return 0
        if fact.original is not None and 0 < fact.original <= -fact.amount:
            return fact.original
        return -fact.amount - fact.charges


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    def _parse_file(self, data_file):
        # EXTENDS 'account_statement_import_camt', which takes what it can read of a broken file
        if b"camt.05" in data_file[:2000]:
            try:
                etree.fromstring(data_file, etree.XMLParser(resolve_entities=False))
            except etree.XMLSyntaxError as error:
                raise UserError(
                    self.env._(
                        "The statement file is damaged: %s. Fetch it again from the bank.", error
                    )
                ) from error
        return super()._parse_file(data_file)
