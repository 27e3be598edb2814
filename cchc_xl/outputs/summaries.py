"""The summary sheets of the monitoring workbook: money and counts by agency and by task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from ..ledger.ledger import AgencyResult, Ledger, Money
from ..ledger.lineage import Lineage
from ..ledger.result_rows import submissions
from ..plan.figures import (
    CAME_LATE,
    DUE_DAY,
    HELD,
    IN_TIME,
    LATE_COUNTED,
    MISSING,
    PUNCTUALITY,
    ROWS,
    FigureId,
)
from ..plan.model import Item, Plan
from ..plan.statuses import Status
from ..text.dates import format_date, format_moment
from ..text.money import percent_of, sum_known
from ..writing.book import Book
from ..writing.cells import Column, left_formula, share_formula
from ..writing.table_pages import write_table_page
from .sheet_names import AGENCIES, TASKS

ON_TIME, BEHIND, NOT_ASKED = "Đúng hạn", "Trễ", "Không phải nộp"


def _figure(what: str) -> Callable[[Any], FigureId]:
    return methodcaller("figure", what)


def _done_formula(asked: str) -> str:
    """Rows done in percent of those asked for, from the columns of these headings."""
    return f'=IF(N({{{asked}}})=0,"",N({{{Status.DONE}}})/{{{asked}}}*100)'


# ------------------------------------------------------------------ Theo cơ quan


class _AgencyLine(NamedTuple):
    """An agency over all plans (or all agencies), and how its return came."""

    result: AgencyResult
    came: str = ""
    late: int | None = None

    def figure(self, what: str) -> FigureId:
        return FigureId(what, agency=self.result.agency)

    def money(self, what: str) -> FigureId:
        """All of them together may have less than the plans, where money is nobody's."""
        return self.figure(what if self.result.agency else HELD + what)


def _agency_count(status: Status) -> Column:
    return Column(
        status,
        9,
        "count",
        lambda one: one.result.counts.get(status, 0),
        _figure(status),
        total=True,
    )


def _agency_money(heading: str, what: str, width: float = 11, formula: str = "") -> Column:
    return Column(
        heading,
        width,
        "money",
        attrgetter(f"result.{what}"),
        methodcaller("money", what),
        total=True,
        formula=formula,
    )


AGENCY_COLUMNS = (
    Column("TT", 5, "ordinal"),
    Column("Cơ quan", 34, shows=attrgetter("result.agency")),
    _agency_money("Quyết định phân bổ", "allocated"),
    _agency_money("Dự toán", "budget"),
    _agency_money(
        "Chênh lệch",
        "difference",
        10,
        '=IF(COUNT({Quyết định phân bổ},{Dự toán})=0,"",N({Dự toán})-N({Quyết định phân bổ}))',
    ),
    _agency_money("Đã chi", "spent"),
    _agency_money("Còn lại", "left", formula=left_formula("Dự toán", "Đã chi")),
    Column(
        "Tỷ lệ chi (%)",
        9,
        "share",
        attrgetter("result.share"),
        methodcaller("money", "share"),
        formula=share_formula("Dự toán", "Đã chi"),
    ),
    Column("Nộp phiếu", 12, "centre", attrgetter("came"), _figure(PUNCTUALITY)),
    Column("Trễ (ngày)", 8, "number", attrgetter("late"), _figure(LATE_COUNTED)),
    Column("Phải báo cáo", 9, "number", attrgetter("result.due"), _figure("due"), total=True),
    *map(_agency_count, Status),
    Column(
        "Việc xong (%)",
        9,
        "percent",
        lambda one: percent_of(one.result.counts.get(Status.DONE, 0), one.result.due),
        _figure("done share"),
        formula=_done_formula("Phải báo cáo"),
    ),
)


def write_agencies(book: Book, lineage: Lineage) -> None:
    """Each agency's money and rows over all plans; the money against the decision's own."""
    ledger = lineage.ledger
    came = {agency: (state, late) for agency, state, late in _punctuality(ledger)}
    lines = [
        _AgencyLine(one, *came.get(one.agency, (NOT_ASKED, None))) for one in _by_agency(ledger)
    ]
    states = Counter(state for state, _ in came.values())
    write_table_page(
        book,
        AGENCIES,
        f"TỔNG HỢP THEO CƠ QUAN - {ledger.period.name.upper()}",
        f"Kinh phí: triệu đồng. Nộp phiếu trước ngày {format_date(ledger.period.due_before)}: "
        f"{states[ON_TIME]} đúng hạn, {states[BEHIND]} trễ, "
        f"{len(ledger.missing)} chưa có phiếu dùng được. Cột Chênh lệch đối chiếu dự toán các hoạt "
        "động với kinh phí Quyết định phân bổ (Điều 1).",
        "TheoCoQuan",
        AGENCY_COLUMNS,
        lines,
        whole=_AgencyLine(_together("", [one.result for one in lines])),
        origins=[_files_of(ledger, one.result.agency) for one in lines],
        told=[FigureId(what) for what in (DUE_DAY, IN_TIME, CAME_LATE, MISSING)],
    )


