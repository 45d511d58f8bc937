# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers that nobody has, to a contract line."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.number_text import NUMBER_KINDS

#: A head of fewer digits would take in whole towns.
SHORTEST_HEAD = 6


class TelecomSuspenseAssign(models.TransientModel):
    _name = "telecom.suspense.assign"
    _inherit = "telecom.suspense.groups"
    _description = "Assign Numbers"

    contract_line_id = fields.Many2one("contract.line", "Contract line", required=True)
    date_start = fields.Date(
        "From",
        help="First day, local time of the company. Records before stay set aside.",
    )
    together = fields.Boolean("As one block or head")
    can_join = fields.Boolean(compute="_compute_can_join")
    kind = fields.Selection(NUMBER_KINDS, required=True, default="single")
    name = fields.Char("Number")
    range_from = fields.Char("Extensions from")
    range_to = fields.Char("Extensions to")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        groups = self.env["telecom.suspense"].search(
            [("id", "in", self.env.context.get("telecom_suspense_ids", []))]
        )
        numbers = groups.filtered(lambda g: g.kind == "number" and g.subject)
        if not numbers:
            return values
        values["date_start"] = self.env["telecom.rating.state"]._day_at(
            numbers[0].company_id, min(numbers.mapped("first_started_at"))
        )
        subjects = sorted(set(numbers.mapped("subject")))
        if len(subjects) == 1:
            values["name"] = subjects[0]
            digits = subjects[0].isdecimal()
            values["name"] = f"+{subjects[0]}" if digits else subjects[0]
            values["kind"] = "single" if digits else "account"
        elif span := self._span_of(subjects):
            values |= span | {"together": True}
        return values

    @api.model
    def _span_of(self, subjects) -> dict:
        """One block or head that all these numbers lie in; empty if they have too little alike."""
        first, last = min(subjects), max(subjects)
        pairs = enumerate(zip(first, last, strict=False))
        head = first[: next((place for place, (a, b) in pairs if a != b), len(first))]
        if not all(one.isdecimal() for one in subjects) or len(head) < SHORTEST_HEAD:
            return {}
        rests = {len(one) - len(head) for one in subjects}
        if len(rests) == 1:
            width = rests.pop()
            return {
                "name": f"+{head}",
                "kind": "block",
                "range_from": "0" * width,
                "range_to": "9" * width,
            }
        return {"name": f"+{head}", "kind": "head"}

    @api.depends("groups")
    def _compute_can_join(self):
        for wizard in self:
            subjects = sorted(set(wizard._get_groups().mapped("subject")))
            wizard.can_join = len(subjects) > 1 and bool(self._span_of(subjects))

    def action_assign(self):
        """Make the numbers and rate again."""
        self.ensure_one()
        groups = self._need_groups(("number",))
        company = groups.company_id
        common = {
            "contract_line_id": self.contract_line_id.id,
            "company_id": company.id,
            "date_start": self.date_start,
        }
        subjects = sorted(set(filter(None, groups.mapped("subject"))))
        if not subjects:
            raise UserError(
                self.env._("These records name no number. Correct the source's settings.")
            )
        if self.together or len(subjects) == 1:
            rows = [
                common
                | {
                    "name": self.name,
                    "kind": self.kind,
                    "range_from": self.kind == "block" and self.range_from,
                    "range_to": self.kind == "block" and self.range_to,
                }
            ]
        else:
            rows = [
                common
                | (
                    {"name": f"+{subject}", "kind": "single"}
                    if subject.isdecimal()
                    else {"name": subject, "kind": "account"}
                )
                for subject in subjects
            ]
        self.env["telecom.number"].create(rows)
        return self._done(company)
