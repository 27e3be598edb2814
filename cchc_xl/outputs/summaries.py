"""The summary sheets of the monitoring workbook: money and counts by agency and by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ..ledger.ledger import AgencyResult, Ledger
from ..ledger.lineage import Lineage
from ..ledger.result_rows import difference, submissions
from ..plan.figures import (
    CAME_LATE,
    DUE_DAY,
    HELD,
    IN_TIME,
    LATE,
    MISSING,
    PUNCTUALITY,
    ROWS,
    FigureId,
)
from ..plan.model import Item, Plan
from ..plan.statuses import Status
from ..text.dates import format_date
from ..text.money import sum_known
from ..writing.cells import Amount, Column, Formula, Traced, cell_name, line_style
from ..writing.table_pages import FIRST_ROW, write_table_page
from ..writing.workbooks import Book, Sheet
from .sheet_names import AGENCIES, TASKS

COUNTS = tuple(Status)
ON_TIME, BEHIND, NOT_ASKED = "Đúng hạn", "Trễ", "Không phải nộp"


class Spread(NamedTuple):
    """Money and counts of one row of a summary, as its columns hold them."""

    budget: int | None
    spent: int | None
    counts: Counter


# ------------------------------------------------------------------ Theo cơ quan

_AGENCY_COLUMNS = (
    Column("TT", 5, "centre"),
    Column("Cơ quan", 34),
    Column("Quyết định phân bổ", 11, "money", total=True),
    Column("Dự toán", 11, "money", total=True),
    Column("Chênh lệch", 10, "money", total=True),
    Column("Đã chi", 11, "money", total=True),
    Column("Còn lại", 11, "money", total=True),
    Column("Tỷ lệ chi (%)", 9, "percent"),
    Column("Nộp phiếu", 12, "centre"),
    Column("Trễ (ngày)", 8, "number"),
    Column("Phải báo cáo", 9, "number", total=True),
    *(Column(status, 9, "count", total=True) for status in COUNTS),
    Column("Việc xong (%)", 9, "percent"),
)


def write_agencies(book: Book, lineage: Lineage) -> None:
    """Each agency's money and rows over all plans; the money against the decision's own."""
    ledger = lineage.ledger
    together = _together(ledger)
    came = {agency: (state, late) for agency, state, late in _punctuality(ledger)}
    rows = []
    for number, one in enumerate(together, 1):
        state, late = came.get(one.agency, (NOT_ASKED, None))
        came_as = (
            Traced(state, FigureId(PUNCTUALITY, agency=one.agency)),
            Traced(late, FigureId(LATE, agency=one.agency)),
        )
        rows.append((number, one.agency, *_agency_money(one), *came_as, *_agency_counts(one)))
    whole = AgencyResult(
        "",
        "",
        sum_known(one.budget for one in together),
        sum_known(one.allocated for one in together),
        sum_known(one.spent for one in together),
        dict(sum((Counter(one.counts) for one in together), Counter())),
    )
    states = Counter(state for state, _ in came.values())
    sheet = write_table_page(
        book,
        AGENCIES,
        f"TỔNG HỢP THEO CƠ QUAN - {ledger.period.name.upper()}",
        f"Kinh phí: triệu đồng. Nộp phiếu trước ngày {format_date(ledger.period.due_before)}: "
        f"{states[ON_TIME]} đúng hạn, {states[BEHIND]} trễ, "
        f"{len(ledger.missing)} chưa có phiếu dùng được. Cột Chênh lệch đối chiếu dự toán các hoạt "
        "động với kinh phí Quyết định phân bổ (Điều 1).",
        ("TheoCoQuan", _AGENCY_COLUMNS, rows),
        (None, "Tổng cộng", *_agency_money(whole), None, None, *_agency_counts(whole)),
        [_files_of(ledger, one.agency) for one in together],
        told=[FigureId(what) for what in (DUE_DAY, IN_TIME, CAME_LATE, MISSING)],
    )
    end = FIRST_ROW + max(len(rows), 1)
    for row, one in zip((*range(FIRST_ROW, end), end), (*together, whole), strict=False):
        _agency_formulas(sheet, row, one, bold=one is whole)


def _together(ledger: Ledger) -> list[AgencyResult]:
    """An agency's figures over all plans, agencies in the registry's order."""
    by_agency: dict[str, list[AgencyResult]] = {}
    for one in ledger.agencies:
        by_agency.setdefault(one.agency, []).append(one)
    return [
        AgencyResult(
            "",
            name,
            sum_known(one.budget for one in by_agency[name]),
            sum_known(one.allocated for one in by_agency[name]),
            sum_known(one.spent for one in by_agency[name]),
            dict(sum((Counter(one.counts) for one in by_agency[name]), Counter())),
        )
        for name in (agency.name for agency in ledger.programme.registry.agencies)
        if name in by_agency
    ]


def _agency_money(one: AgencyResult) -> tuple[object, ...]:
    """The money columns; what is calculated from others is put in as a formula afterwards."""

    def traced(what: str, dong: int | None) -> Traced:
        return Traced(dong, _money_figure(what, one))

    return (
        traced("allocated", one.allocated),
        traced("budget", one.budget),
        difference(one),
        traced("spent", one.spent),
        None,
        None,
    )


def _agency_counts(one: AgencyResult) -> tuple[object, ...]:
    due = sum(one.counts.values())
    return (
        Traced(due, FigureId("due", agency=one.agency)),
        *(
            Traced(one.counts.get(status, 0), FigureId(status, agency=one.agency))
            for status in COUNTS
        ),
        None,
    )


def _agency_formulas(sheet: Sheet, row: int, one: AgencyResult, *, bold: bool) -> None:
    style = {**line_style(), "bold": bold}
    allocated, budget = (cell_name(row, at) for at in (2, 3))
    formula = f'=IF(COUNT({allocated},{budget})=0,"",N({budget})-N({allocated}))'
    figure = _money_figure("difference", one)
    sheet.put_money_formula(row, 4, formula, difference(one), of=figure, **style)
    _money_formulas(sheet, row, (3, 6), Amount(3, one.budget), Amount(5, one.spent), one, style)
    due = sum(one.counts.values())
    put_done_share(
        sheet,
        row,
        17,
        (10, 11),
        one.counts.get(Status.DONE, 0),
        due,
        FigureId("done share", agency=one.agency),
        style,
    )


def _money_formulas(
    sheet: Sheet,
    row: int,
    at: tuple[int, int],
    budget: Amount,
    spent: Amount,
    one: AgencyResult,
    style: dict,
) -> None:
    sheet.put_left(row, at[1], budget, spent, of=_money_figure("left", one), **style)
    share = _money_figure("share", one)
    sheet.put_ratio(row, at[1] + 1, budget, spent, of=share, **style)


def _money_figure(what: str, one: AgencyResult) -> FigureId:
    """Of an agency, or of all of them together: that may be less than what the plans have, where
    money is nobody's."""
    return FigureId(what if one.agency else HELD + what, agency=one.agency)


