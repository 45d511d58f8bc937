# SPDX-License-Identifier: AGPL-3.0-or-later
"""Control totals of a run: computed, kept, shown."""

from __future__ import annotations

from odoo import fields, models

from . import control_row, control_totals


class TelecomBillingRun(models.Model):
    _inherit = "telecom.billing.run"

    control_rows = fields.Json(readonly=True, copy=False)
    control_at = fields.Datetime("Counted", readonly=True, copy=False)
    control_html = fields.Html("Control Totals", compute="_compute_control_html", sanitize=False)
    control_ok = fields.Boolean("Totals Agree", compute="_compute_control_html")

    # --- compute -----------------------------------------------------------------------------

    def _compute_control_html(self):
        for run in self:
            rows = control_row.named(run.env, control_row.from_json(run.control_rows or []))
            run.control_ok = all(one["check"] is not False for one in rows)
            run.control_html = rows and control_row.as_html(rows, *run._control_words())

    # --- actions -----------------------------------------------------------------------------

    def action_count(self):
        """Count everything anew and keep the result."""
        for run in self:
            run._keep_control_totals()
        return True

    # --- business ----------------------------------------------------------------------------

    def control_totals(self) -> list[dict]:
        """Each stage from file to ledger, see ``control_row``.

        Counted anew while the run is open; of a run that is done what was counted at its end,
        since its records may be on their way out of the store.
        """
        self.ensure_one()
        if self.state == "done" and self.control_rows:
            rows = control_row.from_json(self.control_rows)
        else:
            rows = control_totals.rows(self)
        return control_row.named(self.env, rows)

    def control_totals_text(self, lang: str | None = None) -> str:
        """The same as a table of text, in the language ``lang`` (the user's by default)."""
        run = self.with_context(lang=lang) if lang else self
        return control_row.as_text(run.control_totals(), *run._control_words())

    def _keep_control_totals(self) -> None:
        self.ensure_one()
        self._adopt_deliveries()
        self.control_rows = control_row.to_json(control_totals.rows(self))
        self.control_at = fields.Datetime.now()

    def _adopt_deliveries(self) -> None:
        """Control totals begin with what the run takes in: all that was loaded since the last."""
        if self.state == "done":
            return
        self.env["telecom.delivery"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("run_id", "=", False),
                ("state", "in", ("loaded", "duplicate")),
            ]
        ).write({"run_id": self.id})
        self.env["telecom.write.off"].sudo()._adopt(self)

    def _invoice_totals(self) -> dict:
        """Hook: what the run's invoices add up to; empty while nothing is invoiced."""
        return {}

    def _money(self, amount) -> str:
        """An exact amount of the company's currency in the user's language."""
        return f"{self._number_form()(amount, 2)} {self.currency_id.name}"

    def _control_words(self):
        _ = self.env._
        words = {
            "stage": _("Stage"),
            "records": _("Records"),
            "seconds": _("Seconds"),
            "amount": self.currency_id.name,
        }
        return words, self._number_form()

    def _number_form(self):
        """(value, decimal places) -> text with the separators of the user's language."""
        language = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")

        def form(value, places: int) -> str:
            text = f"{value:,.{places}f}"
            swap = {",": language.thousands_sep, ".": language.decimal_point}
            return "".join(swap.get(letter, letter) for letter in text)

        return form
