"""The sheets of the monitoring workbook that name what is to be chased: work that is overdue,
targets, and who has done what of a plan that many answer for."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence

from ..ledger.assessments import MET, NO_FIGURE, NOT_MET, RELATIONS, Assessment, assessments
from ..ledger.ledger import Ledger
from ..plan.figures import JUDGED, OVERDUE_DAY, WITH_OVERDUE, FigureId
from ..plan.model import Plan
from ..plan.statuses import STATUS_COLOURS, Status
from ..text.dates import format_date
from ..writing.cells import Column, Formula, Traced, cell_name, line_style
from ..writing.table_pages import FIRST_ROW, write_table_page
from ..writing.templates import house_style
from ..writing.textfit import text_pixels
from ..writing.workbooks import Book
from .appendices import has_matrix
from .sheet_names import LATE, TARGETS, matrix_of, plan_sheets

# ----------------------------------------------------------------------- Quá hạn

_LATE_COLUMNS = (
    Column("TT", 5, "centre"),
    Column("Kế hoạch", 12),
    Column("Mã", 7, "code"),
    Column("Nội dung công việc", 34),
    Column("Cơ quan", 22),
    Column("Thời hạn", 9, "centre"),
    Column("Quá hạn (ngày)", 8, "number"),
    Column("Tỷ lệ (%)", 8, "percent"),
    Column("Khó khăn, vướng mắc", 24),
    Column("Đề xuất, kiến nghị", 20),
    Column("Điện thoại", 11, "code"),
    Column("Tệp", 24),
    Column("Ô", 6, "centre"),
)


def write_late(book: Book, ledger: Ledger) -> None:
    """Every row that an agency has not finished although its deadline has passed."""
    until = ledger.period.overdue_before - datetime.timedelta(days=1)
    registry = ledger.programme.registry
    rows = []
    for fact in ledger.facts:
        if fact.status != Status.OVERDUE:
            continue
        plan = ledger.programme.plan_by_id[fact.plan]
        item = plan.by_code[fact.code]
        rows.append(
            (
                len(rows) + 1,
                plan.short_name,
                item.code,
                item.title,
                fact.agency,
                item.end.printed,
                Traced(
                    (until - item.end.last_day).days,
                    FigureId("days late", plan.id, item.code, fact.agency),
                ),
                Traced(fact.percent, FigureId("percent", plan.id, item.code, fact.agency)),
                fact["difficulties"],
                fact["proposals"],
                registry.by_name[fact.agency].phone,
                fact.file,
                fact.cells["status"],
            )
        )
    agencies = len({row[4] for row in rows})
    write_table_page(
        book,
        LATE,
        f"VIỆC QUÁ HẠN - {ledger.period.name.upper()}",
        f"{len(rows)} việc của {agencies} cơ quan đã hết thời hạn mà chưa hoàn thành, tính đến hết "
        f"ngày {format_date(until)}.",
        ("QuaHan", _LATE_COLUMNS, rows),
        told=[FigureId(what) for what in (Status.OVERDUE, WITH_OVERDUE, OVERDUE_DAY)],
    )


# ---------------------------------------------------------------------- Chỉ tiêu

_TARGET_COLUMNS = (
    Column("TT", 5, "centre"),
    Column("Kế hoạch", 12),
    Column("Mã", 7, "code"),
    Column("Chỉ tiêu, mục tiêu", 42),
    Column("Yêu cầu", 11, "centre"),
    Column("Mục tiêu (số)", 9, "plain number"),
    Column("Đạt được", 9, "plain number"),
    Column("Đánh giá", 12, "centre"),
    Column("Cơ quan", 22),
    Column("Căn cứ", 24),
    Column("Tệp", 22),
    Column("Ô", 6, "centre"),
)


def write_targets(book: Book, ledger: Ledger) -> None:
    """Every target with what was achieved, and whether it was met."""
    found = assessments(ledger)
    names = {plan.id: plan.short_name for plan in ledger.programme.plans}
    rows = [
        (
            number,
            names[one.plan],
            one.code,
            one.title,
            one.target.printed if one.target else "",
            Traced(one.target.value if one.target else None, judged_as("target", one)),
            Traced(one.achieved, judged_as("achieved", one)),
            None,
            one.agency,
            one.text,
            one.file,
            one.cell,
        )
        for number, one in enumerate(found, 1)
    ]
    verdicts = Counter(one.verdict for one in found)
    told = ", ".join(f"{verdicts[name]} {name.lower()}" for name in (MET, NOT_MET, NO_FIGURE))
    sheet = write_table_page(
        book,
        TARGETS,
        f"CHỈ TIÊU, MỤC TIÊU - {ledger.period.name.upper()}",
        f"{len(found)} chỉ tiêu: {told}. Số đạt được lấy từ cột Kết quả đạt được của phiếu khi cột "
        "này nêu đúng một số cùng đơn vị; chỉ tiêu của tỉnh lấy từ trang Chỉ tiêu tỉnh của sổ.",
        ("ChiTieu", _TARGET_COLUMNS, rows),
        told=[FigureId(JUDGED + verdict) for verdict in ("", MET, NOT_MET, NO_FIGURE)],
    )
    colours = house_style()["colour"]
    for row, one in enumerate(found, FIRST_ROW):
        relation = RELATIONS[one.target.relation] if one.target else ">="
        target, achieved = cell_name(row, 5), cell_name(row, 6)
        formula = (
            f'=IF(COUNT({target},{achieved})<2,"{NO_FIGURE}",'
            f'IF({achieved}{relation}{target},"{MET}","{NOT_MET}"))'
        )
        colour = {MET: "done", NOT_MET: "error"}.get(one.verdict)
        style = {"font_color": colours[colour]} if colour else {}
        shown = Formula(formula, one.verdict)
        of = judged_as("verdict", one)
        sheet.put(row, 7, shown, of=of, **line_style(), align="center", **style)


def judged_as(what: str, one: Assessment) -> FigureId:
    """Which figure of a target it is: a row may have several targets."""
    which = one.target.printed if one.target else ""
    return FigureId(f"{what}:{which}", one.plan, one.code, one.agency)


# ---------------------------------------------------- who has done what of a plan

_LETTERS = {
    Status.DONE: "✓",
    Status.IN_PROGRESS: "Đ",
    Status.NOT_STARTED: "C",
    Status.OVERDUE: "Q",
    Status.CANCELLED: "K",
    Status.NOT_REPORTED: "–",
}


def write_matrices(book: Book, ledger: Ledger) -> None:
    """For each plan whose rows many agencies answer for: rows against agencies."""
    for plan in ledger.programme.plans:
        asked = {fact.agency for fact in ledger.facts if fact.plan == plan.id}
        agencies = [a.name for a in ledger.programme.registry.agencies if a.name in asked]
        if has_matrix(ledger, plan):
            _write_matrix(book, ledger, plan, agencies)


def _write_matrix(book: Book, ledger: Ledger, plan: Plan, agencies: Sequence[str]) -> None:
    statuses = {(f.code, f.agency): f.status for f in ledger.facts if f.plan == plan.id}
    style = house_style()
    sheet = book.sheet(matrix_of(plan_sheets(ledger.programme.plans)[plan.id]))
    widths = [6, 40, 11, *[3.6] * len(agencies)]
    last = len(widths) - 1
    sheet.widths(widths)
    sheet.put(
        0,
        0,
        f"TÌNH HÌNH TỪNG CƠ QUAN - {plan.short_name.upper()} - {ledger.period.name.upper()}",
        bold=True,
        font_size=style["font"]["title"],
    )
    key = "; ".join(f"{letter} {status.lower()}" for status, letter in _LETTERS.items())
    sheet.merge(
        (1, 0),
        (1, last),
        f"{key}; ô trống: không phải báo cáo.",
        italic=True,
        font_color=style["colour"]["hint"],
    )
    head = {
        **line_style(),
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "bg_color": style["colour"]["heading_fill"],
    }
    for at, text in enumerate(("Mã", "Nhiệm vụ", "Hoàn thành")):
        sheet.put(3, at, text, **{**head, "text_wrap": False})
    for at, agency in enumerate(agencies, 3):
        sheet.put(3, at, agency, **{**head, "text_wrap": False, "align": "center"}, rotation=90)
    longest = max(text_pixels(name, style["font"]["body"], bold=True) for name in agencies)
    sheet.raw.set_row(3, min(longest * _POINTS_PER_PIXEL + _AIR, 400))
    row = 4
    for item in plan.leaves:
        due = [statuses[item.code, a] for a in agencies if (item.code, a) in statuses]
        sheet.put(row, 0, item.code, **line_style(), num_format="@")
        sheet.put(row, 1, item.title, **line_style(), text_wrap=True)
        sheet.put(
            row,
            2,
            f"{due.count(Status.DONE)}/{len(due)}" if due else "",
            **line_style(),
            align="center",
            of=FigureId("done of due", plan.id, item.code),
        )
        for at, agency in enumerate(agencies, 3):
            status = statuses.get((item.code, agency))
            of = FigureId("letter", plan.id, item.code, agency) if status else None
            sheet.put(row, at, _LETTERS.get(status, ""), of=of, **_letter_style(status))
        row += 1
    sheet.raw.autofilter(3, 0, row - 1, last)
    sheet.raw.freeze_panes(4, 3)
    sheet.page(landscape=True, heading_rows=(3, 3), columns=len(widths), rows=row)


_POINTS_PER_PIXEL, _AIR = 0.75, 14


def _letter_style(status: Status | None) -> dict:
    colours = house_style()["colour"]
    colour = STATUS_COLOURS.get(status)
    style = {**line_style(), "align": "center", "bold": status in (Status.DONE, Status.OVERDUE)}
    return style | ({"font_color": colours[colour]} if colour else {})
