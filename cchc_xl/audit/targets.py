"""What was achieved of each target, and whether that is enough, as the audit sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ..plan.figures import FigureId
from ..plan.model import Goal, Item, Plan
from ..text.numbers import parse_number
from ..text.spelling import fold
from ..text.targets import Target
from .figures import Fact, Figures

_ENOUGH = {
    "=": lambda a, b: a >= b,  # "100% …" is met by 100 or more
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


class Judged(NamedTuple):
    """A target, and what was achieved of it as one agency says."""

    plan: Plan
    code: str
    text: str
    target: Target | None
    achieved: Decimal | None = None
    agency: str = ""
    basis: str = ""
    file: str = ""
    cell: str = ""

    @property
    def verdict_id(self) -> FigureId:
        """The figure that says how it was met."""
        which = self.target.printed if self.target else ""
        return FigureId(f"verdict:{which}", self.plan.id, self.code, self.agency)

    @property
    def verdict(self) -> str:
        if self.target is None or self.achieved is None:
            return "Chưa có số liệu"
        met = _ENOUGH[self.target.relation](self.achieved, self.target.value)
        return "Đạt" if met else "Chưa đạt"


def judged(now: Figures) -> Iterator[Judged]:
    for plan in now.programme.plans:
        for goal in plan.goals:
            yield _of_goal(plan, goal, now)
        for item in plan.items:
            for target in item.targets:
                yield from _of_item(plan, item, target, now)


def _of_goal(plan: Plan, goal: Goal, now: Figures) -> Judged:
    since = now.programme.period_by_id.get(goal.achieved_from)
    known = since is None or since.months <= now.period.months
    return Judged(
        plan,
        goal.code,
        goal.text,
        goal.target,
        goal.achieved if known else None,
        basis=goal.evidence if known else "",
    )


def _of_item(plan: Plan, item: Item, target: Target, now: Figures) -> Iterator[Judged]:
    """A line for each agency whose text names the figure; those whose text names none together."""
    blank = Judged(plan, item.code, item.indicator, target)
    facts = now.of(plan, item) if plan.is_leaf(item) else []
    written = [fact for fact in facts if fact.texts.get("result")]
    alone = [one.unit for one in item.targets].count(target.unit) == 1
    silent = []
    for fact in written:
        achieved = _achieved(fact.texts["result"], target) if alone else None
        line = blank._replace(achieved=achieved, **_whose(fact))
        if achieved is None:
            silent.append(line)
        else:
            yield line
    if len(silent) == 1:
        yield silent[0]
    elif silent or not written:
        told = f"{len(silent)} cơ quan không nêu số" if silent else ""
        yield blank._replace(agency=told)


def _whose(fact: Fact) -> dict[str, str]:
    return {
        "agency": fact.agency,
        "basis": fact.texts["result"],
        "file": fact.file,
        "cell": fact.cells.get("result", ""),
    }


def _achieved(text: str, target: Target) -> Decimal | None:
    """The one number with the unit of the target that a text names."""
    folded = fold(text)
    if target.unit == "%":
        found = re.findall(r"(?<![\d.,])(\d+(?:[.,]\d+)?)\s*%", folded)
        numbers = [Decimal(one.replace(",", ".")) for one in found]
    else:
        words = r"\s+".join(map(re.escape, fold(target.unit).split()))
        found = re.findall(rf"(?<![\d.,/])(\d[\d.,]*)\s+{words}\b", folded)
        numbers = [number for one in found if (number := parse_number(one)) is not None]
    return numbers[0] if len(numbers) == 1 else None
