"""The marks of the cells of a binary Excel workbook (.xlsb), after [MS-XLSB].

A part is a row of records: a number of one or two bytes, a length of up to four (seven bits
a byte), and that many bytes.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from .marks import (
    BUILT_IN_PERCENTS,
    Marks,
    is_old_font,
    is_percent_format,
    related_parts,
    unit_of_format,
)

_ROW, _BLANK, _ERROR, _FORMULA_TEXT, _FORMULA_ERROR, _LAST_CELL = 0, 1, 3, 8, 11, 11
_FONT, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 43, 44, 47, 617, 618
_SHEET, _MERGED = 156, 176
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def xlsb_marks(package: zipfile.ZipFile) -> dict[str, Marks]:
    """Sheet -> marks; how formulas are linked is not told."""
    parts = related_parts(package, "xl/workbook.bin")
    styles = next((part for part in parts.values() if part.endswith("styles.bin")), "")
    looks = _styles(package.read(styles)) if styles else (set(), {}, {})
    marks = {}
    for record, body in _records(package.read("xl/workbook.bin")):
        if record == _SHEET:
            relation, at = _text(body, 8)
            name, _ = _text(body, at)
            if parts.get(relation) in package.namelist():
                marks[name] = _sheet(package.read(parts[relation]), *looks)
    return marks


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        number, at = part[at], at + 1
        if number & 0x80:
            number, at = (number & 0x7F) | (part[at] & 0x7F) << 7, at + 1
        length = 0
        for shift in range(0, 28, 7):
            byte, at = part[at], at + 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        yield number, part[at : at + length]
        at += length


def _text(body: bytes, at: int) -> tuple[str, int]:
    """A string with its length before it, and where it ends."""
    (length,) = struct.unpack_from("<I", body, at)
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le"), end


def _styles(part: bytes) -> tuple[set[int], dict[int, int], dict[int, str]]:
    """The styles that show a percentage, name a unit of money, or have an old font."""
    formats: set[int] = set(BUILT_IN_PERCENTS)
    names: list[str] = []
    naming: dict[int, int] = {}
    percents: set[int] = set()
    units: dict[int, int] = {}
    fonts: dict[int, str] = {}
    in_cell_styles, style = False, 0
    for record, body in _records(part):
        if record == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            code = _text(body, 2)[0]
            if is_percent_format(code):
                formats.add(number)
            if (unit := unit_of_format(code)) is not None:
                naming[number] = unit
        elif record == _FONT:
            names.append(_text(body, 21)[0])
        elif record in (_STYLES_BEGIN, _STYLES_END):
            in_cell_styles = record == _STYLES_BEGIN
        elif record == _STYLE and in_cell_styles:
            number, font = struct.unpack_from("<HH", body, 2)
            if number in formats:
                percents.add(style)
            if number in naming:
                units[style] = naming[number]
            if font < len(names) and is_old_font(names[font]):
                fonts[style] = names[font]
            style += 1
    return percents, units, fonts


def _sheet(part: bytes, percents: set[int], units: dict[int, int], fonts: dict[int, str]) -> Marks:
    marks = Marks()
    row = 0
    for record, body in _records(part):
        if record == _ROW:
            (row,) = struct.unpack_from("<I", body)
            if len(body) > 11 and body[11] & 0x10:
                marks.hidden_rows.add(row)
        elif _BLANK <= record <= _LAST_CELL:
            column, style = struct.unpack_from("<II", body)
            at, style = (row, column), style & 0xFFFFFF
            if record in (_ERROR, _FORMULA_ERROR):
                marks.errors[at] = _ERRORS.get(body[8], "#N/A")
            if record == _FORMULA_TEXT and body[8:12] == bytes(4):
                marks.uncalculated.add(at)
            if style in percents:
                marks.percents.add(at)
            if style in units:
                marks.units[at] = units[style]
            if style in fonts and record != _BLANK:
                marks.fonts[at] = fonts[style]
        elif record == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            marks.merged.append(((top, left), (bottom, right)))
    return marks
