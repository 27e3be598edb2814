"""What makes the master workbook one with macros: its VBA project, its ribbon tab, and the
hidden sheet of words that VBA source cannot hold.

The VBA project is built from `workbook/` by `workbook/build.py`; the ribbon is
`workbook/ribbon.xml`, whose buttons are also those of the sheet Bảng điều khiển.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple
from xml.etree import ElementTree

from ..files.packages import repacked
from ..writing.book import Book
from ..writing.templates import resource
from .functions import FUNCTIONS

WORDS_SHEET = "_ham"
# What a cell shows when Python cannot be reached at all.
UNAVAILABLE = "Chưa gọi được Python: chạy lại bộ cài đặt CCHC"
SEVERAL_AREAS = "Chỉ chọn một vùng ô liền nhau"
_RIBBON_PART = "customUI/customUI14.xml"
_RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"


class Command(NamedTuple):
    """A button: the VBA macro it runs, what stands on it, and what it does in a sentence."""

    macro: str
    label: str
    tip: str


@cache
def commands() -> tuple[Command, ...]:
    """The buttons of the ribbon, in its order."""
    root = ElementTree.fromstring(_ribbon())
    return tuple(
        Command(button.attrib["id"], button.attrib["label"], button.attrib["supertip"])
        for button in root.iter("{http://schemas.microsoft.com/office/2009/07/customui}button")
    )


def add_macros(book: Book) -> None:
    """Put the VBA project into a new workbook, and the words it needs into a hidden sheet."""
    sheet = book.sheet(WORDS_SHEET)
    for column, text in enumerate(("Hàm", "Mô tả", "Tham số", UNAVAILABLE, SEVERAL_AREAS)):
        sheet.put(0, column, text)
    for row, function in enumerate(FUNCTIONS.values(), 1):
        asked = "\n".join(description for _, description, _ in function.arguments)
        for column, text in enumerate((function.name, function.description, asked)):
            sheet.put(row, column, text)
    sheet.raw.very_hidden()
    book.add_vba_project(resource("workbook", "vbaProject.bin").read_bytes())


def with_ribbon(content: bytes) -> bytes:
    """The same workbook with the ribbon tab; the same bytes give the same bytes."""
    relationship = f'<Relationship Id="rIdRibbon" Type="{_RELATIONSHIP}" Target="{_RIBBON_PART}"/>'
    end = "</Relationships>"

    def related(name: str, part: bytes) -> bytes:
        if name != "_rels/.rels":
            return part
        return part.replace(end.encode(), f"{relationship}{end}".encode())

    return repacked(content, related, {_RIBBON_PART: _ribbon()})


def _ribbon() -> bytes:
    return resource("workbook", "ribbon.xml").read_bytes()
