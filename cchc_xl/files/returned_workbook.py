"""A returned workbook as values and marks, and when its program last saved it.

All of it is read at once, so that this can be done in a process of its own (`isolation`).
"""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
from typing import NamedTuple

import olefile

from ..errors import UnreadableFileError
from ..text.dates import VIETNAM
from ..text.legacy_fonts import decoder_of, is_unicode
from .excel_marks import xls_marks, xlsb_marks, xlsx_marks
from .marks import Marks
from .ods_marks import ods_marks
from .packages import parse_part
from .spreadsheets import Grid, OpenedWorkbook

# A form has some thousand cells; a workbook with more than this is not read.
MOST_CELLS = 3_000_000
_MOST_BYTES = 400 * 2**20  # unpacked
_FILEPASS, _HEAD = 0x2F, 4096


class ReturnedWorkbook(NamedTuple):
    """The sheets of a workbook; `saved` (with a time zone) is None where the file does not
    tell."""

    grids: dict[str, Grid]
    saved: datetime.datetime | None = None

    @property
    def names(self) -> list[str]:
        return list(self.grids)

    def grid(self, name: str) -> Grid:
        return self.grids[name]


def read_workbook(content: bytes) -> ReturnedWorkbook:
    """Read a workbook of any format whole. Raises UnreadableFileError when it is none, or
    larger than any form can be."""
    _check_size(content)
    try:
        workbook = OpenedWorkbook(content)
    except UnreadableFileError:
        if _is_encrypted(content):
            raise UnreadableFileError("tệp đặt mật khẩu") from None
        raise
    try:
        marks = marks_of(content)
    except Exception:  # the values can be read all the same; a broken part tells no marks
        marks = {}
    grids: dict[str, Grid] = {}
    cells = 0
    for name in workbook.names:
        grid = workbook.grid(name)
        cells += sum(map(len, grid.rows))
        if cells > MOST_CELLS:
            raise UnreadableFileError("trang tính quá lớn, không thể là phiếu báo cáo")
        grids[name] = _in_unicode(grid._replace(marks=marks.get(name)))
    return ReturnedWorkbook(grids, saved_at(content))


def marks_of(content: bytes) -> dict[str, Marks]:
    """Sheet -> marks, of a workbook in any format. Raises what its parser raises."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if "content.xml" in names:
                return ods_marks(package)
            return (xlsb_marks if "xl/workbook.bin" in names else xlsx_marks)(package)
    return xls_marks(content) if content.startswith(olefile.MAGIC[:4]) else {}


def _check_size(content: bytes) -> None:
    if not content:
        raise UnreadableFileError("tệp rỗng")
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                size = sum(entry.file_size for entry in package.infolist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            return  # the reader says what is wrong
        if size > _MOST_BYTES:
            raise UnreadableFileError("nội dung nén quá lớn, có thể là tệp độc hại")


def _is_encrypted(content: bytes) -> bool:
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                return b"encryption-data" in package.read("META-INF/manifest.xml")
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            if file.exists("EncryptedPackage"):
                return True
            book = next((name for name in ("Workbook", "Book") if file.exists(name)), "")
            return bool(book) and _has_password_record(file.openstream(book).read(_HEAD))
    except Exception:  # broken in some other way
        return False


def _has_password_record(stream: bytes) -> bool:
    """Whether an Excel 97-2003 stream has the record FILEPASS near its beginning."""
    at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        if record == _FILEPASS:
            return True
        at += 4 + length
    return False


def _in_unicode(grid: Grid) -> Grid:
    """The same sheet with texts of old fonts in Unicode; marks of fonts stay where a text
    was changed."""
    if grid.marks is None or not grid.marks.fonts:
        return grid
    changed: dict[tuple[int, int], str] = {}
    for (row, column), font in grid.marks.fonts.items():
        at, left = row - grid.top, column - grid.left
        decode = decoder_of(font)
        if decode and 0 <= at < len(grid.rows) and 0 <= left < len(grid.rows[at]):
            text = grid.rows[at][left]
            if isinstance(text, str) and not is_unicode(text) and decode(text) != text:
                grid.rows[at][left] = decode(text)
                changed[row, column] = font
    grid.marks.fonts = changed
    return grid


# ------------------------------------------------------------------ time of saving

_CORE, _APP, _ODS_META = "docProps/core.xml", "docProps/app.xml", "meta.xml"


def saved_at(content: bytes) -> datetime.datetime | None:
    """When the program that wrote a file says that it saved it."""
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                return _saved_in_package(package)
        return _saved_in_ole(content)
    except Exception:  # a file without a readable time is a file without one
        return None


def _saved_in_package(package: zipfile.ZipFile) -> datetime.datetime | None:
    names = package.namelist()
    if _CORE in names:
        text = parse_part(package, _CORE).findtext("{http://purl.org/dc/terms/}modified")
    elif _ODS_META in names:
        text = parse_part(package, _ODS_META).findtext(".//{http://purl.org/dc/elements/1.1/}date")
    else:
        return None
    if not text:
        return None
    moment = datetime.datetime.fromisoformat(text.strip()[:26])
    # LibreOffice writes the time of the clock on the wall, in .xlsx with a Z all the same.
    on_the_wall = _APP in names and b"LibreOffice" in package.read(_APP)
    return moment.replace(tzinfo=VIETNAM) if on_the_wall or not moment.tzinfo else moment


def _saved_in_ole(content: bytes) -> datetime.datetime | None:
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        saved: datetime.datetime | None = getattr(file.get_metadata(), "last_saved_time", None)
    return saved.replace(tzinfo=datetime.UTC) if saved else None
