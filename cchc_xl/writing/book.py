"""How every new workbook is written: strictly, reproducibly, in one house style, and with rows that
are high enough for their text.

Text is always written as text, so nothing that a user typed can become a formula. A call
that XlsxWriter refuses or only warns about is an error of ours and raises.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from ..plan.figures import FigureId
from ..text.money import million_number
from ..text.numbers import format_million
from .cells import (
    KINDS,
    MONEY,
    RIGHT,
    Column,
    Formula,
    Traced,
    Written,
    cell_name,
    cells_by_heading,
    line_style,
    money_format,
)
from .templates import house_style
from .textfit import column_pixels, text_height

# Workbooks carry no time of making, so that the same inputs give the same bytes.
_CREATED = datetime.datetime(2018, 1, 1)
_LONGEST_SHEET_NAME = 31
_MM_PER_INCH = 25.4
_LONGEST_LINK = 1000
_LINK_COLOUR = "#0563C1"
_A4 = (297, 210)
_PIXELS_PER_INCH = 96
_LONGEST_TEXT = 32_767  # of a cell in Excel
_CUT = "… (còn nữa, xem trang Nguồn số liệu)"
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_USUAL_WIDTH = 8.43  # of a column, in characters
_BOLD_DIGIT = 1.08
_NUMBER_MARGIN = 2.2
_LINE = 15  # points of a usual row
_HIGHEST_ROW = 409  # Excel's limit, in points


def _house_font() -> dict[str, Any]:
    font = house_style()["font"]
    return {"font_name": font["name"], "font_size": font["body"]}


class Book:
    """A new workbook in the house style, kept in memory until `to_bytes`."""

    def __init__(self, title: str):
        self.font = _house_font()
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
                "default_format_properties": self.font,
            },
        )
        self._sheets: list[Sheet] = []
        self._workbook.set_properties({"title": title, "created": _CREATED})
        self._workbook.set_calc_mode("auto")
        self._formats: dict[frozenset, Any] = {}
        # What each figure is -> where it was written.
        self.figures: dict[FigureId, list[Written]] = {}
        # The same of figures that nobody cites: unknown ones, and numbers in a sentence.
        self.uncited: list[tuple[FigureId, Written]] = []
        # Other texts, but for those in the rows of most tables.
        self.texts: list[Written] = []

    def style(self, **properties: Any):
        """A cell format; the font of the house where `properties` name none."""
        wanted = frozenset(properties.items())
        if wanted not in self._formats:
            usual = {**self.font, "valign": "top"}
            self._formats[wanted] = self._workbook.add_format({**usual, **properties})
        return self._formats[wanted]

    def condition(self, **properties: Any):
        """The format that a condition puts over a cell's own."""
        return self._workbook.add_format(properties)

    def sheet(self, name: str) -> Sheet:
        """A new sheet; a name that Excel would refuse is mended."""
        name = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:_LONGEST_SHEET_NAME]
        used = {known.casefold() for known in self.sheet_names}
        number = 2
        unique = name
        while unique.casefold() in used:
            unique = f"{name[: _LONGEST_SHEET_NAME - 4]} ({number})"
            number += 1
        sheet = Sheet(self, self._workbook.add_worksheet(unique, OfficialWorksheet))
        self._sheets.append(sheet)
        return sheet

    @property
    def sheet_names(self) -> list[str]:
        return [sheet.raw.get_name() for sheet in self._sheets]

    def add_vba_project(self, project: bytes) -> None:
        """Make it a workbook with macros."""
        stream: Any = io.BytesIO(project)  # which XlsxWriter takes and calls a str
        self._workbook.add_vba_project(stream, is_stream=True)
        self._workbook.set_vba_name("ThisWorkbook")

    def name_cell(self, name: str, sheet: Sheet, row: int, column: int) -> None:
        """Give a cell a name, by which formulas and macros find it."""
        place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        accepted(self._workbook.define_name(name, f"='{sheet.raw.get_name()}'!{place}"))

    def chart(self, kind: str, subtype: str | None = None) -> Any:
        options = {"type": kind} | ({"subtype": subtype} if subtype else {})
        return self._workbook.add_chart(options)

    def to_bytes(self) -> bytes:
        for sheet in self._sheets:
            sheet.fit()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self._workbook.close()
        return self._buffer.getvalue()


