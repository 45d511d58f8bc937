# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels and help of the settings of carriers' invoices and of services that get usage."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

CARRIERS = [
    _lt("0 EUR, 2 cents."),
    _lt("Address"),
    _lt("Address of the OAuth2 token"),
    _lt(
        "Certificate (-----BEGIN CERTIFICATE-----…) of the authority that signed the server's, if "
        "it is not a public one; or the name of its PEM file. Verification cannot be switched off."
    ),
    _lt("Column of the amount"),
    _lt("Column of the destination"),
    _lt("Column of the duration"),
    _lt("Column of the invoice number"),
    _lt("Column of the number of calls"),
    _lt("Comma"),
    _lt("Decimal sign"),
    _lt("Delimiter"),
    _lt("Duration in"),
    _lt("Each batch is posted to it."),
    _lt("Element or list of the positions (XML, JSON)"),
    _lt("Empty for the format's own; \\t for a tabulator."),
    _lt("Encoding"),
    _lt("File"),
    _lt("First line names the columns (CSV)"),
    _lt("Further OAuth2 fields"),
    _lt("Header of the key"),
    _lt("Key in a header"),
    _lt("Lines to skip at the top (CSV)"),
    _lt("Login"),
    _lt("Method"),
    _lt("Name of the header line, position from 1, or path in XML and JSON."),
    _lt("None"),
    _lt("OAuth2 (client credentials)"),
    _lt("OAuth2 grant"),
    _lt("OAuth2 scope"),
    _lt("Only positions where"),
    _lt("Password, token, key or client secret"),
    _lt("Point"),
    _lt("Private certificate authority"),
    _lt("Such as Summe, MwSt: compared, not added; several with commas."),
    _lt("Such as account_id=abc; joined by &."),
    _lt("Thousands separator"),
    _lt("Token (bearer)"),
    _lt("Totals begin with"),
    _lt("Unit of the amount: 10^-n"),
    _lt("User and password (basic)"),
    _lt("User or client id"),
    _lt("client_credentials, or what the service calls its own (account_credentials)."),
    _lt("column=value, column=value"),
    _lt("min, s, h, or hms (01:02:03); the usage is compared in seconds."),
    _lt("utf-8 (with or without mark), cp1252, …"),
]
