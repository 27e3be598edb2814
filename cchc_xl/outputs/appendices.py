"""The official appendices of a period: Phụ lục 2, Phụ lục 1, and plans without money."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from ..ledger.ledger import ItemResult, Ledger
from ..ledger.lineage import Lineage
from ..master.layout import RESULT_SOURCES
from ..plan.model import Plan
from ..plan.periods import collections_done
from ..plan.statuses import Status
from ..text.dates import Month
from ..text.spelling import shortened
from ..writing.book import Book
from .plan_sheets import (
    PlanCell,
    PlanColumn,
    PlanSheet,
    SheetPlan,
    code_cell,
    count_cell,
    left_cell,
    money_cell,
    percent_cell,
    plain_cell,
    share_cell,
    status_cell,
    text_cell,
)
from .sheet_names import (
    LONGEST_REMARK,
    LONGEST_RESULT,
    MOST_AGENCIES,
    PHU_LUC_1,
    PHU_LUC_2,
    appendix_sheets,
    matrix_of,
    plan_sheets,
)

_MANY = 8  # more names than this are counted, not listed


def write_appendices(book: Book, lineage: Lineage, so_far: Sequence[Ledger]) -> None:
    """Phụ lục 2 of every plan that is monitored, Phụ lục 1 of every plan with money."""
    plans = lineage.ledger.programme.plans
    monitored = [plan for plan in plans if plan.has_monitoring]
    with_money = [plan for plan in plans if plan.has_budget]
    for plan in monitored:
        name = appendix_sheets(PHU_LUC_2, monitored)[plan.id]
        PlanSheet(book, name, lineage, plan).write(_phu_luc_2(lineage.ledger, so_far))
    for plan in with_money:
        name = appendix_sheets(PHU_LUC_1, with_money)[plan.id]
        PlanSheet(book, name, lineage, plan).write(_PHU_LUC_1)


def write_other_plans(book: Book, lineage: Lineage) -> None:
    """The plans without money, whose tasks many agencies answer for."""
    for plan in lineage.ledger.programme.plans:
        if not plan.has_budget:
            what = _by_agencies(lineage.ledger)
            name = plan_sheets(lineage.ledger.programme.plans)[plan.id]
            PlanSheet(book, name, lineage, plan).write(what)


def signed_sheets(plans: Sequence[Plan]) -> list[str]:
    """The sheets that are official appendices."""
    monitored = [plan for plan in plans if plan.has_monitoring]
    with_money = [plan for plan in plans if plan.has_budget]
    return [
        *(appendix_sheets(PHU_LUC_2, monitored).values() if monitored else ()),
        *(appendix_sheets(PHU_LUC_1, with_money).values() if with_money else ()),
        *(
            name
            for plan, name in zip(plans, plan_sheets(plans).values(), strict=True)
            if not plan.has_budget
        ),
    ]


def has_matrix(ledger: Ledger, plan: Plan) -> bool:
    """Whether a plan's rows are shown against agencies: many answer for one of them, and not so
    many that nobody could read it."""
    reporters = [ledger.programme.reporters(leaf, ledger.period) for leaf in plan.leaves]
    many = max(map(len, reporters), default=0) > 1
    return many and not plan.has_budget and len({*chain(*reporters)}) <= MOST_AGENCIES


def collections_told(result: ItemResult, so_far: Sequence[Ledger]) -> str:
    """Collections done of those due by the end of the last of these ledgers."""
    if not result.item.frequency:
        return ""
    done, due, complete = collections_of(result, so_far)
    if due is None:
        return "Đã thu thập" if complete else "Chưa đủ"
    return f"{done}/{due}" if due else "Chưa đến kỳ"


def collections_of(result: ItemResult, so_far: Sequence[Ledger]) -> tuple[int, int | None, bool]:
    """(collections done, due by the end of the last of these ledgers, whether every report of
    its period came); one is done when every report of a period came. None are due where the
    frequency states no number."""
    period = so_far[-1].period
    complete = [
        past.period
        for past in so_far
        if (then := past.items.get((result.item.plan, result.item.code)))
        and then.due
        and then.reported == then.due
    ]
    done, due = collections_done(result.item.frequency, period, complete)
    return done, due, period in complete


def _phu_luc_2(ledger: Ledger, so_far: Sequence[Ledger]) -> SheetPlan:
    """Phụ lục 2 of the decision with what was reported beside each row."""

    def remarks(result: ItemResult) -> str:
        notes = []
        if result.reported < result.due:
            notes.append(f"Đã báo cáo {result.reported}/{result.due}")
        notes += _quoted(ledger, result, "difficulties")
        return shortened("\n".join(notes), LONGEST_REMARK)

    def own_collector(result: ItemResult) -> str:
        """As in the decision: on tasks and outputs, and on an activity that has its own."""
        plan = ledger.programme.plan_by_id[result.item.plan]
        above = plan.by_code.get(plan.parent_of(result.item))
        inherited = above is not None and above.collector == result.item.collector
        return "" if inherited and plan.is_leaf(result.item) else result.item.collector

    def result_and_proof(result: ItemResult) -> str:
        told = _quoted(ledger, result, "result"), _quoted(ledger, result, "proof", "Văn bản: ")
        return shortened("\n".join(chain(*told)), LONGEST_RESULT)

    duty, money, collected = "Trách nhiệm", "Kinh phí", "Thu thập"
    columns = (
        PlanColumn("STT", 6.5, code_cell),
        PlanColumn("Nội dung công việc", 27, text_cell(lambda r: r.item.title)),
        PlanColumn("Chỉ số đánh giá/tác động/mục tiêu", 22, plain_cell(lambda r: r.item.indicator)),
        PlanColumn("Tài liệu kiểm chứng (xác minh)", 19, plain_cell(lambda r: r.item.evidence)),
        PlanColumn(
            f"Tần suất năm {ledger.programme.year}",
            8.5,
            plain_cell(lambda r: r.item.frequency, align="center"),
            group=collected,
        ),
        PlanColumn("Số lần đã thu thập", 8, collections_cell(so_far), group=collected),
        PlanColumn("Thu thập số liệu", 16, plain_cell(own_collector), group=duty),
        PlanColumn("Báo cáo", 7.5, plain_cell(lambda r: r.item.report_officer), group=duty),
        PlanColumn("Trạng thái", 9, status_cell),
        PlanColumn("Tỷ lệ hoàn thành (%)", 8, percent_cell),
        PlanColumn("Kết quả đạt được, văn bản kiểm chứng", 23, plain_cell(result_and_proof)),
        PlanColumn("Dự toán", 8.5, money_cell("budget", _budget), group=money, total=True),
        PlanColumn("Đã chi", 8.5, money_cell("spent", _spent), group=money, total=True),
        PlanColumn("Tỷ lệ (%)", 7, share_cell("Dự toán", "Đã chi"), group=money, total=True),
        PlanColumn("Ghi chú", 15, plain_cell(remarks)),
    )
    return SheetPlan("phu_luc_2", columns)


def collections_cell(so_far: Sequence[Ledger]) -> Callable[[PlanCell], None]:
    def write(cell: PlanCell) -> None:
        told = collections_told(cell.result, so_far)
        plain = {"bold": False, "italic": False, "align": "center", "text_wrap": True}
        cell.put(told, cell.figure("collections"), **plain)

    return write


def _budget(result: ItemResult) -> int | None:
    return result.budget


def _spent(result: ItemResult) -> int | None:
    return result.spent


def _month_cell(month: Callable[[ItemResult], Month | None]) -> Callable[[PlanCell], None]:
    return plain_cell(lambda r: found.printed if (found := month(r)) else "", align="center")


_PHU_LUC_1 = SheetPlan(
    "phu_luc_1",
    (
        PlanColumn("STT", 8, code_cell),
        PlanColumn("Nội dung công việc", 40, text_cell(lambda r: r.item.title)),
        PlanColumn("Từ tháng", 9, _month_cell(lambda r: r.item.start), group="Thời gian"),
        PlanColumn("Đến tháng", 9, _month_cell(lambda r: r.item.end), group="Thời gian"),
        PlanColumn("Cơ quan, đơn vị chủ trì", 22, plain_cell(lambda r: "\n".join(r.item.leads))),
        PlanColumn("Cơ quan sử dụng kinh phí", 22, plain_cell(lambda r: r.item.budget_holder)),
        PlanColumn("Dự toán", 10, money_cell("budget", _budget), group="Kinh phí", total=True),
        PlanColumn("Đã chi", 10, money_cell("spent", _spent), group="Kinh phí", total=True),
        PlanColumn("Còn lại", 10, left_cell("Dự toán", "Đã chi"), group="Kinh phí", total=True),
        PlanColumn(
            "Tỷ lệ chi (%)", 8, share_cell("Dự toán", "Đã chi"), group="Kinh phí", total=True
        ),
        PlanColumn("Trạng thái", 12, status_cell),
    ),
)


def _by_agencies(ledger: Ledger) -> SheetPlan:
    """A plan whose tasks many agencies answer for: how many have done it, and who has not."""
    statuses: dict[tuple[str, str], dict[str, list[str]]] = {}
    for fact in ledger.facts:
        by_status = statuses.setdefault((fact.plan, fact.code), {})
        by_status.setdefault(fact.status, []).append(fact.agency)

    def with_status(status: str) -> Callable[[ItemResult], int]:
        def number(result: ItemResult) -> int:
            plan = ledger.programme.plan_by_id[result.item.plan]
            item = plan.by_code.get(result.item.code)
            return sum(
                len(statuses.get((leaf.plan, leaf.code), {}).get(status, ()))
                for leaf in (plan.leaves_under(item) if item else plan.leaves)
            )

        return number

    def unfinished(result: ItemResult) -> str:
        matrix = matrix_of(plan_sheets(ledger.programme.plans)[result.item.plan])
        plan = ledger.programme.plan_by_id[result.item.plan]
        by_status = statuses.get((result.item.plan, result.item.code), {})
        names = [
            name for status, found in by_status.items() if status != Status.DONE for name in found
        ]
        if len(names) > _MANY:
            where = matrix if has_matrix(ledger, plan) else RESULT_SOURCES
            return f"{len(names)} cơ quan, xem trang {where}"
        return "; ".join(names)

    agencies = "Số cơ quan"
    columns = (
        PlanColumn("STT", 7, code_cell),
        PlanColumn("Nội dung", 32, text_cell(lambda r: r.item.title)),
        PlanColumn("Cơ quan chủ trì thực hiện", 20, plain_cell(lambda r: ";\n".join(r.item.leads))),
        PlanColumn("Kết quả yêu cầu", 26, plain_cell(lambda r: r.item.indicator)),
        PlanColumn("Thời gian hoàn thành", 12, plain_cell(lambda r: r.item.deadline)),
        PlanColumn("Trạng thái", 11, status_cell),
        PlanColumn(
            "Phải báo cáo", 8, count_cell("due", lambda r: r.due), group=agencies, total=True
        ),
        *(
            PlanColumn(status, width, count_cell(status, with_status(status)), agencies, total=True)
            for status, width in (
                (Status.DONE, 8),
                (Status.IN_PROGRESS, 8),
                (Status.NOT_STARTED, 8),
                (Status.CANCELLED, 8),
                (Status.OVERDUE, 7),
                (Status.NOT_REPORTED, 8),
            )
        ),
        PlanColumn("Cơ quan chưa hoàn thành", 26, plain_cell(unfinished)),
    )
    return SheetPlan("ke_hoach_khac", columns)


# ------------------------------------------------------------------------ texts


def _quoted(ledger: Ledger, result: ItemResult, name: str, lead: str = "") -> list[str]:
    """What agencies wrote for a row: as it stands where one wrote, with names where more."""
    plan = ledger.programme.plan_by_id[result.item.plan]
    if not plan.is_leaf(result.item) or not result.sources:
        return []
    written = ledger.texts.get((result.item.plan, result.item.code), {}).get(name, [])
    if len(written) > _MANY:
        return [f"{lead}{len(written)} cơ quan có báo cáo, xem trang Nguồn số liệu"]
    if result.due == 1:
        return [f"{lead}{words}" for _, words in written]
    return [f"{agency}: {lead.lower()}{words}" for agency, words in written]
