"""The marks of the cells of an OpenDocument spreadsheet."""

from __future__ import annotations

import zipfile
from collections.abc import Hashable, Iterator

import lxml.etree as etree

from ..text.legacy_fonts import decoder_of
from .marks import Cell, Looks, Marks, unit_of_format
from .packages import parse_part

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_NUMBER = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_ROWS = {f"{_TABLE}table-row-group", f"{_TABLE}table-header-rows", f"{_TABLE}table-rows"}
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_TELLING = (
    f"{_OFFICE}value-type",
    f"{_TABLE}formula",
    f"{_TABLE}number-rows-spanned",
    f"{_TABLE}number-columns-spanned",
)
# Styles are repeated over the empty rest of a sheet; no form is as large as this.
_MOST_REPEATED = 1000


def ods_marks(package: zipfile.ZipFile) -> dict[str, Marks]:
    """Sheet -> marks."""
    content = parse_part(package, "content.xml")
    roots = [content]
    if "styles.xml" in package.namelist():
        roots.insert(0, parse_part(package, "styles.xml"))
    looks = Looks(units=_units(roots), fonts=_old_fonts(roots))
    tables = content.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table")
    return {table.get(f"{_TABLE}name", ""): _sheet(table, looks) for table in tables}


def _units(roots: list[etree._Element]) -> dict[Hashable, int]:
    """Cell style -> the unit, as `unit_of_format` gives it."""
    by_format: dict[str, int] = {}
    for root in roots:
        for kind in ("number-style", "currency-style"):
            for one in root.iter(f"{_NUMBER}{kind}"):
                factors = [n.get(f"{_NUMBER}display-factor", "1") for n in one]
                text = "".join(one.itertext())
                unit = 0 if set(factors) - {"1"} else unit_of_format(text)
                if unit is not None:
                    by_format[one.get(f"{_STYLE}name", "")] = unit
    return {
        style.get(f"{_STYLE}name", ""): by_format[style.get(f"{_STYLE}data-style-name", "")]
        for root in roots
        for style in root.iter(f"{_STYLE}style")
        if style.get(f"{_STYLE}data-style-name", "") in by_format
    }


def _old_fonts(roots: list[etree._Element]) -> dict[Hashable, str]:
    """Cell style -> its font, where that is of the time before Unicode."""
    families = {
        face.get(f"{_STYLE}name", ""): face.get(f"{_SVG}font-family", "").strip("'")
        for root in roots
        for face in root.iter(f"{_STYLE}font-face")
    }
    own: dict[str, str] = {}
    parents: dict[str, str] = {}
    for root in roots:
        for style in root.iter(f"{_STYLE}style"):
            name = style.get(f"{_STYLE}name", "")
            parents[name] = style.get(f"{_STYLE}parent-style-name", "")
            text = style.find(f"{_STYLE}text-properties")
            if text is not None:
                face = text.get(f"{_STYLE}font-name", "")
                own[name] = text.get(f"{_FO}font-family") or families.get(face, face)
    fonts: dict[Hashable, str] = {}
    for name in parents:
        at, seen = name, set()
        while at and not own.get(at) and at not in seen:
            seen.add(at)
            at = parents.get(at, "")
        if decoder_of(own.get(at, "")):
            fonts[name] = own[at]
    return fonts


def _sheet(table: etree._Element, looks: Looks) -> Marks:
    marks = Marks()
    columns = [
        style
        for column in table.iter(f"{_TABLE}table-column")
        for style in [column.get(f"{_TABLE}default-cell-style-name", "")]
        * min(_count(column, "number-columns-repeated"), _MOST_REPEATED)
    ]
    number = 0
    for row in _rows(table):
        repeated = _count(row, "number-rows-repeated")
        if row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            marks.hidden_rows.update(range(number, number + min(repeated, _MOST_REPEATED)))
        cells = list(_told(row))
        for copy in range(min(repeated, _MOST_REPEATED) if cells else 0):
            for at, cell in cells:
                _mark_cell(marks, cell, (number + copy, at), columns, looks)
        number += repeated
    return marks


def _rows(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag in _ROWS:
            yield from _rows(child)
        elif child.tag == f"{_TABLE}table-row":
            yield child


def _told(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """The cells of a row that hold or span something, with their columns."""
    at = 0
    for cell in row:
        if cell.tag not in _CELLS:
            continue
        repeated = _count(cell, "number-columns-repeated")
        if any(cell.get(name) for name in _TELLING):
            for column in range(at, at + min(repeated, _MOST_REPEATED)):
                yield column, cell
        at += repeated


def _mark_cell(
    marks: Marks, cell: etree._Element, at: Cell, columns: list[str], looks: Looks
) -> None:
    kind = cell.get(f"{_OFFICE}value-type", "")
    formula = cell.get(f"{_TABLE}formula", "")
    if cell.get(f"{_CALC}value-type") == "error":
        marks.errors[at] = "".join(cell.itertext()) or "#N/A"
    elif formula and not kind:
        marks.uncalculated.add(at)
    if "'file:" in formula:
        marks.linked.add(at)
    if kind == "percentage":
        marks.percents.add(at)
    default = columns[at[1]] if at[1] < len(columns) else ""
    style = cell.get(f"{_TABLE}style-name") or default
    looks.mark(marks, at, style)
    down, right = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
    if down > 1 or right > 1:
        marks.merged.append((at, (at[0] + down - 1, at[1] + right - 1)))


def _count(element: etree._Element, name: str) -> int:
    return int(element.get(f"{_TABLE}{name}") or 1)
