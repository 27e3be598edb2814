"""What is found in a container: which files of it may be returns, by name and by content."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple

import olefile

from .spreadsheets import SUFFIXES

CONTAINERS = (".zip", ".eml", ".msg", ".dat")
SEPARATOR = " › "
TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
OLE_SIGNATURE = olefile.MAGIC
_SIGNATURES = (b"PK\x03\x04", OLE_SIGNATURE, TNEF_SIGNATURE)
# Names that programs give to what has none; the content says what it is.
_VAGUE = ("", ".bin", ".dat", ".tmp", ".att", ".file", ".tnef")
_SPREADSHEETS = ("spreadsheet", "excel", "ms-tnef", "ms-outlook", "zip")  # in a content type
NOTHING = "phần đính kèm không có nội dung"


class Part(NamedTuple):
    """A workbook found in a container: its name with those of what it was in, and when the
    mail right around it was sent. `fault` says why it could not be taken out."""

    name: str
    content: bytes
    sent: datetime.datetime | None = None
    fault: str = ""


# What a reader of containers yields: what may be a return, or the name of anything else.
Found = Part | str


def inside(outer: str, name: str) -> str:
    """The name of something with that of what it is in; an outermost has no name."""
    return f"{outer}{SEPARATOR}{name}" if outer else name


def believable(sent: datetime.datetime | None) -> datetime.datetime | None:
    """A time that a mail can have been sent at, with its zone; else None."""
    if sent is None:
        return None
    sent = sent if sent.tzinfo else sent.replace(tzinfo=datetime.UTC)
    return sent if 2000 <= sent.year <= 2100 else None


def is_container(name: str) -> bool:
    return name.lower().endswith(CONTAINERS)


def is_wanted(name: str) -> bool:
    """Whether a file inside a container may be a return by its name."""
    base = PurePosixPath(name).name
    # What macOS and office programs leave behind is no return.
    debris = "__MACOSX" in name or base.startswith(("~$", "."))
    return not debris and base.lower().endswith((*SUFFIXES, *CONTAINERS))


def is_file(content: bytes) -> bool:
    """Whether something begins as an archive, an OLE file or a winmail.dat does."""
    return content.startswith(_SIGNATURES)


def kind_of(content: bytes) -> str:
    """The suffix that a file should have by what is in it; "" for none that is read."""
    try:
        if content.startswith(TNEF_SIGNATURE):
            return ".dat"
        if content.startswith(OLE_SIGNATURE):
            return _kind_of_ole(content)
        if content.startswith(b"PK"):
            return _kind_of_zip(content)
    except Exception:  # a broken directory raises all kinds
        return ""
    return ""


def _kind_of_ole(content: bytes) -> str:
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        if ole.exists("Workbook") or ole.exists("Book"):
            return ".xls"
        if ole.exists("EncryptedPackage"):  # a workbook with a password, most likely
            return ".xlsx"
        return ".msg" if ole.exists("__properties_version1.0") else ""


def _kind_of_zip(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
        if "xl/workbook.bin" in names:
            return ".xlsb"
        if "xl/workbook.xml" in names:
            return ".xlsm" if "xl/vbaProject.bin" in names else ".xlsx"
        if "mimetype" in names:
            return ".ods" if b"spreadsheet" in package.read("mimetype") else ""
    return "" if "[Content_Types].xml" in names else ".zip"


def may_be_return(name: str, content_type: str) -> bool:
    """Whether an attachment may be a return by its label and type, which is when `found` asks for
    its content."""
    return is_wanted(name) or _is_vague(name, content_type)


def _is_vague(name: str, content_type: str) -> bool:
    told = any(word in content_type.lower() for word in _SPREADSHEETS)
    return told or PurePosixPath(name).suffix.lower() in _VAGUE


def found(
    outer: Part,
    name: str,
    read: Callable[[], bytes],
    sent: datetime.datetime | None,
    content_type: str = "",
    number: int = 1,
) -> Found | None:
    """What an attachment of `outer` is. `name` is its label ("" where it has none), `read` gives
    its content, which is asked for only where it may be a return; `number` counts attachments.
    None for what is neither a return nor has a name."""
    if is_wanted(name):
        content = read()
        if not name.lower().endswith(".dat") or content.startswith(TNEF_SIGNATURE):
            whole = inside(outer.name, name)
            return Part(whole, content, sent, "" if content else NOTHING)
    if _is_vague(name, content_type):
        content = read()
        if suffix := kind_of(content):
            name = f"{name or f'dinh-kem-{number}'}{suffix}"
            return Part(inside(outer.name, name), content, sent)
    return name or None
