# SPDX-License-Identifier: AGPL-3.0-or-later
"""A REST service on loopback, with pages and failures, and what its tests share."""

import datetime as dt
import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from connectors.retry import Patience

NOW = dt.datetime(2026, 9, 4, 12, tzinfo=dt.timezone.utc)


class Service(BaseHTTPRequestHandler):
    """Answers with what the test's function `answer` makes of a request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        host = self.server
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        host.seen.append((self.command, self.path, dict(self.headers), body))
        if host.trouble:
            status, headers, data = host.trouble.pop(0)
        else:
            found = host.answer(parts.path, query, body, self.headers)
            status, headers, data = found if isinstance(found, tuple) else (200, {}, found)
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        cut = status == "cut"
        self.send_response(200 if cut else status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data) + (100 if cut else 0)))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = cut

    do_POST = do_GET


def patience(**more):
    return Patience(sleep=lambda seconds: None, **more)


def settings(service, **more):
    return {"url": f"{service.url}/calls", "first": "2026-09-01", "records": "items"} | more
