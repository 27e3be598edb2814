"""An agency's own workbook with findings marked in it: cells coloured, with a comment that says
what is wrong and what to do, and a first sheet that lists all of them with links.

Its values and looks are written anew, so that no formula, macro, picture, link or name of the
agency's survives. It runs in a process of its own (`isolation`), since the workbook may be
anything.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.numbers import BUILTIN_FORMATS_REVERSE
from openpyxl.worksheet.worksheet import Worksheet

from ..errors import UnreadableFileError
from ..files.excel_marks import cell_of
from ..files.marks import is_percent_format
from ..findings.severity import Severity
from ..returns.answer_sheet import EXPLANATION, KEYS
from ..returns.form import ROW_KEY_HEADING, entry_style
from ..writing.book import Book, Sheet
from ..writing.cells import VIETNAMESE, Column
from ..writing.templates import house_style

INDEX_SHEET = "Cần sửa"
_COLUMNS = (
    Column("STT", 6, "centre"),
    Column("Mức độ", 12, "centre"),
    Column("Ô", 10, "centre"),
    Column("Đang ghi", 26),
    Column("Nội dung", 62),
    Column("Cần làm", 50),
)
# More of them where there is something to explain.
_TO_EXPLAIN = (Column(EXPLANATION, 50), *(Column(name, 14, "code") for name in KEYS))
_HEADING_ROW = 5
_MOST_CELLS = 200_000
_COMMENT_WIDTH, _LINE_HEIGHT, _LETTERS_IN_LINE = 320, 18, 44
_LONGEST_VALUE, _LONGEST_COMMENT = 80, 3_000
_LINES_TO_EXPLAIN = 4
_BORDERS = {"thin": 1, "medium": 2, "dashed": 3, "dotted": 4, "thick": 5, "double": 6, "hair": 7}
_WIDEST, _WIDTH = 100, 8.43


class Mark(NamedTuple):
    """One finding: `cell` is in the marked sheet ("" for the
    whole file). `keys` are those of a line that the agency may explain, else there are none."""

    severity: Severity
    cell: str
    value: str
    message: str
    fix: str
    keys: tuple[str, ...] = ()


class Letter(NamedTuple):
    """The sheet to mark, what the first sheet says above its list, and who speaks."""

    sheet: str
    title: str
    lines: Sequence[str]
    author: str


def marked(content: bytes, letter: Letter, marks: Sequence[Mark]) -> bytes:
    """A workbook (.xlsx, .xlsm) with the marks, as .xlsx; the same inputs give the same bytes.
    Raises UnreadableFileError when it cannot be opened or is too large."""
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
        pages = workbook.worksheets
        size = sum(page.max_row * page.max_column for page in pages)
    except Exception as error:  # whatever openpyxl makes of a strange file
        raise UnreadableFileError("không đánh dấu được trong tệp này") from error
    if letter.sheet not in workbook.sheetnames or size > _MOST_CELLS:
        raise UnreadableFileError("không đánh dấu được trong tệp này")
    by_cell: dict[tuple[int, int], list[tuple[int, Mark]]] = {}
    for number, mark in enumerate(marks, 1):
        if mark.cell:
            by_cell.setdefault(_anchor(workbook[letter.sheet], mark.cell), []).append(
                (number, mark)
            )
    book = Book(letter.title)
    index = book.sheet(INDEX_SHEET)
    names = {}
    for page in pages:
        if page.title.startswith(INDEX_SHEET) and page["A1"].value == letter.title:
            continue  # the list of an earlier time
        sheet = book.sheet(page.title)
        names[page.title] = sheet.raw.get_name()
        _copy(page, sheet, by_cell if page.title == letter.sheet else {}, letter.author)
    _write_index(index, names[letter.sheet], letter, marks)
    return book.to_bytes()


def rows_by_key(content: bytes, sheet: str) -> dict[str, int]:
    """Row key -> row number, of a form of ours."""
    page = openpyxl.load_workbook(io.BytesIO(content), read_only=True)[sheet]
    rows: dict[str, int] = {}
    column = -1
    for number, row in enumerate(page.iter_rows(values_only=True), 1):
        if ROW_KEY_HEADING in row:
            column = row.index(ROW_KEY_HEADING)
        elif 0 <= column < len(row) and row[column]:
            rows[str(row[column])] = number
    return rows


def _anchor(page: Worksheet, reference: str) -> tuple[int, int]:
    """The position of a cell, or of the first one where it is merged with others."""
    row, column = cell_of(reference)
    for merger in page.merged_cells.ranges:
        if merger.min_row <= row + 1 <= merger.max_row and (
            merger.min_col <= column + 1 <= merger.max_col
        ):
            return merger.min_row - 1, merger.min_col - 1
    return row, column


_HINT = {
    "validate": "any",
    "input_title": "Giải trình",
    "input_message": "Ghi khi số liệu đúng: vì sao. Để trống nếu sửa số liệu.",
}


# --------------------------------------------------------------------- their sheets


def _copy(
    page: Worksheet, sheet: Sheet, marks: dict[tuple[int, int], list[tuple[int, Mark]]], author: str
) -> None:
    """A sheet's values and looks; every row shows, for what is to be mended must be seen."""
    _copy_columns(page, sheet)
    mergers = {(m.min_row - 1, m.min_col - 1): m for m in page.merged_cells.ranges}
    for row in page.iter_rows():
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            at = (cell.row - 1, cell.column - 1)
            style = _style(cell)
            found = marks.get(at, ())
            if found:
                style["bg_color"] = _fill(found[0][1].severity)
            merger = mergers.get(at)
            if merger:
                last = (merger.max_row - 1, merger.max_col - 1)
                sheet.merge(at, last, str(_value(cell) or ""), **style)
            elif cell.has_style or cell.value is not None or found:
                sheet.put(*at, _value(cell), **style)
            if found:
                _comment(sheet, at, found, author)
    for first, last, options in _lists(page):
        sheet.validate(first, last, options)
    frozen = page.freeze_panes
    if frozen:
        sheet.raw.freeze_panes(*cell_of(frozen))
    if page.protection.sheet:
        sheet.raw.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
    if page.page_setup.orientation == "landscape":
        sheet.raw.set_landscape()
    sheet.raw.set_paper(9)
    sheet.raw.fit_to_pages(1, 0)
    if page.sheet_state == "veryHidden":
        sheet.raw.very_hidden()
    elif page.sheet_state == "hidden":
        sheet.raw.hide()


