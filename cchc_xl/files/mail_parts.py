"""A mail (RFC 5322, .eml) -> its attachments, as standards and programs write them.

The mail is never copied: its parts are positions in it, and an attachment is decoded straight
from there when it is asked for.
"""

from __future__ import annotations

import binascii
import datetime
import email.utils
import re
from collections.abc import Iterator
from typing import NamedTuple

from .attachment_names import last_label, text_of
from .carried import Found, Part, believable, found, inside, is_file, is_wanted
from .mail_headers import (
    Headers,
    begins_with_header,
    decoded,
    from_base64,
    parameters,
    read_headers,
    value_of,
)

MOST_PARTS = 500
TOO_MANY = "quá nhiều phần đính kèm, có thể là tệp độc hại"
_DEEPEST = 20  # multipart in multipart
_LONGEST_SUBJECT = 60
_LONGEST_UNSENT = datetime.timedelta(days=5)  # a mail may wait for a line over a weekend
_BOUNDARY_GUESSED = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-)", re.M | re.I)
_MAILS = ("message/rfc822", "message/global", "message/news")
_BEFORE_THE_MAIL = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:>?From [^\n]*\n)?")
_UUENCODED = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n", re.M)


def read_mail(part: Part) -> Iterator[Found]:
    """The attachments of a mail, as they stand in it."""
    content = part.content
    if b"\n" not in content:  # an old Macintosh's
        content = content.replace(b"\r", b"\n")
    start = _start_of(content)
    headers, _ = read_headers(content, start, len(content))
    sent = day_sent(headers) or part.sent
    number = 0
    for entity in _leaves(content, start, len(content), "text/plain"):
        number += not entity.kind.startswith("text/")
        yield from filter(None, _attached(part, entity, sent, number))


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
    part: Part, entity: _Entity, sent: datetime.datetime | None, number: int
) -> Iterator[Found | None]:
    name = entity.name
    if entity.kind == "application/applefile":  # what a Macintosh knows of the file beside it
        return
    try:
        if entity.kind in _MAILS:
            yield _forwarded(part, _content(entity, ".eml"), name, sent)
        elif not name and entity.kind.startswith("text/"):
            yield from _in_text(part, entity, sent)
        else:
            yield found(part, name, lambda: _content(entity, name), sent, entity.kind, number)
    except Exception:  # of the others each has its own fate
        yield Part(
            inside(part.name, name or f"dinh-kem-{number}"), b"", sent, "phần này của thư bị hỏng"
        )


def _forwarded(
    part: Part, content: bytes, name: str, sent: datetime.datetime | None
) -> Found | None:
    """A mail in the mail, under the name it has, or its subject."""
    if is_file(content):  # said to be a mail
        return found(part, name, lambda: content, sent, "application/octet-stream")
    headers, _ = read_headers(content, _start_of(content), len(content))
    subject = decoded(headers.get("subject", b"")).replace("/", "_")
    name = name or last_label(subject)[:_LONGEST_SUBJECT].strip(" .") or "thu-chuyen-tiep"
    if not name.lower().endswith(".eml"):
        name += ".eml"
    return Part(inside(part.name, name), content, sent)


def _in_text(part: Part, entity: _Entity, sent: datetime.datetime | None) -> Iterator[Found | None]:
    """Files that an old program wrote into the text itself."""
    for begin in _UUENCODED.finditer(entity.content, entity.start, entity.end):
        name = last_label(text_of(begin[1]))
        plain = _from_uu(entity.content, begin.start(), entity.end)
        if plain:
            yield found(part, name, lambda plain=plain: plain, sent)


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
