# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changes that rating must hear of: numbers, contract lines, deliveries that are undone."""

from odoo import api, models
from odoo.tools import SQL

from ..store import charges, facts, summaries

#: Fields of a contract line that decide whose usage it is and what it costs.
LINE_FIELDS = {
    "contract_id",
    "date_end",
    "date_start",
    "quantity",
    "telecom_price_list_id",
    "telecom_tariff_id",
}
NUMBER_FIELDS = {
    "company_id",
    "contract_line_id",
    "date_end",
    "date_start",
    "kind",
    "name",
    "range_from",
    "range_to",
    "source_id",
}


class TelecomNumber(models.Model):
    _inherit = "telecom.number"

    @api.model_create_multi
    def create(self, vals_list):
        numbers = super().create(vals_list)
        numbers._mark_for_rating()
        return numbers

    def write(self, vals):
        if not NUMBER_FIELDS & vals.keys():
            return super().write(vals)
        self._mark_for_rating()
        result = super().write(vals)
        self._mark_for_rating()
        return result

    def unlink(self):
        self._mark_for_rating()
        return super().unlink()

    def _mark_for_rating(self):
        """Mark the owners, and those of numbers around and within these: usage may move."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT n.company_id, o.contract_id FROM telecom_number n"
                " JOIN telecom_number o ON o.company_id = n.company_id"
                "  AND (o.number = ANY(ARRAY(SELECT left(n.span_from, i)"
                "                              FROM generate_series(1, 15) i))"
                "       OR o.number = n.number OR o.span_from BETWEEN n.span_from AND n.span_to)"
                " WHERE n.id = ANY(%s) AND o.contract_id IS NOT NULL",
                self.ids,
            )
        )
        pairs = {(company, 0) for company in self.company_id}
        Company = self.env["res.company"]
        pairs |= {(Company.browse(company), contract) for company, contract in rows}
        self.env["telecom.rating.mark"]._touch(pairs)


class ContractLine(models.Model):
    _inherit = "contract.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("telecom_tariff_id")._mark_for_rating()
        return lines

    def write(self, vals):
        touched = LINE_FIELDS & vals.keys() and self.filtered(
            lambda line: line.telecom_tariff_id or line.telecom_number_ids
        )
        if touched:
            touched._mark_for_rating()
        result = super().write(vals)
        if LINE_FIELDS & vals.keys():
            self.filtered("telecom_tariff_id")._mark_for_rating()
        return result

    def unlink(self):
        self.filtered("telecom_tariff_id")._mark_for_rating()
        return super().unlink()

    def _mark_for_rating(self):
        self.env["telecom.rating.mark"]._touch(
            {
                (line.company_id or line.env.company, line.contract_id.id)
                for line in self
                if line.contract_id
            }
        )


class TelecomDelivery(models.Model):
    _inherit = "telecom.delivery"

    def _hook_forget_charges(self):
        """Take back what rating made of these deliveries' records, before they go themselves."""
        super()._hook_forget_charges()
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "WITH gone AS (DELETE FROM %s c USING %s u WHERE u.delivery_id = ANY(%s)"
                " AND c.usage_id = u.id AND c.started_at = u.started_at AND NOT %s"
                " RETURNING c.company_id, COALESCE(c.contract_id, 0), c.summary_id)"
                " SELECT DISTINCT * FROM gone",
                SQL.identifier(charges.TABLE),
                SQL.identifier(facts.TABLE),
                self.ids,
                charges.is_invoiced(),
            )
        )
        rows = self.env.cr.fetchall()
        # Loaded again they have the same ids and counts, but nothing of them is rated.
        gone = {str(number) for number in self.ids}
        states = self.env["telecom.rating.state"].sudo()
        for state in states.search([("company_id", "in", self.company_id.ids)]):
            known = state.deliveries or {}
            if gone & known.keys():
                state.deliveries = {name: known[name] for name in known.keys() - gone}
        summaries.recount(
            self.env.cr, sorted({summary for _company, _contract, summary in rows if summary})
        )
        self.env["telecom.usage.summary"].invalidate_model()
        Company = self.env["res.company"]
        self.env["telecom.rating.mark"]._touch(
            {(Company.browse(company), contract) for company, contract, _summary in rows}
        )
