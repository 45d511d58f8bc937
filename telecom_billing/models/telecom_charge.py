# SPDX-License-Identifier: AGPL-3.0-or-later
"""A charge: what one record, or a part of it, costs, or why it has no price."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..charging import explaining, reasons
from ..store import charges, facts, partitions, suspense

#: Ids of the view: usage id and segment in one number.
SEGMENTS = 1024


class TelecomCharge(models.Model):
    """A view on the partitioned store beside the fact it comes from; read only, never the target
    of a Many2one: ids are bigint."""

    _name = "telecom.charge"
    _description = "Charge"
    _auto = False
    _log_access = False
    # By the record, for which PostgreSQL has an index: a list of millions opens at once.
    _order = "usage_id desc, segment"
    _rec_name = "b_number"

    usage_id = fields.Integer("Record", readonly=True, aggregator=None)
    segment = fields.Integer("Part", readonly=True, aggregator=None)
    started_at = fields.Datetime("Start", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    contract_id = fields.Many2one("contract.contract", readonly=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    line_id = fields.Many2one("contract.line", "Contract line", readonly=True)
    number_id = fields.Many2one("telecom.number", "Number", readonly=True)
    tariff_id = fields.Many2one("telecom.tariff", readonly=True)
    version_id = fields.Many2one("telecom.tariff.version", readonly=True)
    rate_id = fields.Many2one("telecom.rate", readonly=True)
    zone_id = fields.Many2one("telecom.zone", readonly=True)
    band_id = fields.Many2one("telecom.band", readonly=True)
    service = fields.Char(readonly=True)
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming"), ("transfer", "Transferred")], readonly=True
    )
    a_number = fields.Char("A-Number", readonly=True)
    b_number = fields.Char("B-Number", readonly=True)
    account = fields.Char(readonly=True)
    destination = fields.Char("Carrier's Destination", readonly=True)
    source_id = fields.Many2one("telecom.source", readonly=True)
    delivery_id = fields.Many2one("telecom.delivery", readonly=True)
    unit = fields.Char(readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)
    billed = fields.Float(digits=(20, 6), readonly=True)
    allowance_id = fields.Many2one("telecom.allowance", readonly=True)
    allowance_used = fields.Float("Of allowance", digits=(20, 6), readonly=True)
    allowance_unit = fields.Char(compute="_compute_allowance_unit", compute_sudo=True)
    price = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    cost = fields.Float(digits=(20, 6), min_display_digits=2, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    summary_id = fields.Many2one("telecom.usage.summary", readonly=True)
    move_id = fields.Many2one(related="summary_id.move_id", string="Invoice")
    reason = fields.Selection(lambda self: reasons.labels(self.env), readonly=True)
    message = fields.Char(readonly=True)
    write_off_id = fields.Many2one("telecom.write.off", "Written off", readonly=True)
    suspense_id = fields.Integer("Cause", readonly=True, aggregator=None)
    remedy = fields.Char("What to do", compute="_compute_remedy")

    def init(self):
        facts.create(self.env.cr)
        charges.create(self.env.cr)
        today = fields.Date.today()
        partitions.ensure(self.env.cr, charges.TABLE, [today, partitions.next_month(today)])
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS %s", SQL.identifier(self._table), self._view_query())
        )

    def _view_query(self) -> SQL:
        """Charges with what their fact says; fields of the two must not share a name.

        A left join, although every charge has its fact: of an inner one PostgreSQL expects a single
        row, for it takes the two conditions to be independent, and sorts the whole store.
        """
        of_charge = ", ".join(
            f"c.{name} / 1000000.0 AS {name}"
            if name in ("quantity", "billed", "allowance_used")
            else f"c.{name}"
            for name in charges.COLUMNS
        )
        of_fact = ", ".join(
            f"u.{name}"
            for name in (
                "direction", "a_number", "b_number", "account", "destination", "source_id",
                "delivery_id", "unit",
            )
        )  # fmt: skip
        return SQL(
            f"SELECT c.usage_id * {SEGMENTS} + c.segment AS id, {of_charge}, {of_fact},"
            f" CASE WHEN {suspense.WAITING} THEN {suspense.GROUP} END AS suspense_id"
            f" FROM {charges.TABLE} c LEFT JOIN {facts.TABLE} u"
            " ON u.id = c.usage_id AND u.started_at = c.started_at"
        )

    # ------------------------------------------------------------------ ORM
    @api.model
    def _search(self, domain, *args, **kwargs):
        """Ids are made of the record's: asked for those as well, PostgreSQL has an index."""
        return super()._search(Domain(domain).map_conditions(_with_usage), *args, **kwargs)

    def exists(self):
        found = set(self.sudo()._search([("id", "in", self.ids)]))
        return self.browse(one for one in self._ids if one in found)

    # ------------------------------------------------------------------ compute
    @api.depends("allowance_id", "unit")
    def _compute_allowance_unit(self):
        """What the allowance counts in: a unit of its own where several things use it up."""
        for charge in self:
            allowance = charge.allowance_id
            charge.allowance_unit = (
                self.env["telecom.unit"]._base_of(charge.company_id, allowance.unit)
                if allowance.use_ids
                else charge.unit
            )

    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_remedy(self):
        for charge in self:
            number = charge.b_number or charge.destination
            if charge.reason in reasons.MATCHING:
                number = charge.b_number if charge.direction == "in" else charge.a_number
            charge.remedy = charge.reason and reasons.remedy(
                self.env,
                charge.reason,
                {
                    "number": number or charge.account or "…",
                    "started": charge.started_at,
                    "service": charge.service,
                    "unit": charge.unit,
                    "tariff": charge.tariff_id.name or "…",
                },
            )

    # ------------------------------------------------------------------ actions
    def action_explain(self):
        """Every decision behind this charge, in the user's language."""
        self.ensure_one()
        wizard = self.env["telecom.explanation"].create(
            {"usage_id": self.usage_id, "text": explaining.of_charge(self)}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why this price?"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_assign_number(self):
        """Enter the number that nobody had when the record began."""
        self.ensure_one()
        number = self.b_number if self.direction == "in" else self.a_number
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign number"),
            "res_model": "telecom.number",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_name": f"+{number}" if number else self.account,
                "default_kind": "single" if number else "account",
                "default_company_id": self.company_id.id,
            },
        }

    def action_rate_again(self):
        """Rate what came or changed, in all months."""
        return self.env["telecom.suspense"]._rate_again(self.company_id)

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("Charges are made by rating, not entered by hand."))

    def write(self, vals):
        raise UserError(
            self.env._("Charges are not edited. Correct the number or the tariff and rate again.")
        )

    def unlink(self):
        # A view has no rows of its own that an uninstall would have to delete.
        raise UserError(  # pylint: disable=no-raise-unlink
            self.env._("Charges are not deleted. Undo the delivery of their records instead.")
        )


def _with_usage(condition: Domain) -> Domain:
    """A condition on ids, and the one on records that follows from it."""
    if condition.field_expr != "id" or condition.operator not in ("=", "in"):
        return condition
    values = condition.value if condition.operator == "in" else [condition.value]
    if not all(isinstance(value, int) for value in values):
        return condition
    return condition & Domain("usage_id", "in", [value // SEGMENTS for value in values])