def put_done_share(
    sheet: Sheet,
    row: int,
    column: int,
    counts: tuple[int, int],
    done: int,
    due: int,
    figure: FigureId,
    style: dict,
) -> None:
    """Rows done in percent of those asked for, from the columns that hold (asked, done)."""
    asked, finished = (cell_name(row, at) for at in counts)
    formula = f'=IF(N({asked})=0,"",N({finished})/{asked}*100)'
    value = Formula(formula, done / due * 100 if due else "")
    sheet.put(row, column, value, of=figure, **style, **_PERCENT)


_PERCENT = {"align": "right", "indent": 1, "num_format": "[$-42A]0.0"}


def _punctuality(ledger: Ledger) -> Iterable[tuple[str, str, int | None]]:
    """(agency, how its return came, days late) of those that must report."""
    for one in submissions(ledger):
        if one.accepted:
            yield one.agency, BEHIND if one.late else ON_TIME, one.late
        else:
            yield one.agency, one.state, None


def _files_of(ledger: Ledger, agency: str) -> str:
    one = ledger.accepted.get(agency)
    if one is None:
        return "Chưa có phiếu dùng được"
    return f"{one.file} (nhận {one.arrived:%H:%M %d/%m/%Y})"


# ----------------------------------------------------------------- Theo nhiệm vụ

