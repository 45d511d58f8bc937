# SPDX-License-Identifier: AGPL-3.0-or-later
from __future__ import annotations

from odoo import api, fields, models


class TelecomCarrierVariance(models.Model):
    """A destination: invoiced, by our records, and the difference."""

    _name = "telecom.carrier.variance"
    _description = "Variance of a Carrier's Invoice"
    _order = "invoice_id, rank, id"
    _rec_name = "destination"

    invoice_id = fields.Many2one(
        "telecom.carrier.invoice", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="invoice_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    rank = fields.Integer(readonly=True)
    destination = fields.Char(required=True, readonly=True)
    invoiced_as = fields.Char(readonly=True, help="The carrier's names of it.")
    records = fields.Integer("Records invoiced", readonly=True)
    records_ours = fields.Integer("Our records", readonly=True)
    minutes = fields.Float("Minutes invoiced", digits=(20, 2), compute="_compute_minutes")
    minutes_ours = fields.Float("Our minutes", digits=(20, 2), compute="_compute_minutes")
    seconds = fields.Float("Seconds invoiced", digits=(20, 6), readonly=True)
    seconds_ours = fields.Float("Our seconds", digits=(20, 6), readonly=True)
    amount = fields.Float("Amount invoiced", digits=(20, 6), min_display_digits=2, readonly=True)
    amount_ours = fields.Float("Our amount", digits=(20, 6), min_display_digits=2, readonly=True)
    difference = fields.Float(
        digits=(20, 6), min_display_digits=2, compute="_compute_difference", store=True
    )
    unpriced = fields.Integer(
        "Without Cost", readonly=True, help="Our records whose cost is not known."
    )
    state = fields.Selection(
        [
            ("ok", "Agrees"),
            ("tolerated", "Within tolerance"),
            ("variance", "Differs"),
            ("only_invoiced", "Only invoiced"),
            ("only_ours", "Only in our records"),
            ("other", "No usage (fee)"),
        ],
        required=True,
        readonly=True,
    )
    accepted = fields.Boolean(help="The difference is let pass.")
    matches = fields.Char(
        "Is Our Destination",
        help="Enter the name in our usage, and compare again: it is remembered for this carrier.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("seconds", "seconds_ours")
    def _compute_minutes(self):
        for line in self:
            line.minutes = line.seconds / 60
            line.minutes_ours = line.seconds_ours / 60

    @api.depends("amount", "amount_ours")
    def _compute_difference(self):
        for line in self:
            line.difference = line.amount - line.amount_ours

    # ------------------------------------------------------------------ CRUD
    def write(self, vals):
        done = super().write(vals)
        if "accepted" in vals:
            self.invoice_id._settle_state()
        return done

    # ------------------------------------------------------------------ business
    def _is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return not self.accepted and self.state in ("variance", "only_invoiced", "only_ours")
