# SPDX-License-Identifier: AGPL-3.0-or-later
"""Import of a rate deck: read, look at every change, then one new draft version or nothing."""

from __future__ import annotations

import base64
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..book.deck_base import VersionBase
from ..book.deck_builder import DeckBuilder
from ..book.text import to_text
from ..deck import comparing, proposing, reading, tables
from ..deck.terms import Unreadable
from ..deck.values import Dialect
from ..models.telecom_rate import PRICE_DIGITS, UNIT_DIGITS
from . import deck_texts
from .opened_on import opened_on
from .telecom_deck_lines import STATUSES, fill

#: What a price may be for → (unit of the rate, units).
PER = {
    "minute": ("second", 60),
    "second": ("second", 1),
    "hour": ("second", 3600),
    "piece": ("piece", 1),
    "KB": ("KB", 1),
    "MB": ("MB", 1),
    "GB": ("GB", 1),
    "participant": ("participant", 1),
}


class TelecomDeckImport(models.TransientModel):
    _name = "telecom.deck.import"
    _description = "Import of a Rate Deck"
    _rec_name = "name"

    tariff_id = fields.Many2one(
        "telecom.tariff",
        required=True,
        ondelete="cascade",
        default=lambda self: opened_on(self.env, "telecom.tariff"),
    )
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    before_id = fields.Many2one(
        "telecom.tariff.version",
        string="Compare with",
        domain="[('tariff_id', '=', tariff_id)]",
        help="The version whose prices the deck changes, and whose rounding and other rules the "
        "new version takes over. Empty: the deck is all there is.",
    )
    name = fields.Char("Name of the new version", required=True)
    valid_from = fields.Date(
        string="New version valid from",
        help="First day of the new version. Prices with a later date of effect begin then.",
    )
    file = fields.Binary("File (CSV or XLSX)", attachment=False)
    file_name = fields.Char()
    sheet = fields.Char(help="Of a workbook with several sheets; empty: the first one.")
    sheets = fields.Char("Sheets of the file", readonly=True)
    state = fields.Selection(
        [("file", "File"), ("preview", "Preview")], required=True, default="file", readonly=True
    )

    decimal_sign = fields.Selection(
        [(",", "Comma: 0,019"), (".", "Point: 0.019")],
        help="Proposed where the file leaves no doubt. Thousands separators are not accepted.",
    )
    price_in = fields.Selection(
        [("whole", "Whole units of the currency"), ("cents", "Cents")], default="whole"
    )
    price_per = fields.Selection(
        [
            ("minute", "Minute"),
            ("second", "Second"),
            ("hour", "Hour"),
            ("piece", "Piece (message, call)"),
            ("KB", "KB"),
            ("MB", "MB"),
            ("GB", "GB"),
            ("participant", "Participant"),
        ],
        help="What the price is for, unless a column says so.",
    )
    date_order = fields.Selection(
        [("dmy", "Day/month/year"), ("mdy", "Month/day/year")],
        help="Only for dates with slashes; 2026-01-31 and 31.01.2026 are clear by themselves.",
    )
    service = fields.Char(help="voice, sms, data …, unless a column says so; empty: any service.")
    direction = fields.Selection(
        [("out", "Outgoing"), ("in", "Incoming"), ("transfer", "Transferred"), ("any", "Any")],
        required=True,
        default="out",
    )
    initial = fields.Float(
        "First increment", digits=UNIT_DIGITS, help="Where the file states none; 60 in 60/1."
    )
    step = fields.Float(
        "Increment", digits=UNIT_DIGITS, help="Where the file states none; 1 in 60/1."
    )
    setup = fields.Float(
        "Setup fee", digits=PRICE_DIGITS, min_display_digits=2, help="Where the file states none."
    )
    gone = fields.Selection(
        [("end", "End with the new version"), ("keep", "Stay as they are")],
        string="Prefixes the deck does not name",
        required=True,
        default="end",
    )
    heading_line = fields.Integer("Headings in line")
    column_ids = fields.One2many("telecom.deck.column", "import_id", string="Columns")

    summary = fields.Text(readonly=True)
    change_ids = fields.One2many("telecom.deck.change", "import_id")
    fault_ids = fields.One2many("telecom.deck.fault", "import_id", string="Faults")
    line_count = fields.Integer("Lines", readonly=True)
    repeated_count = fields.Integer("Repeated prefixes", readonly=True)
    fault_count = fields.Integer("Faulty lines", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    dearer_count = fields.Integer("Dearer", readonly=True)
    cheaper_count = fields.Integer("Cheaper", readonly=True)
    terms_count = fields.Integer("Other terms", readonly=True)
    renamed_count = fields.Integer("Other name", readonly=True)
    same_count = fields.Integer("Unchanged", readonly=True)
    gone_count = fields.Integer("Gone", readonly=True)
    kept_count = fields.Integer("Kept", readonly=True)

    # ------------------------------------------------------------------ defaults
    @api.model
    def default_get(self, fields_list):
        """Terms that most prices of the version before have are proposed for the deck."""
        values = super().default_get(fields_list)
        tariff = self.env["telecom.tariff"].browse(values.get("tariff_id"))
        if not tariff:
            return values
        return values | self._proposed(tariff, values.get("before_id"))

    @api.model
    def _proposed(self, tariff, before=False) -> dict:
        """What is proposed for a deck of a tariff, changing the prices ``before``."""
        values = {}
        today = fields.Date.context_today(self)
        before = self.env["telecom.tariff.version"].browse(before)
        before = before or tariff._version_at(today) or tariff.version_ids[:1]
        values["before_id"] = before.id
        values["service"] = tariff.service
        values["name"] = self.env._("Rate deck of %(date)s", date=format_date(self.env, today))
        if group := self.env["telecom.rate"]._read_group(
            [("version_id", "=", before.id), ("step_ids", "=", False)],
            ["service", "direction", "unit", "price_per", "initial", "step"],
            ["__count"],
            order="__count desc",
            limit=1,
        ):
            service, direction, unit, per, initial, step, _count = group[0]
            values |= {"service": service, "direction": direction, "initial": initial, "step": step}
            values["price_per"] = next(
                (name for name, (one, many) in PER.items() if (one, many) == (unit, per)), False
            )
        return values

    # ------------------------------------------------------------------ onchange
    @api.onchange("tariff_id")
    def _onchange_tariff_id(self):
        """Chosen here, where the page was opened by its address."""
        if self.tariff_id and self.before_id.tariff_id != self.tariff_id:
            self.update(self._proposed(self.tariff_id))

    @api.onchange("file", "sheet", "file_name")
    def _onchange_file(self):
        """Propose what the file does not say of itself."""
        self.column_ids = [Command.clear()]
        if not self.file:
            return
        self.decimal_sign = False
        try:
            table, found = self._look()
            self.sheets = ", ".join(table.sheets)
            if not found:
                self.heading_line = 0
                raise Unreadable("no-table")
        except Unreadable as error:
            message = deck_texts.unreadable(self.env, error.code, error.value)
            return {"warning": {"title": self.env._("The file cannot be used"), "message": message}}
        self.heading_line = found.line
        self.decimal_sign = found.decimal
        self.price_in = "cents" if found.cents else "whole"
        if found.per:
            self.price_per = found.per
        if found.day_first is not None:
            self.date_order = "dmy" if found.day_first else "mdy"
        self.column_ids += self._new_columns(found)

    def _look(self):
        """The table of the chosen sheet, else of the first with prefix and price, and what is
        proposed for it."""
        table = self._open_table()
        found = proposing.look(table)
        if self.sheet or (found and found.is_deck):
            return table, found
        for name in table.sheets[1:]:
            other = self._open_table(name)
            other_found = proposing.look(other)
            if other_found and other_found.is_deck:
                self.sheet = name
                return other, other_found
        return table, found

    def _new_columns(self, found):
        """New lines for the columns of a file."""
        Column = self.env["telecom.deck.column"]
        columns = Column
        for at, heading in enumerate(found.headings):
            columns |= Column.new(
                {
                    "position": at + 1,
                    "heading": heading,
                    "sample": ", ".join(found.samples[at])[:120],
                    "meaning": found.meanings[at],
                }
            )
        return columns

    # ------------------------------------------------------------------ actions
    def action_preview(self):
        """Read the file, compare it, and show what would change."""
        self.ensure_one()
        deck = self._deck()
        comparison = self._compare(deck)
        fill(self, comparison, deck.faults)
        counts = comparison.counts()
        self.write(
            {
                "state": "preview",
                "line_count": deck.lines,
                "repeated_count": deck.repeated,
                "fault_count": deck.faulty,
                **{f"{status}_count": counts[status] for status, _label in STATUSES},
            }
        )
        return True

    def action_back(self):
        self.state = "file"
        return True

    def action_open_changes(self):
        """The changes, filtered by the status in the context."""
        self.ensure_one()
        status = self.env.context.get("deck_status")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Changes by %(file)s", file=self.file_name or self.name),
            "res_model": "telecom.deck.change",
            "view_mode": "list",
            "domain": [("import_id", "=", self.id)],
            "context": {f"search_default_{status}": 1} if status else {},
        }

    def action_open_faults(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Faults of %(file)s", file=self.file_name or self.name),
            "res_model": "telecom.deck.fault",
            "view_mode": "list",
            "domain": [("import_id", "=", self.id)],
        }

    def action_import(self):
        """Make the new draft version: all of the deck, or nothing."""
        self.ensure_one()
        deck = self._deck()
        if not deck.good:
            raise UserError(
                self.env._(
                    "%(count)s lines of the deck are faulty, so nothing is imported. Correct them "
                    "in the file and read it again.",
                    count=deck.faulty,
                )
            )
        if not deck.rows:
            raise UserError(self.env._("The deck has no prices. Choose another file."))
        before = self._before()
        comparison = self._compare(deck, before)
        note = self.env._("Rate deck %(file)s", file=self.file_name or "")
        version = DeckBuilder(self.tariff_id, before, self.valid_from).build(
            comparison, self.name, note
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": version._name,
            "res_id": version.id,
            "view_mode": "form",
        }

    # ------------------------------------------------------------------ business
    def _open_table(self, sheet=None):
        content = base64.b64decode(self.file or b"")
        return tables.open_table(self.file_name or "", content, sheet or self.sheet or None)

    def _before(self) -> VersionBase | None:
        return VersionBase(self.before_id) if self.before_id else None

    def _compare(self, deck, before=None):
        before = before or self._before()
        base = before.base if before else comparing.Base()
        return comparing.compare(deck.rows, base, self.valid_from, gone=self.gone == "end")

    def _deck(self) -> reading.Deck:
        """The file by what was declared; refuses what is not declared yet."""
        if self.file and not self.column_ids:
            raise UserError(deck_texts.unreadable(self.env, "no-table"))
        self._refuse_undeclared()
        meanings: list[str | None] = [None] * max(self.column_ids.mapped("position"), default=0)
        for column in self.column_ids:
            if column.meaning and column.meaning in meanings:
                label = dict(column._fields["meaning"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "Two columns are “%(meaning)s”. Leave one of them unused.",
                        meaning=label[column.meaning],
                    )
                )
            meanings[column.position - 1] = column.meaning or None
        try:
            return reading.read(self._open_table(), self.heading_line, meanings, self._dialect())
        except Unreadable as error:
            raise UserError(deck_texts.unreadable(self.env, error.code, error.value)) from error

    def _refuse_undeclared(self):
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("file", "valid_from", "decimal_sign", "price_in", "price_per")
            if not self[name]
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Say first what the file does not say of itself: %(fields)s.",
                    fields=", ".join(missing),
                )
            )

    def _dialect(self) -> Dialect:
        unit, per = PER[self.price_per]
        bands = self.env["telecom.band"].search(
            [("company_id", "in", (self.tariff_id.company_id.id, False))]
        )
        names = {band.name.lower(): band.code for band in bands}
        return Dialect(
            decimal=self.decimal_sign,
            cents=self.price_in == "cents",
            day_first={"dmy": True, "mdy": False}.get(self.date_order),
            currency=self.tariff_id.currency_id.name,
            unit=unit,
            per=Decimal(per),
            initial=Decimal(to_text(self.initial, UNIT_DIGITS[1])),
            step=Decimal(to_text(self.step, UNIT_DIGITS[1])),
            setup=Decimal(to_text(self.setup, PRICE_DIGITS[1])),
            service=reading.services(self.service or ""),
            direction=self.direction,
            bands=names | {band.code.lower(): band.code for band in bands},
        )
