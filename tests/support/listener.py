"""A listener who writes down the number that he is told, word by word."""

from __future__ import annotations

DIGITS = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "sáu": 6,
    "bảy": 7,
    "tám": 8,
    "chín": 9,
}


def listen(words: str) -> int:
    """The number that a listener writes down, word by word: the inverse, made apart."""
    total = group = digit = 0
    for word in words.split():
        if word in DIGITS:
            digit = DIGITS[word]
        elif word == "mười":
            group, digit = group + 10, 0
        elif word == "linh":
            digit = 0
        elif word in ("mươi", "trăm"):
            group, digit = group + digit * (10 if word == "mươi" else 100), 0
        elif word == "tỷ":
            total, group, digit = (total + group + digit) * 10**9, 0, 0
        else:
            total += (group + digit) * {"nghìn": 1000, "triệu": 10**6}[word]
            group = digit = 0
    return total + group + digit
