"""Amounts in words, as Vietnamese documents write them: 2.050.000.000 -> "hai tỷ không trăm
năm mươi triệu".

Groups of three digits are read with nghìn, triệu, tỷ; a group after the first says its
hundreds and tens even where they are nought ("không trăm linh năm"); a group of noughts
is silent. Beyond tỷ the count starts again: "một nghìn tỷ". num2words fails from there on, and
drops the hundreds of a group that begins with noughts.
"""

from __future__ import annotations

import re
from functools import cache

from .spelling import key

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ((10**6, " triệu"), (10**3, " nghìn"), (1, ""))
_BILLION = 10**9

# Spellings that mean the same, for comparing what a document says.
_SAME = (
    (r"\blẻ\b", "linh"),
    (r"\bngàn\b", "nghìn"),
    (r"\btỉ\b", "tỷ"),
    (r"\bmươi bốn\b", "mươi tư"),
    (r"\bmươi một\b", "mươi mốt"),
    (r"\bmươi năm\b", "mươi lăm"),
    (r"\bchẵn\b", ""),
)


def in_words(number: int) -> str:
    """A whole number in words, in small letters: 21 -> "hai mươi mốt"."""
    if number < 0:
        return f"âm {in_words(-number)}"
    return _words(number, after_more=False) or _DIGITS[0]


def dong_in_words(dong: int) -> str:
    """An amount of đồng as a document ends it: "Tám tỷ đồng"."""
    words = f"{in_words(dong)} đồng"
    return words[0].upper() + words[1:]


def same_words(text: str, other: str) -> bool:
    """Whether two texts are the same number in words, whatever the manner of writing."""
    return _plain(text) == _plain(other)


def _plain(text: str) -> str:
    text = key(text)
    for spelling, usual in _SAME:
        text = re.sub(spelling, usual, text)
    return " ".join(text.split())


def _words(number: int, after_more: bool) -> str:
    billions, rest = divmod(number, _BILLION)
    words = [f"{_words(billions, after_more)} tỷ"] if billions else []
    for size, name in _GROUPS:
        group, rest = divmod(rest, size)
        if group:
            words.append(_three_digits(group, after_more or bool(words)) + name)
    return " ".join(words)


@cache
def _three_digits(group: int, after_more: bool) -> str:
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or after_more else []
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        words += ["mười"]
    elif ones and words:
        words += ["linh"]
    if ones:
        words += [_ones(ones, tens)]
    return " ".join(words)


def _ones(ones: int, tens: int) -> str:
    if ones == 5 and tens:
        return "lăm"
    if tens > 1:
        return {1: "mốt", 4: "tư"}.get(ones, _DIGITS[ones])
    return _DIGITS[ones]
