# SPDX-License-Identifier: AGPL-3.0-or-later
"""The days of each contract line that were invoiced: the ledger behind fees in advance."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..billing.fees import Span

#: Contract lines with days due that were not billed, or billed days that they never owed. ``line``
#: is what was agreed, ``counted`` the whole blocks of months due, ``due`` the last day they reach
#: and the line's end, ``billed`` the ledger. A later run may have billed further: that stays. What
#: costs nothing now may have days to give back all the same.
LINES_DUE = """
    WITH line AS (
        SELECT l.id, l.date_start AS first,
               CASE WHEN p.telecom_fee_kind = 'once' THEN l.date_start ELSE l.date_end END AS last,
               COALESCE(l.is_canceled, FALSE) AS canceled,
               (l.automatic_price OR l.specific_price <> 0) AND l.quantity <> 0 AS costs,
               CASE WHEN p.telecom_fee_kind = 'once' THEN 1
                    ELSE l.recurring_interval * CASE l.recurring_rule_type
                         WHEN 'quarterly' THEN 3 WHEN 'semesterly' THEN 6
                         WHEN 'yearly' THEN 12 ELSE 1 END END AS months,
               l.recurring_invoicing_type = 'pre-paid' OR p.telecom_fee_kind = 'once' AS advance
          FROM contract_line l
          JOIN contract_contract c ON c.id = l.contract_id
          LEFT JOIN product_product v ON v.id = l.product_id
          LEFT JOIN product_template p ON p.id = v.product_tmpl_id
         WHERE c.is_telecom AND c.active AND c.company_id = %(company)s
           AND l.display_type IS NULL AND l.date_start IS NOT NULL
    ), counted AS (
        SELECT line.*,
               CASE WHEN advance AND elapsed >= 0 THEN elapsed / months + 1
                    WHEN advance THEN 0
                    ELSE GREATEST(0, (elapsed + 1) / months) END AS blocks
          FROM line,
               LATERAL (SELECT %(period)s::date + make_interval(months => advance::int) AS month) m,
               LATERAL (SELECT ((EXTRACT(year FROM month) - EXTRACT(year FROM first)) * 12
                                + EXTRACT(month FROM month) - EXTRACT(month FROM first))::int
                               AS elapsed) e
    ), due AS (
        SELECT id, first, canceled, costs, last AS end,
               LEAST(last, (date_trunc('month', first)
                            + make_interval(months => blocks * months))::date - 1) AS last
          FROM counted
    ), billed AS (
        SELECT due.id, min(f.date_from) AS first, max(f.date_to) AS last,
               sum(GREATEST(0, LEAST(f.date_to, due.last) - f.date_from + 1)) AS days
          FROM due JOIN telecom_fee f ON f.contract_line_id = due.id AND f.state = 'billed'
         GROUP BY due.id
    )
    SELECT due.id
      FROM due LEFT JOIN billed USING (id)
     WHERE (NOT canceled AND costs AND COALESCE(billed.days, 0) < due.last - due.first + 1)
        OR (canceled AND billed.id IS NOT NULL)
        OR billed.first < due.first OR billed.last > due.end
"""


class TelecomFee(models.Model):
    """Days of a contract line, billed by one invoice line. The database lets no day be billed
    twice: the spans in state ``billed`` of a line never meet."""

    _name = "telecom.fee"
    _description = "Invoiced Fee"
    _order = "contract_line_id, date_from desc, id desc"
    _rec_name = "contract_line_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    contract_id = fields.Many2one(
        "contract.contract", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contract_line_id = fields.Many2one(
        "contract.line", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(
        readonly=True, help="As on the invoice line: with VAT where its tax is included."
    )
    price = fields.Float(
        readonly=True,
        digits=(20, 10),
        help="Fee of the whole period in the kind of price (with or without VAT) of the invoice.",
    )
    months = fields.Integer(readonly=True, help="Months the fee is for; 0: once.")
    state = fields.Selection(
        [
            ("billed", "Billed"),
            ("credited", "Given back"),
            ("reversed", "Invoice reversed"),
        ],
        required=True,
        readonly=True,
        default="billed",
    )
    move_line_id = fields.Many2one(
        "account.move.line", string="Billed by", readonly=True, index=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move", string="Invoice", readonly=True, index=True, ondelete="restrict"
    )
    credit_line_id = fields.Many2one(
        "account.move.line",
        string="Given back by",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    origin_id = fields.Many2one(
        "telecom.fee",
        string="Remains of",
        readonly=True,
        index="btree_not_null",
        help="The entry whose other days were given back.",
    )

    _days_in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The last day must not lie before the first."
    )
    _no_day_twice = models.Constraint(
        "EXCLUDE USING gist (int4range(contract_line_id, contract_line_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'billed')",
        "A day of this contract line was billed already.",
    )

    # ------------------------------------------------------------------ business
    def _span(self):
        self.ensure_one()
        return Span(self.date_from, self.date_to)

    def _reverse_invoice(self, moves):
        """Undo what ``moves`` did to the ledger: free the days they billed, and bill again the
        days they gave back."""
        given_back = self.search([("credit_line_id.move_id", "in", moves.ids)])
        remains = self.search([("origin_id", "in", given_back.ids)])
        later = remains.filtered(lambda fee: fee.state == "credited")
        later |= self.search(
            [
                ("move_id", "in", moves.ids),
                ("state", "=", "credited"),
                ("credit_line_id.move_id", "not in", moves.ids),
            ]
        )
        if later:
            raise UserError(
                self.env._(
                    "%(invoice)s cannot be reversed: %(later)s, made later, gives back more of "
                    "the same fee. Reverse %(later)s first.",
                    invoice=moves[0].name,
                    later=later[0].credit_line_id.move_id.name,
                )
            )
        remains.unlink()
        given_back.write({"state": "billed", "credit_line_id": False})
        self.search([("move_id", "in", moves.ids), ("state", "=", "billed")]).write(
            {"state": "reversed"}
        )

    def _lines_due(self, run):
        """Ids of the contract lines that have days to bill, or to give back, in the run.

        One statement for all contracts of the company; the days themselves are worked out line
        by line afterwards (:meth:`contract.line._telecom_due_span` tells the same in Python).
        """
        self.flush_model()
        self.env["contract.line"].flush_model()
        self.env["contract.contract"].flush_model()
        rows = self.env.execute_query(
            SQL(LINES_DUE, company=run.company_id.id, period=run.period_start)
        )
        return [row[0] for row in rows]
