# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a billing run invoiced, counted in the books."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..store import exact


class TelecomBillingRun(models.Model):
    _inherit = "telecom.billing.run"

    invoice_ids = fields.One2many("account.move", "telecom_run_id", string="Invoices")
    invoice_count = fields.Integer(
        "Number of invoices", compute="_compute_invoice_count", compute_sudo=True
    )

    payment_order_ids = fields.One2many(
        "account.payment.order", "telecom_run_id", string="Debit orders"
    )
    payment_order_count = fields.Integer(
        "Number of debit orders", compute="_compute_payment_order_count", compute_sudo=True
    )

    # ------------------------------------------------------------------ compute
    @api.depends("payment_order_ids")
    def _compute_payment_order_count(self):
        for run in self:
            run.payment_order_count = len(run.payment_order_ids)

    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move"]._read_group(
                [("telecom_run_id", "in", self.ids)], ["telecom_run_id"], ["__count"]
            )
        )
        for run in self:
            run.invoice_count = counts.get(run, 0)

    # ------------------------------------------------------------------ actions
    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice")
        return action | {
            "domain": [("telecom_run_id", "=", self.id)],
            "context": {"create": False},
            "display_name": self.env._("Invoices of %s", self.name),
        }

    def action_view_payment_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_payment_batch_oca.account_payment_order_inbound_action"
        )
        return action | {"domain": [("telecom_run_id", "=", self.id)]}

    # ------------------------------------------------------------------ business
    def _invoice_totals(self):
        """Counts and sums (int, Decimal) over the run's invoices that were not taken back.

        invoices, credit_notes, positions; fees, credits, usage, topups (of minimum turnovers):
        rounded sums of the positions, in the kind of price of each invoice; usage_records,
        usage_quantity, usage_exact: of the summaries they settle, in the tariffs' kind of price;
        rounding: what rounding the usage positions added; net, tax, total: of the invoices,
        credit notes negative; carried_records, carried: usage up to the month that waits.
        """
        self.ensure_one()
        self.env.flush_all()
        (totals,) = self._dicts(
            SQL(
                """
                SELECT count(*) FILTER (WHERE move_type = 'out_invoice') AS invoices,
                       count(*) FILTER (WHERE move_type = 'out_refund') AS credit_notes,
                       COALESCE(sum(amount_untaxed_signed), 0) AS net,
                       COALESCE(sum(amount_total_signed - amount_untaxed_signed), 0) AS tax,
                       COALESCE(sum(amount_total_signed), 0) AS total
                  FROM account_move
                 WHERE telecom_run_id = %s AND state = 'posted' AND telecom_reversed IS NOT TRUE
                """,
                self.id,
            )
        )
        (positions,) = self._dicts(
            SQL(
                """
                SELECT count(*) AS positions,
                       COALESCE(sum(l.telecom_amount) FILTER (WHERE l.telecom_kind = 'fee'), 0)
                           AS fees,
                       COALESCE(sum(l.telecom_amount) FILTER (WHERE l.telecom_kind = 'credit'), 0)
                           AS credits,
                       COALESCE(sum(l.telecom_amount) FILTER (WHERE l.telecom_kind = 'usage'), 0)
                           AS usage,
                       COALESCE(sum(l.telecom_amount) FILTER (WHERE l.telecom_kind = 'topup'), 0)
                           AS topups,
                       COALESCE(sum(l.telecom_amount - l.telecom_exact)
                                FILTER (WHERE l.telecom_kind = 'usage'), 0) AS rounding
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                 WHERE m.telecom_run_id = %s AND m.state = 'posted'
                   AND m.telecom_reversed IS NOT TRUE AND l.telecom_kind IS NOT NULL
                """,
                self.id,
            )
        )
        (usage,) = self._dicts(
            SQL(
                """
                SELECT COALESCE(sum(s.records), 0)::bigint AS usage_records,
                       COALESCE(sum(s.quantity) FILTER (
                           WHERE r.unit IS DISTINCT FROM 'piece'), 0) AS usage_quantity,
                       COALESCE(sum(s.amount), 0) AS usage_exact
                  FROM telecom_usage_summary s
                  JOIN account_move m ON m.id = s.move_id
                  LEFT JOIN telecom_rate r ON r.id = s.rate_id
                 WHERE m.telecom_run_id = %s
                """,
                self.id,
            )
        )
        (carried,) = self._dicts(
            SQL(
                """
                SELECT COALESCE(sum(records), 0)::bigint AS carried_records,
                       COALESCE(sum(quantity), 0) AS carried_quantity,
                       COALESCE(sum(amount), 0) AS carried
                  FROM telecom_usage_summary
                 WHERE company_id = %s AND period <= %s AND invoice_line_id IS NULL
                   AND handover_batch_id IS NULL
                """,
                self.company_id.id,
                self.period_start,
            )
        )
        return totals | positions | usage | carried

    def _dicts(self, query):
        return exact.dicts(self.env.cr, query)
