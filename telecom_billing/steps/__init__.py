# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps of a billing run, in the order of the way of a record.

A module here holds one step: a subclass of :class:`~.base.Step` marked with ``@register``.
"""

from .base import STEPS, Paused, Step, StepError, Totals, register

from . import (  # isort: skip
    check,
    collect,
    dispatch,
    document,
    dun,
    fetch,
    invoice,
    load,
    rate,
)
