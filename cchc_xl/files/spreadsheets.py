"""Reading workbooks: any of .xlsx .xlsm .xlsb .xls .ods, as values with their addresses."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum
from xlsxwriter.utility import xl_cell_to_rowcol

from ..errors import UnreadableFileError
from ..text.money import exact
from ..text.numbers import format_number
from ..text.spelling import clean, key
from .marks import Marks

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


Position = tuple[int, int]  # row and column in a whole sheet, counted from 0
# What stands in a cell; "" in an empty one.
_Time = datetime.date | datetime.datetime | datetime.time | datetime.timedelta
CellValue = str | int | float | bool | _Time


class Grid(NamedTuple):
    """The used part of a sheet; `top` and `left` are the indexes of its first cell. `marks`
    (by the positions of the whole sheet) where they were asked for."""

    name: str
    rows: list[list[CellValue]]
    top: int
    left: int
    marks: Marks | None = None

    def position(self, row: int, column: int) -> Position:
        """Where `rows[row][column]` stands in the whole sheet."""
        return self.top + row, self.left + column

    def address(self, row: int, column: int) -> str:
        """The address of `rows[row][column]`."""
        return f"{column_letters(self.left + column)}{self.top + row + 1}"

    def value_at(self, address: str) -> CellValue | None:
        """What stands at "K12"; None outside of what is used."""
        row, column = xl_cell_to_rowcol(address)
        row, column = row - self.top, column - self.left
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None


_REFUSALS = (CalamineError, OSError, ValueError)


def _reason(error: Exception) -> str:
    """Why a workbook cannot be read, in an officer's words."""
    if isinstance(error, PasswordError):
        return "tệp đặt mật khẩu"
    return "tệp bị hỏng hoặc không phải bảng tính"


class WorkbookSheets(Protocol):
    """The sheets of a workbook, in a file or open in a spreadsheet program."""

    @property
    def names(self) -> list[str]: ...

    def grid(self, name: str) -> Grid:
        """The values of a sheet; an empty cell is ""."""
        ...


class OpenedWorkbook:
    """A workbook file's sheets, read one at a time when asked for."""

    def __init__(self, content: bytes):
        """Raises UnreadableFileError when the bytes are no workbook."""
        try:
            self._workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        except _REFUSALS as error:
            raise UnreadableFileError(_reason(error)) from error
        self.names: list[str] = [
            sheet.name
            for sheet in self._workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def grid(self, name: str) -> Grid:
        try:
            sheet = self._workbook.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=True)
        except _REFUSALS as error:
            raise UnreadableFileError(_reason(error)) from error
        top, left = sheet.start or (0, 0)
        return Grid(name, rows, top, left)

    def merged(self, name: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
        """The merged ranges of a sheet as (first, last) cells, where the format tells."""
        return self._workbook.get_sheet_by_name(name).merged_cell_ranges or []


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """0 -> "A", 26 -> "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_columns(row: Iterable[object], headings: Sequence[str]) -> dict[str, int]:
    """Where each heading stands in a row, compared by words only."""
    wanted = {key(heading): heading for heading in headings}
    found: dict[str, int] = {}
    exact: set[str] = set()
    for at, value in enumerate(row):
        if isinstance(value, str) and (heading := wanted.get(key(value))):
            if clean(value) == heading and heading not in exact:  # before one that is alike
                found[heading] = at
                exact.add(heading)
            found.setdefault(heading, at)
    return found


def cell_text(value: object) -> str:
    """A cell as text: 1.0 -> "1"; dates in day/month/year."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%d/%m/%Y}"
    return clean(value)


def printed(value: object) -> str:
    """A cell as a Vietnamese reader would write it: 1478.4 -> "1.478,4"."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = exact(value)
        return format_number(number) if number.is_finite() else repr(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return f"{value:%m/%Y}"
    return clean(value)
