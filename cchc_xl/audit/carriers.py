"""What a .zip or a mail carried, taken out again for the audit by other means than the product's:
Python's email package (.eml), tnefparse (winmail.dat), python-oxmsg (.msg). Shared is only Python's
zipfile. Names play no part: a returned workbook is looked for by its SHA-256."""

from __future__ import annotations

import binascii
import email
import email.message
import email.policy
import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress

from ..errors import UnreadableFileError

_DEEPEST = 24
_LARGEST = 300 * 2**20  # of a file in a .zip
_BASE64 = re.compile(rb"^(?:[A-Za-z0-9+/]{4,}+={0,2}[ \t]*+\r?(?:\n|\Z))++", re.M)
_UU = re.compile(rb"^begin [0-7]{3,4} [^\r\n]+\r?\n(.*?)^end", re.M | re.S)
_ATTACHED = 0x3701
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage


def carried(content: bytes, sha256: str, file: str) -> bytes:
    """The file with a SHA-256 that a container carries, in whatever it carries. Raises
    UnreadableFileError, naming `file`, where there is no such file."""
    for inner in _all(content, 0):
        if hashlib.sha256(inner).hexdigest() == sha256:
            return inner
    raise UnreadableFileError(f"không thấy {file} trong tệp đã nhận")


def _all(content: bytes, depth: int) -> Iterator[bytes]:
    """Everything in a container, and in the containers in it. What one library cannot open has
    nothing in it; a file that is missed for it is a difference."""
    yield content
    if depth > _DEEPEST:
        return
    try:
        for inner in _opener(content)(content):
            yield from _all(inner, depth + 1)
    except Exception:  # a library raises all kinds for a broken file
        return


def _opener(content: bytes):
    if content.startswith(b"PK"):
        return _zip
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _msg
    if content.startswith(b"\x78\x9f\x3e\x22"):
        return _tnef
    return _mail


def _zip(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if "[Content_Types].xml" in archive.namelist():  # an Office file carries nothing
            return
        for entry in archive.infolist():
            with suppress(Exception):  # a broken or locked one costs itself
                if entry.file_size <= _LARGEST:
                    yield archive.read(entry)


def _mail(content: bytes) -> Iterator[bytes]:
    head = content[:2000].lstrip()
    if not re.match(rb"(?:From .*\n)?[!-9;-~]+[ \t]*:", head):  # no mail
        return
    message = email.message_from_bytes(content.lstrip(), policy=email.policy.compat32)
    for part in message.walk():
        if part.is_multipart():
            continue
        with suppress(Exception):  # each part costs itself
            yield from _decoded(part)
    # What the package misses: parts between other boundaries than the mail says, lies about how
    # they are encoded.
    for block in _BASE64.finditer(content):
        with suppress(binascii.Error):
            yield binascii.a2b_base64(block[0] + b"==")


def _decoded(part: email.message.Message) -> Iterator[bytes]:
    """A part as its headers say it is encoded, and in case they lie in every other way."""
    yield _payload(part)
    del part["Content-Transfer-Encoding"]
    raw = _payload(part)
    yield raw
    for found in _UU.finditer(raw):
        with suppress(binascii.Error):
            yield b"".join(map(binascii.a2b_uu, found[1].splitlines()))
    if part.get_content_maintype() != "text" or part.get_filename():
        yield binascii.a2b_qp(raw)


def _payload(part: email.message.Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _tnef(content: bytes) -> Iterator[bytes]:
    from tnefparse.mapi import decode_mapi
    from tnefparse.tnef import TNEF, TNEFObject

    # What it cannot read it would tell an officer in English.
    logging.getLogger("tnefparse").setLevel(logging.CRITICAL)
    at = 6
    while at + 9 < len(content):
        one = TNEFObject(content[at:])
        at += one.length
        if one.name == TNEF.ATTATTACHDATA:
            yield one.data
        elif one.name == TNEF.ATTATTACHMENT:
            for attribute in decode_mapi(one.data, "latin-1"):
                raws = attribute.raw_data if isinstance(attribute.raw_data, list) else ()
                for raw in raws:
                    if isinstance(raw, bytes) and raw.startswith(_MESSAGE):
                        yield raw.removeprefix(_MESSAGE)
                    elif isinstance(raw, bytes) and attribute.name == _ATTACHED:
                        # The library leaves the zeros that fill up to a multiple of four.
                        yield from (raw[: len(raw) - cut] for cut in range(4))


def _msg(content: bytes) -> Iterator[bytes]:
    from oxmsg import Message

    def files(storage) -> Iterator[bytes]:
        for stream in storage.streams:
            if stream.name.startswith("__substg1.0_3701"):
                yield stream.bytes_
        for inner in storage.storages:
            yield from files(inner)

    yield from files(Message.load(content)._storage)
