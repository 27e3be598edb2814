"""What the sheets of the monitoring workbook are called, and how much they can show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..master.layout import (
    EXPLANATIONS,
    RESULT_AGENCIES,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_SOURCES,
    RESULT_SUBMISSIONS,
)
from ..plan.model import Plan

PHU_LUC_2, PHU_LUC_1, KEY_FIGURES = "Phụ lục 2", "Phụ lục 1", "Tóm tắt"
AGENCIES, TASKS, LATE, TARGETS = RESULT_AGENCIES, "Theo nhiệm vụ", "Quá hạn", "Chỉ tiêu"
PERIODS, CHANGES, CHARTS, CITATIONS = "Các kỳ", "Thay đổi", "Biểu đồ", "Dẫn chiếu báo cáo"
_OURS = {
    PHU_LUC_2,
    PHU_LUC_1,
    KEY_FIGURES,
    AGENCIES,
    TASKS,
    LATE,
    TARGETS,
    PERIODS,
    CHANGES,
    CHARTS,
    CITATIONS,
    EXPLANATIONS,
    RESULT_SUBMISSIONS,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_SOURCES,
}
_MATRIX = " theo CQ"
_LONGEST_NAME = 31
_LONGEST = _LONGEST_NAME - len(_MATRIX)
# No row can be higher than 409 points: longer texts would be cut on paper.
LONGEST_RESULT, LONGEST_REMARK = 420, 240
MOST_AGENCIES = 60  # of a matrix that can be read


def plan_sheets(plans: Sequence[Plan]) -> dict[str, str]:
    """Plan id -> the sheet of a plan, called after its short name: no sheet of ours, no other
    plan's, and nothing that Excel refuses."""
    used = {name.casefold() for name in _OURS}
    return {plan.id: _unique(plan.short_name or plan.id, _LONGEST, used) for plan in plans}


def appendix_sheets(name: str, plans: Sequence[Plan]) -> dict[str, str]:
    """Plan id -> the sheet with an appendix of each of these plans."""
    if len(plans) == 1:
        return {plans[0].id: name}
    used: set[str] = set()
    return {plan.id: _unique(f"{name} - {plan.short_name}", _LONGEST_NAME, used) for plan in plans}


def _unique(name: str, longest: int, used: set[str]) -> str:
    """A name that Excel takes and nobody has."""
    plain = re.sub(r"[\[\]:*?/\\]", "-", name).strip("' ")[:longest].strip("' ") or "Kế hoạch"
    found, number = plain, 2
    while found.casefold() in used:
        found = f"{plain[: longest - 4]} ({number})"
        number += 1
    used |= {found.casefold(), matrix_of(found).casefold()}
    return found


def matrix_of(name: str) -> str:
    """The sheet that has the rows of a plan's sheet against agencies."""
    return name + _MATRIX
