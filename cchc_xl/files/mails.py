"""A mail (RFC 5322, .eml) -> its attachments, as standards and programs write them, also against
the standards: headers and their parameters are read from bytes as they come.

The mail is never copied: its parts are positions in it, and an attachment is decoded straight
from there when it is asked for. Python's email package copies each part, and gives up names that
programs write in ways of their own.
"""

from __future__ import annotations

import binascii
import datetime
import email.utils
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from .attachments import (
    BROKEN,
    Attachment,
    Found,
    attached,
    believable,
    is_file,
    is_wanted,
    last_label,
    text_of,
)

_HEADER = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\n]*+\n?(?:[ \t]+[^\s][^\n]*+\n?)*+)")
_MOST_HEADERS = 2000
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_PARAMETER = re.compile(
    rb';\s*+([^\s=;"]++)\s*+=\s*+("(?:[^"\\]|\\.)*+"(?=\s*+(?:;|\Z))|[^;]*+)', re.DOTALL
)
_CONTINUED = re.compile(r"(.+?)\*(?:(\d{1,4})(\*)?)?")
_ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+)(?:\?=|$)")
_PERCENT = re.compile(rb"%[89A-Fa-f][0-9A-Fa-f]")

Headers = dict[str, bytes]


def read_headers(content: bytes, start: int, end: int) -> tuple[Headers, int]:
    """(lower-case name -> first value, where the body starts) of what stands between two
    positions; of the stamps of servers (Received) the last, which the first server wrote. Headers
    end at an empty line, or at the first line that is none."""
    headers: Headers = {}
    for _ in range(_MOST_HEADERS):
        header = _HEADER.match(content, start, end)
        if header is None or header.end() == start:
            break
        name, value = header[1].decode("ascii").lower(), _FOLD.sub(b"", header[2]).strip()
        if name == "received":
            headers[name] = value
        headers.setdefault(name, value)
        start = header.end()
    blank = re.compile(rb"[ \t]*\r?\n").match(content, start, end)
    return headers, blank.end() if blank else start


def begins_with_header(content: bytes) -> bool:
    """Whether something can be a mail."""
    return _HEADER.match(content[:1000].lstrip()) is not None


def value_of(header: bytes) -> str:
    """What stands before a header's parameters, in lower case: "multipart/mixed"."""
    return header.partition(b";")[0].strip().lower().decode("ascii", "replace")


def parameters(header: bytes) -> dict[str, str]:
    """A header's parameters, decoded, by their lower-case names. One that is given in the way of
    RFC 2231, also in several pieces, is preferred to a plain one of the same name, and the plain
    one stands under its name with "?"."""
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bool, bytes]]] = {}
    for given in _PARAMETER.finditer(b";" + header):
        name, value = given[1].decode("ascii", "replace").lower(), given[2].strip()
        if value[:1] == b'"':
            value = value[1:-1] if value.endswith(b'"') else value[1:]
            value = re.sub(rb'\\(["\\])', rb"\1", value)
        if continued := _CONTINUED.fullmatch(name):
            base, number, mark = continued.groups()
            extended = number is None or mark is not None
            pieces.setdefault(base, {}).setdefault(int(number or 0), (extended, value))
        else:
            plain.setdefault(name, value)
    found = {name: decoded(value) for name, value in plain.items()}
    for name, numbered in pieces.items():
        if name in found:
            found[f"{name}?"] = found[name]
        found[name] = _joined([numbered[number] for number in sorted(numbered)])
    return found


def _joined(pieces: list[tuple[bool, bytes]]) -> str:
    """The pieces of a parameter after RFC 2231; the first one tells the charset."""
    charset, first = "", pieces[0][1]
    if pieces[0][0] and first.count(b"'") >= 2:
        told, _, first = first.split(b"'", 2)
        charset = told.decode("ascii", "replace")
    # Decoded as a whole: some programs cut in the middle of a "%E1".
    raw = [first, *(piece for _, piece in pieces[1:])]
    whole = unquote_to_bytes(
        b"".join(
            piece if extended else piece.replace(b"%", b"%25")
            for piece, (extended, _) in zip(raw, pieces, strict=True)
        )
    )
    return text_of(whole, charset) if charset else decoded(whole)


