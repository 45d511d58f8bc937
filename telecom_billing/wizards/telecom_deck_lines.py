# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the import of a rate deck shows: columns, changes, faults."""

from __future__ import annotations

from odoo import fields, models
from odoo.tools import SQL

from ..book.deck_builder import band_ids
from ..deck.terms import Special, Terms
from ..models.telecom_rate import PRICE_DIGITS
from ..store import bulk
from . import deck_texts

STATUSES = [
    ("new", "New"),
    ("dearer", "Dearer"),
    ("cheaper", "Cheaper"),
    ("terms", "Other terms"),
    ("renamed", "Other name"),
    ("same", "Unchanged"),
    ("gone", "Gone"),
    ("kept", "Kept"),
]
MEANINGS = [
    ("prefix", "Prefix"),
    ("country_code", "Country code before the prefix"),
    ("label", "Destination"),
    ("price", "Price"),
    ("per", "Per how many units"),
    ("unit", "Unit"),
    ("increment", "Increments (60/1)"),
    ("initial", "First increment"),
    ("step", "Next increment"),
    ("setup", "Setup fee"),
    ("minimum", "Minimum charge"),
    ("maximum", "Maximum charge"),
    ("free", "Free units"),
    ("price_initial", "Price of the first increment"),
    ("service", "Service"),
    ("direction", "Direction"),
    ("band", "Time band"),
    ("weight", "Weight"),
    ("begin", "Valid from"),
    ("end", "Valid to"),
    ("currency", "Currency"),
]


class TelecomDeckColumn(models.TransientModel):
    _name = "telecom.deck.column"
    _description = "Column of a Rate Deck"
    _order = "position"

    import_id = fields.Many2one(
        "telecom.deck.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer()
    heading = fields.Char()
    sample = fields.Char("First values")
    meaning = fields.Selection(MEANINGS, help="Empty: the column is not used.")


class TelecomDeckChange(models.TransientModel):
    _name = "telecom.deck.change"
    _description = "Change by a Rate Deck"
    _order = "prefix, id"
    _rec_name = "prefix"

    import_id = fields.Many2one("telecom.deck.import", index=True, ondelete="cascade")
    comparison_id = fields.Many2one("telecom.tariff.comparison", index=True, ondelete="cascade")
    prefix = fields.Char(readonly=True)
    status = fields.Selection(STATUSES, readonly=True)
    destination = fields.Char(readonly=True)
    old_destination = fields.Char("Destination before", readonly=True)
    old_price = fields.Float(
        "Price before", digits=PRICE_DIGITS, min_display_digits=2, readonly=True
    )
    new_price = fields.Float("Price", digits=PRICE_DIGITS, min_display_digits=2, readonly=True)
    change = fields.Float("Change (%)", digits=(16, 2), readonly=True)
    old_terms = fields.Char("Terms before", readonly=True)
    new_terms = fields.Char("Terms", readonly=True)
    what = fields.Char("For", readonly=True)
    begin = fields.Date("Takes effect", readonly=True)
    line = fields.Integer(readonly=True)


class TelecomDeckFault(models.TransientModel):
    _name = "telecom.deck.fault"
    _description = "Fault of a Rate Deck"
    _order = "line, id"
    _rec_name = "line"

    import_id = fields.Many2one(
        "telecom.deck.import", required=True, index=True, ondelete="cascade"
    )
    line = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True)
    remedy = fields.Char(readonly=True)


def fill(wizard, comparison, found_faults=(), owner="import_id") -> None:
    """Replace the changes, and faults, of a wizard; ``owner``: their field that names it."""
    env = wizard.env
    env.flush_all()
    for model in ("telecom.deck.change", "telecom.deck.fault"):
        if owner in env[model]._fields:
            env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE %s = %s",
                    SQL.identifier(env[model]._table),
                    SQL.identifier(owner),
                    wizard.id,
                )
            )
    env.invalidate_all()
    bands = {band.code: band.name for band in _bands(wizard)}
    bulk.insert(
        env["telecom.deck.change"],
        [_change(wizard, owner, change, bands) for change in comparison.changes],
        check=False,
    )
    faults = []
    for fault in found_faults:
        reason, remedy = deck_texts.fault(env, fault.code, fault.value, fault.more)
        faults.append(
            {"import_id": wizard.id, "line": fault.line, "reason": reason, "remedy": remedy}
        )
    bulk.insert(env["telecom.deck.fault"], faults, check=False)


def _bands(wizard):
    ids = band_ids(wizard.env, wizard.tariff_id.company_id)
    return wizard.env["telecom.band"].browse(ids.values())


def _change(wizard, owner, change, bands) -> dict:
    old, new = change.old, change.new
    moved = None
    if isinstance(old, Terms) and isinstance(new, Terms) and old.price and old.unit == new.unit:
        moved = round((new.price / new.per) / (old.price / old.per) * 100 - 100, 2)
    return {
        owner: wizard.id,
        "prefix": change.prefix,
        "status": change.status,
        "destination": change.label,
        "old_destination": change.old_label,
        "old_price": old.price if isinstance(old, Terms) else None,
        "new_price": new.price if isinstance(new, Terms) else None,
        "change": moved,
        "old_terms": _terms(wizard.env, old),
        "new_terms": _terms(wizard.env, new),
        "what": ", ".join(filter(None, [*change.key.scope, bands.get(change.key.band)])),
        "begin": change.begin,
        "line": change.line or None,
    }


def _terms(env, terms: Terms | Special | None) -> str | None:
    """Everything beside the price, short: ``60 second, 60/1, + 0.05``."""
    if terms is None:
        return None
    if isinstance(terms, Special):
        return env._("steps, factor or another special price")
    parts = [f"/ {terms.per:f} {terms.unit}", f"{terms.initial:f}/{terms.step:f}"]
    if terms.flat:
        parts[0] = env._("included")
    if terms.setup:
        parts.append(f"+ {terms.setup:f}")
    for sign, value in (("≥", terms.minimum), ("≤", terms.maximum), ("−", terms.free)):
        if value:
            parts.append(f"{sign} {value:f}")
    return ", ".join(parts)
