# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whom one can call: destinations with invented numbers and what the carrier takes for them.

All subscriber numbers lie in ranges that regulators set aside for film and television:
Germany BNetzA (Berlin 23125, Hamburg 66969, Köln 4710, München 99998, Frankfurt 90009, mobile
0171 39200, 0176 040690), United Kingdom Ofcom (020 7946 0, mobile 07700 900), USA 555-01xx,
France ARCEP 01 99 00 and 06 39 98, Sweden PTS 08-465 004, Australia ACMA 5550 and 0491 570.
Service numbers have no such ranges; theirs end in zeros.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Place:
    """A destination: ``stem`` + ``free`` further digits = E.164 digits without plus.

    ``low``/``high`` bound the free part. ``cost`` is what a carrier takes, in hundredths of a
    cent for a minute (for a piece, when ``per_call``).
    """

    code: str
    name: str
    stem: str
    free: int
    cost: int
    low: int = 0
    high: int | None = None
    per_call: bool = False

    def number(self, pick: int) -> str:
        """The ``pick``-th number of the range (wraps around).

        >>> PLACES["berlin"].number(3)
        '493023125503'
        """
        high = 10**self.free - 1 if self.high is None else self.high
        return self.stem + (
            str(self.low + pick % (high - self.low + 1)).zfill(self.free) if self.free else ""
        )


PLACES = {
    place.code: place
    for place in (
        Place("berlin", "Berlin", "493023125", 3, 45, 500, 999),
        Place("hamburg", "Hamburg", "494066969", 3, 45, 500, 999),
        Place("frankfurt", "Frankfurt am Main", "496990009", 3, 45, 500, 999),
        Place("koeln", "Köln", "492214710", 3, 45, 500, 999),
        Place("muenchen", "München", "498999998", 3, 45, 500, 999),
        Place("t-mobil", "Mobilfunk 0171", "4917139200", 2, 120, 50, 99),
        Place("o2", "Mobilfunk 0176", "49176040690", 2, 120, 50, 99),
        Place("london", "Großbritannien", "442079460", 3, 60),
        Place("gb-mobile", "Großbritannien mobil", "447700900", 3, 210),
        Place("usa", "USA", "1212555", 4, 55, 100, 199),
        Place("france", "Frankreich", "33199000", 3, 60),
        Place("france-mobile", "Frankreich mobil", "33639980", 3, 230),
        Place("sweden", "Schweden", "468465004", 2, 70),
        Place("australia", "Australien", "61255500", 3, 160),
        Place("emergency", "Notruf", "49112", 0, 0),
        Place("doctors", "Ärztlicher Bereitschaftsdienst", "49116117", 0, 0),
        Place("freephone", "Freecall 0800", "49800", 7, 0, 0, 9),
        Place("0180-2", "Service 0180-2", "491802", 6, 500, 0, 19, per_call=True),
        Place("0180-3", "Service 0180-3", "491803", 6, 700, 0, 19),
        Place("0180-5", "Service 0180-5", "491805", 6, 1100, 0, 19),
        Place("0900-1", "Premium 0900-1", "499001", 6, 5800, 0, 9),
        Place("0900-3", "Premium 0900-3", "499003", 6, 10500, 0, 9),
        Place("directory", "Auskunft 118", "4911899", 0, 8000),
        # No tariff of the demo has a zone for it: such calls are set aside.
        Place("satellite", "Satellit", "881600", 6, 35000, 0, 9),
    )
}

NATIONAL = ("berlin", "hamburg", "frankfurt", "koeln", "muenchen")
MOBILE = ("t-mobil", "o2")
ABROAD = ("london", "gb-mobile", "usa", "france", "france-mobile", "sweden", "australia")
SERVICE = (
    *("emergency", "doctors", "freephone", "freephone", "0180-2", "0180-3", "0180-5"),
    *("0900-1", "0900-3", "directory"),
)
