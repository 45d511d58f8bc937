# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a source should deliver, and the findings that arise where it does not.

Findings come and go by themselves: each check states what is wrong now, and what is not wrong any
more is closed. What a person has waived stays so.
"""

from __future__ import annotations

import datetime
import zoneinfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from connectors import expect

from ..charging.context import timezone
from . import source_checks

EVERY = [
    ("none", "No schedule"),
    (expect.DAY, "Each day"),
    (expect.WEEKDAY, "Monday to Friday"),
    (expect.WEEK, "Each week"),
    (expect.MONTH, "Each month"),
]
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    expect_every = fields.Selection(
        EVERY, "Delivers", default="none", required=True, tracking=True, help="What is agreed."
    )
    expect_hour = fields.Float("At", default=6.0, help="Local time of your company.")
    expect_weekday = fields.Selection(WEEKDAYS, "On", default="0")
    expect_day = fields.Integer(
        "Day of the Month", default=3, help="31 is the last day, also of shorter months."
    )
    expect_tolerance = fields.Integer(
        "Hours of Grace", default=4, help="How late a delivery may be before you are told."
    )
    expect_files = fields.Integer("Files Each Time", default=1)
    expect_since = fields.Datetime(
        "Watched Since", help="Nothing before is missed. Set when you enter a schedule."
    )
    volume_drop = fields.Integer(
        "Told When Smaller by %",
        default=50,
        help="Compared with the average of the latest deliveries, of the same weekday where there"
        " are enough. 0: never.",
    )
    sequence_pattern = fields.Char(
        "Number in the File Name",
        help="Regular expression whose first group is the running number, such as _(\\d+)\\.csv."
        " Empty: the number that the file's own header states, if it does.",
    )
    sequence_wrap = fields.Integer(
        "Numbers Begin Again After", help="Such as 9999. 0: they never do."
    )
    next_expected_at = fields.Datetime("Next Expected", compute="_compute_expected")
    is_late = fields.Boolean("Late", compute="_compute_expected", search="_search_is_late")
    finding_count = fields.Integer("Open Findings", compute="_compute_expected")

    # --- compute -----------------------------------------------------------------------------

    @api.depends(
        "expect_every", "expect_hour", "expect_weekday", "expect_day", "delivery_ids.received_at"
    )
    def _compute_expected(self):
        open_ones = self.env["telecom.finding"]._read_group(
            [
                ("watched_source_id", "in", self.ids),
                ("state", "=", "open"),
                ("code", "in", source_checks.CODES),
            ],
            ["watched_source_id", "code"],
            ["__count"],
        )
        for source in self:
            codes = {code: n for found, code, n in open_ones if found == source}
            source.finding_count = sum(codes.values())
            source.is_late = bool({source_checks.LATE, source_checks.MISSING} & codes.keys())
            schedule = source._schedule()
            now = fields.Datetime.now()
            source.next_expected_at = schedule.next(now) if schedule else False

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self.env["telecom.finding"]._search(
            [
                ("code", "in", (source_checks.LATE, source_checks.MISSING)),
                ("state", "=", "open"),
                ("watched_source_id", "!=", False),
            ]
        )
        return [("id", "in" if True in value else "not in", late.subselect("watched_source_id"))]

    # --- constraints and CRUD ----------------------------------------------------------------

    @api.constrains("expect_hour", "expect_day", "expect_files", "volume_drop", "sequence_pattern")
    def _check_expected(self):
        for source in self:
            fault = source_checks.fault(source)
            if fault:
                raise ValidationError(
                    self.env._("Source %(name)s: %(fault)s", name=source.name, fault=fault)
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._watched_from(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._watched_from(vals))

    def _watched_from(self, vals: dict) -> dict:
        """What was before the schedule is not missed."""
        if vals.get("expect_every", "none") == "none" or vals.get("expect_since"):
            return vals
        return vals | {"expect_since": fields.Datetime.now()}

    # --- actions -----------------------------------------------------------------------------

    def action_view_findings(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_finding"
        )
        return action | {"domain": [("watched_source_id", "in", self.ids)]}

    def action_watch(self):
        """Check now what the scheduled action checks each hour."""
        self._watch()
        return True

    # --- business ----------------------------------------------------------------------------

    def _schedule(self) -> expect.Schedule | None:
        if self.expect_every == "none":
            return None
        return expect.Schedule(
            self.expect_every,
            round(self.expect_hour * 60),
            zoneinfo.ZoneInfo(timezone(self.company_id or self.env.company)),
            int(self.expect_weekday or 0),
            self.expect_day,
        )

    @api.model
    def _cron_watch(self):
        """Scheduled action: see for each source whether everything came."""
        sources = self.search([("active", "=", True)])
        for number, source in enumerate(sources, 1):
            source._watch()
            self.env["ir.cron"]._commit_progress(1, remaining=len(sources) - number)

    def _watch(self, now: datetime.datetime | None = None) -> None:
        """Raise and close the findings of these sources."""
        now = now or fields.Datetime.now()
        for source in self:
            lang = source.company_id.partner_id.lang or self.env.lang
            found = source_checks.check(source.with_context(lang=lang), now)
            self.env["telecom.finding"]._state_of_source(source, found)