def _copy_columns(page: Worksheet, sheet: Sheet) -> None:
    widths = [_WIDTH] * page.max_column
    hidden = set()
    for column in page.column_dimensions.values():
        first, last = column.min or 1, min(column.max or 1, page.max_column)
        for at in range(first - 1, last):
            if column.width and column.customWidth:
                widths[at] = min(column.width, _WIDEST)
            if column.hidden:
                hidden.add(at)
    sheet.widths(widths)
    for at in hidden:
        sheet.raw.set_column(at, at, widths[at], None, {"hidden": True})


def _value(cell: Cell) -> object:
    """What stands in a cell, as something that is no formula."""
    value: Any = cell.value
    if value is None or cell.data_type == "f":
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str | int | float | datetime.date):
        return value
    return str(value)


def _style(cell: Cell) -> dict[str, Any]:
    if not cell.has_style:
        return {}
    font, fill, align, edge = cell.font, cell.fill, cell.alignment, cell.border
    style: dict[str, Any] = {
        "num_format": _number_format(cell),
        "locked": cell.protection.locked,
        "bold": bool(font.b),
        "italic": bool(font.i),
        "text_wrap": bool(align.wrap_text),
    }
    if font.name and re.fullmatch(r"[\w .-]{1,31}", font.name):
        style["font_name"] = font.name
    if font.sz and 4 <= font.sz <= 72:
        style["font_size"] = font.sz
    colours = {"font_color": font.color, "bg_color": fill.fgColor if fill.fill_type else None}
    style |= {name: rgb for name, colour in colours.items() if (rgb := _rgb(colour))}
    if align.horizontal in ("left", "center", "right", "fill", "justify"):
        style["align"] = align.horizontal
    if align.vertical in ("top", "center", "bottom"):
        style["valign"] = {"center": "vcenter"}.get(align.vertical, align.vertical)
    for name in ("left", "right", "top", "bottom"):
        side = getattr(edge, name)
        if side is not None and side.style in _BORDERS:
            style[name] = _BORDERS[side.style]
            if rgb := _rgb(side.color):
                style[f"{name}_color"] = rgb
    return style


def _rgb(colour: Any) -> str:
    """A colour that is written out; one that a theme gives is not known here."""
    rgb = getattr(colour, "rgb", None)
    return f"#{rgb[-6:]}" if isinstance(rgb, str) and re.fullmatch(r"[0-9A-Fa-f]{8}", rgb) else ""


