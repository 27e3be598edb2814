"""Targets against what was achieved: of indicators in the plan, as agencies report them, and of
the province, as officers enter them.

Nothing is guessed: an achieved figure is read from "Kết quả đạt được" only where it names exactly
one figure in the target's unit, and the target is the only one of its unit.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ..plan.model import Goal, Item, Plan, Programme
from ..plan.periods import Period
from ..text.numbers import parse_number
from ..text.spelling import fold
from ..text.targets import Target, parse_targets
from .ledger import Ledger

MET, NOT_MET, NO_FIGURE = "Đạt", "Chưa đạt", "Chưa có số liệu"
# "100% …" is met by 100 or more.
RELATIONS = {"=": ">=", ">": ">", ">=": ">=", "<": "<", "<=": "<="}
_HOLDS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


class Assessment(NamedTuple):
    """One target and what came of it. `agency` is whose return says so; `text` where it was read;
    `cell` is the returned cell, or where officers wrote it."""

    plan: str
    code: str
    title: str
    target: Target | None
    achieved: Decimal | None
    agency: str = ""
    text: str = ""
    file: str = ""
    cell: str = ""

    @property
    def verdict(self) -> str:
        if self.target is None or self.achieved is None:
            return NO_FIGURE
        holds = _HOLDS[RELATIONS[self.target.relation]]
        return MET if holds(self.achieved, self.target.value) else NOT_MET


def assessments(ledger: Ledger) -> list[Assessment]:
    """Every target of every plan: the province's own first, then those of the rows."""
    found = []
    for plan in ledger.programme.plans:
        found += [_of_goal(goal, ledger.programme, ledger.period) for goal in plan.goals]
        for item in plan.items:
            if item.targets:
                found += _of_item(plan, item, ledger)
    return found


def goal_assessments(ledger: Ledger) -> list[Assessment]:
    """Those of the province's own targets."""
    goals = (goal for plan in ledger.programme.plans for goal in plan.goals)
    return [_of_goal(goal, ledger.programme, ledger.period) for goal in goals]


def _of_goal(goal: Goal, programme: Programme, period: Period) -> Assessment:
    since = programme.period_by_id.get(goal.achieved_from)
    holds = since is None or since.months <= period.months
    return Assessment(
        goal.plan,
        goal.code,
        goal.text,
        goal.target,
        goal.achieved if holds else None,
        text=goal.evidence if holds else "",
    )


def _of_item(plan: Plan, item: Item, ledger: Ledger) -> Iterator[Assessment]:
    written = {}
    if plan.is_leaf(item):
        facts = ledger.reported(plan.id, item.code)
        written = {fact.agency: fact for fact in facts if fact["result"]}
    units = Counter(target.unit for target in item.targets)
    for target in item.targets:
        blank = Assessment(plan.id, item.code, item.indicator, target, None)
        told = [
            blank._replace(
                achieved=achieved_in(fact["result"], target) if units[target.unit] == 1 else None,
                agency=agency,
                text=fact["result"],
                file=fact.file,
                cell=fact.cells["result"],
            )
            for agency, fact in written.items()
        ]
        with_figure = [one for one in told if one.achieved is not None]
        without = [one for one in told if one.achieved is None]
        yield from with_figure
        if len(without) == 1:
            yield without[0]
        elif without or not told:
            names = f"{len(without)} cơ quan không nêu số" if without else ""
            yield blank._replace(agency=names)


def achieved_in(text: str, target: Target) -> Decimal | None:
    """The one figure in the unit of a target that a text names: "đạt 95,5% kế hoạch" -> 95.5.
    None where it names none, or several."""
    if target.unit == "%":
        figures = [found.value for found in parse_targets(text) if found.unit == "%"]
    else:
        unit = r"\s+".join(map(re.escape, fold(target.unit).split()))
        numbers = re.findall(rf"(?<![\d.,/])(\d[\d.,]*)\s+{unit}\b", fold(text))
        figures = [number for one in numbers if (number := parse_number(one)) is not None]
    return figures[0] if len(figures) == 1 else None