def _by_agency(ledger: Ledger) -> Iterator[AgencyResult]:
    """An agency's figures over all plans, agencies in the registry's order."""
    by_agency: dict[str, list[AgencyResult]] = {}
    for one in ledger.agencies:
        by_agency.setdefault(one.agency, []).append(one)
    for agency in ledger.programme.registry.agencies:
        if own := by_agency.get(agency.name):
            yield _together(agency.name, own)


def _together(agency: str, results: Sequence[AgencyResult]) -> AgencyResult:
    return AgencyResult(
        "",
        agency,
        sum_known(one.budget for one in results),
        sum_known(one.allocated for one in results),
        sum_known(one.spent for one in results),
        dict(sum((Counter(one.counts) for one in results), Counter())),
    )


def _punctuality(ledger: Ledger) -> Iterator[tuple[str, str, int | None]]:
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
    return f"{one.file} (nhận {format_moment(one.arrived)})"


# ----------------------------------------------------------------- Theo nhiệm vụ


@dataclass(frozen=True)
class _TaskLine(Money):
    """A task's money (or that of all tasks), and how many rows below it have each status."""

    plan: Plan | None
    item: Item | None
    budget: int | None
    spent: int | None
    counts: Counter

    def figure(self, what: str) -> FigureId:
        return FigureId(
            what, self.item.plan if self.item else "", self.item.code if self.item else ""
        )

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


def _task_count(status: Status) -> Column:
    return Column(
        status, 9, "count", lambda one: one.counts[status], _figure(ROWS + status), total=True
    )


TASK_COLUMNS = (
    Column("Kế hoạch", 15, shows=attrgetter("plan.short_name")),
    Column("Mã", 6, "code", attrgetter("item.code")),
    Column("Nhiệm vụ", 46, shows=attrgetter("item.title")),
    Column("Dự toán", 11, "money", attrgetter("budget"), _figure("budget"), total=True),
    Column("Đã chi", 11, "money", attrgetter("spent"), _figure("spent"), total=True),
    Column(
        "Còn lại",
        11,
        "money",
        attrgetter("left"),
        _figure("left"),
        total=True,
        formula=left_formula("Dự toán", "Đã chi"),
    ),
    Column(
        "Tỷ lệ chi (%)",
        9,
        "share",
        attrgetter("share"),
        _figure("share"),
        formula=share_formula("Dự toán", "Đã chi"),
    ),
    Column("Số việc", 8, "number", attrgetter("rows"), _figure(ROWS + "due"), total=True),
    *map(_task_count, Status),
    Column(
        "Việc xong (%)",
        9,
        "percent",
        lambda one: percent_of(one.counts[Status.DONE], one.rows),
        _figure(ROWS + "done share"),
        formula=_done_formula("Số việc"),
    ),
)


def write_tasks(book: Book, lineage: Lineage) -> None:
    """The tasks of every plan: money, and how many of their rows have each status."""
    ledger = lineage.ledger
    lines = [
        _task_line(ledger, plan, item)
        for plan in ledger.programme.plans
        for item in plan.children("")
    ]
    whole = _TaskLine(
        None,
        None,
        sum_known(one.budget for one in lines),
        sum_known(one.spent for one in lines),
        sum((one.counts for one in lines), Counter()),
    )
    write_table_page(
        book,
        TASKS,
        f"TỔNG HỢP THEO NHIỆM VỤ - {ledger.period.name.upper()}",
        "Kinh phí: triệu đồng. Mỗi việc tính một lần theo tình trạng chung của các cơ quan: hoàn "
        "thành khi mọi cơ quan hoàn thành, quá hạn khi còn một cơ quan quá hạn.",
        "TheoNhiemVu",
        TASK_COLUMNS,
        lines,
        whole=whole,
        origins=[f"Cộng từ {one.rows} việc, xem trang Nguồn số liệu" for one in lines],
    )


def row_counts(ledger: Ledger, plan: Plan | None = None) -> Counter:
    """How many rows of work have each status, in a plan or in all."""
    plans = [plan] if plan else ledger.programme.plans
    return Counter(ledger.result(leaf).status for one in plans for leaf in one.leaves)


def _task_line(ledger: Ledger, plan: Plan, item: Item) -> _TaskLine:
    result = ledger.result(item)
    statuses = Counter(ledger.result(leaf).status for leaf in plan.leaves_under(item))
    return _TaskLine(plan, item, result.budget, result.spent, statuses)
