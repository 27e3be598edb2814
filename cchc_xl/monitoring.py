"""Ledger -> the monitoring workbook: Phụ lục 2 and the sheets behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .consolidate import ItemResult, Ledger
from .findings import Finding
from .overview import (
    write_agencies,
    write_files_received,
    write_findings,
    write_sources,
    write_submissions,
)
from .periods import collections_done
from .plan import Plan
from .plan_sheets import (
    Cell,
    PlanColumn,
    PlanSheet,
    SheetPlan,
    code_cell,
    count_cell,
    left_cell,
    money_cell,
    percent_cell,
    ratio_cell,
    status_cell,
    text_cell,
)
from .statuses import CANCELLED, DONE, IN_PROGRESS, NOT_REPORTED, NOT_STARTED, OVERDUE
from .vietnamese import Month, format_long_date
from .workbooks import Book

_MANY = 8  # more names than this are counted, not listed


def write_monitoring(
    ledger: Ledger, earlier: Sequence[Ledger] = (), plan_findings: Iterable[Finding] = ()
) -> bytes:
    """The workbook of a period. `earlier` are the ledgers of the year's past periods, for
    the collections done; `plan_findings` those of the plan itself."""
    book = Book(f"Theo dõi cải cách hành chính {ledger.period.name}")
    plans = ledger.programme.plans
    with_money = [plan for plan in plans if plan.has_budget]
    monitored = [plan for plan in plans if plan.has_monitoring]
    for plan in monitored:
        PlanSheet(book, _name("Phụ lục 2", plan, monitored), ledger, plan).write(
            _phu_luc_2(ledger, [*earlier, ledger])
        )
    for plan in with_money:
        PlanSheet(book, _name("Phụ lục 1", plan, with_money), ledger, plan).write(_PHU_LUC_1)
    write_agencies(book, ledger)
    for plan in plans:
        if not plan.has_budget:
            PlanSheet(book, plan.short_name, ledger, plan).write(_by_agencies(ledger))
    write_submissions(book, ledger)
    write_files_received(book, ledger)
    to_see = [found for found in ledger.findings if found.severity != "trial"]
    write_findings(book, [*to_see, *plan_findings])
    write_sources(book, ledger)
    return book.to_bytes()


def _name(name: str, plan: Plan, same_kind: list[Plan]) -> str:
    return name if len(same_kind) < 2 else f"{name} ({plan.short_name})"


def collections_told(ledger: Ledger, so_far: Sequence[Ledger]) -> Callable[[ItemResult], str]:
    """What is said of a row's collections: those done of those due. One is done when every
    report of a period came; `so_far` are the year's ledgers, this period's last."""

    def collections(result: ItemResult) -> str:
        frequency = result.item.frequency
        if not frequency:
            return ""
        complete = [
            past.period
            for past in so_far
            if (then := past.items.get((result.item.plan, result.item.code)))
            and then.due
            and then.reported == then.due
        ]
        done, due = collections_done(frequency, ledger.period, complete)
        if due is None:
            return "Đã thu thập" if ledger.period in complete else "Chưa đủ"
        return f"{done}/{due}" if due else "Chưa đến kỳ"

    return collections


def _phu_luc_2(ledger: Ledger, so_far: Sequence[Ledger]) -> SheetPlan:
    """Phụ lục 2 of the decision with what was reported beside each row."""

    def remarks(result: ItemResult) -> str:
        notes = []
        if result.reported < result.due:
            notes.append(f"Đã báo cáo {result.reported}/{result.due}")
        notes += _quoted(ledger, result, "difficulties")
        return "\n".join(notes)

    def own_collector(result: ItemResult) -> str:
        """As in the decision: on tasks and outputs, and on an activity that has its own."""
        plan = ledger.programme.plan_by_id[result.item.plan]
        above = plan.by_code.get(plan.parent_of(result.item))
        inherited = above is not None and above.collector == result.item.collector
        return "" if inherited and plan.is_leaf(result.item) else result.item.collector

    def titles(plan: Plan, ledger: Ledger) -> list[str]:
        return [
            "PHỤ LỤC 2",
            f"BẢNG THEO DÕI, ĐÁNH GIÁ THỰC HIỆN KẾ HOẠCH CẢI CÁCH HÀNH CHÍNH NĂM {plan.year}",
            f"Kỳ báo cáo: {ledger.period.name}",
            _issued_with(plan),
        ]

    collections = collections_told(ledger, so_far)
    duty = "Trách nhiệm"
    columns = (
        PlanColumn("STT", 8, code_cell),
        PlanColumn("Nội dung công việc", 24, text_cell(lambda r: r.item.title)),
        PlanColumn("Chỉ số đánh giá/tác động/mục tiêu", 21, text_cell(lambda r: r.item.indicator)),
        PlanColumn("Tài liệu kiểm chứng (xác minh)", 18, text_cell(lambda r: r.item.evidence)),
        PlanColumn(
            f"Tần suất thu thập năm {ledger.programme.year}",
            9,
            text_cell(lambda r: r.item.frequency, align="center"),
        ),
        PlanColumn("Thu thập số liệu", 16, text_cell(own_collector), group=duty),
        PlanColumn("Báo cáo", 10, text_cell(lambda r: r.item.report_officer), group=duty),
        PlanColumn("Trạng thái", 10, status_cell),
        PlanColumn("Tỷ lệ hoàn thành (%)", 8, percent_cell),
        PlanColumn("Kết quả đạt được", 21, text_cell(_joined(ledger, "result"))),
        PlanColumn("Số, ký hiệu văn bản kiểm chứng", 13, text_cell(_joined(ledger, "proof"))),
        PlanColumn("Dự toán", 9, money_cell(lambda r: r.budget), group="Kinh phí", total=True),
        PlanColumn("Đã chi", 9, money_cell(lambda r: r.spent), group="Kinh phí", total=True),
        PlanColumn("Tỷ lệ (%)", 7.5, ratio_cell(2), group="Kinh phí", total=True),
        PlanColumn("Số lần thu thập", 9, text_cell(collections, align="center")),
        PlanColumn("Ghi chú", 15, text_cell(remarks)),
    )
    return SheetPlan(titles, columns)


def _titles_1(plan: Plan, ledger: Ledger) -> list[str]:
    return [
        "PHỤ LỤC 1",
        f"TÌNH HÌNH THỰC HIỆN KẾ HOẠCH HOẠT ĐỘNG VÀ NGÂN SÁCH CẢI CÁCH HÀNH CHÍNH NĂM {plan.year}",
        f"Kỳ báo cáo: {ledger.period.name}",
        _issued_with(plan),
    ]


def _month_cell(month: Callable[[ItemResult], Month | None]) -> Callable[[Cell], None]:
    return text_cell(lambda r: found.printed if (found := month(r)) else "", align="center")


_PHU_LUC_1 = SheetPlan(
    _titles_1,
    (
        PlanColumn("STT", 8, code_cell),
        PlanColumn("Nội dung công việc", 40, text_cell(lambda r: r.item.title)),
        PlanColumn("Từ tháng", 9, _month_cell(lambda r: r.item.start), group="Thời gian"),
        PlanColumn("Đến tháng", 9, _month_cell(lambda r: r.item.end), group="Thời gian"),
        PlanColumn("Cơ quan, đơn vị chủ trì", 22, text_cell(lambda r: "\n".join(r.item.leads))),
        PlanColumn("Cơ quan sử dụng kinh phí", 22, text_cell(lambda r: r.item.budget_holder)),
        PlanColumn("Dự toán", 10, money_cell(lambda r: r.budget), group="Kinh phí", total=True),
        PlanColumn("Đã chi", 10, money_cell(lambda r: r.spent), group="Kinh phí", total=True),
        PlanColumn("Còn lại", 10, left_cell, group="Kinh phí", total=True),
        PlanColumn("Tỷ lệ chi (%)", 8, ratio_cell(3), group="Kinh phí", total=True),
        PlanColumn("Trạng thái", 12, status_cell),
    ),
)


def _by_agencies(ledger: Ledger) -> SheetPlan:
    """A plan whose tasks many agencies answer for: how many have done it, and who has not."""
    facts = ledger.facts
    statuses: dict[tuple[str, str], dict[str, list[str]]] = {}
    for plan, code, agency, status in zip(
        *(facts[name] for name in ("plan", "code", "agency", "status")), strict=True
    ):
        statuses.setdefault((plan, code), {}).setdefault(status, []).append(agency)

    def with_status(status: str) -> Callable[[ItemResult], int]:
        def number(result: ItemResult) -> int:
            plan = ledger.programme.plan_by_id[result.item.plan]
            return sum(
                len(statuses.get((leaf.plan, leaf.code), {}).get(status, ()))
                for leaf in plan.leaves_under(result.item)
            )

        return number

    def unfinished(result: ItemResult) -> str:
        by_status = statuses.get((result.item.plan, result.item.code), {})
        names = [name for status, found in by_status.items() if status != DONE for name in found]
        if len(names) > _MANY:
            return f"{len(names)} cơ quan, xem trang Nguồn số liệu"
        return "; ".join(names)

    def titles(plan: Plan, ledger: Ledger) -> list[str]:
        return [
            "TÌNH HÌNH THỰC HIỆN NHIỆM VỤ",
            plan.title.upper(),
            f"Kỳ báo cáo: {ledger.period.name}",
            _issued_with(plan),
        ]

    agencies = "Số cơ quan"
    columns = (
        PlanColumn("STT", 7, code_cell),
        PlanColumn("Nội dung", 32, text_cell(lambda r: r.item.title)),
        PlanColumn("Cơ quan chủ trì thực hiện", 20, text_cell(lambda r: ";\n".join(r.item.leads))),
        PlanColumn("Kết quả yêu cầu", 26, text_cell(lambda r: r.item.indicator)),
        PlanColumn("Thời gian hoàn thành", 12, text_cell(lambda r: r.item.deadline)),
        PlanColumn("Trạng thái", 11, status_cell),
        PlanColumn("Phải báo cáo", 8, count_cell(lambda r: r.due), group=agencies),
        PlanColumn("Hoàn thành", 8, count_cell(lambda r: r.done), group=agencies),
        PlanColumn("Đang thực hiện", 8, count_cell(with_status(IN_PROGRESS)), group=agencies),
        PlanColumn("Chưa thực hiện", 8, count_cell(with_status(NOT_STARTED)), group=agencies),
        PlanColumn("Không thực hiện", 8, count_cell(with_status(CANCELLED)), group=agencies),
        PlanColumn("Quá hạn", 7, count_cell(with_status(OVERDUE)), group=agencies),
        PlanColumn("Chưa báo cáo", 8, count_cell(with_status(NOT_REPORTED)), group=agencies),
        PlanColumn("Cơ quan chưa hoàn thành", 26, text_cell(unfinished)),
    )
    return SheetPlan(titles, columns)


# ------------------------------------------------------------------------ texts


def _issued_with(plan: Plan) -> str:
    day = f" {format_long_date(plan.date)}" if plan.date else ""
    return f"(Kế hoạch ban hành kèm theo Quyết định số {plan.decision}{day})"


def _joined(ledger: Ledger, name: str) -> Callable[[ItemResult], str]:
    """What agencies wrote for a row: as it stands where one wrote, with names where more."""
    return lambda result: "\n".join(_quoted(ledger, result, name))


def _quoted(ledger: Ledger, result: ItemResult, name: str) -> list[str]:
    plan = ledger.programme.plan_by_id[result.item.plan]
    if not plan.is_leaf(result.item) or not result.sources:
        return []
    written = ledger.texts.get((result.item.plan, result.item.code), {}).get(name, [])
    if len(written) > _MANY:
        return [f"{len(written)} cơ quan có báo cáo, xem trang Nguồn số liệu"]
    if result.due == 1:
        return [words for _, words in written]
    return [f"{agency}: {words}" for agency, words in written]
