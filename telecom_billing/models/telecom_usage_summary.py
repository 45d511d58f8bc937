# SPDX-License-Identifier: AGPL-3.0-or-later
"""A usage summary: what a number's usage of one kind in one month adds up to."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..store import exact, summaries
from ..store.references import Reference, guard


class TelecomUsageSummary(models.Model):
    """Written by rating, see ``charging/``. Once it is on an invoice it is frozen: rating leaves
    it and its charges alone, and late records make a new one."""

    _name = "telecom.usage.summary"
    _description = "Usage Summary"
    _log_access = False
    _order = "period desc, contract_id, contract_line_id, number_id, zone_id, id"
    _rec_name = "period"

    company_id = Reference("res.company", required=True, readonly=True)
    period = fields.Date("Month", required=True, readonly=True, help="First day, local time.")
    contract_id = Reference("contract.contract", required=True, readonly=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    contract_line_id = Reference(
        "contract.line", string="Contract line", required=True, readonly=True
    )
    number_id = Reference("telecom.number", string="Number", readonly=True)
    service = fields.Char(required=True, readonly=True)
    tariff_id = Reference("telecom.tariff", required=True, readonly=True)
    version_id = Reference("telecom.tariff.version", readonly=True)
    rate_id = Reference("telecom.rate", readonly=True)
    zone_id = Reference("telecom.zone", readonly=True)
    band_id = Reference("telecom.band", readonly=True)
    currency_id = Reference("res.currency", required=True, readonly=True)
    source_id = Reference("telecom.source", "Source", readonly=True)
    unit = fields.Char(compute="_compute_unit", help="In which usage is counted.")
    records = fields.Integer(readonly=True)
    quantity = fields.Float(
        digits=(20, 6), readonly=True, help="Units used: seconds, bytes, pieces."
    )
    billed = fields.Float(digits=(20, 6), readonly=True, help="Units charged, after increments.")
    allowance_used = fields.Float(
        "Of allowances", digits=(20, 6), readonly=True, help="Units that allowances gave."
    )
    amount = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    cost = fields.Float(
        digits=(20, 6), min_display_digits=2, readonly=True, help="What the carriers charge us."
    )
    margin = fields.Float(digits=(20, 6), min_display_digits=2, compute="_compute_margin")
    first_started_at = fields.Datetime("First record", readonly=True)
    last_started_at = fields.Datetime("Last record", readonly=True)
    invoice_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    move_id = fields.Many2one(
        related="invoice_line_id.move_id",
        string="Invoice",
        store=True,
        index="btree_not_null",
    )

    handover_batch_id = fields.Many2one(
        "telecom.handover.batch",
        string="Handed over",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Invoiced elsewhere: the batch that took it to the system that invoices it.",
    )

    # Contracts are looked up by it as well.
    _open_unique = models.UniqueIndex(summaries.UNIQUE)

    # Asked for before a price changes. Rating writes open summaries only, and pays for no more
    # indexes than it needs.
    _invoiced_version = models.Index(
        "(version_id) WHERE invoice_line_id IS NOT NULL OR handover_batch_id IS NOT NULL"
    )
    # Asked for by every rating and explanation: is anything of the month frozen?
    _frozen_month = models.Index(
        "(company_id, period) WHERE invoice_line_id IS NOT NULL OR handover_batch_id IS NOT NULL"
    )

    def init(self):
        # Room on each page for the sums that a day adds to the month's: a row that grows stays
        # where it is, and no index hears of it.
        self.env.cr.execute(
            SQL("ALTER TABLE %s SET (fillfactor = 50)", SQL.identifier(self._table))
        )
        # Of stores from before contracts were looked up by the unique index.
        self.env.cr.execute("DROP INDEX IF EXISTS telecom_usage_summary__contract_id_index")
        guard(self, by={"contract_line_id": "contract_id"})

    # ------------------------------------------------------------------ compute
    @api.depends("rate_id.unit", "service")
    def _compute_unit(self):
        units = self.env["telecom.unit"].sudo()
        for summary in self:
            rate = summary.rate_id
            summary.unit = units._base_of(summary.company_id, rate.unit, summary.service)

    @api.depends("amount", "cost")
    def _compute_margin(self):
        """Without tax, as ``telecom.margin`` has it."""
        rows = self.env["telecom.margin"].sudo().browse(self.ids).exists()
        margins = {row.id: row.margin for row in rows}
        for summary in self:
            summary.margin = margins.get(summary.id, 0.0)

    @api.depends("period", "number_id", "zone_id", "service")
    def _compute_display_name(self):
        for summary in self:
            parts = [
                f"{summary.period:%Y-%m}" if summary.period else "",
                summary.number_id.display_name,
                summary.zone_id.name or summary.service,
            ]
            summary.display_name = " ".join(filter(None, parts))

    # ------------------------------------------------------------------ CRUD
    @api.ondelete(at_uninstall=False)
    def _unlink_never_by_hand(self):
        if not self.env.su:
            raise UserError(
                self.env._(
                    "Usage summaries are made by rating and are not deleted by hand. Correct the "
                    "number or the tariff and rate again."
                )
            )

    # ------------------------------------------------------------------ actions
    def action_open_charges(self):
        """The records behind these summaries, as they began."""
        by_start = self.env.ref("telecom_billing.telecom_charge_list_by_start")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Records"),
            "res_model": "telecom.charge",
            "view_mode": "list,form",
            "views": [(by_start.id, "list"), (False, "form")],
            "domain": [
                ("contract_id", "in", self.contract_id.ids),
                ("summary_id", "in", self.ids),
            ],
        }

    # ------------------------------------------------------------------ business
    @api.model
    def _totals(self, company, period):
        """[(records, seconds, amount)] of a company's month, amounts as Decimal."""
        self.env.flush_all()
        return exact.fetch(
            self.env.cr,
            SQL(
                "SELECT sum(s.records), sum(s.quantity) FILTER (WHERE COALESCE(r.unit, 'second')"
                " IN ('second', 'minute', 'hour', 'day')), sum(s.amount)"
                " FROM telecom_usage_summary s LEFT JOIN telecom_rate r ON r.id = s.rate_id"
                " WHERE s.company_id = %s AND s.period = %s",
                company.id,
                period,
            ),
        )
