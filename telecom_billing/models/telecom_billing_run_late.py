# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a billing run does with records that came after their month was invoiced."""

from __future__ import annotations

from odoo import fields, models
from odoo.tools.misc import format_date

from ..store import late

POLICIES = [
    ("next", "On the next invoice"),
    ("supplement", "On a supplementary invoice"),
    ("write_off", "Written off"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    telecom_late_policy = fields.Selection(
        POLICIES,
        string="Late records",
        default="next",
        required=True,
        help="What becomes of usage that arrives after its month was invoiced, unless the contract "
        "says otherwise.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    telecom_late_policy = fields.Selection(
        related="company_id.telecom_late_policy", readonly=False, required=True
    )


class ContractContract(models.Model):
    _inherit = "contract.contract"

    telecom_late_policy = fields.Selection(
        POLICIES,
        string="Late records",
        tracking=True,
        help="What becomes of usage that arrives after its month was invoiced. Empty: as the "
        "company has it.",
    )

    def _telecom_late_policy(self) -> str:
        self.ensure_one()
        return self.telecom_late_policy or self.company_id.telecom_late_policy or "next"


class TelecomBillingRun(models.Model):
    _inherit = "telecom.billing.run"

    # ------------------------------------------------------------------ actions
    def action_view_late(self):
        """Show which records are late and what the run will do with them."""
        self.ensure_one()
        preview = self.env["telecom.late.preview"].create({"run_id": self.id})
        preview._fill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Late Records of %s", self.name),
            "res_model": "telecom.late.preview",
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }

    # ------------------------------------------------------------------ business
    def _late_groups(self) -> list[dict]:
        """Late records by contract and month (see ``store.late.groups``), each with the
        ``contract`` and its ``policy``."""
        self.env.flush_all()
        groups = late.groups(self)
        contracts = self.env["contract.contract"].browse({one["contract_id"] for one in groups})
        policies = {contract: contract._telecom_late_policy() for contract in contracts}
        by_id = {contract.id: contract for contract in contracts}
        return [
            one | {"contract": contract, "policy": policies[contract]}
            for one in groups
            for contract in (by_id[one["contract_id"]],)
        ]

    def _write_off_late(self) -> int:
        """Write off what the policy says, each contract's month by itself; returns how many
        records. They stay in the store and are counted in the run's control totals."""
        self.env.flush_all()
        count, touched = 0, set()
        for group in self._late_groups():
            if group["policy"] != "write_off":
                continue
            contract = group["contract"]
            one = (
                self.env["telecom.write.off"]
                .sudo()
                .create(
                    {
                        "company_id": self.company_id.id,
                        "subject": self.env._(
                            "Late records of contract %(contract)s, %(month)s",
                            contract=contract.code or contract.name,
                            month=format_date(self.env, group["period"], date_format="MMMM y"),
                        ),
                        "note": self.env._(
                            "By policy: usage that arrived after its month was invoiced."
                        ),
                        "user_id": self.env.uid,
                        "written_at": fields.Datetime.now(),
                        "run_id": self.id,
                    }
                )
            )
            records, quantity, first, last, drawn = late.write_off(
                self, contract.id, group["period"], one.id
            )
            one.write(
                {
                    "records": records,
                    "quantity": quantity / 1_000_000,
                    "first_started_at": first,
                    "last_started_at": last,
                }
            )
            count += records
            if drawn:
                touched.add((self.company_id, contract.id))
        if count:
            self.env["telecom.write.off"]._forget_views()
            self.env["telecom.usage.summary"].invalidate_model()
        if touched:
            self.env["telecom.rating.mark"]._touch(touched)
        return count

    def _late_supplements(self) -> set[int]:
        """Ids of contracts whose late records go on a supplementary invoice."""
        self.env.flush_all()
        contracts = self.env["contract.contract"].browse(late.contracts(self))
        return {one.id for one in contracts if one._telecom_late_policy() == "supplement"}
