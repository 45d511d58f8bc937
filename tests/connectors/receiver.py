# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another system that takes batches, on loopback, with all the faults of one."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(ThreadingHTTPServer):
    """Another system: keeps batches by their key; `plan` says what it does to each request."""

    def __init__(self, plan=(), port=0, kept=None):
        super().__init__(("127.0.0.1", port), Handler)
        self.plan, self.kept, self.seen = list(plan), {} if kept is None else kept, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/usage"

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        self.server.seen.append((key, self.headers["Authorization"]))
        act = self.server.plan.pop(0) if self.server.plan else "take"
        if act == "die":  # killed: this connection and all later ones are gone
            self.server.socket.close()
            self.connection.close()
            return
        if act == "cut":
            self.connection.close()
            return
        if act in ("take", "take and cut", "409"):
            assert self.server.kept.setdefault(key, data) == data
        if act == "take and cut":
            self.connection.close()
            return
        status = 201 if act == "take" else int(act)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"thanks")

    def log_message(self, *args):
        pass
