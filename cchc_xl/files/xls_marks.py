"""The marks of the cells of an Excel 97-2003 workbook (.xls)."""

from __future__ import annotations

import io

import xlrd

from .marks import Marks, is_old_font, is_percent_format, unit_of_format


def xls_marks(content: bytes) -> dict[str, Marks]:
    """Sheet -> marks; how formulas are linked is not told."""
    with xlrd.open_workbook(
        file_contents=content, formatting_info=True, logfile=io.StringIO()
    ) as book:
        percents, units, fonts = set(), {}, {}
        for at, style in enumerate(book.xf_list):
            number = book.format_map.get(style.format_key)
            if number and is_percent_format(number.format_str or ""):
                percents.add(at)
            if number and (unit := unit_of_format(number.format_str or "")) is not None:
                units[at] = unit
            name = book.font_list[style.font_index].name
            if is_old_font(name):
                fonts[at] = name
        return {sheet.name: _sheet(sheet, percents, units, fonts) for sheet in book.sheets()}


def _sheet(sheet, percents: set[int], units: dict[int, int], fonts: dict[int, str]) -> Marks:
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
                marks.errors[row, column] = xlrd.error_text_from_code.get(cell.value, "#N/A")
            if cell.ctype == xlrd.XL_CELL_TEXT and cell.value == "":  # a formula's
                marks.uncalculated.add((row, column))
            if cell.xf_index in percents:
                marks.percents.add((row, column))
            if cell.xf_index in units:
                marks.units[row, column] = units[cell.xf_index]
            if cell.xf_index in fonts:
                marks.fonts[row, column] = fonts[cell.xf_index]
    return marks
