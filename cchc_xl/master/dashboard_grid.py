"""A sheet laid out on a grid of narrow columns: texts over several of them, lists that pick
rows of the tables of results by live formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..writing.book import Book, Sheet
from ..writing.cells import Formula, column_name
from ..writing.templates import house_style
from .layout import MARK, PLAN, RESULT_ITEMS, STATUS
from .result_tables import RESULTS

LEFT = 1  # the first column inside the margin
COLUMNS = 28
_COLUMN_WIDTH = 4.3
_TITLE_HEIGHT = 20


class Results(NamedTuple):
    """What the tables of results hold: sheet -> rows, and the period they are of ("" where
    nothing was consolidated yet)."""

    rows: Mapping[str, Sequence[tuple[object, ...]]]
    period: str = ""

    def column(self, sheet: str, heading: str) -> list[object]:
        at = RESULTS[sheet].headings.index(heading)
        return [row[at] for row in self.rows.get(sheet, ())]

    def leaves(self, status: str, plan: str = "") -> int:
        """How many rows that must be reported have a status, in one plan or in all."""
        headings = (PLAN, STATUS, "Việc phải báo cáo")
        rows = zip(*(self.column(RESULT_ITEMS, heading) for heading in headings), strict=True)
        return sum(
            found == status and leaf == MARK and plan in ("", of) for of, found, leaf in rows
        )


class Grid:
    """A sheet, the results that its formulas look at, and how to put things on it."""

    def __init__(self, book: Book, sheet: Sheet, results: Results):
        self.book = book
        self.sheet = sheet
        self.results = results
        self.colour = house_style()["dashboard"]
        sheet.widths([2, *[_COLUMN_WIDTH] * COLUMNS, 2])

    @property
    def column_pixels(self) -> int:
        """The width of a column of the grid in XlsxWriter's pixels."""
        return self.sheet.raw._size_col(LEFT)

    def across(self, row: int, first: int, width: int, value: object, **style) -> None:
        """A value over `width` columns of the grid, counted from its left edge."""
        start = LEFT + first
        self.sheet.merge((row, start), (row, start + width - 1), value, **style)

    def heading(
        self, row: int, first: int, title: str | Formula, headings: Sequence[tuple[str, int]]
    ) -> None:
        """The title and the headings (with their widths) of a list."""
        self.sheet.raw.set_row(row, _TITLE_HEIGHT)
        self.across(row, first, sum(w for _, w in headings), title, bold=True, font_size=12)
        style = {
            "bold": True,
            "font_size": 10,
            "bg_color": house_style()["colour"]["heading_fill"],
            "align": "center",
            "valign": "vcenter",
            "border": 1,
            "border_color": self.colour["card_line"],
        }
        for heading, width in headings:
            self.across(row + 1, first, width, heading, **style)
            first += width

    def cell(self, row: int, first: int, width: int, value: object, **style) -> None:
        self.across(row, first, width, value, font_size=10, valign="vcenter", **style)

    def lines(self, row: int, first: int, width: int, rows: int) -> None:
        """Lines around the rows of a list in which something stands."""
        left, right = LEFT + first, LEFT + first + width - 1
        line = self.book.condition(border=1, border_color=self.colour["card_line"])
        self.sheet.raw.conditional_format(
            row,
            left,
            row + rows - 1,
            right,
            {"type": "formula", "criteria": f'=${column_name(left)}{row + 1}<>""', "format": line},
        )

    def numbers(
        self,
        row: int,
        column: int,
        table: str,
        heading: str,
        condition: str,
        found: list[int],
        rows: int,
    ) -> None:
        """In a column that is not seen: which rows of a table fulfil a condition."""
        style = self.book.style(num_format=";;;")
        for n in range(rows):
            formula = (
                f"{{=IFERROR(SMALL(IF({condition},ROW({table}[{heading}])-"
                f'ROW({table}[[#Headers],[{heading}]])),{n + 1}),"")}}'
            )
            value = found[n] + 1 if n < len(found) else ""
            self.sheet.raw.write_array_formula(
                row + n, column, row + n, column, formula, style, value
            )

    def picked(
        self,
        sheet: str,
        heading: str,
        found: list[int],
        n: int,
        at: str,
        show: Callable[[Any], object] = lambda value: value,
    ) -> Formula:
        """The value of a table's column in the row whose number stands in the cell `at`."""
        values = self.results.column(sheet, heading)
        value = show(values[found[n]]) if n < len(found) else ""
        name = f"{RESULTS[sheet].name}[{heading}]"
        text = f'=IF({at}="","",IF(INDEX({name},{at})="","",INDEX({name},{at})))'
        return Formula(text, "" if value is None else value)
