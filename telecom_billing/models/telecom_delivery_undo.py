# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking a delivery back: its records, and what rating made of them."""

from __future__ import annotations

import contextlib

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..steps import engine
from ..store import facts, locks
from . import telecom_rating_state


class TelecomDelivery(models.Model):
    _inherit = "telecom.delivery"

    def action_undo(self):
        self._undo()
        return True

    def _undo(self) -> None:
        """Take the records of these deliveries out again, as long as none is on an invoice.

        Each in a transaction of its own, in which nobody rates or invoices usage of the company or
        loads from the source. Other deliveries of the source whose records had counted as
        duplicates are put back to "received": they may have to supply now what goes away here.
        """
        for delivery in self:
            with self._alone(delivery), self._transaction():
                self._take_out(delivery)

    def _take_out(self, delivery) -> None:
        leaves = delivery.child_ids or delivery
        invoiced = leaves._count_invoiced()
        if invoiced:
            raise UserError(
                self.env._(
                    "Delivery %(name)s cannot be undone: %(count)s of its records are on"
                    " invoices. Reverse these invoices first.",
                    name=delivery.name,
                    count=invoiced,
                )
            )
        leaves._hook_forget_charges()
        facts.remove(self.env.cr, leaves.ids)
        self.env["telecom.usage"].invalidate_model()
        leaves.reject_ids._forget_outcome()
        (delivery | leaves).write({"state": "undone", "message": False})
        self._heirs(delivery)._retry()

    @contextlib.contextmanager
    def _alone(self, delivery):
        """Hold the locks of everybody who works with this delivery's records."""
        rooms = (
            (engine.ROOM, delivery.company_id.id),
            (telecom_rating_state.ROOM, delivery.company_id.id),
            ("source", delivery.source_id.id),
        )
        with contextlib.ExitStack() as stack:
            for room, number in rooms:
                if not stack.enter_context(locks.held(self.env.cr, room, number)):
                    raise UserError(
                        self.env._(
                            "Delivery %s cannot be undone while a billing run, a rating or a load"
                            " is at work. Wait for it to end.",
                            delivery.name,
                        )
                    )
            yield

    @contextlib.contextmanager
    def _transaction(self):
        """A transaction that sees what was there when the locks were got, and ends before them."""
        committing = self.env["telecom.billing.run"]._commits()
        self.env.flush_all()
        if committing:
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self.env.invalidate_all()
        yield
        self.env.flush_all()
        if committing:
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _heirs(self, delivery):
        return self.search(
            [
                ("source_id", "=", delivery.source_id.id),
                ("state", "=", "loaded"),
                ("duplicates", ">", 0),
                ("parent_id", "=", False),
                ("id", "!=", delivery.id),
            ]
        )

    def _count_invoiced(self) -> int:
        """How many records of these deliveries are on an invoice."""
        self.env.cr.execute(
            SQL(
                "SELECT count(DISTINCT u.id) FROM telecom_usage_data u"
                " JOIN telecom_charge_data c"
                " ON c.usage_id = u.id AND c.started_at = u.started_at"
                " JOIN telecom_usage_summary s ON s.id = c.summary_id"
                " WHERE u.delivery_id IN %s AND (s.invoice_line_id IS NOT NULL"
                " OR s.handover_batch_id IS NOT NULL)",
                tuple(self.ids),
            )
        )
        return self.env.cr.fetchone()[0]

    def _hook_forget_charges(self) -> None:
        """Called before the facts of these deliveries go: rating removes what it derived."""
