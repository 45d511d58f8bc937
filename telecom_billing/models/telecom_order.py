# SPDX-License-Identifier: AGPL-3.0-or-later
"""Orders from a web shop: one call makes customer, mandate, contract, lines and numbers."""

import json

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import SQL, LazyTranslate

from .. import order_document

_lt = LazyTranslate(__name__)

#: What each fault code of :mod:`..order_document` says to a person, remedy included.
FAULT_TEXTS = {
    "missing": _lt("A value is missing. Add it."),
    "type": _lt("%(value)s is of the wrong type. Send a JSON %(expected)s."),
    "length": _lt("The text is too long. Shorten it to %(expected)s characters."),
    "choice": _lt("%(value)s is not possible. Use one of: %(expected)s."),
    "date": _lt("%(value)s is not a possible day. Use YYYY-MM-DD, within the contract's dates."),
    "datetime": _lt("%(value)s is not a time. Use ISO 8601, e.g. 2026-01-31T12:00:00Z."),
    "amount": _lt('%(value)s is not a decimal number. Send it as text, e.g. "9.95".'),
    "negative": _lt("%(value)s is too small or too early. The least possible is %(expected)s."),
    "pattern": _lt("%(value)s is not in the notation wanted: %(expected)s."),
    "unknown": _lt("An order has no such key. Possible here: %(expected)s."),
    "empty_list": _lt("The list is empty. Add at least one element."),
    "no_quantity": _lt("The quantity is %(value)s. Order at least a part of one, or no line."),
    "too_dear": _lt("Quantity times %(value)s is above %(expected)s. Correct the slip."),
    "no_product": _lt(
        "No telecom product has the code %(value)s. Correct it, or make the product."
    ),
    "no_tariff": _lt("No tariff has the code %(value)s. Correct it, or make the tariff."),
    "no_country": _lt("%(value)s is no country code. Use ISO 3166, e.g. DE."),
    "no_source": _lt("No source has the code %(value)s. Correct it, or leave it out."),
    "bad_iban": _lt("%(value)s is not a valid IBAN. Check it for a slip."),
    "bad_vat": _lt("%(value)s is not a valid VAT number. Check it, or leave it out."),
    "name_differs": _lt(
        "The customer number belongs to somebody else than %(value)s. Correct the number, or "
        "leave it out for a new customer."
    ),
    "mandate_taken": _lt("The mandate reference %(value)s is in use. Choose another one."),
    "signed_later": _lt("The mandate is signed on %(value)s, in the future. Correct the date."),
    "order_differs": _lt(
        "Order %(value)s was accepted before with other content. Use a new order id for a new "
        "order."
    ),
    "refused": _lt("%(expected)s"),
}


class _Rehearsed(Exception):
    """Undoes what was made to see whether it can be made."""


class OrderError(ValidationError):
    """An order that was not accepted. ``context['faults']`` lists path, value, message, code."""

    def __init__(self, message, faults):
        super().__init__(message)
        self.context = {"faults": faults}


