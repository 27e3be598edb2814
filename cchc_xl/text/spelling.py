"""Text as people type it: what is the same in spite of case, marks, spaces and composition."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_INVISIBLE = re.compile("[\u200b\u200c\u200d\ufeff\u00ad]")
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def clean(text: object) -> str:
    """Text in composed Unicode, without invisible characters and double spaces;
    line breaks stay."""
    return _clean(str(text)) if text not in (None, "") else ""


@lru_cache(maxsize=20_000)  # sheets repeat themselves
def _clean(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if "\n" not in text:
        return " ".join(text.split())
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def shortened(text: str, most: int) -> str:
    """A text cut at a word, with a sign that it is."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0] + " … (xem trang Nguồn số liệu)"


def few(names: Sequence[str], most: int, others: str = "nơi khác") -> str:
    """Names in a sentence: the first of them, and how many others there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" và {more} {others}" if more > 0 else "")


def without_marks(text: str) -> str:
    """Text without diacritics: "Sở Nội vụ" -> "So Noi vu"."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.replace("đ", "d").replace("Đ", "D")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without diacritics, words parted by one space: the form in which
    OCR slips and careless typing still look alike."""
    return " ".join(without_marks(text.casefold()).split())


def words(text: str) -> list[str]:
    """The words of a text in composed lower case; punctuation parts them."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return _WORDS.findall(plain.casefold().replace("’", "'"))


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """Words joined by single spaces: equal for texts that differ in case, spacing or
    punctuation only."""
    return " ".join(words(text))
