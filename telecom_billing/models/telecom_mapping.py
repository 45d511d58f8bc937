# SPDX-License-Identifier: AGPL-3.0-or-later
"""A layout that a user describes: which column of a file is what, seen live on a sample."""

from __future__ import annotations

import base64
import json
import re
import tempfile
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from connectors import archives
from connectors.guess import guess
from connectors.mappings import all_mappings
from connectors.preview import preview

from .. import terms
from ..preview_table import cells_table, first_lines, preview_table, table
from . import connector_choices as choices

FORMATS = ("csv_mapping", "fixed_mapping", "json_mapping", "xml_mapping")
#: Settings that have lines of their own on the form.
ROWS = ("columns", "rules")
SHOWN = 12


class TelecomMapping(models.Model):
    _name = "telecom.mapping"
    _description = "Layout of Usage Files"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    note = fields.Text()
    format = fields.Selection(
        lambda self: [pair for pair in choices.formats(self.env) if pair[0] in FORMATS],
        "Kind of File",
        required=True,
        default="csv_mapping",
    )
    settings = fields.Json(default=dict)
    settings_schema = fields.Json(compute="_compute_settings_schema")
    column_ids = fields.One2many("telecom.mapping.column", "mapping_id", copy=True)
    rule_ids = fields.One2many("telecom.mapping.rule", "mapping_id", copy=True)
    source_ids = fields.One2many("telecom.source", "mapping_id")
    source_count = fields.Integer(compute="_compute_source_count")

    start_from = fields.Selection(
        lambda self: [
            (name, terms.said(mapping["label"], self.env))
            for name, mapping in all_mappings().items()
        ],
        store=False,
        help="A ready-made layout takes the place of what stands here.",
    )
    import_file = fields.Binary("Import (JSON)", store=False)
    sample = fields.Binary(attachment=True, copy=False)
    sample_name = fields.Char(copy=False)
    fault = fields.Char(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    cells = fields.Html(compute="_compute_preview", sanitize=False)
    proposal = fields.Html(compute="_compute_proposal", sanitize=False)
    export_file = fields.Binary(compute="_compute_export_file")

    # --- compute -----------------------------------------------------------------------------

    @api.depends("format")
    @api.depends_context("lang")
    def _compute_settings_schema(self):
        for mapping in self:
            declared = choices.schema("formats", mapping.format, self.env)
            mapping.settings_schema = [one for one in declared if one["name"] not in ROWS]

    @api.depends("source_ids")
    def _compute_source_count(self):
        for mapping in self:
            mapping.source_count = len(mapping.source_ids)

    @api.depends(
        "format",
        "settings",
        "sample",
        "column_ids.sequence",
        "column_ids.target",
        "column_ids.column",
        "column_ids.value",
        "column_ids.pattern",
        "column_ids.shape",
        "column_ids.map",
        "rule_ids.column",
        "rule_ids.values",
        "rule_ids.mode",
    )
    @api.depends_context("lang")
    def _compute_preview(self):
        for mapping in self:
            settings = mapping._source_settings()
            mapping.fault = choices.fault("formats", mapping.format, settings, self.env)
            sample = mapping._sample_bytes()
            mapping.preview = mapping.cells = False
            if sample and mapping.fault:
                mapping.preview = first_lines(sample, settings.get("encoding"), SHOWN)
            elif sample:
                found = preview(mapping.format, sample, settings, SHOWN)
                mapping.preview = preview_table(self.env, found)
                mapping.cells = cells_table(found)

    @api.depends("sample")
    @api.depends_context("lang")
    def _compute_proposal(self):
        for mapping in self:
            sample = mapping._sample_bytes()
            mapping.proposal = sample and mapping._proposal_table(guess(sample))

    @api.depends("name", "format", "settings", "column_ids", "rule_ids")
    def _compute_export_file(self):
        for mapping in self:
            text = json.dumps(mapping._exported(), indent=2, ensure_ascii=False)
            mapping.export_file = base64.b64encode(text.encode())

    # --- onchange ----------------------------------------------------------------------------

    @api.onchange("start_from")
    def _onchange_start_from(self):
        if self.start_from:
            self._take(all_mappings()[self.start_from])
            self.start_from = False

    @api.onchange("import_file")
    def _onchange_import_file(self):
        if self.import_file:
            self._take(self._parsed(base64.b64decode(self.import_file)))
            self.import_file = False

    # --- constraints and CRUD ----------------------------------------------------------------

    def write(self, vals):
        done = super().write(vals)
        self._hand_on()
        return done

    # --- actions -----------------------------------------------------------------------------

    def action_take_proposal(self):
        """Take over what the sample looks like; what it does not show stays as it is."""
        for mapping in self:
            sample = mapping._sample_bytes()
            if not sample:
                raise UserError(self.env._("Choose a sample file first."))
            found = guess(sample)
            mapping._take(
                {
                    "format": found.format,
                    "settings": (mapping.settings or {})
                    | found.settings
                    | {"columns": found.columns},
                }
            )
        return True

    def action_export(self):
        self.ensure_one()
        name = re.sub(r"\W+", "_", self.name.lower()).strip("_") or "mapping"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/telecom.mapping/{self.id}/export_file/{name}.json?download=true",
            "target": "self",
        }

    def action_view_sources(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telecom_billing.action_telecom_source"
        )
        return action | {
            "domain": [("mapping_id", "in", self.ids)],
            "context": {"default_mapping_id": self[:1].id},
        }

    # --- business ----------------------------------------------------------------------------

    def _source_settings(self) -> dict:
        """The settings of a source whose files look like this."""
        self.ensure_one()
        known = {setting["name"] for setting in self.settings_schema or []}
        found = {name: value for name, value in (self.settings or {}).items() if name in known}
        found["columns"] = [row._as_row() for row in self.column_ids.sorted("sequence")]
        if self.rule_ids:
            found["rules"] = [row._as_row() for row in self.rule_ids]
        return found

    def _hand_on(self) -> None:
        """Sources that use a layout follow its changes; a broken one is refused with the reason."""
        for mapping in self:
            if mapping.source_ids:
                mapping.source_ids.write(
                    {"format": mapping.format, "settings": mapping._source_settings()}
                )

    def _exported(self) -> dict:
        """As the files in connectors/mappings are written, and the shell tool reads them."""
        return {
            "name": re.sub(r"\W+", "_", (self.name or "").lower()).strip("_"),
            "label": self.name or "",
            "help": self.note or "",
            "format": self.format,
            "settings": self._source_settings(),
        }

    def _parsed(self, content: bytes) -> dict:
        try:
            found = json.loads(content)
        except ValueError as error:
            raise UserError(self.env._("The file is no JSON: %s", error)) from error
        if not isinstance(found, dict) or found.get("format") not in FORMATS:
            raise UserError(
                self.env._(
                    "The file holds no layout: its format must be one of %s.", ", ".join(FORMATS)
                )
            )
        if not isinstance(found.get("settings"), dict):
            raise UserError(self.env._("The file holds no settings in curly brackets."))
        return found

    def _take(self, found: dict) -> None:
        """Put a layout in the place of what stands here."""
        settings = dict(found["settings"])
        columns, rules = settings.pop("columns", []), settings.pop("rules", [])
        Column, Rule = self.env["telecom.mapping.column"], self.env["telecom.mapping.rule"]
        self.format = found["format"]
        self.settings = settings
        self.column_ids = [
            Command.clear(),
            *(Command.create(Column._from_row(row, at)) for at, row in enumerate(columns)),
        ]
        self.rule_ids = [Command.clear(), *(Command.create(Rule._from_row(row)) for row in rules)]
        if found.get("label"):
            self.name = self.name or found["label"]
            self.note = terms.said(found.get("help") or "", self.env)

    # --- sample ------------------------------------------------------------------------------

    def _sample_bytes(self) -> bytes:
        """The beginning of the sample; of an archive that of its first member."""
        content = self.with_context(bin_size=False).sample or self.sample
        content = base64.b64decode(content) if content else b""
        if not archives.kind_of(content[:4]):
            return content
        with tempfile.TemporaryDirectory(prefix="sample-") as folder:
            path = Path(folder) / (self.sample_name or "sample").replace("/", "_")
            path.write_bytes(content)
            try:
                member = next(archives.members(path, folder), None)
                return member.path.read_bytes() if member else b""
            except (archives.ArchiveError, OSError):
                return content

    def _proposal_table(self, found) -> str:
        labels = {one["name"]: one["label"] for one in choices.schema("formats", found.format)}
        rows = [[self.env._("Kind of file"), dict(choices.formats(self.env))[found.format]]]
        rows += [
            [terms.said(labels.get(name, name), self.env), str(value)]
            for name, value in found.settings.items()
        ]
        means = {
            part.strip(): row["target"]
            for row in found.columns
            for part in row["column"].split("+")
        }
        names = self.env["telecom.mapping.column"]._target_labels()
        columns = [
            [name, example[:40], names.get(means.get(name), "")] for name, example in found.names
        ]
        heads = [self.env._("Column"), self.env._("First value"), self.env._("Might be")]
        return table([self.env._("The sample looks like"), ""], rows) + table(heads, columns)
