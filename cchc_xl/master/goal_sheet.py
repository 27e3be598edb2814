"""The master's sheet Chỉ tiêu tỉnh: the province's goals, and what officers know of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from decimal import Decimal

from ..findings.finding import Finding, finding
from ..plan.model import Goal, code_order
from ..plan.periods import Period
from ..text.money import exact
from ..text.numbers import number_readings, parse_amount, parse_number
from ..text.spelling import clean, key
from ..text.targets import Target, parse_target
from .layout import CODE, PLAN
from .records import Record

REQUIRED, ACHIEVED, SINCE = "Yêu cầu", "Đạt được", "Từ kỳ"
_NUMBER_AND_UNIT = re.compile(r"([\d.,]*\d)\s*(.*)")


def read_goals(
    records: Iterable[Record], plan_ids: Collection[str], periods: Iterable[Period]
) -> tuple[dict[str, tuple[Goal, ...]], list[Finding]]:
    """plan id -> its goals in the order of their codes. A cell that cannot be understood
    counts as empty, a row that belongs to no plan is left out."""
    goals: dict[tuple[str, str], Goal] = {}
    strays: dict[str, list[Record]] = {}
    findings: list[Finding] = []
    known = {period.id.casefold(): period.id for period in periods}
    for record in records:
        plan_id, code = record.text(PLAN), clean(record.text(CODE)).rstrip(".")
        if not plan_id or not code:
            findings.append(finding("row-unplaced", record.places[CODE], record.text("Chỉ tiêu")))
        elif plan_id not in plan_ids:
            strays.setdefault(plan_id, []).append(record)
        elif (plan_id, code) in goals:
            findings.append(finding("master-row-repeated", record.places[CODE], code))
        else:
            goals[plan_id, code], wrong = _goal(record, code, known)
            findings += wrong
    for plan_id, rows in strays.items():
        place = rows[0].places[PLAN]
        findings.append(finding("plan-unknown", place, plan_id, count=len(rows)))
    in_order = sorted(goals.values(), key=lambda goal: code_order(goal.code))
    by_plan = {
        plan_id: tuple(goal for goal in in_order if goal.plan == plan_id) for plan_id in plan_ids
    }
    return by_plan, findings


def _goal(record: Record, code: str, periods: dict[str, str]) -> tuple[Goal, list[Finding]]:
    target = parse_target(record.text(REQUIRED))
    achieved = _achieved(record.cells[ACHIEVED], target)
    since = periods.get(record.text(SINCE).casefold(), "")
    findings = [
        finding("cell-not-understood", record.places[heading], record.text(heading), column=heading)
        for heading, value in ((REQUIRED, target), (ACHIEVED, achieved))
        if value is None and record.text(heading)
    ]
    if record.text(SINCE) and not since:
        # As empty it would hold for periods that it was not meant for.
        achieved = None
        place = record.places[SINCE]
        findings.append(finding("goal-period-unknown", place, record.text(SINCE), item=code))
    goal = Goal(
        plan=record.text(PLAN),
        code=code,
        text=record.text("Chỉ tiêu"),
        target=target,
        achieved=achieved,
        achieved_from=since,
        evidence=record.text("Văn bản, nguồn số liệu"),
        source=record.places[REQUIRED],
    )
    return goal, findings


def _number(text: str, is_percentage: bool) -> Decimal | None:
    """ "86,5" and "86.5"; "1.500" is a count, and "1,125" a percentage."""
    readings = number_readings(text)
    if len(readings) == 1:
        return readings[0]
    if is_percentage:
        return None if "." in text else parse_number(text)
    return parse_amount(text)


def _achieved(value: object, target: Target | None) -> Decimal | None:
    """What stands in the cell, in the unit of the target; None where it is not plain."""
    if isinstance(value, float | int) and not isinstance(value, bool):
        number, unit = exact(value), ""
    elif isinstance(value, str) and (found := _NUMBER_AND_UNIT.fullmatch(clean(value))):
        number, unit = _number(found[1], "%" in (found[2], target and target.unit)), found[2]
    else:
        return None
    if number is None or not number.is_finite() or number < 0:
        return None
    if target is None:
        return number if unit in ("", "%") else None
    if target.unit == "%" and not unit and 0 < number <= 1:
        return None  # 0,865 of a cell that shows percent, or less than one percent
    return number if not unit or key(unit) == key(target.unit) or unit == target.unit else None
