"""Mails as real programs write them: .eml with names in every encoding, winmail.dat, .msg.

`tnef` and `msgconvert` of Debian read what is written here (see test_mails).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import struct
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from pyopenvba.cfb import CFB

from cchc_xl.text.legacy_fonts import _TCVN3

SENT = datetime.datetime(2018, 5, 18, 2, 30, tzinfo=datetime.UTC)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


# -------------------------------------------------------------------------- charsets


def cp1258(text: str) -> bytes:
    """Windows-1258: letters with their quality, tones behind them."""
    out = b""
    for letter in unicodedata.normalize("NFC", text):
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            spelt = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(c for c in spelt if c not in _TONES))
            marks = "".join(c for c in spelt if c in _TONES)
            out += (base + marks).encode("cp1258", "replace")
    return out


def tcvn3(text: str) -> bytes:
    typed = {chr(letter): chr(code) for code, letter in _TCVN3.items()}
    return "".join(typed.get(letter, letter) for letter in text).encode("latin-1")


# ----------------------------------------------------------- names in a mail's headers


def _plain(value: bytes) -> bytes:
    return b'Content-Disposition: attachment; filename="' + value + b'"\r\n'


def _b_word(raw: bytes, charset: str = "utf-8") -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(raw) + b"?="


def _q_word(raw: bytes, charset: str = "utf-8") -> bytes:
    coded = b"".join(bytes([c]) if chr(c).isalnum() and c < 128 else b"=%02X" % c for c in raw)
    return b"=?" + charset.encode() + b"?Q?" + coded + b"?="


def _pieces(raw: bytes, size: int) -> list[bytes]:
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def _rfc2231(name: str) -> bytes:
    return f"Content-Disposition: attachment; filename*=UTF-8''{quote(name)}\r\n".encode()


def _rfc2231_pieces(name: str, mark: str = "*") -> bytes:
    coded = quote(name) if mark else name
    lines = [
        f" filename*{number}{mark}={'' if mark else chr(34)}{piece}{'' if mark else chr(34)}"
        for number, piece in enumerate(_cut(f"UTF-8''{coded}" if mark else coded, 20))
    ]
    return ("Content-Disposition: attachment;\r\n" + ";\r\n".join(lines) + "\r\n").encode()


def _cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _both(name: str) -> bytes:
    """As Outlook for the web: a plain one that lost its letters, and the true one."""
    lost = name.encode("ascii", "replace").decode()
    true = f" filename*=utf-8''{quote(name)}\r\n"
    return f'Content-Disposition: attachment; filename="{lost}";\r\n{true}'.encode()


def _only_in_type(name: str) -> bytes:
    return b"Content-Disposition: attachment\r\n"  # see `Attached.header`


NAMINGS: dict[str, Callable[[str], bytes]] = {
    "rfc2231": _rfc2231,
    "rfc2231-pieces": _rfc2231_pieces,
    "rfc2231-charset-1258": lambda n: (
        b"Content-Disposition: attachment; filename*=windows-1258''"
        + quote(cp1258(n)).encode()
        + b"\r\n"
    ),
    "rfc2231-quoted": lambda n: (
        f"Content-Disposition: attachment; filename*=\"UTF-8''{quote(n)}\"\r\n".encode()
    ),
    "rfc2231-beside-a-lost-one": _both,
    "plain-pieces-of-utf8": lambda n: _rfc2231_pieces(n, ""),
    "word-b": lambda n: _plain(_b_word(n.encode())),
    "word-b-unquoted": lambda n: _plain(_b_word(n.encode())).replace(b'"', b""),
    "word-q": lambda n: _plain(_q_word(n.encode())),
    "word-b-1258": lambda n: _plain(_b_word(cp1258(n), "windows-1258")),
    "words-cut-in-letters": lambda n: _plain(
        b"\r\n ".join(_b_word(piece) for piece in _pieces(n.encode(), 7))
    ),
    "words-q-folded": lambda n: _plain(
        b"\r\n\t".join(_q_word(piece) for piece in _pieces(n.encode(), 5))
    ),
    "words-that-lie-latin1": lambda n: _plain(_b_word(n.encode(), "iso-8859-1")),
    "raw-utf8": lambda n: _plain(n.encode()),
    "raw-utf8-unquoted": lambda n: _plain(n.encode()).replace(b'"', b""),
    "raw-decomposed": lambda n: _plain(unicodedata.normalize("NFD", n).encode()),
    "raw-1258": lambda n: _plain(cp1258(n)),
    "raw-tcvn3": lambda n: _plain(tcvn3(n)),
    "percent": lambda n: _plain(quote(n).encode()),
    "with-a-path": lambda n: _plain(b"C:\\Users\\STP\\Desktop\\" + n.encode()),
    "no-word-attachment": lambda n: _plain(n.encode()).replace(b"attachment; ", b""),
    "inline": lambda n: _plain(n.encode()).replace(b"attachment", b"inline"),
    "only-in-type": _only_in_type,
}


# ------------------------------------------------------------------------------- .eml


class Attached(NamedTuple):
    """A part of a mail: `naming` one of NAMINGS, `said` the encoding that its header says,
    `encoding` the true one."""

    name: str
    content: bytes
    naming: str = "rfc2231"
    encoding: str = "base64"
    said: str | None = None
    kind: str = "application/octet-stream"

    def whole(self) -> bytes:
        said = self.encoding if self.said is None else self.said
        kind = self.kind
        if self.naming == "only-in-type":
            kind += f'; name="{_b_word(self.name.encode()).decode()}"'
        head = f"Content-Type: {kind}\r\n".encode()
        head += NAMINGS[self.naming](self.name) if self.name else b""
        head += f"Content-Transfer-Encoding: {said}\r\n".encode() if said else b""
        return head + b"\r\n" + encoded(self.content, self.encoding)


def encoded(content: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    if encoding == "quoted-printable":
        coded = b"".join(b"=%02X" % byte for byte in content)
        return b"=\r\n".join(_pieces(coded, 75))
    if encoding == "x-uuencode":
        lines = [binascii.b2a_uu(piece) for piece in _pieces(content, 45)]
        return b"begin 644 phieu.xlsx\r\n" + b"".join(lines) + b"`\r\nend\r\n"
    return content


def eml(
    parts: Sequence[Attached | bytes],
    *,
    date: str = "Fri, 18 May 2018 09:30:00 +0700",
    subject: str = "Gửi phiếu",
    kind: str = "mixed",
    boundary: str = "",
    last: bool = True,
    said_boundary: str | None = None,
) -> bytes:
    """A mail with a text and these parts; bytes are parts already written."""
    whole = [part.whole() if isinstance(part, Attached) else part for part in parts]
    boundary = boundary or f"----=_Phan_{zlib.crc32(b''.join(whole)):08X}"
    said = boundary if said_boundary is None else said_boundary
    head = (
        f"From: Sở Tư pháp <stp@example.vn>\r\nDate: {date}\r\n"
        f"Subject: {_b_word(subject.encode()).decode()}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/{kind}; boundary="{said}"\r\n\r\nThis is MIME.\r\n'
    ).encode()
    letter = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "Kính gửi".encode() + b"\r\n"
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in (letter, *whole))
    return head + body + (mark + b"--\r\n" if last else b"")


def forwarded(mail: bytes, header: bytes = b"") -> bytes:
    """A mail as a part of another."""
    return b"Content-Type: message/rfc822\r\n" + header + b"\r\n" + mail


def multipart(parts: Sequence[Attached | bytes], kind: str, boundary: str) -> bytes:
    """Parts in a part."""
    mark = b"--" + boundary.encode()
    whole = [part.whole() if isinstance(part, Attached) else part for part in parts]
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(mark + b"\r\n" + one + b"\r\n" for one in whole) + mark + b"--\r\n"


# ------------------------------------------------------------------------ winmail.dat


class File(NamedTuple):
    """An attachment in Outlook's own formats: `content`, or a `message` made by the same writer
    (for .msg a `Message`). `unicode` False writes the name in the charset's bytes."""

    name: str
    content: bytes = b""
    message: Any = None  # bytes in a winmail.dat, a Message in a .msg
    unicode: bool = True
    in_property: bool = False


