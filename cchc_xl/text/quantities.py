"""Numbers with a unit of size, as people write them: "8,5 tỷ", "15 triệu đồng", "50%"."""

from __future__ import annotations

import re
from decimal import Decimal

from .numbers import digit_readings, number_readings
from .spelling import clean

_SIZES = {
    "": 1,
    **dict.fromkeys(("nghìn", "nghin", "ngàn", "ngan"), 10**3),
    **dict.fromkeys(("triệu", "trieu", "tr", "trđ", "trd"), 10**6),
    **dict.fromkeys(("tỷ", "tỉ", "ty", "ti"), 10**9),
}
_UNIT = "|".join(sorted(filter(None, _SIZES), key=len, reverse=True))
_PART = re.compile(rf"\s*([+-]?[\d.,]*\d)\s*(?:({_UNIT})(?!\w))?")
_CURRENCY = re.compile(r"\s*(?:đồng|dong|vnđ|vnd|đ|d)?\.?")


def quantity_readings(text: str) -> tuple[Decimal, ...]:
    """Every number a text can stand for, the Vietnamese reading first: "8,5 tỷ" has one,
    "1.500" two (1500 and 1.5), "mười lăm" none. Parts of falling size add up: "8 tỷ 500
    triệu"; a last part without unit ("1 tỷ 5") has two readings. A percentage is a hundredth,
    as in a spreadsheet."""
    text = clean(text).casefold()
    if text.endswith("%"):
        return tuple(number / 100 for number in number_readings(text[:-1]))
    totals: list[Decimal] = []
    at, last_size = 0, None
    while part := _PART.match(text, at):
        size = _SIZES[part[2] or ""]
        if last_size is not None and size >= last_size:
            return ()
        if last_size is None:
            totals = [number * size for number in digit_readings(part[1])]
        elif part[1][0] in "+-":
            return ()
        else:
            sizes = [size]
            if size == 1 and not text[part.end() :].strip(" ."):
                # "1 tỷ 500" is 1,5 tỷ to most people, whatever it says.
                sizes.append(Decimal(last_size) / 10 ** len(part[1]))
            more = [number * one for number in digit_readings(part[1]) for one in sizes]
            totals = [a + b for a in totals for b in more]
        at, last_size = part.end(), size
    return tuple(totals) if _CURRENCY.fullmatch(text, at) else ()
