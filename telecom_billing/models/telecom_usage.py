# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

import datetime

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..store import facts, partitions
from . import usage_retention


class TelecomUsage(models.Model):
    """A usage record as the carrier delivered it: a view on the partitioned store, read only.

    Never point a Many2one at it: ids are bigint. It is written by COPY, see ``store/intake.py``.
    """

    _name = "telecom.usage"
    _description = "Usage Record"
    _auto = False
    _log_access = False
    _order = "id desc"
    _rec_name = "b_raw"

    company_id = fields.Many2one("res.company", readonly=True)
    source_id = fields.Many2one("telecom.source", readonly=True)
    delivery_id = fields.Many2one("telecom.delivery", readonly=True)
    line = fields.Integer(readonly=True, aggregator=None)
    record_id = fields.Char("Record ID", readonly=True)
    service = fields.Char(readonly=True)
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming"), ("transfer", "Transferred")], readonly=True
    )
    started_at = fields.Datetime("Start", readonly=True)
    quantity = fields.Float(
        digits=(20, 6), readonly=True, help="Units of the record: seconds, bytes, messages …"
    )
    unit = fields.Char(readonly=True)
    a_number = fields.Char("A-Number", readonly=True)
    b_number = fields.Char("B-Number", readonly=True)
    a_raw = fields.Char("A as Delivered", readonly=True)
    b_raw = fields.Char("B as Delivered", readonly=True)
    account = fields.Char(readonly=True)
    destination = fields.Char("Carrier's Destination", readonly=True)
    cost = fields.Float("Stated Cost", digits=(20, 6), min_display_digits=2, readonly=True)
    currency = fields.Char(readonly=True)
    conference = fields.Char(readonly=True)
    participant = fields.Char(readonly=True)

    # What rating made of it: looked up for the records on the screen, not part of the view.
    charge_state = fields.Selection(
        [
            ("waiting", "Not rated yet"),
            ("aside", "Set aside"),
            ("charged", "Charged"),
            ("invoiced", "Invoiced"),
        ],
        "Status",
        compute="_compute_charge",
    )
    price = fields.Float(digits=(20, 6), min_display_digits=2, compute="_compute_charge")
    contract_id = fields.Many2one("contract.contract", compute="_compute_charge")

    def init(self):
        facts.create(self.env.cr)
        today = fields.Date.today()
        partitions.ensure(self.env.cr, facts.TABLE, [today, partitions.next_month(today)])
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS %s", SQL.identifier(self._table), self._view_query())
        )

    def _compute_charge(self):
        found = self._charges()
        for usage in self:
            contract, price, aside, invoiced = found.get(usage.id, (None, 0, None, None))
            usage.contract_id = contract
            usage.price = price
            if usage.id not in found:
                usage.charge_state = "waiting"
            elif aside:
                usage.charge_state = "aside"
            else:
                usage.charge_state = "invoiced" if invoiced else "charged"

    def _charges(self) -> dict[int, tuple]:
        """usage id -> (contract id, price, set aside?, invoiced?) of the records that are rated."""
        starts = [usage.started_at for usage in self if usage.started_at]
        if not starts:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT c.usage_id, max(c.contract_id), coalesce(sum(c.price), 0),"
                " bool_or(c.reason IS NOT NULL), bool_or(s.invoice_line_id IS NOT NULL"
                "  OR s.handover_batch_id IS NOT NULL)"
                " FROM telecom_charge_data c"
                " LEFT JOIN telecom_usage_summary s ON s.id = c.summary_id"
                " WHERE c.usage_id = ANY(%s) AND c.started_at >= %s AND c.started_at < %s"
                " GROUP BY c.usage_id",
                self.ids,
                min(starts),
                # The ORM's own times have whole seconds.
                max(starts) + datetime.timedelta(seconds=1),
            )
        )
        return {usage_id: rest for usage_id, *rest in rows}

    # --- actions -----------------------------------------------------------------------------

    def action_view_charges(self):
        """What this record costs, and why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charges"),
            "res_model": "telecom.charge",
            "view_mode": "list,form",
            "domain": [("usage_id", "in", self.ids)],
        }

    # --- housekeeping ------------------------------------------------------------------------

    @api.model
    def _cron_housekeeping(self):
        """Scheduled action: partitions for the months to come, none for those that are over."""
        today = self.env.company._telecom_today()
        usage_retention.make_ahead(self.env, today)
        usage_retention.retire(self.env, today)

    def _view_query(self) -> SQL:
        """The SELECT behind the view. To add columns, extend the two hooks it is made of."""
        return SQL("SELECT %s FROM %s", self._view_select(), self._view_from())

    def _view_select(self) -> SQL:
        columns = [SQL("u.id")] + [
            SQL("u.quantity / 1000000.0 AS quantity") if name == "quantity" else SQL(f"u.{name}")
            for name in facts.COLUMNS
            if name != "dedup_key"
        ]
        return SQL(", ").join(columns)

    def _view_from(self) -> SQL:
        return SQL("telecom_usage_data u")

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(
            self.env._("Usage records are not entered by hand. Upload a file of a source instead.")
        )

    def write(self, vals):
        raise UserError(
            self.env._(
                "Usage records say what the carrier delivered and are never changed. Undo the"
                " delivery and load a corrected file."
            )
        )

    def unlink(self):
        # A view has no rows of its own that an uninstall would have to delete.
        raise UserError(  # pylint: disable=no-raise-unlink
            self.env._("Usage records are not deleted one by one. Undo their delivery.")
        )