class TelecomOrder(models.Model):
    _name = "telecom.order"
    _description = "Telecom Order"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Order id", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    ordered_at = fields.Datetime(readonly=True)
    payload = fields.Json(readonly=True, help="The order as it came.")
    payload_text = fields.Text(string="Order", compute="_compute_payload_text")
    fingerprint = fields.Char(readonly=True, help="SHA-256 of the order's normalised content.")
    state = fields.Selection(
        [("received", "Being processed"), ("done", "Accepted")],
        required=True,
        readonly=True,
        default="received",
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True, index=True)
    contract_id = fields.Many2one("contract.contract", string="Contract", readonly=True, index=True)

    _name_unique = models.Constraint(
        "UNIQUE (company_id, name)", "An order with this id was accepted before."
    )

    # ------------------------------------------------------------------ compute
    @api.depends("payload")
    def _compute_payload_text(self):
        for order in self:
            order.payload_text = json.dumps(order.payload, indent=2, ensure_ascii=False)

    # ------------------------------------------------------------------ public interface
    @api.model
    def submit(self, order):
        """Accept an order document (see readme/ORDER.md) and return what came of it.

        Idempotent by ``order_id``: the same order again, even at the same moment from two
        callers, returns the same contract with ``created`` false; other content under the same
        id is refused.

        :param dict order: the document, as parsed from JSON
        :return: order_id, contract_number, customer_number, contract_id, partner_id, created
        :raise OrderError: with every fault found; nothing is made then
        """
        self.check_access("create")
        record = self.sudo().with_context(**self._quiet_context())
        try:
            with self.env.cr.savepoint():
                answer = record._submit(order)
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg2.errors.ExclusionViolation as error:
            # Another order took one of the numbers at this moment: the call is repeated, and told.
            raise ConcurrencyError(str(error)) from error
        return answer

    @api.model
    def check(self, order):
        """The faults :meth:`submit` would find, as a list of dicts; makes nothing."""
        self.check_access("create")
        record = self.sudo().with_context(**self._quiet_context())
        try:
            with self.env.cr.savepoint():
                record._accept(order)
                raise _Rehearsed
        except _Rehearsed:
            return []
        except OrderError as error:
            return error.context["faults"]

    @api.model
    def schema(self):
        """The order document as a JSON Schema (draft 2020-12), for a shop's own checks."""
        return order_document.json_schema()

    # ------------------------------------------------------------------ business
    def _submit(self, order):
        record, document, created = self._accept(order)
        if created:
            record._hook_accepted(document)
        return {
            "order_id": record.name,
            "contract_number": record.contract_id.code,
            "customer_number": record.partner_id.ref,
            "contract_id": record.contract_id.id,
            "partner_id": record.partner_id.id,
            "created": created,
        }

    def _accept(self, order):
        """(order, its normalised document, whether it is new); OrderError with every fault."""
        document, faults = order_document.check(order)
        if faults:
            self._refuse([*faults, *self._reference_faults(document)])
        record, created = self._claim(document, order)
        if created:
            self._refuse(list(self._reference_faults(document)))
            record._fulfil(document)
        elif record.fingerprint != order_document.fingerprint(document):
            fault = order_document.Fault("order_id", "order_differs", document["order_id"])
            self._refuse([fault])
        return record, document, created

    def _claim(self, document, order):
        """(record, True) for a new order id, (record, False) for a known one.

        The unique key decides. When another transaction accepts the same id at this moment,
        PostgreSQL waits for it and then reports a serialisation failure, upon which Odoo repeats
        the call and finds the order.
        """
        values = {
            "name": document["order_id"],
            "company_id": self.env.company.id,
            "ordered_at": document["ordered_at"],
            "fingerprint": order_document.fingerprint(document),
            "state": "received",
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
        }
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO telecom_order (create_date, write_date, %s) "
                "VALUES (now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', %s) "
                "ON CONFLICT (company_id, name) DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in values),
                SQL(", ").join(values.values()),
            )
        )
        if rows:
            record = self.browse(rows[0][0])
            record.payload = order
            return record, True
        known = [("company_id", "=", values["company_id"]), ("name", "=", values["name"])]
        return self.search(known), False

    def _fulfil(self, document):
        """Make everything the order asks for; a refusal by any model becomes a fault."""
        self.ensure_one()
        partner = self._get_customer(document)
        mandate = self._get_mandate(partner, document)
        contract = self.env["contract.contract"].create(
            self._prepare_contract(partner, mandate, document)
        )
        self.write({"partner_id": partner.id, "contract_id": contract.id, "state": "done"})
        faults = []
        for i, line in enumerate(document["lines"]):
            for j, number in enumerate(line["numbers"]):
                path = f"lines[{i}].numbers[{j}].number"
                values = self._prepare_number(contract.contract_line_ids[i], number, document)
                try:
                    with self.env.cr.savepoint():
                        self.env["telecom.number"].create(values)
                except ValidationError as error:
                    faults.append(
                        order_document.Fault(path, "refused", number["number"], error.args[0])
                    )
        self._refuse(faults)

    def _hook_accepted(self, document):
        """For extensions: the order is accepted, its contract exists (provisioning, mail, …)."""

    # ------------------------------------------------------------------ faults
    def _refuse(self, faults):
        """Raise OrderError when there are faults."""
        if not faults:
            return
        found = self._fault_dicts(faults)
        lines = "\n".join(f"{fault['path']}: {fault['message']}" for fault in found)
        raise OrderError(
            self.env._("The order was not accepted; nothing was made.\n%s", lines), found
        )

    def _fault_dicts(self, faults):
        return [
            {
                "path": fault.path,
                "code": fault.code,
                "value": fault.value if isinstance(fault.value, (str, int, float)) else None,
                # the text first: it is looked up by what stands in the list of faults
                "message": self.env._(FAULT_TEXTS[fault.code])  # pylint: disable=translation-not-lazy
                % {"value": fault.value, "expected": fault.expected},
            }
            for fault in faults
        ]
