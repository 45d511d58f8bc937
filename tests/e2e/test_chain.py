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
     WHERE m.move_type = 'out_invoice'
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
        " WHERE m.telecom_run_id IS NOT NULL AND a.account_type = 'asset_receivable'"
        " AND m.state = 'posted'"
    )[0]
    assert balance == sum((bill.gross for bill in bills.values()), Decimal(0))


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
