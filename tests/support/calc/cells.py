"""Ranges of the Calc engine: blocks of cells, read and written with Excel's semantics.

A block is one UNO call each way. UNO objects of sheets and cells are fetched anew each time:
Calc shrinks a sheet object kept from before when cells of the sheet are deleted.
"""

# xlwings' base classes have properties where an engine keeps what Calc tells; `uno` is there in
# LibreOffice's own Python only.
# pyright: reportIncompatibleMethodOverride=false, reportMissingImports=false
# pyright: reportAssignmentType=false, reportIncompatibleVariableOverride=false

from __future__ import annotations

import re
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import uno
from xlwings import base_classes
from xlwings.utils import col_name

from .contents import CURRENCY, DATE, LOGICAL, TEXT, TIME, Formats, as_text, content, set_formula
from .typed import Typed, calc_formula, excel_formula, moment

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: values, dates, strings, formulas
_EVERYTHING = 1023
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?", re.I)
_STEPS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


def area(address: str) -> tuple[int, int, int, int] | None:
    """(row, column, rows, columns) of "B2:C3", or None."""
    found = _AREA.fullmatch(address)
    if not found:
        return None
    column, row = _column(found[1]), int(found[2])
    last_column, last_row = _column(found[3] or found[1]), int(found[4] or found[2])
    top, left = min(row, last_row), min(column, last_column)
    return top, left, abs(last_row - row) + 1, abs(last_column - column) + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _as_formatted(number: float, kind: int) -> Any:
    """What COM makes of a number by its format; of an amount it keeps four decimals."""
    if kind & LOGICAL:
        return bool(number)
    return Decimal(f"{number:.4f}") if kind & CURRENCY else moment(number)


class RangeApi:
    """What of Excel's own Range object is asked for."""

    def __init__(self, cells: Range):
        self._cells, self.xl = cells, cells.xl

    Areas = property(lambda self: [RangeApi(one) for one in self._cells.areas])
    Row = property(lambda self: self._cells.row)
    Rows = property(lambda self: SimpleNamespace(Count=self._cells.shape[0]))

    @property
    def Value2(self) -> Any:
        rows = self.xl.getDataArray()
        return rows if len(rows) * len(rows[0]) > 1 else rows[0][0]


