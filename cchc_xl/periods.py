"""Reporting periods and when their returns are due."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import NamedTuple

from .vietnamese import fold


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
    def last_day(self) -> datetime.date:
        return first_day_after(self.year, self.months) - datetime.timedelta(days=1)


def periods_of(year: int, due: dict[str, tuple[int, int]] | None = None) -> tuple[Period, ...]:
    """The periods of a year; `due` overrides the day a kind is due before.

    A deadline counts as passed once the returns are due or the period has ended,
    whichever comes first: an annual return due in November says nothing of December.
    """
    periods = []
    for kind_id, kind in KINDS.items():
        due_before = datetime.date(year, *(due or {}).get(kind_id, kind.due))
        ended = first_day_after(year, kind.months)
        periods.append(
            Period(
                id=f"{year}-{kind_id}",
                name=f"{kind.name} {year}",
                year=year,
                months=kind.months,
                due_before=due_before,
                overdue_before=min(due_before, ended),
            )
        )
    return tuple(periods)


def first_day_after(year: int, months: int) -> datetime.date:
    """The day after the first so many months of a year."""
    return datetime.date(year + months // 12, months % 12 + 1, 1)


_TIMES_A_YEAR = {"hang thang": 12, "hang quy": 4, "6 thang": 2, "hang nam": 1}


def collections_due(frequency: str, period: Period) -> int | None:
    """How often data should have been collected by the end of a period: "04 lần" -> 2 after
    six months. None where a frequency states no number ("Thường xuyên")."""
    folded = fold(frequency)
    if found := re.search(r"(\d+) lan", folded):
        a_year = int(found[1])
    else:
        a_year = next((times for words, times in _TIMES_A_YEAR.items() if words in folded), 0)
    return a_year * period.months // 12 if a_year else None
