"""A small writer of .xlsb: no program on Linux writes it, and agencies send it.

Only what a reader of returned forms may look at: values, stored results of formulas, errors,
number formats, fonts, merged cells, hidden sheets, rows and columns. Record numbers and
layouts are those of [MS-XLSB].
"""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
from collections.abc import Iterable

from openpyxl.styles.numbers import builtin_format_id
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

ERRORS = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}
_STATES = {"visible": 0, "hidden": 1, "veryHidden": 2}
_BLACK = bytes((5, 0, 0, 0, 0, 0, 0, 255))
_FIRST_OWN_FORMAT = 164

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
{parts}</Types>"""
_TYPE = '<Override PartName="/xl/{}" ContentType="application/vnd.ms-excel.{}"/>'
_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
{}</Relationships>"""
_RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{}" Target="{}"/>'
)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def _record(kind: int, content: bytes = b"") -> bytes:
    return _varint(kind) + _varint(len(content)) + content


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _list(begin: int, kind: int, items: Iterable[bytes], end: int) -> bytes:
    items = list(items)
    body = b"".join(_record(kind, item) for item in items)
    return _record(begin, struct.pack("<I", len(items))) + body + _record(end)


class _Book:
    """Collects the strings and styles that cells refer to by number."""

    def __init__(self, stored: dict[str, object]):
        self.stored = stored
        self.strings: dict[str, int] = {}
        self.formats: dict[str, int] = {"General": 0}
        self.fonts: dict[str, int] = {"Calibri": 0}
        self.styles: dict[tuple[int, int], int] = {(0, 0): 0}

    def style(self, cell) -> int:
        own = builtin_format_id(cell.number_format)  # as Excel does: 9 is 0%
        own = len(self.formats) + _FIRST_OWN_FORMAT if own is None else own
        look = (
            self.formats.setdefault(cell.number_format, own),
            self.fonts.setdefault(cell.font.name or "Calibri", len(self.fonts)),
        )
        return self.styles.setdefault(look, len(self.styles))

    def cell(self, cell, first: bool) -> bytes:
        head = struct.pack("<II", cell.column - 1, self.style(cell))
        value = cell.value
        if cell.data_type == "f":
            return self._formula(head, self.stored.get(cell.coordinate if first else "", ""))
        if value is None:
            return _record(1, head)
        if cell.data_type == "e":
            return _record(3, head + bytes((ERRORS[value],)))
        if isinstance(value, bool):
            return _record(4, head + bytes((value,)))
        if isinstance(value, datetime.date | datetime.time):
            value = to_excel(value)
        if isinstance(value, int | float):
            return _record(5, head + struct.pack("<d", value))
        number = self.strings.setdefault(str(value), len(self.strings))
        return _record(7, head + struct.pack("<I", number))

    @staticmethod
    def _formula(head: bytes, result: object) -> bytes:
        """A formula of one constant: readers take the stored result."""
        if isinstance(result, str) and result in ERRORS:
            kind, value = 11, bytes((ERRORS[result],))
            tokens = b"\x1c" + value
        elif isinstance(result, str):
            kind, value = 8, _text(result)
            tokens = b"\x17" + value[:2] + value[4:]
        else:
            kind, value = 9, struct.pack("<d", result)
            tokens = b"\x1f" + value
        parsed = struct.pack("<HI", 0, len(tokens)) + tokens + struct.pack("<I", 0)
        return _record(kind, head + value + parsed)

    def sheet(self, page: Worksheet, first: bool) -> bytes:
        rows: dict[int, list] = {}
        for (row, _), cell in sorted(page._cells.items()):
            rows.setdefault(row, []).append(cell)
        hidden_rows = [number for number, d in page.row_dimensions.items() if d.hidden]
        hidden = [
            struct.pack("<IIIIH", (d.min or 1) - 1, (d.max or 1) - 1, 0, 0, 1)
            for d in page.column_dimensions.values()
            if d.hidden and d.min
        ]
        out = [_record(129), _record(148, struct.pack("<IIII", 0, page.max_row, 0, 20))]
        if hidden:
            out.append(_record(390) + b"".join(_record(60, one) for one in hidden) + _record(391))
        out.append(_record(145))
        for number in sorted(rows.keys() | set(hidden_rows)):
            flags = bytes((0, 16 if number in hidden_rows else 0, 0))
            out.append(_record(0, struct.pack("<IIH", number - 1, 0, 300) + flags + bytes(4)))
            out += [self.cell(cell, first) for cell in rows.get(number, ())]
        out.append(_record(146))
        if page.merged_cells.ranges:
            merged = (
                struct.pack("<IIII", m.min_row - 1, m.max_row - 1, m.min_col - 1, m.max_col - 1)
                for m in page.merged_cells.ranges
            )
            out.append(_list(177, 176, merged, 178))
        return b"".join([*out, _record(130)])

    def style_sheet(self) -> bytes:
        own = {code: n for code, n in self.formats.items() if n >= _FIRST_OWN_FORMAT}
        fonts = (
            struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 0, 163, 0) + _BLACK + b"\0" + _text(name)
            for name in self.fonts
        )
        fill = struct.pack("<I8s8sI5dI", 0, _BLACK, _BLACK, 0, 0, 0, 0, 0, 0, 0)
        looks = [
            struct.pack("<HHHHHBBHBB", 0, number_format, font, 0, 0, 0, 0, 0, 3, 0)
            for number_format, font in self.styles
        ]
        base = b"\xff\xff" + looks[0][2:]
        normal = struct.pack("<IHBB", 0, 1, 0, 255) + _text("Normal")
        formats = (struct.pack("<H", n) + _text(code) for code, n in own.items())
        return b"".join(
            (
                _record(278),
                _list(615, 44, formats, 616),
                _list(611, 43, fonts, 612),
                _list(603, 45, [fill, fill], 604),
                _list(613, 46, [bytes(51)], 614),
                _list(626, 47, [base], 627),
                _list(617, 47, looks, 618),
                _list(619, 48, [normal], 620),
                _record(279),
            )
        )


