# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parts of calls that wait for the next delivery, and that nothing was brought for."""

from __future__ import annotations

import datetime

from odoo import api, fields, models

from ..store import locks
from . import delivery_carry, reject_retry

#: System parameter: days that a part waits.
DAYS = "telecom_billing.carry_days"


class TelecomReject(models.Model):
    _inherit = "telecom.reject"

    carried_to_id = fields.Many2one(
        "telecom.delivery",
        "Continued in",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The delivery that brought the other part of the call, and holds its record.",
    )


class TelecomDelivery(models.Model):
    _inherit = "telecom.delivery"

    def _hook_forget_charges(self) -> None:  # pylint: disable=missing-return  # has none
        # EXTENDS: an undone delivery gives parts of earlier ones back
        super()._hook_forget_charges()
        delivery_carry.reopen(self)

    @api.model
    def _cron_load(self):  # pylint: disable=missing-return  # has none
        # EXTENDS: what nothing was brought for is not waited for any longer
        super()._cron_load()
        self._give_up_carried()

    @api.model
    def _give_up_carried(self) -> int:
        """Judge parts that have waited too long by themselves; returns how many."""
        days = int(self.env["ir.config_parameter"].sudo().get_param(DAYS) or 3)
        limit = fields.Datetime.now() - datetime.timedelta(days=days)
        late = self.env["telecom.reject"].search(
            [
                ("reason", "=", delivery_carry.CARRIED),
                ("state", "!=", "solved"),
                ("delivery_id.state", "=", "loaded"),
                ("delivery_id.received_at", "<", limit),
            ]
        )
        for delivery, rejects in late.grouped("delivery_id").items():
            with locks.held(self.env.cr, "source", delivery.source_id.id) as got:
                if got:
                    reject_retry.retry(delivery, rejects)
        return len(late)
