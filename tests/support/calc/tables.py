"""Excel's tables: Calc has them as database ranges."""

# xlwings' base classes have properties where an engine keeps what Calc tells; `uno` is there in
# LibreOffice's own Python only.
# pyright: reportIncompatibleMethodOverride=false, reportMissingImports=false
# pyright: reportOptionalMemberAccess=false, reportAssignmentType=false, reportIncompatibleVariableOverride=false

from __future__ import annotations

from typing import Any

from xlwings import base_classes

from .cells import LAST_ROW, Range

# What Excel remembers of a table and Calc does not, by document and name.
_EMPTIED: set[tuple[str, str]] = set()
_TOTALS: dict[tuple[str, str], Any] = {}


class Table(base_classes.Table):
    """A table, found by its name each time because Calc moves it when cells are inserted."""

    def __init__(self, sheet: Any, name: str):
        self._sheet, self._name = sheet, name

    @property
    def api(self) -> Any:
        return self._sheet.book.doc.DatabaseRanges.getByName(self._name)

    name = display_name = property(lambda self: self._name)
    parent = property(lambda self: self._sheet)
    _key = property(lambda self: (self._sheet.book.doc.RuntimeUID, self._name))

    @property
    def show_headers(self) -> bool:
        return self.api.ContainsHeader

    @property
    def show_autofilter(self) -> bool:
        return self.api.AutoFilter

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self.api.AutoFilter = value

    @property
    def autofilter(self) -> AutoFilter:
        return AutoFilter(self)

    @property
    def range(self) -> Range:
        return self._sheet.at(self.api.DataArea)

    @property
    def header_row_range(self) -> Range | None:
        whole = self.range
        return whole.resized(1, whole.shape[1]) if self.show_headers else None

    @property
    def first_body_row(self) -> int:
        return self.range.row + self.show_headers

    @property
    def _body(self) -> Range | None:
        whole = self.range
        rows = whole.shape[0] - self.show_headers - self.show_totals
        if rows < 1:
            return None
        return Range(self._sheet, self.first_body_row, whole.column, rows, whole.shape[1])

    @property
    def data_body_range(self) -> Range | None:
        """None while the only row is the blank one that Excel kept."""
        body = self._body
        if body and self._key in _EMPTIED:
            blank = all(text == "" for text in body.xl.getFormulaArray()[0])
            if body.shape[0] == 1 and blank:
                return None
            _EMPTIED.discard(self._key)
        return body

    @property
    def insert_row_range(self) -> Range | None:
        return self._body if self.data_body_range is None else None

    def emptied(self) -> None:
        _EMPTIED.add(self._key)

    @property
    def totals_row_range(self) -> Range | None:
        whole = self.range
        if not self.show_totals:
            return None
        return Range(self._sheet, whole.last_row, whole.column, 1, whole.shape[1])

    @property
    def show_totals(self) -> bool:
        return self.api.TotalsRow

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        if value == self.show_totals:
            return
        whole = self.range
        if not value:
            totals = self.totals_row_range
            _TOTALS[self._key] = totals.xl.getFormulaArray()
            self.api.TotalsRow = False
            self._set_rows(whole.shape[0] - 1)
            totals.clear_contents()
            return
        below = Range(self._sheet, whole.last_row + 1, whole.column, 1, whole.shape[1])
        if any(below.xl.getFormulaArray()[0]):
            below.insert("down")
        self._set_rows(whole.shape[0] + 1)
        self.api.TotalsRow = True
        if self._key in _TOTALS:
            below.xl.setFormulaArray(_TOTALS[self._key])

    def _set_rows(self, rows: int) -> None:
        place = self.api.DataArea
        place.EndRow = place.StartRow + rows - 1
        self.api.DataArea = place

    def resize(self, target: Any) -> None:
        """Excel wants the heading where it is, and at least one row under it."""
        new, old = getattr(target, "impl", target), self.range
        if new.row != old.row or new.shape[0] < 1 + self.show_headers:
            raise ValueError(f"Excel cannot resize {self._name} to {new.address}")
        if new.last_column < old.column or new.column > old.last_column:
            raise ValueError(f"the new range must overlap {self._name}")
        for other in self._sheet.tables:
            if other.name != self._name and other.overlaps(new):
                raise ValueError(f"tables cannot overlap: {self._name} and {other.name}")
        self.api.DataArea = new.xl.getRangeAddress()

    def overlaps(self, cells: Range) -> bool:
        mine = self.range
        return not (
            cells.last_row < mine.row
            or mine.last_row < cells.row
            or cells.last_column < mine.column
            or mine.last_column < cells.column
        )

    def spans(self, cells: Range) -> bool:
        """Whether cells cover the table's columns in some of its rows, or just below."""
        mine = self.range
        return (
            mine.row < cells.row <= mine.last_row
            and cells.column <= mine.column
            and mine.last_column <= cells.last_column
        )


class AutoFilter(base_classes.AutoFilter):
    """The criteria of a table: one value for a field, as an officer picks it."""

    def __init__(self, table: Table):
        self._table = table

    @property
    def criteria(self) -> list[dict[str, Any]]:
        found = {
            field.Field + 1: "" if field.IsNumeric else field.StringValue
            for field in self._table.range.xl.createFilterDescriptor(False).getFilterFields()
        }
        return [
            base_classes.autofilter_criteria_snapshot(n, "values", [f"={found[n]}"])
            if n in found
            else base_classes.empty_autofilter_criteria(n)
            for n in range(1, self._table.range.shape[1] + 1)
        ]

    def apply_values(self, field: int, values: list[str]) -> None:
        import uno

        (value,) = values
        one = uno.createUnoStruct("com.sun.star.sheet.TableFilterField")
        one.Field, one.StringValue, one.IsNumeric = field - 1, value, False
        one.Operator = uno.Enum("com.sun.star.sheet.FilterOperator", "EQUAL")
        self._filter((one,))

    def clear(self, field: int | None) -> None:
        self._filter(())

    def _filter(self, fields: tuple[Any, ...]) -> None:
        cells = self._table.range.xl
        descriptor = cells.createFilterDescriptor(True)
        descriptor.ContainsHeader = True
        descriptor.setFilterFields(fields)
        cells.filter(descriptor)


class Tables(base_classes.Tables):
    """The tables of one sheet."""

    def __init__(self, sheet: Any):
        self._sheet = sheet

    def _names(self) -> list[str]:
        ranges = self._sheet.book.doc.DatabaseRanges
        index = self._sheet.xl.getRangeAddress().Sheet
        return [
            name
            for name in ranges.getElementNames()
            if ranges.getByName(name).DataArea.Sheet == index
        ]

    def __call__(self, name_or_index: str | int) -> Table:
        names = self._names()
        if isinstance(name_or_index, int):
            return Table(self._sheet, names[name_or_index - 1])
        for name in names:
            if name.lower() == name_or_index.lower():
                return Table(self._sheet, name)
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Any:
        return (Table(self._sheet, name) for name in self._names())

    def __contains__(self, name: str) -> bool:
        return name.lower() in (known.lower() for known in self._names())

    def check_shift(self, cells: Range, mode: str) -> None:
        """Excel refuses to shift part of a table."""
        if mode not in ("DOWN", "UP"):
            return
        shifted = Range(
            self._sheet, cells.row, cells.column, LAST_ROW - cells.row + 1, cells.shape[1]
        )
        for table in self:
            mine = table.range
            whole = cells.column <= mine.column and mine.last_column <= cells.last_column
            if table.overlaps(shifted) and not whole:
                raise ValueError(f"Excel would not shift part of the table {table.name}")
