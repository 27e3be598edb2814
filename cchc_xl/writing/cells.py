"""What can stand in a cell of our workbooks, and in which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from ..plan.figures import FigureId
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
    value: Any = 0


class Written(NamedTuple):
    """Where a figure stands in a workbook, and its value there (money in triệu đồng)."""

    sheet: str
    cell: str
    value: Any


class Traced(NamedTuple):
    """A value of a table that is a figure: which one."""

    value: object
    of: FigureId | None


class Column(NamedTuple):
    """A column of a table: all that is known of it.

    `kind`: text, code, centre, word (centred, on one line), ordinal (the number of the row),
    number, count (nought is not shown), plain number, percent, share (a percentage of money),
    date, money (in đồng), or "live money", whose format shows any amount that may come to stand
    there later. `shows` gives its value from the object that a row is about, `figure` which
    figure that is; `total` asks for its sum below the table. `formula` works the value out from
    other cells of the row, each named by its heading in braces. Words in `colours` are shown in
    a colour, by its name in `styles.toml`."""

    heading: str
    width: float
    kind: str = "text"
    shows: Callable[[Any], Any] = lambda row: None
    figure: Callable[[Any], FigureId | None] | None = None
    total: bool = False
    formula: str | Callable[[Any], str] = ""
    colours: Mapping[str, str] = MappingProxyType({})

    def cell(self, row: Any) -> object:
        """What stands in the cell of a row: its value, as a formula or a figure where it is."""
        value = self.shows(row)
        if formula := self.formula:
            value = Formula(formula if isinstance(formula, str) else formula(row), value)
        return Traced(value, self.figure(row)) if self.figure else value


def cells_of(columns: Sequence[Column], row: Any) -> tuple[object, ...]:
    """The cells of one row of a table."""
    return tuple(column.cell(row) for column in columns)


def position(columns: Sequence[Column], heading: str) -> int:
    """Where the column of a heading stands among these."""
    return next(at for at, column in enumerate(columns) if column.heading == heading)


def cells_by_heading(columns: Sequence[Any], row: int, first: int = 0) -> dict[str, str]:
    """Heading -> its cell in a row of a table that begins at the column `first`."""
    return {column.heading: cell_name(row, at) for at, column in enumerate(columns, first)}


def left_formula(budget: str, spent: str) -> str:
    """Budget less spending from the columns of these headings, empty where one is unknown."""
    return f'=IF(AND(ISNUMBER({{{budget}}}),ISNUMBER({{{spent}}})),{{{budget}}}-{{{spent}}},"")'


def share_formula(budget: str, spent: str) -> str:
    """Spending in percent of the budget, empty where one is unknown."""
    return f'=IF(AND(N({{{budget}}})<>0,ISNUMBER({{{spent}}})),{{{spent}}}/{{{budget}}}*100,"")'


KINDS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "code": {"num_format": "@"},
    "centre": {"align": "center", "text_wrap": True},
    "word": {"align": "center"},
    "ordinal": {"align": "center", "text_wrap": True},
    "number": {**RIGHT, "num_format": VIETNAMESE + "#,##0"},
    # Nought is known, and quiet.
    "count": {**RIGHT, "num_format": VIETNAMESE + "#,##0;-#,##0;"},
    "plain number": {**RIGHT, "num_format": "General"},
    "percent": {**RIGHT, "num_format": VIETNAMESE + "0.0"},
    "share": {**RIGHT, "num_format": VIETNAMESE + "#,##0.0"},
    "date": {"align": "center", "num_format": "dd/mm/yyyy"},
}
# The kinds of money, and what their style is besides that of an amount.
MONEY: dict[str, dict[str, Any]] = {"money": {}, "live money": {"num_format": ANY_MONEY}}


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
