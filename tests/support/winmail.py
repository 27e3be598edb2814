"""winmail.dat as Outlook writes it in "rich text" mails (MS-OXTNEF): a message with attachments."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SIGNATURE = 0x223E9F78
_ON_MESSAGE, _ON_ATTACHMENT = 1, 2
_VERSION, _CODEPAGE, _CLASS = 0x00089006, 0x00069007, 0x00078008
_RENDERING, _TITLE, _DATA, _PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
_LONG_NAME = 0x3707001F  # PR_ATTACH_LONG_FILENAME, in UTF-16


def winmail(files: Mapping[str, bytes]) -> bytes:
    """Files by name; a long name in any language is kept, beside a short one in ASCII."""
    parts = [
        struct.pack("<IH", _SIGNATURE, 1),
        _attribute(_ON_MESSAGE, _VERSION, struct.pack("<I", 0x10000)),
        _attribute(_ON_MESSAGE, _CODEPAGE, struct.pack("<II", 1258, 0)),
        _attribute(_ON_MESSAGE, _CLASS, b"IPM.Microsoft Mail.Note\0"),
    ]
    for number, (name, content) in enumerate(files.items(), 1):
        short = f"TEP{number}.{name.rpartition('.')[2][:3].upper()}"
        # The attribute that begins an attachment: a file, drawn nowhere in the text.
        parts += [
            _attribute(_ON_ATTACHMENT, _RENDERING, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)),
            _attribute(_ON_ATTACHMENT, _TITLE, short.encode() + b"\0"),
            _attribute(_ON_ATTACHMENT, _DATA, content),
            _attribute(_ON_ATTACHMENT, _PROPERTIES, _text_property(_LONG_NAME, name)),
        ]
    return b"".join(parts)


def _attribute(level: int, kind: int, data: bytes) -> bytes:
    checksum = sum(data) & 0xFFFF
    return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", checksum)


def _text_property(tag: int, text: str) -> bytes:
    """A list of one property with one value, filled up to whole fours of bytes."""
    value = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<IIII", 1, tag, 1, len(value)) + value + bytes(-len(value) % 4)
