# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is set aside, by cause: a row for all records that one action solves."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..charging import reasons
from ..store import charges, facts, suspense
from .number_text import pretty


class TelecomSuspense(models.Model):
    """A view on the charges without a price, never the target of a Many2one: ids are hashes of
    what the group is, so they stay the same while there is anything in it."""

    _name = "telecom.suspense"
    _description = "Suspense"
    _auto = False
    _log_access = False
    _order = "records desc, id"
    _rec_name = "subject"

    company_id = fields.Many2one("res.company", readonly=True)
    reason = fields.Selection(lambda self: reasons.labels(self.env), readonly=True)
    kind = fields.Selection(
        [
            ("number", "Number"),
            ("line", "Contract line"),
            ("prefix", "Prefix"),
            ("tariff", "Tariff"),
            ("contract", "Contract"),
            ("source", "Source"),
        ],
        readonly=True,
    )
    subject = fields.Char("Number or prefix", readonly=True)
    service = fields.Char(readonly=True)
    tariff_id = fields.Many2one("telecom.tariff", readonly=True)
    version_id = fields.Many2one("telecom.tariff.version", readonly=True)
    line_id = fields.Many2one("contract.line", "Contract line", readonly=True)
    contract_id = fields.Many2one("contract.contract", readonly=True)
    source_id = fields.Many2one("telecom.source", readonly=True)
    records = fields.Integer(readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)
    unit = fields.Char(readonly=True)
    first_started_at = fields.Datetime("First record", readonly=True)
    last_started_at = fields.Datetime("Last record", readonly=True)
    example_id = fields.Integer("Latest record", readonly=True, aggregator=None)
    example = fields.Char(readonly=True)
    remedy = fields.Char("What to do", compute="_compute_remedy")

    def init(self):
        facts.create(self.env.cr)
        charges.create(self.env.cr)
        tools.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL("CREATE VIEW %s AS %s", SQL.identifier(self._table), suspense.view())
        )

    # ------------------------------------------------------------------ compute
    @api.depends("reason", "subject", "tariff_id", "line_id", "source_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for group in self:
            named = group.subject and (
                pretty(group.subject) if group.kind == "number" else group.subject
            )
            found = named or group.line_id.name or group.tariff_id.name or group.source_id.name
            group.display_name = found or group.service or group.reason

    @api.depends("reason", "subject")
    @api.depends_context("lang")
    def _compute_remedy(self):
        for group in self:
            group.remedy = group.reason and reasons.remedy(
                self.env,
                group.reason,
                {
                    "number": group.subject or "…",
                    "started": group.last_started_at,
                    "service": group.service,
                    "unit": group.unit,
                    "tariff": group.tariff_id.name or "…",
                },
            )

    # ------------------------------------------------------------------ actions
    def action_assign_number(self):
        """Give the numbers of these groups to a contract line."""
        return self._ask("telecom.suspense.assign", self.env._("Assign number"))

    def action_add_prefix(self):
        """Put the prefixes of these groups into a zone that has a price."""
        return self._ask("telecom.suspense.zone", self.env._("Add prefix to zone"))

    def action_write_off(self):
        """Set these groups aside for good."""
        return self._ask("telecom.suspense.write.off", self.env._("Write off"))

    def action_open_cause(self):
        """What has to be corrected: the version, tariff, contract line or source."""
        self.ensure_one()
        record = {
            "line": self.line_id,
            "contract": self.contract_id,
            "source": self.source_id,
        }.get(self.kind, self.version_id or self.tariff_id)
        if not record:
            raise UserError(
                self.env._("“%s” hangs on no record that could be opened.", self.display_name)
            )
        if record._name == "contract.line":
            record = record.contract_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }

    def action_open_records(self):
        """The records of these groups."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Records"),
            "res_model": "telecom.charge",
            "view_mode": "list,form",
            "domain": [
                ("reason", "in", list(set(self.mapped("reason")))),
                ("suspense_id", "in", self.ids),
            ],
        }

    def action_explain(self):
        """Why the latest record of the group has no price."""
        self.ensure_one()
        charge = self.env["telecom.charge"].search(
            [("usage_id", "=", self.example_id), ("started_at", "=", self.last_started_at)],
            limit=1,
        ) or self.env["telecom.charge"].search([("usage_id", "=", self.example_id)], limit=1)
        return charge.action_explain()

    def action_rate_again(self):
        """Rate what came or changed, and tell what became of what was set aside."""
        return self._rate_again(self.company_id or self.env.company)

    def _ask(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"telecom_suspense_ids": self.ids},
        }

    # ------------------------------------------------------------------ business
    @api.model
    def _rate_again(self, companies):
        """Rate incrementally; a notification tells the result.

        :raises UserError: when the tariffs cannot be used, with every fault
        """
        states = self.env["telecom.rating.state"].sudo()
        before = self._count(companies)
        looked = 0
        for company in companies:
            try:
                found = states._rate_months(company)
            except states.BadBook as error:
                raise UserError(
                    self.env._("The tariffs cannot be used:\n%(faults)s", faults=error)
                ) from error
            looked += sum(counts.records for counts in found.values())
        self.invalidate_model()
        left = self._count(companies)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if left < before or not left else "warning",
                "title": self.env._("Rated again"),
                "message": self.env._(
                    "%(looked)s records were looked at. Set aside: %(before)s before,"
                    " %(left)s now.",
                    looked=looked,
                    before=before,
                    left=left,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _count(self, companies) -> int:
        """Records of companies that are set aside and not written off."""
        self.env.flush_all()
        ((records,),) = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM telecom_charge_data c WHERE c.company_id = ANY(%s)"
                " AND c.segment = 0 AND %s",
                companies.ids,
                SQL(suspense.WAITING),
            )
        )
        return records

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("What is set aside is found by rating, not entered by hand."))

    def write(self, vals):
        raise UserError(self.env._("What is set aside is solved by its actions, not edited."))

    def unlink(self):
        # A view has no rows of its own that an uninstall would have to delete.
        raise UserError(  # pylint: disable=no-raise-unlink
            self.env._("What is set aside is never deleted. Solve it, or write it off.")
        )
