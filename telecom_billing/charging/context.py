# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a month is rated with: the tariff book, the owners of numbers, the currencies."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json

import numpy as np
from odoo.fields import Domain
from odoo.tools import SQL

from ..book import writer
from ..rating import BookError, TariffBook
from ..rating.clock import Clock
from ..store import book_changes, partitions
from .bookshelf import SHELF, Volume
from .columns import NONE
from .costing import Costing
from .parties import Parties
from .pricing import Pricing
from .replay import Replay
from .storing import Span

#: Sections of a book whose records look at a period as a whole; they select tariffs and options.
_OF_PERIODS = ("allowances", "tiers", "limits", "minimums")


class BadBook(Exception):
    """The tariffs of the company cannot be used; the message names every fault."""


@dataclasses.dataclass
class Context:
    env: object
    company: object
    span: Span
    volume: Volume
    pricing: Pricing
    #: Other tariffs or versions than those in force, for a month of the past.
    replay: Replay | None = None

    @classmethod
    def load(cls, env, company, span: Span, tariffs=None, replay: Replay | None = None) -> Context:
        """The context of a company's month; ``tariffs``: these instead of those in use."""
        key = volume = None
        if tariffs is None and replay is None:
            env.flush_all()
            key = (company.id, span.period, env.uid, env.su, *book_changes.edition(env.cr))
            volume = SHELF.take(key)
        volume = volume or cls._volume(env, company, span, tariffs, replay)
        pricing = Pricing(
            book=volume.book,
            currencies=volume.currencies,
            free_incoming=volume.free_incoming,
            own_currency=company.currency_id.id,
            costing=volume.costing,
        )
        if key:
            SHELF.lend(key, volume, pricing)
        return cls(env, company, span, volume, pricing, replay)

    @staticmethod
    def _volume(env, company, span: Span, tariffs, replay: Replay | None) -> Volume:
        """The tariffs read from the database."""
        if tariffs is None:
            tariffs = _in_use(env, company)
        last = partitions.next_month(span.period) - datetime.timedelta(days=1)
        lines = _with_own(env, company, span.period, last)
        if replay is not None:
            tariffs |= replay.tariffs(env)
            lines |= replay.lines(env, company)
        data = writer.write(
            tariffs,
            lines=lines,
            period=(span.period, last),
            instead=replay.versions if replay else None,
        )
        default = company.telecom_default_tariff_id
        if default.id in (entry["id"] for entry in data.get("tariffs", [])):
            data["default_tariff"] = default.id
        # What usage falls short of a minimum is found when it is invoiced (steps/minimums.py).
        data.pop("minimums", None)
        data["timezone"] = timezone(company)
        if any(guard.get("kinds") for guard in data.get("guards", [])):
            data["kinds"] = env["contract.contract"]._kinds_of_customers(company)
        if replay is not None:
            replay.rewrite(data)
        try:
            costing = Costing.load(env, company, (span.period, last))
            book = TariffBook(data)
        except BookError as error:
            raise BadBook(str(error)) from error
        currencies = env["res.currency"].with_context(active_test=False).search([])
        return Volume(
            data=data,
            book=book,
            costing=costing,
            currencies={currency.name: currency.id for currency in currencies},
            free_incoming=frozenset(tariffs.filtered("free_incoming").ids),
        )

    @property
    def data(self) -> dict:
        """What the tariff book was made of."""
        return self.volume.data

    @functools.cached_property
    def parties(self) -> Parties:
        found = Parties.load(self.env, self.company, Clock(timezone(self.company)))
        if self.replay is not None:
            found.tariff = self.replay.swapped(found.tariff)
        return found

    @property
    def fingerprints(self) -> dict[str, str]:
        """For each tariff (id as text): a hash of everything that decides its prices."""
        if self.volume.fingerprints is None:
            self.volume.fingerprints = self._fingerprints()
        return self.volume.fingerprints

    def _fingerprints(self) -> dict[str, str]:
        parts: dict[str, list] = {}
        zones = {zone["id"]: zone for zone in self.data.get("zones", [])}
        bands = {band["id"]: band for band in self.data.get("bands", [])}
        follows: dict[str, set[str]] = {}
        for entry in self.data.get("tariffs", []):
            name = str(entry["id"])
            rates = [rate for version in entry["versions"] for rate in version["rates"]]
            parts.setdefault(name, []).append(
                [
                    entry,
                    [zones[zone] for zone in sorted(_zones_of(rates), key=str)],
                    [bands[b] for b in sorted({r["band"] for r in rates if "band" in r})],
                ]
            )
            follows.setdefault(name, set()).update(_fallbacks(entry, self.data))
        shared = [self.data.get(name) for name in ("calendars", "guards", "pools", "units")]
        for section in _OF_PERIODS:
            for record in self.data.get(section, []):
                owners = [*record.get("tariffs", []), *record.get("options", [])]
                for owner in owners:
                    parts.setdefault(str(owner), []).append([section, record])
                if not owners:
                    shared.append([section, record])
        found = {}
        for name in parts:
            chain = sorted(_closure(name, follows))
            text = json.dumps([shared, [parts.get(link) for link in chain]], sort_keys=True)
            found[name] = _hash(text)
        if said := self.pricing.costing and self.pricing.costing.says():
            # Carriers' prices are nobody's tariff: 0 stands for all contracts.
            found["0"] = _hash(said)
        return found

    def wholes(self, contracts: np.ndarray, tariffs: np.ndarray) -> np.ndarray:
        """Those of the contracts whose prices depend on more than the single record."""
        everybody, named = self._whole_tariffs
        if everybody:
            return np.unique(contracts)
        whole = np.isin(tariffs, list(named)) | np.isin(contracts, self._whole_contracts)
        return np.unique(contracts[whole & (contracts != NONE)])

    def has_frozen(self) -> bool:
        """Is anything of the month on an invoice, handed over, or written off?"""
        ((found,),) = self.env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT 1 FROM telecom_usage_summary WHERE company_id = %s"
                " AND period = %s AND (invoice_line_id IS NOT NULL"
                " OR handover_batch_id IS NOT NULL))"
                " OR EXISTS (SELECT 1 FROM telecom_write_off WHERE company_id = %s"
                " AND NOT COALESCE(is_undone, FALSE)"
                " AND first_started_at < %s AND last_started_at >= %s)",
                self.span.company,
                self.span.period,
                self.span.company,
                self.span.end,
                self.span.begin,
            )
        )
        return found

    def lasting(self) -> bool:
        """Does what a month uses decide what later months have left?"""
        return any(
            one.get("rollover")
            or one.get("begins", 1) > 1
            or one.get("period", "month") in ("week", "quarter", "year", "once")
            for section in ("allowances", "tiers", "limits")
            for one in self.data.get(section, [])
        )

    def in_order(self, contracts: np.ndarray, tariffs: np.ndarray) -> np.ndarray:
        """Those of the contracts whose records draw on allowances, one after the other."""
        named: set[int] = set()
        for record in self.data.get("allowances", []):
            if not record.get("tariffs"):
                return np.unique(contracts)
            named |= set(record["tariffs"])
        return np.unique(contracts[np.isin(tariffs, list(named)) & (contracts != NONE)])

    @functools.cached_property
    def has_limits(self) -> bool:
        """Has the company spending limits, or alerts of limits that it had?"""
        if self.data.get("limits"):
            return True
        return bool(
            self.env["telecom.limit.alert"].search_count(
                [("company_id", "=", self.company.id), ("month", "=", self.span.period)], limit=1
            )
        )

    @functools.cached_property
    def shares_customers(self) -> bool:
        """Does any balance, or price of a period, belong to a customer with all contracts?"""
        sharing = [one for section in _OF_PERIODS for one in self.data.get(section, [])]
        sharing += [
            rate.together.__dict__
            for rate in self.pricing.book.listed_rates
            if rate.together is not None
        ]
        return any(one.get("share") in ("customer", "pool") for one in sharing)

    def sharing(self, contracts: np.ndarray) -> np.ndarray:
        """The contracts, and those of the same customers where balances are shared."""
        if not self.shares_customers or not len(contracts):
            return contracts
        rows = self.env.execute_query(
            SQL(
                "SELECT o.id FROM contract_contract c JOIN contract_contract o"
                " ON o.partner_id = c.partner_id AND o.company_id = c.company_id"
                " WHERE c.id = ANY(%s)",
                [int(contract) for contract in contracts],
            )
        )
        others = np.array([contract for (contract,) in rows], dtype=np.int64)
        return np.union1d(contracts, others)

    @functools.cached_property
    def _whole_contracts(self) -> np.ndarray:
        """Contracts whose individual prices or options look at a period as a whole."""
        _everybody, named = self._whole_tariffs
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT l.contract_id FROM contract_line l"
                " JOIN telecom_tariff t ON t.id = l.telecom_tariff_id"
                " WHERE l.company_id = %s AND t.kind = 'option'"
                " UNION SELECT contract_id FROM contract_line"
                " WHERE telecom_price_list_id = ANY(%s)"
                " UNION SELECT contract_id FROM telecom_contract_price WHERE tariff_id = ANY(%s)",
                self.company.id,
                sorted(named),
                sorted(named),
            )
        )
        found = {contract for (contract,) in rows}
        for record in _of_wholes(self.data):
            found |= _named_contracts(self.env, record)
        return np.array(sorted(found), dtype=np.int64)

    @functools.cached_property
    def _whole_tariffs(self) -> tuple[bool, set[int]]:
        named: set[str] = set()
        follows: dict[str, set[str]] = {}
        for entry in self.data.get("tariffs", []):
            name = str(entry["id"])
            follows.setdefault(name, set()).update(_fallbacks(entry, self.data))
            for version in entry["versions"]:
                if any(_needs_others(rate) for rate in version["rates"]):
                    named.add(name)
        for record in _of_wholes(self.data):
            owners = [*record.get("tariffs", []), *record.get("options", [])]
            if not owners and not _named_contracts(self.env, record):
                return True, set()
            named |= {str(owner) for owner in owners}
        whole = {name for name in follows if _closure(name, follows) & named} | named
        return False, {int(name) for name in whole}