def xlsb_bytes(workbook: Workbook, stored: dict[str, object]) -> bytes:
    """The workbook as .xlsb; `stored` gives the results of the first sheet's formulas."""
    book = _Book(stored)
    pages = workbook.worksheets
    parts = {
        f"worksheets/sheet{n}.bin": book.sheet(page, n == 1) for n, page in enumerate(pages, 1)
    }
    bundle = b"".join(
        _record(
            156, struct.pack("<II", _STATES[p.sheet_state], n) + _text(f"r{n}") + _text(p.title)
        )
        for n, p in enumerate(pages, 1)
    )
    parts["workbook.bin"] = b"".join(
        (_record(131), _record(143), bundle, _record(144), _record(132))
    )
    items = (b"\0" + _text(text) for text in book.strings)
    body = b"".join(_record(19, item) for item in items)
    count = struct.pack("<II", len(book.strings), len(book.strings))
    parts["sharedStrings.bin"] = _record(159, count) + body + _record(160)
    parts["styles.bin"] = book.style_sheet()
    related = [
        _RELATION.format(f"r{n}", "worksheet", f"worksheets/sheet{n}.bin")
        for n in range(1, len(pages) + 1)
    ]
    related += [_RELATION.format(f"x{n}", n, f"{n}.bin") for n in ("sharedStrings", "styles")]
    kinds = dict.fromkeys(parts, "worksheet") | {
        "sharedStrings.bin": "sharedStrings",
        "styles.bin": "styles",
    }
    kinds.pop("workbook.bin")
    types = "".join(_TYPE.format(name, kind) for name, kind in kinds.items())
    main = _RELATION.format("r1", "officeDocument", "xl/workbook.bin")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES.format(parts=types))
        package.writestr("_rels/.rels", _RELATIONS.format(main))
        package.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format("".join(related)))
        for name, content in parts.items():
            package.writestr(f"xl/{name}", content)
    return out.getvalue()
