"""A column of a table is one record: what it shows, which figure it is, its formula."""

from __future__ import annotations

import io
from typing import NamedTuple

import openpyxl

from cchc_xl.writing.book import Book
from cchc_xl.writing.cells import Column, left_formula
from cchc_xl.writing.table_pages import write_table_page


class Purse(NamedTuple):
    budget: int | None
    spent: int | None


COLUMNS = (
    Column("TT", 5, "ordinal"),
    Column("Tên", 20, shows=lambda one: "ví"),
    Column("Đã chi", 10, "money", lambda one: one.spent, lambda one: "spent", total=True),
    Column("Dự toán", 10, "money", lambda one: one.budget, total=True),
    Column(
        "Còn lại",
        10,
        "money",
        lambda one: one.budget - one.spent,
        formula=left_formula("Dự toán", "Đã chi"),
    ),
)


def test_a_formula_finds_the_columns_it_names_wherever_they_stand() -> None:
    book = Book("Thử")
    rows = [Purse(5_000_000, 2_000_000), Purse(7_000_000, 0)]
    whole = Purse(12_000_000, 2_000_000)
    write_table_page(book, "Ví", "VÍ", "Ghi chú", "Vi", COLUMNS, rows, whole=whole)
    assert [place.cell for place in book.figures["spent"]] == ["C5", "C6", "C7"]
    content = io.BytesIO(book.to_bytes())
    shown = openpyxl.load_workbook(content, data_only=True)["Ví"]
    assert [[cell.value for cell in row] for row in shown["A5:E7"]] == [
        [1, "ví", 2, 5, 3],
        [2, "ví", 0, 7, 7],
        [None, "Tổng cộng", 2, 12, 10],
    ]
    formulas = openpyxl.load_workbook(content)["Ví"]
    assert formulas["E5"].value == '=IF(AND(ISNUMBER(D5),ISNUMBER(C5)),D5-C5,"")'
    assert formulas["C7"].value == '=IF(SUBTOTAL(102,C5:C6)=0,"",SUBTOTAL(109,C5:C6))'
