# SPDX-License-Identifier: AGPL-3.0-or-later
"""A band: at which times a rate holds (peak, off-peak, weekend, holidays)."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rating import BookError, TariffBook
from . import number_lists
from .book_faults import sentences
from .clock_text import to_clock, to_hours

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Conditions that are lists of numbers.
NUMBERS = ("months", "month_days", "years")


class TelecomBand(models.Model):
    _name = "telecom.band"
    _description = "Time Band"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short and unique; used in price lists.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Leave empty to share the band between all companies.",
    )
    monday = fields.Boolean("Mon", default=True)
    tuesday = fields.Boolean("Tue", default=True)
    wednesday = fields.Boolean("Wed", default=True)
    thursday = fields.Boolean("Thu", default=True)
    friday = fields.Boolean("Fri", default=True)
    saturday = fields.Boolean("Sat", default=True)
    sunday = fields.Boolean("Sun", default=True)
    time_from = fields.Float(
        "From", default=0.0, help="Local time of the tariff at which the band begins."
    )
    time_to = fields.Float(
        "To",
        default=24.0,
        help="Local time at which the band ends. At or before the beginning: the next day; the "
        "night then belongs to the day on which it began.",
    )
    times = fields.Char(
        "Several times",
        help="Instead of From and To, several spans of local time, e.g. 8:00-12:00, 13:00-17:00. "
        "What ends at or before its beginning runs into the next day.",
    )
    holidays = fields.Selection(
        [
            ("ignore", "Like any other day"),
            ("exclude", "Not on public holidays"),
            ("include", "Also on public holidays"),
            ("only", "Only on public holidays"),
        ],
        required=True,
        default="ignore",
    )
    country_id = fields.Many2one(
        "res.country",
        string="Holidays of",
        default=lambda self: self.env.company.country_id,
    )
    subdivision = fields.Char(
        help="ISO 3166-2 code of the region whose holidays count, without the country, e.g. BY."
    )
    calendar_add = fields.Char(
        "Also holidays", help="Further days that count as holidays, e.g. 2026-12-24, 2026-12-31."
    )
    calendar_remove = fields.Char("No holidays", help="Holidays that do not count.")
    months = fields.Char(help="Only in these months, e.g. 1, 7-9; empty: in all.")
    month_days = fields.Char(
        "Days of the month", help="Only on these days, e.g. 1-5, 31; empty: on all."
    )
    years = fields.Char(help="Only in these years, e.g. 2026, 2027; empty: in all.")
    dates = fields.Char(
        help="Only on these days or spans, e.g. 2026-12-24..2026-12-26, 2027-01-01; empty: always."
    )

    _code_unique = models.UniqueIndex(
        "(code, company_id)", "There is already a band with this code. Choose another one."
    )

    # ------------------------------------------------------------------ compute
    @api.depends("name", "time_from", "time_to", "times")
    def _compute_display_name(self):
        for band in self:
            times = f"{to_clock(band.time_from)}–{to_clock(band.time_to)}"
            band.display_name = f"{band.name or ''} ({band.times or times})"

    # ------------------------------------------------------------------ constraints
    @api.constrains("time_from", "time_to")
    def _check_times(self):
        for band in self:
            for value in (band.time_from, band.time_to):
                if not 0 <= value <= 24:
                    raise ValidationError(
                        self.env._(
                            "Band “%(band)s”: %(value)s is no time of day. Enter 00:00 to 24:00.",
                            band=band.name,
                            value=to_clock(value),
                        )
                    )

    @api.constrains(*WEEKDAYS, "holidays")
    def _check_days(self):
        for band in self:
            if not band._weekdays() and band.holidays not in ("include", "only"):
                raise ValidationError(
                    self.env._(
                        "Band “%(band)s” holds on no day. Tick at least one weekday.",
                        band=band.name,
                    )
                )

    @api.constrains("holidays", "country_id", "subdivision")
    def _check_holidays(self):
        for band in self.filtered(lambda b: b.holidays != "ignore"):
            if not band.country_id:
                raise ValidationError(
                    self.env._(
                        "Band “%(band)s” depends on public holidays. Choose their country.",
                        band=band.name,
                    )
                )

    @api.constrains("months", "month_days", "years", "dates", "calendar_add", "calendar_remove",
                    "country_id", "subdivision", "holidays", "times")  # fmt: skip
    def _check_with_core(self):
        for band in self:
            calendars = [band._calendar_to_book()] if band._calendar_key() else []
            try:
                book = {"format": 1, "calendars": calendars, "bands": [band._to_book()]}
                TariffBook(book)
            except BookError as error:
                raise ValidationError(sentences(self.env, error)) from error

    # ------------------------------------------------------------------ business
    def _weekdays(self) -> list[int]:
        """ISO weekdays on which the band begins; Monday is 1."""
        self.ensure_one()
        return [number for number, name in enumerate(WEEKDAYS, 1) if self[name]]

    def _calendar_key(self) -> str | None:
        """Name of the band's holiday calendar in a tariff book, e.g. ``DE-BY``."""
        self.ensure_one()
        if self.holidays == "ignore":
            return None
        added, removed = (
            text and re.sub(r"[^0-9]+", "", text)
            for text in (self.calendar_add, self.calendar_remove)
        )
        parts = [self.country_id.code, self.subdivision, added, removed and f"without{removed}"]
        return "-".join(filter(None, parts))

    def _calendar_to_book(self) -> dict:
        """The band's holidays as a calendar of the tariff book."""
        self.ensure_one()
        record = {"id": self._calendar_key(), "country": self.country_id.code}
        if self.subdivision:
            record["subdivision"] = self.subdivision
        for name, text in (("add", self.calendar_add), ("remove", self.calendar_remove)):
            if days := number_lists.dates(text):
                record[name] = days
        return record

    def _to_book(self) -> dict:
        """The band as a record of the tariff book."""
        self.ensure_one()
        record = {"id": self.id, "name": self.name}
        if times := number_lists.hours(self.times):
            record["times"] = times
        else:
            record |= {"from": to_clock(self.time_from), "to": to_clock(self.time_to)}
        for name in NUMBERS:
            if self[name]:
                record[name] = number_lists.numbers(self[name])
        if self.dates:
            record["dates"] = number_lists.spans(self.dates)
        holidays, days = self.holidays, self._weekdays()
        if holidays == "include" and not days:
            holidays = "only"  # no weekday, and holidays too
        if holidays != "only" and len(days) < 7:
            record["weekdays"] = days
        if holidays != "ignore":
            record |= {"holidays": holidays, "calendar": self._calendar_key()}
        return record

    @api.model
    def _from_book(self, record: dict, calendars: dict) -> dict:
        """Field values for a band record of a tariff book."""
        days = record.get("weekdays") or (
            [] if record.get("holidays") == "only" else [1, 2, 3, 4, 5, 6, 7]
        )
        calendar = calendars.get(record.get("calendar"), {})
        country = self.env["res.country"].search([("code", "=", calendar.get("country"))], limit=1)
        return {
            "code": str(record["id"]),
            "name": record.get("name") or str(record["id"]),
            **{name: number in days for number, name in enumerate(WEEKDAYS, 1)},
            "time_from": to_hours(record.get("from") or "00:00"),
            "time_to": to_hours(record.get("to") or "24:00"),
            "times": number_lists.hours_text(record.get("times")),
            "holidays": record.get("holidays") or "ignore",
            "country_id": country.id,
            "subdivision": calendar.get("subdivision"),
            "calendar_add": number_lists.text(calendar.get("add")),
            "calendar_remove": number_lists.text(calendar.get("remove")),
            **{name: number_lists.text(record.get(name)) for name in (*NUMBERS, "dates")},
        }