def _held(text: str) -> str:
    """A text as a cell can hold it."""
    text = _NO_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - len(_CUT)] + _CUT


def accepted(status: object) -> None:
    """XlsxWriter says by a negative number that it wrote nothing."""
    if isinstance(status, int) and status < 0:
        raise ValueError(f"XlsxWriter refused a call ({status})")


class _Wrapped(NamedTuple):
    """A text that is wrapped within some cells."""

    row: int
    rows: int
    first: int
    last: int
    text: str
    size: float
    bold: bool


class Sheet:
    """A worksheet that raises where XlsxWriter would only return a code or warn, and whose
    rows are high enough for their text."""

    def __init__(self, book, worksheet):
        self.book = book
        self.raw = worksheet
        self._widths: dict[int, float] = {}
        self._needed: dict[int, float] = {}
        self._wrapped: list[_Wrapped] = []
        self._rules: list[tuple[int, int, int, float]] = []
        self._rooms: dict[int, float] = {}

    def widths(self, widths: Iterable[float]) -> None:
        """Column widths in characters, from the first column on."""
        for at, width in enumerate(widths):
            self._widths[at] = width
            accepted(self.raw.set_column(at, at, width))

    def folded(self, column: int, width: float) -> None:
        """A column that is folded away until somebody opens it."""
        self._widths[column] = width
        accepted(self.raw.set_column(column, column, width, None, {"level": 1, "hidden": True}))
        accepted(self.raw.set_column(column + 1, column + 1, None, None, {"collapsed": True}))

    def room(self, row: int, lines: int) -> None:
        """Leave a row room for so many lines that somebody will type."""
        self._rooms[row] = lines * _LINE

    def fit(self) -> None:
        """Give every column the width its numbers need, every row the height of its texts."""
        for column, needed in self._needed.items():
            if needed > self._widths.get(column, _USUAL_WIDTH):
                self._widths[column] = needed
                accepted(self.raw.set_column(column, column, needed))
        heights = dict(self._rooms)
        for text in self._wrapped:
            pixels = self.pixels(text.first, text.last)
            needed = text_height(text.text, pixels, text.size, text.bold) / text.rows
            for row in range(text.row, text.row + text.rows):
                heights[row] = max(needed, heights.get(row, _LINE))
        for row, height in heights.items():
            accepted(self.raw.set_row(row, min(height, _HIGHEST_ROW)))
        for rule in self._rules:
            self._draw(*rule)

    def pixels(self, first: int, last: int) -> int:
        """The width of some columns."""
        widths = (self._widths.get(at, _USUAL_WIDTH) for at in range(first, last + 1))
        return sum(map(column_pixels, widths))

    @staticmethod
    def printed_pixels(*, landscape: bool) -> float:
        """The width of a page between its margins, at 100%."""
        margin = house_style()["margin"]
        paper = _A4[0] if landscape else _A4[1]
        return (paper - margin["left"] - margin["right"]) / _MM_PER_INCH * _PIXELS_PER_INCH

    def rule(self, row: int, first: int, last: int, pixels: float) -> None:
        """A line in the middle of some columns, as under the name of an agency."""
        self._rules.append((row, first, last, pixels))

    def _draw(self, row: int, first: int, last: int, pixels: float) -> None:
        widths = [
            column_pixels(self._widths.get(at, _USUAL_WIDTH)) for at in range(first, last + 1)
        ]
        offset = max(sum(widths) - pixels, 0) / 2
        while widths[1:] and offset > widths[0]:
            offset -= widths.pop(0)
        accepted(
            self.raw.insert_textbox(
                row,
                last + 1 - len(widths),
                "",
                {
                    "x_offset": int(offset),
                    "y_offset": 2,
                    "width": int(pixels),
                    "height": 1,
                    "line": {"none": True},
                    "fill": {"color": "black"},
                    "object_position": 1,
                    "description": "Đường kẻ dưới tên",
                },
            )
        )

    def put(
        self, row: int, column: int, value: object = None, of: FigureId | None = None, **style: Any
    ) -> None:
        """Write one value by its type; None writes an empty, styled cell. `of` says which figure
        it is."""
        wrap = None
        if style.get("text_wrap"):
            wrap = style.get("font_size", self.book.font["font_size"]), style.get("bold", False)
        if of is None and isinstance(value, str) and value:
            self._note_text(row, column, value)
        self._write(row, column, value, of, self.book.style(**style), wrap)

    def tell(self, row: int, column: int, figures: Iterable[FigureId]) -> None:
        """Which figures the numbers in a sentence are, in their order."""
        place = Written(self.raw.name, cell_name(row, column), None)
        self.book.uncited.extend((figure, place) for figure in figures)

    def _note_text(self, row: int, column: int, text: str) -> None:
        self.book.texts.append(Written(self.raw.name, cell_name(row, column), _held(text)))

    def _write(
        self,
        row: int,
        column: int,
        value: object,
        of: FigureId | None,
        form,
        wrap: tuple[float, bool] | None,
    ) -> None:
        """One cell in a format; `wrap` is the size and weight of a text that is wrapped."""
        raw = self.raw
        if isinstance(value, str):
            value = _held(value)
        shown = value.value if isinstance(value, Formula) else value
        if isinstance(value, Formula) and isinstance(shown, Decimal):
            value = value._replace(value=float(shown))
        if of is not None:
            place = Written(raw.name, cell_name(row, column), shown)
            if shown is None or shown == "":
                self.book.uncited.append((of, place))
            else:
                self.book.figures.setdefault(of, []).append(place)
        if wrap and isinstance(shown, str) and shown:
            self._wrapped.append(_Wrapped(row, 1, column, column, shown, *wrap))
        if value is None or value == "":
            status = raw.write_blank(row, column, None, form)
        elif isinstance(value, str):
            status = raw.write_string(row, column, value, form)
        elif isinstance(value, Formula):
            status = raw.write_formula(row, column, value.text, form, value.value)
        elif isinstance(value, int | float | Decimal):
            status = raw.write_number(row, column, value, form)
        elif isinstance(value, datetime.date):
            status = raw.write_datetime(row, column, value, form)
        else:
            raise TypeError(f"a cell cannot hold {type(value).__name__}")
        accepted(status)

    def link_file(self, row: int, column: int, path: str, sheet: str, cell: str, text: str) -> None:
        """A text that opens a place in another workbook, beside this one. A name with # has no
        link: Excel would take what follows for a place in the file."""
        if "#" in path or "#" in sheet or len(path) > _LONGEST_LINK:
            return
        place = f"#{_quoted(sheet)}!{cell}" if path.endswith(".xlsx") else ""
        self._link(row, column, f"external:{path}{place}", text, "text")

    def link_cell(self, row: int, column: int, to: Written) -> None:
        """The name of a cell of this workbook, which leads there."""
        self._link(row, column, f"internal:{_quoted(to.sheet)}!{to.cell}", to.cell, "centre")

    def _link(self, row: int, column: int, target: str, text: str, kind: str) -> None:
        style = self.book.style(**line_style(), **KINDS[kind], font_color=_LINK_COLOUR)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            accepted(self.raw.write_url(row, column, target, style, text))

    def put_money(self, row: int, column: int, dong: int | None, **style: Any) -> None:
        """Đồng, shown in triệu đồng with the decimals it has."""
        style = {**RIGHT, "num_format": money_format(dong), **style}
        self._make_room(column, dong)
        self.put(row, column, million_number(dong), **style)

    def put_money_formula(
        self, row: int, column: int, formula: str, dong: int | None, **style: Any
    ) -> None:
        """A formula whose value is an amount of đồng in triệu đồng ("" where it is None)."""
        style = {**RIGHT, "num_format": money_format(dong), **style}
        value = "" if dong is None else million_number(dong)
        self._make_room(column, dong)
        self.put(row, column, Formula(formula, value), **style)

    def put_sum(self, row: int, column: int, cells: str, dong: int | None, **style: Any) -> None:
        """The sum of `cells` as a formula, empty where all of them are."""
        formula = f'=IF(COUNT({cells})=0,"",SUM({cells}))'
        self.put_money_formula(row, column, formula, dong, **style)

    def _make_room(self, column: int, dong: int | None) -> None:
        """A number that is wider than its column would show as ####."""
        if dong is not None:
            needed = len(format_million(dong)) * _BOLD_DIGIT + _NUMBER_MARGIN
            self._needed[column] = max(needed, self._needed.get(column, 0))

    def merge(
        self, first: tuple[int, int], last: tuple[int, int], text: object, **style: Any
    ) -> None:
        """One text over several cells of a row, or a block."""
        if first != last:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                self.raw.merge_range(*first, *last, "", self.book.style(**style))
        self.put(*first, text, **style)
        if self._wrapped and self._wrapped[-1].text is text:  # the text has the whole block
            rows = last[0] - first[0] + 1
            self._wrapped.append(self._wrapped.pop()._replace(rows=rows, last=last[1]))

    def colour_words(
        self, first: tuple[int, int], last: tuple[int, int], colours: Mapping[Any, str]
    ) -> None:
        """Word -> the colour (by its name in `styles.toml`) that it is shown in. By rule and not
        by cell, so that it follows what is sorted, mended or refreshed."""
        for word, colour in colours.items():
            shade = self.book.condition(font_color=house_style()["colour"][colour])
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": shade}
            accepted(self.raw.conditional_format(*first, *last, rule))

    def validate(self, first: tuple[int, int], last: tuple[int, int], options: dict) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            accepted(self.raw.data_validation(*first, *last, options))

    def table(
        self,
        row: int,
        name: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[object]],
        *,
        with_texts: bool = False,
    ) -> int:
        """An Excel table (filters, banding) from a heading row; gives the last row's index.
        A table without rows gets an empty one, as Excel demands. `with_texts` notes the texts in
        its rows as ours: those that follow from no figure beside them."""
        body = list(rows) or [[None] * len(columns)]
        last = row + len(body)
        self.widths(column.width for column in columns)
        header_style = dict(
            **line_style(),
            bold=True,
            text_wrap=True,
            valign="vcenter",
            align="center",
            bg_color=house_style()["colour"]["heading_fill"],
        )
        header = self.book.style(**header_style)
        for at, column in enumerate(columns):
            self._note_text(row, at, column.heading)
            text = column.heading + " ▼"
            self._wrapped.append(_Wrapped(row, 1, at, at, text, self.book.font["font_size"], True))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            status = self.raw.add_table(
                row,
                0,
                last,
                len(columns) - 1,
                {
                    "name": name,
                    "style": "Table Style Light 1",
                    "columns": [{"header": c.heading, "header_format": header} for c in columns],
                },
            )
        accepted(status)
        line = line_style()
        looks = [{**line, **KINDS[c.kind]} if c.kind in KINDS else line for c in columns]
        forms = [self.book.style(**look) for look in looks]
        wraps = [
            (self.book.font["font_size"], False) if look.get("text_wrap") else None
            for look in looks
        ]
        for at, cells in enumerate(body, row + 1):
            named = cells_by_heading(columns, at)
            for position, (column, value) in enumerate(zip(columns, cells, strict=True)):
                shown, of = value if isinstance(value, Traced) else (value, None)
                if with_texts and of is None and isinstance(shown, str) and shown:
                    self._note_text(at, position, shown)
                if isinstance(shown, Formula) or column.kind in MONEY:
                    self.put_cell(at, position, column, value, named, **line)
                else:
                    if column.kind == "ordinal" and rows:
                        shown = at - row
                    self._write(at, position, shown, of, forms[position], wraps[position])
        self.raw.freeze_panes(row + 1, 0)
        return last

    def put_cell(
        self, row: int, at: int, column: Column, value: Any, named: Mapping[str, str], **style: Any
    ) -> None:
        """A cell of a column; `named` has the cells that a formula names by their headings."""
        value, style["of"] = value if isinstance(value, Traced) else (value, None)
        formula, shown = value if isinstance(value, Formula) else ("", value)
        formula = formula.format_map(named)
        if colour := column.colours.get(str(shown)):
            style["font_color"] = house_style()["colour"][colour]
        if column.kind in MONEY:
            style = MONEY[column.kind] | style
            if formula:
                self.put_money_formula(row, at, formula, shown, **style)
            else:
                self.put_money(row, at, shown, **style)
            return
        if formula:
            shown = Formula(formula, "" if shown is None else shown)
        self.put(row, at, shown, **KINDS[column.kind] | style)

    def totals(self, row: int, columns: Sequence[Column], first: int, whole: object) -> None:
        """Below a table whose rows begin at `first`: the sums of what a filter shows, with
        their values stored. `whole` is what all rows are together."""
        style = {**line_style(), "bold": True}
        label = next(at for at, column in enumerate(columns) if column.total) - 1
        named = cells_by_heading(columns, row)
        for at, column in enumerate(columns):
            if column.formula:
                self.put_cell(row, at, column, column.cell(whole), named, **style)
            elif column.total:
                cells = f"{cell_name(first, at)}:{cell_name(row - 1, at)}"
                formula = f'=IF(SUBTOTAL(102,{cells})=0,"",SUBTOTAL(109,{cells}))'
                total = column._replace(formula=formula).cell(whole)
                self.put_cell(row, at, column, total, named, **style)
            else:
                self.put(row, at, "Tổng cộng" if at == label else None, **style)

    def page(
        self,
        *,
        landscape: bool,
        heading_rows: tuple[int, int] | None,
        columns: int,
        rows: int | None,
        number_first_page: bool = True,
    ) -> None:
        """A4, the decree's margins, one page wide, heading repeated, page number on top; so
        many rows, or all there will be."""
        margin = house_style()["margin"]
        inches = {side: mm / _MM_PER_INCH for side, mm in margin.items()}
        if landscape:
            self.raw.set_landscape()
        self.raw.set_paper(9)
        self.raw.set_margins(**inches)
        # 13 points whatever the page is scaled to.
        self.raw.set_header(
            f'&C&"{house_style()["font"]["name"]},Regular"&13&P',
            {"margin": 10 / _MM_PER_INCH, "scale_with_doc": False},
        )
        self.raw.number_first_page = number_first_page
        self.raw.set_start_page(1)  # each sheet is a document
        self.raw.fit_to_pages(1, 0)
        if heading_rows:
            self.raw.repeat_rows(*heading_rows)
        if rows is not None:
            self.raw.print_area(0, 0, rows - 1, columns - 1)
        self.raw.center_horizontally()


