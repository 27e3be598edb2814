"""Books, their sheets and their names, of the Calc engine."""

# xlwings' base classes have properties where an engine keeps what Calc tells; `uno` is there in
# LibreOffice's own Python only.
# pyright: reportIncompatibleMethodOverride=false, reportMissingImports=false
# pyright: reportAssignmentType=false, reportIncompatibleVariableOverride=false

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uno
from xlwings import base_classes

from .cells import LAST_COLUMN, LAST_ROW, Range, area
from .tables import Tables
from .typed import excel_formula


def properties(**values: Any) -> tuple[Any, ...]:
    return tuple(
        uno.createUnoStruct("com.sun.star.beans.PropertyValue", Name=name, Value=value)
        for name, value in values.items()
    )


class Book(base_classes.Book):
    app: Any = None  # a property of the base class

    def __init__(self, doc: Any, app: Any):
        self.doc, self.app = doc, app

    api = property(lambda self: self.doc)
    sheets = property(lambda self: Sheets(self))
    names = property(lambda self: Names(self.doc.NamedRanges, self))
    name = property(lambda self: Path(self.fullname).name)

    @property
    def fullname(self) -> str:
        return uno.fileUrlToSystemPath(self.doc.getURL())

    def activate(self) -> None:
        pass

    def close(self) -> None:
        self.doc.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Calc would spoil the macros of an .xlsm, so saving one is only recorded."""
        self.app.saved(path or self.fullname)
        if path and str(path).endswith(".xlsx"):
            kind = properties(FilterName="Calc MS Excel 2007 XML")
            self.doc.storeToURL(Path(path).absolute().as_uri(), kind)

    def to_pdf(self, path: str, quality: str | None = None) -> None:
        """As ExportAsFixedFormat: what each sheet that is not hidden is set to print. Calc would
        print the hidden ones too, unless told which cells."""
        cells = self.doc.createInstance("com.sun.star.sheet.SheetCellRanges")
        for sheet in (one.xl for one in self.sheets if one.visible):
            cells.addRangeAddresses(sheet.getPrintAreas(), False)
        data = uno.Any("[]com.sun.star.beans.PropertyValue", properties(Selection=cells))
        kind = properties(FilterName="calc_pdf_Export", FilterData=data)
        self.doc.storeToURL(Path(path).absolute().as_uri(), kind)


class Sheets(base_classes.Sheets):
    def __init__(self, book: Book):
        self._book = book

    api = property(lambda self: self._book.doc.Sheets)

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book.doc.getCurrentController().getActiveSheet().Name)

    def __call__(self, name_or_index: str | int) -> Sheet:
        names = self.api.getElementNames()
        if isinstance(name_or_index, int):
            return Sheet(self._book, names[name_or_index - 1])
        for name in names:
            if name.lower() == name_or_index.lower():
                return Sheet(self._book, name)
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return self.api.getCount()

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, name) for name in self.api.getElementNames())

    def __contains__(self, name: str) -> bool:
        return name.lower() in (known.lower() for known in self.api.getElementNames())


class SheetApi:
    """What of Excel's own Worksheet object is asked for."""

    def __init__(self, xl: Any):
        self.ProtectContents = xl.isProtected()


class Sheet(base_classes.Sheet):
    book: Any = None  # a property of the base class

    def __init__(self, book: Book, name: str):
        self.book, self._name = book, name

    @property
    def xl(self) -> Any:
        return self.book.doc.Sheets.getByName(self._name)

    api = property(lambda self: SheetApi(self.xl))
    tables = property(lambda self: Tables(self))
    names = property(lambda self: Names(self.xl.NamedRanges, self.book))
    index = property(lambda self: self.xl.getRangeAddress().Sheet + 1)
    cells = property(lambda self: Range(self, 1, 1, LAST_ROW, LAST_COLUMN))

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.xl.setName(value)
        self._name = value

    @property
    def visible(self) -> bool:
        return self.xl.IsVisible

    @visible.setter
    def visible(self, value: bool) -> None:
        self.xl.IsVisible = value

    def at(self, place: Any) -> Range:
        """The range of a UNO address."""
        rows = place.EndRow - place.StartRow + 1
        columns = place.EndColumn - place.StartColumn + 1
        return Range(self, place.StartRow + 1, place.StartColumn + 1, rows, columns)

    def range(self, first: Any, last: Any = None) -> Range:
        if isinstance(first, tuple) and len(first) == 4:
            return Range(self, *first)
        start = self._corner(first)
        if last is None:
            return start
        end = self._corner(last)
        row, column = min(start.row, end.row), min(start.column, end.column)
        bottom, right = max(start.last_row, end.last_row), max(start.last_column, end.last_column)
        return Range(self, row, column, bottom - row + 1, right - column + 1)

    def _corner(self, where: Any) -> Range:
        where = getattr(where, "impl", where)
        if isinstance(where, Range):
            return where
        if isinstance(where, tuple):
            if min(where) < 1:
                raise IndexError("ranges count from 1")
            return Range(self, *where)
        found = area(where)
        if found:
            return Range(self, *found)
        if where in self.book.names:
            return self.book.names(where).refers_to_range
        if where in self.tables:
            return self.tables(where).data_body_range
        raise KeyError(where)

    def used_edges(self) -> tuple[int, int]:
        """The last used row and column."""
        cursor = self.xl.createCursor()
        cursor.gotoEndOfUsedArea(False)
        place = cursor.getRangeAddress()
        return place.EndRow + 1, place.EndColumn + 1

    @property
    def used_range(self) -> Range:
        cursor = self.xl.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.at(cursor.getRangeAddress())

    def activate(self) -> None:
        if not self.visible:
            raise ValueError(f"Excel cannot activate the hidden sheet {self._name}")
        self.book.doc.getCurrentController().setActiveSheet(self.xl)

    select = activate

    def clear_contents(self) -> None:
        self.used_range.clear_contents()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)


class Names(base_classes.Names):
    api: Any = None

    def __init__(self, api: Any, book: Book):
        self.api, self._book = api, book

    def contains(self, name: str) -> bool:
        return name.lower() in (known.lower() for known in self.api.getElementNames())

    __contains__ = contains

    def __call__(self, name_or_index: str | int) -> Name:
        names = self.api.getElementNames()
        if isinstance(name_or_index, int):
            return Name(self.api.getByName(names[name_or_index - 1]), self._book)
        for name in names:
            if name.lower() == name_or_index.lower():
                return Name(self.api.getByName(name), self._book)
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return self.api.getCount()


class Name(base_classes.Name):
    api: Any = None

    def __init__(self, api: Any, book: Book):
        self.api, self._book = api, book

    name = property(lambda self: self.api.getName())
    refers_to = property(lambda self: excel_formula("=" + self.api.getContent()))

    @property
    def refers_to_range(self) -> Range:
        cells = self.api.getReferredCells()
        if cells is None:
            raise ValueError(f"{self.name} refers to no cells")
        place = cells.getRangeAddress()
        return self._book.sheets(place.Sheet + 1).at(place)
