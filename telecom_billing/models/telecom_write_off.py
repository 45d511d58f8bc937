# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records that are set aside for good: nobody will pay for them, and somebody decided that."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..charging import reasons
from ..store import suspense


class TelecomWriteOff(models.Model):
    """Who gave up which records, when and why. Rating leaves them alone until it is undone; the
    control totals go on counting them."""

    _name = "telecom.write.off"
    _description = "Write-Off"
    _order = "create_date desc, id desc"
    _rec_name = "subject"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    reason = fields.Selection(lambda self: reasons.labels(self.env), readonly=True)
    subject = fields.Char("What", readonly=True)
    tariff_id = fields.Many2one("telecom.tariff", readonly=True)
    note = fields.Text("Why", required=True)
    user_id = fields.Many2one("res.users", "Written off by", readonly=True, required=True)
    written_at = fields.Datetime("Written off", readonly=True, required=True)
    records = fields.Integer(readonly=True)
    quantity = fields.Float(digits=(20, 6), readonly=True)
    first_started_at = fields.Datetime("First record", readonly=True)
    last_started_at = fields.Datetime("Last record", readonly=True)
    run_id = fields.Many2one(
        "telecom.billing.run",
        "Billing run",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The run in whose control totals the records are counted as written off.",
    )
    is_undone = fields.Boolean("Undone", readonly=True)
    undone_by = fields.Many2one("res.users", readonly=True)
    undone_at = fields.Datetime("Undone on", readonly=True)

    # ------------------------------------------------------------------ CRUD
    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A write-off is kept as evidence. Undo it instead; that is recorded too.")
        )

    # ------------------------------------------------------------------ actions
    def action_undo(self):
        """Have the records looked at again; rating finds them by a mark."""
        self.check_access("write")
        for one in self.filtered(lambda off: not off.is_undone):
            if one.run_id.state == "done":
                raise UserError(
                    self.env._(
                        "“%(subject)s” is counted as written off in billing run %(run)s, which is"
                        " done. Its records stay written off.",
                        subject=one.subject or one.reason,
                        run=one.run_id.name,
                    )
                )
            contracts = suspense.take_back(self.env.cr, one.id)
            one.sudo().write(
                {
                    "is_undone": True,
                    "undone_by": self.env.uid,
                    "undone_at": fields.Datetime.now(),
                }
            )
            self.env["telecom.rating.mark"]._touch(
                {(one.company_id, contract) for contract in contracts}
            )
        self._forget_views()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_records(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Records"),
            "res_model": "telecom.charge",
            "view_mode": "list,form",
            "domain": [("write_off_id", "=", self.id)],
        }

    # ------------------------------------------------------------------ business
    @api.model
    def _make(self, groups, note):
        """Write groups (``telecom.suspense``) off, one record each; returns the write-offs."""
        self.check_access("create")
        made = self.browse()
        for group in groups:
            one = self.sudo().create(
                {
                    "company_id": group.company_id.id,
                    "reason": group.reason,
                    "subject": group.display_name,
                    "tariff_id": group.tariff_id.id,
                    "note": note,
                    "user_id": self.env.uid,
                    "written_at": fields.Datetime.now(),
                }
            )
            records, quantity, first, last = suspense.write_off(
                self.env.cr, group.company_id.id, group.ids, one.id
            )
            one.write(
                {
                    "records": records,
                    "quantity": quantity / 1_000_000,
                    "first_started_at": first,
                    "last_started_at": last,
                    "run_id": self._run_of(group.company_id, last).id,
                }
            )
            made |= one
        self._forget_views()
        return made.with_env(self.env)

    @api.model
    def _run_of(self, company, last):
        """The first open run that reaches to the last record, if there is one yet."""
        if not last:
            return self.env["telecom.billing.run"]
        month = self.env["telecom.rating.state"]._span_at(company, last).period
        return self.env["telecom.billing.run"].search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "done"),
                ("period_start", ">=", month),
            ],
            order="period_start",
            limit=1,
        )

    @api.model
    def _adopt(self, run):
        """Count write-offs that no run counts yet in this one."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE telecom_write_off SET run_id = %s WHERE company_id = %s"
                " AND run_id IS NULL AND NOT COALESCE(is_undone, FALSE) AND last_started_at < %s",
                run.id,
                run.company_id.id,
                run._period_utc()[1],
            )
        )
        self.invalidate_model(["run_id"])

    def _forget_views(self):
        self.env.flush_all()
        self.env["telecom.charge"].invalidate_model()
        self.env["telecom.suspense"].invalidate_model()
