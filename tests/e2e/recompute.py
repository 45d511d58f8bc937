# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's two months once more, straight from the input files, knowing nothing of the rest.

    python tests/e2e/recompute.py FOLDER

reads orders, tariffs, price list and the sources' files below FOLDER and prints what each
customer owes. It imports the standard library only; if it and the posted invoices agree to the
cent, neither made a mistake the other did not make too.
"""

from __future__ import annotations

import calendar
import collections
import csv
import dataclasses
import datetime as dt
import io
import json
import pathlib
import re
import sys
import zipfile
import zoneinfo
from decimal import ROUND_HALF_UP, Decimal

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
VAT = Decimal("0.19")
CENT = Decimal("0.01")


@dataclasses.dataclass
class Usage:
    """A record that was read and is no duplicate. ``start`` is aware."""

    source: str
    arrived: str
    start: dt.datetime
    service: str
    quantity: int
    a: str
    b: str
    account: str
    direction: str = "out"

    @property
    def own(self) -> str:
        """The number of ours: the called one of what comes in."""
        return self.b if self.direction == "in" else self.a

    @property
    def day(self) -> dt.date:
        """The day by the clock of Berlin."""
        return self.start.astimezone(BERLIN).date()


@dataclasses.dataclass
class Bill:
    """What a customer owes for one month; positions in the price's own sense (gross or net)."""

    positions: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(Decimal))
    records: int = 0
    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)

    @property
    def gross(self) -> Decimal:
        """The sum to pay."""
        return self.net + self.tax


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


# ------------------------------------------------------------------ reading
def digits_of(text: str) -> str:
    """A number as dialled in Germany, or international, as E.164 digits."""
    text = text.lstrip("+") if text.startswith("+") else text
    if text.startswith("00"):
        return text[2:]
    if text.startswith("0"):
        return "49" + text[1:]
    return "49" + text if text.startswith("11") else text


def lines_of(name: str, content: bytes):
    """Data lines of a file as lists of cells; what cannot be read is no line."""
    delimiter = ";" if name in ("rheintel", "bridge") else ","
    if name == "rheintel":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(member) for member in archive.namelist())
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    for line in lines if name == "pbx" else lines[1:]:
        try:
            text = line.decode("cp1252" if name == "rheintel" else "utf-8")
            yield next(csv.reader([text], delimiter=delimiter))
        except UnicodeDecodeError:
            continue


def parse(source: str, row: list[str]):
    """(id or None, service, start, quantity, a, b, account[, direction]); ValueError: dirty."""
    if source == "rheintel":
        record, a, b, day, time, seconds, _place, _amount = row
        if not a.isdigit():
            raise ValueError(a)
        start = dt.datetime.strptime(f"{day} {time}", "%d.%m.%Y %H:%M:%S").replace(tzinfo=BERLIN)
        return record, "voice", start, int(seconds), digits_of(a), digits_of(b), ""
    if source == "alpentel":
        start, service, a, b, quantity, _unit, price, _place, direction = row
        if not re.fullmatch(r"[\d.]+", price):
            raise ValueError(price)
        moment = dt.datetime.strptime(start, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.timezone.utc)
        return None, service, moment, int(quantity), a, b, "", direction
    if source == "pbx":
        if len(row) != 18:
            raise ValueError("columns")
        seconds, answer = int(row[13]), row[10]
        if row[14] != "ANSWERED":
            raise ValueError("not answered")
        start = dt.datetime.strptime(answer, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BERLIN)
        return row[16], "voice", start, seconds, "", digits_of(row[2]), row[0]
    leg, _conference, room, _participant, _caller, epoch, seconds = row
    start = dt.datetime.fromtimestamp(int(epoch), dt.timezone.utc)
    return leg, "conference", start, int(seconds), "", "", room


