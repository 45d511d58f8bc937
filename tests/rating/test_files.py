# SPDX-License-Identifier: AGPL-3.0-or-later
"""A price list tried from a shell: files in, files out."""

import io
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from telecom_billing.rating import BookError, UsageError
from telecom_billing.rating.__main__ import main
from telecom_billing.rating.files import read_book, read_usage

from .build import book

ROOT = Path(__file__).resolve().parents[2]
CSV = """contract,tariff,service,unit,started_at,quantity,b_number,note
1,7,voice,second,2026-03-10T12:00:00+01:00,61,493012345,x
1,7,voice,second,2026-03-10T11:00:00Z,35.5,493012345,
1,7,voice,second,2026-03-10T11:00:00,60,331,
"""


@pytest.fixture
def files(tmp_path):
    data = book({"price": "0.10", "per": "minute", "step": 60})
    (tmp_path / "book.json").write_text(json.dumps(data), encoding="utf-8")
    (tmp_path / "usage.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def run(files, *words):
    return main([str(files / "book.json"), str(files / "usage.csv"), *words])


def test_charges_as_csv(files, capsys):
    assert run(files) == 1
    out, err = capsys.readouterr()
    found = pd.read_csv(io.StringIO(out), dtype=str)
    assert found["price"].tolist() == ["0.2", "0.1", "0"]
    assert found["billed"].tolist() == ["120", "60", "0"]
    assert found["reason"].tolist()[2] == "no-zone"
    assert "3 records, 3 charges, 1 with a reason, total 0.3" in err


def test_all_charged_is_success(files):
    text = "\n".join(CSV.splitlines()[:3])
    (files / "usage.csv").write_text(text, encoding="utf-8")
    out = files / "charges.csv"
    assert run(files, "-o", str(out)) == 0
    assert out.read_text(encoding="utf-8").count("\n") == 3


def test_parquet_in_and_out(files):
    frame = read_usage(files / "usage.csv")
    frame.to_parquet(files / "usage.parquet")
    out = files / "charges.parquet"
    words = [str(files / "book.json"), str(files / "usage.parquet"), "-o", str(out)]
    assert main(words) == 1
    assert pd.read_parquet(out)["price"].tolist() == [200_000, 100_000, 0]


def test_explain(files, capsys):
    assert run(files, "--explain", "0", "--language", "de") == 0
    assert "Berechnet: 0,2 EUR." in capsys.readouterr().out
    with pytest.raises(SystemExit):
        run(files, "--explain", "3")


def test_times_and_quantities_are_read_as_people_write_them(files):
    frame = read_usage(files / "usage.csv")
    assert frame["started_at"].astype(str).unique().tolist() == ["2026-03-10 11:00:00"]
    assert frame["quantity"].tolist() == [61_000_000, 35_500_000, 60_000_000]


def test_semicolons_do_too(files):
    (files / "usage.csv").write_text(CSV.replace(",", ";"), encoding="utf-8")
    assert read_usage(files / "usage.csv")["quantity"].tolist()[0] == 61_000_000


def test_bare_numbers_in_a_book_are_exact(tmp_path):
    path = tmp_path / "book.json"
    path.write_text(json.dumps(book({"price": "X"})).replace('"X"', "0.1"), encoding="utf-8")
    rate = read_book(path).rates[0]
    assert rate.steps[0].per_unit() == Decimal("0.1")


@pytest.mark.parametrize(
    "wrong, word",
    [(("61", "6l"), "quantity"), (("2026-03-10T11:00:00Z", "yesterday"), "started_at"),
     (("quantity", "length"), "quantity")],
)  # fmt: skip
def test_unreadable_usage(files, capsys, wrong, word):
    (files / "usage.csv").write_text(CSV.replace(*wrong), encoding="utf-8")
    assert run(files) == 2
    assert word in capsys.readouterr().err


def test_what_is_said_of_a_first_try(files, capsys):
    """Columns under other names, a number as it is dialled at home, no tariff, a wrong file."""
    rows = "2026-03-10T11:00:00Z,61,030 12345"
    (files / "usage.csv").write_text(f"started_at,quantity,number\n{rows}\n", encoding="utf-8")
    run(files)
    out, err = capsys.readouterr()
    assert "columns not read: number." in err
    text = CSV.replace("voice", "Voice").replace("second", "min")
    (files / "usage.csv").write_text(text, encoding="utf-8")
    data = book({"price": "1", "service": "voice"}, {"price": "1", "service": "sms"})
    (files / "other.json").write_text(json.dumps(data), encoding="utf-8")
    main([str(files / "other.json"), str(files / "usage.csv"), "--language", "de"])
    err = capsys.readouterr().err
    assert "kein Preis gilt für den Dienst Voice; das Buch hat sms, voice." in err
    assert "kein Preis zählt in min; das Buch hat second." in err
    assert "No tariff is named for this record" in out
    (files / "usage.csv").write_text(f"begin,length,b_number\n{rows}\n", encoding="utf-8")
    assert run(files) == 2
    err = capsys.readouterr().err
    assert "no columns 'started_at', 'quantity' (it has: begin, length, b_number)" in err
    head = "started_at,quantity,b_number,tariff"
    lines = [head, f"{rows},7", "2026-03-10T11:00:00Z,61,,7"]
    (files / "usage.csv").write_text("\n".join(lines), encoding="utf-8")
    run(files)
    out = capsys.readouterr().out
    assert "written with the country code, without 0 in front" in out
    assert "prices voice by the number called, and the record has none" in out
    assert main([str(files / "book.json"), str(files / "none.csv")]) == 2
    assert "none.csv is not there; correct the name." in capsys.readouterr().err


def test_what_is_long_is_shown_shortly(files, capsys):
    long = {"price": "0." + "9" * 10**6}
    (files / "book.json").write_text(json.dumps(book(long)), encoding="utf-8")
    assert run(files) == 2
    assert len(capsys.readouterr().err) < 400
    (files / "book.json").write_text(json.dumps(book({"price": "1"})), encoding="utf-8")
    (files / "usage.csv").write_text(CSV.replace("331", "3" * 1000), encoding="utf-8")
    assert run(files) == 1
    out = capsys.readouterr().out
    assert "no zone for " + "3" * 59 + "…" in out and "3" * 60 not in out


def test_faults_of_a_book_in_german(files, capsys):
    (files / "book.json").write_text('{"format": 1, "zonen": []}', encoding="utf-8")
    assert run(files, "--language", "de") == 2
    assert "Tarifbuch: zonen = []: ist kein Feld dieses Satzes." in capsys.readouterr().err


def test_numbers_with_a_plus_in_parquet(files):
    frame = read_usage(files / "usage.csv")
    frame["b_number"] = ["+49 30 1", "+49 (30) 12-3", None]
    frame.to_parquet(files / "usage.pq")
    found = read_usage(files / "usage.pq")["b_number"]
    assert found.tolist()[:2] == ["49301", "4930123"] and pd.isna(found[2])


def test_unreadable_book(files, capsys):
    (files / "book.json").write_text("{", encoding="utf-8")
    assert run(files) == 2
    with pytest.raises(BookError, match="JSON"):
        read_book(files / "book.json")
    (files / "book.json").write_text('{"format": 1, "zones": [{"id": 1, "prefixes": ["x"]}]}')
    assert run(files) == 2
    assert "zone 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ['{"format": 1, "zones": [], "zones": []}', "[]", "null", "[" * 100_000, '{"format": true}',
     "\ufeff\ufeff{}", '{"format": 1, "currency": "\\u00fc"'],
)  # fmt: skip
def test_books_that_are_no_objects_or_say_a_thing_twice(tmp_path, text):
    (tmp_path / "book.json").write_text(text, encoding="utf-8")
    with pytest.raises(BookError):
        read_book(tmp_path / "book.json")


