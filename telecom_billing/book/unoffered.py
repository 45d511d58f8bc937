# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a tariff book may say and no screen here offers: refused, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from odoo.exceptions import ValidationError

#: A price on our cost is for one unit of money, without increments.
_NOT_ON_COST = ("per", "initial", "step", "price_initial")


def refuse(env, data: Mapping[str, Any]) -> None:
    """ValidationError for the first field that would be lost on the way into records."""
    for record, field in found(data):
        raise ValidationError(
            env._(
                "“%(record)s” says “%(field)s”, which no screen here offers. Take it out of the "
                "tariff book.",
                record=record.get("name") or record.get("id"),
                field=field,
            )
        )


def found(data: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """(record, what it says) of everything that records cannot keep."""
    for tariff in data.get("tariffs") or []:
        for version in tariff.get("versions") or []:
            for rate in version.get("rates") or []:
                if rate.get("on") == "cost":
                    yield from ((rate, name) for name in _NOT_ON_COST if rate.get(name))