def decoded(raw: bytes) -> str:
    """Text with encoded words (RFC 2047) in it, wherever they stand, or with bytes of any
    charset. Words that follow each other are joined before they are decoded: programs cut
    between the bytes of one letter."""
    words = list(_ENCODED_WORD.finditer(raw))
    if not words:
        if _PERCENT.search(raw):  # as in a link
            try:
                return unquote_to_bytes(raw).decode("utf-8")
            except UnicodeDecodeError:
                pass
        return text_of(raw)
    texts: list[str] = []
    at, charset, waiting = 0, "", b""
    for word in words:
        between = raw[at : word.start()]
        told = word[1].partition(b"*")[0].decode("ascii", "replace").lower()
        if waiting and (between.strip() or told != charset):
            texts.append(text_of(waiting, charset))
            waiting = b""
        if between.strip():
            texts.append(text_of(between))
        charset = told
        waiting += _word(word[2], word[3])
        at = word.end()
    texts += [text_of(waiting, charset), text_of(raw[at:])]
    return "".join(texts)


def _word(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    return from_base64(text, 0, len(text))


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
_CHUNKS = re.compile(rb"[A-Za-z0-9+/=\s]*+")


def from_base64(content: bytes, start: int, end: int) -> bytes:
    """What stands there as base64, in one step and without another copy where it is sound. Signs
    that do not belong are passed over; padding may be missing or stand between pieces."""
    padding = content.find(b"=", start, end)
    in_pieces = padding >= 0 and (
        content[padding:end].strip(b"= \t\r\n") and _CHUNKS.fullmatch(content, padding, end)
    )
    if not in_pieces:
        try:
            return binascii.a2b_base64(memoryview(content)[start:end])
        except binascii.Error:
            pass
    pieces = content[start:end].translate(None, _NOT_BASE64).split(b"=")
    return b"".join(
        binascii.a2b_base64(piece[: len(piece) - (len(piece) % 4 == 1)] + b"==") for piece in pieces
    )


# ------------------------------------------------------------------ the mail

MOST_PARTS = 500
TOO_MANY = "quá nhiều phần đính kèm, có thể là tệp độc hại"
_DEEPEST = 20  # multipart in multipart
_LONGEST_SUBJECT = 60
_LONGEST_UNSENT = datetime.timedelta(days=5)  # a mail may wait for a line over a weekend
_BOUNDARY_GUESSED = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)", re.M | re.I)
_MAILS = ("message/rfc822", "message/global", "message/news")
_BEFORE_THE_MAIL = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>?From [^\n]*\n)?")
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n", re.M)


def read_mail(mail: Attachment) -> Iterator[Found]:
    """The attachments of a mail, as they stand in it."""
    content = mail.content
    if b"\n" not in content:  # an old Macintosh's
        content = content.replace(b"\r", b"\n")
    start = _start_of(content)
    headers, _ = read_headers(content, start, len(content))
    sent = day_sent(headers) or mail.sent
    number = 0
    for entity in _leaves(content, start, len(content), "text/plain"):
        number += not entity.kind.startswith("text/")
        yield from filter(None, _attached(mail, entity, sent, number))


def _start_of(content: bytes) -> int:
    return _BEFORE_THE_MAIL.match(content).end()  # type: ignore[union-attr]


def day_sent(headers: Headers) -> datetime.datetime | None:
    """When a mail was sent: when it says so, unless the first server that took it knows that this
    was a wrong clock."""
    said = _moment(headers.get("date", b""))
    taken = _moment(headers.get("received", b"").rpartition(b";")[2])
    if taken and not (said and taken - _LONGEST_UNSENT <= said <= taken):
        return taken
    return said


def _moment(header: bytes) -> datetime.datetime | None:
    try:
        return believable(email.utils.parsedate_to_datetime(header.decode("ascii", "replace")))
    except Exception:  # what stands there is no date, in one of many ways
        return None


# -------------------------------------------------------------------- the parts of it


class _Entity(NamedTuple):
    """A part without parts: its headers, and where in the mail its body stands."""

    content: bytes
    start: int
    end: int
    headers: Headers
    kind: str

    def names(self) -> list[str]:
        """What its headers call it, the most trusted first; [""] for nothing."""
        disposition = parameters(self.headers.get("content-disposition", b""))
        kind = parameters(self.headers.get("content-type", b""))
        given = [
            disposition.get("filename"),
            disposition.get("filename?"),
            kind.get("name"),
            kind.get("name?"),
        ]
        names = [last_label(name) for name in given if name]
        described = last_label(decoded(self.headers.get("content-description", b"")))
        if is_wanted(described):
            names.append(described)
        return list(filter(None, names)) or [""]

    @property
    def name(self) -> str:
        names = self.names()
        return next(filter(is_wanted, names), names[0])


def _leaves(
    content: bytes, start: int, end: int, default: str, depth: int = 0
) -> Iterator[_Entity]:
    headers, body = read_headers(content, start, end)
    told = headers.get("content-type", b"")
    kind = value_of(told) or default
    spans = []
    if kind.startswith("multipart/") or (not told and depth == 0):
        boundary = parameters(told).get("boundary", "")
        spans = _spans(content, body, end, boundary.rstrip().encode("utf-8", "replace"))
    if not spans or depth > _DEEPEST:
        yield _Entity(content, body, end, headers, kind)
        return
    inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    for first, last in spans:
        yield from _leaves(content, first, last, inner, depth + 1)