def test_books_with_a_byte_order_mark(tmp_path):
    text = json.dumps(book({"price": "1"}))
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "book.json").write_text(text, encoding=encoding)
        assert len(read_book(tmp_path / "book.json").rates) == 1


@pytest.mark.parametrize("words", [["-o", "no/folder/x.csv"], ["--more", "book.json"]])
def test_what_cannot_be_written(files, capsys, words):
    assert run(files, words[0], str(files / words[1])) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_parquet_with_texts_of_times_and_none_at_all(files, capsys):
    frame = read_usage(files / "usage.csv")
    frame["started_at"] = ["2026-03-10T11:00:00Z", "2026-03-10T12:00:00.5+01:00", None]
    frame.to_parquet(files / "usage.pq")
    found = read_usage(files / "usage.pq")["started_at"]
    assert [str(one) for one in found[:2]] == ["2026-03-10 11:00:00", "2026-03-10 11:00:00.500000"]
    (files / "usage.pq").write_text("none")
    assert main([str(files / "book.json"), str(files / "usage.pq")]) == 2
    assert "no readable Parquet" in capsys.readouterr().err


def test_usage_error_for_a_wrong_type():
    with pytest.raises(UsageError, match="int64"):
        from telecom_billing.rating import TariffBook, rate

        frame = pd.DataFrame({"started_at": pd.to_datetime(["2026-03-10"]), "quantity": ["1"]})
        rate(TariffBook(book({"price": "1"})), frame)