def read_usage(folder: pathlib.Path) -> list[Usage]:
    """All records of all deliveries, each once, in order of arrival."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    seen: set = set()
    most: collections.Counter = collections.Counter()
    found = []
    for delivery in manifest["deliveries"]:
        source = delivery["source"]
        here: collections.Counter = collections.Counter()
        for row in lines_of(source, (folder / delivery["file"]).read_bytes()):
            try:
                record, *facts = parse(source, row)
            except ValueError:
                continue
            if record is None:  # no id: equal rows of one file are two records
                here[tuple(row)] += 1
                if here[tuple(row)] <= most[tuple(row)]:
                    continue
                most[tuple(row)] = here[tuple(row)]
            elif (source, record) in seen:
                continue
            seen.add((source, record))
            service, start, quantity, *who = facts
            found.append(Usage(source, delivery["month"], start, service, quantity, *who))
    return found


# ------------------------------------------------------------------ who
class Directory:
    """Which contract line a record belongs to."""

    def __init__(self, orders: list[dict]):
        self.heads: dict[str, list] = collections.defaultdict(list)
        self.accounts: dict[tuple[str, str], list] = collections.defaultdict(list)
        for order in orders:
            contract = order["contract"]
            for index, line in enumerate(order["lines"]):
                first = line.get("start", contract["start"])
                last = contract.get("end", "9999-12-31")
                for number in line.get("numbers", ()):
                    owner = (
                        order["order_id"],
                        index,
                        dt.date.fromisoformat(first),
                        dt.date.fromisoformat(last),
                        number,
                    )
                    if "source" in number:
                        self.accounts[number["source"], number["number"]].append(owner)
                    else:
                        self.heads[re.sub(r"\D", "", number["number"])].append(owner)

    def find(self, usage: Usage):
        """(order id, index of its line) or None."""
        candidates = [
            (len(head), owner)
            for length in range(len(usage.own), 0, -1)
            for head in [usage.own[:length]]
            for owner in self.heads.get(head, ())
            if self._covers(owner[4], usage.own[length:])
        ]
        owners = [owner for _, owner in sorted(candidates, key=lambda c: -c[0])]
        owners += self.accounts.get((usage.source, usage.account), [])
        for order_id, index, first, last, _number in owners:
            if first <= usage.day <= last:
                return order_id, index
        return None

    @staticmethod
    def _covers(number: dict, extension: str) -> bool:
        if "range_from" in number:
            low, high = number["range_from"], number["range_to"]
            return len(extension) >= len(low) and low <= extension[: len(low)] <= high
        return number["kind"] == "head" or not extension


# ------------------------------------------------------------------ how much
class PriceList:
    """A tariff book, read naively: every prefix tried, every rate looked at."""

    def __init__(self, book: dict):
        (self.tariff,) = book["tariffs"]
        self.prefixes = {p: z["id"] for z in book.get("zones", ()) for p in z["prefixes"]}
        self.bands = {band["id"]: band for band in book.get("bands", ())}
        self.allowances = book.get("allowances", ())
        self.used: collections.Counter = collections.Counter()

    def zone(self, number: str) -> str | None:
        """The zone of the longest prefix."""
        for length in range(len(number), 0, -1):
            if number[:length] in self.prefixes:
                return self.prefixes[number[:length]]
        return None

    def version(self, day: dt.date) -> dict:
        """The version that holds on a day."""
        (version,) = [
            v
            for v in self.tariff["versions"]
            if v["valid_from"] <= day.isoformat() < v.get("valid_to", "9999")
        ]
        return version

    def in_band(self, name: str, moment: dt.datetime) -> bool:
        """Does a band hold at a moment?"""
        band = self.bands[name]
        clock = f"{moment.astimezone(BERLIN):%H:%M}"
        weekday = moment.astimezone(BERLIN).isoweekday()
        return weekday in band["weekdays"] and band["from"] <= clock < band["to"]

    def rate(self, usage: Usage, zone: str | None, moment: dt.datetime) -> dict | None:
        """The rate for a record at a moment of it; banded ones go first."""
        rates = [
            rate
            for rate in self.version(usage.day)["rates"]
            if rate["service"] == usage.service
            and rate.get("direction", "out") == usage.direction
            and rate.get("zone") in (None, zone)
        ]
        rates.sort(key=lambda rate: "band" not in rate)
        for rate in rates:
            if "band" not in rate or self.in_band(rate["band"], moment):
                return rate
        return None

    def free(self, usage: Usage, zone: str | None, owner, billed: int) -> int:
        """Billed seconds for which inclusive minutes of the month are left; they are used up."""
        for grant in self.allowances:
            if usage.service in grant["services"] and zone in grant["zones"]:
                key = grant["id"], owner, f"{usage.day:%Y-%m}"
                some = min(billed, 60 * int(grant["quantity"]) - self.used[key])
                self.used[key] += some
                return some
        return 0

    def charge(self, usage: Usage, owner=None) -> list[tuple[str, Decimal]] | None:
        """(position, price) of a record or of its parts, None when there is no price.

        The record is rounded as a whole; its first part bears the setup fee and each further one
        what the rounded running sum grows by.
        """
        other = usage.a if usage.direction == "in" else usage.b
        zone = self.zone(other) if other and usage.service == "voice" else None
        rate = self.rate(usage, zone, usage.start)
        if rate is None:
            return None
        version = self.version(usage.day)["id"]
        if not usage.quantity:
            return [(f"{version}/{rate['id']}", Decimal(0))]
        parts = [(rate, usage.quantity)]
        if self.tariff.get("split") == "exact" and self.bands:
            parts = self._split(usage, zone)
        unit = Decimal(1).scaleb(-self.tariff["decimals"])
        running, before, found = Decimal(rate.get("setup", "0")), Decimal(0), []
        for part, quantity in parts:
            initial, step = (int(part.get(key, part["step"])) for key in ("initial", "step"))
            billed = initial + -(-max(0, quantity - initial) // step) * step
            billed -= self.free(usage, part.get("zone"), owner, billed)
            per = int(part.get("per", self.tariff["per"]))
            running += Decimal(part["price"]) * billed / per
            after = running.quantize(unit, ROUND_HALF_UP)
            found.append((f"{version}/{part['id']}", after - before))
            before = after
        return found

    def _split(self, usage: Usage, zone: str | None) -> list[tuple[dict, int]]:
        """Seconds by rate, minute by minute of the clock: bands begin with full minutes."""
        parts: list[tuple[dict, int]] = []
        done = 0
        while done < usage.quantity:
            moment = usage.start + dt.timedelta(seconds=done)
            some = min(60 - moment.second, usage.quantity - done)
            rate = self.rate(usage, zone, moment)
            if parts and parts[-1][0] is rate:
                parts[-1] = (rate, parts[-1][1] + some)
            else:
                parts.append((rate, some))
            done += some
        return parts


# ------------------------------------------------------------------ the bill
def month_bounds(month: str) -> tuple[dt.date, dt.date]:
    """First and last day."""
    year, number = map(int, month.split("-"))
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])


def fee(price: Decimal, quantity: int, first: dt.date, last: dt.date, month: str) -> Decimal:
    """The fee of a month for a line that runs from ``first`` to ``last``, by actual days."""
    begin, end = month_bounds(month)
    days = (min(last, end) - max(first, begin)).days + 1
    return cents(price * quantity * max(days, 0) / end.day)


def next_month(month: str) -> str:
    """The month after."""
    return f"{month_bounds(month)[1] + dt.timedelta(days=1):%Y-%m}"


def bills(folder: pathlib.Path) -> dict[tuple[str, str], Bill]:
    """The bill of each (order id, month)."""

    def load(path):
        return json.loads(path.read_text(encoding="utf-8"))

    orders = {o["order_id"]: o for o in map(load, sorted((folder / "orders").glob("*.json")))}
    prices = {p["code"]: Decimal(p["price"]) for p in load(folder / "products.json")}
    tariffs = {p.stem: PriceList(load(p)) for p in (folder / "tariffs").glob("*.json")}
    usage = read_usage(folder)
    months = sorted({record.arrived for record in usage})
    directory = Directory(list(orders.values()))
    found: dict[tuple[str, str], Bill] = collections.defaultdict(Bill)
    for record in sorted(usage, key=lambda record: record.start):
        owner = directory.find(record)
        if owner is None:
            continue
        order_id, index = owner
        charged = tariffs[orders[order_id]["lines"][index]["tariff"]].charge(record, owner)
        if charged is None:
            continue
        month = f"{record.day:%Y-%m}"
        bill = found[order_id, max(record.arrived, month)]
        for name, price in charged:
            bill.positions[index, "usage", month, name] += price
        bill.records += 1
    for order_id, order in orders.items():
        for month in months:
            for due in (month, next_month(month)) if month == months[0] else (next_month(month),):
                for index, line in enumerate(order["lines"]):
                    first = dt.date.fromisoformat(line.get("start", order["contract"]["start"]))
                    last = dt.date.fromisoformat(order["contract"].get("end", "9999-12-31"))
                    amount = fee(prices[line["product"]], line["quantity"], first, last, due)
                    if amount:
                        found[order_id, month].positions[index, "fee", due] += amount
    for (order_id, _month), bill in found.items():
        add_tax(bill, orders[order_id]["customer"])
    return dict(found)


def add_tax(bill: Bill, customer: dict) -> None:
    """Each position in cents, the tax once on the sum."""
    total = sum((cents(amount) for amount in bill.positions.values()), Decimal(0))
    if customer["kind"] == "private":
        bill.net = cents(total / (1 + VAT))
        bill.tax = total - bill.net
    else:
        abroad = customer["address"]["country"] != "DE" and customer.get("vat")
        bill.net = total
        bill.tax = Decimal(0) if abroad else cents(total * VAT)


def main() -> None:
    """Print the bills."""
    total = Decimal(0)
    for (order_id, month), bill in sorted(bills(pathlib.Path(sys.argv[1])).items()):
        total += bill.gross
        sums = f"{bill.net:>10} {bill.tax:>9} {bill.gross:>10}"
        print(f"{order_id:10} {month} {bill.records:6} {sums}")
    print(f"{'':25} {total:>31}")


if __name__ == "__main__":
    main()
