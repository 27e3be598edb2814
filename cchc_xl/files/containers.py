"""Files that carry other files, in any depth: zip archives, mails (.eml), mails that Outlook saved
(.msg) and what it wraps attachments in (winmail.dat)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from ..errors import NoWorkbookError, UnreadableFileError
from ..text.spelling import few
from .attachments import (
    OLE_SIGNATURE,
    SEPARATOR,
    TNEF_SIGNATURE,
    Attachment,
    Found,
    is_container,
    is_wanted,
    kind_of,
    label,
    text_of,
)
from .mails import MOST_PARTS, TOO_MANY, begins_with_header, read_mail
from .outlook_files import read_msg, read_tnef
from .spreadsheets import SUFFIXES

_MOST_BYTES = 300 * 2**20
_DEEPEST = 8  # a mail in a mail in a zip …
_TOO_LARGE = "nội dung quá lớn, có thể là tệp độc hại"
_TOO_DEEP = "quá nhiều lớp lồng nhau"
_MOST_NAMED = 8


def container_of(file: str) -> str:
    """The file of nhan-ve in which a return came: itself, or what carried it."""
    return file.partition(SEPARATOR)[0]


def unpack(name: str, content: bytes) -> list[Attachment]:
    """The workbooks in a container, at any depth, each with a name of its own; other files in
    it (a letter, a picture) are passed over. What cannot be taken out of it has a `fault`.
    Raises UnreadableFileError, and that alone, where there is nothing."""
    opened = _Opened(name)
    parts = list(opened.parts(Attachment(name, content)))
    if not parts:
        raise NoWorkbookError(f"bên trong không có bảng tính nào{_listed(opened.others)}")
    return _with_names_of_their_own(parts)


def _listed(others: list[str]) -> str:
    names = list(dict.fromkeys(others))
    if not names:
        return ""
    return f"; có: {few(names, _MOST_NAMED, 'tệp khác')}"


def _with_names_of_their_own(parts: list[Attachment]) -> list[Attachment]:
    taken = {part.name for part in parts}
    seen: set[str] = set()
    unique = []
    for part in parts:
        name, again = part.name, 1
        stem, dot, suffix = part.name.rpartition(".")
        while name in seen or (again > 1 and name in taken):
            again += 1
            name = f"{stem} ({again}){dot}{suffix}"
        seen.add(name)
        unique.append(part._replace(name=name))
    return unique


class _Opened:
    """A container being opened: what may still come out of it, in all that is in it, and the
    names of what is no return."""

    def __init__(self, name: str):
        self.others: list[str] = []
        self._depth = name.count(SEPARATOR)
        self._parts = MOST_PARTS
        self._bytes = _MOST_BYTES

    def parts(self, container: Attachment) -> Iterator[Attachment]:
        """The workbooks in it. Raises UnreadableFileError; what is wrong with a container in it
        is that one's fault."""
        for one in self._read(container):
            if isinstance(one, str):
                self.others.append(one)
                continue
            self._count(one)
            if one.name.count(SEPARATOR) - self._depth > _DEEPEST:
                one = one._replace(content=b"", fault=_TOO_DEEP)
            if one.fault or not is_container(one.name):
                yield one
                continue
            left = self._parts, self._bytes
            inner: list[Attachment] = []
            try:
                inner.extend(self.parts(one))
            except UnreadableFileError as error:
                if min(self._parts, self._bytes) < 0:  # what holds too much has held nothing
                    self._parts, self._bytes = left
                    inner.clear()
                inner.append(one._replace(content=b"", fault=str(error)))
            yield from inner

    def _read(self, container: Attachment) -> Iterator[Found]:
        try:
            yield from self._reader(container)
        except UnreadableFileError:
            raise
        except Exception as error:  # whatever a broken file leads to
            raise UnreadableFileError("tệp bị hỏng") from error

    def _reader(self, container: Attachment) -> Iterator[Found]:
        """What is in a container, read as its content calls for, else as its name does."""
        name, kind = container.name.lower(), kind_of(container.content)
        if kind in SUFFIXES:  # a workbook that a browser saved as .zip
            renamed = PurePosixPath(container.name.rpartition(SEPARATOR)[2]).stem + kind
            return iter([container.holds(renamed, container.content, container.sent)])
        if container.content.startswith(TNEF_SIGNATURE) or name.endswith(".dat"):
            return read_tnef(container)
        is_mail = begins_with_header(container.content)
        if container.content.startswith(OLE_SIGNATURE) or (name.endswith(".msg") and not is_mail):
            return read_msg(container)
        if container.content.startswith(b"PK") or name.endswith(".zip"):
            return self._zip(container)
        return read_mail(container)

    def _zip(self, archive: Attachment) -> Iterator[Found]:
        try:
            package = zipfile.ZipFile(io.BytesIO(archive.content))
        except Exception as error:  # a broken directory raises all kinds
            raise UnreadableFileError("tệp nén bị hỏng") from error
        entries = [entry for entry in package.infolist() if not entry.is_dir()]
        size = sum(entry.file_size for entry in entries)
        if len(entries) > self._parts or size > self._bytes:
            raise UnreadableFileError("tệp nén quá lớn, có thể là tệp độc hại")
        for entry in entries:
            name = _entry_name(entry)
            if not is_wanted(name):
                yield name
                continue
            if entry.flag_bits & 1:
                yield archive.holds(name, b"", archive.sent, "tệp nén đặt mật khẩu")
                continue
            try:
                content = package.read(entry)
            except Exception:  # a broken stream raises what its decompressor has
                yield archive.holds(name, b"", archive.sent, "phần này của tệp nén bị hỏng")
                continue
            if name.lower().endswith(".dat") and not content.startswith(TNEF_SIGNATURE):
                yield name
            else:
                yield archive.holds(name, content, archive.sent)

    def _count(self, part: Attachment) -> None:
        """One more came out. A container may hold as much as is left, wherever it stands."""
        self._parts -= 1
        self._bytes -= len(part.content)
        if self._parts < 0:
            raise UnreadableFileError(TOO_MANY)
        if self._bytes < 0:
            raise UnreadableFileError(_TOO_LARGE)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Programs that do not say that a name is UTF-8 write it so all the same, or in the charset
    of their Windows; zipfile takes it for the one of DOS."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        name = text_of(name.encode("cp437", "replace"))
    return label(name) or "?"
