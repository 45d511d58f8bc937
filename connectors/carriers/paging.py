# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ways in which services cut long lists into pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.formats.records import value_at
from connectors.http import Http, parse_json, shown
from connectors.reasons import TransportError
from connectors.settings import Setting

LIMITED = ("paging", ("offset", "page", "token"))
NUMBERED = ("paging", ("page",))
TOKEN = ("paging", ("token",))

PAGES: tuple[Setting, ...] = (
    Setting(
        "paging", "Paging", "choice", "none",
        (("none", "Everything at once"), ("offset", "Offset and limit"),
         ("page", "Number of the page"), ("token", "Token of the next page"),
         ("next", "Address of the next page in the answer"), ("link", "Link header")),
    ),
    Setting("records", "List of the records", help="Its path in the answer; empty: the answer."),
    Setting("limit", "Records on a page", "int", 100, when=LIMITED),
    Setting("limit_param", "Parameter of the limit", default="limit", when=LIMITED),
    Setting(
        "offset_param", "Parameter of the offset", default="offset", when=("paging", ("offset",))
    ),
    Setting("page_param", "Parameter of the page", default="page", when=NUMBERED),
    Setting("page_first", "Number of the first page", "int", 1, when=NUMBERED),
    Setting("token_param", "Parameter of the token", default="page_token", when=TOKEN),
    Setting(
        "token_path", "Path of the token in the answer", default="next_page_token", when=TOKEN
    ),
    Setting(
        "next_path", "Path of the next address in the answer", default="next",
        when=("paging", ("next",)),
    ),
    Setting("pages_most", "Pages at most", "int", 100_000),
)  # fmt: skip

_LINK = re.compile(r"<([^>]*)>([^<]*)")


def pages(
    http: Http, method: str, url: str, options: Mapping[str, Any],
    params: Mapping[str, str], body: Any = None,
) -> Iterator[bytes]:  # fmt: skip
    """The bodies of all pages, as they came.

    Raises TransportError for a page that leads back to one that was seen, or to another host
    (which would get the login).
    """
    kind = options["paging"]
    query, where = dict(params), url
    number, offset = options["page_first"], 0
    if kind in ("offset", "page", "token") and options["limit_param"]:
        query[options["limit_param"]] = str(options["limit"])
    seen: set[tuple[str, str]] = set()
    for _count in range(options["pages_most"]):
        if kind == "offset":
            query[options["offset_param"]] = str(offset)
        elif kind == "page":
            query[options["page_param"]] = str(number)
        mark = (where, repr(sorted(query.items())))
        if mark in seen:
            raise TransportError(
                f"{shown(where)}: the next page is one that was there; check the paging.", False
            )
        seen.add(mark)
        sent = {"json": {**body, **query}} if body is not None else {"params": query}
        response, content = http.whole(method, where, **sent)
        yield content
        page = _parsed(content, where)
        count = _count_of(page, options["records"])
        if kind == "offset":
            offset += count
            more = count >= options["limit"]
        elif kind == "page":
            number += 1
            more = count >= options["limit"]
        elif kind == "token":
            token = value_at(page, options["token_path"])
            more = bool(token)
            query[options["token_param"]] = str(token)
        elif kind in ("next", "link"):
            found = (
                value_at(page, options["next_path"])
                if kind == "next"
                else _linked(response.headers.get("Link", ""))
            )
            more = bool(found)
            if more:
                where, query = _same_host(where, str(found)), {}
        else:
            more = False
        if not more:
            return
    raise TransportError(
        f"{shown(url)}: more than {options['pages_most']} pages; ask for shorter spans.", False
    )


def one_line(content: bytes) -> bytes:
    """A JSON text on one line, in UTF-8; line ends can only stand between its tokens."""
    encoding = json.detect_encoding(content)
    if encoding != "utf-8":
        content = content.decode(encoding).encode()
    return content.replace(b"\r", b" ").replace(b"\n", b" ").strip() + b"\n"


def _parsed(content: bytes, where: str) -> Any:
    try:
        return parse_json(content)
    except (ValueError, RecursionError) as error:
        raise TransportError(
            f"{shown(where)} did not answer with JSON ({error}); check the address.", False
        ) from None


def _count_of(page: Any, path: str) -> int:
    found = value_at(page, path) if path else page
    return len(found) if isinstance(found, list) else 0


def _linked(header: str) -> str:
    """The address that a Link header calls next (RFC 8288)."""
    for url, parameters in _LINK.findall(header):
        if re.search(r'rel\s*=\s*"?[^";]*\bnext\b', parameters, re.IGNORECASE):
            return url
    return ""


def _same_host(url: str, following: str) -> str:
    found = urljoin(url, following)
    one, two = urlsplit(url), urlsplit(found)
    if (one.scheme, one.netloc) != (two.scheme, two.netloc):
        raise TransportError(
            f"{shown(url)}: the next page lies on another host ({two.hostname}); it is not asked.",
            False,
        )
    return found
