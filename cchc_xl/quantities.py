"""Numbers with a unit of size, as people write them: "8,5 tỷ", "15 triệu đồng", "50%"."""

from __future__ import annotations

import re
from decimal import Decimal

from .vietnamese import clean, fold, number_readings

_SIZES = {
    "": 1, "nghin": 10**3, "ngan": 10**3, "trieu": 10**6, "tr": 10**6, "ty": 10**9, "ti": 10**9,
}  # fmt: skip
_PART = re.compile(r"([+-]?[\d.,]*\d)\s*(nghin|ngan|trieu|tr|ty|ti)?\b\s*(?=[\d+-]|$)")
_CURRENCY = re.compile(r"\s*(?:dong|vnd|d)\.?$")


def quantity_readings(text: str) -> tuple[Decimal, ...]:
    """Every number a text can stand for, the Vietnamese reading first: "8,5 tỷ" has one,
    "1.500" two (1500 and 1.5), "mười lăm" none. Parts of falling size add up: "8 tỷ 500
    triệu". A percentage is a hundredth, as in a spreadsheet."""
    bare = _CURRENCY.sub("", fold(clean(text)))
    if bare.endswith("%"):
        return tuple(number / 100 for number in number_readings(bare[:-1].strip()))
    parts = _PART.findall(bare)
    if not parts or _PART.sub("", bare).strip():
        return ()
    sizes = [_SIZES[unit] for _, unit in parts]
    if sizes != sorted(set(sizes), reverse=True):
        return ()
    totals = {Decimal(0): None}
    for (number, _), size in zip(parts, sizes, strict=True):
        readings = number_readings(number)
        totals = {total + reading * size: None for total in totals for reading in readings}
    return tuple(totals)
