# SPDX-License-Identifier: AGPL-3.0-or-later
"""A preview as a file for a spreadsheet."""

from __future__ import annotations

import base64
import csv
import io

import xlsxwriter
from odoo import models
from odoo.tools import SQL

from ..store import exact


class TelecomRatingPreview(models.Model):
    _inherit = "telecom.rating.preview"

    # ------------------------------------------------------------------ actions
    def action_export_csv(self):
        """All lines, comma-separated, UTF-8 with a mark that spreadsheets recognise."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self._export_head())
        writer.writerows(self._export_rows())
        return self._download("csv", text.getvalue().encode("utf-8-sig"))

    def action_export_xlsx(self):
        """All lines as a workbook; amounts are numbers."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
        sheet = book.add_worksheet("Preview")
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.000000"})
        sheet.write_row(0, 0, self._export_head(), bold)
        for number, row in enumerate(self._export_rows(), 1):
            sheet.write_row(number, 0, row[:10])
            for column, amount in enumerate(row[10:], 10):
                sheet.write_number(number, column, amount, money)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 1, 32)
        sheet.set_column(2, 12, 16)
        book.close()
        return self._download("xlsx", stream.getvalue())

    # ------------------------------------------------------------------ business
    def _export_head(self) -> list[str]:
        names = (
            "partner_id", "contract_id", "contract_code", "currency_id", "records_before",
            "records_after", "aside_before", "aside_after", "newly_charged", "newly_aside",
            "amount_before", "amount_after", "difference",
        )  # fmt: skip
        known = self.env["telecom.rating.preview.line"].fields_get(names, ["string"])
        code = self.env["contract.contract"].fields_get(["code"], ["string"])["code"]["string"]
        return [known.get(name, {"string": code})["string"] for name in names]

    def _export_rows(self) -> list[tuple]:
        """Exact, in the order of the screen."""
        self.ensure_one()
        self.line_ids.check_access("read")
        self.env.flush_all()
        return exact.fetch(
            self.env.cr,
            SQL(
                "SELECT p.complete_name, c.name, c.code, y.name, l.records_before,"
                " l.records_after, l.aside_before, l.aside_after, l.newly_charged, l.newly_aside,"
                " l.amount_before, l.amount_after, l.difference"
                " FROM telecom_rating_preview_line l"
                " LEFT JOIN contract_contract c ON c.id = l.contract_id"
                " LEFT JOIN res_partner p ON p.id = c.partner_id"
                " LEFT JOIN res_currency y ON y.id = l.currency_id"
                " WHERE l.preview_id = %s ORDER BY l.distance DESC, c.name, l.id",
                self.id,
            ),
        )

    def _download(self, kind: str, content: bytes) -> dict:
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self.name}.{kind}",
                "datas": base64.b64encode(content),
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }
