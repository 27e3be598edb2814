"""The issued workbook under audit: its cells, what its own index says they are, and every
difference."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

from ..files.spreadsheets import column_letters
from ..plan.figures import TEXT, FigureId
from ..text.numbers import format_number
from ..text.spelling import clean
from ..writing.figure_index import INDEX_SHEET

_NEAR = Fraction(1, 10**12)  # how far a stored share or mean may be from the exact one
_DONG = 10**6  # of a triệu
NUMBERED = re.compile(r"\(\d+\)")  # of the columns of an official table

Position = tuple[int, int]  # row and column, counted from 1
Value = Fraction | str | datetime.date | None


class NoIndexError(Exception):
    """A workbook that an earlier version made."""


class Difference(NamedTuple):
    """A cell that does not hold what it should: `what` it is, what `stands` there, what is
    `expected`, and the returned cells that is made of."""

    sheet: str
    cell: str
    what: str
    stands: str
    expected: str
    sources: tuple[str, ...] = ()


@dataclass
class Issued:
    """The sheets of the workbook, and what the audit found so far."""

    pages: dict[str, IssuedPage]
    listed: tuple[str, ...]  # the sheets in the order of the index
    differences: list[Difference] = field(default_factory=list)
    checked: int = 0

    @classmethod
    def of(cls, content: bytes) -> Issued:
        """Raises NoIndexError."""
        import openpyxl

        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        if INDEX_SHEET not in values.sheetnames:
            raise NoIndexError
        issued = cls({}, ())
        for sheet in values.worksheets:
            if sheet.title == INDEX_SHEET:
                continue
            page = issued.pages[sheet.title] = IssuedPage(sheet.title, issued)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value not in (None, ""):
                        page.cells[position(cell.coordinate)] = cell.value
            for row in formulas[sheet.title].iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        page.formulas[position(cell.coordinate)] = str(cell.value)
            page.hidden = [f"dòng {n}" for n, one in sheet.row_dimensions.items() if one.hidden]
            page.hidden += [
                f"cột {letter}"
                for letter, one in sheet.column_dimensions.items()
                if one.hidden and not one.outlineLevel  # ours are folded away, and can be opened
            ]
            if sheet.sheet_state != "visible":
                page.hidden.append("cả trang")
        issued._take_index(values[INDEX_SHEET].iter_rows(min_row=2, values_only=True))
        return issued

    def _take_index(self, lines) -> None:
        entries: list[tuple[str, Position, FigureId, str]] = []
        for line in lines:
            *figure, sheet, cell, text = (str(value or "") for value in line[:8])
            entries.append((sheet, position(cell), FigureId(*figure), text))
        self.listed = tuple(dict.fromkeys(sheet for sheet, *_ in entries))
        for name in self.listed:
            if name not in self.pages:
                self.differ(name, "", "Trang", "không có", "có trang này")
        known = [one for one in entries if one[0] in self.pages]
        for sheet, at, figure, text in known:
            if figure.what == TEXT:
                self.pages[sheet].texts[at] = text
        for sheet, at, figure, _ in known:
            page = self.pages[sheet]
            if figure.what == TEXT:
                continue
            if at in page.texts:
                page.told.setdefault(at, []).append(figure)
            else:
                page.figures[at] = figure

    def differ(
        self,
        sheet: str,
        cell: str,
        what: str,
        stands: object,
        expected: object,
        sources: Sequence[str] = (),
    ) -> None:
        told = Difference(sheet, cell, what, shown(stands), shown(expected), tuple(sources))
        self.differences.append(told)


@dataclass
class IssuedPage:
    """A sheet of the issued workbook. By the index, `figures` are its cells with a figure,
    `texts` other texts of ours and where they stand, `told` the figures of the numbers in such a
    text. `done` are the cells that were held against something."""

    name: str
    book: Issued
    cells: dict[Position, object] = field(default_factory=dict)
    formulas: dict[Position, str] = field(default_factory=dict)
    figures: dict[Position, FigureId] = field(default_factory=dict)
    texts: dict[Position, str] = field(default_factory=dict)
    told: dict[Position, list[FigureId]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    done: set[Position] = field(default_factory=set)
    placed: dict[int, int] = field(default_factory=dict)  # index row -> the row of the sheet

    def value(self, row: int, column: int) -> object:
        return self.cells.get((row, column))

    def text(self, row: int, column: int) -> str:
        value = self.value(row, column)
        return clean(value) if isinstance(value, str) else "" if value is None else str(value)

    # ----------------------------------------------------------- what the index says

    @cached_property
    def whose(self) -> dict[int, FigureId]:
        """Index row -> what all figures in it have in common: plan, code, agency; `what` is that
        of the first one that has several in a row."""
        by_row: dict[int, list[FigureId]] = defaultdict(list)
        for (row, _), figure in sorted(self.figures.items()):
            by_row[row].append(figure)
        found = {}
        for row, figures in by_row.items():
            common = [
                names.pop() if len(names := {one[part] for one in figures}) == 1 else ""
                for part in (1, 2, 3)
            ]
            named = next((one.what for one in figures if ":" in one.what), "")
            found[row] = FigureId(named, *common)
        return found

    @cached_property
    def first_texts(self) -> dict[int, str]:
        """Index row -> the first text of ours in it."""
        return {row: clean(text) for (row, _), text in sorted(self.texts.items(), reverse=True)}

    @cached_property
    def _above(self) -> dict[int, list[tuple[int, str]]]:
        """Column -> the texts of ours in it that stand in no row with figures."""
        above: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for (row, column), text in sorted(self.texts.items()):
            if row not in self.whose and not NUMBERED.fullmatch(text):
                above[column].append((row, clean(text)))
        return above

    def heading(self, row: int, column: int) -> str:
        """The heading of a cell: the nearest text of ours above it."""
        return next((text for at, text in reversed(self._above[column]) if at < row), "")

    def headings(self, row: int) -> dict[int, str]:
        """Column -> heading, of the table that an index row stands in."""
        found = {column: self.heading(row, column) for column in list(self._above)}
        return {column: text for column, text in sorted(found.items()) if text}

    def column(self, heading: str) -> tuple[int, int]:
        """The row of the headings and the column that has this one; that there is none is a
        fault of the index. Raises KeyError."""
        for at, text in sorted(self.texts.items()):
            if clean(text) == heading:
                return at
        raise KeyError(heading)

    # ------------------------------------------------- where the rows of the index stand

    def find_rows(self, label: Callable[[str, FigureId], str | None]) -> None:
        """Find for each row of the index the row that stands for it, by what tells it from others:
        somebody may have deleted, moved or sorted rows. A missing, doubled or strange one is a
        difference. `label` gives the text that a heading asks for in a row of someone."""
        wanted = {row: self._labels(row, label) for row in sorted(self.whose)}
        columns = {tuple(sorted(labels)) for labels in wanted.values()}
        free: dict[tuple, list[int]] = defaultdict(list)
        last = max((row for row, _ in self.cells), default=0)
        first = min(wanted, default=last + 1)
        for row in range(max(1, first - 5), last + 1):
            for some in columns:
                texts = tuple(self.text(row, column) for column in some)
                if some and all(texts):
                    free[some, texts].append(row)
        expected = Counter(_key(labels) for labels in wanted.values())
        stood = {one: list(free.get(one, ())) for one in expected}
        placed = self.placed
        claimed: set[int] = set()
        for row, labels in wanted.items():
            at = [one for one in free.get(_key(labels), ()) if one not in claimed]
            if not labels or row in at:
                placed[row] = row
            elif at:
                placed[row] = at[0]
            else:
                told = self._called(row, labels)
                self.book.differ(self.name, "", told, "không có dòng", "một dòng")
                continue
            claimed.add(placed[row])
        shift = 0
        for row in range(1, max([*wanted, *(row for row, _ in self.texts)], default=0) + 1):
            if row in wanted:
                shift = placed.get(row, row + shift) - row
            else:
                placed[row] = row + shift
        between = {placed[row] for row, _ in self.texts if row not in wanted}
        self._strange(wanted, stood, claimed, between)

    def _labels(self, row: int, label) -> dict[int, str]:
        """Column -> text, of what tells an index row from others."""
        found = {
            column: clean(text)
            for column, heading in self.headings(row).items()
            if (text := label(heading, self.whose[row]))
        }
        if not found:
            texts = [(at, text) for at, text in self.texts.items() if at[0] == row]
            found = {at[1]: clean(text) for at, text in sorted(texts)[:1]}
        return found

    def _called(self, row: int, labels: Mapping[int, str]) -> str:
        kind = "Mục" if self.whose[row].code else "Dòng"
        return f"{kind}: {', '.join(labels.values())}"

    def _strange(self, wanted, stood, claimed: set[int], between: set[int]) -> None:
        """Rows that no row of the index stands for, by their labels; their cells are told no
        further."""
        columns = sorted({column for labels in wanted.values() for column in labels})
        full = {row for row, _ in self.cells}
        for row in range(min(claimed, default=0), max(claimed, default=0)):
            texts = [text for column in columns if (text := self.text(row, column))]
            if row in claimed | between or row not in full:
                continue
            double = next((key for key, rows in stood.items() if row in rows), None)
            kind = "Mục" if any(one.code for one in self.whose.values()) else "Dòng"
            self.book.differ(
                self.name,
                f"dòng {row}",
                f"{kind}: {', '.join(double[1] if double else texts)}",
                f"{len(stood[double])} dòng" if double else "có dòng này",
                "một dòng" if double else "không có dòng này",
            )
            self.done.update(at for at in self.cells if at[0] == row)

    # ------------------------------------------------------------ what is held against a cell

    def hold(
        self, at: Position, what: str, expected: Value, sources: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """Hold a cell against what it should be."""
        self.done.add(at)
        self.book.checked += 1
        stands = self.cells.get(at)
        if not same(stands, expected):
            self.differ(at, what, stands, expected, sources())

    def differ(
        self, at: Position, what: str, stands: object, expected: object, sources: Sequence[str] = ()
    ) -> None:
        self.done.add(at)
        self.book.differ(self.name, address(at), what, stands, expected, sources)

    def rest(self) -> Iterator[Position]:
        """The cells that nothing was held against."""
        yield from sorted((self.cells.keys() | self.formulas.keys()) - self.done)


def _key(labels: Mapping[int, str]) -> tuple:
    columns = tuple(sorted(labels))
    return columns, tuple(labels[column] for column in columns)


# ------------------------------------------------------------------------- values


@lru_cache(maxsize=100_000)
def position(cell: str) -> Position:
    """ "K12" -> (12, 11)."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(cell[len(letters) :]), column


def address(at: Position) -> str:
    return f"{column_letters(at[1] - 1)}{at[0]}"


def exact(value: object) -> Fraction | None:
    """A stored number with the 15 digits that a spreadsheet shows; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Fraction(f"{value:.15g}")


def same(stands: object, expected: Value) -> bool:
    """Whether a cell holds a value. What is whole in đồng must be so to the last one."""
    if isinstance(expected, Fraction):
        number = exact(stands)
        if number is None or isinstance(stands, datetime.date):
            return False
        if (expected * _DONG).denominator == 1:
            return number == expected
        return abs(number - expected) <= _NEAR * max(1, abs(expected))
    if isinstance(expected, datetime.date):
        return (stands.date() if isinstance(stands, datetime.datetime) else stands) == expected
    if stands is None or expected is None:
        return not stands and not expected and stands in (None, "")
    return isinstance(stands, str) and clean(stands) == clean(expected)


def shown(value: object) -> str:
    """A value as the report of the audit writes it."""
    if value is None or value == "":
        return "trống"
    if isinstance(value, Fraction):
        value = round(Decimal(value.numerator) / value.denominator, 6)
    if isinstance(value, float):
        value = Decimal(f"{value:.15g}")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format_number(value)
    return str(value)
