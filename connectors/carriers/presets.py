# SPDX-License-Identifier: AGPL-3.0-or-later
"""REST services whose ways are known: the general one with other defaults."""

from __future__ import annotations

from connectors.carriers.rest import Rest
from connectors.formats.standard import changed


class SipgateCarrier(Rest):
    """Source: https://developer.sipgate.io/rest-api, /history; a personal access token."""

    name = "sipgate"
    label = "sipgate API"
    help = "History of calls, messages and faxes; user is the token's id, secret the token."
    settings = changed(
        Rest.settings, url="https://api.sipgate.com/v2/history", auth="basic",
        params="types=CALL&types=SMS&types=FAX&from={from}&to={to}", time="iso", paging="offset",
        records="items", limit=100,
    )  # fmt: skip


class TwilioCarrier(Rest):
    """Source: https://www.twilio.com/docs/usage/twilios-response; lists go on by next_page_uri."""

    name = "twilio"
    label = "Twilio API"
    help = "Calls; put the account's SID into the address and user, its token into secret."
    settings = changed(
        Rest.settings, url="https://api.twilio.com/2010-04-01/Accounts/AC…/Calls.json",
        auth="basic", params="StartTime>={from}&StartTime<={to}&PageSize=1000", time="date",
        paging="next", next_path="next_page_uri", records="calls", lag=24,
    )  # fmt: skip


class TeamsCarrier(Rest):
    """Source: https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls."""

    name = "teams_graph"
    label = "Microsoft Graph: Teams PSTN calls"
    help = "PSTN calls of a tenant; put its id into the address of the token."
    settings = changed(
        Rest.settings, params="", auth="oauth2", paging="next", next_path="@odata.nextLink",
        url="https://graph.microsoft.com/v1.0/communications/callRecords/"
        "getPstnCalls(fromDateTime={from},toDateTime={to})",
        token_url="https://login.microsoftonline.com/…/oauth2/v2.0/token",
        scope="https://graph.microsoft.com/.default", records="value", time="date", lag=48,
    )  # fmt: skip
