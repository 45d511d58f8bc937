# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bands: times, days, holidays, and their record in a tariff book."""

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

NO_DAY = dict.fromkeys(
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), False
)


@tagged("post_install", "-at_install")
class TestBand(TransactionCase):
    def _band(self, **values):
        return self.env["telecom.band"].create({"name": "Peak", "code": "PEAK-T"} | values)

    def test_record_of_the_book(self):
        band = self._band(time_from=8, time_to=18.5, saturday=False, sunday=False)
        self.assertEqual(
            band._to_book(),
            {
                "id": band.id,
                "name": "Peak",
                "from": "08:00",
                "to": "18:30",
                "weekdays": [1, 2, 3, 4, 5],
            },
        )
        band.write(
            {
                "holidays": "exclude",
                "country_id": self.env.ref("base.de").id,
                "subdivision": "BY",
                "months": "12",
            }
        )
        record = band._to_book()
        self.assertEqual(record["calendar"], "DE-BY")
        self.assertEqual(record["holidays"], "exclude")
        self.assertEqual(record["months"], [12])
        values = self.env["telecom.band"]._from_book(
            record, {"DE-BY": {"id": "DE-BY", "country": "DE", "subdivision": "BY"}}
        )
        copy = self.env["telecom.band"].create(values)
        self.assertEqual(copy._to_book() | {"id": 0}, record | {"id": 0})

    def test_several_times_of_day(self):
        band = self._band(times="8-12, 13:00–17:30")
        record = band._to_book()
        self.assertEqual(record["times"], [["08:00", "12:00"], ["13:00", "17:30"]])
        self.assertFalse({"from", "to"} & set(record))
        self.assertIn("13:00–17:30", band.display_name)
        values = self.env["telecom.band"]._from_book(record, {})
        copy = self.env["telecom.band"].create(values | {"code": "COPY-T"})
        self.assertEqual(copy._to_book() | {"id": band.id}, record)

    def test_no_weekday_but_holidays(self):
        """Holidays “too” beside no weekday are holidays alone, not every day."""
        for holidays in ("include", "only"):
            band = self._band(
                **NO_DAY,
                code=f"H-{holidays}",
                holidays=holidays,
                country_id=self.env.ref("base.de").id,
            )
            record = band._to_book()
            self.assertEqual(record["holidays"], "only")
            self.assertNotIn("weekdays", record)

    def test_refused_with_value_and_remedy(self):
        for values, remedy in (
            ({"time_to": 25}, "00:00 to 24:00"),
            ({"time_from": -1}, "00:00 to 24:00"),
            ({"times": "8-12, 25-26"}, "08:00"),
            ({"times": "in the morning"}, "[from, to]"),
            (NO_DAY, "at least one weekday"),
            ({"holidays": "only", "country_id": False}, "their country"),
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                self._band(**values)
            self.assertIn("Peak", str(caught.exception))
            self.assertIn(remedy, str(caught.exception))
