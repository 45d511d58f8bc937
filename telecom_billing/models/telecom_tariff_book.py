# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tariffs as tariff books: for the rating core, and for export and import."""

from odoo import api, models
from odoo.exceptions import ValidationError

from ..book import reader, writer
from ..rating import BookError, TariffBook
from .book_faults import sentences


class TelecomTariff(models.Model):
    _inherit = "telecom.tariff"

    # ------------------------------------------------------------------ constraints
    @api.constrains("version_ids", "allowance_ids", "fallback_tariff_id", "fallback_ids")
    def _check_book(self):
        """What the rating core would not understand is refused where it is entered."""
        for tariff in self:
            tariff._refuse_bad_book()

    def _refuse_bad_book(self):
        """Raise ValidationError naming every fault the rating core finds in the active versions."""
        self.ensure_one()
        if not self.version_ids.filtered(lambda version: version.state == "active"):
            return
        try:
            TariffBook(self._to_book())
        except BookError as error:
            raise ValidationError(
                self.env._(
                    "Tariff “%(tariff)s” cannot be used:\n%(faults)s",
                    tariff=self.name,
                    faults=sentences(self.env, error),
                )
            ) from error

    # ------------------------------------------------------------------ business
    @api.model
    def _refuse_bad_rates(self, rates):
        """The same for some rates, whatever the state of their version and without prefixes."""
        try:
            TariffBook(writer.rates_only(rates))
        except BookError as error:
            raise ValidationError(sentences(self.env, error)) from error

    def _to_book(self, lines=None) -> dict:
        """The rating core's book of these tariffs' active versions, by database ids.

        :param lines: contract lines whose individual prices and options it must know
        """
        return writer.write(self, lines=lines)

    def export_book(self) -> dict:
        """A portable tariff book: codes instead of ids, drafts included."""
        return writer.write(self, portable=True)

    @api.model
    def import_book(self, book: dict, activate: bool = True):
        """Make tariffs of a tariff book (``readme/TARIFF_BOOK.md``), all of it or nothing.

        What is there already is left alone; other prices under the id of a known version are
        refused, because prices change by a new version.

        :param book: the book, format 1; codes of tariffs, zones and bands are its ids
        :param activate: False leaves new versions as drafts
        """
        return reader.read(self.env, book, activate=activate)
