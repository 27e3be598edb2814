"""What Outlook makes of mails: winmail.dat (application/ms-tnef), in which it wraps attachments,
after [MS-OXTNEF], and the mails that it saves (.msg), after [MS-OXMSG]: OLE files with a storage
for each attachment.

Both are read here. tnefparse (of 2021) cuts the zeros off what is in properties, with which every
.xlsx ends, and reads the rest of the file again for each attribute in it. extract-msg is under the
GPL; python-oxmsg knows no message in a message and gives up names in an old charset.
"""

from __future__ import annotations

import datetime
import io
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from ..errors import UnreadableFileError
from .attachments import (
    BROKEN,
    TNEF_SIGNATURE,
    Attachment,
    Found,
    attached,
    believable,
    last_label,
    text_of,
)

_DATE_SENT, _OEM_CODEPAGE, _MESSAGE_PROPERTIES = 0x8005, 0x9007, 0x9003
_NEXT_ATTACHMENT, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_AT_ATTACHMENT = 2
_IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
# Types of properties.
_STRING8, _UNICODE, _OBJECT, _BINARY, _TIME = 0x1E, 0x1F, 0x0D, 0x102, 0x40
_INTEGER = 0x03
_SIZES = {  # of what is always as long
    kind: size
    for size, kinds in (
        (0, (0x01,)),
        (2, (0x02, 0x0B)),
        (4, (_INTEGER, 0x04, 0x0A)),
        (8, (0x05, 0x06, 0x07, 0x14, _TIME)),
        (16, (0x48,)),
    )
    for kind in kinds
}
_SEVERAL = 0x1000
# Properties by their numbers; names in the order of trust.
_SUBMITTED, _DELIVERED, _CODEPAGE = 0x0039, 0x0E06, 0x3FDE
_NAMES = 0x3707, 0x3704, 0x3001  # long, short, shown
_CONTENT_TYPE, _CONTENT = 0x370E, 0x3701

Properties = dict[tuple[int, int], bytes]  # (number, type) -> value


