"""Vietnamese text, numbers and months, by stated rules and never by a locale."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from collections.abc import Sequence
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


def shortened(text: str, most: int) -> str:
    """A text cut at a word, with a sign that it is."""
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0] + " … (xem trang Nguồn số liệu)"


def few(names: Sequence[str], most: int, others: str = "nơi khác") -> str:
    """Names in a sentence: the first of them, and how many others there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" và {more} {others}" if more > 0 else "")


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


_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_NUMBER = r"(?:0?[1-9]|1[0-2])(?!\d)"
_YEAR = r"(?:\d{4}|\d{2})(?!\d)"
_MONTH = rf"{_NUMBER}(?:\s*/\s*{_YEAR})?"
_QUARTER = rf"(?:iv|i{{1,3}}|[1-4])\b(?:\s*/\s*{_YEAR})?"


def _of_year(name: str) -> str:
    """A year behind a month, under a group of that name."""
    return rf"(?:[\s,(]*(?:/|nam)\s*(?P<{name}>{_YEAR}))?"


_JOIN = r"\s*(?:-|–|,|;|&|va|den|den thang|va thang|- thang|den quy|va quy)\s*"
_TIMES = re.compile(
    "|".join(
        (
            # trước ngày 01/6/2018, trước ngày 01 tháng 6 năm 2018
            r"truoc ngay (?P<bd>\d{1,2})\s*(?:/|thang)\s*(?P<bm>\d{1,2})" + _of_year("by"),
            r"(?<!\d)(?P<dd>\d{1,2})\s*/\s*(?P<dm>\d{1,2})\s*/\s*(?P<dy>\d{4})",
            r"(?P<half>\d{1,2}) thang (?P<part>dau|cuoi) nam(?: (?P<hy>\d{4}))?",
            rf"thang (?P<months>{_MONTH}(?:{_JOIN}{_MONTH})*)" + _of_year("my"),
            rf"quy (?P<quarters>{_QUARTER}(?:{_JOIN}{_QUARTER})*)" + _of_year("qy"),
            rf"nam (?P<years>\d{{4}}(?:{_JOIN}\d{{4}})*)",
            rf"^(?P<bare>{_MONTH}(?:{_JOIN}{_MONTH})*)$",
        )
    )
)


def is_partly_read(text: str) -> bool:
    """Whether a text has numbers besides the months, quarters, years and dates it names."""
    return bool(re.search(r"\d", _TIMES.sub("", fold(text)))) and bool(_TIMES.search(fold(text)))


def months_named(text: str, default_year: int) -> list[Month]:
    """The months that a text names, or that its quarters, years and dates end in.

    "Tháng 01", "Tháng 12/2017", "Quý I, II/2018" -> 03 and 06, "Từ tháng 3 đến tháng
    11/2018" -> 03 and 11, "6 tháng đầu năm 2018" -> 06, "Năm 2018" -> 12, "trước ngày
    31/12/2017" -> the month of the last day on time (30/12). Empty for "Thường xuyên",
    "Hàng năm", "Theo yêu cầu" and the like. A month without a year is of the year named next.
    """
    named: list[tuple[int, int | None]] = []
    for found in _TIMES.finditer(fold(text)):
        named += _months_of(found, default_year)
    months: list[Month] = []
    year = default_year
    for month, own_year in reversed(named):
        year = own_year or year
        if 1 <= month <= 12:
            months.append(Month(year, month))
    return months[::-1]


def _months_of(found: re.Match, default_year: int) -> list[tuple[int, int | None]]:
    part = found.groupdict()

    def year(text: str | None) -> int | None:
        if not text:
            return None
        return int(text) if len(text) == 4 else 2000 + int(text)

    if part["bd"]:
        try:
            due = datetime.date(year(part["by"]) or default_year, int(part["bm"]), int(part["bd"]))
            last = due - datetime.timedelta(days=1)
        except (ValueError, OverflowError):  # no such day
            return []
        return [(last.month, last.year)]
    if part["dd"]:
        return [(int(part["dm"]), year(part["dy"]))]
    if part["half"]:
        return [(int(part["half"]) if part["part"] == "dau" else 12, year(part["hy"]))]
    if listed := part["months"] or part["bare"]:
        each = re.findall(rf"({_NUMBER})(?:\s*/\s*({_YEAR}))?", listed)
        return [(int(month), year(own) or year(part["my"])) for month, own in each]
    if part["quarters"]:
        each = re.findall(rf"(iv|i{{1,3}}|[1-4])\b(?:\s*/\s*({_YEAR}))?", part["quarters"])
        return [(3 * _QUARTERS[name], year(own) or year(part["qy"])) for name, own in each]
    return [(12, int(named)) for named in re.findall(r"\d{4}", part["years"])]


