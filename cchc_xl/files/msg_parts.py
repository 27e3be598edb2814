"""A mail that Outlook saved (.msg): an OLE file, with a storage for each attachment.

Read here with olefile and not with python-oxmsg, which knows no message in a message and gives up
names in an old charset. See [MS-OXMSG].
"""

from __future__ import annotations

import io
import struct
from collections import defaultdict
from collections.abc import Iterator

import olefile

from ..errors import UnreadableFileError
from .carried import Found, Part, found, inside
from .tnef_parts import (
    CODEPAGE,
    CONTENT,
    CONTENT_TYPE,
    DELIVERED,
    LONG_NAME,
    SHORT_NAME,
    SHOWN_NAME,
    SUBMITTED,
    Properties,
    charset_of,
    name_of,
    time_of,
)

_ATTACHMENT = "__attach_version1.0_#"
_FIXED = "__properties_version1.0"
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_INTEGER, _TIME = 0x03, 0x40
_MESSAGE_CODEPAGE, _METHOD = 0x3FFD, 0x3705
_BY_REFERENCE = (2, 3, 4, 7)  # a path or a link to a cloud, and no content
_IN_MEMORY = 8  # what stands before the fixed properties of an attachment
_DEEPEST = 20
_LONGEST_SUBJECT = 60

Storage = tuple[str, ...]


def read_msg(part: Part) -> Iterator[Found]:
    """The attachments of a saved mail, and of the mails in it."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(part.content))
    except Exception as error:  # a broken directory raises all kinds
        raise UnreadableFileError("tệp .msg bị hỏng hoặc không phải thư Outlook") from error
    with ole:
        message = _File(ole)
        if not message.has((), _FIXED):
            raise UnreadableFileError("tệp .msg bị hỏng hoặc không phải thư Outlook")
        yield from _message(message, (), part)


class _File:
    """The storages and streams of an OLE file."""

    def __init__(self, ole: olefile.OleFileIO):
        self.ole = ole
        self.children: dict[Storage, list[str]] = defaultdict(list)
        for path in ole.listdir(streams=True, storages=True):
            self.children[tuple(path[:-1])].append(path[-1])

    def has(self, at: Storage, name: str) -> bool:
        return name in self.children.get(at, ())

    def stream(self, at: Storage, number: int, kind: int) -> bytes:
        """A property's value; b"" where there is none."""
        name = f"__substg1.0_{number:04X}{kind:04X}"
        return self.read(at, name) if self.has(at, name) else b""

    def read(self, at: Storage, name: str) -> bytes:
        return self.ole.openstream([*at, name]).read()

    def fixed(self, at: Storage, head: int) -> Properties:
        """The properties that stand in a storage's own list, after its head."""
        if not self.has(at, _FIXED):
            return {}
        listed = self.read(at, _FIXED)[head:]
        entries = struct.iter_unpack("<HHI8s", listed[: len(listed) // 16 * 16])
        return {(number, kind): value for kind, number, _, value in entries}


def _message(file: _File, at: Storage, part: Part) -> Iterator[Found]:
    # A message in a message has a shorter head.
    fixed = file.fixed(at, 24 if at else 32)
    times = (fixed.get((number, _TIME)) for number in (SUBMITTED, DELIVERED))
    sent = next(filter(None, (time_of(value) for value in times if value)), part.sent)
    codepages = (fixed.get((number, _INTEGER)) for number in (_MESSAGE_CODEPAGE, CODEPAGE))
    told = next(filter(None, codepages), b"\0\0\0\0")
    charset = charset_of(int.from_bytes(told[:4], "little"))
    storages = [name for name in file.children.get(at, ()) if name.startswith(_ATTACHMENT)]
    for count, storage in enumerate(sorted(storages), 1):
        here = (*at, storage)
        name = ""
        try:
            name = _name(file, here, charset)
            yield from _attachment(file, here, part._replace(sent=sent), name, count)
        except Exception:  # of the others each has its own fate
            yield Part(
                inside(part.name, name or f"dinh-kem-{count}"),
                b"",
                sent,
                "phần này của thư bị hỏng",
            )


def _name(file: _File, at: Storage, charset: str) -> str:
    numbers = (LONG_NAME, SHORT_NAME, SHOWN_NAME)
    names = ((number, kind) for number in numbers for kind in (_UNICODE, _STRING8))
    return name_of({name: file.stream(at, *name) for name in names}, charset)


def _attachment(file: _File, at: Storage, part: Part, name: str, count: int) -> Iterator[Found]:
    message = f"__substg1.0_{CONTENT:04X}{_OBJECT:04X}"
    if file.has((*at, message), _FIXED):
        if len(at) > _DEEPEST:
            raise UnreadableFileError("quá nhiều lớp lồng nhau")
        name = name[:_LONGEST_SUBJECT].strip(" .") or f"thu-dinh-kem-{count}"
        if not name.lower().endswith((".msg", ".eml")):
            name += ".msg"
        yield from _message(file, (*at, message), part._replace(name=inside(part.name, name)))
        return
    method = file.fixed(at, _IN_MEMORY).get((_METHOD, _INTEGER), b"\1\0\0\0")
    kind = file.stream(at, CONTENT_TYPE, _UNICODE).decode("utf-16-le", "replace")
    one = found(part, name, lambda: file.stream(at, CONTENT, _BINARY), part.sent, kind, count)
    if isinstance(one, Part) and int.from_bytes(method[:4], "little") in _BY_REFERENCE:
        one = one._replace(fault="thư chỉ kèm đường dẫn đến tệp, không kèm tệp")
    if one:
        yield one
