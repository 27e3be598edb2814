"""Returned files read again, for the audit, by other programs than the product reads them with:
openpyxl (.xlsx, .xlsm), xlrd (.xls), pyxlsb (.xlsb), and for .ods the few lines below. By their
content, whatever they are called."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..errors import UnreadableFileError

Position = tuple[int, int]  # row and column, counted from 1
_MOST_REPEATED = 1000  # a row or cell that a program repeats to the sheet's end holds nothing


class AuditCell(NamedTuple):
    """What stands in a cell; `form` is its number format, None where the library cannot tell."""

    value: object
    form: str | None = ""
    is_error: bool = False

    @property
    def is_percent(self) -> bool:
        return "%" in re.sub(r'"[^"]*"|\\.', "", self.form or "")


EMPTY = AuditCell("")


@dataclass
class AuditPage:
    """The cells of a sheet that hold something; `merged` leads from each cell of a merger over
    rows to its first one."""

    name: str
    cells: dict[Position, AuditCell] = field(default_factory=dict)
    merged: dict[Position, Position] = field(default_factory=dict)

    def at(self, row: int, column: int) -> AuditCell:
        """A cell, or that which a merger spreads over it."""
        own = self.cells.get((row, column))
        first = self.merged.get((row, column), (row, column))
        return own or self.cells.get(first, EMPTY)

    def rows(self) -> dict[int, dict[int, AuditCell]]:
        """Row -> column -> cell, from the top down."""
        rows: dict[int, dict[int, AuditCell]] = {}
        for row, column in sorted(self.cells):
            rows.setdefault(row, {})[column] = self.cells[row, column]
        return rows

    def put(self, row: int, column: int, cell: AuditCell) -> None:
        if cell.value is not None and cell.value != "":
            self.cells[row, column] = cell

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        # Over columns of one row it is a heading, and nobody's entry.
        if top == bottom or bottom - top > _MOST_REPEATED:
            return
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                self.merged[row, column] = (top, left)


def read_pages(content: bytes) -> list[AuditPage]:
    """The sheets of a workbook. Raises UnreadableFileError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a library passes over is not what it reads
            return list(_reader(content)(content))
    except Exception as error:  # a library raises all kinds for a broken file
        reason = f"{type(error).__name__}: {error}"
        raise UnreadableFileError(f"thư viện thứ hai không đọc được tệp ({reason})") from error


def _reader(content: bytes):
    if content.startswith(b"\xd0\xcf\x11\xe0") or not content.startswith(b"PK"):
        return _xls
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
    if "content.xml" in names:
        return _ods
    return _xlsb if "xl/workbook.bin" in names else _xlsx


def _xlsx(content: bytes) -> Iterator[AuditPage]:
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in workbook.worksheets:
        page = AuditPage(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    shown = AuditCell(cell.value, cell.number_format, cell.data_type == "e")
                    page.put(cell.row, cell.column, shown)
        for area in sheet.merged_cells.ranges:
            page.merge(area.min_row, area.min_col, area.max_row, area.max_col)
        yield page


def _xls(content: bytes) -> Iterator[AuditPage]:
    import xlrd

    workbook = xlrd.open_workbook(
        file_contents=content, formatting_info=True, logfile=io.StringIO()
    )
    for sheet in workbook.sheets():
        page = AuditPage(sheet.name)
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                style = workbook.xf_list[cell.xf_index] if cell.xf_index is not None else None
                form = workbook.format_map.get(style.format_key) if style else None
                value = cell.value
                if cell.ctype == xlrd.XL_CELL_DATE:
                    value = xlrd.xldate_as_datetime(float(value), workbook.datemode)
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(value)
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    value = xlrd.error_text_from_code.get(int(value), "#N/A")
                shown = AuditCell(
                    value, form.format_str if form else "", cell.ctype == xlrd.XL_CELL_ERROR
                )
                page.put(row + 1, column + 1, shown)
        for top, bottom, left, right in sheet.merged_cells:
            page.merge(top + 1, left + 1, bottom, right)
        yield page


def _xlsb(content: bytes) -> Iterator[AuditPage]:
    from pyxlsb import open_workbook

    with open_workbook(io.BytesIO(content)) as workbook:
        for name in workbook.sheets:
            page = AuditPage(name)
            with workbook.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    for cell in row:
                        error = isinstance(cell.v, str) and bool(
                            re.fullmatch("0x[0-9a-f]+", cell.v)
                        )
                        page.put(cell.r + 1, cell.c + 1, AuditCell(cell.v, None, error))
            yield page


# ------------------------------------------------------------------------- .ods

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_ERRORS = re.compile(r"#[A-Z/0!?]+[!?]?|Err:\d+|#N/A")


def _ods(content: bytes) -> Iterator[AuditPage]:
    import lxml.etree as etree

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        plain = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        root = etree.fromstring(package.read("content.xml"), plain)
    for table in root.iter(f"{_TABLE}table"):
        page = AuditPage(table.get(f"{_TABLE}name", ""))
        number = 1
        for row in table.iter(f"{_TABLE}table-row"):
            times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            for at in range(number, number + min(times, _MOST_REPEATED)):
                _ods_row(page, at, row)
            number += times
        yield page


def _ods_row(page: AuditPage, number: int, row) -> None:
    column = 1
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        shown = _ods_cell(cell)
        if shown.value != "":
            for at in range(column, column + min(times, _MOST_REPEATED)):
                page.put(number, at, shown)
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        across = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if down * across > 1:
            page.merge(number, column, number + down - 1, column + across - 1)
        column += times


def _ods_cell(cell) -> AuditCell:
    kind = cell.get(f"{_OFFICE}value-type", "")
    text = "\n".join(_ods_text(line) for line in cell.iterchildren(f"{_TEXT}p"))
    if _ERRORS.fullmatch(text) and cell.get(f"{_TABLE}formula"):
        return AuditCell(text, "", True)
    if kind in ("float", "percentage", "currency"):
        form = "0%" if kind == "percentage" else ""
        # The unit that a format adds stands only in the text that is shown.
        shown = re.sub(r"[\d\s.,+-]", "", text) if kind != "percentage" else ""
        return AuditCell(float(cell.get(f"{_OFFICE}value", "nan")), form or f'0"{shown}"')
    if kind == "date":
        day = cell.get(f"{_OFFICE}date-value", "")
        return AuditCell(datetime.datetime.fromisoformat(day[:19]))
    if kind == "boolean":
        return AuditCell(cell.get(f"{_OFFICE}boolean-value") == "true")
    return AuditCell(text)


def _ods_text(line) -> str:
    parts = [line.text or ""]
    for inner in line:
        if inner.tag == f"{_TEXT}s":
            parts.append(" " * int(inner.get(f"{_TEXT}c", "1")))
        elif inner.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif inner.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif isinstance(inner.tag, str):
            parts.append(_ods_text(inner))
        parts.append(inner.tail or "")
    return "".join(parts)
