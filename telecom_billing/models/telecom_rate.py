# SPDX-License-Identifier: AGPL-3.0-or-later
"""A rate: what a zone costs in a version, at certain times."""

from odoo import api, fields, models

#: Nothing that a price or rule names is passed over silently: an empty list means everybody. So
#: what is archived still counts, and what is named cannot be deleted.
ARCHIVED_TOO = {"active_test": False}
NAMED = {"context": ARCHIVED_TOO, "ondelete": "restrict"}
#: Prices to a hundred-millionth: rate decks quote up to six places of a cent.
PRICE_DIGITS = (16, 8)
UNIT_DIGITS = (16, 6)


class TelecomRate(models.Model):
    _name = "telecom.rate"
    _description = "Rate"
    _order = "version_id, sequence, id"

    version_id = fields.Many2one(
        "telecom.tariff.version", required=True, index=True, ondelete="cascade"
    )
    tariff_id = fields.Many2one(related="version_id.tariff_id", store=True, index=True)
    company_id = fields.Many2one(related="version_id.company_id", store=True)
    currency_id = fields.Many2one(related="version_id.currency_id")
    zone_plan_id = fields.Many2one(related="version_id.zone_plan_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(help="How invoices call it; empty: the zone's name.")
    code = fields.Char(help="Name in an exported tariff book.")
    zone_id = fields.Many2one(
        "telecom.zone",
        index=True,
        ondelete="restrict",
        domain="[('plan_id', '=', zone_plan_id)]",
        help="Empty: every number that no other rate's zone contains.",
    )
    service = fields.Char(
        default=lambda self: self.env.context.get("default_service", "voice"),
        help="voice, sms, data, conference …, or several with commas; empty: any service.",
    )
    direction = fields.Selection(
        [
            ("out", "Outgoing"),
            ("in", "Incoming"),
            ("transfer", "Transferred"),
            ("any", "Any"),
        ],
        required=True,
        default="out",
        help="Of incoming calls the caller's number decides the zone. Transferred ones cost what "
        "outgoing ones cost, unless there is a rate for transfers.",
    )
    origin_ids = fields.Many2many(
        "telecom.zone",
        "telecom_rate_origin_rel",
        "rate_id",
        "zone_id",
        string="Only called from",
        domain="[('plan_id.company_id', 'in', (company_id, False))]",
        help="Zones of the calling number; of any zone plan. With “EEA” the price is for callers "
        "from the EEA, and a rate without an entry is for all others. Of several that fit, the "
        "one with the longest prefix of the caller decides. Empty: whoever calls.",
        **NAMED,
    )
    band_id = fields.Many2one(
        "telecom.band", index=True, ondelete="restrict", help="Empty: whenever no band holds."
    )
    weight = fields.Integer(help="Of several bands that hold at once, the heaviest decides.")
    unit = fields.Char(
        required=True, default="second", help="second, byte, KB, MB, GB, piece, participant …"
    )
    price = fields.Float(digits=PRICE_DIGITS, min_display_digits=2)
    on_cost = fields.Boolean(
        "On our cost",
        help="The price is for each unit of money that the record costs us, by the carrier's price "
        "list or as the record states: 1.10 is our cost and ten per cent more. What has no cost "
        "is set aside.",
    )
    price_per = fields.Float(
        "Per units", digits=UNIT_DIGITS, default=60.0, help="60 seconds: the price of a minute."
    )
    initial = fields.Float(
        "First increment",
        digits=UNIT_DIGITS,
        help="Units that are charged at least; 60 in 60/1.",
    )
    step = fields.Float(
        "Increment",
        digits=UNIT_DIGITS,
        help="Units by which is charged on; 1 in 60/1. Empty: like the first increment; both "
        "empty: in proportion.",
    )
    price_initial = fields.Float(
        "Price of the first increment",
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="Per the same number of units as the price; empty: the same price.",
    )
    setup = fields.Float("Setup fee", digits=PRICE_DIGITS, min_display_digits=2)
    setup_on_zero = fields.Boolean(
        "Setup fee also at zero", help="Also for records without duration or quantity."
    )
    setup_per = fields.Selection(
        [("record", "Once, that of its start"), ("part", "For each part, that of its price")],
        string="Setup fee is due",
        help="A record that is cut at a band's border has a part under each band's price. Empty: "
        "once, the fee of the price at its start.",
    )
    minimum = fields.Float(
        digits=PRICE_DIGITS, min_display_digits=2, help="Least charge of a record."
    )
    maximum = fields.Float(
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="Highest charge of a record; empty: unlimited.",
    )
    free_units = fields.Float(digits=UNIT_DIGITS, help="First units of each record cost nothing.")
    flat = fields.Boolean(
        help="Contained in the basic fee: counted and shown, but without a price of its own."
    )
    factor = fields.Float(
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="Changes the price of the tariff below instead of stating one: 0.9 is ten per cent "
        "off. For individual prices.",
    )
    added = fields.Float(
        "Added to the price",
        digits=PRICE_DIGITS,
        min_display_digits=2,
        help="A surcharge on the price of the tariff below, or below zero a rebate, for as many "
        "units as a price here is for: 0.02 per 60 seconds makes 0.10 a minute 0.12. Beside a "
        "factor, after it. For individual prices.",
    )
    refuse = fields.Char(
        "Refused because", help="Records are set aside with this reason instead of priced."
    )
    conference_by = fields.Selection(
        [
            ("leg", "Each participant's leg"),
            ("participant", "Each participant"),
            ("session", "The conference as a whole"),
            ("peak", "Participants at the same time"),
        ],
        string="Conference priced by",
    )
    rejoin = fields.Selection(
        [("sum", "Added up"), ("merge", "Merged")],
        string="Rejoins",
        help="How a participant's several stays in one conference count.",
    )
    together_by = fields.Selection(
        [
            ("maximum", "The highest quantity"),
            ("percentile", "A percentile"),
            ("mean", "The mean"),
            ("latest", "The latest quantity"),
            ("sum", "The sum"),
            ("unique", "How many differ"),
        ],
        string="Priced as one",
        help="All records of a period are one: with “The highest quantity”, samples of 10, 14 and "
        "12 channels cost what 14 channels cost, once. One of them bears the charge, the others "
        "cost nothing. Empty: each record by itself.",
    )
    together_at = fields.Float(
        "Per cent of the records",
        digits=(6, 3),
        default=95.0,
        help="Whose quantity is not above it: 95 leaves the highest five of a hundred out.",
    )
    together_of = fields.Selection(
        [
            ("participant", "Participants"),
            ("conference", "Conferences"),
            ("a_number", "Calling numbers"),
            ("b_number", "Called numbers"),
            ("destination", "Destinations"),
        ],
        string="Counted are",
        default="participant",
        help="Each of them once, however often it comes.",
    )
    together_share = fields.Selection(
        [
            ("line", "Each contract line"),
            ("contract", "The contract"),
            ("customer", "The customer"),
        ],
        string="Together for",
        default="line",
    )
    together_period = fields.Selection(
        [("day", "Day"), ("month", "Month")], string="Together per", default="month"
    )
    step_ids = fields.One2many("telecom.rate.step", "rate_id", string="Steps", copy=True)
    conference_times = fields.Char(
        "Times length in",
        help="A peak of participants is multiplied by the begun units of the session's length: "
        "minute, or a number of seconds. Empty: the peak alone.",
    )
    conference_pause = fields.Char(
        "Over after a pause of",
        help="Without anybody in it for longer than this the conference is over, and who comes "
        "next begins another one: a number of seconds, or hour. For rooms that have the same "
        "number every day. Empty: it never is.",
    )
    extra_ids = fields.One2many("telecom.rate.extra", "rate_id", string="Extra fees", copy=True)
    price_initial_zero = fields.Boolean("First increment free")
    setup_zero = fields.Boolean("No setup fee", help="Also where the price below has one.")
    minimum_zero = fields.Boolean("No least charge", help="Also where the price below has one.")
    maximum_zero = fields.Boolean("Highest charge zero")
    maximum_then = fields.Selection(
        [("free", "The rest is free"), ("disconnect", "The switch ends the call")],
        string="Above the highest charge",
        help="Empty: the rest is free. Where a switch would end the call, rating does not cap.",
    )
    mode = fields.Selection(
        [("graduated", "Each unit by its own step"), ("volume", "All units by the step reached")],
        string="Steps price",
        help="Empty: each unit by its own step.",
    )
    beyond = fields.Selection(
        [
            ("free", "Free"),
            ("last", "At the last price"),
            ("refuse", "Set aside"),
        ],
        string="Past the last step",
        help="Needed where the last step ends.",
    )
    round_quantity = fields.Selection(
        [
            ("record", "Through the whole record"),
            ("step", "Within each step"),
            ("fragment", "Within each part between bands"),
        ],
        string="Increments run",
        help="Empty: through the whole record; one begun in a step may run past its end.",
    )
    whole = fields.Selection(
        [
            ("up", "Up to whole units"),
            ("half_up", "To the nearest whole unit"),
            ("down", "Down to whole units"),
        ],
        string="Quantity is rounded",
        help="Before increments and allowances see it. Empty: not at all.",
    )
    ignore_below = fields.Float(
        "Ignore below", digits=UNIT_DIGITS, help="Records of fewer units cost nothing at all."
    )
    split = fields.Selection(
        [
            ("start", "By the start of the record"),
            ("increment", "Each increment by its start"),
            ("exact", "Cut exactly at the border"),
            ("end", "By the end of the record"),
        ],
        string="At a band's border",
        help="Empty: as the version says.",
    )
    round_at = fields.Selection(
        [
            ("charge", "Each charge"),
            ("part", "Each part of a charge"),
            ("step", "Each step of a charge"),
            ("position", "Each position of the invoice"),
            ("invoice", "The invoice"),
        ],
        string="Rounded is",
        help="Empty: as the version says.",
    )
    rounding_method = fields.Selection(
        [
            ("half_up", "Half up"),
            ("half_even", "Half to even"),
            ("up", "Up"),
            ("down", "Down"),
        ],
        string="Rounding",
        help="Empty: as the version says.",
    )
    rounding_digits = fields.Integer(
        "Decimal places", default=4, help="Counts where this rate has a rounding of its own."
    )

    _increments_positive = models.Constraint(
        "CHECK(initial >= 0 AND step >= 0 AND price_per > 0 AND free_units >= 0"
        " AND COALESCE(ignore_below, 0) >= 0)",
        "Increments and free units must not be negative, and the price must be for more than "
        "zero units. Write 60 and 1 for 60/1.",
    )

    # ------------------------------------------------------------------ compute
    @api.depends("name", "zone_id", "origin_ids", "band_id", "service")
    def _compute_display_name(self):
        for rate in self:
            label = rate.name or rate.zone_id.name or self.env._("Any destination")
            callers = ", ".join(rate.origin_ids.mapped("name"))
            origin = callers and self.env._("from %(zones)s", zones=callers)
            parts = [label, origin, rate.band_id.name, rate.service]
            rate.display_name = ", ".join(filter(None, parts))

    # ------------------------------------------------------------------ business
    def _where(self):
        """How messages call this rate: tariff, version, rate."""
        self.ensure_one()
        return f"{self.version_id.display_name}, {self.display_name}"
