"""The words for figures: what a figure of the outputs can be, and which one it is."""

from __future__ import annotations

from typing import NamedTuple

from .explanations import Explanation

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
    "percent": "Tỷ lệ hoàn thành (%)",
    "status": "Trạng thái",
    "due": "Phải báo cáo",
    "reported": "Đã báo cáo",
    "done": "Hoàn thành",
    "done share": "Tỷ lệ hoàn thành việc (%)",
    "collections": "Số lần thu thập",
    "achieved": "Kết quả đạt được của chỉ tiêu",
    "done of due": "Số cơ quan hoàn thành",
    "days late": "Số ngày quá hạn",
    "reported spent": "Đã chi, như cơ quan báo cáo",
    "result": "Kết quả đạt được",
    "proof": "Văn bản kiểm chứng",
    "difficulties": "Khó khăn, vướng mắc",
    "proposals": "Đề xuất, kiến nghị",
    "explanation": "Giải trình",
    "explained": "Điều được giải trình",
    "explained value": "Số liệu được giải trình",
}
TEXT = "text"  # of ours, as it stands
ROWS = "rows "
HELD = "held "  # money that all agencies together hold


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
    "agencies due": "Số cơ quan phải báo cáo",
    "agencies reported": "Số cơ quan đã có phiếu",
    "agencies in time": "Số cơ quan nộp đúng hạn",
    "agencies late": "Số cơ quan nộp trễ",
    "agencies missing": "Số cơ quan chưa có phiếu",
    "agencies with overdue": "Số cơ quan có việc quá hạn",
}
