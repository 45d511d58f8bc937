# SPDX-License-Identifier: AGPL-3.0-or-later
"""What does a call cost? Of a tariff, a draft version of it, or a contract."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..charging import asking, reasons
from ..charging.context import BadBook
from ..models.number_reading import readings
from .opened_on import opened_on

MICRO = 1_000_000
#: What a service is measured in, unless somebody says otherwise.
UNITS = {"voice": "second", "sms": "piece", "data": "MB", "conference": "second"}
#: Of which records the question may be asked.
OPENED_ON = {
    "version_id": "telecom.tariff.version",
    "tariff_id": "telecom.tariff",
    "contract_id": "contract.contract",
}


class TelecomPriceQuestion(models.TransientModel):
    _name = "telecom.price.question"
    _description = "What Does a Call Cost?"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    caller = fields.Char(
        "From number",
        help="Finds the contract line, and the price where that depends on who calls. Empty: "
        "choose contract or tariff yourself.",
    )
    contract_id = fields.Many2one("contract.contract", check_company=True)
    line_id = fields.Many2one(
        "contract.line",
        string="Contract line",
        domain="[('contract_id', '=', contract_id), ('telecom_tariff_id', '!=', False)]",
    )
    tariff_id = fields.Many2one(
        "telecom.tariff",
        check_company=True,
        compute="_compute_tariff_id",
        store=True,
        readonly=False,
    )
    version_id = fields.Many2one(
        "telecom.tariff.version",
        domain="[('tariff_id', '=', tariff_id)]",
        help="To try a draft; empty: the version that is in force then.",
    )
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming"), ("transfer", "Transferred")],
        required=True,
        default="out",
    )
    number = fields.Char(help="Called number, of incoming calls the caller's; in any notation.")
    started_at = fields.Datetime(
        "Begins at", required=True, default=lambda self: fields.Datetime.now()
    )
    kind = fields.Selection(
        [
            ("voice", "Call"),
            ("sms", "Message (SMS)"),
            ("data", "Data"),
            ("conference", "Conference"),
            ("other", "Another service"),
        ],
        "What",
        required=True,
        default="voice",
    )
    service = fields.Char(
        required=True, default="voice", help="As price lists and usage records call it."
    )
    quantity = fields.Float(default=180.0, digits=(16, 6))
    unit = fields.Char(
        required=True, compute="_compute_unit", store=True, readonly=False, precompute=True
    )

    answered = fields.Boolean(readonly=True)
    price = fields.Char(readonly=True)
    reason = fields.Char("Not charged", readonly=True)
    found_version = fields.Char("By version", readonly=True)
    found_zone = fields.Char("Zone", readonly=True)
    found_band = fields.Char("Time band", readonly=True)
    text = fields.Text("Decisions", readonly=True)

    # ------------------------------------------------------------------ defaults
    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        for name, model in OPENED_ON.items():
            if opened := opened_on(self.env, model):
                values.setdefault(name, opened)
        version = self.env["telecom.tariff.version"].browse(values.get("version_id"))
        tariff = version.tariff_id or self.env["telecom.tariff"].browse(values.get("tariff_id"))
        if tariff:
            service = (tariff.service or "voice").split(",")[0].strip()
            values |= {"tariff_id": tariff.id, "service": service, "kind": self._kind_of(service)}
        return values

    @api.model
    def _kind_of(self, service: str) -> str:
        service = service.strip().lower()
        return service if service in dict(self._fields["kind"].selection) else "other"

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("service") and not vals.get("kind"):
                vals["kind"] = self._kind_of(vals["service"])
        return super().create(vals_list)

    # ------------------------------------------------------------------ compute
    @api.depends("line_id")
    def _compute_tariff_id(self):
        for record in self:
            record.tariff_id = record.line_id.telecom_tariff_id or record.tariff_id

    @api.depends("service")
    def _compute_unit(self):
        for record in self:
            record.unit = UNITS.get((record.service or "").lower(), record.unit or "piece")

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind and self.kind != "other":
            self.service = self.kind

    @api.onchange("caller", "started_at")
    def _onchange_caller(self):
        if self.caller:
            line = self._owner()
            self.contract_id, self.line_id = line.contract_id, line

    @api.onchange("contract_id")
    def _onchange_contract_id(self):
        if self.line_id.contract_id != self.contract_id:
            lines = self.contract_id.contract_line_ids.filtered("telecom_tariff_id")
            lines = lines.filtered(lambda line: line.telecom_tariff_id.kind != "option")
            self.line_id = lines[:1]

    @api.onchange("tariff_id")
    def _onchange_tariff_id(self):
        if self.version_id.tariff_id != self.tariff_id:
            self.version_id = False
        if self.line_id and self.line_id.telecom_tariff_id != self.tariff_id:
            self.line_id = self.contract_id = self.caller = False

    # ------------------------------------------------------------------ actions
    def action_ask(self):
        """Answer, in the same window."""
        self.ensure_one()
        self._refuse_incomplete()
        try:
            answer = asking.ask(self.env, self.tariff_id.company_id, self._question())
        except BadBook as error:
            raise UserError(str(error)) from error
        labels = dict(reasons.labels(self.env))
        version, zone = answer.facts("version"), answer.facts("prefix")
        self.write(
            {
                "answered": True,
                "price": self._shown(answer),
                "reason": labels.get(answer.reason, answer.reason) or False,
                "found_version": version.get("version"),
                "found_zone": " ← ".join(filter(None, [zone.get("zone"), zone.get("prefix")])),
                "found_band": answer.facts("band").get("band"),
                "text": "\n".join(filter(None, [answer.text(self.env), self._late()])),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does a call cost?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # ------------------------------------------------------------------ business
    def _late(self) -> str:
        """That the month is on an invoice of the contract."""
        day = fields.Datetime.context_timestamp(self, self.started_at).date()
        invoiced = self.line_id and self.env["telecom.usage.summary"].sudo().search_count(
            [
                ("contract_id", "=", self.line_id.contract_id.id),
                ("period", "=", day.replace(day=1)),
                "|",
                ("invoice_line_id", "!=", False),
                ("handover_batch_id", "!=", False),
            ],
            limit=1,
        )
        if not invoiced:
            return ""
        return self.env._(
            "The usage of %(month)s was invoiced. A call of that month that comes in late is on "
            "the next invoice.",
            month=format_date(self.env, day, date_format="MMMM y"),
        )

    def _refuse_incomplete(self):
        if not self.tariff_id:
            raise UserError(self.env._("Choose a tariff, a contract, or the number that calls."))
        (self.tariff_id | self.version_id.tariff_id).check_access("read")
        self.line_id.check_access("read")
        day = fields.Datetime.context_timestamp(self, self.started_at).date()
        line = self.line_id
        begun = not line.date_start or line.date_start <= day
        if line and not (begun and (not line.date_end or day <= line.date_end)):
            raise UserError(
                self.env._(
                    "“%(line)s” holds from %(start)s to %(end)s, not on %(day)s. Choose another "
                    "time, or ask of the tariff alone.",
                    line=line.name,
                    start=format_date(self.env, line.date_start) or "…",
                    end=format_date(self.env, line.date_end) or "…",
                    day=format_date(self.env, day),
                )
            )

    def _question(self) -> asking.Question:
        return asking.Question(
            started=self.started_at,
            quantity=round(self.quantity * MICRO),
            number=self._digits(self.number),
            caller=self._digits(self.caller),
            unit=self.unit.strip(),
            service=self.service.strip().lower(),
            direction=self.direction,
            line=self.line_id,
            tariff=self.tariff_id,
            version=self.version_id,
        )

    def _digits(self, number):
        """A number in international form; short numbers and national ones too."""
        if not number:
            return None
        found = readings(number, self.company_id.country_id.code or "DE")
        short = "".join(filter(str.isdecimal, number))
        if not found and short and not short.startswith("0"):
            code = self.company_id.country_id.phone_code or 49
            found = [f"{code}{short}"]  # 110, 115: with country code in the zones
        if not found:
            raise ValidationError(
                self.env._(
                    "“%(number)s” is not a telephone number. Write it like +49 30 123456.",
                    number=number,
                )
            )
        return found[0]

    def _owner(self):
        """The contract line of the calling number."""
        day = fields.Datetime.context_timestamp(self, self.started_at).date()
        numbers = self.env["telecom.number"]._owners_at(self.caller, day)
        return numbers.contract_line_id[:1]

    def _shown(self, answer) -> str:
        """The price with its currency, exactly."""
        if answer.price is None:
            return "–"
        places = max(2, -int(answer.price.normalize().as_tuple().exponent))
        number = (
            self.env["res.lang"]
            ._lang_get(self.env.lang or "en_US")
            .format(f"%.{places}f", answer.price)
        )
        return f"{number} {answer.currency}"
