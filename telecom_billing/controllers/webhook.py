# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where carriers and conference servers bring records by themselves."""

from odoo import http
from odoo.http import Response, request

from ..models.telecom_source_webhook import LARGEST, PATH


class Webhook(http.Controller):
    @http.route(
        f"{PATH}/<string:key>", type="http", auth="public", methods=["POST"], csrf=False,
        save_session=False,
    )  # fmt: skip
    def receive(self, key, **_parameters):
        """The signature is the login: what is not signed is not taken, whoever sends it."""
        source = request.env["telecom.source"]._of_webhook(key)
        if not source:
            return Response("not taken", status=401)
        if (request.httprequest.content_length or 0) > LARGEST:
            return Response("too large", status=413)
        body = request.httprequest.get_data()
        status, answer = source._receive_webhook(dict(request.httprequest.headers), body)
        kind = "application/json" if answer.startswith(b"{") else "text/plain"
        return Response(answer, status=status, content_type=kind)
