"""The marks of the cells of an Excel workbook (.xlsx, .xlsm)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from .marks import (
    BUILT_IN_PERCENTS,
    Cell,
    Marks,
    is_old_font,
    is_percent_format,
    parse_part,
    related_parts,
    unit_of_format,
)


def xlsx_marks(package: zipfile.ZipFile) -> dict[str, Marks]:
    """Sheet -> marks."""
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
    looks = _styles(parse_part(package, styles)) if styles else Looks(set(), {}, {})
    marks = {}
    for sheet in parse_part(package, workbook).iterfind("{*}sheets/{*}sheet"):
        target = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        part = parts.get(target, "")
        if "sheet" in part and part in package.namelist():
            marks[sheet.get("name", "")] = _sheet(parse_part(package, part), looks)
    return marks


class Looks(NamedTuple):
    """The ids of the cell styles that show a percentage, of those whose format names a unit of
    money, and of those in an old font."""

    percents: set[str]
    units: dict[str, int]
    fonts: dict[str, str]


def _styles(styles: etree._Element) -> Looks:
    formats = {
        one.get("numFmtId"): one.get("formatCode", "")
        for one in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    own = {number for number, code in formats.items() if is_percent_format(code)}
    naming = {number: unit_of_format(code) for number, code in formats.items()}
    names = []
    for font in styles.iterfind("{*}fonts/{*}font"):
        name = font.find("{*}name")
        names.append("" if name is None else name.get("val", ""))
    looks = Looks(set(), {}, {})
    for at, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf")):
        number = style.get("numFmtId", "0")
        if number in own or (number.isdigit() and int(number) in BUILT_IN_PERCENTS):
            looks.percents.add(str(at))
        if (unit := naming.get(number)) is not None:
            looks.units[str(at)] = unit
        font = int(style.get("fontId") or 0)
        if font < len(names) and is_old_font(names[font]):
            looks.fonts[str(at)] = names[font]
    return looks


def _sheet(root: etree._Element, looks: Looks) -> Marks:
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
    for style in looks.percents:
        marks.percents |= {at for at, _ in cells("@s=$style", style=style)}
    for style, unit in looks.units.items():
        marks.units |= {at: unit for at, _ in cells("@s=$style", style=style)}
    for style, font in looks.fonts.items():
        marks.fonts |= {at: font for at, _ in cells("@s=$style", style=style)}
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
