# SPDX-License-Identifier: AGPL-3.0-or-later
"""Set up the provider in Odoo: what an administrator clicks together once, and its orders."""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib
import threading
import urllib.error
import urllib.request

from .logo import logo

PASSWORD = "nordlicht-2026"


def read(folder: pathlib.Path, name: str):
    """A JSON paper of the world."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def company(env, paper: dict):
    """Name, letterhead, books, bank and SEPA of the company."""
    us = env.company
    us.write(
        {
            "name": paper["name"],
            "street": paper["street"],
            "zip": paper["zip"],
            "city": paper["city"],
            "country_id": env.ref("base.de").id,
            "phone": paper["phone"],
            "email": paper["email"],
            "website": paper["website"],
            "vat": paper["vat"],
            "company_registry": paper["register"],
            "logo": base64.b64encode(logo()),
            "primary_color": paper["colour"],
            "secondary_color": paper["colour_2"],
            "report_footer": False,
        }
    )
    us._telecom_setup(
        iban=paper["iban"], bic=paper["bic"], creditor_identifier=paper["creditor_identifier"]
    )
    us.telecom_debit_method_line_id.journal_id.bank_id.name = paper["bank"]
    return us


def tariffs(env, folder: pathlib.Path):
    """Import the tariff books."""
    found = env["telecom.tariff"]
    for path in sorted((folder / "tariffs").glob("*.json")):
        found |= found.import_book(json.loads(path.read_text(encoding="utf-8")))
    return found


def mail_server(env, host: str, port: int):
    """Have Odoo send its mail there."""
    env["ir.mail_server"].search([]).active = False
    env["ir.mail_server"].create(
        {"name": "Post office of the demo", "smtp_host": host, "smtp_port": port}
    )
    env.cr.commit()


def products(env, papers: list[dict]):
    """What is sold by the month."""
    german = env["res.lang"]._get_data(code="de_DE")
    for paper in papers:
        product = env["product.template"].create(
            {
                "name": paper["name_en"],
                "default_code": paper["code"],
                "type": "service",
                "list_price": paper["price"],
                "telecom_product": True,
                "telecom_price_kind": "gross" if paper["kind"] == "private" else "net",
                "company_id": env.company.id,
            }
        )
        if german:
            product.with_context(lang="de_DE").name = paper["name"]


def sources(env, papers: list[dict], inbox: pathlib.Path):
    """Carriers, PBX and conference server; those of transport ``folder`` watch below ``inbox``."""
    for paper in papers:
        values = {key: paper[key] for key in ("code", "name", "format", "settings", "transport")}
        if paper["partner"]:
            values["partner_id"] = (
                env["res.partner"].create({"name": paper["partner"], "is_company": True}).id
            )
        if paper["transport"] == "folder":
            folder = inbox / paper["code"]
            folder.mkdir(parents=True, exist_ok=True)
            values["transport_settings"] = {"path": str(folder), "settle": 0}
        env["telecom.source"].create(values)


def accountant(env):
    """A user who works with all of it, as an accountant would."""
    return env["res.users"].create(
        {
            "name": "Berta Buchhalter",
            "login": "buchhaltung",
            "password": PASSWORD,
            "email": "buchhaltung@nordlicht-telekom.example",
            "lang": "de_DE" if env["res.lang"]._get_data(code="de_DE") else "en_US",
            "tz": "Europe/Berlin",
            "group_ids": [
                (4, env.ref("telecom_billing.group_telecom_manager").id),
                (4, env.ref("account.group_account_manager").id),
            ],
        }
    )


def portal_user(env, order_id: str, login: str):
    """A login for the customer of an order."""
    partner = env["telecom.order"].search([("name", "=", order_id)]).partner_id
    return env["res.users"].create(
        {
            "name": partner.name,
            "login": login,
            "password": PASSWORD,
            "partner_id": partner.id,
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )


class Shop:
    """Odoo's own HTTP server in a thread, for the orders that come by JSON-2 with an API key."""

    def __init__(self, env):
        import odoo.http
        from werkzeug.serving import make_server

        self.database = env.cr.dbname
        user = env["res.users"].create(
            {
                "name": "Web shop",
                "login": "webshop",
                "group_ids": [(4, env.ref("telecom_billing.group_telecom_manager").id)],
            }
        )
        keys = env["res.users.apikeys"].with_user(user).sudo()
        self.key = keys._generate("rpc", "web shop", dt.datetime(2099, 1, 1))
        env.cr.commit()
        self._server = make_server("127.0.0.1", 0, odoo.http.root, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Shop:
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._server.shutdown()
        self._thread.join()

    def submit(self, order: dict) -> dict:
        """POST /json/2/telecom.order/submit."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._server.server_port}/json/2/telecom.order/submit",
            json.dumps({"order": order}).encode(),
            {
                "Content-Type": "application/json",
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": self.database,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{error}: {error.read().decode()[:500]}") from error
