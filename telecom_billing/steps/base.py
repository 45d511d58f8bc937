# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a step is: a name, its place in the chain, and one method.

The chain: fetch 10, load 20, rate 30, check 40, invoice 50, document 60, dispatch 70, collect 80,
dun 90. Further steps take a number in between.
"""

from __future__ import annotations

import dataclasses
import decimal
import typing

STEPS: dict[str, type[Step]] = {}


class StepError(Exception):
    """The step cannot go on. The message names the record, the value and the remedy."""


class Paused(Exception):
    """The scheduled action's time is up. What is committed stays; the step goes on later."""


@dataclasses.dataclass
class Totals:
    """What a step counted.

    records: pieces worked on; quantity: units (seconds, …) as Decimal; amount: money in the
    company's currency; details: further named counts for the step's form, JSON-able.
    """

    records: int = 0
    quantity: decimal.Decimal = decimal.Decimal(0)
    amount: decimal.Decimal = decimal.Decimal(0)
    details: dict = dataclasses.field(default_factory=dict)


class Step:
    """One link of the chain. Idempotent: a second call finds nothing left to do.

    Subclasses set ``code``, ``sequence`` (tens; place in the run) and ``name`` (English source
    text of the label, marked for translation by ``_lt``) and implement :meth:`execute`, which
    commits in chunks through :meth:`progress` and may be killed between any two of them.

    ``self.env`` is the company's own (``env.company``); the language is the one of who started
    the step. Whatever :meth:`execute` raises is rolled back to the last chunk, told as a blocking
    finding, and locks the run.
    """

    code: typing.ClassVar[str]
    sequence: typing.ClassVar[int]
    name: typing.ClassVar[str]

    def __init__(self, record):
        self.record = record  # telecom.billing.step
        self.run = record.run_id
        self.env = record.env
        self.company = record.run_id.company_id

    def execute(self) -> Totals:
        """Do the work of this step for ``self.run`` and return what was counted."""
        raise StepError(f"Step {self.code} has no work of its own.")

    def progress(self, done: int, total: int) -> None:
        """Record how far the step is and commit the chunk. Let :class:`Paused` pass."""
        self.record._commit_progress(done, total)

    def finding(self, code, message, severity="block", record=None, amount=None):
        """Keep something a person must see; ``block`` locks the run until solved or waived.

        severity: block, warn or info; record: what it is about; amount: money in question. Call
        it anew at every start: what is not found again counts as solved, what was waived stays
        so while the amount is the same.
        """
        return self.record._add_finding(code, message, severity, record, amount)


def sentence(text: object) -> str:
    """A message of somebody else's with a full stop, so that another sentence may follow."""
    text = str(text or "").strip()
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def register(cls: type[Step]) -> type[Step]:
    """Class decorator: put the step into the chain."""
    STEPS[cls.code] = cls
    return cls
