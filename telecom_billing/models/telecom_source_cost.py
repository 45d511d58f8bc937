# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the traffic of a source costs us: the carrier's price list, or what it states."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    cost_stated = fields.Boolean(
        "Costs as stated",
        default=True,
        help="Where a record says what it costs us, that counts; else the carrier's price list.",
    )
    cost_tariff_id = fields.Many2one(
        "telecom.tariff",
        "Carrier's prices",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('kind', '=', 'cost'), ('company_id', '=', company_id)]",
        help="Price list by which the carrier charges us for the records of this source.",
    )

    @api.constrains("cost_tariff_id", "company_id")
    def _check_cost_tariff(self):
        for source in self:
            tariff = source.cost_tariff_id
            if tariff and (tariff.kind != "cost" or tariff.company_id != source.company_id):
                raise ValidationError(
                    self.env._(
                        "Source “%(name)s”: “%(tariff)s” is no carrier's price list of "
                        "%(company)s. Choose a tariff of the kind “Carrier's prices”.",
                        name=source.name,
                        tariff=tariff.name,
                        company=source.company_id.name,
                    )
                )
