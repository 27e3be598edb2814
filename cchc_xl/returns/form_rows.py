"""Which row of a plan each row of a returned form stands for.

A row is known by its hidden key, else by its code, else by its text. What those say together
must agree, or the row is left out with a finding.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from ..files.spreadsheets import Grid, cell_text
from ..text.spelling import fold, key
from .form import TOTAL_LABEL
from .plan_rows import PlanRows
from .recognition import is_heading_row

_TOTALS = {fold(label) for label in (TOTAL_LABEL, "Cộng", "Tổng", "Tổng số", "Cộng tổng")}


@dataclass(frozen=True)
class FoundRow:
    """A row of the sheet: `key` of the plan's row, "" where it stands for none. `problem` is
    the finding for a row that holds entries; rows whose place it leaves open are `disputed`."""

    number: int
    key: str = ""
    problem: str = ""
    column: str = "code"
    value: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    disputed: frozenset[str] = frozenset()


class RowFinder:
    """Finds the rows of one form below its heading."""

    def __init__(
        self, grid: Grid, heading: int, at: dict[str, int], key_at: int | None, plan_rows: PlanRows
    ):
        self.grid = grid
        self.heading = heading
        self.code_at, self.title_at, self.key_at = at.get("code"), at.get("title"), key_at
        self.plan_rows = plan_rows

    def rows(self, due: Set[str], is_filled: Callable[[int], bool]) -> Iterator[FoundRow]:
        """Every row that stands for a row of a plan, and those with entries that do not."""
        for number in range(self.heading):
            found = self._by_key(number) or self._by_code(number, due)
            if found and is_filled(number) and self._title(number):
                which = frozenset({found.key} if found.key else found.disputed)
                codes = ", ".join(sorted(one.rpartition("|")[2] for one in which))
                yield FoundRow(number, "", "row-above-heading", value=codes, disputed=which)
        for number in range(self.heading + 1, len(self.grid.rows)):
            if is_heading_row(self.grid.rows[number]):
                continue
            found = self._by_key(number) or self._by_code(number, due)
            if found is None and is_filled(number):
                found = self._by_title(number, due)
            if found:
                yield found

    def _cell(self, number: int, at: int | None) -> object:
        return self.grid.rows[number][at] if at is not None else ""

    def _title(self, number: int) -> str:
        return cell_text(self._cell(number, self.title_at))

    def _by_key(self, number: int) -> FoundRow | None:
        item_key = self._cell(number, self.key_at)
        if not isinstance(item_key, str) or item_key not in self.plan_rows.items:
            return None
        code = self._cell(number, self.code_at)
        item = self.plan_rows.items[item_key]
        said = self.plan_rows.keys_of_code(code)
        if self.code_at is None:  # its column is there perhaps, under another heading
            codes = {
                one
                for cell in self.grid.rows[number]
                if isinstance(cell, str) and cell
                for one in self.plan_rows.keys_of_code(cell)
            }
            said = [] if item_key in codes else sorted(codes)
        if (not cell_text(code).strip(" .") and not said) or item_key in said:
            return FoundRow(number, item_key)
        if not said and isinstance(code, datetime.date) and self._title(number) == item.title:
            # A code that a program took for a day.
            details = {"item": item}
            return FoundRow(number, item_key, "row-by-title", "code", cell_text(code), details)
        return FoundRow(
            number,
            problem="code-changed",
            value=cell_text(code) or ", ".join(self.plan_rows.items[one].code for one in said),
            details={"expected": item.code},
            disputed=frozenset({item_key, *said}),
        )

    def _by_code(self, number: int, due: Set[str]) -> FoundRow | None:
        code = self._cell(number, self.code_at)
        said = self.plan_rows.keys_of_code(code)
        title = self._title(number)
        if len(said) > 1:
            items = self.plan_rows.items
            said = [one for one in said if self.plan_rows.is_title_of(items[one], title)]
            same = [one for one in said if key(items[one].title) == key(title)]
            said = same or said
        if len(said) > 1:
            said = [one for one in said if one in due] or said
        if len(said) == 1:
            return FoundRow(number, said[0])
        if said:
            codes = ", ".join(self.plan_rows.items[one].plan for one in said)
            return FoundRow(
                number,
                problem="code-ambiguous",
                value=cell_text(code),
                details={"plans": codes},
                disputed=frozenset(said),
            )
        return None

    def _by_title(self, number: int, due: Set[str]) -> FoundRow | None:
        """A row with entries whose code says nothing."""
        title, code = self._title(number), cell_text(self._cell(number, self.code_at))
        if fold(title) in _TOTALS or fold(code) in _TOTALS:
            return None
        same = [one for one in self.plan_rows.keys_by_title.get(key(title), ()) if one in due]
        if title and len(same) == 1:
            item = self.plan_rows.items[same[0]]
            return FoundRow(number, same[0], "row-by-title", "title", code, {"item": item})
        if code:
            return FoundRow(number, problem="code-unknown", value=code, details={})
        return FoundRow(number, problem="row-without-key", value=title, details={})
