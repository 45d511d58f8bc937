# SPDX-License-Identifier: AGPL-3.0-or-later
"""A threshold of a spending limit that was reached: by whom, when, and who was told."""

from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang


class TelecomLimitAlert(models.Model):
    """Written by rating, see ``charging/alerts.py``; there is one a limit, holder, period and
    threshold."""

    _name = "telecom.limit.alert"
    _description = "Spending Alert"
    _order = "reached_at desc, id desc"
    _rec_name = "limit_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    limit_id = fields.Many2one(
        "telecom.limit", required=True, readonly=True, index=True, ondelete="cascade"
    )
    share = fields.Selection(
        [
            ("line", "Contract line"),
            ("contract", "Contract"),
            ("customer", "Customer"),
            ("pool", "Pool"),
        ],
        string="Adds up for",
        required=True,
        readonly=True,
    )
    holder = fields.Integer(required=True, readonly=True, help="Id of the line, contract …")
    contract_id = fields.Many2one(
        "contract.contract", readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="contract_id.partner_id", string="Customer", store=True, index=True
    )
    line_id = fields.Many2one("contract.line", "Contract line", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    month = fields.Date(required=True, readonly=True, help="Month whose rating found it.")
    period = fields.Date("Since", required=True, readonly=True, help="First day of the period.")
    percent = fields.Float("Threshold (%)", digits=(16, 2), required=True, readonly=True)
    amount = fields.Float("Limit amount", digits=(16, 6), min_display_digits=2, readonly=True)
    spent = fields.Float(
        digits=(16, 6), min_display_digits=2, readonly=True, help="With the record that reached it."
    )
    usage_id = fields.Integer("Record", readonly=True, aggregator=None)
    reached_at = fields.Datetime("Reached", required=True, readonly=True)
    state = fields.Selection(
        [("new", "New"), ("seen", "Seen"), ("gone", "No longer reached")],
        required=True,
        default="new",
        readonly=True,
    )
    told_at = fields.Datetime("Told", readonly=True, help="When activity and e-mail were made.")

    _once = models.Constraint(
        "UNIQUE(limit_id, share, holder, period, percent)",
        "A threshold is reached once a period.",
    )

    @api.depends("limit_id.name", "percent")
    def _compute_display_name(self):
        for alert in self:
            alert.display_name = f"{alert.limit_id.name or ''}: {alert.percent:g} %"

    # ------------------------------------------------------------------ actions
    def action_seen(self):
        self.filtered(lambda alert: alert.state == "new").state = "seen"
        return True

    # ------------------------------------------------------------------ business
    @api.model
    def _tell(self, company):
        """Tell those who are responsible, and customers where the limit says so, of new alerts.

        Each is told once. An alert of a higher threshold covers those below it.
        """
        self.invalidate_model()  # rating writes below the ORM
        self.env["telecom.limit"].invalidate_model(["alert_ids", "alert_count"])
        waiting = self.search(
            [("company_id", "=", company.id), ("state", "=", "new"), ("told_at", "=", False)]
        )
        template = self.env.ref(
            "telecom_billing.mail_template_limit_alert", raise_if_not_found=False
        )
        reached = {}
        for alert in waiting.sorted("percent"):
            reached[alert.limit_id, alert.share, alert.holder, alert.period] = alert
        for alert in reached.values():
            alert._make_activity()
            if alert.limit_id.mail_customer and template and alert.partner_id.email:
                template.send_mail(alert.id, force_send=False)
        waiting.told_at = fields.Datetime.now()
        return waiting

    def _make_activity(self):
        """An activity on the contract for whoever is responsible."""
        self.ensure_one()
        contract = self.contract_id
        user = self.limit_id.user_id or contract.user_id
        if not user:
            return
        contract.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=user.id,
            summary=self.env._("Spending limit: %s", self.display_name),
            note=self.env._(
                "%(customer)s has spent %(spent)s of %(amount)s (%(limit)s, since %(period)s).",
                customer=contract.partner_id.display_name,
                spent=formatLang(self.env, self.spent, currency_obj=self.currency_id),
                amount=formatLang(self.env, self.amount, currency_obj=self.currency_id),
                limit=self.limit_id.name,
                period=format_date(self.env, self.period),
            ),
        )

    def _spent_text(self):
        """Spent and limit as the e-mail says them."""
        self.ensure_one()
        lang = self.partner_id.lang
        env = self.with_context(lang=lang).env
        return [
            formatLang(env, value, currency_obj=self.currency_id)
            for value in (self.spent, self.amount)
        ]
