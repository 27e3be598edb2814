"""How every new workbook is written: strictly, reproducibly, in one house style.

Text is always written as text, so nothing that a user typed can become a formula. A call
that XlsxWriter refuses or only warns about is an error of ours and raises.
"""

from __future__ import annotations

import datetime
import io
import re
import tomllib
import warnings
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from .money import million_number
from .textfit import column_pixels, text_height
from .vietnamese import format_million

# Workbooks carry no time of making, so that the same inputs give the same bytes.
_CREATED = datetime.datetime(2018, 1, 1)
_MM_PER_INCH = 25.4
# Dots for thousands and a comma for decimals in programs that take separators from the
# format (LibreOffice); Excel takes them from Windows.
VIETNAMESE = "[$-42A]"
ANY_MONEY = VIETNAMESE + "#,##0.0#####"
_LONGEST_SHEET_NAME = 31
_LONGEST_TEXT = 32_767  # of a cell in Excel
_CUT = "… (còn nữa, xem trang Nguồn số liệu)"
_USUAL_WIDTH = 8.43  # of a column, in characters
_BOLD_DIGIT = 1.08
_NUMBER_MARGIN = 2.2
# Numbers keep away from the text of the next column.
_RIGHT = {"align": "right", "indent": 1}
_HIGHEST_ROW = 409  # Excel's limit, in points
_SMALLEST_DECIMAL = 6  # one đồng, in triệu đồng


def resource(folder: str, name: str) -> Path:
    """A file of `templates/` or `workbook/`, in an installed package or in a checkout."""
    here = Path(__file__).parent
    installed = here / folder / name
    return installed if installed.exists() else here.parent / folder / name


@cache
def house_style() -> dict[str, dict[str, Any]]:
    """The settings of templates/styles.toml."""
    return tomllib.loads(resource("templates", "styles.toml").read_text("utf-8"))


def _house_font() -> dict[str, Any]:
    font = house_style()["font"]
    return {"font_name": font["name"], "font_size": font["body"]}


class Formula(NamedTuple):
    """A formula with the value it gives, for viewers that do not calculate."""

    text: str
    value: object = 0


class Amount(NamedTuple):
    """An amount of đồng that stands in a column of the row at hand."""

    column: int
    dong: int | None


class Book:
    """A new workbook in the house style, kept in memory until `to_bytes`."""

    def __init__(self, title: str):
        self._buffer = io.BytesIO()
        self._workbook = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_date_format": "dd/mm/yyyy",
                # Column widths count in digits of this font.
                "default_format_properties": _house_font(),
            },
        )
        self._sheets: list[Sheet] = []
        self._workbook.set_properties({"title": title, "created": _CREATED})
        self._workbook.set_calc_mode("auto")
        self._formats: dict[tuple, Any] = {}

    def style(self, **properties: Any):
        """A cell format; the font of the house where `properties` name none."""
        properties = {**_house_font(), "valign": "top", **properties}
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def condition(self, **properties: Any):
        """The format that a condition puts over a cell's own."""
        return self._workbook.add_format(properties)

    def sheet(self, name: str) -> Sheet:
        """A new sheet; a name that Excel would refuse is mended."""
        name = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:_LONGEST_SHEET_NAME]
        used = {sheet.raw.get_name().casefold() for sheet in self._sheets}
        number = 2
        unique = name
        while unique.casefold() in used:
            unique = f"{name[: _LONGEST_SHEET_NAME - 4]} ({number})"
            number += 1
        sheet = Sheet(self, self._workbook.add_worksheet(unique, _GrowingRows))
        self._sheets.append(sheet)
        return sheet

    def add_vba_project(self, project: bytes) -> None:
        """Make it a workbook with macros."""
        self._workbook.add_vba_project(io.BytesIO(project), is_stream=True)
        self._workbook.set_vba_name("ThisWorkbook")

    def name_cell(self, name: str, sheet: Sheet, row: int, column: int) -> None:
        """Give a cell a name, by which formulas and macros find it."""
        place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        _accepted(self._workbook.define_name(name, f"='{sheet.raw.get_name()}'!{place}"))

    def chart(self, kind: str, subtype: str | None = None):
        options = {"type": kind} | ({"subtype": subtype} if subtype else {})
        return self._workbook.add_chart(options)

    def to_bytes(self) -> bytes:
        for sheet in self._sheets:
            sheet.fit()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self._workbook.close()
        return self._buffer.getvalue()


