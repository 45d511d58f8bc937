# SPDX-License-Identifier: AGPL-3.0-or-later
"""The billed months against what was delivered, ordered and asked for."""

from __future__ import annotations

import json
from decimal import Decimal

import recompute

INVOICES = """
    SELECT o.name, to_char(r.period_start, 'YYYY-MM'), m.amount_untaxed, m.amount_tax,
           m.amount_total, m.state, m.name
      FROM account_move m
      JOIN telecom_billing_run r ON r.id = m.telecom_run_id
      JOIN contract_contract c ON c.id = m.telecom_contract_id
      JOIN telecom_order o ON o.id = c.telecom_order_id
     WHERE m.move_type = 'out_invoice' AND m.telecom_reversed IS NOT TRUE
"""


def test_each_invoice_is_what_was_recomputed_from_the_input_files(ask, bills):
    posted = {
        (order, month): (net, tax, gross)
        for order, month, net, tax, gross, state, _name in ask(INVOICES)
        if state == "posted"
    }
    wanted = {key: (bill.net, bill.tax, bill.gross) for key, bill in bills.items() if bill.gross}
    assert len(wanted) > 15
    assert posted == wanted


def test_one_invoice_a_contract_and_month(ask):
    rows = ask(INVOICES)
    assert len({(order, month) for order, month, *_ in rows}) == len(rows)
    assert len({name for *_, name in rows}) == len(rows)


def test_deliveries_hold_what_the_generator_meant(ask, manifest):
    rows = ask(
        "SELECT d.name, d.state, d.lines, d.loaded, d.duplicates FROM telecom_delivery d"
        " WHERE NOT EXISTS (SELECT FROM telecom_delivery c WHERE c.parent_id = d.id)"
    )
    stored = {
        name: (state, lines, loaded, duplicates) for name, state, lines, loaded, duplicates in rows
    }
    parents = dict(
        ask(
            "SELECT p.name, d.name FROM telecom_delivery d JOIN telecom_delivery p"
            " ON p.id = d.parent_id"
        )
    )
    left_out = dict(
        ask(
            "SELECT d.name, count(*) FROM telecom_reject r JOIN telecom_delivery d"
            " ON d.id = r.delivery_id WHERE r.kind = 'filtered' GROUP BY 1"
        )
    )
    for delivery in manifest["deliveries"]:
        name = delivery["file"].rsplit("/", 1)[1]
        if delivery["again"]:
            assert stored[name] == ("duplicate", None, None, None)
            continue
        name = parents.get(name, name)
        state, lines, loaded, duplicates = stored[name]
        assert (state, lines) == ("loaded", delivery["lines"])
        assert loaded + duplicates + delivery["dirty"] + left_out.get(name, 0) == lines
        # Of a twin whose original was not answered nothing is a duplicate: both are left out.
        assert duplicates == delivery["twins"] or name.startswith("Master")


def test_every_record_is_charged_or_set_aside_with_its_reason(ask, world, orders):
    usage = recompute.read_usage(world)
    directory = recompute.Directory(list(orders.values()))
    known = [record for record in usage if directory.find(record)]
    (stored,) = ask("SELECT count(*) FROM telecom_usage_data")[0]
    assert stored == len(usage)
    aside = dict(
        ask(
            "SELECT reason, count(DISTINCT usage_id) FROM telecom_charge_data"
            " WHERE reason IS NOT NULL GROUP BY 1"
        )
    )
    assert sum(aside.values()) == len(usage) - len(known) + aside["no-zone"]
    charged = ask("SELECT count(DISTINCT usage_id) FROM telecom_charge_data WHERE reason IS NULL")
    assert charged[0][0] + sum(aside.values()) == stored


def test_control_totals_agree_from_file_to_ledger(out):
    months = json.loads((out / "control_totals.json").read_text(encoding="utf-8"))
    assert sorted(months) == ["2026-09", "2026-10"]
    for stages in months.values():
        checks = [stage["check"] for stage in stages if stage["check"] is not None]
        assert len(checks) >= 3
        assert all(checks), stages


