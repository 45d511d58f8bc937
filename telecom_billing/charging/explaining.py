# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a charge is what it is: the rating core asked once more, with all that it depended on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from odoo.tools import SQL

from ..rating.explain import explain
from ..store import charges, fact_stream, facts
from . import balances, matching, reasons
from .columns import digits, flat, integers
from .context import Context
from .pricing import usage_frame


def of_charge(charge) -> str:
    """One sentence a line, in the user's language (German or English)."""
    if charge.reason in reasons.MATCHING or not charge.contract_id:
        return charge.remedy or ""
    env, company = charge.env(su=True), charge.sudo().company_id
    state = env["telecom.rating.state"]
    span = state._span_at(company, charge.started_at)
    context = Context.load(env, company, span)
    parties = context.parties
    tables: list[pa.Table] = []
    contracts = context.sharing(np.array([charge.contract_id.id]))
    source = SQL(
        "%s u WHERE u.company_id = %s AND %s AND u.id IN (SELECT c.usage_id FROM %s c"
        " WHERE c.company_id = %s AND %s AND %s)",
        SQL.identifier(facts.TABLE),
        company.id,
        charges.within(span.begin, span.end, "u"),
        SQL.identifier(charges.TABLE),
        company.id,
        charges.within(span.begin, span.end),
        charges.among(contracts),
    )
    fact_stream.stream(env.cr, source, tables.append)
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    for name, values in matching.match(parties, whole).items():
        whole = whole.append_column(name, pa.array(values))
    place = whole.schema.get_field_index("b_number")
    whole = whole.set_column(place, "b_number", integers(digits(whole["b_number"])))
    whole = whole.filter(pa.array(flat(whole["match"]).to_numpy() == 0))
    (rows,) = np.nonzero(flat(whole["id"]).to_numpy() == charge.usage_id)
    if not rows.size:
        return charge.remedy or ""
    before = balances.load(env.cr, context, contracts, everything=False)
    found = explain(
        context.pricing.book,
        usage_frame(context.pricing.book, whole),
        int(rows[0]),
        opening=before.of(whole)["opening"],
    )
    return found.text("de" if (charge.env.lang or "").startswith("de") else "en")