class _GrowingRows(Worksheet):
    """Rows keep the height they are given only until their text changes: without the mark
    `customHeight`, Excel fits a row again when an officer types into it."""

    def _xml_start_tag_unencoded(self, tag, attributes=()):
        super()._xml_start_tag_unencoded(tag, _not_fixed(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag, attributes=()):
        super()._xml_empty_tag_unencoded(tag, _not_fixed(tag, attributes))


def _not_fixed(tag: str, attributes):
    if tag != "row":
        return attributes
    return [pair for pair in attributes if pair[0] != "customHeight"]


class Sheet:
    """A worksheet that raises where XlsxWriter would only return a code or warn, and whose
    rows are high enough for their text."""

    def __init__(self, book: Book, worksheet):
        self.book = book
        self.raw = worksheet
        self._widths: dict[int, float] = {}
        self._needed: dict[int, float] = {}
        self._wrapped: list[tuple[int, int, int, str, dict[str, Any]]] = []

    def widths(self, widths: Iterable[float]) -> None:
        """Column widths in characters, from the first column on."""
        for at, width in enumerate(widths):
            self._widths[at] = width
            _accepted(self.raw.set_column(at, at, width))

    def fit(self) -> None:
        """Give every column the width its numbers need, every row the height of its texts."""
        for column, needed in self._needed.items():
            if needed > self._widths.get(column, _USUAL_WIDTH):
                self._widths[column] = needed
                _accepted(self.raw.set_column(column, column, needed))
        heights: dict[int, float] = {}
        font = house_style()["font"]
        for row, first, last, text, style in self._wrapped:
            pixels = sum(
                column_pixels(self._widths.get(at, _USUAL_WIDTH)) for at in range(first, last + 1)
            )
            size = style.get("font_size", font["body"])
            needed = text_height(text, pixels, size, style.get("bold", False))
            heights[row] = max(needed, heights.get(row, 15))
        for row, height in heights.items():
            _accepted(self.raw.set_row(row, min(height, _HIGHEST_ROW)))

    def put(self, row: int, column: int, value: object = None, **style: Any) -> None:
        """Write one value by its type; None writes an empty, styled cell."""
        cell_format = self.book.style(**style)
        at = (row, column)
        shown = value.value if isinstance(value, Formula) else value
        if isinstance(shown, str) and style.get("text_wrap"):
            self._wrapped.append((row, column, column, shown, style))
        if value is None or value == "":
            status = self.raw.write_blank(*at, None, cell_format)
        elif isinstance(value, Formula):
            status = self.raw.write_formula(*at, value.text, cell_format, value.value)
        elif isinstance(value, str):
            if len(value) > _LONGEST_TEXT:
                value = value[: _LONGEST_TEXT - len(_CUT)] + _CUT
            status = self.raw.write_string(*at, value, cell_format)
        elif isinstance(value, datetime.date):
            status = self.raw.write_datetime(*at, value, cell_format)
        elif isinstance(value, int | float | Decimal):
            status = self.raw.write_number(*at, value, cell_format)
        else:
            raise TypeError(f"a cell cannot hold {type(value).__name__}")
        _accepted(status)

    def put_money(self, row: int, column: int, dong: int | None, **style: Any) -> None:
        """Đồng, shown in triệu đồng with the decimals it has."""
        style = {**_RIGHT, "num_format": money_format(dong), **style}
        self._make_room(column, dong)
        self.put(row, column, million_number(dong), **style)

    def put_money_formula(
        self, row: int, column: int, formula: str, dong: int | None, **style: Any
    ) -> None:
        """A formula whose value is an amount of đồng in triệu đồng ("" where it is None)."""
        style = {**_RIGHT, "num_format": money_format(dong), **style}
        value = "" if dong is None else million_number(dong)
        self._make_room(column, dong)
        self.put(row, column, Formula(formula, value), **style)

    def put_sum(self, row: int, column: int, cells: str, dong: int | None, **style: Any) -> None:
        """The sum of `cells` as a formula, empty where all of them are."""
        formula = f'=IF(COUNT({cells})=0,"",SUM({cells}))'
        self.put_money_formula(row, column, formula, dong, **style)

    def put_left(self, row: int, column: int, budget: Amount, spent: Amount, **style: Any) -> None:
        """Budget less spending as a formula, empty where one is unknown."""
        left = None
        if budget.dong is not None and spent.dong is not None:
            left = budget.dong - spent.dong
        a, b = (cell_name(row, amount.column) for amount in (budget, spent))
        formula = f'=IF(AND(ISNUMBER({a}),ISNUMBER({b})),{a}-{b},"")'
        self.put_money_formula(row, column, formula, left, **style)

    def put_ratio(self, row: int, column: int, budget: Amount, spent: Amount, **style: Any) -> None:
        """Spending in percent of the budget as a formula, empty where one is unknown."""
        known = budget.dong and spent.dong is not None
        percent = spent.dong / budget.dong * 100 if known else ""
        a, b = (cell_name(row, amount.column) for amount in (budget, spent))
        formula = f'=IF(AND(N({a})<>0,ISNUMBER({b})),{b}/{a}*100,"")'
        style = {**_RIGHT, "num_format": VIETNAMESE + "#,##0.0", **style}
        self.put(row, column, Formula(formula, percent), **style)

    def _make_room(self, column: int, dong: int | None) -> None:
        """A number that is wider than its column would show as ####."""
        if dong is not None:
            needed = len(format_million(dong)) * _BOLD_DIGIT + _NUMBER_MARGIN
            self._needed[column] = max(needed, self._needed.get(column, 0))

    def merge(self, first: tuple[int, int], last: tuple[int, int], text: str, **style: Any) -> None:
        """One text over several cells of a row, or a block."""
        if first != last:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.raw.merge_range(*first, *last, "", self.book.style(**style))
        self.put(*first, text, **style)
        if self._wrapped and self._wrapped[-1][3] is text:  # the text has the whole width
            row, column, _, _, style = self._wrapped.pop()
            self._wrapped.append((row, column, last[1], text, style))

    def validate(self, first: tuple[int, int], last: tuple[int, int], options: dict) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            _accepted(self.raw.data_validation(*first, *last, options))

    def table(
        self,
        row: int,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[object]],
    ) -> int:
        """An Excel table (filters, banding) from a heading row; gives the last row's index.
        A table without rows gets an empty one, as Excel demands."""
        body = list(rows) or [[None] * len(columns)]
        last = row + len(body)
        self.widths(column.width for column in columns)
        header_style = dict(
            **line_style(), bold=True, text_wrap=True, valign="vcenter", align="center",
            bg_color=house_style()["colour"]["heading_fill"],
        )  # fmt: skip
        header = self.book.style(**header_style)
        for at, column in enumerate(columns):
            self._wrapped.append((row, at, at, column.heading + " ▼", header_style))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            status = self.raw.add_table(
                row, 0, last, len(columns) - 1,
                {
                    "name": name,
                    "style": "Table Style Light 1",
                    "columns": [{"header": c.heading, "header_format": header} for c in columns],
                },
            )  # fmt: skip
        _accepted(status)
        line = line_style()
        for at, cells in enumerate(body, row + 1):
            for position, (column, value) in enumerate(zip(columns, cells, strict=True)):
                if column.kind == "money":
                    self.put_money(at, position, value, **line)
                elif column.kind == "live money":
                    self.put_money(at, position, value, **line, num_format=ANY_MONEY)
                else:
                    self.put(at, position, value, **line, **_KINDS[column.kind])
        self.raw.freeze_panes(row + 1, 0)
        return last

    def page(
        self, *, landscape: bool, heading_rows: tuple[int, int], columns: int, rows: int | None
    ):
        """A4, the decree's margins, one page wide, heading repeated, page number on top; so
        many rows, or all there will be."""
        margin = house_style()["margin"]
        inches = {side: mm / _MM_PER_INCH for side, mm in margin.items()}
        if landscape:
            self.raw.set_landscape()
        self.raw.set_paper(9)
        self.raw.set_margins(**inches)
        self.raw.set_header(
            f'&C&"{house_style()["font"]["name"]},Regular"&12&P', {"margin": 10 / _MM_PER_INCH}
        )
        self.raw.fit_to_pages(1, 0)
        self.raw.repeat_rows(*heading_rows)
        if rows is not None:
            self.raw.print_area(0, 0, rows - 1, columns - 1)
        self.raw.center_horizontally()


class Column(NamedTuple):
    """A column of a table. `kind`: text, code, centre, number, plain number, percent, date, money,
    or "live money", whose format shows any amount that may come to stand there later."""

    heading: str
    width: float
    kind: str = "text"


_KINDS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "code": {"num_format": "@"},
    "centre": {"align": "center", "text_wrap": True},
    "number": {**_RIGHT, "num_format": VIETNAMESE + "#,##0"},
    "plain number": {**_RIGHT, "num_format": "General"},
    "percent": {**_RIGHT, "num_format": VIETNAMESE + "0.0"},
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


def _accepted(status: object) -> None:
    if isinstance(status, int) and status < 0:
        raise ValueError(f"XlsxWriter refused a call ({status})")
