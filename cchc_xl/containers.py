"""Files that carry other files: zip archives and mails (.eml)."""

from __future__ import annotations

import datetime
import email
import email.policy
import email.utils
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
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
    mail that brought it was sent. `fault` says why it could not be taken out."""

    name: str
    content: bytes
    sent: datetime.datetime | None = None
    fault: str = ""


def container_of(file: str) -> str:
    """The file of nhan-ve in which a return came: itself, or what carried it."""
    return file.partition(" › ")[0]


def unpack(name: str, content: bytes) -> list[Part]:
    """The workbooks in a container, at any depth, each with a name of its own; other files in
    it (a letter, a picture) are passed over. Raises UnreadableFileError."""
    parts = list(_parts(Part(name, content), 0))
    if not parts:
        raise UnreadableFileError("bên trong không có bảng tính nào")
    names: Counter[str] = Counter()
    unique = []
    for part in parts:
        names[part.name] += 1
        again = names[part.name]
        if again > 1:
            stem, dot, suffix = part.name.rpartition(".")
            part = part._replace(name=f"{stem} ({again}){dot}{suffix}")
        unique.append(part)
    return unique


def _parts(part: Part, depth: int) -> Iterator[Part]:
    if depth > _DEEPEST:
        raise UnreadableFileError("quá nhiều lớp nén lồng nhau")
    open_container = _from_mail if part.name.lower().endswith(".eml") else _from_zip
    for inner in open_container(part):
        if inner.name.lower().endswith(CONTAINERS) and not inner.fault:
            yield from _parts(inner, depth + 1)
        else:
            yield inner


def _is_wanted(name: str) -> bool:
    base = PurePosixPath(name).name
    # What macOS and office programs leave behind is no return.
    debris = "__MACOSX" in name or base.startswith(("~$", "."))
    return not debris and base.lower().endswith((*SUFFIXES, *CONTAINERS))


def _from_zip(part: Part) -> Iterator[Part]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(part.content))
    except Exception as error:  # a broken directory raises all kinds
        raise UnreadableFileError("tệp nén bị hỏng") from error
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_PARTS or sum(e.file_size for e in entries) > _MOST_BYTES:
        raise UnreadableFileError("tệp nén quá lớn, có thể là tệp độc hại")
    for entry in entries:
        name = _safe_path(entry.filename)
        if not _is_wanted(name):
            continue
        inside = f"{part.name} › {name}"
        if entry.flag_bits & 1:
            yield Part(inside, b"", part.sent, "tệp nén đặt mật khẩu")
            continue
        try:
            yield Part(inside, archive.read(entry), part.sent)
        except Exception:  # a broken stream raises what its decompressor has
            yield Part(inside, b"", part.sent, "phần này của tệp nén bị hỏng")


def _from_mail(part: Part) -> Iterator[Part]:
    message = email.message_from_bytes(part.content, policy=email.policy.default)
    sent = _day_sent(message) or part.sent
    for inner in message.walk():
        name = _safe_path(inner.get_filename() or "")
        content = inner.get_payload(decode=True) if _is_wanted(name) else None
        if content:
            yield Part(f"{part.name} › {PurePosixPath(name).name}", content, sent)


def _day_sent(message: email.message.Message) -> datetime.datetime | None:
    try:
        sent = email.utils.parsedate_to_datetime(str(message["Date"]))
        sent = sent if sent.tzinfo else sent.replace(tzinfo=datetime.UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return sent if 2000 <= sent.year <= 2100 else None


def _safe_path(name: str) -> str:
    """A path inside a container, whatever its separators, as a label: it points nowhere."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts).replace("›", "_") or "?"
