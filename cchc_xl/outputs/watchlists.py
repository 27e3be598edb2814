"""The sheets of the monitoring workbook that name what is to be chased: work that is overdue,
targets, and who has done what of a plan that many answer for."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..ledger.assessments import MET, NO_FIGURE, NOT_MET, RELATIONS, Assessment, assessments
from ..ledger.facts import Fact
from ..ledger.ledger import Ledger
from ..plan.figures import JUDGED, OVERDUE_DAY, WITH_OVERDUE, FigureId
from ..plan.model import Item, Plan
from ..plan.statuses import STATUS_COLOURS, Status
from ..text.dates import format_date
from ..writing.book import Book
from ..writing.cells import Column, line_style
from ..writing.table_pages import write_table_page
from ..writing.templates import house_style
from ..writing.textfit import text_pixels
from .appendices import has_matrix
from .sheet_names import LATE, TARGETS, matrix_of, plan_sheets

# ----------------------------------------------------------------------- Quá hạn


class _LateRow(NamedTuple):
    """What an agency has not finished although its deadline passed so many days ago."""

    fact: Fact
    plan: Plan
    days: int
    phone: str

    @property
    def item(self) -> Item:
        return self.plan.by_code[self.fact.code]

    def figure(self, what: str) -> FigureId:
        return FigureId(what, self.plan.id, self.fact.code, self.fact.agency)


_LATE_COLUMNS = (
    Column("TT", 5, "ordinal"),
    Column("Kế hoạch", 12, shows=lambda row: row.plan.short_name),
    Column("Mã", 7, "code", lambda row: row.item.code),
    Column("Nội dung công việc", 34, shows=lambda row: row.item.title),
    Column("Cơ quan", 22, shows=lambda row: row.fact.agency),
    Column("Thời hạn", 9, "centre", lambda row: row.item.end.printed),
    Column(
        "Quá hạn (ngày)", 8, "number", lambda row: row.days, lambda row: row.figure("days late")
    ),
    Column(
        "Tỷ lệ (%)", 8, "percent", lambda row: row.fact.percent, lambda row: row.figure("percent")
    ),
    Column("Khó khăn, vướng mắc", 24, shows=lambda row: row.fact["difficulties"]),
    Column("Đề xuất, kiến nghị", 20, shows=lambda row: row.fact["proposals"]),
    Column("Điện thoại", 11, "code", lambda row: row.phone),
    Column("Tệp", 24, shows=lambda row: row.fact.file),
    Column("Ô", 6, "centre", lambda row: row.fact.cells["status"]),
)


def write_late(book: Book, ledger: Ledger) -> None:
    """Every row that an agency has not finished although its deadline has passed."""
    until = ledger.period.overdue_before - datetime.timedelta(days=1)
    registry = ledger.programme.registry
    rows = []
    for fact in ledger.facts:
        if fact.status == Status.OVERDUE:
            plan = ledger.programme.plan_by_id[fact.plan]
            end = plan.by_code[fact.code].end
            days = (until - end.last_day).days if end else 0
            rows.append(_LateRow(fact, plan, days, registry.by_name[fact.agency].phone))
    agencies = len({row.fact.agency for row in rows})
    write_table_page(
        book,
        LATE,
        f"VIỆC QUÁ HẠN - {ledger.period.name.upper()}",
        f"{len(rows)} việc của {agencies} cơ quan đã hết thời hạn mà chưa hoàn thành, tính đến hết "
        f"ngày {format_date(until)}.",
        "QuaHan",
        _LATE_COLUMNS,
        rows,
        told=[FigureId(what) for what in (Status.OVERDUE, WITH_OVERDUE, OVERDUE_DAY)],
    )


# ---------------------------------------------------------------------- Chỉ tiêu


def _verdict_formula(one: Assessment) -> str:
    relation = RELATIONS[one.target.relation] if one.target else ">="
    return (
        f'=IF(COUNT({{Mục tiêu (số)}},{{Đạt được}})<2,"{NO_FIGURE}",'
        f'IF({{Đạt được}}{relation}{{Mục tiêu (số)}},"{MET}","{NOT_MET}"))'
    )


def _target_columns(plan_names: Mapping[str, str]) -> Sequence[Column]:
    return (
        Column("TT", 5, "ordinal"),
        Column("Kế hoạch", 12, shows=lambda one: plan_names[one.plan]),
        Column("Mã", 7, "code", lambda one: one.code),
        Column("Chỉ tiêu, mục tiêu", 42, shows=lambda one: one.title),
        Column("Yêu cầu", 11, "centre", lambda one: one.target.printed if one.target else ""),
        Column(
            "Mục tiêu (số)",
            9,
            "plain number",
            lambda one: one.target.value if one.target else None,
            lambda one: judged_as("target", one),
        ),
        Column(
            "Đạt được",
            9,
            "plain number",
            lambda one: one.achieved,
            lambda one: judged_as("achieved", one),
        ),
        Column(
            "Đánh giá",
            12,
            "word",
            lambda one: one.verdict,
            lambda one: judged_as("verdict", one),
            formula=_verdict_formula,
            colours={MET: "done", NOT_MET: "error"},
        ),
        Column("Cơ quan", 22, shows=lambda one: one.agency),
        Column("Căn cứ", 24, shows=lambda one: one.text),
        Column("Tệp", 22, shows=lambda one: one.file),
        Column("Ô", 6, "centre", lambda one: one.cell),
    )


def write_targets(book: Book, ledger: Ledger) -> None:
    """Every target with what was achieved, and whether it was met."""
    found = assessments(ledger)
    verdicts = Counter(one.verdict for one in found)
    told = ", ".join(f"{verdicts[name]} {name.lower()}" for name in (MET, NOT_MET, NO_FIGURE))
    write_table_page(
        book,
        TARGETS,
        f"CHỈ TIÊU, MỤC TIÊU - {ledger.period.name.upper()}",
        f"{len(found)} chỉ tiêu: {told}. Số đạt được lấy từ cột Kết quả đạt được của phiếu khi cột "
        "này nêu đúng một số cùng đơn vị; chỉ tiêu của tỉnh lấy từ trang Chỉ tiêu tỉnh của sổ.",
        "ChiTieu",
        _target_columns({plan.id: plan.short_name for plan in ledger.programme.plans}),
        found,
        told=[FigureId(JUDGED + verdict) for verdict in ("", MET, NOT_MET, NO_FIGURE)],
    )


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
            sheet.put(row, at, _LETTERS[status] if status else "", of=of, **_letter_style(status))
        row += 1
    sheet.raw.autofilter(3, 0, row - 1, last)
    sheet.raw.freeze_panes(4, 3)
    sheet.page(landscape=True, heading_rows=(3, 3), columns=len(widths), rows=row)


_POINTS_PER_PIXEL, _AIR = 0.75, 14


def _letter_style(status: Status | None) -> dict:
    colours = house_style()["colour"]
    colour = STATUS_COLOURS.get(status) if status else None
    style = {**line_style(), "align": "center", "bold": status in (Status.DONE, Status.OVERDUE)}
    return style | ({"font_color": colours[colour]} if colour else {})