def _quoted(sheet: str) -> str:
    """A sheet's name as references have it."""
    return "'" + sheet.replace("'", "''") + "'"


class OfficialWorksheet(Worksheet):
    """Rows keep the height they are given only until their text changes: without the mark
    `customHeight`, Excel fits a row again when an officer types into it. And the first page may
    go without its number, as the decree asks of documents."""

    number_first_page = True

    def _prepare_formula(self, formula, expand_future_functions=False):
        # XlsxWriter looks for a hundred new functions of Excel in each; ours use none.
        return formula.removeprefix("{").removesuffix("}").removeprefix("=")

    def _write_header_footer(self):
        if self.number_first_page or not self.header_footer_changed:
            super()._write_header_footer()
            return
        self._xml_start_tag("headerFooter", [("differentFirst", 1), ("scaleWithDoc", 0)])
        self._write_odd_header()
        self._xml_empty_tag("firstHeader")
        self._xml_end_tag("headerFooter")

    def _xml_start_tag_unencoded(self, tag, attributes=()):
        super()._xml_start_tag_unencoded(tag, _not_fixed(tag, attributes))

    def _xml_empty_tag_unencoded(self, tag, attributes=()):
        super()._xml_empty_tag_unencoded(tag, _not_fixed(tag, attributes))


def _not_fixed(tag: str, attributes):
    if tag != "row":
        return attributes
    return [pair for pair in attributes if pair[0] != "customHeight"]
