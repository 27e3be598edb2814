"""A filled form as each program saves it: Excel's formats by three libraries and our own
writer of .xlsb, and what LibreOffice makes of it."""

# `uno` is there in LibreOffice's own Python only.
# pyright: reportMissingImports=false

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from email.message import EmailMessage
from pathlib import Path

import xlwt
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.workbook import Workbook

from tests.support.xlsb import ERRORS, xlsb_bytes

# Result of a formula by its cell on the first sheet; a formula without one has no stored value.
Stored = dict[str, object]
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_MACRO_MAIN = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_LIBREOFFICE = {"ods": "calc8", "xls": "MS Excel 97", "xlsx": "Calc MS Excel 2007 XML"}


def xlsx_bytes(workbook: Workbook, stored: Stored) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return _change_parts(out.getvalue(), {r"xl/worksheets/sheet1\.xml": _store(stored)})


def xlsm_bytes(workbook: Workbook, stored: Stored) -> bytes:
    types = {r"\[Content_Types\]\.xml": lambda text: text.replace(_MAIN, _MACRO_MAIN)}
    return _change_parts(xlsx_bytes(workbook, stored), types)


def _change_parts(package: bytes, changes: dict[str, Callable[[str], str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            for name, change in changes.items():
                if re.fullmatch(name, part.filename):
                    content = change(content.decode()).encode()
            new.writestr(part.filename, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _store(stored: Stored) -> Callable[[str], str]:
    """openpyxl writes formulas without results; Excel stores what they gave."""

    def change(xml: str) -> str:
        for address, value in stored.items():
            kind = "e" if str(value).startswith("#") else "str" if isinstance(value, str) else "n"
            xml, found = re.subn(
                rf'<c r="{address}"((?: s="\d+")?)(?: t="\w+")?>(<f>.*?</f>)<v ?/?>(?:</v>)?',
                rf'<c r="{address}"\1 t="{kind}">\2<v>{value}</v>',
                xml,
            )
            assert found == 1, f"{address} holds no formula"
        return xml

    return change


def xls_bytes(workbook: Workbook, stored: Stored) -> bytes:
    """By xlwt, which cannot store the result of a formula."""
    book = xlwt.Workbook(encoding="utf-8")
    styles: dict[tuple[str, str], xlwt.XFStyle] = {}
    for page in workbook.worksheets:
        sheet = book.add_sheet(page.title)
        sheet.visibility = ("visible", "hidden", "veryHidden").index(page.sheet_state)
        covered = set()
        for merged in page.merged_cells.ranges:
            covered.update((row, column) for row, column in merged.cells)
        for merged in page.merged_cells.ranges:
            place = (merged.min_row - 1, merged.max_row - 1, merged.min_col - 1, merged.max_col - 1)
            first = page.cell(merged.min_row, merged.min_col)
            sheet.write_merge(*place, _xls_value(first), _xls_style(first, styles))
        for (row, column), cell in sorted(page._cells.items()):
            if (row, column) in covered:
                continue
            if cell.data_type == "e":
                line = sheet.row(row - 1)
                line.set_cell_error(column - 1, ERRORS[str(cell.value)], _xls_style(cell, styles))
            elif cell.value is not None or cell.has_style:
                sheet.write(row - 1, column - 1, _xls_value(cell), _xls_style(cell, styles))
        for number, dimension in page.row_dimensions.items():
            sheet.row(number - 1).hidden = bool(dimension.hidden)
        for letters, dimension in page.column_dimensions.items():
            at = coordinate_from_string(f"{letters}1")[0]
            if dimension.hidden:
                sheet.col(column_index_from_string(at) - 1).hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xls_value(cell) -> object:
    if cell.data_type == "f":
        try:
            return xlwt.Formula(cell.value[1:])
        except xlwt.ExcelFormulaParser.FormulaParseException:  # a link to another workbook
            return None
    return cell.value if isinstance(cell.value, int | float | None) else _xls_other(cell.value)


def _xls_other(value: object) -> object:
    return value if hasattr(value, "isoformat") else str(value)


def _xls_style(cell, styles: dict) -> xlwt.XFStyle:
    look = (cell.number_format, cell.font.name or "Arial")
    if look not in styles:
        style = xlwt.XFStyle()
        style.num_format_str = look[0]
        style.font.name = look[1]
        styles[look] = style
    return styles[look]


WRITERS: dict[str, Callable[[Workbook, Stored], bytes]] = {
    "xlsx": xlsx_bytes,
    "xlsm": xlsm_bytes,
    "xls": xls_bytes,
    "xlsb": xlsb_bytes,
}
BY_LIBREOFFICE = {"ods": "ods", "libreoffice-xls": "xls", "libreoffice-xlsx": "xlsx"}
FORMATS = (*WRITERS, *BY_LIBREOFFICE)


def suffix(file_format: str) -> str:
    return BY_LIBREOFFICE.get(file_format, file_format)


class Resaver:
    """LibreOffice, started once: opens workbooks, edits and saves them as an officer would."""

    def __init__(self, calc):
        self._calc = calc
        provider = calc._service("com.sun.star.configuration.ConfigurationProvider")
        place = calc.properties(nodepath="/org.openoffice.Office.Common/Save/Document")
        saving = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationUpdateAccess", place
        )
        saving.GenerateThumbnail = False  # a picture of page 1 takes most of the time
        saving.commitChanges()

    def save(
        self,
        path: Path,
        targets: Iterable[Path],
        edit: Callable[[object], None] | None = None,
        password: str = "",
    ) -> None:
        """Open a workbook and save it under each name, in the format that the suffix says."""
        doc = self._calc.desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, self._calc.properties(Hidden=True)
        )
        try:
            if edit:
                sheet = doc.Sheets.getByIndex(0)
                sheet.unprotect("")
                edit(Desk(self._calc, doc, sheet))
            doc.calculateAll()  # as on a screen; else text results are saved to .xls as 0
            for target in targets:
                options = {"FilterName": _LIBREOFFICE[target.suffix[1:]]}
                if password:
                    options["Password"] = password
                doc.storeToURL(target.as_uri(), self._calc.properties(**options))
        finally:
            doc.close(True)


class Desk:
    """A form open in LibreOffice, for edits that only a spreadsheet program does whole."""

    def __init__(self, calc, doc, sheet):
        self.calc, self.doc, self.sheet = calc, doc, sheet

    def struct(self, name: str, **fields):
        import uno

        one = uno.createUnoStruct(f"com.sun.star.{name}")
        for field, value in fields.items():
            setattr(one, field, value)
        return one

    def cells(self, address: str):
        return self.sheet.getCellRangeByName(address)


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return out.getvalue()


def mailed(name: str, content: bytes, sender: str) -> bytes:
    """A saved mail message with the workbook attached."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, "Gửi báo cáo cải cách hành chính"
    mail.set_content("Kính gửi Sở Nội vụ phiếu báo cáo.")
    mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