def timezone(company) -> str:
    """The time zone in which the company's days begin."""
    return company.partner_id.tz or "Europe/Berlin"


def _needs_others(rate: dict) -> bool:
    """Is the price one of several records together?"""
    how = rate.get("conference") or {}
    return "together" in rate or how.get("by", "leg") != "leg" or "rejoin" in how


def _zones_of(rates: list[dict]) -> set:
    """Ids of the zones that are called, and from which is called."""
    called = {rate["zone"] for rate in rates if "zone" in rate}
    return called.union(*(rate.get("origins", ()) for rate in rates))


def _of_wholes(data: dict) -> list[dict]:
    """Rules for which it is not enough to know what earlier records used: sums decide prices, or
    units come back of which somebody had more than was left."""
    back = [one for one in data.get("allowances", []) if one.get("refunds") == "return"]
    return [*data.get("tiers", []), *data.get("limits", []), *back]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fallbacks(entry: dict, data: dict) -> list[str]:
    """Names of the tariffs that a tariff's entry falls back on, the default one included."""
    named = [
        str(other["tariff"] if isinstance(other, dict) else other)
        for other in entry.get("fallbacks", [])
    ]
    return named + ([str(data["default_tariff"])] if "default_tariff" in data else [])


def _named_contracts(env, record: dict) -> set[int]:
    """Contracts that a rule of single customers is for."""
    lines = env["contract.line"].browse(record.get("lines", []))
    pools = env["telecom.pool"].browse(record.get("pools", []))
    contracts = lines.contract_id | pools._members().contract_id
    contracts |= contracts.browse(record.get("contracts", []))
    if partners := record.get("customers"):
        every = contracts.with_context(active_test=False)
        contracts |= every.search([("partner_id", "in", partners)])
    return set(contracts.ids)


