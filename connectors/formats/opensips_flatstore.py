# SPDX-License-Identifier: AGPL-3.0-or-later
"""OpenSIPS and Kamailio: accounting by db_flatstore, one line a transaction.

An answered INVITE and its BYE have the same Call-ID; the time between the two is the call.  Which
further columns there are is set in the proxy's configuration: give their order.  The other part
of a call that is cut by the change of the file is awaited in the next one.
Source: https://docs.opensips.org, modules acc and db_flatstore.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.formats.base import Field
from connectors.formats.combine import SPAN
from connectors.formats.delimited import Column, DelimitedFormat
from connectors.formats.fields import Phone, Rule, Text
from connectors.formats.measures import Pieces, Time
from connectors.formats.standard import COMMON, TEXT_FILE, changed
from connectors.readers.batch import Batch
from connectors.reasons import SettingsError
from connectors.settings import Setting

ORDER = "method from_tag to_tag callid code reason time caller callee account"

_METHODS = (
    "INVITE|BYE|ACK|CANCEL|PRACK|UPDATE|INFO|REFER|"
    "MESSAGE|OPTIONS|REGISTER|NOTIFY|SUBSCRIBE|PUBLISH"
)

_NEEDED = ("method", "callid", "code", "time", "caller", "callee")


class OpensipsFlatstore(DelimitedFormat):
    """One row a transaction; INVITE and BYE are paired."""

    name = "opensips_flatstore"
    label = "OpenSIPS / Kamailio flatstore"
    help = "Accounting lines of db_flatstore; INVITE and BYE of a call are put together."
    extensions = ("log", "txt", "csv")
    delimiter = "|"
    quote = ""
    settings = (
        *TEXT_FILE,
        Setting("order", "Columns in their order", default=ORDER, help="Separated by blanks."),
        *changed(COMMON, timezone="UTC", a_notation="mixed_de", b_notation="mixed_de"),
        Setting("time_pattern", "Pattern of times", default="epoch"),
    )

    def resolve(self, settings: Mapping[str, Any] | None) -> dict[str, Any]:
        found = super().resolve(settings)
        missing = [name for name in _NEEDED if name not in found["order"].split()]
        if missing:
            raise SettingsError(f"order: {', '.join(missing)} is missing")
        return found

    def shape(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        order = settings["order"].split()
        last = max(order.index(name) for name in _NEEDED)
        found = tuple(Column(name, optional=at > last) for at, name in enumerate(order))
        return super().shape(settings) | {"columns": found}

    def prepare(self, batch: Batch, settings: Mapping[str, Any]) -> Batch:
        """A call ends with its BYE even if nobody was there to take it (408, 481)."""
        columns = batch.columns
        code = pc.utf8_trim_whitespace(columns["code"])
        bye = pc.equal(pc.utf8_upper(pc.utf8_trim_whitespace(columns["method"])), "BYE")
        asked = pc.and_(bye, pc.is_in(code, value_set=pa.array(["401", "407"])))
        columns["_ended"] = pc.if_else(asked, "407", "")  # sent once more, with a login
        columns["_code"] = pc.if_else(bye, "200", code)
        return batch

    def combines(self, settings: Mapping[str, Any]) -> str:
        return SPAN

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        opens = pc.equal(pc.utf8_upper(batch.columns["method"]), "INVITE")
        return batch.columns["callid"], pc.if_else(opens, "open", "close")

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("method", ("INVITE", "BYE"), reason="other_record_type", known=_METHODS)
        yield Rule("code", (), skip=True, known="[1-6][0-9][0-9]")
        yield Rule("_ended", ("407",), skip=True, reason="not_final")
        yield Rule("_code", ("200",), reason="not_answered")

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("callid", required=True),
            "started_at": Time("time"),
            "quantity": Pieces(0),  # the time between the two moments, when they are paired
            "a_number": Phone("caller", "a"),
            "b_number": Phone("callee", "b"),
            "account": Text("account"),
        }
