# SPDX-License-Identifier: AGPL-3.0-or-later
"""The button Test of a source: what waits there, and how the first lines would be read."""

from __future__ import annotations

import copy
import datetime
import tempfile
from pathlib import Path

from odoo import fields, models
from odoo.tools.misc import human_size

from connectors.preview import preview
from connectors.retry import Patience

from ..preview_table import preview_table, table
from ..terms import told
from . import connector_choices as choices
from . import source_fetching as fetching

#: Files up to this size are fetched for a look at their first lines.
SMALL = 32 << 20
#: A person is waiting: fewer and shorter pauses than by night.
IMPATIENT = Patience(attempts=2, first=0.5, longest=5)
SHOWN = 20


class TelecomSource(models.Model):
    _inherit = "telecom.source"

    def action_test(self):
        """Check the settings, look at what waits and read its first lines; nothing is taken."""
        self.ensure_one()
        self.check_access("write")
        found = self.env["telecom.source.test"].create(self._tested())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Test of %s", self.name),
            "res_model": "telecom.source.test",
            "res_id": found.id,
            "view_mode": "form",
            "target": "new",
        }

    def _tested(self) -> dict:
        """Values of a telecom.source.test."""
        fault = self._settings_fault()
        found = {"source_id": self.id, "ok": not fault, "headline": fault}
        if fault:
            return found
        if self.transport == choices.UPLOAD:
            return found | {"headline": self.env._("The settings are in order. Upload a file.")}
        if self.transport == choices.WEBHOOK:
            return found | self._tested_webhook()
        try:
            return found | self._tested_transport()
        except (*fetching.UNREACHABLE, OSError) as error:
            return found | {"ok": False, "headline": told(self.env, str(error))}

    def _tested_transport(self) -> dict:
        schema = {setting["name"] for setting in self.transport_schema}
        # A file that still has to settle is there all the same.
        at_once = {"settle": 0} if "settle" in schema else {}
        state = copy.deepcopy(self.checkpoint or {})
        with self._transport(state, at_once, IMPATIENT) as transport:
            waiting = transport.list()
            headline = self.env._(
                "%(where)s was reached; %(count)s files wait there.",
                where=transport.where(),
                count=len(waiting),
            )
            found = {"headline": headline, "files": self._waiting_table(waiting)}
            if waiting:
                found |= self._first_lines(transport, waiting[0])
        return found

    def _waiting_table(self, waiting) -> str:
        rows = [
            [
                item.name,
                human_size(item.size) if item.size is not None else "",
                fields.Datetime.to_string(fields.Datetime.context_timestamp(self, _utc(item)))
                if item.modified
                else "",
            ]
            for item in waiting[:SHOWN]
        ]
        if len(waiting) > SHOWN:
            rows.append([self.env._("… and %s more", len(waiting) - SHOWN), "", ""])
        heads = [self.env._("File"), self.env._("Size"), self.env._("Changed")]
        return table(heads, rows) if rows else ""

    def _first_lines(self, transport, item) -> dict:
        if item.size is not None and item.size > SMALL:
            return {"lines": self.env._("%s is too large for a look at its lines.", item.name)}
        with tempfile.TemporaryDirectory(prefix="source-test-") as folder:
            path = transport.fetch(item, folder).path
            found = preview(self.format, Path(path), self.settings or {}, SHOWN)
        usable = not found.fault and (found.records or not found.rejects)
        return {"ok": bool(usable), "lines": preview_table(self.env, found), "sample": item.name}


def _utc(item) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(item.modified, datetime.timezone.utc).replace(
        tzinfo=None
    )
