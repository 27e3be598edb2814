"""The words for figures: what a figure of the outputs can be, and which one it is."""

from __future__ import annotations

from typing import NamedTuple

from ..findings.severity import Severity
from .explanations import Explanation
from .fields import REPORTED

# What a figure can be, in the officers' words. A status by its name is how many reports have it;
# with `ROWS` before it, how many rows of the plan, each as all its agencies together have done it.
MONEY = {
    "spent": "Đã chi",
    "left": "Còn lại",
    "share": "Tỷ lệ chi (%)",
    "added": "Chi trong kỳ",
    "change": "Tăng, giảm so với kỳ trước",
}
WHAT = {
    "budget": "Dự toán",
    "allocated": "Quyết định phân bổ",
    "difference": "Chênh lệch",
    **MONEY,
    **{field.name: field.told for field in REPORTED if field.name not in MONEY},
    "letter": "Ký hiệu của trạng thái",
    "due": "Phải báo cáo",
    "reported": "Đã báo cáo",
    "done": "Hoàn thành",
    "done share": "Tỷ lệ hoàn thành việc (%)",
    "collections": "Số lần thu thập",
    "achieved": "Kết quả đạt được của chỉ tiêu",
    "done of due": "Số cơ quan hoàn thành",
    "days late": "Số ngày quá hạn",
    "target": "Mục tiêu (số)",
    "verdict": "Đánh giá",
    "reported spent": "Đã chi, như cơ quan báo cáo",
    "explanation": "Giải trình",
    "explained": "Điều được giải trình",
    "explained value": "Số liệu được giải trình",
}
TEXT = "text"  # of ours, as it stands
ROWS = "rows "
HELD = "held "  # money that all agencies together hold
# How many agencies.
DUE, CAME, IN_TIME, CAME_LATE, MISSING, WITH_OVERDUE = (
    "agencies due",
    "agencies reported",
    "agencies in time",
    "agencies late",
    "agencies missing",
    "agencies with overdue",
)
CHANGE = "change of "  # since the period before
# How a return came, and what was found in it.
PUNCTUALITY, STATE, LATE, ARRIVED = "punctuality", "state", "late", "arrived"
LATE_COUNTED = "late counted"  # where a return counts
FOUND = "found "  # a severity after it
DUE_DAY, OVERDUE_DAY, CHANGED_ROWS, JUDGED = "due day", "overdue day", "changed rows", "targets "
# Of a file that came, by its name in place of a code.
FILE_FATE, FILE_ARRIVED, FILE_SAVED = "file fate", "file arrived", "file saved"

# Made of no returned cell: what the plan says, and how files came.
OF_NO_CELL = {
    *("budget", "allocated", "difference", "due", ROWS + "due", ROWS + "budget"),
    *(HELD + what for what in ("budget", "allocated", "difference")),
    *(
        "target",
        PUNCTUALITY,
        STATE,
        LATE,
        LATE_COUNTED,
        ARRIVED,
        FILE_FATE,
        FILE_ARRIVED,
        FILE_SAVED,
    ),
    *(FOUND + severity for severity in Severity),
    # An explanation stands with its place on its own sheet.
    *("explanation", "explained", "explained value", "explained state"),
}


class FigureId(NamedTuple):
    """Which figure: `what` of `WHAT` or a count of a status; of a row, of a whole plan (no code)
    or of all plans (no plan); of one agency, or of all. `period` is given where it is not that of
    the output."""

    what: str
    plan: str = ""
    code: str = ""
    agency: str = ""
    period: str = ""


def explained_as(what: str, one: Explanation) -> FigureId:
    """Which figure a part of an explanation is ("explanation", "explained", "explained value"): a
    row of an agency may have several."""
    which = f"{what}:{one.rule}:{one.value}:{one.period}"
    return FigureId(which, one.plan, one.code, one.agency)


def told(figure: FigureId) -> str:
    """What a figure is, in words: "Đã chi, mục 6.2.1"."""
    plain = figure.what.removeprefix(ROWS).removeprefix(HELD).partition(":")[0]
    rows = _OF_ROWS.get(figure.what) or _AGENCIES.get(figure.what)
    parts = [
        rows or WHAT.get(plain) or plain,
        f"mục {figure.code}" if figure.code else "",
        figure.agency,
        f"kỳ {figure.period}" if figure.period else "",
    ]
    return ", ".join(filter(None, parts))


_OF_ROWS = {ROWS + "due": "Số việc"}
_AGENCIES = {
    DUE: "Số cơ quan phải báo cáo",
    CAME: "Số cơ quan đã có phiếu",
    IN_TIME: "Số cơ quan nộp đúng hạn",
    CAME_LATE: "Số cơ quan nộp trễ",
    MISSING: "Số cơ quan chưa có phiếu",
    WITH_OVERDUE: "Số cơ quan có việc quá hạn",
}
