# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an accepted order becomes: customer, mandate, contract, lines and numbers."""

from odoo import Command, api, fields, models
from odoo.addons.base_iban.models.res_partner_bank import normalize_iban, validate_iban
from odoo.exceptions import ValidationError

from ..order_document import Fault

LANGUAGES = {"de": "de_DE", "en": "en_US"}


class TelecomOrder(models.Model):
    _inherit = "telecom.order"

    @api.model
    def _quiet_context(self):
        """An order is logged by its own record; trackers and follow-ups would only cost time."""
        return {
            "tracking_disable": True,
            "mail_create_nolog": True,
            "mail_create_nosubscribe": True,
            "skip_modification_mail": True,
        }

    # ------------------------------------------------------------------ faults
    def _reference_faults(self, order):
        """Yield the faults that only the database can tell; None is no value to look at."""
        customer = order["customer"]
        code = customer["address"]["country"]
        country = code and self._get_country(code)
        if code and not country:
            yield Fault("customer.address.country", "no_country", code)
        elif country and customer["vat"] and not self._is_vat(country, customer["vat"]):
            yield Fault("customer.vat", "bad_vat", customer["vat"])
        known = self._find_customer(order)
        if known and customer["name"] and known.name.casefold() != customer["name"].casefold():
            yield Fault("customer.number", "name_differs", customer["name"])
        if order["payment"]["mandate"]:
            yield from self._mandate_faults(order["payment"]["mandate"], known)
        for i, line in enumerate(order["lines"]):
            if line["product"] and len(self._find_product(line["product"])) != 1:
                yield Fault(f"lines[{i}].product", "no_product", line["product"])
            if line["tariff"] and not self._find_tariff(line["tariff"]):
                yield Fault(f"lines[{i}].tariff", "no_tariff", line["tariff"])
            for j, number in enumerate(line["numbers"]):
                if number["source"] and not self._find_source(number["source"]):
                    path = f"lines[{i}].numbers[{j}].source"
                    yield Fault(path, "no_source", number["source"])

    def _mandate_faults(self, mandate, partner):
        try:
            validate_iban(mandate["iban"] or "")
        except ValidationError:
            if mandate["iban"]:
                yield Fault("payment.mandate.iban", "bad_iban", mandate["iban"])
        signed = mandate["signed_on"]
        if signed and signed > self.env.company._telecom_today():
            yield Fault("payment.mandate.signed_on", "signed_later", signed.isoformat())
        taken = mandate["reference"] and self.env["account.banking.mandate"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("unique_mandate_reference", "=", mandate["reference"]),
            ]
        )
        if taken and not self._is_same_mandate(taken, mandate, partner):
            yield Fault("payment.mandate.reference", "mandate_taken", mandate["reference"])

    # ------------------------------------------------------------------ look-ups
    def _find_customer(self, order):
        """The partner who has the order's customer number, or an empty recordset."""
        partners = self.env["res.partner"].with_context(active_test=False)
        number = order["customer"]["number"]
        if not number:
            return partners
        return partners.search(
            [
                ("ref", "=", number),
                ("telecom_kind", "!=", False),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )

    @api.model
    def _find_product(self, code):
        return self.env["product.product"].search(
            [
                ("default_code", "=", code),
                ("telecom_product", "=", True),
                ("company_id", "in", (self.env.company.id, False)),
            ]
        )

    @api.model
    def _find_tariff(self, code):
        return self.env["telecom.tariff"].search(
            [("code", "=", code), ("company_id", "=", self.env.company.id)], limit=1
        )

    @api.model
    def _find_source(self, code):
        return self.env["telecom.source"].search(
            [("code", "=", code), ("company_id", "=", self.env.company.id)], limit=1
        )

    @api.model
    def _get_country(self, code):
        return self.env["res.country"].search([("code", "=", code)], limit=1)

    @api.model
    def _is_vat(self, country, vat):
        try:
            self.env["res.partner"]._run_vat_checks(country, vat)
        except ValidationError:
            return False
        return True

    @api.model
    def _is_same_mandate(self, mandate, wanted, partner):
        """Whether the order names a mandate that this customer has given already."""
        bank = mandate.partner_bank_id
        return (
            partner
            and mandate.partner_id == partner
            and bank.sanitized_acc_number == normalize_iban(wanted["iban"] or "").upper()
            and mandate.state == "valid"
        )

    # ------------------------------------------------------------------ customer
    def _get_customer(self, order):
        """The known customer, with gaps filled from the order, or a new one."""
        customer = order["customer"]
        known = self._find_customer(order)
        method = self._payment_method_line(order["payment"]["method"])
        if not known:
            partner = self.env["res.partner"].create(self._prepare_customer(order))
            partner.property_inbound_payment_method_line_id = method
            return partner
        gaps = {
            name: customer[name]
            for name in ("email", "phone", "vat")
            if customer[name] and not known[name]
        }
        known.write({**gaps, "active": True})
        if method and not known.property_inbound_payment_method_line_id:
            known.property_inbound_payment_method_line_id = method
        return known

    def _prepare_customer(self, order):
        customer, address = order["customer"], order["customer"]["address"]
        wanted = LANGUAGES[customer["language"]]
        installed = dict(self.env["res.lang"].get_installed())
        values = {
            "name": customer["name"],
            "is_company": customer["kind"] == "business",
            "telecom_kind": customer["kind"],
            "telecom_invoice_delivery": order["delivery"]["invoice"],
            "company_id": self.env.company.id,
            "lang": wanted if wanted in installed else self.env.company.partner_id.lang,
            "email": customer["email"],
            "phone": customer["phone"],
            "vat": customer["vat"],
            "street": address["street"],
            "street2": address["street2"],
            "zip": address["zip"],
            "city": address["city"],
            "country_id": self._get_country(address["country"]).id,
            "customer_rank": 1,
        }
        if customer["number"]:
            values["ref"] = customer["number"]
        if customer["contact"]:
            values["child_ids"] = [
                Command.create(
                    {
                        "name": customer["contact"],
                        "type": "contact",
                        "company_id": self.env.company.id,
                    }
                )
            ]
        return values

    def _payment_method_line(self, method):
        company = self.env.company
        if method == "sepa_debit":
            return company.telecom_debit_method_line_id
        return company.telecom_transfer_method_line_id

    # ------------------------------------------------------------------ mandate
    def _get_mandate(self, partner, order):
        """The mandate the order gives, or an empty recordset for customers who transfer."""
        mandates = self.env["account.banking.mandate"]
        wanted = order["payment"]["mandate"]
        if order["payment"]["method"] != "sepa_debit":
            return mandates
        bank = self._get_bank_account(partner, wanted)
        if wanted["reference"]:
            known = bank.mandate_ids.filtered(
                lambda mandate: (
                    mandate.unique_mandate_reference == wanted["reference"]
                    and mandate.company_id == self.env.company
                    and mandate.state == "valid"
                )
            )
            if known:
                return known
        values = {
            "partner_id": partner.id,
            "partner_bank_id": bank.id,
            "company_id": self.env.company.id,
            "format": "sepa_core",
            "type": "recurrent",
            "signature_date": wanted["signed_on"],
            "state": "valid",
        }
        if wanted["reference"]:
            values["unique_mandate_reference"] = wanted["reference"]
        return mandates.create(values)

    def _get_bank_account(self, partner, wanted):
        iban = normalize_iban(wanted["iban"]).upper()
        for bank in partner.bank_ids:
            if bank.sanitized_acc_number == iban:
                return bank
        values = {
            "partner_id": partner.id,
            "acc_number": iban,
            "acc_holder_name": wanted["holder"],
            "company_id": self.env.company.id,
        }
        if wanted["bic"]:
            banks = self.env["res.bank"]
            bank = banks.search([("bic", "=", wanted["bic"])], limit=1)
            bank = bank or banks.create({"name": wanted["bic"], "bic": wanted["bic"]})
            values["bank_id"] = bank.id
        return self.env["res.partner.bank"].create(values)

    # ------------------------------------------------------------------ contract
    def _prepare_contract(self, partner, mandate, order):
        terms = order["contract"]
        company = self.env.company
        code = company._telecom_next_number("telecom.contract")
        return {
            "name": code,
            "code": code,
            "is_telecom": True,
            "user_id": False,  # the shop's technical user is nobody's contact
            "telecom_order_id": self.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "contract_type": "sale",
            "date": fields.Date.to_date(order["ordered_at"]),
            "date_start": terms["start"],
            "line_recurrence": True,
            "telecom_term_months": terms["term_months"] or 0,
            "telecom_itemised_bill": order["delivery"]["itemised_bill"],
            "telecom_payment": order["payment"]["method"],
            "telecom_mandate_id": mandate.id,
            "contract_line_ids": [
                Command.create(self._prepare_line(partner, line, order, 10 * i))
                for i, line in enumerate(order["lines"], start=1)
            ],
        }

    def _prepare_line(self, partner, line, order, sequence):
        product = self._find_product(line["product"]).with_context(lang=partner.lang)
        start = line["start"] or order["contract"]["start"]
        price = product.list_price if line["price"] is None else float(line["price"])
        values = {
            "sequence": sequence,
            "product_id": product.id,
            "name": product.name,
            "quantity": float(line["quantity"]),
            "uom_id": product.uom_id.id,
            "specific_price": price,
            "price_unit": price,
            "date_start": start,
            "date_end": order["contract"]["end"],
            "recurring_next_date": start,
            "recurring_rule_type": "monthly",
            "recurring_interval": 1,
            "recurring_invoicing_type": "pre-paid",
        }
        if line["tariff"]:
            values["telecom_tariff_id"] = self._find_tariff(line["tariff"]).id
        return values

    def _prepare_number(self, line, number, order):
        values = {
            "name": number["number"],
            "kind": number["kind"],
            "range_from": number["range_from"],
            "range_to": number["range_to"],
            "contract_line_id": line.id,
            "date_start": line.date_start,
            "date_end": order["contract"]["end"],
            "company_id": self.env.company.id,
        }
        if number["source"]:
            values["source_id"] = self._find_source(number["source"]).id
        return values
