"""How every new workbook is written: strictly, reproducibly, in one house style.

Text is always written as text, so nothing that a user typed can become a formula. A call
that XlsxWriter refuses or only warns about is an error of ours and raises.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Hashable
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from .cells import Written
from .official_worksheets import OfficialWorksheet
from .templates import house_style
from .worksheets import Sheet, accepted

# Workbooks carry no time of making, so that the same inputs give the same bytes.
_CREATED = datetime.datetime(2018, 1, 1)
_LONGEST_SHEET_NAME = 31


def _house_font() -> dict[str, Any]:
    font = house_style()["font"]
    return {"font_name": font["name"], "font_size": font["body"]}


class Book:
    """A new workbook in the house style, kept in memory until `to_bytes`."""

    def __init__(self, title: str):
        self.font = _house_font()
        self._buffer = io.BytesIO()
        self._workbook = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_date_format": "dd/mm/yyyy",
                # Column widths count in digits of this font.
                "default_format_properties": self.font,
            },
        )
        self._sheets: list[Sheet] = []
        self._workbook.set_properties({"title": title, "created": _CREATED})
        self._workbook.set_calc_mode("auto")
        self._formats: dict[frozenset, Any] = {}
        # What each figure is -> where it was written.
        self.figures: dict[Hashable, list[Written]] = {}
        # The same of figures that nobody cites: unknown ones, and numbers in a sentence.
        self.uncited: list[tuple[Hashable, Written]] = []
        # Other texts, but for those in the rows of most tables.
        self.texts: list[Written] = []

    def style(self, **properties: Any):
        """A cell format; the font of the house where `properties` name none."""
        wanted = frozenset(properties.items())
        if wanted not in self._formats:
            usual = {**self.font, "valign": "top"}
            self._formats[wanted] = self._workbook.add_format({**usual, **properties})
        return self._formats[wanted]

    def condition(self, **properties: Any):
        """The format that a condition puts over a cell's own."""
        return self._workbook.add_format(properties)

    def sheet(self, name: str) -> Sheet:
        """A new sheet; a name that Excel would refuse is mended."""
        name = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:_LONGEST_SHEET_NAME]
        used = {sheet.raw.get_name().casefold() for sheet in self._sheets}
        number = 2
        unique = name
        while unique.casefold() in used:
            unique = f"{name[: _LONGEST_SHEET_NAME - 4]} ({number})"
            number += 1
        sheet = Sheet(self, self._workbook.add_worksheet(unique, OfficialWorksheet))
        self._sheets.append(sheet)
        return sheet

    def add_vba_project(self, project: bytes) -> None:
        """Make it a workbook with macros."""
        self._workbook.add_vba_project(io.BytesIO(project), is_stream=True)
        self._workbook.set_vba_name("ThisWorkbook")

    def name_cell(self, name: str, sheet: Sheet, row: int, column: int) -> None:
        """Give a cell a name, by which formulas and macros find it."""
        place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        accepted(self._workbook.define_name(name, f"='{sheet.raw.get_name()}'!{place}"))

    def chart(self, kind: str, subtype: str | None = None):
        options = {"type": kind} | ({"subtype": subtype} if subtype else {})
        return self._workbook.add_chart(options)

    def to_bytes(self) -> bytes:
        for sheet in self._sheets:
            sheet.fit()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self._workbook.close()
        return self._buffer.getvalue()
