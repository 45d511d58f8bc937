# SPDX-License-Identifier: AGPL-3.0-or-later
"""A plain second implementation of what a record costs: one at a time, straight from the book.

It shares no code with the core. Prefixes are tried from the longest, bands are asked moment by
moment, amounts are Decimals (a price is multiplied before it is divided, and 60 places are cut to
40 before rounding, so that a third of a cent times three is a cent), and a split call is walked
increment by increment or second by second.
"""

from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from zoneinfo import ZoneInfo

PLACES = 60
ROUNDINGS = {
    "down": ROUND_DOWN,
    "up": ROUND_UP,
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
}
UNITS = {"second": 1, "minute": 60, "hour": 3600, "piece": 1, "byte": 1, "MB": 10**6}
SHARED = (
    "unit", "per", "initial", "step", "setup_on_zero", "rounding", "decimals", "round_at", "split",
    "round_quantity", "mode", "beyond",
)  # fmt: skip


class Refused(Exception):
    """No price; the argument is the reason's code."""


class Reference:
    """A tariff book, read naively."""

    def __init__(self, book):
        self.book = book
        self.zone = ZoneInfo(book.get("timezone", "Europe/Berlin"))
        self.bands = {band["id"]: band for band in book.get("bands", [])}
        self.zones = {zone["id"]: zone for zone in book.get("zones", [])}
        self.tariffs = {tariff["id"]: tariff for tariff in book["tariffs"]}
        self._by_prefix = {}

    def price(self, tariff, service, number, started, seconds):
        """(charge, billed units) of one record: Decimals, ``started`` an aware datetime."""
        with localcontext() as context:
            context.prec = PLACES
            version = self.version(tariff, started)
            prefix = self.prefix(version, service, number)
            rate = self.rate(version, service, prefix, started)
            charge, billed = self.record(version, service, prefix, rate, started, Decimal(seconds))
            return charge, billed

    def version(self, tariff, started):
        local = started.astimezone(self.zone).replace(tzinfo=None)
        for version in self.tariffs[tariff]["versions"]:
            begin = version.get("valid_from")
            end = version.get("valid_to")
            if (begin is None or datetime.fromisoformat(begin) <= local) and (
                end is None or local < datetime.fromisoformat(end)
            ):
                return {**self.tariffs[tariff], **version}
        raise Refused("no-version")

    def prefix(self, version, service, number):
        """The longest prefix of the number that some rate of the service has, or "" for any."""
        key = (version["id"], service)
        if key not in self._by_prefix:
            known = self._by_prefix[key] = {}
            for rate in version["rates"]:
                if rate.get("service", service) == service:
                    zone = self.zones.get(rate.get("zone"), {"prefixes": [""]})
                    for prefix in zone["prefixes"]:
                        known.setdefault(prefix, []).append(rate)
        known = self._by_prefix[key]
        for length in range(min(len(number), 15), -1, -1):
            if number[:length] in known:
                return number[:length]
        raise Refused("no-zone")

    def rate(self, version, service, prefix, moment):
        """The rate that holds at a moment: the heaviest band, then the one that began later."""
        best, rank = None, None
        for rate in self._by_prefix[version["id"], service][prefix]:
            began = self.began(rate.get("band"), moment)
            if began is None:
                continue
            weight = rate.get("weight", 0 if rate.get("band") is not None else -1)
            if best is None or (weight, began) > rank:
                best, rank = rate, (weight, began)
        if best is None:
            raise Refused("no-rate")
        return {**{name: version[name] for name in SHARED if name in version}, **best}

    def began(self, band_id, moment):
        """When a band that holds at a moment began, as time of that day; None if none holds."""
        if band_id is None:
            return timedelta(days=-2)
        band = self.bands[band_id]
        local = moment.astimezone(self.zone)
        begin = time.fromisoformat(band.get("from", "00:00"))
        end = band.get("to", "24:00")
        now = local.time()
        offset = timedelta(hours=begin.hour, minutes=begin.minute, seconds=begin.second)
        over_midnight = end != "24:00" and time.fromisoformat(end) <= begin
        if over_midnight:
            if now >= begin and self.day_holds(band, local.date()):
                return offset
            if now < time.fromisoformat(end) and self.day_holds(
                band, local.date() - timedelta(days=1)
            ):
                return offset - timedelta(days=1)
            return None
        inside = begin <= now and (end == "24:00" or now < time.fromisoformat(end))
        return offset if inside and self.day_holds(band, local.date()) else None

    def day_holds(self, band, day):
        if band.get("weekdays") and day.isoweekday() not in band["weekdays"]:
            return False
        if band.get("months") and day.month not in band["months"]:
            return False
        if band.get("dates"):
            return any(date.fromisoformat(one) == day for one in band["dates"])
        return True

    def record(self, version, service, prefix, first, started, quantity):
        """Charge and billed units of a record whose first rate is ``first``."""
        used = max(quantity - Decimal(str(first.get("free", 0))), Decimal(0))
        started = started + timedelta(microseconds=int((quantity - used) * 1_000_000))
        if first.get("split", "start") == "start":
            parts = [(first, self.walk(first, Decimal(0), used))]
        else:
            parts = self.split(version, service, prefix, first, started, used)
        total, billed = Decimal(0), Decimal(0)
        for rate, steps in parts:
            amount = Decimal(0)
            for price, units in steps:
                amount += self.rounded(rate, price, "step")
                billed += units
            total += self.rounded(rate, amount, "part")
        if quantity > 0 or first.get("setup_on_zero"):
            total += Decimal(first.get("setup", "0"))
            if first.get("minimum") is not None:
                total = max(total, Decimal(first["minimum"]))
            if first.get("maximum") is not None:
                total = min(total, Decimal(first["maximum"]))
        return self.rounded(first, total, "charge"), billed

    def split(self, version, service, prefix, first, started, used):
        """Parts of a record over bands: increments by their start, or cut at the border."""
        if first["split"] == "exact":
            end = used
            if first.get("round_quantity", "record") == "record":
                end = sum((units for _, units in self.walk(first, Decimal(0), used)), Decimal(0))
            parts, position = [], Decimal(0)
            while position < end:
                rate, border = self.until(version, service, prefix, started, position, end)
                parts.append((rate, position, border))
                position = border
            exact = first.get("round_quantity", "record") == "record"
            return [(rate, self.walk(rate, low, high, exact)) for rate, low, high in parts]
        parts, position = [], Decimal(0)
        while position < used:
            moment = started + timedelta(microseconds=int(position * 1_000_000))
            rate = self.rate(version, service, prefix, moment)
            step = self.step_at(rate, position)
            if step["rounding"] == "none":
                _, high = self.until(version, service, prefix, started, position, used)
                if step["to"] is not None:
                    high = min(high, step["to"])
                size = high - position
                piece = (step["price"] * size / step["per"], size)
            else:
                piece = (step["price"] * step["interval"] / step["per"], step["interval"])
            if parts and parts[-1][0]["id"] == rate["id"] and parts[-1][2] is not None:
                parts[-1][1].append((piece, step["from"]))
            else:
                parts.append((rate, [(piece, step["from"])], True))
            position += piece[1]
        return [(rate, _by_step(pieces)) for rate, pieces, _ in parts]

    def until(self, version, service, prefix, started, position, end):
        """(rate at a position, the position at which another rate begins), to the second."""
        moment = started + timedelta(microseconds=int(position * 1_000_000))
        rate = self.rate(version, service, prefix, moment)
        # Bands begin on whole seconds of the clock.
        whole = moment.replace(microsecond=0)
        while True:
            whole += timedelta(seconds=1)
            away = position + _seconds(whole - moment)
            if away >= end:
                return rate, end
            if self.rate(version, service, prefix, whole)["id"] != rate["id"]:
                return rate, away

    def walk(self, rate, low, high, exact=False):
        """(price, billed units) of each step that the units from ``low`` to ``high`` touch."""
        found = []
        position = low
        for step in self.steps(rate):
            end = high if step["to"] is None else min(step["to"], high)
            if position >= high or end <= position:
                continue
            part = end - position
            count = (part / step["interval"]).to_integral_value(ROUND_UP)
            if exact or step["rounding"] == "none":
                found.append((step["price"] * part / step["per"], part))
            else:
                size = step["interval"] * count
                found.append((step["price"] * size / step["per"], size))
                if rate.get("round_quantity") != "step":
                    # An increment that was begun runs past the step's end.
                    end = position + size
            position = end
        return found

    def step_at(self, rate, position):
        for step in self.steps(rate):
            if step["to"] is None or position < step["to"]:
                return step
        raise Refused("beyond-steps")

    def steps(self, rate):
        """Steps with Decimal bounds, each with a price for so many units."""
        factor = UNITS[rate.get("unit", "second")]
        if "steps" in rate:
            found = [
                {
                    "from": Decimal(str(step.get("from", 0))) * factor,
                    "to": None if step.get("to") is None else Decimal(str(step["to"])) * factor,
                    "interval": Decimal(str(step.get("interval", 1))) * factor,
                    "price": Decimal(step["price"]),
                    "per": Decimal(str(step.get("per", step.get("interval", 1)))) * factor,
                    "rounding": step.get("rounding", "up"),
                }
                for step in rate["steps"]
            ]
        else:
            per = rate.get("per", 1)
            per = Decimal(UNITS[per]) if per in UNITS else Decimal(str(per)) * factor
            price = Decimal(rate["price"])
            step = rate.get("step", rate.get("initial"))
            if step is None:
                return [_step(0, None, 1, price, per, "none")]
            step = Decimal(str(step)) * factor
            first = Decimal(str(rate.get("initial", rate.get("step")))) * factor
            if first == step and "price_initial" not in rate:
                # The same increment at the same price: one step.
                return [_step(0, None, step, price, per, "up")]
            opening = Decimal(rate.get("price_initial", rate["price"]))
            return [
                _step(0, first, first, opening, per, "up"),
                _step(first, None, step, price, per, "up"),
            ]
        last = found[-1]
        if last["to"] is not None:
            if rate.get("beyond") == "free":
                found.append(_step(last["to"], None, 1, Decimal(0), 1, "none"))
            elif rate.get("beyond") == "last":
                found[-1] = {**last, "to": None}
        return found

    def rounded(self, rate, amount, level):
        if rate.get("round_at", "charge") != level:
            return amount
        amount = amount.quantize(Decimal(1).scaleb(-40), ROUND_HALF_EVEN)
        place = Decimal(1).scaleb(-rate.get("decimals", 6))
        return amount.quantize(place, ROUNDINGS[rate.get("rounding", "half_up")])


def _step(low, high, interval, price, per, rounding):
    """``price`` for ``per`` units, in intervals."""
    return {
        "from": Decimal(low),
        "to": high,
        "interval": Decimal(interval),
        "price": price,
        "per": Decimal(per),
        "rounding": rounding,
    }


def _by_step(pieces):
    """Increments of the same step added up."""
    found = {}
    for (price, units), step in pieces:
        before = found.get(step, (Decimal(0), Decimal(0)))
        found[step] = (before[0] + price, before[1] + units)
    return list(found.values())


def _seconds(delta):
    return Decimal(delta.days * 86_400 + delta.seconds) + Decimal(delta.microseconds) / 1_000_000


def at(text):
    """An aware instant."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
