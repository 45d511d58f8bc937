# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pool: contract lines or contracts of a customer that share balances."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .telecom_rate import ARCHIVED_TOO


class TelecomPool(models.Model):
    _name = "telecom.pool"
    _description = "Pool"
    _order = "partner_id, name, id"

    name = fields.Char(required=True)
    code = fields.Char(copy=False, help="Name in an exported tariff book.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        help="A pool is shared within one customer.",
    )
    whole_customer = fields.Boolean("All contracts of the customer")
    contract_ids = fields.Many2many(
        "contract.contract",
        string="Contracts",
        context=ARCHIVED_TOO,
        domain="[('partner_id', '=', partner_id)]",
        help="All their lines are members.",
    )
    line_ids = fields.Many2many(
        "contract.line",
        string="Contract lines",
        context=ARCHIVED_TOO,
        domain="[('contract_id.partner_id', '=', partner_id)]",
    )
    pool_ids = fields.Many2many(
        "telecom.pool",
        "telecom_pool_member_rel",
        "pool_id",
        "member_id",
        string="Pools inside",
        context=ARCHIVED_TOO,
        domain="[('partner_id', '=', partner_id), ('id', '!=', id)]",
        help="Their members are members of this pool as well.",
    )

    # ------------------------------------------------------------------ constraints
    @api.constrains("pool_ids")
    def _check_circle(self):
        for pool in self:
            path = [(pool, pool.name)]
            seen = self.browse()
            while path:
                inner, way = path.pop()
                for member in inner.pool_ids:
                    if member == pool:
                        raise ValidationError(
                            self.env._(
                                "Pools contain each other in a circle: %(path)s. Take one of them "
                                "out of the other.",
                                path=f"{way} → {pool.name}",
                            )
                        )
                    if member not in seen:
                        seen |= member
                        path.append((member, f"{way} → {member.name}"))

    @api.constrains("partner_id", "contract_ids", "line_ids", "pool_ids")
    def _check_one_customer(self):
        for pool in self:
            members = [
                *((one.display_name, one.partner_id) for one in pool.contract_ids),
                *((one.name, one.contract_id.partner_id) for one in pool.line_ids),
                *((one.name, one.partner_id) for one in pool.pool_ids),
            ]
            for name, partner in members:
                if partner != pool.partner_id:
                    raise ValidationError(
                        self.env._(
                            "Pool “%(pool)s” is for %(customer)s, but “%(member)s” belongs to "
                            "%(other)s. Balances are shared within one customer: take it out.",
                            pool=pool.name,
                            customer=pool.partner_id.display_name,
                            member=name,
                            other=partner.display_name,
                        )
                    )

    @api.constrains("name", "contract_ids", "line_ids", "pool_ids", "whole_customer")
    def _check_members(self):
        for pool in self:
            if not (pool.contract_ids or pool.line_ids or pool.pool_ids or pool.whole_customer):
                raise ValidationError(
                    self.env._(
                        "Pool “%(pool)s” has no member. Choose contract lines or contracts.",
                        pool=pool.name,
                    )
                )

    # ------------------------------------------------------------------ business
    def _with_inner(self):
        """These pools and all inside them."""
        found = self
        while more := found.pool_ids - found:
            found |= more
        return found

    def _members(self):
        """Contract lines of these pools, those of the pools inside included."""
        pools = self.with_context(**ARCHIVED_TOO)._with_inner()
        contracts = pools.contract_ids | pools.contract_ids.search(
            [("partner_id", "in", pools.filtered("whole_customer").partner_id.ids)]
        )
        members = pools.line_ids | contracts.contract_line_ids
        return members.with_context(self.env.context)
