"""Days and months as Vietnamese documents name them, and the clock of the office."""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import NamedTuple

from .spelling import fold

# The hour of arrival is shown in Vietnam's time whatever the machine is set to.
VIETNAM = datetime.timezone(datetime.timedelta(hours=7))


def now() -> datetime.datetime:
    """The time in the office, to the second."""
    return datetime.datetime.now(VIETNAM).replace(microsecond=0)


def format_moment(moment: datetime.datetime) -> str:
    """Hour and day in the office: 09:30 05/02/2018."""
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


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
