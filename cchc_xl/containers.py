"""Files that carry other files: zip archives and mails (.eml)."""

from __future__ import annotations

import datetime
import email
import email.policy
import email.utils
import io
import zipfile
from contextlib import suppress
from pathlib import PurePosixPath
from typing import NamedTuple

from .errors import UnreadableFileError
from .sheets import SUFFIXES

CONTAINERS = (".zip", ".eml")
_MOST_PARTS = 500
_MOST_BYTES = 300 * 2**20
_DEEPEST = 3  # a mail with a zip with a zip


class Part(NamedTuple):
    """A workbook found in a container: its name with those of what it was in, and when the
    mail that brought it was sent."""

    name: str
    content: bytes
    sent: datetime.datetime | None = None


def unpack(name: str, content: bytes) -> list[Part]:
    """The workbooks in a container, at any depth; other files in it (a letter, a picture)
    are passed over. Raises UnreadableFileError."""
    parts = list(_parts(Part(name, content), 0))
    if not parts:
        raise UnreadableFileError("bên trong không có bảng tính nào")
    return parts


def _parts(part: Part, depth: int):
    if depth > _DEEPEST:
        raise UnreadableFileError("quá nhiều lớp nén lồng nhau")
    open_container = _from_mail if part.name.lower().endswith(".eml") else _from_zip
    for inner in open_container(part):
        suffix = PurePosixPath(inner.name).suffix.lower()
        if suffix in SUFFIXES:
            yield inner
        elif suffix in CONTAINERS:
            yield from _parts(inner, depth + 1)


def _from_zip(part: Part):
    try:
        with zipfile.ZipFile(io.BytesIO(part.content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > _MOST_PARTS or sum(e.file_size for e in entries) > _MOST_BYTES:
                raise UnreadableFileError("tệp nén quá lớn, có thể là tệp độc hại")
            for entry in entries:
                base = _base_name(entry.filename)
                # What macOS and office programs leave behind is no return.
                if "__MACOSX" in entry.filename or base.startswith(("~$", ".")):
                    continue
                if entry.flag_bits & 1:
                    raise UnreadableFileError("tệp nén đặt mật khẩu")
                inside = f"{part.name} › {base}"
                yield Part(inside, archive.read(entry), part.sent)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise UnreadableFileError("tệp nén bị hỏng") from error
    except Exception as error:  # a broken stream raises what its decompressor has
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError("tệp nén bị hỏng") from error


def _from_mail(part: Part):
    message = email.message_from_bytes(part.content, policy=email.policy.default)
    sent = part.sent
    with suppress(TypeError, ValueError):
        sent = email.utils.parsedate_to_datetime(str(message["Date"]))
    if sent and sent.tzinfo is None:
        sent = sent.replace(tzinfo=datetime.UTC)
    for inner in message.walk():
        if name := inner.get_filename():
            content = inner.get_payload(decode=True)
            if content:
                yield Part(f"{part.name} › {_base_name(name)}", content, sent)


def _base_name(name: str) -> str:
    """The last part of a path, whatever its separators: nothing can point elsewhere."""
    return PurePosixPath(name.replace("\\", "/")).name or "?"
