"""Vietnamese text, numbers and months, by stated rules and never by a locale."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from .money import million_from_dong

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


# --------------------------------------------------------------------- numbers

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
    text = clean(text)
    readings = []
    if _VIETNAMESE.fullmatch(text):
        readings.append(Decimal(text.replace(".", "").replace(",", ".")))
    if _ENGLISH.fullmatch(text):
        readings.append(Decimal(text.replace(",", "")))
    return tuple(dict.fromkeys(readings))


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


def format_long_date(iso: str) -> str:
    """2018-02-05 -> "ngày 05 tháng 02 năm 2018", as the decree writes dates out."""
    day = datetime.date.fromisoformat(iso)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def format_date(day: datetime.date) -> str:
    """Day/month/year, the day and the months 1 and 2 with a leading zero, as Nghị định
    30/2020/NĐ-CP writes them: 01/6/2018."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


# ---------------------------------------------------------------------- months


class Month(NamedTuple):
    """A month of a year; its text is `YYYY-MM`."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def printed(self) -> str:
        return f"{self.month:02d}/{self.year}"

    @property
    def last_day(self) -> datetime.date:
        return _last_day(self.year, self.month)


@lru_cache
def _last_day(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_BEFORE_DAY = re.compile(r"truoc ngay (\d{1,2})\s*/\s*(\d{1,2})(?:\s*/\s*(\d{4}))?")
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})")
_MONTH = re.compile(
    r"thang (\d{1,2})(?:\s*(?:/|nam)\s*(\d{4}))?|^(\d{1,2})\s*/\s*(\d{4})$|^(\d{1,2})$"
)
_QUARTER = re.compile(r"quy (iv|iii|ii|i|[1-4])\b(?:\s*(?:/|nam)\s*(\d{4}))?")
_YEAR = re.compile(r"nam (\d{4})")


def parse_month(text: str, default_year: int) -> Month | None:
    """The month a text names, or that a quarter, a year or a date ends in.

    "Tháng 01", "Tháng 12/2017", "12/2017", "Quý I/2018" -> 2018-03, "Năm 2018" ->
    2018-12, "trước ngày 31/12/2017" -> the month of the last day on time (30/12).
    None for "Thường xuyên", "Hàng năm", "Theo yêu cầu" and the like.
    """
    folded = fold(text)
    try:
        if found := _BEFORE_DAY.search(folded):
            day, month, year = found.groups()
            last = datetime.date(int(year or default_year), int(month), int(day))
            last -= datetime.timedelta(days=1)
            return Month(last.year, last.month)
        if found := _DAY.search(folded):
            day, month, year = map(int, found.groups())
            return _month(datetime.date(year, month, day))
        if found := _MONTH.search(folded):
            month = found[1] or found[3] or found[5]
            year = found[2] or found[4] or default_year
            return _month(datetime.date(int(year), int(month), 1))
        if found := _QUARTER.search(folded):
            return Month(int(found[2] or default_year), 3 * _ROMAN[found[1]])
        if found := _YEAR.search(folded):
            return Month(int(found[1]), 12)
    except ValueError:  # a month 13 or a day 32
        return None
    return None


def _month(day: datetime.date) -> Month:
    return Month(day.year, day.month)


# --------------------------------------------------------------------- targets


class Target(NamedTuple):
    """A number that an indicator states: `relation` is =, >, >=, < or <=; `unit` is "%"
    or the words counted ("đơn vị")."""

    relation: str
    value: Decimal
    unit: str


_RELATIONS = {
    "tren": ">", "hon": ">", "tu": ">=", "it nhat": ">=", "toi thieu": ">=",
    "duoi": "<", "khong qua": "<=", "toi da": "<=",
}  # fmt: skip
_QUALIFIER = r"(?:\b(" + "|".join(_RELATIONS) + r")\s+)?"
_PERCENT = re.compile(_QUALIFIER + r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*%")
_COUNT = re.compile(r"^(?:-\s*)?" + _QUALIFIER + r"(\d{1,3}(?:\.\d{3})+|\d+)\s+(?=[^\W\d])")


def parse_targets(text: str) -> tuple[Target, ...]:
    """The numbers an indicator asks for, in the order they stand.

    Every percentage, and a count where the text begins with one: "Trên 80% …" ->
    (">", 80, "%"), "56 đơn vị …" -> ("=", 56, "đơn vị"), "Tạo cơ sở …" -> none.
    """
    folded = fold(text)
    targets = [
        Target(_RELATIONS.get(found[1], "="), Decimal(found[2].replace(",", ".")), "%")
        for found in _PERCENT.finditer(folded)
    ]
    if not targets and (found := _COUNT.match(folded)):
        # The unit keeps its diacritics: the two words after the number as printed.
        printed = text.split()
        position = next(i for i, word in enumerate(printed) if word[0].isdigit())
        unit = " ".join(printed[position + 1 : position + 3])
        value = Decimal(found[2].replace(".", ""))
        targets.append(Target(_RELATIONS.get(found[1], "="), value, unit))
    return tuple(targets)
