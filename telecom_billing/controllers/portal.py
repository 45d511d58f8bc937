# SPDX-License-Identifier: AGPL-3.0-or-later
"""The customer portal: contracts, numbers, usage, and why a call costs what it costs."""

import datetime
import re

from odoo import http
from odoo.addons.contract.controllers.main import PortalContract
from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.fields import Domain
from odoo.http import request

from ..report import formats

PAGE = 50
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class PortalTelecom(PortalContract):
    # ------------------------------------------------------------------ whose is it
    def _telecom_domain(self):
        """Contracts of the customer who is logged in, and of nobody else."""
        customer = request.env.user.partner_id.commercial_partner_id
        return Domain("partner_id", "child_of", customer.id) & Domain("is_telecom", "=", True)

    def _telecom_contract(self, contract_id):
        """The contract, if it is the customer's own, else nothing."""
        domain = self._telecom_domain() & Domain("id", "=", contract_id)
        return request.env["contract.contract"].sudo().search(domain, limit=1)

    def _telecom_month(self, text):
        found = MONTH.fullmatch(text or "")
        return datetime.date(int(found[1]), int(found[2]), 1) if found else None

    def _telecom_words(self, contract):
        lang = request.env.context.get("lang") or request.env.user.lang
        return formats.Format(lang, contract.currency_id.name, contract.currency_id.symbol)

    def _telecom_price_note(self, contract):
        """Whether the tariffs' prices contain VAT; nothing where they differ."""
        kinds = set(contract.contract_line_ids.telecom_tariff_id.mapped("price_includes_tax"))
        notes = {True: request.env._("with VAT"), False: request.env._("without VAT")}
        return notes[kinds.pop()] if len(kinds) == 1 else ""

    # ------------------------------------------------------------------ home
    def _prepare_home_portal_values(self, counters):
        # EXTENDS 'portal'
        values = super()._prepare_home_portal_values(counters)
        if "telecom_contract_count" in counters:
            contracts = request.env["contract.contract"].sudo()
            values["telecom_contract_count"] = contracts.search_count(self._telecom_domain())
        if values.get("contract_count"):
            others = request.env["contract.contract"]
            values["contract_count"] = others.search_count(self._get_filter_domain({}))
        return values

    def _get_filter_domain(self, kw):
        # EXTENDS 'contract': telecom contracts have pages of their own
        return [*super()._get_filter_domain(kw), ("is_telecom", "=", False)]

    # ------------------------------------------------------------------ pages
    @http.route(
        ["/my/telecom", "/my/telecom/page/<int:page>"], type="http", auth="user", website=True
    )
    def portal_telecom(self, page=1, **_kw):
        """All contracts of the customer."""
        contracts = request.env["contract.contract"].sudo()
        domain = self._telecom_domain()
        pager = portal_pager(
            url="/my/telecom", total=contracts.search_count(domain), page=page, step=20
        )
        found = contracts.search(
            domain, order="date_end DESC NULLS FIRST, code", limit=20, offset=pager["offset"]
        )
        if len(found) == 1 and page == 1 and not pager["offset"]:
            return request.redirect(f"/my/telecom/{found.id}")
        values = {"contracts": found, "pager": pager, "page_name": "telecom"}
        return request.render("telecom_billing.portal_telecom_contracts", values)

    @http.route(
        [
            "/my/telecom/<int:contract_id>",
            "/my/telecom/<int:contract_id>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
    )
    def portal_telecom_contract(self, contract_id, page=1, **_kw):
        """One contract: what it consists of, its numbers, its usage by month."""
        contract = self._telecom_contract(contract_id)
        if not contract:
            return request.redirect("/my/telecom")
        numbers = request.env["telecom.number"].sudo()
        domain = [("contract_id", "=", contract.id)]
        pager = portal_pager(
            url=f"/my/telecom/{contract.id}",
            total=numbers.search_count(domain),
            page=page,
            step=PAGE,
        )
        values = {
            "agreement": contract,
            "numbers": numbers.search(domain, limit=PAGE, offset=pager["offset"]),
            "months": contract._telecom_months(12),
            "alerts": request.env["telecom.limit.alert"]
            .sudo()
            .search(
                [("contract_id", "=", contract.id), ("state", "!=", "gone")],
                order="period DESC, percent DESC",
                limit=3,
            ),
            "invoices": request.env["account.move"].search(
                [("telecom_contract_id", "=", contract.id), ("state", "=", "posted")],
                order="invoice_date DESC, id DESC",
                limit=12,
            ),
            "pager": pager,
            "words": self._telecom_words(contract),
            "price_note": self._telecom_price_note(contract),
            "page_name": "telecom",
        }
        return request.render("telecom_billing.portal_telecom_contract", values)

    @http.route(
        [
            "/my/telecom/<int:contract_id>/<string:month>",
            "/my/telecom/<int:contract_id>/<string:month>/page/<int:page>",
        ],
        type="http",
        auth="user",
        website=True,
    )
    def portal_telecom_month(self, contract_id, month, page=1, **_kw):
        """A month's usage: by destination, and call by call where the customer wants that."""
        contract = self._telecom_contract(contract_id)
        first = self._telecom_month(month)
        if not contract or not first:
            return request.redirect("/my/telecom")
        listed = contract._telecom_lists_calls(first)
        url = f"/my/telecom/{contract.id}/{month}"
        total = contract._telecom_count_calls(first) if listed else 0
        pager = portal_pager(url=url, total=total, page=page, step=PAGE)
        values = {
            "agreement": contract,
            "month": first,
            "url": url,
            "listed": listed,
            "destinations": contract._telecom_destinations(first),
            "calls": contract._telecom_calls(first, PAGE, pager["offset"]),
            "total": total,
            "pager": pager,
            "words": self._telecom_words(contract),
            "price_note": self._telecom_price_note(contract),
            "page_name": "telecom",
        }
        return request.render("telecom_billing.portal_telecom_month", values)

    @http.route(
        ["/my/telecom/<int:contract_id>/<string:month>/call/<int:usage_id>"],
        type="http",
        auth="user",
        website=True,
    )
    def portal_telecom_call(self, contract_id, month, usage_id, **_kw):
        """Why one call costs what it costs."""
        contract = self._telecom_contract(contract_id)
        first = self._telecom_month(month)
        calls = contract and first and contract._telecom_calls(first, 1, usage_id=usage_id)
        if not calls:
            return request.redirect("/my/telecom")
        values = {
            "agreement": contract,
            "month": first,
            "url": f"/my/telecom/{contract.id}/{month}",
            "call": calls[0],
            "reasons": contract._telecom_explain(calls[0], first),
            "words": self._telecom_words(contract),
            "page_name": "telecom",
        }
        return request.render("telecom_billing.portal_telecom_call", values)