def _spans(content: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """Where the parts of a multipart stand. Where its boundary is not what it says, the first
    line that could be one is taken; where the last is missing, the last part ends with it all."""
    lines = list(_lines_of(boundary).finditer(content, start, end)) if boundary else []
    if not lines and (guessed := _BOUNDARY_GUESSED.search(content, start, end)):
        lines = list(_lines_of(guessed[1]).finditer(content, start, end))
    spans = []
    for at, line in enumerate(lines):
        if line[1]:  # the last
            break
        after = lines[at + 1].start() if at + 1 < len(lines) else end
        # The line break before a boundary belongs to it.
        for sign in (10, 13) if at + 1 < len(lines) else ():
            after -= line.end() < after and content[after - 1] == sign
        spans.append((line.end(), after))
    return spans


def _lines_of(boundary: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?:\n|\Z)", re.M)


# ------------------------------------------------------------------ what they hold


def _attached(
    mail: Attachment, entity: _Entity, sent: datetime.datetime | None, number: int
) -> Iterator[Found | None]:
    name = entity.name
    if entity.kind == "application/applefile":  # what a Macintosh knows of the file beside it
        return
    try:
        if entity.kind in _MAILS:
            yield _forwarded(mail, _content(entity, ".eml"), name, sent)
        elif not name and entity.kind.startswith("text/"):
            yield from _in_text(mail, entity, sent)
        else:
            yield attached(mail, name, lambda: _content(entity, name), sent, entity.kind, number)
    except Exception:  # of the others each has its own fate
        yield mail.holds(name or f"dinh-kem-{number}", b"", sent, BROKEN)


def _forwarded(
    mail: Attachment, content: bytes, name: str, sent: datetime.datetime | None
) -> Found | None:
    """A mail in the mail, under the name it has, or its subject."""
    if is_file(content):  # said to be a mail
        return attached(mail, name, lambda: content, sent, "application/octet-stream")
    headers, _ = read_headers(content, _start_of(content), len(content))
    subject = decoded(headers.get("subject", b"")).replace("/", "_")
    name = name or last_label(subject)[:_LONGEST_SUBJECT].strip(" .") or "thu-chuyen-tiep"
    if not name.lower().endswith(".eml"):
        name += ".eml"
    return mail.holds(name, content, sent)


def _in_text(
    mail: Attachment, entity: _Entity, sent: datetime.datetime | None
) -> Iterator[Found | None]:
    """Files that an old program wrote into the text itself."""
    for begin in _UUENCODED.finditer(entity.content, entity.start, entity.end):
        name = last_label(text_of(begin[1]))
        plain = _from_uu(entity.content, begin.start(), entity.end)
        if plain:
            yield attached(mail, name, lambda plain=plain: plain, sent)


def _encoding(entity: _Entity) -> str:
    return value_of(entity.headers.get("content-transfer-encoding", b""))


def _content(entity: _Entity, name: str) -> bytes:
    """The body decoded as its headers say; where that gives no such file, in whichever way one
    comes out of it."""
    is_right = begins_with_header if name.lower().endswith(".eml") else is_file
    as_told = None
    told = _DECODERS.get(_encoding(entity), _as_it_is)
    for decode in dict.fromkeys((told, _as_it_is, from_base64, _from_quoted, _from_uu)):
        plain = decode(entity.content, entity.start, entity.end)
        if is_right(plain):
            return plain
        as_told = plain if as_told is None else as_told
    return as_told or b""


def _as_it_is(content: bytes, start: int, end: int) -> bytes:
    return content[start:end]


def _from_quoted(content: bytes, start: int, end: int) -> bytes:
    return binascii.a2b_qp(memoryview(content)[start:end])


def _from_uu(content: bytes, start: int, end: int) -> bytes:
    begin = _UUENCODED.search(content, start, end)
    if begin is None:
        return b""
    lines = []
    at = begin.end()
    while at < end:
        after = content.find(b"\n", at, end) + 1 or end
        line = content[at:after].rstrip(b"\r\n")
        at = after
        if line in (b"end", b"`", b" ", b""):
            break
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:  # a line with more behind it than it says
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            lines.append(binascii.a2b_uu(line[: length + 1]))
    return b"".join(lines)


_DECODERS = {
    "base64": from_base64,
    "quoted-printable": _from_quoted,
    "x-uuencode": _from_uu,
    "uuencode": _from_uu,
    "x-uue": _from_uu,
    "uue": _from_uu,
}
