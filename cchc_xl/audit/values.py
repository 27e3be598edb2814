"""What a typed cell can stand for, worked out for the audit by the rules that the README states.

Only the words of a status are looked up where the product looks them up (`values.read_status`):
they are a list, not a calculation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..returns.values import read_status
from ..text.legacy_fonts import from_tcvn3, from_vni
from ..text.numbers import number_readings
from ..text.quantities import quantity_readings
from ..text.spelling import clean, fold
from .reading import AuditCell

_DONG = 1_000_000
_LARGEST, _SMALLEST = 10**15, 1000
_NOTHING_YET = {"chua chi", "chua giai ngan", "chua su dung", "chua phat sinh", "chua thanh toan"}
_UNIT_WORDS = ("tỷ", "tỉ", "triệu", "nghìn", "ngàn", "đồng", "₫", "vnd", "vnđ", "đ")


class Meaning(NamedTuple):
    """What a cell may mean. One of `values` and `certain`: that is counted. Otherwise nothing
    is, unless a finding says how it was read."""

    is_blank: bool
    values: tuple = ()
    certain: bool = True

    @property
    def only(self) -> object:
        return self.values[0] if self.certain and len(self.values) == 1 else None


_BLANK = Meaning(True)
_NONE = Meaning(False)


def _number(cell: AuditCell) -> Decimal | None:
    """A number with the 15 digits that a spreadsheet shows; None for what is none."""
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        return None
    number = Decimal(f"{cell.value:.15g}")
    return number if number.is_finite() else None


def _is_blank(cell: AuditCell) -> bool:
    return cell.value is None or (isinstance(cell.value, str) and not clean(cell.value))


def meaning_of_money(cell: AuditCell) -> Meaning:
    """In đồng, from a cell that asks for triệu đồng."""
    if _is_blank(cell):
        return _BLANK
    if cell.is_error or cell.is_percent:
        return _NONE
    number = _number(cell)
    if number is not None:
        amounts = [_from_million(number)]
        # A format that names a unit or hides thousands shows another amount.
        shown = (cell.form or "").partition(";")[0].casefold()
        says = any(word in shown for word in _UNIT_WORDS) and "triệu" not in shown
        hides = re.search(r"[0#?],+(?![0#?,])", re.sub(r'"[^"]*"|\[[^\]]*\]', "", shown))
        if number and (says or hides):
            units = (10**9, 10**3, 1) if says else ()
            amounts += [_whole(number * unit) for unit in units]
            return Meaning(False, _counted(amounts), certain=False)
        return Meaning(False, _counted(amounts))
    if not isinstance(cell.value, str):
        return _NONE
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", clean(cell.value).lstrip("'"))
    if fold(text).strip(" -–_./") in _NOTHING_YET:
        return Meaning(False, (0,))
    if re.fullmatch(r"[+-]?[\d.,]+", text):
        amounts = [_from_million(one) for one in number_readings(text)]
        if text.isdigit():
            return Meaning(False, _counted(amounts))
    elif "%" in text:
        return _NONE
    else:
        amounts = [int(one) for one in quantity_readings(text) if one == int(one)]
    few = len(amounts) == 1 and amounts[0] is not None and 0 < amounts[0] < _SMALLEST
    return Meaning(False, _counted(amounts), certain=not few)


def _from_million(million: Decimal) -> int | None:
    return _whole(million * _DONG)


def _whole(number: Decimal) -> int | None:
    return int(number.to_integral_value(ROUND_HALF_UP)) if number >= 0 else None


def _counted(amounts: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(a for a in amounts if a is not None and 0 <= a <= _LARGEST))


def meaning_of_percent(cell: AuditCell) -> Meaning:
    """From 0 to 100. A bare 0,5 or 1 may be a half or one percent, or a share."""
    if _is_blank(cell):
        return _BLANK
    if cell.is_error:
        return _NONE
    number = _number(cell)
    if number is not None and cell.is_percent:
        if number > 1:
            return Meaning(False, _percents(number, number * 100), certain=False)
        return Meaning(False, _percents(number * 100))
    if number is not None:
        # Without a format nobody can tell 50% from 0,5.
        return _bare_percent(number)
    if not isinstance(cell.value, str):
        return _NONE
    text = re.sub(r"\s*phần trăm$", "%", clean(cell.value).lstrip("'"))
    readings = number_readings(text.removesuffix("%"))
    if not text.endswith("%") and len(readings) == 1:
        return _bare_percent(readings[0])
    return Meaning(False, _percents(*readings), certain=len(readings) == 1)


def _bare_percent(number: Decimal) -> Meaning:
    if 0 < number <= 1:
        return Meaning(False, _percents(number, number * 100), certain=False)
    return Meaning(False, _percents(number))


def _percents(*numbers: Decimal) -> tuple[Decimal, ...]:
    return tuple(dict.fromkeys(number for number in numbers if 0 <= number <= 100))


def meaning_of_status(cell: AuditCell) -> Meaning:
    """One of the four that the form asks for; text of an old font as it was shown."""
    if _is_blank(cell):
        return _BLANK
    if cell.is_error:
        return _NONE
    ways = (clean, from_tcvn3, from_vni) if isinstance(cell.value, str) else (lambda value: value,)
    read = (read_status(way(cell.value)).value for way in ways)
    return Meaning(False, tuple(dict.fromkeys(value for value in read if value is not None))[:1])