class Range(base_classes.Range):
    """A block of cells; without rows or columns it is Excel's Nothing."""

    def __init__(self, sheet: Any, row: int, column: int, rows: int = 1, columns: int = 1):
        self._sheet, self._row, self._column, self._shape = sheet, row, column, (rows, columns)
        self.options: dict[str, Any] = {}
        self.areas = [self]  # of a selection made with Ctrl: all of it

    @property
    def xl(self) -> Any:
        rows, columns = self._shape
        if not rows or not columns:
            return None
        left, top = self._column - 1, self._row - 1
        return self._sheet.xl.getCellRangeByPosition(left, top, left + columns - 1, top + rows - 1)

    api = property(lambda self: RangeApi(self) if self.xl else None)
    sheet = property(lambda self: self._sheet)
    row = property(lambda self: self._row)
    column = property(lambda self: self._column)
    shape = property(lambda self: self._shape)
    last_row = property(lambda self: self._row + self._shape[0] - 1)
    last_column = property(lambda self: self._column + self._shape[1] - 1)
    rows = columns = property(lambda self: self)

    def __len__(self) -> int:
        return self._shape[0] * self._shape[1]

    def __bool__(self) -> bool:
        return True

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            row, column = (row - 1) // self._shape[1] + 1, (row - 1) % self._shape[1] + 1
        top, left = self._row + row - 1, self._column + column - 1
        if not (1 <= top <= LAST_ROW and 1 <= left <= LAST_COLUMN):
            raise IndexError("outside the sheet")
        return Range(self._sheet, top, left)

    def get_address(self, row_absolute: bool, column_absolute: bool, external: bool) -> str:
        def cell(row: int, column: int) -> str:
            return f"{'$' * column_absolute}{col_name(column)}{'$' * row_absolute}{row}"

        text = cell(self._row, self._column)
        if self._shape != (1, 1):
            text += ":" + cell(self.last_row, self.last_column)
        return f"'[{self._sheet.book.name}]{self._sheet.name}'!{text}" if external else text

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    # -- values ---------------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        """Like COM: a scalar of one cell, otherwise rows; dates as such, errors None."""
        block = self.xl
        if block is None:
            return None
        rows = [list(row) for row in block.getDataArray()]
        formats = Formats(self._sheet.book.doc)
        for place, key in formats.of(block):
            kind = formats.kind(key)
            if not kind & (DATE | TIME | LOGICAL | CURRENCY):
                continue
            for row, column in self._inside(place):
                number = rows[row][column]
                if isinstance(number, float):
                    rows[row][column] = _as_formatted(number, kind)
        return tuple(map(tuple, rows)) if len(self) > 1 else rows[0][0]

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        block = self.xl
        if block is None:
            return
        rows = self._rows(data)
        formats = Formats(self._sheet.book.doc)
        cells = [[content(value) for value in row] for row in rows]
        general: set[tuple[int, int]] = set()
        texts: list[tuple[Any, int]] = []
        for place, key in formats.of(block):
            if formats.kind(key) & TEXT:
                for row, column in self._inside(place):
                    cells[row][column] = as_text(rows[row][column])
            elif formats.code(key) == "General":
                general.update(self._inside(place))
            if not formats.kind(key) & TEXT:
                texts.append((place, key))
        block.setDataArray([["" if cell.is_formula else cell.value for cell in r] for r in cells])
        for place, key in texts:
            # Calc formats cells as text where the text looks like a number; Excel does not.
            self._sheet.at(place).xl.NumberFormat = key
        for row, column, cell in _each(cells):
            if cell.is_formula:
                set_formula(block.getCellByPosition(column, row), str(cell.value))
            if cell.format and (row, column) in general:
                block.getCellByPosition(column, row).NumberFormat = formats.key(cell.format)

    def _rows(self, data: Any) -> list[list[Any]]:
        """Data as rows of this range's shape; a scalar fills it."""
        if not isinstance(data, (list, tuple)):
            return [[data] * self._shape[1] for _ in range(self._shape[0])]
        rows = data if data and isinstance(data[0], (list, tuple)) else [data]
        if (len(rows), len(rows[0])) != self._shape:
            raise ValueError(f"{len(rows)} × {len(rows[0])} values for {self._shape}")
        return [list(row) for row in rows]

    def _inside(self, place: Any) -> list[tuple[int, int]]:
        """The cells of a UNO address, counted from this range's first."""
        return [
            (row - self._row + 1, column - self._column + 1)
            for row in range(place.StartRow, place.EndRow + 1)
            for column in range(place.StartColumn, place.EndColumn + 1)
        ]

    @property
    def formula(self) -> Any:
        block = self.xl
        if block is None:
            return None
        rows = tuple(
            tuple(
                excel_formula(text) if text.startswith("=") else text.removeprefix("'")
                for text in row
            )
            for row in block.getFormulaArray()
        )
        return rows if len(self) > 1 else rows[0][0]

    @formula.setter
    def formula(self, value: Any) -> None:
        # In Excel as here, setting a formula differs from setting a value only for arrays.
        self.raw_value = value

    formula2 = formula

    @property
    def formula_array(self) -> str | None:
        text = self.xl.getArrayFormula()
        return excel_formula(text.strip("{}")) if text else None

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        self.xl.setArrayFormula(calc_formula(value))

    @property
    def has_array(self) -> bool:
        return bool(self.xl.getArrayFormula())

    def clear_contents(self) -> None:
        self.xl.clearContents(_CONTENTS)

    def clear(self) -> None:
        self.xl.clearContents(_EVERYTHING)

    # -- looks ----------------------------------------------------------------------------

    @property
    def number_format(self) -> str | None:
        formats = Formats(self._sheet.book.doc)
        found = {formats.code(key) for _, key in formats.of(self.xl)}
        return found.pop() if len(found) == 1 else None

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.xl.NumberFormat = Formats(self._sheet.book.doc).key(value)

    @property
    def color(self) -> tuple[int, int, int] | None:
        number = self.xl.CellBackColor
        return None if number == -1 else (number >> 16, number >> 8 & 255, number & 255)

    @color.setter
    def color(self, value: tuple[int, int, int] | str | None) -> None:
        if isinstance(value, str):
            value = tuple(bytes.fromhex(value.lstrip("#")))
        red, green, blue = (int(part) for part in value or (0, 0, 0))
        self.xl.CellBackColor = red << 16 | green << 8 | blue if value else -1

    @property
    def wrap_text(self) -> bool:
        return self.xl.IsTextWrapped

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.xl.IsTextWrapped = value

    def autofit(self, axis: str | None = None) -> None:
        if axis in (None, "rows", "r"):
            self.xl.Rows.OptimalHeight = True
        if axis in (None, "columns", "c"):
            self.xl.Columns.OptimalWidth = True

    @property
    def row_hidden(self) -> bool:
        return not self.xl.Rows.IsVisible

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self.xl.Rows.IsVisible = not value

    # -- moving and finding ---------------------------------------------------------------

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        mode = {"down": "DOWN", "right": "RIGHT", None: "DOWN"}[shift]
        tables = self._sheet.tables
        tables.check_shift(self, mode)
        body_starts = {table.first_body_row for table in tables if table.spans(self)}
        where = self.xl.getRangeAddress()
        self._sheet.xl.insertCells(where, uno.Enum("com.sun.star.sheet.CellInsertMode", mode))
        below = copy_origin == "format_from_right_or_below" or self._row in body_starts
        if mode == "DOWN" and below:
            # A new first row of a table looks like its other rows, not like its heading.
            self._copy_formats_from_below()

    def _copy_formats_from_below(self) -> None:
        source = Range(self._sheet, self.last_row + 1, self._column, 1, self._shape[1])
        for row in range(self._row, self.last_row + 1):
            target = Range(self._sheet, row, self._column, 1, self._shape[1])
            source.copy(target)
            target.xl.clearContents(_CONTENTS)

    def delete(self, shift: str | None = None) -> None:
        mode = {"up": "UP", "left": "LEFT", None: "UP"}[shift]
        tables = self._sheet.tables
        tables.check_shift(self, mode)
        rows = self._shape[0]
        for table in tables:
            body = table.data_body_range
            if (
                body
                and table.spans(self)
                and self._row <= body.row <= body.last_row <= self.last_row
            ):
                # Excel keeps one blank row of a table whose rows are all deleted.
                body(1, 1).resized(1, body.shape[1]).clear_contents()
                if rows > 1:
                    rest = self.resized(rows - 1, self._shape[1])
                    rest(2, 1).resized(*rest.shape).delete()
                table.emptied()
                return
        where = self.xl.getRangeAddress()
        self._sheet.xl.removeRange(where, uno.Enum("com.sun.star.sheet.CellDeleteMode", mode))

    def resized(self, rows: int, columns: int) -> Range:
        return Range(self._sheet, self._row, self._column, rows, columns)

    def copy(self, destination: Any = None) -> None:
        target = getattr(destination, "impl", destination)
        sheet = self._sheet.xl
        cell = target.xl.getCellByPosition(0, 0).getCellAddress()
        sheet.copyRange(cell, self.xl.getRangeAddress())

    def end(self, direction: str) -> Range:
        """Excel's Ctrl+arrow."""
        down, right = _STEPS[direction]
        bottom, side = self._sheet.used_edges()
        row, column = self._row, self._column

        def filled(row: int, column: int) -> bool:
            if row > bottom or column > side:
                return False
            return self._sheet.xl.getCellByPosition(column - 1, row - 1).Type.value != "EMPTY"

        def inside(row: int, column: int) -> bool:
            return 1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN

        if direction == "up" and not filled(row, column):  # in one call, however far it is
            above = self._sheet.xl.getCellRangeByPosition(column - 1, 0, column - 1, row - 1)
            places = above.queryContentCells(_CONTENTS).getRangeAddresses()
            return Range(self._sheet, max((p.EndRow + 1 for p in places), default=1), column)
        block = filled(row, column) and filled(row + down, column + right)
        while inside(row + down, column + right):
            following = filled(row + down, column + right)
            if block and not following:
                break
            row, column = row + down, column + right
            if not block and following:
                break
            if row > bottom and down > 0:
                row = LAST_ROW
            if column > side and right > 0:
                column = LAST_COLUMN
        return Range(self._sheet, row, column)

    @property
    def current_region(self) -> Range:
        cursor = self._sheet.xl.createCursorByRange(self.xl)
        cursor.collapseToCurrentRegion()
        return self._sheet.at(cursor.getRangeAddress())

    def select(self) -> None:
        self._sheet.activate()
        self._sheet.book.doc.getCurrentController().select(self.xl)


def _each(cells: list[list[Typed]]) -> list[tuple[int, int, Typed]]:
    return [
        (row, column, cell)
        for row, line in enumerate(cells)
        for column, cell in enumerate(line)
        if cell.is_formula or cell.format
    ]
