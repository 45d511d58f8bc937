# SPDX-License-Identifier: AGPL-3.0-or-later
"""A tariff book that says everything a book can say in Odoo."""

PLAIN = {"unit": "second", "price": "0.1", "per": "60"}
BOOK = {
    "format": 1,
    "currency": "EUR",
    "timezone": "Europe/Berlin",
    "units": {"KB": {"of": "byte", "factor": 1024}, "block": {"of": "KB", "factor": 64}},
    "calendars": [
        {"id": "DE-BY-20261224-without20261003", "country": "DE", "subdivision": "BY",
         "add": ["2026-12-24"], "remove": ["2026-10-03"]},
    ],
    "bands": [
        {"id": "peak", "name": "Peak", "weekdays": [1, 2, 3], "from": "08:00", "to": "18:00",
         "calendar": "DE-BY-20261224-without20261003", "holidays": "exclude"},
        {"id": "summer", "name": "Summer", "from": "00:00", "to": "24:00", "months": [6, 7, 8],
         "month_days": [1, 2], "years": [2026, 2027],
         "dates": [["2026-06-01", "2026-06-30"], "2027-07-01"]},
    ],
    "zones": [
        {"id": "de", "name": "Germany", "prefixes": ["49"]},
        {"id": "mob", "name": "Mobile", "prefixes": ["4915", "4916"]},
        {"id": "fr", "name": "France", "prefixes": ["33"], "destinations": ["FRANCE"]},
    ],
    "tariffs": [
        {
            "id": "rt", "name": "Round trip", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "fallbacks": [{"tariff": "rt-a", "weight": 20}, {"tariff": "rt-b", "weight": 10}],
            "versions": [
                {
                    "id": "rt-1", "name": "One", "valid_from": "2026-01-01", "gap": "shorter",
                    "decimals": 4, "rounding": "half_up", "round_at": "charge", "split": "start",
                    "rates": [
                        {"id": "first", "name": "Germany", "zone": "de", "band": "peak", **PLAIN,
                         "initial": "60", "step": "1", "price_initial": "0", "setup": "0.05",
                         "free": "10", "maximum": "3", "maximum_then": "disconnect",
                         "minimum": "0.02", "setup_on_zero": True, "weight": 5,
                         "extras": [{"above": "3", "each": "1", "price": "0.5"}],
                         "round_quantity": "fragment", "split": "exact", "round_at": "part",
                         "rounding": "up", "decimals": 2},
                        {"id": "stepped", "name": "Mobile", "zone": "mob", "unit": "second",
                         "mode": "volume", "beyond": "last", "steps": [
                            {"from": "0", "interval": "60", "price": "1", "rounding": "up",
                             "to": "120", "flat": True},
                            {"from": "120", "interval": "1", "price": "0.2", "rounding": "down",
                             "to": "600", "per": "60"}]},
                        {"id": "no", "name": "France", "zone": "fr", "band": "summer",
                         "unit": "second", "refuse": "not in summer"},
                        {"id": "conf", "service": "conference", "unit": "participant",
                         "price": "0.01", "per": "1",
                         "conference": {"by": "peak", "rejoin": "merge", "times": "minute"}},
                        {"id": "bytes", "service": ["data", "mms"], "unit": "KB", "price": "0.2",
                         "per": "64"},
                        {"id": "flat", "service": "sms", "unit": "piece", "flat": True},
                        {"id": "in", "direction": "in", **PLAIN},
                    ],
                }
            ],
        },
        {
            "id": "rt-a", "name": "Fallback A", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": True, "tax_rate": "0.19",
            "versions": [{"id": "rt-a-1", "name": "A", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "a", "name": "France", "zone": "fr", **PLAIN}]}],
        },
        {
            "id": "rt-b", "name": "Fallback B", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "versions": [{"id": "rt-b-1", "name": "B", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "b", **PLAIN}]}],
        },
        {
            "id": "rt-opt", "name": "Option", "currency": "EUR", "timezone": "Europe/Berlin",
            "gap": "suspense", "tax_included": False,
            "versions": [{"id": "rt-opt-1", "name": "O", "valid_from": "2026-01-01", "decimals": 4,
                          "rounding": "half_up", "round_at": "charge", "split": "start",
                          "rates": [{"id": "half", "name": "Germany", "zone": "de",
                                     "unit": "second", "factor": "0.5", "setup": "0"}]}],
        },
    ],
    "options": [{"id": "rt-opt", "name": "Option", "price_list": "rt-opt", "weight": 3}],
    "allowances": [
        {"id": "rt-min", "name": "Minutes", "priority": 1, "share": "contract", "period": "month",
         "tariffs": ["rt", "rt-a"], "services": ["voice"], "zones": ["de", "mob"],
         "bands": ["peak"], "begins": 15, "quantity": "100", "unit": "minute", "prorate": True,
         "rollover": {"periods": 2, "use": "last", "maximum": "50"}},
        {"id": "rt-money", "name": "Money", "priority": 2, "share": "line", "period": "week",
         "options": ["rt-opt"], "rates": ["half"], "money": "5", "measure": "money",
         "setup": "charged", "records": 10},
        {"id": "rt-all", "name": "All", "priority": 4, "share": "line", "period": "month",
         "tariffs": ["rt-b"], "flat": True},
        {"id": "rt-steps", "name": "Steps", "priority": 3, "share": "line", "period": "day",
         "tariffs": ["rt-b"], "quantity": "100", "unit": "minute", "count": "exact", "step": "1"},
        {"id": "rt-bundle", "name": "Bundle", "priority": 5, "share": "contract", "period": "month",
         "tariffs": ["rt-b"], "quantity": "500", "unit": "credit", "uses": [
            {"services": ["voice"], "zones": ["mob"], "bands": ["peak"], "unit": "minute",
             "each": "3"},
            {"rates": ["first", "flat"], "unit": "piece", "each": "0.5"},
            {"services": ["voice", "fax"], "unit": "minute", "each": "1"}]},
    ],
    "tiers": [
        {"id": "rt-tier", "name": "Tiers", "tariffs": ["rt"], "share": "customer",
         "on": "quantity", "mode": "volume", "unit": "minute", "steps": [
            {"from": "0", "to": "100", "price": "0.1", "per": "1"},
            {"from": "100", "factor": "0.9", "setup": "2"}]},
        {"id": "rt-packs", "name": "Packs", "tariffs": ["rt-b"],
         "period": "day", "on": "quantity", "mode": "graduated", "unit": "minute",
         "refunds": "tier", "steps": [
            {"from": "0", "price": "5", "per": "100", "interval": "100", "rounding": "down"}]},
    ],
    "limits": [
        {"id": "rt-limit", "name": "Limit", "tariffs": ["rt"], "services": ["voice"],
         "share": "contract", "valid_from": "2026-03-01", "valid_to": "2027-01-01",
         "amount": "50", "thresholds": ["0.8", "1"], "then": "free"},
    ],
    "minimums": [
        {"id": "rt-minimum", "name": "Minimum", "tariffs": ["rt"], "amount": "25",
         "prorate": True},
    ],
    "guards": [
        {"id": "rt-0900", "name": "Premium", "prefixes": ["49900"], "tax_included": True,
         "source": "TKG", "services": ["voice"], "valid_from": "2026-01-01",
         "valid_to": "2027-01-01", "per_minute": "3", "per_call": "30",
         "longest_increment": "60", "longest_initial": "30", "longest_step": "1",
         "tax_rate": "0.19"},
        {"id": "rt-eu", "name": "EU", "prefixes": ["33"], "but": ["33899"], "kinds": ["private"],
         "tax_included": False, "per_minute": "0.19", "per_message": "0.06"},
        {"id": "rt-free", "name": "Free", "prefixes": ["49800", "49112"], "tax_included": False,
         "free": True},
    ],
}  # fmt: skip