_TASK_COLUMNS = (
    Column("Kế hoạch", 15),
    Column("Mã", 6, "code"),
    Column("Nhiệm vụ", 46),
    Column("Dự toán", 11, "money", total=True),
    Column("Đã chi", 11, "money", total=True),
    Column("Còn lại", 11, "money", total=True),
    Column("Tỷ lệ chi (%)", 9, "percent"),
    Column("Số việc", 8, "number", total=True),
    *(Column(status, 9, "count", total=True) for status in COUNTS),
    Column("Việc xong (%)", 9, "percent"),
)


def write_tasks(book: Book, lineage: Lineage) -> None:
    """The tasks of every plan: money, and how many of their rows have each status."""
    ledger = lineage.ledger
    plans = ledger.programme.plans
    tops = [(plan, item) for plan in plans for item in plan.children("")]
    spreads = [_task_spread(ledger, plan, item) for plan, item in tops]
    rows = [
        (plan.short_name, item.code, item.title, *_task_cells(spread, plan.id, item.code))
        for (plan, item), spread in zip(tops, spreads, strict=True)
    ]
    whole = Spread(
        sum_known(one.budget for one in spreads),
        sum_known(one.spent for one in spreads),
        sum((one.counts for one in spreads), Counter()),
    )
    sheet = write_table_page(
        book,
        TASKS,
        f"TỔNG HỢP THEO NHIỆM VỤ - {ledger.period.name.upper()}",
        "Kinh phí: triệu đồng. Mỗi việc tính một lần theo tình trạng chung của các cơ quan: hoàn "
        "thành khi mọi cơ quan hoàn thành, quá hạn khi còn một cơ quan quá hạn.",
        ("TheoNhiemVu", _TASK_COLUMNS, rows),
        (None, None, "Tổng cộng", *_task_cells(whole, "", "")),
        [f"Cộng từ {sum(one.counts.values())} việc, xem trang Nguồn số liệu" for one in spreads],
    )
    end = FIRST_ROW + max(len(rows), 1)
    figures = [(plan.id, item.code) for plan, item in tops]
    for row, spread, (plan, code) in zip(
        (*range(FIRST_ROW, end), end), (*spreads, whole), (*figures, ("", "")), strict=False
    ):
        style = {**line_style(), "bold": row == end}
        amounts = Amount(3, spread.budget), Amount(4, spread.spent)
        figure = FigureId("left", plan, code)
        sheet.put_left(row, 5, *amounts, of=figure, **style)
        sheet.put_ratio(row, 6, *amounts, of=figure._replace(what="share"), **style)
        total = sum(spread.counts.values())
        share = figure._replace(what=ROWS + "done share")
        put_done_share(sheet, row, 14, (7, 8), spread.counts[Status.DONE], total, share, style)


def row_counts(ledger: Ledger, plan: Plan | None = None) -> Counter:
    """How many rows of work have each status, in a plan or in all."""
    plans = [plan] if plan else ledger.programme.plans
    return Counter(ledger.result(leaf).status for one in plans for leaf in one.leaves)


def _task_spread(ledger: Ledger, plan: Plan, item: Item) -> Spread:
    result = ledger.result(item)
    statuses = Counter(ledger.result(leaf).status for leaf in plan.leaves_under(item))
    return Spread(result.budget, result.spent, statuses)


def _task_cells(spread: Spread, plan: str, code: str) -> tuple[object, ...]:
    def traced(what: str, value: object) -> Traced:
        return Traced(value, FigureId(what, plan, code))

    return (
        traced("budget", spread.budget),
        traced("spent", spread.spent),
        None,
        None,
        traced(ROWS + "due", sum(spread.counts.values())),
        *(traced(ROWS + status, spread.counts[status]) for status in COUNTS),
        None,
    )
