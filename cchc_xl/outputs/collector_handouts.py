"""Ledger -> workbooks to mail to the people whom Phụ lục 2 names: how far the rows stand that
each of them collects data for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..ledger.ledger import ItemResult, Ledger, combined_status
from ..ledger.lineage import Lineage
from ..plan.model import Plan
from ..plan.statuses import Status
from ..text.money import mean_known, sum_known
from ..text.spelling import key
from ..writing.book import Book
from ..writing.garbage import few_collections
from .appendices import collections_cell
from .plan_sheets import (
    PlanColumn,
    PlanSheet,
    SheetPlan,
    code_cell,
    money_cell,
    percent_cell,
    plain_cell,
    status_cell,
    text_cell,
)

_MANY = 8  # more names than this are counted, not listed


@few_collections()
def collector_handouts(ledger: Ledger, earlier: Sequence[Ledger] = ()) -> dict[str, bytes]:
    """Collector, as first printed -> the workbook of the rows that person answers for.
    `earlier` are the ledgers of the year's past periods, for the collections done."""
    printed: dict[str, str] = {}
    for plan in ledger.programme.plans:
        for item in plan.items:
            if person := key(item.collector):
                printed.setdefault(person, item.collector)
    return {
        name: _collector_workbook(ledger, [*earlier, ledger], person, name)
        for person, name in printed.items()
    }


def _collector_workbook(
    ledger: Ledger, so_far: Sequence[Ledger], person: str, printed: str
) -> bytes:
    name = printed.partition(",")[0].strip()
    book = Book(f"Theo dõi cải cách hành chính {ledger.period.name} - {name}")
    for plan in ledger.programme.plans:
        own = _rows_of(plan, person)
        if own.items:
            part = Lineage(_over(ledger, own), so_far[:-1])
            page = PlanSheet(book, plan.short_name, part, own)
            page.write(_collected(part.ledger, own, so_far, printed))
    return book.to_bytes()


def _rows_of(plan: Plan, person: str) -> Plan:
    """The part of a plan that a person collects for: leaves with the row above each, and
    higher rows of which no leaf is theirs."""
    own = {item.code for item in plan.items if key(item.collector) == person}
    shown = set()
    for code in own:
        item = plan.by_code[code]
        if plan.is_leaf(item):
            shown |= {code, plan.parent_of(item)}
        elif not any(leaf.code in own for leaf in plan.leaves_under(item)):
            shown.add(code)
    return replace(plan, items=tuple(item for item in plan.items if item.code in shown))


def _over(ledger: Ledger, own: Plan) -> Ledger:
    """The ledger with rows that stand for those below them in this part of a plan only:
    somebody else may collect for others."""
    items = {}
    for item in own.items:
        result = ledger.result(item)
        if not own.is_leaf(item):
            below = [ledger.result(leaf) for leaf in own.leaves_under(item)]
            result = replace(
                result,
                status=combined_status(leaf.status for leaf in below),
                percent=mean_known(leaf.percent for leaf in below),
                spent=sum_known(leaf.spent for leaf in below),
                due=sum(leaf.due for leaf in below),
                reported=sum(leaf.reported for leaf in below),
            )
        items[item.plan, item.code] = result
    return replace(ledger, items=items)


def _collected(ledger: Ledger, own: Plan, so_far: Sequence[Ledger], printed: str) -> SheetPlan:
    name, _, duty = (part.strip() for part in printed.partition(","))
    results = [ledger.result(item) for item in own.leaves]
    facts = {
        "nguoi": name,
        "chuc_vu": duty,
        "so_viec": len(results),
        "so_viec_thieu": sum(
            r.reported < r.due or r.status == Status.NOT_REPORTED for r in results
        ),
    }

    def reporters(result: ItemResult) -> str:
        names = ledger.programme.reporters(result.item, ledger.period)
        return f"{len(names)} cơ quan" if len(names) > _MANY else "\n".join(names)

    def reported(result: ItemResult) -> str:
        return f"{result.reported}/{result.due}" if result.due else ""

    columns = (
        PlanColumn("Mã", 8, code_cell),
        PlanColumn("Nội dung công việc", 32, text_cell(lambda r: r.item.title)),
        PlanColumn("Chỉ số đánh giá", 25, plain_cell(lambda r: r.item.indicator)),
        PlanColumn("Tài liệu kiểm chứng", 20, plain_cell(lambda r: r.item.evidence)),
        PlanColumn("Tần suất", 10, plain_cell(lambda r: r.item.frequency, align="center")),
        PlanColumn("Số lần thu thập", 10, collections_cell(so_far)),
        PlanColumn("Cơ quan báo cáo", 20, plain_cell(reporters)),
        PlanColumn("Đã báo cáo", 9, plain_cell(reported, align="center")),
        PlanColumn("Trạng thái", 11, status_cell),
        PlanColumn("Tỷ lệ (%)", 8, percent_cell),
        PlanColumn("Kết quả đạt được", 26, plain_cell(_results_told(ledger))),
        PlanColumn("Đã chi", 10, money_cell("spent", lambda r: r.spent), total=True),
    )
    return SheetPlan("nguoi_thu_thap", columns, facts, signed=False)


def _results_told(ledger: Ledger) -> Callable[[ItemResult], str]:
    """What agencies wrote of a row: as it stands where one reports, with names where more."""

    def told(result: ItemResult) -> str:
        item = result.item
        written = ledger.texts.get((item.plan, item.code), {}).get("result", [])
        if len(written) > _MANY:
            return f"{len(written)} cơ quan có báo cáo"
        named = result.due > 1
        return "\n".join(f"{agency}: {words}" if named else words for agency, words in written)

    return told
