"""What can be marked of a cell besides its value, and what its readers share."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field

from lxml import etree

from ..text.legacy_fonts import decoder_of

Cell = tuple[int, int]  # row and column, counted from 0
Range = tuple[Cell, Cell]  # first and last cell


@dataclass
class Marks:
    """The marks of one sheet, by the absolute position of cells."""

    errors: dict[Cell, str] = field(default_factory=dict)
    uncalculated: set[Cell] = field(default_factory=set)
    linked: set[Cell] = field(default_factory=set)
    percents: set[Cell] = field(default_factory=set)
    units: dict[Cell, int] = field(default_factory=dict)  # đồng for a 1 that shows
    fonts: dict[Cell, str] = field(default_factory=dict)  # of the time before Unicode only
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)


def is_percent_format(code: str) -> bool:
    """Whether a number format shows a number a hundred times larger, with a %."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", code)


_UNITS = (
    ("tỷ", 10**9),
    ("tỉ", 10**9),
    ("triệu", 10**6),
    ("nghìn", 10**3),
    ("ngàn", 10**3),
    ("đồng", 1),
    ("₫", 1),
    ("vnd", 1),
    ("vnđ", 1),
    ("đ", 1),
)
_SCALE = re.compile(r"[0#?](,+)(?![0#?,])")


def unit_of_format(code: str) -> int | None:
    """How many đồng a cell's 1 is to a reader of the sheet, where its number format names a
    unit or leaves out thousands: `0.0" tỷ"` 10^9, `#,##0,,` 10^-6 of what stands there (then
    nothing is certain: 0). None for a format that says nothing of it."""
    shown = code.partition(";")[0]
    if _SCALE.search(re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", shown)):
        return 0
    text = shown.casefold()
    return next((dong for word, dong in _UNITS if word in text), None)


def is_old_font(name: str) -> bool:
    return decoder_of(name) is not None


# ---------------------------------------------------------------- parts of packages

_PARSER_OPTIONS = {"resolve_entities": False, "no_network": True, "huge_tree": True}
BUILT_IN_PERCENTS = {9, 10}  # number formats of Excel's own


def parse_part(package: zipfile.ZipFile, name: str) -> etree._Element:
    """An XML part of a package; nothing it names is fetched or expanded."""
    return etree.fromstring(package.read(name), etree.XMLParser(**_PARSER_OPTIONS))


def related_parts(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Relationship id -> part, of a part of an Office package."""
    folder, name = posixpath.split(part)
    relations = parse_part(package, f"{folder}/_rels/{name}.rels")
    return {
        one.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, one.get("Target", ""))
        ).lstrip("/")
        for one in relations
        if one.get("TargetMode") != "External"
    }
