# SPDX-License-Identifier: AGPL-3.0-or-later
"""Adobe Connect: report-bulk-consolidated-transactions as XML.

Rows of type meeting are stays of registered users in a room (sco); guests are missing, as the
documentation says, so conferences billed from it are short of them.  A row without date-closed is
a stay that still lasts.
Source: https://helpx.adobe.com/adobe-connect/webservices, report-bulk-consolidated-transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from connectors.formats.base import Field
from connectors.formats.fields import Const, Rule, Text
from connectors.formats.measures import Between, Time
from connectors.formats.records import XmlFormat
from connectors.formats.standard import COMMON, REJOINS
from connectors.formats.zoom import person_key
from connectors.readers.batch import Batch


class AdobeConnect(XmlFormat):
    """One element row a stay of a participant."""

    name = "adobe_connect"
    label = "Adobe Connect"
    help = "Transactions of Adobe Connect meetings; guests are not in them."
    tag = "row"
    paths = (
        "@transaction-id", "@sco-id", "@type", "@principal-id", "name", "url", "login",
        "user-name", "date-created", "date-closed",
    )  # fmt: skip
    settings = (*COMMON, REJOINS)

    def rules(self, settings: Mapping[str, Any]) -> Iterable[Rule]:
        yield Rule("@type", ("meeting",), reason="other_record_type")
        yield Rule("date-closed", ("",), skip=True, reason="not_final")

    def combines(self, settings: Mapping[str, Any]) -> str:
        return "" if settings["rejoins"] == "keep" else settings["rejoins"]

    def group(self, batch: Batch, settings: Mapping[str, Any]) -> tuple[pa.Array, pa.Array | None]:
        return person_key(batch, "@sco-id", "@principal-id"), None

    def fields(self, settings: Mapping[str, Any]) -> dict[str, Field]:
        return {
            "record_id": Text("@transaction-id", required=True),
            "service": Const("conference"),
            "direction": Const("in"),
            "started_at": Time("date-created", "iso"),
            "quantity": Between("date-created", "date-closed", "iso"),
            "account": Text("@sco-id"),
            "a_raw": Text("user-name", default=""),
            "destination": Text("name"),
            "conference": Text("@sco-id"),
            "participant": Text(("login", "@principal-id")),
        }
