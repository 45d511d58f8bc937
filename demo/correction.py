# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invoice that went to a wrong address: the accountant takes it back, the run makes it anew."""

from __future__ import annotations

#: Month, order and what was wrong with the customer.
WRONG = ("2026-10", "WEB-1009", {"street": "Isarblick 41"})


def take_back(env, run) -> str:
    """Correct the address and reverse the month's invoice as a whole; what was said about it.

    The run's steps from the invoice on are open afterwards. Empty where the customer has none.
    """
    _month, order_id, values = WRONG
    order = env["telecom.order"].search(
        [("name", "=", order_id), ("company_id", "=", run.company_id.id)]
    )
    move = run.invoice_ids.filtered(
        lambda move: move.telecom_contract_id == order.contract_id and not move.telecom_reversed
    )
    if not move:
        return ""
    order.partner_id.write(values)
    wizard = (
        env["account.move.reversal"]
        .with_context(active_model="account.move", active_ids=move.ids)
        .create({"journal_id": move.journal_id.id, "reason": "Wrong address"})
    )
    wizard.refund_moves()
    note = wizard.new_move_ids
    if note.state == "draft":
        note.action_post()
    run.step_ids.filtered(lambda step: step.code in ("rate", "check", "invoice")).state = "todo"
    env.cr.commit()
    return f"{move.name} of {move.partner_id.name} reversed by {note.name}: wrong address"
