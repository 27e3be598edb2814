"""The marks of the cells of Excel's workbooks: .xlsx and .xlsm, .xlsb after [MS-XLSB], .xls."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator

import lxml.etree as etree
import xlrd

from .marks import Cell, Looks, Marks
from .packages import parse_part, related_parts

_BUILT_IN_PERCENTS = {9: "0%", 10: "0.00%"}  # number formats of Excel's own


def xlsx_marks(package: zipfile.ZipFile) -> dict[str, Marks]:
    """Sheet -> marks, of a .xlsx or .xlsm."""
    workbook = "xl/workbook.xml"
    if workbook not in package.namelist():
        roots = parse_part(package, "_rels/.rels")
        workbook = next(
            one.get("Target", "").lstrip("/")
            for one in roots
            if one.get("Type", "").endswith("/officeDocument")
        )
    parts = related_parts(package, workbook)
    styles = next((part for part in parts.values() if part.endswith("styles.xml")), "")
    looks = _xlsx_looks(parse_part(package, styles)) if styles else Looks()
    marks = {}
    for sheet in parse_part(package, workbook).iterfind("{*}sheets/{*}sheet"):
        target = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        part = parts.get(target, "")
        if "sheet" in part and part in package.namelist():
            marks[sheet.get("name", "")] = _xlsx_sheet(parse_part(package, part), looks)
    return marks


def _xlsx_looks(styles: etree._Element) -> Looks:
    codes = {
        one.get("numFmtId"): one.get("formatCode", "")
        for one in styles.iterfind("{*}numFmts/{*}numFmt")
    } | {str(number): code for number, code in _BUILT_IN_PERCENTS.items()}
    fonts = []
    for font in styles.iterfind("{*}fonts/{*}font"):
        name = font.find("{*}name")
        fonts.append("" if name is None else name.get("val", ""))
    looks = Looks()
    for at, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
        font = int(style.get("fontId") or 0)
        code = codes.get(style.get("numFmtId", "0"), "")
        looks.learn(str(at), code, fonts[font] if font < len(fonts) else "")
    return looks


def _xlsx_sheet(root: etree._Element, looks: Looks) -> Marks:
    spaces = {"m": etree.QName(root).namespace}
    marks = Marks()

    def cells(condition: str, **values: str) -> Iterator[tuple[Cell, etree._Element]]:
        for found in root.xpath(f"//m:c[{condition}]", namespaces=spaces, **values):
            yield _position(found), found

    for at, found in cells("@t='e'"):
        marks.errors[at] = found.findtext("{*}v") or "#N/A"
    marks.uncalculated = {at for at, _ in cells("m:f and not(@t='str') and not(string(m:v))")}
    shared = set()  # a formula that reads elsewhere may be shared by cells that only name it
    for at, found in cells("contains(m:f, '[')"):
        formula = found.find("{*}f")
        if reads_elsewhere(formula.text or ""):
            marks.linked.add(at)
            if formula.get("si"):
                shared.add(formula.get("si"))
    for number in shared:
        marks.linked |= {at for at, _ in cells("m:f[@t='shared' and @si=$number]", number=number)}
    for style in {*looks.percents, *looks.units, *looks.fonts}:
        for at, _ in cells("@s=$style", style=str(style)):
            looks.mark(marks, at, style)
    hidden = root.xpath("//m:row[@hidden='1' or @hidden='true']", namespaces=spaces)
    marks.hidden_rows = {_row(row) for row in hidden}
    for merge in root.iterfind("{*}mergeCells/{*}mergeCell"):
        first, _, last = merge.get("ref", "").partition(":")
        if last:
            marks.merged.append((cell_of(first), cell_of(last)))
    return marks


def _row(row: etree._Element) -> int:
    number = row.get("r")
    return int(number) - 1 if number else row.getparent().index(row)


def _position(cell: etree._Element) -> Cell:
    if reference := cell.get("r"):
        return cell_of(reference)
    return _row(cell.getparent()), cell.getparent().index(cell)


def cell_of(reference: str) -> Cell:
    """ "K12" -> (11, 10)."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})", reference)
    if not found:
        raise ValueError(f"no cell: {reference}")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def reads_elsewhere(formula: str) -> bool:
    """Whether a formula refers to a sheet of another workbook: [1]Sheet!A1, [x.xlsx]Sheet!A1."""
    return bool(re.search(r"\[(\d+|[^\[\]]+\.\w{2,5})\][^\[\]]*!", formula))


