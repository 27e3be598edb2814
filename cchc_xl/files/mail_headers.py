"""The headers of a mail and their parameters, read from bytes as they come: encoded as the
standards say, as programs do against them, or not at all."""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from .attachment_names import text_of

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