def test_as_a_program(files):
    words = [sys.executable, "-m", "telecom_billing.rating", "--help"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--explain" in done.stdout


def test_balances_alerts_and_topups(tmp_path):
    data = book({"price": "0.10", "per": "minute", "step": 60},
                allowances=[{"id": "a", "quantity": 1, "unit": "minute"}],
                limits=[{"id": "l", "amount": "0.05"}],
                minimums=[{"id": "m", "amount": "2.50"}])  # fmt: skip
    (tmp_path / "book.json").write_text(json.dumps(data))
    (tmp_path / "usage.csv").write_text(
        "started_at,quantity,b_number,tariff,line\n2026-03-10T11:00:00Z,90,4930123,7,x\n"
    )
    more = tmp_path / "more"
    words = [str(tmp_path / "book.json"), str(tmp_path / "usage.csv"), "--more", str(more)]
    assert main([*words, "-o", str(tmp_path / "charges.csv")]) == 0
    read = {name: pd.read_csv(more / f"{name}.csv", dtype=str).to_dict("records")[0]
            for name in ("allowances", "alerts", "topups")}  # fmt: skip
    assert read["allowances"]["used"] == "60"
    assert (read["alerts"]["kind"], read["alerts"]["spent"]) == ("limit", "0.1")
    assert read["topups"]["topup"] == "2.4"


def test_costs_by_carrier(tmp_path):
    """61 s for 0.10 a minute; A asks 0.02 a minute, B 0.0005 a second; a third call is A's, who
    has no price for it."""

    def listed(number, **rate):
        return {"id": number, "versions": [{"id": 1, "rates": [{"id": 1, "zone": 1, **rate}]}]}

    data = book({"price": "0.10", "per": "minute", "step": 60, "zone": None},
                tariffs=[listed(1, price="0.02", per=60, step=60),
                         listed(2, price="0.0005", per=1, step=1)],
                carriers=[{"id": "A", "tariff": 1}, {"id": "B", "tariff": 2}])  # fmt: skip
    (tmp_path / "book.json").write_text(json.dumps(data))
    (tmp_path / "usage.csv").write_text(
        "started_at,quantity,b_number,tariff,carrier\n2026-03-10T11:00:00Z,61,4930123,7,A\n"
        "2026-03-10T11:00:00Z,60,4930123,7,B\n2026-03-10T11:00:00Z,60,331,7,A\n"
    )
    more = tmp_path / "more"
    words = [str(tmp_path / "book.json"), str(tmp_path / "usage.csv"), "--more", str(more)]
    assert main([*words, "-o", str(tmp_path / "charges.csv")]) == 0
    read = pd.read_csv(more / "costs.csv", dtype=str)
    assert read["cost"].tolist()[:2] == ["0.04", "0.03"]
    assert read["margin"].tolist()[:2] == ["0.16", "0.07"]
    assert read[["cost", "margin"]].iloc[2].isna().all()
    assert read["reason"].tolist()[2] == "no-zone"
    every = pd.read_csv(more / "least_cost.csv", dtype=str)
    assert every["best"].tolist()[:2] == ["B", "A"]
    assert every["cost B"].tolist()[:2] == ["0.0305", "0.03"]
