# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the addon's tests share: a German company, a customer with a contract, usage to load."""

from __future__ import annotations

import contextlib
import datetime
from unittest.mock import patch

import numpy as np
import pandas as pd
from odoo import Command
from odoo.tests import TransactionCase, tagged

from connectors import frame as usage_frame

MICRO = usage_frame.MICRO


@tagged("post_install", "-at_install")
class TelecomCase(TransactionCase):
    """Sets up once a class: ``company`` (SKR03, EUR), ``manager`` and ``agent`` users,
    ``partner``, ``contract`` and a ``source``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, lang="en_US"))
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("de_skr03", cls.company)
        cls.eur = cls.env.ref("base.EUR")
        cls.manager = cls.new_user("manager", "telecom_billing.group_telecom_manager")
        cls.agent = cls.new_user("agent", "telecom_billing.group_telecom_user")
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "Anna Beispiel",
                "street": "Musterweg 1",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.env.ref("base.de").id,
                "email": "anna@example.com",
                "lang": "de_DE",
            }
        )
        cls.contract = cls.env["contract.contract"].create(
            {"name": "Test contract", "partner_id": cls.partner.id, "contract_type": "sale"}
        )
        cls.source = cls.new_source("test")

    @contextlib.contextmanager
    def uncommitted(self):
        """Let scheduled actions report progress without ending the test's transaction."""
        with patch.object(self.registry["ir.cron"], "_commit_progress", lambda *a, **k: 60.0):
            yield

    @classmethod
    def new_user(cls, login, *groups):
        """A user of the company with these groups (XML ids)."""
        return cls.env["res.users"].create(
            {
                "name": f"Telecom {login}",
                "login": f"telecom_{login}",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set([cls.env.ref(group).id for group in groups])],
            }
        )

    @classmethod
    def new_company(cls, name):
        """Another tenant; the test's user may act in it too."""
        company = cls.env["res.company"].create(
            {"name": name, "currency_id": cls.eur.id, "country_id": cls.env.ref("base.de").id}
        )
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def new_source(cls, code, **vals):
        """A source of usage; ``vals`` over the defaults."""
        return cls.env["telecom.source"].create(
            {"name": f"Source {code}", "code": code, "format": "asterisk"} | vals
        )

    @classmethod
    def new_run(cls, period_start="2026-09-01", **vals):
        """A billing run of the test's company."""
        return cls.env["telecom.billing.run"].create({"period_start": period_start} | vals)

    @classmethod
    def store_usage(cls, rows, source=None):
        """Store usage records without a file; returns their ids in the order of ``rows``.

        :param rows: dicts by the columns of the usage frame; ``quantity`` in units, ``cost`` in
            money; what is missing is a voice call of 60 s from 4930123456 to 4940654321
        """
        source = source or cls.source
        delivery = cls.env["telecom.delivery"].create(
            {
                "name": "rows.csv",
                "source_id": source.id,
                "sha256": f"{id(rows)}-{datetime.datetime.now().timestamp()}",
            }
        )
        delivery._store([usage_frame.Decoded(frame_of(rows), usage_frame.empty_rejects())])
        cls.env.cr.execute(
            "SELECT id FROM telecom_usage_data WHERE delivery_id = %s ORDER BY line",
            [delivery.id],
        )
        return [usage_id for (usage_id,) in cls.env.cr.fetchall()]


def frame_of(rows) -> pd.DataFrame:
    """A usage frame from dicts, see :meth:`TelecomCase.store_usage`."""
    default = {
        "service": "voice",
        "direction": "out",
        "started_at": "2026-09-15 10:00:00",
        "quantity": 60,
        "unit": "second",
        "a_number": "4930123456",
        "b_number": "4940654321",
    }
    full = []
    for line, row in enumerate(rows, 1):
        row = {"line": line} | default | row
        row.setdefault("a_raw", row["a_number"] or "")
        row.setdefault("b_raw", row["b_number"] or "")
        row["quantity"] = int(row["quantity"] * MICRO)
        if row.get("cost") is not None:
            row["cost"] = int(row["cost"] * MICRO)
            row.setdefault("currency", "EUR")
        full.append(row)
    table = pd.DataFrame(full)
    columns = {}
    for name, dtype in usage_frame.COLUMNS.items():
        values = table.get(name, pd.Series([None] * len(table), dtype=object))
        if name == "started_at":
            values = pd.to_datetime(values, format="ISO8601").astype(dtype)
        elif dtype == np.dtype("int64"):
            values = values.astype("int64")
        else:
            values = pd.Series(values.astype(object).where(values.notna(), None), dtype=dtype)
        columns[name] = values
    return usage_frame.check(pd.DataFrame(columns))