def parse_month(text: str, default_year: int) -> Month | None:
    """The last month that a text names; None where it names none."""
    return max(months_named(text, default_year), default=None)


def last_day_named(text: str, default_year: int) -> datetime.date | None:
    """The last day on time of a deadline in words: "Quý I/2018" -> 31/3/2018, "trước ngày
    31/12/2017" -> 30/12/2017, "ngày 15/6/2018" -> that day. None where it names no time."""
    month = parse_month(text, default_year)
    if month is None:
        return None
    days = []
    for part in (found.groupdict() for found in _TIMES.finditer(fold(text))):
        if part["dd"] and int(part["dm"]) == month.month:
            days.append(int(part["dd"]))
        elif part["bd"]:
            before = int(part["bd"]) - 1  # on the first, the last day of the month before
            days.append(before or month.last_day.day)
    return (
        month.last_day.replace(day=min(max(days), month.last_day.day)) if days else month.last_day
    )


# --------------------------------------------------------------------- targets


class Target(NamedTuple):
    """A number that an indicator states: `relation` is =, >, >=, < or <=; `unit` is "%"
    or the words counted ("đơn vị")."""

    relation: str
    value: Decimal
    unit: str

    @property
    def printed(self) -> str:
        """As `parse_target` reads it: "> 85%", "≥ 56 đơn vị", "100%"."""
        unit = "%" if self.unit == "%" else f" {self.unit}"
        return f"{_SIGNS[self.relation]}{format_number(self.value)}{unit}"


_SIGNS = {"=": "", ">": "> ", ">=": "≥ ", "<": "< ", "<=": "≤ "}
_IN_WORDS = {
    "tren": ">",
    "hon": ">",
    "vuot": ">",
    "tu": ">=",
    "it nhat": ">=",
    "toi thieu": ">=",
    "khong duoi": ">=",
    "khong it hon": ">=",
    "khong thap hon": ">=",
    "duoi": "<",
    "it hon": "<",
    "thap hon": "<",
    "nho hon": "<",
    "khong qua": "<=",
    "khong hon": "<=",
    "khong vuot": "<=",
    "khong vuot qua": "<=",
    "toi da": "<=",
}
_RELATIONS = {
    **_IN_WORDS,
    "tro len": ">=",
    "tro xuong": "<=",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
    "<": "<",
    "<=": "<=",
    "≤": "<=",
}
_QUALIFIER = rf"(?:(\b(?:{'|'.join(_IN_WORDS)})(?=\s)|[<>]=?|[≥≤])\s*)?"
_PERCENT = re.compile(_QUALIFIER + r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*%(?:\s+(tro len|tro xuong)\b)?")
_COUNT = re.compile(rf"^(?:-\s*)?{_QUALIFIER}(\d{{1,3}}(?:\.\d{{3}})+|\d+)(,\d+)?\s+(?=[^\W\d])")


def parse_targets(text: str) -> tuple[Target, ...]:
    """The numbers an indicator asks for, in the order they stand.

    Every percentage, and a count where the text begins with one: "Trên 80% …" ->
    (">", 80, "%"), "56 đơn vị …" -> ("=", 56, "đơn vị"), "Tạo cơ sở …" -> none.
    """
    folded = fold(text)
    targets = [
        Target(_relation(found), Decimal(found[2].replace(",", ".")), "%")
        for found in _PERCENT.finditer(folded)
    ]
    if not targets and (found := _COUNT.match(folded)):
        # The unit keeps its diacritics: the two words after the number as printed.
        unit = " ".join(re.split(r"[\d.,]*\d", text, maxsplit=1)[1].split()[:2])
        value = Decimal(found[2].replace(".", "") + (found[3] or "").replace(",", "."))
        targets.append(Target(_RELATIONS.get(found[1], "="), value, unit))
    return tuple(targets)


def _relation(found: re.Match) -> str:
    """Of a percentage: "từ 85% trở lên" and "85% trở lên" are one."""
    before, after = found[1], found[3]
    return _RELATIONS.get(after if after and before in (None, "tu") else before, "=")


def parse_target(text: str) -> Target | None:
    """The one target that a text states, and nothing else that counts: "> 85%", "trên 85%",
    "100%", "≥ 56 đơn vị". None for "85 - 90%", "cao" and a number without a unit."""
    targets = parse_targets(clean(text))
    numbers = re.findall(r"\d+(?:[.,]\d+)*", text)
    return targets[0] if len(targets) == len(numbers) == 1 else None