def _number_format(cell: Cell) -> str:
    """The cell's number format where it is one of Excel's own or of our forms, else a plain one
    of its kind: a format of the agency's own making could make the file unreadable."""
    code = cell.number_format
    plain = code.removeprefix(VIETNAMESE)
    if code in BUILTIN_FORMATS_REVERSE or re.fullmatch(r"[#0,.]{1,20}", plain):
        return code
    if cell.is_date:
        return "dd/mm/yyyy"
    if is_percent_format(code):
        return "0.##%"
    return "#,##0.######" if "#,##0" in code else "General"


def _lists(page: Worksheet) -> Iterator[tuple[tuple[int, int], tuple[int, int], dict[str, Any]]]:
    """The drop-down lists that are written out."""
    for check in page.data_validations.dataValidation:
        found = re.fullmatch(r'"([^"]{1,200})"', check.formula1 or "")
        if check.type == "list" and found:
            options = {
                "validate": "list",
                "source": found[1].split(","),
                "error_type": "stop",
                "error_title": "Giá trị không hợp lệ",
                "error_message": "Chọn một giá trị trong danh sách.",
            }
            for span in check.sqref.ranges:
                first = (span.min_row - 1, span.min_col - 1)
                yield first, (span.max_row - 1, span.max_col - 1), options


# ------------------------------------------------------------------------- the marks


def _fill(severity: Severity) -> str:
    return house_style()["feedback"][f"{severity}_fill"]


def _comment(
    sheet: Sheet, at: tuple[int, int], found: Sequence[tuple[int, Mark]], author: str
) -> None:
    text = "\n\n".join(
        f"{number}. {one.severity.words}: {one.message}\nCần làm: {one.fix}"
        for number, one in found
    )[:_LONGEST_COMMENT]
    lines = sum(len(line) // _LETTERS_IN_LINE + 1 for line in text.split("\n"))
    options = {"author": author, "width": _COMMENT_WIDTH, "height": _LINE_HEIGHT * (lines + 1)}
    sheet.raw.write_comment(*at, text, options)


def _write_index(sheet: Sheet, name: str, letter: Letter, marks: Sequence[Mark]) -> None:
    """The list of everything that was found, each line with a link to its cell and, where the
    figure may be right, a cell for the agency's explanation."""
    explained = any(mark.keys for mark in marks)
    columns = (*_COLUMNS, *_TO_EXPLAIN) if explained else _COLUMNS
    explain_at, keys_at = len(_COLUMNS), len(_COLUMNS) + 1
    last = explain_at if explained else len(_COLUMNS) - 1
    sheet.widths(column.width for column in columns)
    title_size = house_style()["font"]["title"]
    sheet.merge((0, 0), (0, last), letter.title, bold=True, font_size=title_size)
    for at, line in enumerate(letter.lines, 1):
        sheet.merge((at, 0), (at, last), line, text_wrap=True)
    rows = [
        (number, one.severity.words, one.cell, one.value[:_LONGEST_VALUE], one.message, one.fix)
        + (None, *(one.keys or (None,) * len(KEYS))) * explained
        for number, one in enumerate(marks, 1)
    ]
    sheet.table(_HEADING_ROW, "CanSua", columns, rows)
    quoted = name.replace("'", "''")
    edge = {"border": 1, "align": "center"}
    for row, mark in enumerate(marks, _HEADING_ROW + 1):
        sheet.put(row, 1, mark.severity.words, **edge, bg_color=_fill(mark.severity))
        if mark.cell:
            link = sheet.book.style(**edge, underline=1, font_color="#0563C1")
            sheet.raw.write_url(row, 2, f"internal:'{quoted}'!{mark.cell}", link, mark.cell)
        if mark.keys:
            sheet.put(row, explain_at, None, **entry_style())
            sheet.validate((row, explain_at), (row, explain_at), _HINT)
            sheet.room(row, _LINES_TO_EXPLAIN)
    if explained:
        for at in range(keys_at, len(columns)):
            sheet.raw.set_column(at, at, columns[at].width, None, {"hidden": True})
        # Only the explanations are to be typed here; what they are about must stay.
        sheet.raw.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
    sheet.page(
        landscape=True, heading_rows=(_HEADING_ROW, _HEADING_ROW), columns=last + 1, rows=None
    )
    sheet.raw.activate()
