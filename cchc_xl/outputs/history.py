"""The year so far: periods side by side, and what changed since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ..ledger.ledger import ItemResult, Ledger
from ..ledger.lineage import Lineage
from ..plan.figures import CHANGED_ROWS, ROWS, FigureId
from ..plan.model import Item, Plan
from ..text.money import sum_known
from ..writing.cells import Column, Traced
from ..writing.table_pages import write_table_page
from ..writing.workbooks import Book
from .sheet_names import CHANGES, PERIODS


def write_periods(book: Book, lineage: Lineage, so_far: Sequence[Ledger]) -> None:
    """Every row of work with its status and spending in each period, cumulative and in the
    period itself."""
    ledger = so_far[-1]
    columns = [
        Column("Kế hoạch", 14),
        Column("Nhiệm vụ", 9, "code"),
        Column("Mã", 8, "code"),
        Column("Nội dung công việc", 40),
        Column("Dự toán", 11, "money", total=True),
    ]
    for past in so_far:
        name = past.period.name
        columns += [
            Column(f"Trạng thái {name}", 13, "centre"),
            Column(f"Chi lũy kế {name}", 12, "money", total=True),
            Column(f"Chi trong kỳ {name}", 12, "money", total=True),
        ]
    rows, origins = [], []
    leaves = [(plan, leaf) for plan in ledger.programme.plans for leaf in plan.leaves]
    for plan, leaf in leaves:
        cells: list[object] = []
        for at, past in enumerate(so_far):
            cells += _period_cells(so_far, at, past.items.get((plan.id, leaf.code)), leaf)
        budget = Traced(leaf.budget, FigureId("budget", plan.id, leaf.code))
        rows.append((plan.short_name, _top(plan, leaf).code, leaf.code, leaf.title, budget, *cells))
        origins.append(lineage.told(plan.id, leaf.code))
    sums: list[object] = [None, None, None, "Tổng cộng"]
    budget = sum_known(leaf.budget for _, leaf in leaves)
    sums.append(Traced(budget, FigureId(ROWS + "budget")))
    for at, past in enumerate(so_far):
        spent = sum_known(past.totals(plan)[1] for plan in past.programme.plans)
        whole = FigureId("spent", period=past.period.id)
        added = sum_known(added_spending(so_far, at, plan.id, leaf.code) for plan, leaf in leaves)
        sums += [None, Traced(spent, whole), Traced(added, whole._replace(what="added"))]
    write_table_page(
        book,
        PERIODS,
        f"CÁC KỲ TRONG NĂM {ledger.period.year}",
        "Kinh phí: triệu đồng. Chi trong kỳ là phần tăng thêm so với số lũy kế của kỳ gần nhất "
        "trước đó có báo cáo; kỳ đầu tiên là số lũy kế.",
        ("CacKy", columns, rows),
        sums,
        origins,
    )


def _period_cells(
    so_far: Sequence[Ledger], at: int, result: ItemResult | None, leaf: Item
) -> list[object]:
    if result is None:
        return [None, None, None]
    figure = FigureId("status", leaf.plan, leaf.code, period=so_far[at].period.id)
    added = added_spending(so_far, at, leaf.plan, leaf.code)
    return [
        Traced(result.status, figure),
        Traced(result.spent, figure._replace(what="spent")),
        Traced(added, figure._replace(what="added")),
    ]


def added_spending(so_far: Sequence[Ledger], at: int, plan: str, code: str) -> int | None:
    """What a row spent in a period itself, in đồng: its cumulative figure less that of the last
    period before that has one. None where nothing was reported."""
    now = _spent(so_far[at], plan, code)
    if now is None:
        return None
    before = (_spent(past, plan, code) for past in reversed(so_far[:at]))
    return now - next((spent for spent in before if spent is not None), 0)


def added_total(so_far: Sequence[Ledger], at: int) -> int | None:
    """What all rows spent in a period itself, in đồng."""
    plans = so_far[-1].programme.plans
    return sum_known(
        added_spending(so_far, at, plan.id, leaf.code) for plan in plans for leaf in plan.leaves
    )


def _spent(ledger: Ledger, plan: str, code: str) -> int | None:
    result = ledger.items.get((plan, code))
    return result.spent if result else None


def _top(plan: Plan, item: Item) -> Item:
    return next(iter([*plan.ancestors(item)][::-1]), item)


# ------------------------------------------------------------------ Thay đổi

_CHANGE_COLUMNS = (
    Column("Kế hoạch", 14),
    Column("Mã", 8, "code"),
    Column("Nội dung công việc", 44),
    Column("Trạng thái kỳ trước", 14, "centre"),
    Column("Trạng thái kỳ này", 14, "centre"),
    Column("Tỷ lệ kỳ trước (%)", 9, "percent"),
    Column("Tỷ lệ kỳ này (%)", 9, "percent"),
    Column("Đã chi kỳ trước", 12, "money"),
    Column("Đã chi kỳ này", 12, "money"),
    Column("Tăng, giảm", 12, "money"),
)


def write_changes(book: Book, lineage: Lineage, so_far: Sequence[Ledger]) -> None:
    """The rows whose status, percentage or spending differ from the period before. No sums: a row
    that only one of them has would make them contradict each other."""
    if len(so_far) < 2:
        return
    before, now = so_far[-2:]
    rows, origins = [], []
    for plan in now.programme.plans:
        for leaf in plan.leaves:
            then, here = before.items.get((plan.id, leaf.code)), now.result(leaf)
            if then is None or _figures(then) == _figures(here):
                continue
            old = FigureId("status", plan.id, leaf.code, period=before.period.id)
            new = old._replace(period="")
            change = None
            if then.spent is not None and here.spent is not None:
                change = here.spent - then.spent
            rows.append(
                (
                    plan.short_name,
                    leaf.code,
                    leaf.title,
                    Traced(then.status, old),
                    Traced(here.status, new),
                    Traced(_in_cell(then.percent), old._replace(what="percent")),
                    Traced(_in_cell(here.percent), new._replace(what="percent")),
                    Traced(then.spent, old._replace(what="spent")),
                    Traced(here.spent, new._replace(what="spent")),
                    Traced(change, new._replace(what="change")),
                )
            )
            origins.append(lineage.told(plan.id, leaf.code))
    write_table_page(
        book,
        CHANGES,
        f"THAY ĐỔI: {now.period.name.upper()} SO VỚI {before.period.name.upper()}",
        f"Kinh phí: triệu đồng. {len(rows)} việc có trạng thái, tỷ lệ hoàn thành hoặc số đã chi "
        "khác kỳ trước.",
        ("ThayDoi", _CHANGE_COLUMNS, rows),
        origins=origins,
        told=[FigureId(CHANGED_ROWS)],
    )


def _in_cell(percent: Decimal | None) -> float | None:
    return None if percent is None else float(percent)


def _figures(result: ItemResult) -> tuple:
    return result.status, result.percent, result.spent
