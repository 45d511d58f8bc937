# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers, money, dates and durations as a German or English reader expects them."""

from __future__ import annotations

import datetime
import decimal
import functools
import json
import pathlib

NO_BREAK = "\u00a0"
MINUS = "\u2212"
FIGURE_SPACE = "\u2007"

_TEXTS = json.loads((pathlib.Path(__file__).parent / "texts.json").read_text(encoding="utf-8"))

# thousands separator, decimal separator, date; English dates name the month, for 01/02 means two
# days in two countries
_STYLE = {"de": (".", ",", "{0:%d.%m.%Y}"), "en": (",", ".", "{0:%d} {1} {0:%Y}")}
_MONTH_NAMES = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}


def language(code: str | None) -> str:
    """The document language for a locale: German for German readers, else English.

    >>> language("de_AT"), language("fr_FR"), language(None)
    ('de', 'en', 'en')
    """
    return "de" if (code or "").lower().startswith("de") else "en"


def texts(lang: str) -> dict[str, str]:
    """The fixed words of the documents in ``lang`` (``de`` or ``en``), by key."""
    return _TEXTS[lang]


class Format:
    """Writes values for one language and one currency.

    >>> de = Format("de", "EUR", "€")
    >>> de.money(decimal.Decimal("1234.5"))
    '1.234,50\\xa0€'
    >>> Format("en", "EUR", "€").money(decimal.Decimal("-1234.5"))
    '−€1,234.50'
    """

    def __init__(self, lang: str, currency: str = "EUR", symbol: str = "€"):
        self.lang = language(lang)
        self.currency = currency
        self.symbol = symbol
        self.texts = texts(self.lang)
        self.thousands, self.point, self.date_format = _STYLE[self.lang]

    def number(self, value: decimal.Decimal | int, places: int | None = None) -> str:
        """``value`` with ``places`` decimals (half-up), or with as many as it has.

        >>> Format("de").number(decimal.Decimal("1234567.125"), 2)
        '1.234.567,13'
        >>> Format("de").number(decimal.Decimal("12.500"))
        '12,5'
        >>> Format("en").number(decimal.Decimal("-0.001"), 2)
        '0.00'
        """
        value = decimal.Decimal(value)
        if places is None:
            places = decimals(value, 0)
        value = value.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP)
        if not value:
            value = abs(value)
        text = f"{abs(value):,.{places}f}"
        if self.lang == "de":
            text = text.translate(_SWAP)
        return MINUS + text if value < 0 else text

    def amount(self, value: decimal.Decimal, places: int = 2) -> str:
        """Money without its symbol, for a column whose head names the currency."""
        return self.number(value, places)

    def money(self, value: decimal.Decimal, places: int = 2) -> str:
        """Money with the currency's symbol on the side where the language wants it."""
        text = self.number(value, places)
        if self.lang == "de":
            return f"{text}{NO_BREAK}{self.symbol}"
        if text.startswith(MINUS):
            return f"{MINUS}{self.symbol}{text[1:]}"
        return f"{self.symbol}{text}"

    def aligned(self, value: decimal.Decimal, places: int) -> str:
        """At least two decimals, padded with figure spaces to ``places``: points stay in a column.

        >>> Format("de").aligned(decimal.Decimal("0.039"), 4) == "0,039" + FIGURE_SPACE
        True
        """
        own = min(decimals(value, 2), places)
        return self.number(value, own) + FIGURE_SPACE * (places - own)

    def date(self, value: datetime.date) -> str:
        """
        >>> Format("de").date(datetime.date(2026, 10, 1))
        '01.10.2026'
        >>> Format("en").date(datetime.date(2026, 10, 1))
        '01 Oct 2026'
        """
        return self.date_format.format(value, _month("en", value)[:3])

    def month(self, value: datetime.date) -> str:
        """
        >>> Format("de").month(datetime.date(2026, 3, 1))
        'März 2026'
        """
        return f"{_month(self.lang, value)} {value.year}"

    def period(self, start: datetime.date, end: datetime.date) -> str:
        """Within a month the month is said once.

        >>> Format("de").period(datetime.date(2026, 10, 1), datetime.date(2026, 10, 31))
        '01.–31.10.2026'
        >>> Format("en").period(datetime.date(2026, 10, 1), datetime.date(2026, 10, 31))
        '01–31 Oct 2026'
        >>> Format("de").period(datetime.date(2026, 10, 1), datetime.date(2026, 11, 30))
        '01.10.2026\\xa0–\\xa030.11.2026'
        """
        if (start.year, start.month) == (end.year, end.month):
            point = "." if self.lang == "de" else ""
            return f"{start.day:02}{point}–{self.date(end)}"
        return f"{self.date(start)}{NO_BREAK}–{NO_BREAK}{self.date(end)}"

    def percent(self, value: decimal.Decimal) -> str:
        """
        >>> Format("de").percent(decimal.Decimal("19.0"))
        '19\\xa0%'
        """
        return f"{self.number(value)}{NO_BREAK}%"

    def quantity(self, value: decimal.Decimal, unit: str) -> str:
        """A usage quantity in the unit that a reader counts in: seconds as h:mm:ss, bytes as MB.

        >>> Format("de").quantity(decimal.Decimal(3725), "second")
        '1:02:05'
        >>> Format("de").quantity(decimal.Decimal(2_500_000), "byte")
        '2,50\\xa0MB'
        >>> Format("en").quantity(decimal.Decimal(3), "piece")
        '3'
        """
        if unit == "second":
            return duration(value)
        if unit == "byte":
            for size, name in ((10**9, "GB"), (10**6, "MB")):
                if abs(value) >= size:
                    return f"{self.number(value / size, 2)}{NO_BREAK}{name}"
            return f"{self.number(value / 1000, 2)}{NO_BREAK}kB"
        return self.number(value)


