# SPDX-License-Identifier: AGPL-3.0-or-later
"""From records to the typed data that ``telecom_billing/report`` typesets: the letterhead."""

from __future__ import annotations

import base64
import datetime
import re
from decimal import Decimal

from lxml import html
from odoo import api, models
from odoo.tools import float_repr

from ..report import formats
from ..report.formats import NO_BREAK
from ..report.sheet import DEFAULT_COLOR, Company, Sheet

#: Elements of a footer's HTML that make a column each.
BLOCKS = ("p", "td", "li", "div")


class TelecomDocument(models.AbstractModel):
    """Prepares documents. Each kind has a file of its own that inherits this model."""

    _name = "telecom.document"
    _description = "Document"

    # ------------------------------------------------------------------ letterhead
    @api.model
    def _prepare_company(self, company, lang: str) -> Company:
        """The sender, from the company's own settings: logo, colour, footer, address."""
        company = company.sudo()
        partner = company.partner_id
        address = [partner.street, " ".join(filter(None, [partner.zip, partner.city]))]
        logo = company.with_context(bin_size=False).logo
        return Company(
            name=company.name,
            sender=" · ".join(filter(None, [company.name, *address])),
            footer=self._prepare_footer(company, lang),
            color=company.primary_color or DEFAULT_COLOR,
            logo=base64.b64decode(logo) if logo and not company.uses_default_logo else None,
        )

    @api.model
    def _prepare_footer(self, company, lang: str) -> list[list[str]]:
        """Columns of the footer: the paragraphs of the company's report footer where there are
        two at least, else what the law and the trade want to see there."""
        written = self._footer_columns(company.report_footer)
        if len(written) > 1:
            return written[:4]
        t = formats.texts(lang)
        partner = company.partner_id
        bank = self._company_bank(company)
        columns = [
            [
                company.name,
                partner.street,
                " ".join(filter(None, [partner.zip, partner.city])),
            ],
            [
                partner.phone and f"{t['tel']} {partner.phone}",
                partner.email,
                re.sub(r"^https?://", "", partner.website or ""),
            ],
            [
                bank.bank_id.name,
                bank and f"{t['iban']} {bank.acc_number}",
                bank.bank_bic and f"{t['bic']} {bank.bank_bic}",
            ],
            [
                company.company_registry,
                company.vat and f"{t['vat_id']} {company.vat}",
                company.sepa_creditor_identifier
                and f"{t['creditor_id']} {company.sepa_creditor_identifier}",
            ],
        ]
        return [[line for line in column if line] for column in columns]

    @api.model
    def _footer_columns(self, footer) -> list[list[str]]:
        """The innermost blocks of a piece of HTML as lists of lines."""
        if not footer:
            return []
        tree = html.fragment_fromstring(str(footer), create_parent="section")
        for line_break in tree.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        blocks = [
            block
            for block in tree.iter(*BLOCKS)
            if not any(child.tag in BLOCKS for child in block.iterdescendants())
        ]
        columns = (
            [line.strip() for line in block.text_content().split("\n") if line.strip()]
            for block in blocks
        )
        return [column for column in columns if column]

    @api.model
    def _company_bank(self, company):
        """The account that customers pay to."""
        journal = company.telecom_transfer_method_line_id.journal_id
        return journal.bank_account_id or company.partner_id.bank_ids[:1]

    @api.model
    def _prepare_sheet(self, company, partner, title, date, **values) -> Sheet:
        """A letter's head to ``partner`` (may be empty); ``values``: further fields of Sheet."""
        lang = values.pop("lang", None) or formats.language(partner.lang or self.env.lang)
        currency = values.pop("currency", company.currency_id)
        return Sheet(
            company=self._prepare_company(company, lang),
            title=title,
            lang=lang,
            date=date,
            recipient=self._prepare_recipient(partner, company) if partner else [],
            currency=currency.name,
            symbol=currency.symbol,
            **values,
        )

    @api.model
    def _prepare_recipient(self, partner, company) -> list[str]:
        """Lines of the address window: firm, person, street, place, and a foreign country."""
        firm = partner.commercial_company_name or partner.parent_id.name
        names = [firm, partner.name] if firm and firm != partner.name else [partner.name]
        lines = [
            *names,
            partner.street,
            partner.street2,
            " ".join(filter(None, [partner.zip, partner.city])),
        ]
        country = partner.country_id
        if country and country != company.country_id:
            lines.append((country.with_context(lang="en_US").name or "").upper())
        return [line for line in lines if line]

    # ------------------------------------------------------------------ small helpers
    @api.model
    def _format(self, company, partner, currency=None) -> formats.Format:
        currency = currency or company.currency_id
        return formats.Format(
            formats.language(partner.lang or self.env.lang), currency.name, currency.symbol
        )

    @api.model
    def _env_of(self, partner):
        """The environment in the reader's language, for names that are translated."""
        installed = dict(self.env["res.lang"].get_installed())
        lang = partner.lang if partner.lang in installed else self.env.lang
        return self.env(context={**self.env.context, "lang": lang})

    @api.model
    def _exact(self, value: float, places: int = 2) -> Decimal:
        """A stored amount as a Decimal, rounded to what its currency has."""
        return Decimal(float_repr(value, places))

    @api.model
    def _greeting(self, words, partner) -> str:
        if partner.is_company:
            return words.texts["greeting"]
        return words.texts["greeting_name"].format(name=partner.name)

    @api.model
    def _hidden_iban(self, iban: str) -> str:
        """Enough of an account number for its owner to know it: DE89 **** **** **** **30 00."""
        plain = re.sub(r"\s", "", iban or "")
        hidden = plain[:4] + "*" * max(0, len(plain) - 8) + plain[-4:]
        return NO_BREAK.join(hidden[at : at + 4] for at in range(0, len(hidden), 4))

    @api.model
    def _shown_iban(self, iban: str) -> str:
        """An account number in groups of four that no line breaks apart."""
        plain = re.sub(r"\s", "", iban or "")
        return NO_BREAK.join(plain[at : at + 4] for at in range(0, len(plain), 4))

    @api.model
    def _local(self, moment: datetime.datetime, zone) -> datetime.datetime:
        """Naive UTC as naive local time of ``zone`` (a ZoneInfo)."""
        return moment.replace(tzinfo=datetime.timezone.utc).astimezone(zone).replace(tzinfo=None)
