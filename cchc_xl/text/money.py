"""Money is a whole number of đồng; decisions and forms write triệu đồng.

Nothing here sums binary floats. A number that a spreadsheet hands over as a
float is read with the 15 significant digits that a spreadsheet shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

DONG_PER_MILLION = 1_000_000
SIZES = {"tỷ": 10**9, "tỉ": 10**9, "triệu": 10**6, "nghìn": 1000, "ngàn": 1000}  # by their words
_SPREADSHEET_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)


def exact(number: float | int) -> Decimal:
    """A spreadsheet's number as the decimal it stands for (0.1 + 0.2 -> 0.3)."""
    return _SPREADSHEET_DIGITS.create_decimal(repr(number) if isinstance(number, float) else number)


def dong_from_million(million: Decimal) -> int:
    """Triệu đồng -> đồng, rounded half up to a whole đồng."""
    return int((million * DONG_PER_MILLION).to_integral_value(ROUND_HALF_UP))


def million_from_dong(dong: int) -> Decimal:
    """Đồng -> triệu đồng, exact."""
    return Decimal(dong) / DONG_PER_MILLION


def million_number(dong: int | None) -> int | float | None:
    """Đồng -> the number of triệu đồng that JSON or a cell holds; None stays None."""
    if dong is None:
        return None
    whole, rest = divmod(dong, DONG_PER_MILLION)
    return whole if rest == 0 else dong / DONG_PER_MILLION


def rest(whole: int | None, part: int | None) -> int | None:
    """What is left of a whole, in đồng; None where one of them is unknown."""
    return None if whole is None or part is None else whole - part


def percent_of(part: int | None, whole: int | None) -> Decimal | None:
    """A part in percent of its whole; None where one is unknown or the whole is nought."""
    return Decimal(part) / whole * 100 if whole and part is not None else None


def sum_known(amounts: Iterable[int | None]) -> int | None:
    """The sum of the amounts that are known, in đồng; None where none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def mean_known(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """The mean of the numbers that are known; None where none is."""
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) / len(known) if known else None
