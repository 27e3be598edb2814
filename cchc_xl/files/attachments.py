"""What lies inside mails and archives: which of it may be returns, by name and by content, and
its names as an officer reads them: decoded whatever a mail program made of them, in composed
Unicode, and pointing nowhere."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

import olefile

from ..text.legacy_fonts import from_tcvn3
from .spreadsheets import SUFFIXES

CONTAINERS = (".zip", ".eml", ".msg", ".dat")
SEPARATOR = " › "
TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
OLE_SIGNATURE = olefile.MAGIC
_SIGNATURES = (b"PK\x03\x04", OLE_SIGNATURE, TNEF_SIGNATURE)
# Names that programs give to what has none; the content says what it is.
_VAGUE = ("", ".bin", ".dat", ".tmp", ".att", ".file", ".tnef")
_SPREADSHEETS = ("spreadsheet", "excel", "ms-tnef", "ms-outlook", "zip")  # in a content type
BROKEN = "phần này của thư bị hỏng"
_NOTHING = "phần đính kèm không có nội dung"


class Attachment(NamedTuple):
    """A file in a container that may be a return: its name with those of what it was in, and
    when the mail right around it was sent. `fault` says why it could not be taken out."""

    name: str
    content: bytes
    sent: datetime.datetime | None = None
    fault: str = ""

    def holds(
        self, name: str, content: bytes, sent: datetime.datetime | None, fault: str = ""
    ) -> Attachment:
        """A file in this one, under both names; an outermost mail has none."""
        return Attachment(
            f"{self.name}{SEPARATOR}{name}" if self.name else name, content, sent, fault
        )


# What a reader of containers yields: what may be a return, or the name of anything else.
Found = Attachment | str


def believable(sent: datetime.datetime | None) -> datetime.datetime | None:
    """A time that a mail can have been sent at, with its zone; else None."""
    if sent is None:
        return None
    sent = sent if sent.tzinfo else sent.replace(tzinfo=datetime.UTC)
    return sent if 2000 <= sent.year <= 2100 else None


def is_container(name: str) -> bool:
    return name.lower().endswith(CONTAINERS)


def is_wanted(name: str) -> bool:
    """Whether a file inside a container may be a return by its name."""
    base = PurePosixPath(name).name
    # What macOS and office programs leave behind is no return.
    debris = "__MACOSX" in name or base.startswith(("~$", "."))
    return not debris and base.lower().endswith((*SUFFIXES, *CONTAINERS))


def is_file(content: bytes) -> bool:
    """Whether something begins as an archive, an OLE file or a winmail.dat does."""
    return content.startswith(_SIGNATURES)


def kind_of(content: bytes) -> str:
    """The suffix that a file should have by what is in it; "" for none that is read."""
    try:
        if content.startswith(TNEF_SIGNATURE):
            return ".dat"
        if content.startswith(OLE_SIGNATURE):
            return _kind_of_ole(content)
        if content.startswith(b"PK"):
            return _kind_of_zip(content)
    except Exception:  # a broken directory raises all kinds
        return ""
    return ""


def _kind_of_ole(content: bytes) -> str:
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        if ole.exists("Workbook") or ole.exists("Book"):
            return ".xls"
        if ole.exists("EncryptedPackage"):  # a workbook with a password, most likely
            return ".xlsx"
        return ".msg" if ole.exists("__properties_version1.0") else ""


def _kind_of_zip(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
        if "xl/workbook.bin" in names:
            return ".xlsb"
        if "xl/workbook.xml" in names:
            return ".xlsm" if "xl/vbaProject.bin" in names else ".xlsx"
        if "mimetype" in names:
            return ".ods" if b"spreadsheet" in package.read("mimetype") else ""
    return "" if "[Content_Types].xml" in names else ".zip"


def may_be_return(name: str, content_type: str) -> bool:
    """Whether an attachment may be a return by its label and type, which is when `attached` asks
    for its content."""
    return is_wanted(name) or _is_vague(name, content_type)


def _is_vague(name: str, content_type: str) -> bool:
    told = any(word in content_type.lower() for word in _SPREADSHEETS)
    return told or PurePosixPath(name).suffix.lower() in _VAGUE


def attached(
    outer: Attachment,
    name: str,
    read: Callable[[], bytes],
    sent: datetime.datetime | None,
    content_type: str = "",
    number: int = 1,
) -> Found | None:
    """What an attachment of `outer` is. `name` is its label ("" where it has none), `read` gives
    its content, which is asked for only where it may be a return; `number` counts attachments.
    None for what is neither a return nor has a name."""
    if is_wanted(name):
        content = read()
        if not name.lower().endswith(".dat") or content.startswith(TNEF_SIGNATURE):
            return outer.holds(name, content, sent, "" if content else _NOTHING)
    if _is_vague(name, content_type):
        content = read()
        if suffix := kind_of(content):
            name = f"{name or f'dinh-kem-{number}'}{suffix}"
            return outer.holds(name, content, sent)
    return name or None


# ------------------------------------------------------------------------ names

_LONGEST = 150
_MOST_RAW = 4096  # bytes of a name that are looked at
# What programs say when they do not know.
_NOT_TELLING = (
    "ascii us-ascii iso-8859-1 latin1 latin-1 windows-1252 cp1252 iso-8859-15 unknown-8bit "
    "x-unknown unknown default"
)
_UNTOLD = {"", *_NOT_TELLING.split(" ")}
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS = frozenset("ăâđêôơư")
_LONGEST_FILE_NAME = 120  # bytes, as Linux counts; more goes before it still
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile("[aăâeêioôơuưy]+")
# The vowels that stand together in a Vietnamese word.
_RHYMES = (
    "a ă â e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iê iêu io iu oa oă oai oao oay oe oeo oi "
    "oo ôi ơi ua uâ uây uê ueo ui uô uôi uơ uơi ưa ưi ươ ươi ươu ưu uy uya uyê uyu yê yêu ya"
)
_TOGETHER = frozenset(_RHYMES.split(" "))


def text_of(raw: bytes, charset: str = "") -> str:
    """Bytes as text: as UTF-8 where they are that, else in the charset that was told, else in
    the old one (windows-1258, TCVN3) in which they look most like Vietnamese."""
    raw = raw[:_MOST_RAW]
    told = charset.strip().lower()
    tried = ["" if told in _UNTOLD else told]
    tried.insert(1 if raw.isascii() else 0, "utf-8")
    for encoding in filter(None, tried):
        try:
            return raw.decode(encoding)
        except (LookupError, ValueError):
            continue
    guesses = (
        raw.decode("cp1258", "replace"),
        from_tcvn3(raw.decode("latin-1")),
        raw.decode("cp1252", "replace"),
    )
    return min(guesses, key=_strangeness)


def _strangeness(text: str) -> int:
    """How much of a text is not Vietnamese: foreign signs, and words that nobody can say."""
    text = unicodedata.normalize("NFC", text)
    strange = 2 * sum(not character.isascii() and not _is_letter(character) for character in text)
    for word in _WORD.findall(text):
        if word.isascii():  # the same in every charset
            continue
        spelt = unicodedata.normalize("NFD", word.lower())
        tones = sum(spelt.count(tone) for tone in _TONES)
        toneless = unicodedata.normalize("NFC", "".join(c for c in spelt if c not in _TONES))
        strange += max(0, tones - 1)
        strange += sum(found not in _TOGETHER for found in _VOWELS.findall(_rhyme(toneless)))
        strange += any(c.isupper() for c in word[1:]) and not word.isupper()
    return strange


def _rhyme(word: str) -> str:
    """A word without its "qu" or "gi", whose vowel belongs to the consonant."""
    return re.sub("^(?:qu|gi)(?=[aăâeêioôơuưy])", "", word)


@lru_cache(maxsize=1024)
def _is_letter(character: str) -> bool:
    """Whether a character that is not ASCII is a letter of Vietnamese."""
    spelt = unicodedata.normalize("NFD", character.lower())
    base = unicodedata.normalize("NFC", "".join(c for c in spelt if c not in _TONES))
    return base in _LETTERS or base in set("aeiouy")


def label(name: str) -> str:
    """A path inside a container, whatever its separators, as a label: without signs that cannot
    be seen or that turn the text around, and pointing nowhere. "" where nothing is left."""
    name = re.sub(r"\s", " ", unicodedata.normalize("NFC", name))
    name = "".join(c for c in name if c.isprintable()).replace("›", "_").replace("\\", "/")
    parts = (part.strip(" \"'").rstrip(" .") for part in name.split("/"))
    return "/".join(filter(None, parts))


def last_label(name: str) -> str:
    """As `label`, of the last name in a path, cut where no person would write one as long."""
    name = label(name).rpartition("/")[2]
    if len(name) <= _LONGEST:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix) < 8 else ""
    return f"{name[: _LONGEST - 10].rstrip()}…{suffix}"


def file_name(name: str) -> str:
    """A name from a mail as a file can be called on any system."""
    name = unicodedata.normalize("NFC", name)
    name = _FORBIDDEN.sub("_", name).strip(" .~$")
    stem, dot, suffix = name.rpartition(".")
    most = _LONGEST_FILE_NAME - len(suffix) - 1
    if dot and len(name.encode()) > _LONGEST_FILE_NAME and most > 0:
        name = f"{stem.encode()[:most].decode('utf-8', 'ignore').strip(' .')}.{suffix}"
    return f"_{name}" if _RESERVED.match(name) else name or "tep"


def free_name(name: str, used: Collection[str]) -> str:
    """A file's name, or the next one that is free; `used` are names in lower case."""
    stem, dot, suffix = name.rpartition(".")
    number, free = 1, name
    while free.casefold() in used:
        number += 1
        free = f"{stem} ({number}){dot}{suffix}" if dot else f"{suffix} ({number})"
    return free