def _month(lang: str, value: datetime.date) -> str:
    return _MONTH_NAMES[lang].split()[value.month - 1]


_SWAP = str.maketrans(",.", ".,")


def decimals(value: decimal.Decimal, least: int) -> int:
    """How many decimals ``value`` needs, but ``least`` at the least.

    >>> decimals(decimal.Decimal("0.0390"), 2), decimals(decimal.Decimal("5E+2"), 2)
    (3, 2)
    """
    exponent = decimal.Decimal(value).normalize().as_tuple().exponent
    return max(least, -exponent)


def duration(seconds: decimal.Decimal | int) -> str:
    """Whole seconds as h:mm:ss; a fraction of a second counts as a whole one.

    >>> duration(61), duration(decimal.Decimal("3599.2")), duration(0)
    ('0:01:01', '1:00:00', '0:00:00')
    """
    total = int(decimal.Decimal(seconds).to_integral_value(decimal.ROUND_CEILING))
    sign = MINUS if total < 0 else ""
    minutes, second = divmod(abs(total), 60)
    hours, minute = divmod(minutes, 60)
    return f"{sign}{hours}:{minute:02}:{second:02}"


@functools.lru_cache(maxsize=50_000)
def phone(digits: str, home: str = "49") -> str:
    """E.164 digits as they are dialled from ``home``, in groups where the plan is known.

    >>> phone("49301234567")
    '030 1234567'
    >>> phone("442079460000")
    '+44 20 7946 0000'
    >>> phone("49110"), phone("sip:anna")
    ('110', 'sip:anna')
    """
    if not digits.isdigit():
        return digits
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    if digits.startswith(home):
        national = digits[len(home) :]
        if len(national) <= 6 and national.startswith("11"):
            return national
        if not phonenumbers.is_possible_number(number):
            return f"0{national}"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def masked(number: str) -> str:
    """A called number without its last three digits (TDDDG §11).

    >>> masked("030 1234567"), masked("030 12 34 5"), masked("110")
    ('030 1234xxx', '030 12 xx x', 'xxx')
    """
    left = 3
    kept = []
    for sign in reversed(number):
        if left and sign.isdigit():
            sign, left = "x", left - 1
        kept.append(sign)
    return "".join(reversed(kept))
