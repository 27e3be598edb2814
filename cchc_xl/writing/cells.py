"""What can stand in a cell of our workbooks, and in which format."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from .templates import house_style

# Dots for thousands and a comma for decimals in programs that take separators from the
# format (LibreOffice); Excel takes them from Windows.
VIETNAMESE = "[$-42A]"
ANY_MONEY = VIETNAMESE + "#,##0.0#####"
# Numbers keep away from the text of the next column.
RIGHT = {"align": "right", "indent": 1}
_SMALLEST_DECIMAL = 6  # one đồng, in triệu đồng


class Formula(NamedTuple):
    """A formula with the value it gives, for viewers that do not calculate."""

    text: str
    value: object = 0


class Written(NamedTuple):
    """Where a figure stands in a workbook, and its value there (money in triệu đồng)."""

    sheet: str
    cell: str
    value: object


class Traced(NamedTuple):
    """A value of a table that is a figure: which one."""

    value: object
    of: Hashable


class Amount(NamedTuple):
    """An amount of đồng that stands in a column of the row at hand."""

    column: int
    dong: int | None


class Column(NamedTuple):
    """A column of a table. `kind`: text, code, centre, number, count (nought is not shown),
    plain number, percent, date, money, or "live money", whose format shows any amount that may
    come to stand there later. `total` asks for its sum below the table."""

    heading: str
    width: float
    kind: str = "text"
    total: bool = False


KINDS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "code": {"num_format": "@"},
    "centre": {"align": "center", "text_wrap": True},
    "number": {**RIGHT, "num_format": VIETNAMESE + "#,##0"},
    # Nought is known, and quiet.
    "count": {**RIGHT, "num_format": VIETNAMESE + "#,##0;-#,##0;"},
    "plain number": {**RIGHT, "num_format": "General"},
    "percent": {**RIGHT, "num_format": VIETNAMESE + "0.0"},
    "date": {"align": "center", "num_format": "dd/mm/yyyy"},
}


def money_format(dong: int | None) -> str:
    """The number format that shows all decimals an amount has in triệu đồng, and no more."""
    decimals = _SMALLEST_DECIMAL
    rest = abs(dong or 0) % 10**_SMALLEST_DECIMAL
    while decimals and rest % 10 == 0:
        rest //= 10
        decimals -= 1
    return VIETNAMESE + "#,##0" + ("." + "0" * decimals if decimals else "")


def line_style() -> dict[str, Any]:
    """The thin border of a table's cells."""
    return {"border": 1, "border_color": house_style()["colour"]["line"]}


def cell_name(row: int, column: int) -> str:
    """(11, 10) -> "K12"."""
    return xl_rowcol_to_cell(row, column)


def column_name(column: int) -> str:
    """10 -> "K"."""
    return xl_col_to_name(column)
