"""The values that officers type into a form's cells, read as they were meant.

A value with one meaning is read, and a note shows what it was read as where it was not
written plainly. A value with several meanings is not read; the likely one is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ..files.spreadsheets import printed
from ..plan.statuses import REPORTED_STATUSES, Status
from ..text.money import DONG_PER_MILLION, dong_from_million, exact, million_from_dong
from ..text.numbers import format_million, format_number, number_readings
from ..text.quantities import quantity_readings
from ..text.spelling import clean, fold, key


class TypedValue(NamedTuple):
    """`value` is None where nothing could be read; `note` is the code of the finding that
    says so, or that says how it was read, filled from `details`."""

    value: Any = None
    note: str = ""
    details: Mapping[str, str] = {}


_BLANK = TypedValue()


def _read_as(value: object, shown: str) -> TypedValue:
    return TypedValue(value, "value-read", {"reading": shown})


def _ambiguous(readings: Sequence[str], likely: Sequence[str] = ()) -> TypedValue:
    """Several readings; the likely one is named where there is just one."""
    proposal = f"; có lẽ là {likely[0]}" if len(likely) == 1 else ""
    details = {"readings": " hoặc ".join(readings), "likely": proposal}
    return TypedValue(None, "number-ambiguous", details)


# ----------------------------------------------------------------------- status

_STATUS_BY_KEY = {key(status): status for status in REPORTED_STATUSES}
# Free words that say one status and nothing else.
_STATUS_BY_WORDS = {
    words: status
    for status, listed in {
        Status.DONE: "hoan thanh; da hoan thanh; hoan thanh 100%; da hoan thanh 100%; hoan tat; "
        "da hoan tat; xong; da xong; da lam xong; da thuc hien xong",
        Status.IN_PROGRESS: "dang thuc hien; dang trien khai; dang trien khai thuc hien; dang lam; "
        "dang tien hanh; dang trong qua trinh thuc hien; dang tiep tuc thuc hien",
        Status.NOT_STARTED: "chua thuc hien; chua trien khai; chua trien khai thuc hien; chua lam; "
        "chua bat dau; chua tien hanh",
        Status.CANCELLED: "khong thuc hien; khong trien khai; khong thuc hien nua",
    }.items()
    for words in listed.split("; ")
}
# What other words probably mean; the first that is found in them.
_LIKELY_STATUS = (
    ("khong hoan thanh", ""),
    ("mot phan", ""),
    ("gan ", Status.IN_PROGRESS),
    ("sap ", Status.IN_PROGRESS),
    ("co ban", Status.IN_PROGRESS),
    ("chua hoan thanh", Status.IN_PROGRESS),
    ("chua xong", Status.IN_PROGRESS),
    ("chua", Status.NOT_STARTED),
    ("khong", Status.CANCELLED),
    ("dang", Status.IN_PROGRESS),
    ("hoan thanh", Status.DONE),
    ("xong", Status.DONE),
    ("da ", Status.DONE),
)


def read_status(value: object) -> TypedValue:
    """One of the form's statuses."""
    if value == "":
        return _BLANK
    text = printed(value)
    if "?" in text:  # in doubt themselves
        return TypedValue(None, "status-unknown", {"likely": ""})
    if status := _STATUS_BY_KEY.get(key(text)):
        return TypedValue(status)
    words = fold(text).strip(" .;,!")
    if status := _STATUS_BY_WORDS.get(words):
        return _read_as(status, status)
    likely = next((status for part, status in _LIKELY_STATUS if part in words), "")
    if re.search(r"[\d%(/]", words):  # it says more than one thing
        likely = ""
    proposal = f" (có lẽ là “{likely}”)" if likely else ""
    return TypedValue(None, "status-unknown", {"likely": proposal})


# ---------------------------------------------------------------------- percent


def read_percent(value: object, shown_as_percent: bool, status: str | None) -> TypedValue:
    """A percentage from 0 to 100. Typed with a % sign, spreadsheets keep 50% as 0.5 and say
    so in the cell's format; a bare 0,5 or 1 may be either."""
    if value == "":
        return _BLANK
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = exact(value)
        if not number.is_finite():
            return TypedValue(None, "not-a-number")
        if shown_as_percent:
            if number > 1:  # the format came later: 50 shows as 5000%
                return _ambiguous(_percents(number * 100, number), _percents(number))
            return _in_range(number * 100)
        return _percent_or_share(number, status)
    text = clean(value).lstrip("'") if isinstance(value, str) else ""
    text = re.sub(r"\s*phần trăm$", "%", text)
    bare = text.removesuffix("%")
    readings = list(number_readings(bare))
    if not readings:
        return TypedValue(None, "not-a-number")
    if len(readings) > 1:
        likely = [number for number in readings if number <= 100]
        return _ambiguous(_percents(*readings), _percents(*likely))
    if bare == text:
        return _percent_or_share(readings[0], status)
    found = _in_range(readings[0])
    return _read_as(found.value, _percents(found.value)[0]) if found.value is not None else found


def _percent_or_share(number: Decimal, status: str | None) -> TypedValue:
    if 0 < number <= 1:
        likely = [number * 100] if status == Status.DONE else []
        return _ambiguous(_percents(number, number * 100), _percents(*likely))
    return _in_range(number)


