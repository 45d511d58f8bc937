# SPDX-License-Identifier: AGPL-3.0-or-later
"""What would a call cost? Asked of the same core, with the same book, as the rating step.

Of a contract line, the answer knows what its allowances have left: the open records of the month
are rated with the question among them.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal

import numpy as np
import pyarrow as pa
from odoo.tools import SQL

from ..rating.explain import Explanation, explain
from ..store import charges, fact_stream
from . import balances, explaining
from .columns import NONE
from .context import Context
from .pricing import WITHOUT_PRICE
from .replay import Replay

#: Id of the question's record; above every stored one, so that it comes last among equals.
_ASKED = 2**62


@dataclasses.dataclass(frozen=True)
class Question:
    """``started`` naive UTC; ``quantity`` in millionths of ``unit``; ``number`` and ``caller``
    E.164 digits; of incoming records ``number`` is the caller's.

    Either ``line`` (a contract line) or ``tariff`` with, if it is not the one in force,
    ``version``.
    """

    started: datetime.datetime
    quantity: int
    number: str | None = None
    unit: str = "second"
    service: str = "voice"
    direction: str = "out"
    line: object = None
    tariff: object = None
    version: object = None
    caller: str | None = None


@dataclasses.dataclass(frozen=True)
class Answer:
    """``price`` None: not charged, ``reason`` says why; ``explanation``: every decision."""

    price: decimal.Decimal | None
    currency: str
    reason: str
    free_incoming: bool
    explanation: Explanation

    def text(self, env) -> str:
        """One sentence a line, in the user's language."""
        text = self.explanation.text("de" if (env.lang or "").startswith("de") else "en")
        if self.free_incoming:
            kept = text.split("\n")[:-1]
            kept.append(env._("Incoming records without a price of their own cost nothing."))
            return "\n".join(kept)
        return text

    def facts(self, step: str) -> dict:
        """The facts of the first decision of a kind; empty if there is none."""
        return next(iter(self.explanation.facts(step)), {})


def ask(env, company, question: Question) -> Answer:
    """The price of a record that nobody has made yet.

    :raises BadBook: if the tariffs cannot be used
    """
    env = env(su=True)
    span = env["telecom.rating.state"]._span_at(company, question.started)
    line = question.line and question.line.with_env(env)
    tariff = (line and line.telecom_tariff_id) or question.tariff.with_env(env)
    replay = Replay({tariff.id: question.version.with_env(env)}) if question.version else None
    context = Context.load(env, company, span, None if line else tariff, replay)
    facts, before = _record(question, line, tariff), balances.Before.nothing()
    if line:
        contracts = context.sharing(np.array([line.contract_id.id]))
        open_ = SQL("(%s AND %s)", charges.among(contracts), charges.is_open())
        before = balances.load(env.cr, context, contracts, everything=False)
        others = explaining._facts(context, open_)
        if others is not None:
            facts = pa.concat_tables([others, facts.cast(others.schema)]).unify_dictionaries()
            facts = facts.combine_chunks()
    frame = context.pricing.frame(facts)
    found = explain(context.pricing.book, frame, len(frame) - 1, **before.of(facts))
    return _answer(question, tariff, found)


def _answer(question: Question, tariff, found: Explanation) -> Answer:
    reason = found.facts("reason")
    code = reason[0]["code"] if reason else ""
    free = code in WITHOUT_PRICE and question.direction == "in" and tariff.free_incoming
    price = None if code else decimal.Decimal(found.facts("price")[0]["price"].rstrip("…"))
    return Answer(
        price=decimal.Decimal(0) if free else price,
        currency=tariff.currency_id.name,
        reason="" if free else code,
        free_incoming=free,
        explanation=found,
    )


def _record(question: Question, line, tariff) -> pa.Table:
    """The question as a fact with the columns of matching."""
    values: dict = dict.fromkeys(fact_stream.COLUMNS)
    values |= {
        "id": _ASKED,
        "started_at": question.started,
        "source_id": NONE,
        "service": question.service,
        "direction": question.direction,
        "unit": question.unit,
        "quantity": question.quantity,
    }
    schema = dict(fact_stream.COLUMNS, b_number=pa.int64())
    values["b_number"] = int(question.number) if question.number else None
    values["a_number"] = question.number if question.direction == "in" else question.caller
    columns = {name: pa.array([values[name]], type=kind) for name, kind in schema.items()}
    owner = {
        "line": line.id if line else NONE,
        "contract": line.contract_id.id if line else NONE,
        "customer": line.contract_id.partner_id.id if line else NONE,
        "tariff": tariff.id,
    }
    columns |= {name: pa.array([number], type=pa.int64()) for name, number in owner.items()}
    return pa.table(columns)