def test_charges_summaries_and_invoice_lines_are_the_same_money(ask):
    charges = ask("SELECT coalesce(sum(price), 0) FROM telecom_charge_data WHERE reason IS NULL")
    summaries = ask("SELECT coalesce(sum(amount), 0) FROM telecom_usage_summary")
    assert charges == summaries
    loose = ask(
        "SELECT count(*) FROM telecom_usage_summary WHERE invoice_line_id IS NULL AND amount <> 0"
    )
    assert loose == [(0,)]


def test_ledger_holds_the_invoices(ask, bills):
    (balance,) = ask(
        "SELECT sum(l.balance) FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
        " JOIN account_account a ON a.id = l.account_id"
        " WHERE m.telecom_document_run_id IS NOT NULL AND a.account_type = 'asset_receivable'"
        " AND m.state = 'posted'"
    )[0]
    assert balance == sum((bill.gross for bill in bills.values()), Decimal(0))


def test_a_corrected_invoice_is_taken_back_and_made_anew(ask, bills):
    rows = ask(
        "SELECT m.move_type, m.telecom_reversed, m.amount_total, d.state FROM account_move m"
        " JOIN contract_contract c ON c.id = m.telecom_contract_id"
        " JOIN telecom_order o ON o.id = c.telecom_order_id"
        " JOIN telecom_billing_run r ON r.id = m.telecom_document_run_id"
        " LEFT JOIN telecom_dispatch d ON d.move_id = m.id"
        " WHERE o.name = 'WEB-1009' AND r.period_start = '2026-10-01' ORDER BY m.id"
    )
    gross = bills["WEB-1009", "2026-10"].gross
    assert rows == [
        ("out_invoice", True, gross, "sent"),
        ("out_refund", None, gross, "sent"),
        ("out_invoice", None, gross, "sent"),
    ]


def test_inclusive_minutes_are_used_up(ask, world, orders):
    rows = ask(
        "SELECT to_char(s.period, 'YYYY-MM'), sum(s.allowance_used), sum(s.quantity)"
        " FROM telecom_usage_summary s JOIN contract_contract c ON c.id = s.contract_id"
        " JOIN telecom_order o ON o.id = c.telecom_order_id WHERE o.name = 'WEB-1025' GROUP BY 1"
    )
    used = {month: seconds for month, seconds, all_ in rows if seconds < all_}
    assert used == {"2026-09": 6000, "2026-10": 6000}  # 100 minutes


def test_a_number_that_moved_is_billed_to_whoever_had_it(ask, bills):
    rows = ask(
        "SELECT o.name, min(u.started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin')::date,"
        " max(u.started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin')::date"
        " FROM telecom_usage_data u JOIN telecom_charge_data c ON c.usage_id = u.id"
        " JOIN contract_contract k ON k.id = c.contract_id"
        " JOIN telecom_order o ON o.id = k.telecom_order_id"
        " WHERE u.a_number = '493023125026' AND u.started_at > '2026-10-02' GROUP BY 1 ORDER BY 1"
    )
    assert [order for order, *_days in rows] == ["WEB-1026", "WEB-1027"]
    assert str(rows[0][2]) <= "2026-10-12" < str(rows[1][1])


def test_answered_calls_are_billed_to_the_called(ask):
    rows = ask(
        "SELECT count(*), count(c.price) FROM telecom_usage_data u JOIN telecom_charge_data c"
        " ON c.usage_id = u.id WHERE u.direction = 'in' AND u.b_number = '496990009500'"
    )
    assert rows == [(48, 48)]


def test_positions_of_a_changed_tariff_name_their_days(ask):
    rows = ask(
        "SELECT DISTINCT to_char(l.telecom_period_start, 'DD.MM.'),"
        " to_char(l.telecom_period_end, 'DD.MM.')"
        " FROM account_move_line l JOIN account_move m ON m.id = l.move_id"
        " JOIN telecom_billing_run r ON r.id = m.telecom_run_id"
        " JOIN contract_contract c ON c.id = m.telecom_contract_id"
        " JOIN telecom_order o ON o.id = c.telecom_order_id"
        " WHERE o.name = 'WEB-1001' AND l.telecom_kind = 'usage' AND r.period_start = '2026-09-01'"
    )
    assert sorted(rows) == [("01.09.", "14.09."), ("15.09.", "30.09.")]
