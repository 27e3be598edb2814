"""Putting rows into a table of the open workbook, beside what officers added to it.

A row keeps its place, so that filters, sorting, notes beside it and formulas that point to it
stay true: rows that are known are written over, new ones come in where they belong, and those
that are gone leave only if an officer wrote nothing beside them. Cells in columns that are not
ours are never written.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

import xlwings as xw

from ..errors import MasterWorkbookError
from ..files.spreadsheets import cell_text, find_columns
from ..master.layout import Table
from ..text.money import million_number
from ..writing.cells import ANY_MONEY
from .filters import without_filters

# Excel refuses a block with a longer text; such a text goes in by itself.
_LONGEST_IN_BLOCK = 8_000
_LONGEST_IN_CELL = 32_766  # after the apostrophe

_TEXT_FORMATS = {"code": "@", "text": "General", "centre": "General"}

Key = tuple[tuple[str, ...], int]


class _Line(NamedTuple):
    """A row of a table: its key (None where it has none), whether an officer wrote something
    beside it, and whether it is one that we wrote."""

    key: Key | None
    has_notes: bool = False
    is_ours: bool = True


def find_table(book: xw.Book, sheet_name: str, table: Table) -> tuple[xw.Sheet, xw.main.Table]:
    """A table by its name, wherever officers moved it.

    Raises MasterWorkbookError when it is not there.
    """
    for sheet in book.sheets:
        for found in sheet.tables:
            if found.name == table.name:
                return sheet, found
    raise MasterWorkbookError(
        f"Sổ tổng hợp không còn bảng {table.name} (trang “{sheet_name}”). Khôi phục trang này từ "
        "bản sao lưu."
    )


def check_writable(sheet: xw.Sheet) -> None:
    """Raises MasterWorkbookError for a protected sheet."""
    if sheet.api.ProtectContents:
        raise MasterWorkbookError(
            f"Trang “{sheet.name}” đang khóa (Protect Sheet). Bỏ khóa trang này rồi bấm lại."
        )


class LiveTable:
    """A table of the open workbook."""

    def __init__(self, book: xw.Book, sheet_name: str, table: Table):
        """Raises MasterWorkbookError when the table or one of its headings is not there."""
        self.table = table
        self.sheet, self.live = find_table(book, sheet_name, table)
        check_writable(self.sheet)
        header = self.live.header_row_range
        if header is None:
            raise MasterWorkbookError(
                f"Bảng ở trang “{self.sheet.name}” đang ẩn dòng tiêu đề. Vào thẻ Table Design, "
                "đánh dấu Header Row rồi bấm lại."
            )
        self.columns = find_columns(header.options(ndim=1).value, table.headings)
        needed = [heading for heading in table.headings if heading not in table.later]
        if missing := [f"“{h}”" for h in needed if h not in self.columns]:
            raise MasterWorkbookError(
                f"Trang “{self.sheet.name}” thiếu cột {', '.join(missing)}. Khôi phục dòng tiêu đề."
            )
        below = [
            other.name
            for other in self.sheet.tables
            if other.name != table.name
            and other.range.row > header.row
            and other.range.column <= header.last_cell.column
            and other.range.last_cell.column >= header.column
        ]
        if below:
            raise MasterWorkbookError(
                f"Trang “{self.sheet.name}” có bảng {', '.join(below)} nằm bên dưới bảng của phần "
                "mềm. Chuyển bảng đó sang trang khác rồi bấm lại."
            )
        self.top, self.left = header.row + 1, header.column
        self.width = header.shape[1]

    def refresh(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Make the table hold these rows (in the order of the declared columns)."""
        with without_filters(self.live):
            self._refresh(rows)

    def _refresh(self, rows: Sequence[tuple[object, ...]]) -> None:
        wanted = dict(zip(_numbered(map(self.table.key_of, rows)), rows, strict=True))
        # A row that we do not want and never wrote is the officer's own.
        lines = [
            line
            if line.key is None or line.key in wanted or line.is_ours
            else _Line(None, has_notes=True)
            for line in self._lines()
        ]
        known = {line.key for line in lines}
        lines = self._insert(lines, [key for key in wanted if key not in known], list(wanted))
        lines = self._remove_gone(lines, wanted)
        # A copy of a row, kept for its notes, shows what the row shows; a row of the officers'
        # own stays as it is.
        self._write(
            [
                wanted.get(key) or wanted.get((key[0], 1)) or self._gone(key) if key else None
                for key, *_ in lines
            ]
        )

    def add(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Add the rows that the table does not have; those it has stay as they are."""
        with without_filters(self.live):
            self._add(rows)

    def _add(self, rows: Sequence[tuple[object, ...]]) -> None:
        lines = self._lines()
        known = {line.key for line in lines}
        wanted = dict(zip(_numbered(map(self.table.key_of, rows)), rows, strict=True))
        new = [key for key in wanted if key not in known]
        lines = self._insert(lines, new, new, start=len(lines) - 1)
        self._write([wanted[key] if key and key not in known else None for key, *_ in lines])

    # ------------------------------------------------------------- reading

    def _values(self) -> list[list[object]]:
        body = self.live.data_body_range
        # None when an officer has deleted every row: Excel keeps an empty one to type in.
        return body.options(ndim=2).value if body else [[None] * self.width]

    def _lines(self) -> list[_Line]:
        values = self._values()
        key_columns = [self.columns[heading] for heading in self.table.key]
        texts = [tuple(cell_text(row[at]) for at in key_columns) for row in values]
        keys = iter(_numbered(text for text in texts if any(text)))
        notes = self._notes(values)
        mark = self.columns.get(self.table.gone[0])
        ours = {*self.table.words, self.table.gone[1]}
        return [
            _Line(
                next(keys) if any(text) else None,
                note,
                all(text) if mark is None else cell_text(row[mark]) in ours,
            )
            for text, note, row in zip(texts, notes, values, strict=True)
        ]

    def _notes(self, values: list[list[object]]) -> list[bool]:
        """Whether an officer wrote something in a row, other than a formula."""
        own = sorted(set(range(self.width)) - set(self.columns.values()))
        if not any(row[at] not in (None, "") for row in values for at in own):
            return [False] * len(values)
        body = self.live.data_body_range
        formulas = body.options(ndim=2).formula if body else []
        return [
            any(row[at] not in (None, "") and not str(formula[at]).startswith("=") for at in own)
            for row, formula in zip(values, formulas, strict=True)
        ]

    # ------------------------------------------------------------- the rows

    def _insert(
        self, lines: list[_Line], new: list[Key], order: list[Key], start: int = -1
    ) -> list[_Line]:
        """Make room for new rows, each after the row that comes before it in `order`; those
        before all others after the row `start`."""
        if new and [line.key for line in lines] == [None] and not lines[0].has_notes:
            lines, new = [_Line(new[0])], new[1:]  # the one empty row of an empty table
            start = max(start, 0)
        after: dict[int, list[Key]] = {}
        place = {line.key: at for at, line in enumerate(lines) if line.key}
        at, is_new = start, set(new)
        for key in order:
            if key in is_new:
                after.setdefault(at, []).append(key)
            else:
                at = place.get(key, at)
        for at, keys in sorted(after.items(), reverse=True):
            self._make_room(at + 1, len(keys), len(lines))
            lines = [*lines[: at + 1], *map(_Line, keys), *lines[at + 1 :]]
        return lines

    def _make_room(self, at: int, count: int, height: int) -> None:
        room = self._range(at, count)
        if at < height:
            room.insert("down", copy_origin="format_from_right_or_below")
        else:  # below the last row: what stands there is moved down
            totals = self.live.show_totals
            if totals:
                self.live.show_totals = False
            room.insert("down", copy_origin="format_from_left_or_above")
            self.live.resize(self._range(-1, height + count + 1))
            if totals:
                self.live.show_totals = True
        for heading in (c.heading for c in self.table.columns if c.kind == "money"):
            self._range(at, count, self.columns[heading], 1).number_format = ANY_MONEY

    def _remove_gone(self, lines: list[_Line], wanted: Collection[Key]) -> list[_Line]:
        kept = [line.key in wanted or line.key is None or line.has_notes for line in lines]
        if not any(kept):
            kept[0] = True  # a table has a row
            lines = [_Line(None), *lines[1:]]
            self._range(0, 1).clear_contents()
        for stays, at, count in reversed(list(_runs(kept))):
            if not stays:
                self._range(at, count).delete("up")
        return [line for line, stays in zip(lines, kept, strict=True) if stays]

    def _gone(self, key: Key) -> Sequence[object]:
        """What stands in a row that is no longer ours but has notes: its key, and that it is
        gone."""
        heading, text = self.table.gone
        parts = dict(zip(self.table.key, key[0], strict=True))
        return [text if h == heading else parts.get(h) for h in self.table.headings]

    # ------------------------------------------------------------- writing

    def _write(self, rows: Sequence[Sequence[object] | None]) -> None:
        """Write rows in blocks, neighbouring rows and columns together; None is left alone."""
        for is_ours, at, count in _runs([row is not None for row in rows]):
            if is_ours:
                self._write_block(at, [row for row in rows[at : at + count] if row is not None])
                self._range(at, count).rows.autofit()

    def _write_block(self, at: int, rows: Sequence[Sequence[object]]) -> None:
        headings = sorted(self.columns, key=self.columns.__getitem__)
        kinds = {column.heading: column.kind for column in self.table.columns}
        position = {heading: n for n, heading in enumerate(self.table.headings)}
        for heading in headings:
            # Codes are texts even where they look like numbers; elsewhere an apostrophe says
            # so, which a cell formatted as text would show.
            if kinds[heading] in _TEXT_FORMATS:
                cells = self._range(at, len(rows), self.columns[heading], 1)
                cells.number_format = _TEXT_FORMATS[kinds[heading]]
        for run in _neighbours(headings, self.columns):
            block = [[_cell(row[position[h]], kinds[h]) for h in run] for row in rows]
            left = self.columns[run[0]]
            long = []
            for r, row in enumerate(block):
                for c, value in enumerate(row):
                    if isinstance(value, str) and len(value) > _LONGEST_IN_BLOCK:
                        long.append((r, c, value))
                        row[c] = None
            self._range(at, len(rows), left, len(run)).value = block
            for r, c, value in long:
                self._range(at + r, 1, left + c, 1).value = value

    def _range(self, at: int, count: int, left: int = 0, width: int | None = None) -> xw.Range:
        """Rows of the table from its `at`-th data row on (-1 is the heading row)."""
        first = (self.top + at, self.left + left)
        width = self.width if width is None else width
        return self.sheet.range(first, (first[0] + count - 1, first[1] + width - 1))


def _cell(value: object, kind: str) -> object:
    """A value as Excel takes it. The apostrophe keeps a text a text, whatever it looks like;
    cells of codes are formatted as text and need none."""
    if kind in ("money", "live money") and isinstance(value, int):
        return million_number(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    if isinstance(value, str):
        return (value if kind == "code" else f"'{value[:_LONGEST_IN_CELL]}") if value else None
    return value


def _numbered(keys: Iterable[tuple[str, ...]]) -> list[Key]:
    """Keys told apart where one occurs again."""
    seen: Counter[tuple[str, ...]] = Counter()
    numbered = []
    for key in (tuple(cell_text(part) for part in key) for key in keys):
        seen[key] += 1
        numbered.append((key, seen[key]))
    return numbered


def _runs(values: Sequence[object]) -> Iterator[tuple[object, int, int]]:
    """(value, where it begins, how often it stands there in a row)."""
    at = 0
    for value, group in groupby(values):
        count = len(list(group))
        yield value, at, count
        at += count


def _neighbours(headings: list[str], columns: dict[str, int]) -> Iterator[list[str]]:
    """Headings in the order of their columns, parted where other columns stand between."""
    for _, run in groupby(enumerate(headings), key=lambda pair: columns[pair[1]] - pair[0]):
        yield [heading for _, heading in run]
