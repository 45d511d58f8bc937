# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a delivery's reader kept, though it is worth knowing: notes of ``connectors``."""

from __future__ import annotations

import collections

from odoo import api, fields, models


class TelecomDelivery(models.Model):
    _inherit = "telecom.delivery"

    notes = fields.Text("Kept, but Worth Knowing", compute="_compute_notes")

    # --- compute -----------------------------------------------------------------------------

    @api.depends("totals", "child_ids.totals")
    @api.depends_context("lang")
    def _compute_notes(self):
        for delivery in self:
            counted = delivery._counted_notes()
            delivery.notes = "\n".join(delivery._note(*one) for one in sorted(counted.items()))

    # --- business ----------------------------------------------------------------------------

    def _counted_notes(self) -> collections.Counter[str]:
        """Note → records, of the file or of an archive's files."""
        counted: collections.Counter[str] = collections.Counter()
        for one in self | self.child_ids:
            if one.state == "loaded":
                counted.update(((one.totals or {}).get("summary") or {}).get("notes") or {})
        return counted

    def _note(self, code: str, count: int) -> str:
        """A note in words, and what to do about it."""
        env = self.env
        if code == "encoding_doubtful":
            return env._(
                "The file is UTF-8, but was read in the encoding that the source declares: names"
                " may look wrong. Correct the encoding, undo the delivery and load it again."
            )
        words = {
            "time_ambiguous": env._(
                "Records in the hour that comes twice at the end of summer time: %s. They were read"
                " as the source declares; if its price differs in that hour, ask the carrier."
            ),
            "time_nonexistent": env._(
                "Records in the hour that is left out at the start of summer time: %s. The time"
                " zone of the source is probably another one: then all its records are too early"
                " or too late. Ask the carrier."
            ),
            "number_withheld": env._("Withheld numbers: %s"),
            "number_extension": env._("Internal extensions in the place of numbers: %s"),
            "number_service_code": env._("Service codes in the place of numbers: %s"),
            "number_not_phone": env._("Entries that are no telephone numbers: %s"),
        }
        other = env._("Numbers that do not fit the declared notation, and stand as they came: %s")
        return words.get(code, other) % count
