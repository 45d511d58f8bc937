# SPDX-License-Identifier: AGPL-3.0-or-later
"""A second company in the billed database: the small world, billed by a process one can kill.

Functions for ``python -m tools.ground.inside DATABASE tests.e2e.tenant:bill LOG FOLDER``.
"""

from __future__ import annotations

import json
import pathlib

from demo import office, world

NAME = "Südlicht Telefon GmbH"
IBAN = "DE20999999970000004711"


def _inside(env):
    """The environment of the second company, which is made if it is not there yet."""
    companies = env["res.company"]
    company = companies.search([("name", "=", NAME)])
    if not company:
        company = companies.create({"name": NAME, "country_id": env.ref("base.de").id})
    return env(context={**env.context, "allowed_company_ids": company.ids}), company


def prepare(env, folder: pathlib.Path) -> int:
    """Company, tariffs, products, sources and orders."""
    env, company = _inside(env)
    world.build(folder / "world", small=True)
    paper = office.read(folder / "world", "company.json") | {"name": NAME, "vat": False}
    office.company(env, paper)
    company.telecom_chunk = 1  # commit each invoice: a kill then always finds a seam
    office.tariffs(env, folder / "world")
    office.products(env, office.read(folder / "world", "products.json"))
    office.sources(env, office.read(folder / "world", "sources.json"), folder / "inbox")
    for path in sorted((folder / "world" / "orders").glob("*.json")):
        env["telecom.order"].submit(json.loads(path.read_text(encoding="utf-8")))
    return 0


def bill(env, folder: pathlib.Path) -> int:
    """Both months up to the invoices; goes on where a process before it was killed."""
    env, company = _inside(env)
    manifest = office.read(folder / "world", "manifest.json")
    for month in ("2026-09", "2026-10"):
        for delivery in manifest["deliveries"]:
            if delivery["month"] == month:
                _receive(env, company, folder / "world" / delivery["file"], delivery["source"])
        run = env["telecom.billing.run"]._get_or_create(company, f"{month}-01")
        env.cr.commit()
        if not run._run_all(until="invoice"):
            return 1
    return 0


def _receive(env, company, path: pathlib.Path, code: str) -> None:
    source = env["telecom.source"].search([("code", "=", code), ("company_id", "=", company.id)])
    if path.name not in source.delivery_ids.mapped("name"):
        source._receive(path.name, path.read_bytes())
