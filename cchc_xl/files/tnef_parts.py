"""A winmail.dat (application/ms-tnef), in which Outlook wraps the attachments of a mail.

Read here and not with tnefparse, which cuts the zeros off what is in properties (every .xlsx ends
with zeros) and reads the rest of the file again for each attribute in it. See [MS-OXTNEF].
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import UnreadableFileError
from .attachment_names import last_label, text_of
from .carried import TNEF_SIGNATURE, Found, Part, believable, found, inside

_DATE_SENT, _OEM_CODEPAGE, _MESSAGE_PROPERTIES = 0x8005, 0x9007, 0x9003
_NEXT_ATTACHMENT, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_AT_ATTACHMENT = 2
_IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
# Types of properties.
_STRING8, _UNICODE, _OBJECT, _BINARY, _TIME = 0x1E, 0x1F, 0x0D, 0x102, 0x40
_FIXED = {
    0x01: 0,
    0x02: 2,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 2,
    0x14: 8,
    _TIME: 8,
    0x48: 16,
}
_SEVERAL = 0x1000
# Properties by their numbers, names in the order of trust.
SUBMITTED, DELIVERED, CODEPAGE = 0x0039, 0x0E06, 0x3FDE
LONG_NAME, SHORT_NAME, SHOWN_NAME, CONTENT_TYPE, CONTENT = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701

Properties = dict[tuple[int, int], bytes]  # (number, type) -> value


def time_of(value: bytes) -> datetime.datetime | None:
    """A FILETIME (100 ns since 1601) where it can be when a mail was sent."""
    (ticks,) = struct.unpack("<Q", value[:8])
    try:
        start = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
        return believable(start + datetime.timedelta(microseconds=ticks // 10))
    except OverflowError:
        return None


def name_of(properties: Properties, charset: str) -> str:
    """What an attachment's properties call it, as a label; "" for nothing."""
    for number in (LONG_NAME, SHORT_NAME, SHOWN_NAME):
        if unicode := properties.get((number, _UNICODE)):
            name = unicode.decode("utf-16-le", "replace")
        else:
            name = text_of(properties.get((number, _STRING8), b"").rstrip(b"\0"), charset)
        if name := last_label(name):
            return name
    return ""


@dataclass
class _Attachment:
    title: bytes = b""
    content: bytes | None = None
    is_cut: bool = False
    properties: Properties = field(default_factory=dict)


def read_tnef(part: Part) -> Iterator[Found]:
    """The attachments of a winmail.dat; a message in it comes as a winmail.dat of its own."""
    if not part.content.startswith(TNEF_SIGNATURE):
        raise UnreadableFileError("tệp .dat này không phải thư Outlook (winmail.dat)")
    sent, charset = part.sent, ""
    attachments: list[_Attachment] = []
    for level, number, start, end, whole in _attributes(part.content):
        body = memoryview(part.content)[start:end]
        if level != _AT_ATTACHMENT:
            if number == _OEM_CODEPAGE:
                charset = _charset(bytes(body))
            elif number == _DATE_SENT and part.sent is None:
                sent = sent or _date(bytes(body))
            elif number == _MESSAGE_PROPERTIES:
                properties = _properties(body)
                times = (properties.get((one, _TIME)) for one in (DELIVERED, SUBMITTED))
                for value in filter(None, times):
                    sent = time_of(value) or sent
            continue
        if number == _NEXT_ATTACHMENT or not attachments:
            attachments.append(_Attachment())
        now = attachments[-1]
        if number == _TITLE:
            now.title = bytes(body).rstrip(b"\0")
        elif number == _DATA:
            now.content, now.is_cut = bytes(body), not whole
        elif number == _PROPERTIES:
            now.properties = _properties(body)
            now.is_cut |= not whole
    for count, attachment in enumerate(attachments, 1):
        if one := _found(part, attachment, charset, sent, count):
            yield one


def _found(
    part: Part, one: _Attachment, charset: str, sent: datetime.datetime | None, count: int
) -> Found | None:
    name = name_of(one.properties, charset) or last_label(text_of(one.title, charset))
    embedded = one.properties.get((CONTENT, _OBJECT), b"")
    if embedded.startswith(_IID_MESSAGE):
        name = name or f"thu-dinh-kem-{count}"
        if not name.lower().endswith((".msg", ".eml", ".dat")):
            name += ".msg"
        return Part(inside(part.name, name), embedded[len(_IID_MESSAGE) :], sent)
    content = one.content or one.properties.get((CONTENT, _BINARY)) or embedded[16:]
    kind = one.properties.get((CONTENT_TYPE, _STRING8), b"").decode("ascii", "replace")
    attached = found(part, name, lambda: content, sent, kind, count)
    if one.is_cut and isinstance(attached, Part):
        return attached._replace(content=b"", fault="phần này của winmail.dat bị cắt cụt")
    return attached


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
    return bytes(body[at : at + _FIXED[kind]]), at + _padded(_FIXED[kind] * count)


def _padded(length: int) -> int:
    return -(-length // 4) * 4


def _charset(body: bytes) -> str:
    return charset_of(int.from_bytes(body[:4], "little"))


def charset_of(codepage: int) -> str:
    """The charset of a Windows code page: 1258 -> "cp1258"."""
    return {65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(codepage, f"cp{codepage}")


def _date(body: bytes) -> datetime.datetime | None:
    try:
        return believable(datetime.datetime(*struct.unpack_from("<6H", body)))
    except (ValueError, struct.error):
        return None