def _closure(name: str, follows: dict[str, set[str]]) -> set[str]:
    found, queue = set(), [name]
    while queue:
        link = queue.pop()
        if link not in found:
            found.add(link)
            queue += follows.get(link, ())
    return found


def _in_use(env, company):
    """Tariffs that price something: those named by contract lines."""
    rows = env.execute_query(
        SQL(
            "SELECT telecom_tariff_id FROM contract_line WHERE company_id = %(company)s"
            " UNION SELECT telecom_price_list_id FROM contract_line WHERE company_id = %(company)s"
            " UNION SELECT tariff_id FROM telecom_contract_price WHERE company_id = %(company)s"
            " UNION SELECT telecom_default_tariff_id FROM res_company WHERE id = %(company)s",
            company=company.id,
        )
    )
    ids = sorted(tariff for (tariff,) in rows if tariff)
    return env["telecom.tariff"].browse(ids).with_context(lang="en_US")


def _with_own(env, company, first, last):
    """Contract lines that the book must know: see :func:`~..book.selectors.parties`.

    Those with individual prices, options and the lines beside them, lines that begin or end in
    the period while their tariff prorates, and all whose tariff carries units over.
    """
    Line = env["contract.line"].with_context(active_test=False)
    options = Line.search(
        [("company_id", "=", company.id), ("telecom_tariff_id.kind", "=", "option")]
    )
    begins = Domain("date_start", ">", first) & Domain("date_start", "<=", last)
    ends = Domain("date_end", ">=", first) & Domain("date_end", "<", last)
    wanted = Domain.OR(
        [
            Domain("telecom_price_list_id", "!=", False),
            Domain("contract_id.telecom_price_ids", "!=", False),
            Domain("contract_id", "in", options.contract_id.ids)
            & Domain("telecom_tariff_id", "!=", False),
            Domain("telecom_tariff_id.allowance_ids.prorate", "=", True) & (begins | ends),
            Domain("telecom_tariff_id.allowance_ids.rollover_periods", ">", 0),
            Domain("telecom_tariff_id.allowance_ids.per_member", "=", True),
        ]
    )
    return options | Line.search(Domain("company_id", "=", company.id) & wanted)
