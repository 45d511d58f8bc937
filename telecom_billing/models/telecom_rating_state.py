# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a month was rated with, so that the next rating does no more than it must."""

import datetime
import logging
import zoneinfo

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..charging.cluster import ClusterError
from ..charging.context import BadBook, timezone
from ..charging.month import Month
from ..charging.storing import Span
from ..store import book_changes, locks

_logger = logging.getLogger(__name__)

#: The room of locks for rating, one a company.
ROOM = "rating"

#: What a tariff book is made of: models with the columns that count beside those that this addon
#: adds (none: all of them).
BOOK_MODELS = {
    "contract.contract": ("active", "company_id", "partner_id"),
    "contract.line": (),
    "res.company": ("telecom_default_tariff_id", "partner_id", "currency_id"),
    "res.currency": (),
    "res.partner": ("commercial_partner_id", "is_company", "tz"),
    "telecom.allowance": (),
    "telecom.allowance.use": (),
    "telecom.band": (),
    "telecom.contract.price": (),
    "telecom.guard": (),
    "telecom.limit": (),
    "telecom.minimum": (),
    "telecom.pool": (),
    "telecom.rate": (),
    "telecom.rate.extra": (),
    "telecom.rate.step": (),
    "telecom.source": ("active", "company_id", "cost_stated", "cost_tariff_id", "name"),
    "telecom.tariff": (),
    "telecom.tariff.fallback": (),
    "telecom.tariff.version": (),
    "telecom.tier": (),
    "telecom.tier.step": (),
    "telecom.unit": (),
    "telecom.zone": (),
    "telecom.zone.plan": (),
    "telecom.zone.prefix": (),
}


