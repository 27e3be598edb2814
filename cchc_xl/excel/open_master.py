"""The master workbook as it stands open in Excel, saved or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import xlwings as xw

from ..errors import MasterWorkbookError, WorkspaceError
from ..files.spreadsheets import Grid, cell_text, find_columns
from ..ledger.result_rows import Row
from ..master.dashboard import BOARD_AT, CHOSEN_PERIOD, SHOWN_AT, SHOWN_PERIOD
from ..master.layout import (
    AGENCIES,
    AGENCY,
    CHOICES,
    EXPLANATIONS,
    GROUPS,
    LATER_SHEETS,
    MAIL,
    RESULT_SUBMISSIONS,
    RULES,
    TABLES,
    Table,
)
from ..master.opening import Loaded, load_open
from ..master.result_tables import RESULTS
from ..text.dates import now
from ..workspace.folders import Workspace
from .live_tables import LiveTable, check_writable, find_table

# How COM hands over error values, old and new.
_ERROR_NUMBERS = range(-2146826288, -2146826199)
# Sheets that a decision brings nothing to.
_OF_THE_MASTER = (AGENCIES, GROUPS, RULES, CHOICES, EXPLANATIONS, MAIL)
# More rows than this are mostly formatting that ran away; then the last filled row counts.
_MANY_ROWS = 5_000


class OpenMaster:
    """Reads like a workbook file (`names`, `grid`), and shows what a step gave."""

    def __init__(self, book: xw.Book):
        """Raises WorkspaceError when the workbook lies in no folder of this computer."""
        self.book = book
        try:
            path = Path(book.fullname)
        except xw.XlwingsError:
            path = Path()
        if not path.is_file():
            raise WorkspaceError(
                f"Sổ {book.name} chưa nằm trong thư mục trên máy này (chưa lưu, hoặc mở thẳng từ "
                "OneDrive, SharePoint, thư điện tử). Lưu sổ vào một thư mục trên máy rồi bấm lại."
            )
        self.workspace = Workspace(path.parent)
        self.names: list[str] = [sheet.name for sheet in book.sheets]

    def grid(self, name: str) -> Grid:
        """The used part of a sheet in one read."""
        sheet = self.book.sheets[name]
        used = sheet.used_range
        if used.shape[0] > _MANY_ROWS:
            used = used.resize(self._filled_rows(sheet, used))
        values = used.options(ndim=2, err_to_str=True).value
        if any(isinstance(cell, Decimal) for row in values for cell in row):
            # Excel hands over amounts in a currency format cut to four decimals.
            plain = used.api.Value2
            values = [
                [plain[r][c] if isinstance(cell, Decimal) else cell for c, cell in enumerate(row)]
                for r, row in enumerate(values)
            ]
        rows = [["" if cell is None else with_errors(cell) for cell in row] for row in values]
        return Grid(name, rows, used.row - 1, used.column - 1)

    @staticmethod
    def _filled_rows(sheet: xw.Sheet, used: xw.Range) -> int:
        """How many rows of a range the tables of its sheet, and what stands below them, take."""
        tables = [table.range for table in sheet.tables]
        columns = {at for cells in tables for at in range(cells.column, cells.last_cell.column + 1)}
        last_of_all = sheet.cells.shape[0]
        ends = [sheet.cells(last_of_all, at).end("up").row for at in sorted(columns)]
        # A filter may hide the last rows of a table, which `end` then passes over.
        last = max([used.row, *ends, *(cells.last_cell.row for cells in tables)])
        return min(last - used.row + 1, used.shape[0])

    def load(self) -> Loaded:
        """The workspace with the plan as it stands in the sheets now."""
        return load_open(self.workspace, self, self.book.name)

    # ------------------------------------------------------------ dashboard

    def _named(self, name: str) -> xw.Range:
        try:
            return self.book.names[name].refers_to_range
        except Exception as error:  # each spreadsheet program has its own
            raise MasterWorkbookError(
                f"Trang Bảng điều khiển không còn ô {name}. Khôi phục trang này từ bản sao lưu."
            ) from error

    @property
    def chosen_period(self) -> str:
        """What stands in the picker."""
        return cell_text(self._named(CHOSEN_PERIOD).value)

    @property
    def shown_period(self) -> str:
        """The period that the tables of results are of; "" where nothing was consolidated."""
        return cell_text(self._named(SHOWN_PERIOD).value)

    def check_tables(self, tables: Mapping[str, Table]) -> None:
        """Raises MasterWorkbookError when what is to be written to is not as it must be; an
        older master may lack the later sheets."""
        for name in (CHOSEN_PERIOD, SHOWN_PERIOD, SHOWN_AT):
            check_writable(self._named(name).sheet)
        for name, table in tables.items():
            if not self._is_older_than(name):
                LiveTable(self.book, name, table)

    def _is_older_than(self, name: str) -> bool:
        """Whether this master was made before there was a sheet of that name."""
        return name in LATER_SHEETS and not any(
            found.name == (TABLES | RESULTS)[name].name
            for sheet in self.book.sheets
            for found in sheet.tables
        )

    def show_results(
        self, rows: Mapping[str, Sequence[Row]], period_id: str, consolidated: bool = True
    ) -> None:
        """Put the rows of the sheets of results into their tables; `consolidated` when they were
        written to the period's outputs just now."""
        self.show_rows(rows)
        self._named(SHOWN_PERIOD).value = f"'{period_id}" if period_id else None
        self._named(SHOWN_AT).value = _now() if period_id and consolidated else None

    def show_rows(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Put rows into the tables of some sheets of results; an older master may lack one."""
        for name, shown in rows.items():
            if not self._is_older_than(name):
                LiveTable(self.book, name, RESULTS[name]).refresh(shown)
        if RESULT_SUBMISSIONS in rows and BOARD_AT in (name.name for name in self.book.names):
            self._named(BOARD_AT).value = _now()  # an older master has no place for it

    def activate(self, name: str) -> None:
        """Bring the sheet with a table of results to the front."""
        sheet, _ = find_table(self.book, name, RESULTS[name])
        sheet.activate()

    def selected_agencies(self) -> list[str]:
        """The agencies in whose rows of the board something is selected (with Ctrl, in several
        places), where that sheet is in front. Rows that a filter hides are not meant."""
        table = RESULTS[RESULT_SUBMISSIONS]
        sheet, live = find_table(self.book, RESULT_SUBMISSIONS, table)
        chosen = self.book.selection
        body = live.data_body_range
        if self.book.sheets.active.name != sheet.name or chosen is None or body is None:
            return []
        header = live.header_row_range
        assert header is not None  # an Excel table of ours has one
        at = find_columns(header.options(ndim=1).value, [AGENCY])[AGENCY]
        names = body.columns[at].options(ndim=1).value
        areas = [(area.Row, area.Row + area.Rows.Count) for area in chosen.api.Areas]
        return [
            cell_text(name)
            for n, name in enumerate(names)
            if any(first <= body.row + n < end for first, end in areas)
            and not body.rows[n].rows.hidden
        ]

    def add_plan_rows(self, rows: Mapping[str, Sequence[Sequence[object]]]) -> list[str]:
        """Add rows to the sheets that officers edit; what stands there stays, and the
        registry is the workbook's own. Gives the sheets that an older master lacks, whose
        rows stand nowhere."""
        lacking = []
        for name, table in TABLES.items():
            if not rows[name] or name in _OF_THE_MASTER:
                continue
            if self._is_older_than(name):
                lacking.append(name)
            else:
                LiveTable(self.book, name, table).add([tuple(row) for row in rows[name]])
        return lacking

    def choose_period(self, period_id: str) -> None:
        self._named(CHOSEN_PERIOD).value = f"'{period_id}"


def _now() -> str:
    """The time as a text, which the apostrophe keeps it."""
    return f"'{now():%H:%M ngày %d/%m/%Y}"


AnyValue = TypeVar("AnyValue")


def with_errors(cell: AnyValue) -> AnyValue | str:
    """A cell's value; errors that xlwings does not know (#SPILL!, #CALC!…) come as numbers."""
    is_error = isinstance(cell, int) and not isinstance(cell, bool) and cell in _ERROR_NUMBERS
    return "#LỖI!" if is_error else cell
