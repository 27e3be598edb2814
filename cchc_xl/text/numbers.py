"""Numbers as people write them, read and written by stated rules and never by a locale. A typed
number may have several meanings; libraries that read numbers choose one."""

from __future__ import annotations

import re
from decimal import Decimal

from .money import million_from_dong
from .spelling import clean

_VIETNAMESE = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?")
_ENGLISH = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


def parse_number(text: str) -> Decimal | None:
    """A number in Vietnamese writing ("1.478,4" -> 1478.4); None when it is not one."""
    text = clean(text)
    if not _VIETNAMESE.fullmatch(text):
        return None
    return Decimal(text.replace(".", "").replace(",", "."))


def number_readings(text: str) -> tuple[Decimal, ...]:
    """Every value that a typed number can stand for, the Vietnamese reading first.

    "1.478,4" and "1,478.4" have one reading, "1.500" has two (1500 and 1.5), "mười"
    has none.
    """
    return digit_readings(clean(text))


def digit_readings(text: str) -> tuple[Decimal, ...]:
    """As `number_readings`, of a text that is clean already."""
    readings = []
    if _VIETNAMESE.fullmatch(text):
        readings.append(Decimal(text.replace(".", "").replace(",", ".")))
        if "." in text and "," in text:  # no English number has them in this order
            return tuple(readings)
    if _ENGLISH.fullmatch(text) and (number := Decimal(text.replace(",", ""))) not in readings:
        readings.append(number)
    return tuple(readings)


_THOUSANDS_OR_DECIMALS = re.compile(r"[1-9]\d{0,2},\d{3}")


def parse_amount(text: str) -> Decimal | None:
    """An amount typed by hand: as `parse_number`, but None for one like "1,500", which some
    mean as 1.500."""
    return None if _THOUSANDS_OR_DECIMALS.fullmatch(clean(text)) else parse_number(text)


def format_number(number: Decimal | int, decimals: int | None = None) -> str:
    """Dot for thousands, comma for decimals; `decimals` None keeps those there are."""
    number = Decimal(number)
    if decimals is None:
        number = number.normalize()
        decimals = max(0, -int(number.as_tuple().exponent))
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def format_million(dong: int) -> str:
    """Đồng as triệu đồng in Vietnamese writing: 1478400000 -> "1.478,4"."""
    return format_number(million_from_dong(dong))
