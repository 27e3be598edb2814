"""Reporting periods and when their returns are due."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from ..text.spelling import fold


class PeriodKind(NamedTuple):
    """`due` is the (month, day) that returns must arrive before."""

    months: int
    name: str
    due: tuple[int, int]


# 6T and NAM are due as Quyết định 2784/QĐ-UBND, Part IV.2, sets ("trước ngày 01/6",
# "trước ngày 30/11"); a decision that states other days changes them. No decision sets
# days for quarters: these are a start that officers edit in the master workbook.
KINDS = {
    "Q1": PeriodKind(3, "Quý I", (4, 5)),
    "6T": PeriodKind(6, "6 tháng đầu năm", (6, 1)),
    "9T": PeriodKind(9, "9 tháng đầu năm", (10, 5)),
    "NAM": PeriodKind(12, "Năm", (11, 30)),
}


@dataclass(frozen=True)
class Period:
    """`id` is like 2018-6T. Returns are on time before `due_before`; a deadline that lies
    before `overdue_before` has passed. `months` is how much of the year it covers."""

    id: str
    name: str
    year: int
    months: int
    due_before: datetime.date
    overdue_before: datetime.date

    @property
    def answered_on(self) -> datetime.date:
        """The day whose agencies answer for the period: its last one or, where that comes first,
        the last on which a return is in time. Who ends after that has returned already."""
        end = min(self.due_before, first_day_after(self.year, self.months))
        return end - datetime.timedelta(days=1)

    def returned(
        self, sent: datetime.datetime | None, came: datetime.datetime
    ) -> datetime.datetime:
        """When an agency returned its form: when it `sent` the mail around it, however many
        others carried that on. What cannot be, after it `came` or before the year began, is a
        wrong clock."""
        if sent is None or sent.date() < datetime.date(self.year, 1, 1):
            return came
        return min(sent, came)

    def days_late(self, day: datetime.date) -> int:
        """How late a return of that day is: "before a day" makes the day itself one late."""
        return max(0, (day - self.due_before).days + 1)


def periods_of(year: int, due: dict[str, tuple[int, int]] | None = None) -> tuple[Period, ...]:
    """The periods of a year; `due` overrides the day a kind is due before."""
    return tuple(
        period_of(
            f"{year}-{kind_id}",
            f"{kind.name} {year}",
            year,
            kind.months,
            datetime.date(year, *(due or {}).get(kind_id, kind.due)),
        )
        for kind_id, kind in KINDS.items()
    )


def period_of(
    period_id: str,
    name: str,
    year: int,
    months: int,
    due_before: datetime.date,
    overdue_before: datetime.date | None = None,
) -> Period:
    """A period. Unless a day is given, a deadline counts as passed once the returns are due
    or the period has ended, whichever comes first: an annual return due in November says
    nothing of December."""
    usual = min(due_before, first_day_after(year, months))
    return Period(period_id, name, year, months, due_before, overdue_before or usual)


def first_day_after(year: int, months: int) -> datetime.date:
    """The day after the first so many months of a year."""
    return datetime.date(year + months // 12, months % 12 + 1, 1)


_MONTHS_APART = {"thang": 1, "quy": 3, "nam": 12}


def _times_a_year(frequency: str) -> int:
    """How often a year a frequency asks for; 0 where it states no number."""
    folded = fold(frequency)
    # "02 lần/quý", "01 lần/6 tháng", "3 tháng/lần", "hàng quý", "mỗi 6 tháng", "04 lần"
    every = r"\s*(?:/|moi|trong)?\s*(?:mot |1 )?(\d+)?\s*(thang|quy|nam)"
    if found := re.search(r"(\d+) lan" + every, folded):
        return int(found[1]) * 12 // _months_apart(found[2], found[3])
    if found := re.search(r"(\d+) (thang|quy|nam)\s*/?\s*(?:mot |1 |01 )?lan", folded):
        return 12 // _months_apart(found[1], found[2])
    if found := re.search(r"(\d+) lan", folded):
        return int(found[1])
    if found := re.search(r"(?:hang|moi|dinh ky) (\d+)?\s*(thang|quy|nam)", folded):
        return 12 // _months_apart(found[1], found[2])
    return 0


def _months_apart(number: str | None, unit: str) -> int:
    return max(1, int(number or 1) * _MONTHS_APART[unit])


def collections_due(frequency: str, period: Period) -> int | None:
    """How often data should have been collected by the end of a period: "04 lần" -> 2 after
    six months. None where a frequency states no number ("Thường xuyên")."""
    times = _times_a_year(frequency)
    return times * period.months // 12 if times else None


def collections_done(
    frequency: str, period: Period, complete: Iterable[Period]
) -> tuple[int, int | None]:
    """(collections done, collections due) by the end of a period. The periods in which every
    report came each stand for the collection that fell into them: of two a year, Q1 and 6T
    are the same one."""
    due = collections_due(frequency, period)
    if due is None:
        return 0, None
    times = _times_a_year(frequency)
    done = {min(-(-past.months * times // 12), due) for past in complete} - {0}
    return len(done), due