# ------------------------------------------------------------------------- .xlsb

# A part is a row of records: a number of one or two bytes, a length of up to four (seven bits
# a byte), and that many bytes.
_ROW, _BLANK, _ERROR, _FORMULA_TEXT, _FORMULA_ERROR, _LAST_CELL = 0, 1, 3, 8, 11, 11
_FONT, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 43, 44, 47, 617, 618
_SHEET, _MERGED = 156, 176


def xlsb_marks(package: zipfile.ZipFile) -> dict[str, Marks]:
    """Sheet -> marks; how formulas are linked is not told."""
    parts = related_parts(package, "xl/workbook.bin")
    styles = next((part for part in parts.values() if part.endswith("styles.bin")), "")
    looks = _xlsb_looks(package.read(styles)) if styles else Looks()
    marks = {}
    for record, body in _records(package.read("xl/workbook.bin")):
        if record == _SHEET:
            relation, at = _text(body, 8)
            name, _ = _text(body, at)
            if parts.get(relation) in package.namelist():
                marks[name] = _xlsb_sheet(package.read(parts[relation]), looks)
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


def _xlsb_looks(part: bytes) -> Looks:
    looks, codes, fonts = Looks(), dict[int, str](), list[str]()
    in_cell_styles, style = False, 0
    for record, body in _records(part):
        if record == _FORMAT:
            (number,) = struct.unpack_from("<H", body)
            codes[number] = _text(body, 2)[0]
        elif record == _FONT:
            fonts.append(_text(body, 21)[0])
        elif record in (_STYLES_BEGIN, _STYLES_END):
            in_cell_styles = record == _STYLES_BEGIN
        elif record == _STYLE and in_cell_styles:
            number, font = struct.unpack_from("<HH", body, 2)
            code = (codes | _BUILT_IN_PERCENTS).get(number, "")
            looks.learn(style, code, fonts[font] if font < len(fonts) else "")
            style += 1
    return looks


def _xlsb_sheet(part: bytes, looks: Looks) -> Marks:
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
                marks.errors[at] = xlrd.error_text_from_code.get(body[8], "#N/A")
            if record == _FORMULA_TEXT and body[8:12] == bytes(4):
                marks.uncalculated.add(at)
            looks.mark(marks, at, style)
        elif record == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            marks.merged.append(((top, left), (bottom, right)))
    return marks


# -------------------------------------------------------------------------- .xls


def xls_marks(content: bytes) -> dict[str, Marks]:
    """Sheet -> marks, of an Excel 97-2003 workbook (.xls); how formulas are linked is not told."""
    with xlrd.open_workbook(
        file_contents=content, formatting_info=True, logfile=io.StringIO()
    ) as book:
        looks = Looks()
        for at, style in enumerate(book.xf_list):
            number = book.format_map.get(style.format_key)
            code = number.format_str if number else None
            looks.learn(at, code or "", book.font_list[style.font_index].name)
        return {sheet.name: _xls_sheet(sheet, looks) for sheet in book.sheets()}


def _xls_sheet(sheet: xlrd.sheet.Sheet, looks: Looks) -> Marks:
    marks = Marks(
        hidden_rows={at for at, row in sheet.rowinfo_map.items() if row.hidden},
        merged=[
            ((top, left), (bottom - 1, right - 1))
            for top, bottom, left, right in sheet.merged_cells
        ],
    )
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype == xlrd.XL_CELL_ERROR:
                marks.errors[row, column] = xlrd.error_text_from_code.get(int(cell.value), "#N/A")
            if cell.ctype == xlrd.XL_CELL_TEXT and cell.value == "":  # a formula's
                marks.uncalculated.add((row, column))
            looks.mark(marks, (row, column), cell.xf_index)
    return marks
