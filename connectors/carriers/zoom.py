# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zoom: past meetings of a span of time, then the participants of each.

Source: https://developers.zoom.us/docs/api, reports; server-to-server OAuth.
"""

from __future__ import annotations

from typing import Any, BinaryIO
from urllib.parse import quote

from connectors.carriers.paging import pages
from connectors.carriers.rest import Rest, line
from connectors.carriers.windows import span, written
from connectors.formats.records import value_at
from connectors.formats.standard import changed
from connectors.http import parse_json
from connectors.settings import Setting
from connectors.transports.base import Item


class ZoomCarrier(Rest):
    """One document a meeting, with its participants."""

    name = "zoom"
    label = "Zoom reports"
    help = "Participants of past meetings, by server-to-server OAuth."
    settings = (
        *(
            setting
            for setting in changed(
                Rest.settings, url="https://api.zoom.us/v2", auth="oauth2", limit=300,
                limit_param="page_size", token_param="next_page_token",
                token_path="next_page_token", token_url="https://zoom.us/oauth/token",
                token_grant="account_credentials", interval=120,
            )
            if setting.name not in ("records", "paging")
        ),
        Setting("users", "Hosts", help="Ids or e-mails separated by blanks; empty for all users."),
    )  # fmt: skip

    def read(self, item: Item, target: BinaryIO, offset: int = 0) -> None:
        begin, end = span(item)
        days = {"from": written(begin, "date"), "to": written(end, "date")}
        for user in self.options["users"].split() or self._users():
            url = f"{self.url}/report/users/{quote(user, safe='')}/meetings"
            for meeting in self._all(url, "meetings", days | {"type": "past"}):
                start = str(meeting.get("start_time", ""))
                if not written(begin, "iso") <= start < written(end, "iso"):
                    continue  # days of the report overlap with those of the neighbours
                uuid = str(meeting["uuid"])
                # ids that begin with or hold slashes must be encoded twice
                coded = (
                    quote(quote(uuid, safe=""), safe="") if "/" in uuid else quote(uuid, safe="")
                )
                people = self._all(f"{self.url}/report/meetings/{coded}/participants",
                                   "participants", {})  # fmt: skip
                target.write(
                    line(
                        {
                            "meeting_uuid": uuid,
                            "meeting_id": meeting.get("id"),
                            "host": meeting.get("user_email") or user,
                            "topic": meeting.get("topic"),
                            "participants": people,
                        }
                    )
                )

    def _users(self) -> list[str]:
        return [str(user["id"]) for user in self._all(f"{self.url}/users", "users", {})]

    def _all(self, url: str, records: str, params: dict[str, str]) -> list[dict[str, Any]]:
        options = {**self.options, "paging": "token", "records": records}
        found: list[dict[str, Any]] = []
        for page in pages(self.client(), "GET", url, options, params):
            found += value_at(parse_json(page), records) or []
        return found
