# SPDX-License-Identifier: AGPL-3.0-or-later
import csv
import datetime
from decimal import Decimal

import openpyxl
import pytest

from telecom_billing.billing import dispute_file

ROWS = [
    ["=1+1", datetime.datetime(2026, 9, 1, 8, 30, 5), Decimal("0.123456"), 3, None],
    ["Köln; Bonn", None, Decimal("-1.5"), 0, "@x"],
]
TABLE = ("Records", ["a", "b", "c", "d", "e"], ROWS)


@pytest.mark.parametrize(
    ("lang", "delimiter", "amount"), [("en_US", ",", "0.123456"), ("de_DE", ";", "0,123456")]
)
def test_csv_in_the_readers_habits_and_without_formulas(tmp_path, lang, delimiter, amount):
    path = tmp_path / "x.csv"
    dispute_file.write("csv", path, TABLE, TABLE, lang)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter))
    assert rows[0] == ["Records"]
    assert rows[2] == ["'=1+1", "2026-09-01 08:30:05", amount, "3", ""]
    assert rows[3][0] == "Köln; Bonn" and rows[3][4] == "'@x"
    assert rows[4] == [] and rows[5:] == rows[:4]


def test_xlsx_keeps_types_and_goes_on_where_a_sheet_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(dispute_file, "SHEET_ROWS", 2)
    path = tmp_path / "x.xlsx"
    dispute_file.write("xlsx", path, TABLE, "de_DE")
    one, two = openpyxl.load_workbook(path).worksheets
    assert one.title != two.title
    first = [cell.value for cell in one[2]]
    assert first == ["=1+1", datetime.datetime(2026, 9, 1, 8, 30, 5), 0.123456, 3, None]
    assert one["A2"].data_type == "s", "a text, no formula"
    assert next(cell.value for cell in two[2]) == "Köln; Bonn"