def _time_of(value: bytes) -> datetime.datetime | None:
    """A FILETIME (100 ns since 1601) where it can be when a mail was sent."""
    (ticks,) = struct.unpack("<Q", value[:8])
    try:
        start = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
        return believable(start + datetime.timedelta(microseconds=ticks // 10))
    except OverflowError:
        return None


def _name_of(properties: Properties, charset: str) -> str:
    """What an attachment's properties call it, as a label; "" for nothing."""
    for number in _NAMES:
        if unicode := properties.get((number, _UNICODE)):
            name = unicode.decode("utf-16-le", "replace")
        else:
            name = text_of(properties.get((number, _STRING8), b"").rstrip(b"\0"), charset)
        if name := last_label(name):
            return name
    return ""


@dataclass
class _Wrapped:
    title: bytes = b""
    content: bytes | None = None
    is_cut: bool = False
    properties: Properties = field(default_factory=dict)


def read_tnef(winmail: Attachment) -> Iterator[Found]:
    """The attachments of a winmail.dat; a message in it comes as a winmail.dat of its own."""
    if not winmail.content.startswith(TNEF_SIGNATURE):
        raise UnreadableFileError("tệp .dat này không phải thư Outlook (winmail.dat)")
    sent, charset = winmail.sent, ""
    attachments: list[_Wrapped] = []
    for level, number, start, end, whole in _attributes(winmail.content):
        body = memoryview(winmail.content)[start:end]
        if level != _AT_ATTACHMENT:
            if number == _OEM_CODEPAGE:
                charset = _charset_of(body)
            elif number == _DATE_SENT and winmail.sent is None:
                sent = sent or _date(bytes(body))
            elif number == _MESSAGE_PROPERTIES:
                properties = _properties(body)
                times = (properties.get((one, _TIME)) for one in (_DELIVERED, _SUBMITTED))
                for value in filter(None, times):
                    sent = _time_of(value) or sent
            continue
        if number == _NEXT_ATTACHMENT or not attachments:
            attachments.append(_Wrapped())
        now = attachments[-1]
        if number == _TITLE:
            now.title = bytes(body).rstrip(b"\0")
        elif number == _DATA:
            now.content, now.is_cut = bytes(body), not whole
        elif number == _PROPERTIES:
            now.properties = _properties(body)
            now.is_cut |= not whole
    for count, attachment in enumerate(attachments, 1):
        if one := _unwrapped(winmail, attachment, charset, sent, count):
            yield one


def _unwrapped(
    winmail: Attachment, one: _Wrapped, charset: str, sent: datetime.datetime | None, count: int
) -> Found | None:
    name = _name_of(one.properties, charset) or last_label(text_of(one.title, charset))
    embedded = one.properties.get((_CONTENT, _OBJECT), b"")
    if embedded.startswith(_IID_MESSAGE):
        name = name or f"thu-dinh-kem-{count}"
        if not name.lower().endswith((".msg", ".eml", ".dat")):
            name += ".msg"
        return winmail.holds(name, embedded[len(_IID_MESSAGE) :], sent)
    content = one.content or one.properties.get((_CONTENT, _BINARY)) or embedded[16:]
    kind = one.properties.get((_CONTENT_TYPE, _STRING8), b"").decode("ascii", "replace")
    found = attached(winmail, name, lambda: content, sent, kind, count)
    if one.is_cut and isinstance(found, Attachment):
        return found._replace(content=b"", fault="phần này của winmail.dat bị cắt cụt")
    return found


def _attributes(content: bytes) -> Iterator[tuple[int, int, int, int, bool]]:
    """(level, number, start, end, whether it is whole) of each attribute."""
    at = 6
    while at + 9 <= len(content):
        level, number, _, length = struct.unpack_from("<BHHI", content, at)
        start, end = at + 9, at + 9 + length
        yield level, number, start, min(end, len(content)), end <= len(content)
        at = end + 2  # the check sum


def _properties(body: memoryview) -> Properties:
    """The properties that can be read; the first that cannot ends them."""
    properties: Properties = {}
    try:
        (count,) = struct.unpack_from("<I", body)
        at = 4
        for _ in range(count):
            kind, number = struct.unpack_from("<HH", body, at)
            at += 4
            if number & 0x8000:
                at = _after_name(body, at)
            value, at = _value(body, at, kind)
            properties.setdefault((number, kind), value)
    except (struct.error, KeyError):
        pass
    return properties


def _after_name(body: memoryview, at: int) -> int:
    """A named property has a GUID, and a number or a name of its own."""
    kind, number = struct.unpack_from("<II", body, at + 16)
    return at + 24 + (_padded(number) if kind else 0)


def _value(body: memoryview, at: int, kind: int) -> tuple[bytes, int]:
    several, kind = kind & _SEVERAL, kind & ~_SEVERAL
    if kind in (_STRING8, _UNICODE, _OBJECT, _BINARY):
        (count,) = struct.unpack_from("<I", body, at)
        at += 4
        value = b""
        for number in range(count):
            (length,) = struct.unpack_from("<I", body, at)
            if at + 4 + length > len(body):
                raise struct.error("cut")
            if number == 0:
                value = bytes(body[at + 4 : at + 4 + length])
            at += 4 + _padded(length)
        return value, at
    count = 1
    if several:
        (count,) = struct.unpack_from("<I", body, at)
        at += 4
    return bytes(body[at : at + _SIZES[kind]]), at + _padded(_SIZES[kind] * count)


def _padded(length: int) -> int:
    return -(-length // 4) * 4


def _charset_of(codepage: bytes | memoryview) -> str:
    """The charset of a Windows code page, which comes as a number: 1258 -> "cp1258"."""
    number = int.from_bytes(codepage[:4], "little")
    return {65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(number, f"cp{number}")


def _date(body: bytes) -> datetime.datetime | None:
    try:
        return believable(datetime.datetime(*struct.unpack_from("<6H", body)))
    except (ValueError, struct.error):
        return None


# ---------------------------------------------------------------- saved mails

_ATTACHMENT = "__attach_version1.0_#"
_FIXED = "__properties_version1.0"
_MESSAGE_CODEPAGE, _METHOD = 0x3FFD, 0x3705
_BY_REFERENCE = (2, 3, 4, 7)  # a path or a link to a cloud, and no content
_IN_MEMORY = 8  # what stands before the fixed properties of an attachment
_DEEPEST = 20
_LONGEST_SUBJECT = 60

Storage = tuple[str, ...]


def read_msg(mail: Attachment) -> Iterator[Found]:
    """The attachments of a saved mail, and of the mails in it."""
    try:
        ole = olefile.OleFileIO(io.BytesIO(mail.content))
    except Exception as error:  # a broken directory raises all kinds
        raise UnreadableFileError("tệp .msg bị hỏng hoặc không phải thư Outlook") from error
    with ole:
        message = _File(ole)
        if not message.has((), _FIXED):
            raise UnreadableFileError("tệp .msg bị hỏng hoặc không phải thư Outlook")
        yield from _message(message, (), mail)


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


def _message(file: _File, at: Storage, mail: Attachment) -> Iterator[Found]:
    # A message in a message has a shorter head.
    fixed = file.fixed(at, 24 if at else 32)
    times = (fixed.get((number, _TIME)) for number in (_SUBMITTED, _DELIVERED))
    sent = next(filter(None, (_time_of(value) for value in times if value)), mail.sent)
    codepages = (fixed.get((number, _INTEGER)) for number in (_MESSAGE_CODEPAGE, _CODEPAGE))
    told = next(filter(None, codepages), b"\0\0\0\0")
    charset = _charset_of(told)
    storages = [name for name in file.children.get(at, ()) if name.startswith(_ATTACHMENT)]
    for count, storage in enumerate(sorted(storages), 1):
        here = (*at, storage)
        name = ""
        try:
            name = _name(file, here, charset)
            yield from _attachment(file, here, mail._replace(sent=sent), name, count)
        except Exception:  # of the others each has its own fate
            yield mail.holds(name or f"dinh-kem-{count}", b"", sent, BROKEN)


def _name(file: _File, at: Storage, charset: str) -> str:
    names = ((number, kind) for number in _NAMES for kind in (_UNICODE, _STRING8))
    return _name_of({name: file.stream(at, *name) for name in names}, charset)


def _attachment(
    file: _File, at: Storage, mail: Attachment, name: str, count: int
) -> Iterator[Found]:
    message = f"__substg1.0_{_CONTENT:04X}{_OBJECT:04X}"
    if file.has((*at, message), _FIXED):
        if len(at) > _DEEPEST:
            raise UnreadableFileError("quá nhiều lớp lồng nhau")
        name = name[:_LONGEST_SUBJECT].strip(" .") or f"thu-dinh-kem-{count}"
        if not name.lower().endswith((".msg", ".eml")):
            name += ".msg"
        yield from _message(file, (*at, message), mail.holds(name, mail.content, mail.sent))
        return
    method = file.fixed(at, _IN_MEMORY).get((_METHOD, _INTEGER), b"\1\0\0\0")
    kind = file.stream(at, _CONTENT_TYPE, _UNICODE).decode("utf-16-le", "replace")
    one = attached(mail, name, lambda: file.stream(at, _CONTENT, _BINARY), mail.sent, kind, count)
    if isinstance(one, Attachment) and int.from_bytes(method[:4], "little") in _BY_REFERENCE:
        one = one._replace(fault="thư chỉ kèm đường dẫn đến tệp, không kèm tệp")
    if one:
        yield one
