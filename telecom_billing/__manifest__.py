# SPDX-License-Identifier: AGPL-3.0-or-later
{
    "name": "Telecom Billing",
    "summary": "Telephony tariffs, usage and the monthly bill, from carrier files to collection",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "Telecom Billing contributors",
    "application": True,
    "depends": [
        "account",
        "account_credit_control",
        "account_edi_ubl_cii",
        "account_payment_return",
        "account_payment_sepa_direct_debit",
        "account_reconcile_oca",
        "account_statement_import_camt",
        "contract",
        "contract_line_successor",
        "contract_termination",
        "l10n_de",
        "portal",
        "sale",
    ],
    "external_dependencies": {
        "python": ["numpy", "pandas", "phonenumbers", "pyarrow", "pypdf", "typst"],
    },
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "views/menus.xml",
    ],
}
