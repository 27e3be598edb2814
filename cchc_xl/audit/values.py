"""What a typed cell can stand for, worked out for the audit by the rules that the README states.

Plain numbers and the form's own words are read here alone. How a text names an amount is read as
everywhere (`text/`): what rests on that, or on a number's format, is not `is_plain`, and a person
is shown it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..plan.statuses import REPORTED_STATUSES, Status
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
    is_plain: bool = False  # it rests on no reading of a text or a format

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
        return Meaning(False, _counted(amounts), is_plain=True)
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
        return _bare_percent(number, is_plain=True)
    if not isinstance(cell.value, str):
        return _NONE
    text = re.sub(r"\s*phần trăm$", "%", clean(cell.value).lstrip("'"))
    readings = number_readings(text.removesuffix("%"))
    if not text.endswith("%") and len(readings) == 1:
        return _bare_percent(readings[0])
    return Meaning(False, _percents(*readings), certain=len(readings) == 1)


def _bare_percent(number: Decimal, *, is_plain: bool = False) -> Meaning:
    if 0 < number <= 1:
        return Meaning(False, _percents(number, number * 100), certain=False)
    return Meaning(False, _percents(number), is_plain=is_plain)


def _percents(*numbers: Decimal) -> tuple[Decimal, ...]:
    return tuple(dict.fromkeys(number for number in numbers if 0 <= number <= 100))


def meaning_of_count(cell: AuditCell) -> Meaning:
    """A whole number, not below 0."""
    if _is_blank(cell):
        return _BLANK
    if cell.is_error or cell.is_percent:
        return _NONE
    number = _number(cell)
    readings = number_readings(clean(str(cell.value))) if number is None else (number,)
    counts = tuple(int(one) for one in readings if one >= 0 and one == int(one))
    return Meaning(False, counts, certain=len(readings) == 1, is_plain=number is not None)


# Free words that say one status and nothing else, in folded letters.
_DOING = "(lam|tien hanh|thuc hien|trien khai( thuc hien)?)"
_STATUS_WORDS = {
    Status.DONE: r"(da )?(thuc hien |lam )?(xong|hoan (thanh|tat)( 100%)?)",
    Status.IN_PROGRESS: rf"dang (tiep tuc |trong qua trinh )?{_DOING}",
    Status.NOT_STARTED: rf"chua (bat dau|{_DOING})",
    Status.CANCELLED: r"khong (trien khai|thuc hien)( nua)?",
}


def meaning_of_status(cell: AuditCell) -> Meaning:
    """One of the four that the form asks for; text of an old font as it was shown."""
    if _is_blank(cell):
        return _BLANK
    if cell.is_error or not isinstance(cell.value, str):
        return _NONE
    words = clean(cell.value)
    if words in REPORTED_STATUSES:
        return Meaning(False, (words,), is_plain=True)
    for way in (clean, from_tcvn3, from_vni):
        folded = fold(way(cell.value)).strip(" .;,!")
        for status, pattern in _STATUS_WORDS.items():
            if re.fullmatch(pattern, folded) and "?" not in words:
                return Meaning(False, (status,))
    return _NONE