def filetime(moment: datetime.datetime) -> bytes:
    start = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
    return struct.pack("<Q", int((moment - start).total_seconds()) * 10_000_000)


def _attribute(level: int, number: int, kind: int, data: bytes) -> bytes:
    check = sum(data) & 0xFFFF
    return struct.pack("<BHHI", level, number, kind, len(data)) + data + struct.pack("<H", check)


def _mapi(properties: Sequence[tuple[int, int, bytes]]) -> bytes:
    out = struct.pack("<I", len(properties))
    for number, kind, value in properties:
        out += struct.pack("<HH", kind, number)
        if kind in (0x1E, 0x1F, 0x0D, 0x102):
            out += struct.pack("<II", 1, len(value))
        out += value + bytes(-len(value) % 4)
    return out


def tnef(
    files: Sequence[File], *, sent: datetime.datetime | None = None, codepage: int = 1258
) -> bytes:
    """A winmail.dat."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _attribute(1, 0x9006, 8, struct.pack("<I", 0x10000))
    out += _attribute(1, 0x9007, 6, struct.pack("<II", codepage, 0))
    out += _attribute(1, 0x8008, 7, b"IPM.Microsoft Mail.Note\0")
    properties = [(0x0037, 0x1F, "Gửi phiếu\0".encode("utf-16-le")), (0x0E1F, 0x0B, b"\1\0")]
    if sent:
        properties.append((0x0039, 0x40, filetime(sent)))
    out += _attribute(1, 0x9003, 6, _mapi(properties))
    for file in files:
        raw = cp1258(file.name) if codepage == 1258 else file.name.encode()
        out += _attribute(2, 0x9002, 6, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 32, 32, 0))
        out += _attribute(2, 0x8010, 1, raw + b"\0")
        if not file.in_property and not file.message:
            out += _attribute(2, 0x800F, 6, file.content)
        properties = [(0x3705, 0x03, struct.pack("<I", 5 if file.message else 1))]
        if file.unicode:
            properties.append((0x3707, 0x1F, file.name.encode("utf-16-le") + b"\0\0"))
        else:
            properties.append((0x3707, 0x1E, raw + b"\0"))
        if file.message:
            iid = bytes.fromhex("0703020000000000c000000000000046")
            properties.append((0x3701, 0x0D, iid + file.message))
        elif file.in_property:
            properties.append((0x3701, 0x102, file.content))
        out += _attribute(2, 0x9005, 6, _mapi(properties))
    return out


# ------------------------------------------------------------------------------- .msg


class Message(NamedTuple):
    """What a .msg holds."""

    files: Sequence[File] = ()
    sent: datetime.datetime | None = SENT
    codepage: int = 1258


def _empty_ole() -> bytes:
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    head = struct.pack(
        "<8s16sHHHHH6s9I109I",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        1,
        1,
        0,
        4096,
        end,
        0,
        end,
        0,
        0,
        *[free] * 108,
    )
    fat = struct.pack("<128I", 0xFFFFFFFD, end, *[free] * 126)
    name = "Root Entry\0".encode("utf-16-le")
    root = struct.pack(
        "<64sHBBIII16sIQQIII", name, len(name), 5, 1, free, free, free, b"", 0, 0, 0, end, 0, 0
    )
    empty = struct.pack("<68x3I48x", free, free, free)
    return head + fat + root + 3 * empty


def msg(message: Message) -> bytes:
    """A mail that Outlook saved."""
    ole = CFB.from_bytes(_empty_ole())
    ole.add_substorage_at((), "__nameid_version1.0")
    for number in (2, 3, 4):
        ole.add_stream_at(("__nameid_version1.0",), f"__substg1.0_000{number}0102", b"")
    _put(ole, (), message)
    return ole.to_bytes()


def _put(ole: CFB, at: tuple[str, ...], message: Message) -> None:
    fixed = [
        (0x3FFD, 0x03, struct.pack("<II", message.codepage, 0)),
        (0x340D, 0x03, struct.pack("<II", 0x40000, 0)),
    ]
    if message.sent:
        fixed.append((0x0039, 0x40, filetime(message.sent)))
    texts = [
        (0x001A, 0x1F, "IPM.Note".encode("utf-16-le")),
        (0x0037, 0x1F, "Gửi phiếu".encode("utf-16-le")),
        (0x1000, 0x1F, "Kính gửi".encode("utf-16-le")),
    ]
    count = len(message.files)
    head = struct.pack("<8x4I", 0, count, 0, count) + (b"" if at else bytes(8))
    _storage(ole, at, head, fixed, texts)
    for number, file in enumerate(message.files):
        here = (*at, f"__attach_version1.0_#{number:08X}")
        ole.add_substorage_at(at, here[-1])
        method = 5 if file.message else 1
        fixed = [
            (0x3705, 0x03, struct.pack("<II", method, 0)),
            (0x0E21, 0x03, struct.pack("<II", number, 0)),
        ]
        raw = cp1258(file.name) if message.codepage == 1258 else file.name.encode()
        name = (0x1F, file.name.encode("utf-16-le")) if file.unicode else (0x1E, raw)
        texts = [(0x3707, *name)]
        if file.message:
            fixed.append((0x3701, 0x0D, struct.pack("<II", 0xFFFFFFFF, 1)))
        else:
            texts.append((0x3701, 0x102, file.content))
        _storage(ole, here, bytes(8), fixed, texts)
        if file.message:
            inner = (*here, "__substg1.0_3701000D")
            ole.add_substorage_at(here, inner[-1])
            _put(ole, inner, file.message)


def _storage(ole: CFB, at: tuple[str, ...], head: bytes, fixed, texts) -> None:
    listed = [struct.pack("<HHI", kind, number, 6) + value for number, kind, value in fixed]
    for number, kind, value in texts:
        length = len(value) + {0x1F: 2, 0x1E: 1}.get(kind, 0)
        listed.append(struct.pack("<HHIII", kind, number, 6, length, 0))
        ole.add_stream_at(at, f"__substg1.0_{number:04X}{kind:04X}", value)
    ole.add_stream_at(at, "__properties_version1.0", head + b"".join(listed))
