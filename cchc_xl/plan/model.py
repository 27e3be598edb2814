"""The plan: what is to be done, by whom, by when, for how much. Frozen data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ..findings.finding import NOWHERE, Place
from ..text.dates import Month
from ..text.money import sum_known
from ..text.targets import Target, parse_targets
from .agencies import Registry
from .choices import AS_DECLARED, Choice, Rules
from .explanations import Explanation
from .periods import Period

LEVELS = {
    "group": "Nhóm nhiệm vụ",
    "task": "Nhiệm vụ",
    "output": "Kết quả đầu ra",
    "activity": "Hoạt động",
}


def row_key(plan_id: str, code: str) -> str:
    """The key that a row of a plan carries through sorting, inserting and moving."""
    return f"{plan_id}|{code}"


def code_order(code: str) -> tuple[tuple[int, str], ...]:
    """Codes in the order a plan prints them: 1.9 before 1.10, IX before X."""
    return tuple((_part_number(part), part) for part in code.split("."))


def _part_number(part: str) -> int:
    if part.isdecimal():
        return int(part)
    values = [_ROMAN_DIGITS.get(letter, 0) for letter in part.upper()]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=False))


_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


@dataclass(frozen=True)
class Item:
    """One row of a plan.

    `budget` is in đồng; None where the decision leaves it blank, which is not zero.
    `leads` and `coordinating` are registry names where the name is known, else as
    printed. `reporters` are registry names, groups among them; only rows without
    children have any. `frequency` and `collector` are inherited from the row above.
    `source` is where the row's budget was read, `assigned_at` where its reporters were.
    """

    plan: str
    code: str
    level: str
    parent: str
    title: str
    indicator: str = ""
    evidence: str = ""
    start: Month | None = None
    end: Month | None = None
    deadline: str = ""
    budget: int | None = None
    leads: tuple[str, ...] = ()
    coordinating: tuple[str, ...] = ()
    budget_holder: str = ""
    reporters: tuple[str, ...] = ()
    frequency: str = ""
    collector: str = ""
    report_officer: str = ""
    source: Place = NOWHERE
    assigned_at: Place = NOWHERE

    @property
    def time(self) -> str:
        """When, in one phrase: "01/2018 - 12/2018", or as the decision prints it."""
        if self.start and self.end:
            return f"{self.start.printed} - {self.end.printed}"
        if self.start:
            return f"Từ {self.start.printed}"
        return self.deadline or (f"Đến {self.end.printed}" if self.end else "")

    @property
    def targets(self) -> tuple[Target, ...]:
        return parse_targets(self.indicator)


@dataclass(frozen=True)
class Allocation:
    """Money that a decision gives an agency, in đồng."""

    plan: str
    agency: str
    budget: int
    source: Place = NOWHERE


@dataclass(frozen=True)
class Goal:
    """What a decision wants the whole province to reach ("PAR INDEX đạt trên 85%").

    `target` is None where it states no number. `achieved` is in the unit of the target, as
    officers know it; it holds from the period `achieved_from` on ("" from any), and
    `evidence` says where it stands. `source` is where the target was read.
    """

    plan: str
    code: str
    text: str
    target: Target | None = None
    achieved: Decimal | None = None
    achieved_from: str = ""
    evidence: str = ""
    source: Place = NOWHERE


@dataclass(frozen=True)
class Plan:
    """One decision's plan. `id` is short and stable ("3598-2017"), `decision` its number
    ("3598/QĐ-UBND"), `date` ISO. `total` is the money it states in all, in đồng."""

    id: str
    decision: str
    date: str
    title: str
    year: int
    items: tuple[Item, ...]
    allocations: tuple[Allocation, ...] = ()
    total: int | None = None
    short_name: str = ""
    goals: tuple[Goal, ...] = ()

    @cached_property
    def by_code(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    def parent_of(self, item: Item) -> str:
        """The code of the row a row counts to: its parent, or where that is missing the
        next row above, so that no money falls out of the totals. "" at the top."""
        parent = item.parent
        while parent and parent not in self.by_code:
            parent = parent.rpartition(".")[0]
        return parent

    @cached_property
    def _children(self) -> dict[str, tuple[Item, ...]]:
        children: dict[str, list[Item]] = {}
        for item in self.items:
            children.setdefault(self.parent_of(item), []).append(item)
        return {code: tuple(rows) for code, rows in children.items()}

    def children(self, code: str) -> tuple[Item, ...]:
        """The rows directly below `code`; "" gives the top rows."""
        return self._children.get(code, ())

    def is_leaf(self, item: Item) -> bool:
        return item.code not in self._children

    @cached_property
    def leaves(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if self.is_leaf(item))

    def leaves_under(self, item: Item) -> tuple[Item, ...]:
        """The leaves below a row, or the row itself where it is one."""
        if self.is_leaf(item):
            return (item,)
        return tuple(
            leaf for child in self.children(item.code) for leaf in self.leaves_under(child)
        )

    def ancestors(self, item: Item) -> Iterator[Item]:
        """The rows above, nearest first."""
        while parent := self.parent_of(item):
            item = self.by_code[parent]
            yield item

    @cached_property
    def allocated(self) -> dict[str, int]:
        """agency -> the đồng that the decision gives it."""
        allocated: dict[str, int] = {}
        for allocation in self.allocations:
            allocated[allocation.agency] = allocated.get(allocation.agency, 0) + allocation.budget
        return allocated

    def budget_of(self, item: Item | None) -> int | None:
        """The money of a row in đồng, or of the whole plan: of the rows below it or, where a
        plan states it only here and not for them, its own. None where none is stated."""
        below = sum_known(
            self.budget_of(child) for child in self.children(item.code if item else "")
        )
        return item.budget if below is None and item else below

    @property
    def has_budget(self) -> bool:
        return any(item.budget is not None for item in self.items)

    @property
    def has_monitoring(self) -> bool:
        """Whether the decision says how often and by whom data are collected."""
        return any(item.frequency or item.collector for item in self.items)


@dataclass(frozen=True)
class Programme:
    """All that the master workbook holds: the plans of a year, who the agencies are, the
    reporting periods, the rules that returns are held to, what officers decided of single
    files, and the explanations that they typed or refused. `province` and `office` stand in
    letterheads."""

    year: int
    province: str
    office: str
    plans: tuple[Plan, ...]
    registry: Registry
    periods: tuple[Period, ...]
    rules: Rules = AS_DECLARED
    choices: tuple[Choice, ...] = ()
    explanations: tuple[Explanation, ...] = ()

    @cached_property
    def plan_by_id(self) -> dict[str, Plan]:
        return {plan.id: plan for plan in self.plans}

    @cached_property
    def period_by_id(self) -> dict[str, Period]:
        return {period.id: period for period in self.periods}

    def reporters(self, item: Item, period: Period | None = None) -> tuple[str, ...]:
        """The agencies that must report a row, groups expanded, successors in office."""
        return self.registry.expand(item.reporters, period.answered_on if period else None)

    def holder(self, item: Item, period: Period | None = None) -> str:
        """The agency whose money a row is; "" where none is named."""
        if not self.registry.is_agency(item.budget_holder):
            return ""
        return self.registry.in_office(item.budget_holder, period.answered_on if period else None)

    def heir(self, agency: str, item: Item, period: Period) -> str:
        """The agency that has taken a row over from another by a period, "" where none has. One
        that the plan itself names for the row had its own figures there from the beginning."""
        answers = self.registry.in_office(agency, period.answered_on)
        return "" if answers == agency or answers in self.reporters(item) else answers

    def rows_by_agency(self, period: Period) -> dict[str, dict[str, tuple[Item, ...]]]:
        """agency -> plan id -> the rows it must report, in the plan's order; agencies in
        the registry's order, those without a row left out."""
        rows: dict[str, dict[str, list[Item]]] = {a.name: {} for a in self.registry.agencies}
        for plan in self.plans:
            for item in plan.leaves:
                for agency in self.reporters(item, period):
                    rows[agency].setdefault(plan.id, []).append(item)
        return {
            agency: {plan_id: tuple(items) for plan_id, items in by_plan.items()}
            for agency, by_plan in rows.items()
            if by_plan
        }
