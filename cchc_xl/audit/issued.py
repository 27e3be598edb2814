"""The issued workbook under audit: its cells by the headings and labels that stand in it, which of
them were recomputed, and every difference."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ..files.spreadsheets import column_letters
from ..plan.statuses import Status
from ..text.money import million_from_dong
from ..text.numbers import format_number
from ..text.spelling import clean

_DIGITS = Fraction(1, 10**9)  # how far a stored share or mean may be from the exact one
_MILLION = 10**6
_COLUMNS = 200  # more than any of our tables has


class Difference(NamedTuple):
    """A cell that does not hold what it should: `what` it is, what `stands` there, what is
    `expected`, and the returned cells that is made of."""

    sheet: str
    cell: str
    what: str
    stands: str
    expected: str
    sources: tuple[str, ...] = ()


Sources = Sequence[str]


@dataclass
class Issued:
    """The sheets of the workbook, and what the audit found so far."""

    pages: dict[str, IssuedPage]
    differences: list[Difference] = field(default_factory=list)
    checked: int = 0

    @classmethod
    def of(cls, content: bytes) -> Issued:
        import openpyxl

        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        issued = cls({})
        for sheet in values.worksheets:
            page = IssuedPage(sheet.title, issued)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value not in (None, ""):
                        page.cells[cell.row, cell.column] = cell.value
            for row in formulas[sheet.title].iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        page.formulas[cell.row, cell.column] = str(cell.value)
            issued.pages[sheet.title] = page
        return issued

    def page(self, name: str) -> IssuedPage | None:
        """A sheet; that it is missing is a difference."""
        name = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:31]
        if name not in self.pages:
            self.differ(name, "", "Trang", "không có", "có trang này")
        return self.pages.get(name)

    def differ(
        self,
        sheet: str,
        cell: str,
        what: str,
        stands: object,
        expected: object,
        sources: Sources = (),
    ) -> None:
        told = Difference(sheet, cell, what, shown(stands), shown(expected), tuple(sources))
        self.differences.append(told)

    def uncovered(self) -> None:
        """Every number, formula and status that no rule was held against."""
        for page in self.pages.values():
            for at in sorted(page.cells.keys() | page.formulas.keys()):
                if at in page.done:
                    continue
                value = page.cells.get(at)
                if at in page.formulas or _is_figure(value):
                    self.differ(
                        page.name,
                        address(at),
                        "Số liệu không đối chiếu được",
                        value,
                        "không quy tắc nào cho biết ô này là gì",
                    )


def _is_figure(value: object) -> bool:
    if isinstance(value, str):
        return value in tuple(Status) or bool(re.fullmatch(r"\d+/\d+", value))
    return value is not None and not isinstance(value, bool)


@dataclass
class IssuedPage:
    """A sheet of the issued workbook; `done` are the cells that were recomputed, or that are
    known to be no figure."""

    name: str
    book: Issued
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    done: set[tuple[int, int]] = field(default_factory=set)

    def value(self, row: int, column: int) -> object:
        return self.cells.get((row, column))

    @property
    def last(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    def text(self, row: int, column: int) -> str:
        value = self.value(row, column)
        return clean(value) if isinstance(value, str) else "" if value is None else str(value)

    # ------------------------------------------------------------ what is held against a cell

    def money(
        self, row: int, column: int, what: str, dong: int | None, sources: Sources = ()
    ) -> None:
        stands = self._take(row, column)
        same = stands is None if dong is None else _dong(stands) == dong
        if not same:
            expected = None if dong is None else million_from_dong(dong)
            self._differ(row, column, what, stands, expected, sources)

    def number(
        self,
        row: int,
        column: int,
        what: str,
        exact: Fraction | int | None,
        sources: Sources = (),
        *,
        none_is_zero: bool = False,
    ) -> None:
        """A share, a mean or a count; of a count, no number says what a nought says."""
        stands = self._take(row, column)
        if none_is_zero and not exact and stands in (None, 0):
            return
        if exact is None:
            same = stands is None
        else:
            near = _DIGITS * max(1, abs(Fraction(exact)))
            same = _is_number(stands) and abs(Fraction(stands) - exact) <= near
        if not same:
            self._differ(row, column, what, stands, exact, sources)

    def count(self, row: int, column: int, what: str, number: int, sources: Sources = ()) -> None:
        self.number(row, column, what, number, sources, none_is_zero=True)

    def words(self, row: int, column: int, what: str, expected: str, sources: Sources = ()) -> None:
        stands = self._take(row, column)
        if (clean(stands) if stands is not None else "") != clean(expected):
            self._differ(row, column, what, stands, expected, sources)

    def day(self, row: int, column: int, what: str, expected: datetime.datetime | None) -> None:
        stands = self._take(row, column)
        day = stands.date() if isinstance(stands, datetime.datetime) else stands
        wanted = expected.date() if expected else None
        if day != wanted:
            self._differ(row, column, what, day, wanted, ())

    def numbers_in(self, row: int, column: int, what: str, expected: Sequence[int]) -> None:
        """The numbers in a sentence, in their order."""
        found = [int(one) for one in re.findall(r"\d+", self.text(row, column))]
        self.done.add((row, column))
        if found != list(expected):
            told = ", ".join(map(str, expected))
            self._differ(row, column, what, ", ".join(map(str, found)), told, ())

    def pass_over(self, row: int, column: int) -> None:
        """A cell that is no figure: a heading, a label, a day."""
        self.done.add((row, column))

    def _take(self, row: int, column: int) -> object:
        self.done.add((row, column))
        self.book.checked += 1
        return self.value(row, column)

    def _differ(self, row, column, what, stands, expected, sources) -> None:
        self.book.differ(self.name, address((row, column)), what, stands, expected, sources)


class Table:
    """A table of a sheet: its columns by heading, its rows by what tells them apart."""

    def __init__(self, page: IssuedPage, heading: int, columns: Mapping[str, int], first: int):
        self.page = page
        self.columns = columns
        self.heading = heading
        self.first = first

    @classmethod
    def of(cls, page: IssuedPage, headings: Sequence[str], lines: int = 1) -> Table | None:
        """The table with these headings, which may stand in two lines (and a third with the
        numbers of the columns); that there is none is a difference."""
        best: dict[str, int] = {}
        for row in range(1, page.last + 1):
            found: dict[str, int] = {}
            for at in range(1, _COLUMNS):
                text = page.text(row + 1, at) if lines > 1 else ""
                if text := text or page.text(row, at):
                    found.setdefault(text, at)
            known = [heading for heading in headings if heading in found]
            if len(known) == len(headings):
                first = row + (3 if lines > 1 else 1)
                for line in range(row, first):
                    for at in range(1, _COLUMNS):
                        if isinstance(page.value(line, at), str):
                            page.pass_over(line, at)
                return cls(page, row, found, first)
            if len(known) > len(best):
                best = dict.fromkeys(known, row)
        missing = [heading for heading in headings if heading not in best]
        page.book.differ(
            page.name,
            f"dòng {next(iter(best.values()), 1)}",
            "Tên cột",
            "không có",
            ", ".join(missing),
        )
        return None

    def rows(self, labels: Sequence[str], total: tuple[str, str] | None = None) -> Rows:
        """The rows by the columns that tell them apart, down to the first row without labels;
        `total` is the heading and the label of the row with sums."""
        found: dict[tuple[str, ...], list[int]] = {}
        sums = None
        row = self.first
        while row <= self.page.last:
            names = tuple(self.page.text(row, self.columns[label]) for label in labels)
            if total and self.page.text(row, self.columns[total[0]]) == total[1]:
                sums = row
                break
            if not any(names):
                break
            found.setdefault(names, []).append(row)
            row += 1
        end = self.page.last if total is None else row
        return Rows(self, found, sums, end)


@dataclass
class Rows:
    """The rows of a table by their labels."""

    table: Table
    found: dict[tuple[str, ...], list[int]]
    sums: int | None
    end: int

    def match(self, expected: Iterable[tuple[str, ...]], what: str) -> dict[tuple[str, ...], int]:
        """The row of each label that is expected: just one. A missing, doubled or strange row is
        a difference."""
        page = self.table.page
        rows: dict[tuple[str, ...], int] = {}
        wanted = list(expected)
        for names, times in Counter(wanted).items():
            at = self.found.get(names, [])
            told = ", ".join(filter(None, names))
            if not at:
                page.book.differ(page.name, "", f"{what}: {told}", "không có dòng", "một dòng")
            elif len(at) > times:
                cells = ", ".join(f"dòng {one}" for one in at)
                page.book.differ(page.name, cells, f"{what}: {told}", f"{len(at)} dòng", "một dòng")
            if at:
                rows[names] = at[0]
        for names, at in self.found.items():
            if names not in rows:
                told = ", ".join(filter(None, names))
                for row in at:
                    page.book.differ(
                        page.name,
                        f"dòng {row}",
                        f"{what}: {told}",
                        "có dòng này",
                        "không có trong kế hoạch",
                    )
        self._leave_out(rows)
        return rows

    def _leave_out(self, rows: Mapping[tuple[str, ...], int]) -> None:
        """Cells of rows that were already said to be wrong are not told of once more."""
        kept = set(rows.values())
        for at in self.found.values():
            for row in set(at) - kept:
                for column in range(1, _COLUMNS):
                    self.table.page.pass_over(row, column)


# ------------------------------------------------------------------------- values


def address(at: tuple[int, int]) -> str:
    return f"{column_letters(at[1] - 1)}{at[0]}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _dong(value: object) -> int | None:
    """Stored triệu đồng in đồng; None for what is no whole number of đồng."""
    if not _is_number(value):
        return None
    exact = Decimal(f"{value:.15g}") * _MILLION
    return int(exact) if exact == int(exact) else None


def shown(value: object) -> str:
    """A value as the report of the audit writes it."""
    if value is None or value == "":
        return "trống"
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / value.denominator
        value = round(value, 6)
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format_number(value)
    return str(value)
