"""The audit of the sheet Chỉ tiêu: what was achieved of each target, and whether that is enough."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ..plan.model import Goal, Item, Plan
from ..text.numbers import parse_number
from ..text.spelling import clean, fold
from ..text.targets import Target
from .figures import Fact, Figures
from .issued import Issued, Table

_ENOUGH = {
    "=": lambda a, b: a >= b,  # "100% …" is met by 100 or more
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


class Line(NamedTuple):
    """A line of the sheet as it should be."""

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
    def verdict(self) -> str:
        if self.target is None or self.achieved is None:
            return "Chưa có số liệu"
        met = _ENOUGH[self.target.relation](self.achieved, self.target.value)
        return "Đạt" if met else "Chưa đạt"


def check_targets(issued: Issued, now: Figures) -> None:
    page = issued.page("Chỉ tiêu")
    headings = (
        "TT",
        "Kế hoạch",
        "Mã",
        "Chỉ tiêu, mục tiêu",
        "Yêu cầu",
        "Mục tiêu (số)",
        "Đạt được",
        "Đánh giá",
        "Cơ quan",
        "Căn cứ",
        "Tệp",
        "Ô",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    lines = list(_lines(now))
    labels = [
        (
            clean(one.plan.short_name),
            one.code,
            one.target.printed if one.target else "",
            clean(one.agency),
        )
        for one in lines
    ]
    rows = table.rows(("Kế hoạch", "Mã", "Yêu cầu", "Cơ quan"))
    rows.match(labels, "Chỉ tiêu")
    at = table.columns
    used: Counter[tuple[str, ...]] = Counter()
    for number, (one, names) in enumerate(zip(lines, labels, strict=True), 1):
        places = rows.found.get(names, [])
        if used[names] >= len(places):
            continue
        row = places[used[names]]
        used[names] += 1
        told = f"{one.plan.short_name}, {one.code}, {names[2]}: "
        source = [f"{one.agency}: {one.file}, {one.cell}"] if one.file else []
        page.number(row, at["TT"], told + "số thứ tự", number)
        page.words(row, at["Chỉ tiêu, mục tiêu"], told + "nội dung", one.text)
        value = Fraction(one.target.value) if one.target else None
        page.number(row, at["Mục tiêu (số)"], told + "Mục tiêu", value)
        achieved = None if one.achieved is None else Fraction(one.achieved)
        page.number(row, at["Đạt được"], told + "Đạt được", achieved, source)
        page.words(row, at["Đánh giá"], told + "Đánh giá", one.verdict, source)
        page.words(row, at["Căn cứ"], told + "Căn cứ", one.basis, source)
        page.words(row, at["Tệp"], told + "tệp", one.file)
        page.words(row, at["Ô"], told + "ô", one.cell)
    verdicts = Counter(one.verdict for one in lines)
    page.numbers_in(
        2,
        1,
        "Lời ghi đầu trang",
        [len(lines), *(verdicts[name] for name in ("Đạt", "Chưa đạt", "Chưa có số liệu"))],
    )


def _lines(now: Figures) -> Iterator[Line]:
    for plan in now.programme.plans:
        for goal in plan.goals:
            yield _of_goal(plan, goal, now)
        for item in plan.items:
            for target in item.targets:
                yield from _of_item(plan, item, target, now)


def _of_goal(plan: Plan, goal: Goal, now: Figures) -> Line:
    since = now.programme.period_by_id.get(goal.achieved_from)
    known = since is None or since.months <= now.period.months
    return Line(
        plan,
        goal.code,
        goal.text,
        goal.target,
        goal.achieved if known else None,
        basis=goal.evidence if known else "",
    )


def _of_item(plan: Plan, item: Item, target: Target, now: Figures) -> Iterator[Line]:
    """A line for each agency whose text names the figure; those whose text names none together."""
    blank = Line(plan, item.code, item.indicator, target)
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