def _in_range(number: Decimal) -> TypedValue:
    if 0 <= number <= 100:
        whole = number.to_integral_value()
        return TypedValue(whole if number == whole else number.normalize())
    return TypedValue(None, "percent-out-of-range", {"percent": format_number(number)})


def _percents(*numbers: Decimal) -> list[str]:
    return [f"{format_number(number)}%" for number in numbers]


# ------------------------------------------------------------------------ count


def read_count(value: object, shown_as_percent: bool) -> TypedValue:
    """A whole number, 0 or more."""
    if value == "":
        return _BLANK
    if isinstance(value, float | int) and not isinstance(value, bool):
        numbers = [exact(value)]
    else:
        numbers = [*number_readings(value.lstrip("'"))] if isinstance(value, str) else []
    whole = [n for n in numbers if n.is_finite() and n >= 0 and n == n.to_integral_value()]
    if not whole or shown_as_percent:
        return TypedValue(None, "not-a-count")
    if len(numbers) > 1:
        return _ambiguous([format_number(n) for n in numbers], [format_number(n) for n in whole])
    return TypedValue(int(whole[0]))


# ------------------------------------------------------------------------ money

# More than a country spends on this; an account number in the wrong cell.
LARGEST_DONG = 10**15
_SMALLEST_DONG = 1000
_NOTHING_SPENT = {"chua chi", "chua giai ngan", "chua su dung", "chua phat sinh", "chua thanh toan"}
_NO_MONEY = {"", "x", "khong", "khong co", "khong kinh phi", "khong co kinh phi"}
_PARTED_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_BARE_NUMBER = re.compile(r"[+-]?[\d.,]+")


def read_money(
    value: object, budget: int | None, shown_as_percent: bool = False, unit: int | None = None
) -> TypedValue:
    """An amount in đồng, from a cell that asks for triệu đồng: a bare number is in triệu, one
    with a unit ("8,5 tỷ", "15.000.000 đ") in that. `budget` (đồng) helps to propose; `unit` is
    what the cell's number format makes of a 1 (in đồng; 0 where it hides thousands)."""
    if value == "":
        return _BLANK
    if shown_as_percent:
        return TypedValue(None, "not-a-number")
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = exact(value)
        if unit is not None and unit != DONG_PER_MILLION and number:
            return _shown_in_unit(number, unit, budget)
        return _from_million(number)
    if not isinstance(value, str):
        return TypedValue(None, "not-a-number")
    text = _PARTED_THOUSANDS.sub("", clean(value).lstrip("'"))
    words = fold(text).strip(" -–_./")
    if words in _NOTHING_SPENT:
        return _read_as(0, "0 triệu đồng")
    if words in _NO_MONEY:
        # Where no money was planned, "không" says what a blank says.
        nothing = TypedValue(None, "value-read", {"reading": "không có kinh phí"})
        return TypedValue(None, "not-a-number") if budget else nothing
    if _BARE_NUMBER.fullmatch(text):
        amounts = [dong_from_million(number) for number in number_readings(text)]
        if text.isdigit() and len(amounts) == 1:
            return _from_million(Decimal(text))
    else:
        amounts = [int(dong) for dong in _amounts_with_unit(text)]
    if not amounts:
        return TypedValue(None, "not-a-number")
    if 0 < amounts[0] < _SMALLEST_DONG and len(amounts) == 1:  # nobody spends 15 đồng
        meant = dong_from_million(Decimal(amounts[0]))
        return _ambiguous(_millions([amounts[0], meant]), _millions([meant]))
    if len(amounts) > 1:
        likely = [dong for dong in amounts if budget and budget <= 100 * dong <= 100 * budget]
        return _ambiguous(_millions(amounts), _millions(likely))
    checked = _from_million(million_from_dong(amounts[0]))
    return checked if checked.value is None else _read_as(amounts[0], _millions(amounts)[0])


def _shown_in_unit(number: Decimal, unit: int, budget: int | None) -> TypedValue:
    """A number that the sheet shows with another unit than the column asks for."""
    plain = _from_million(number)
    if plain.value is None:
        return plain
    amounts = [plain.value, int(number * unit)] if unit else [plain.value]
    meant = [dong for dong in amounts if dong >= _SMALLEST_DONG]
    if unit and len(meant) == 1:
        return _read_as(meant[0], _millions(meant)[0])
    likely = [dong for dong in meant if budget and budget <= 100 * dong <= 100 * budget]
    shown = _millions(amounts) if unit else [*_millions(amounts), "số đã rút gọn hàng nghìn"]
    return _ambiguous(shown, _millions(likely) if unit else ())


def _amounts_with_unit(text: str) -> list[Decimal]:
    """Amounts of whole đồng; a percentage is none."""
    if "%" in text:
        return []
    return [number for number in quantity_readings(text) if number == int(number)]


def _from_million(million: Decimal) -> TypedValue:
    if not million.is_finite():
        return TypedValue(None, "not-a-number")
    if million < 0:
        return TypedValue(None, "spent-negative")
    dong = dong_from_million(million)
    if dong > LARGEST_DONG:
        likely = format_number(million / DONG_PER_MILLION)
        return TypedValue(None, "spent-too-large", {"likely": likely})
    if million_from_dong(dong) != million:
        return TypedValue(dong, "spent-rounded", {"actual": format_million(dong)})
    return TypedValue(dong)


def _millions(amounts: Sequence[int]) -> list[str]:
    return [f"{format_million(dong)} triệu đồng" for dong in amounts]