class TelecomRatingState(models.Model):
    """One row a company and month that has usage."""

    _name = "telecom.rating.state"
    _description = "Rating State"
    _order = "company_id, period"

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    period = fields.Date(required=True, help="First day of the month, local time.")
    deliveries = fields.Json(help="Deliveries that were rated: id → records they had.")
    tariffs = fields.Json(help="Tariffs by which was rated: id → fingerprint of what they said.")
    rated_at = fields.Datetime()

    _month_unique = models.Constraint(
        "UNIQUE(company_id, period)", "A month has one rating state a company."
    )

    def init(self):
        # After all models of the addon have their tables.
        self.pool.post_init(self._watch_tariffs)

    #: Raised by rating when the tariffs of a company cannot be used.
    BadBook = BadBook

    # ------------------------------------------------------------------ business
    @api.model
    def _watch_tariffs(self):
        """Have the database note whatever changes a tariff book."""
        found: dict[str, tuple] = {}
        for name, columns in BOOK_MODELS.items():
            stored = [field for field in self.env[name]._fields.values() if field.store]
            own = [field for field in stored if self._module in field._modules]
            found |= {field.relation: () for field in own if field.type == "many2many"}
            if columns:
                columns += tuple(field.name for field in own if field.column_type)
            found[self.env[name]._table] = tuple(sorted(set(columns)))
        book_changes.watch(self.env.cr, sorted(found.items()))

    @api.autovacuum
    def _gc_book_changes(self):
        book_changes.forget(self.env.cr)

    @api.model
    def _span(self, company, period) -> Span:
        """A company's month with its ends as naive UTC."""
        zone = zoneinfo.ZoneInfo(timezone(company))
        begin, end = (
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone)
            .astimezone(datetime.timezone.utc)
            .replace(tzinfo=None)
            for day in (period, period + relativedelta(months=1))
        )
        return Span(company.id, period, begin, end)

    @api.model
    def _span_at(self, company, moment) -> Span:
        """The company's month into which a moment (naive UTC) falls."""
        return self._span(company, self._day_at(company, moment).replace(day=1))

    @api.model
    def _day_at(self, company, moment) -> datetime.date:
        """The company's day into which a moment (naive UTC) falls."""
        zone = zoneinfo.ZoneInfo(timezone(company))
        return moment.replace(tzinfo=datetime.timezone.utc).astimezone(zone).date()

    @api.model
    def _rate_months(
        self, company, until=None, progress=None, everything=False, only=None, contracts=None
    ):
        """Rate what came or changed in every month that has usage, up to the month ``until``.

        :param progress: called with (done, total) after each part; may commit
        :param everything: replace all open charges, whatever has changed
        :param only: these months (their first days) and no others
        :param contracts: only these contracts' (array of ids), as a whole
        :returns: the counts of each month that had something to do
        :raises UserError: when another process rates the company's usage at this moment
        """
        found = {}
        with locks.held(self.env.cr, ROOM, company.id) as got:
            if not got:
                raise UserError(
                    self.env._(
                        "The usage of %s is being rated by another process. Wait for it to end,"
                        " then start again.",
                        company.name,
                    )
                )
            self.env.flush_all()
            if self.env["telecom.billing.run"]._commits():
                # see what another worker did before we had the lock
                self.env.cr.commit()  # pylint: disable=invalid-commit
                self.env.invalidate_all()
            self.env["telecom.rating.mark"]._share_out(company)
            for period in self._months(company, until):
                if only is not None and period not in only:
                    continue
                month = Month(self.env, company, self._span(company, period), progress)
                try:
                    counts = month.rate(everything, contracts)
                except ClusterError as error:
                    address, what = error.args
                    raise UserError(
                        self.env._(
                            "The Dask scheduler %(address)s does not price: %(what)s. Start it and"
                            " its workers, or change the settings under Telecom, Rating.",
                            address=address,
                            what=what,
                        )
                    ) from error
                if counts.shards:
                    found[period] = counts
                self.env["telecom.limit.alert"].sudo()._tell(company)
                self.env["telecom.usage.summary"].invalidate_model()
                self.env["telecom.charge"].invalidate_model()
        return found

    @api.model
    def _cron_rate(self):
        """Scheduled action: rate what came in where spending limits wait for it."""
        companies = self.env["telecom.limit"].sudo().search([]).company_id
        for number, company in enumerate(companies, 1):
            try:
                self.with_company(company)._rate_months(company)
            except (UserError, BadBook) as error:
                _logger.warning("rating of %s: %s", company.name, error)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - number)

    @api.model
    def _months(self, company, until=None) -> list[datetime.date]:
        """Months in which deliveries of the company have records, up to ``until``."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT date_trunc('month', m)::date FROM telecom_delivery d,"
                " generate_series(date_trunc('month', d.first_started_at - interval '1 day'),"
                "  d.last_started_at + interval '1 day', interval '1 month') m"
                " WHERE d.company_id = %s AND d.state = 'loaded' AND d.loaded > 0"
                " UNION SELECT period FROM telecom_rating_state WHERE company_id = %s",
                company.id,
                company.id,
            )
        )
        return sorted(month for (month,) in rows if until is None or month <= until)


class TelecomRatingMark(models.Model):
    """A contract whose numbers, lines or facts changed, so that its charges may be others now.

    Whoever changes something leaves a mark without a month. Rating, one worker a company, takes
    the marks it sees, gives one to each month that was rated before, and removes it when that
    month is rated again. Taking is removing rows, not remembering a number: a mark that is
    committed later than one made after it is taken by the next rating.
    """

    _name = "telecom.rating.mark"
    _description = "Rating Mark"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    contract_id = fields.Integer(
        required=True,
        help="Id of the contract, which may be gone; 0 stands for records without an owner.",
    )
    period = fields.Date(help="Month that has to look at the contract again; empty: each.")

    _month_unique = models.UniqueIndex("(company_id, period, contract_id) WHERE period IS NOT NULL")

    def _touch(self, pairs):
        """Mark (company, contract id) pairs; records set aside are looked at again as well."""
        pairs = set(pairs)
        pairs |= {(company, 0) for company, _contract in pairs}
        return self.sudo().create(
            [
                {"company_id": company.id, "contract_id": contract}
                for company, contract in sorted(pairs, key=lambda p: (p[0].id, p[1]))
            ]
        )

    @api.model
    def _share_out(self, company):
        """Give what was marked to every month rated so far; other months are rated as a whole."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "WITH taken AS (DELETE FROM telecom_rating_mark"
                "  WHERE company_id = %(company)s AND period IS NULL RETURNING contract_id)"
                " INSERT INTO telecom_rating_mark (company_id, contract_id, period)"
                " SELECT DISTINCT %(company)s, t.contract_id, s.period"
                " FROM taken t, telecom_rating_state s WHERE s.company_id = %(company)s"
                " ON CONFLICT DO NOTHING",
                company=company.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _pass_on(self, company, contracts, after):
        """Have the months rated so far that follow ``after`` look at these contracts again."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO telecom_rating_mark (company_id, contract_id, period)"
                " SELECT s.company_id, t.contract, s.period"
                " FROM unnest(%(contracts)s::integer[]) t (contract), telecom_rating_state s"
                " WHERE s.company_id = %(company)s AND s.period > %(after)s"
                " ON CONFLICT DO NOTHING",
                contracts=list(contracts),
                company=company.id,
                after=after,
            )
        )
        self.invalidate_model()
