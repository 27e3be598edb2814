"""The year so far: periods side by side, and what changed since the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, methodcaller
from typing import NamedTuple

from ..ledger.ledger import ItemResult, Ledger
from ..ledger.lineage import Lineage
from ..plan.figures import CHANGED_ROWS, ROWS, FigureId
from ..plan.model import Item, Plan
from ..plan.periods import Period
from ..text.money import rest, sum_known
from ..writing.book import Book
from ..writing.cells import Column
from ..writing.table_pages import write_table_page
from .sheet_names import CHANGES, PERIODS


class _WorkRow(NamedTuple):
    """A row of work; of all of them together where it is none."""

    plan: Plan | None = None
    item: Item | None = None

    def figure(self, what: str, period: Period | None = None) -> FigureId:
        plan, code = (self.item.plan, self.item.code) if self.item else ("", "")
        return FigureId(what, plan, code, period=period.id if period else "")


def write_periods(book: Book, lineage: Lineage, so_far: Sequence[Ledger]) -> None:
    """Every row of work with its status and spending in each period, cumulative and in the
    period itself."""
    ledger = so_far[-1]
    rows = [_WorkRow(plan, leaf) for plan in ledger.programme.plans for leaf in plan.leaves]
    budget = sum_known(row.item.budget for row in rows if row.item)
    columns = [
        Column("Kế hoạch", 14, shows=lambda row: row.plan.short_name),
        Column("Nhiệm vụ", 9, "code", lambda row: _top(row.plan, row.item).code),
        Column("Mã", 8, "code", lambda row: row.item.code),
        Column("Nội dung công việc", 40, shows=lambda row: row.item.title),
        Column(
            "Dự toán",
            11,
            "money",
            lambda row: row.item.budget if row.item else budget,
            lambda row: row.figure("budget" if row.item else ROWS + "budget"),
            total=True,
        ),
    ]
    for at in range(len(so_far)):
        columns += _columns_of_period(so_far, at)
    write_table_page(
        book,
        PERIODS,
        f"CÁC KỲ TRONG NĂM {ledger.period.year}",
        "Kinh phí: triệu đồng. Chi trong kỳ là phần tăng thêm so với số lũy kế của kỳ gần nhất "
        "trước đó có báo cáo; kỳ đầu tiên là số lũy kế.",
        "CacKy",
        columns,
        rows,
        whole=_WorkRow(),
        origins=[lineage.told(row.item.plan, row.item.code) for row in rows if row.item],
    )


def _columns_of_period(so_far: Sequence[Ledger], at: int) -> list[Column]:
    """Status and spending at the end of a period, and what was spent in it."""
    ledger, period = so_far[at], so_far[at].period

    def result(row: _WorkRow) -> ItemResult | None:
        return ledger.items.get((row.item.plan, row.item.code)) if row.item else None

    def spent(row: _WorkRow) -> int | None:
        if row.item:
            return _spent(ledger, row.item.plan, row.item.code)
        return sum_known(ledger.totals(plan)[1] for plan in ledger.programme.plans)

    def added(row: _WorkRow) -> int | None:
        if row.item:
            return added_spending(so_far, at, row.item.plan, row.item.code)
        return added_total(so_far, at)

    def figure(what: str) -> Callable[[_WorkRow], FigureId | None]:
        """Of a row that the plan had in that period."""
        return lambda row: row.figure(what, period) if result(row) or not row.item else None

    return [
        Column(
            f"Trạng thái {period.name}",
            13,
            "centre",
            lambda row: one.status if (one := result(row)) else None,
            figure("status"),
        ),
        Column(f"Chi lũy kế {period.name}", 12, "money", spent, figure("spent"), total=True),
        Column(f"Chi trong kỳ {period.name}", 12, "money", added, figure("added"), total=True),
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


class _ChangedRow(NamedTuple):
    """A row of work in the period before and in this one."""

    plan: Plan
    then: ItemResult
    here: ItemResult
    before: str

    def of_then(self, what: str) -> FigureId:
        return self.of_here(what)._replace(period=self.before)

    def of_here(self, what: str) -> FigureId:
        return FigureId(what, self.plan.id, self.here.item.code)


def _then(heading: str, width: float, kind: str, what: str) -> Column:
    return Column(heading, width, kind, attrgetter(f"then.{what}"), methodcaller("of_then", what))


def _here(heading: str, width: float, kind: str, what: str) -> Column:
    return Column(heading, width, kind, attrgetter(f"here.{what}"), methodcaller("of_here", what))


_CHANGE_COLUMNS = (
    Column("Kế hoạch", 14, shows=lambda row: row.plan.short_name),
    Column("Mã", 8, "code", lambda row: row.here.item.code),
    Column("Nội dung công việc", 44, shows=lambda row: row.here.item.title),
    _then("Trạng thái kỳ trước", 14, "centre", "status"),
    _here("Trạng thái kỳ này", 14, "centre", "status"),
    _then("Tỷ lệ kỳ trước (%)", 9, "percent", "percent"),
    _here("Tỷ lệ kỳ này (%)", 9, "percent", "percent"),
    _then("Đã chi kỳ trước", 12, "money", "spent"),
    _here("Đã chi kỳ này", 12, "money", "spent"),
    Column(
        "Tăng, giảm",
        12,
        "money",
        lambda row: rest(row.here.spent, row.then.spent),
        methodcaller("of_here", "change"),
    ),
)


def write_changes(book: Book, lineage: Lineage, so_far: Sequence[Ledger]) -> None:
    """The rows whose status, percentage or spending differ from the period before. No sums: a row
    that only one of them has would make them contradict each other."""
    if len(so_far) < 2:
        return
    before, now = so_far[-2:]
    rows = [
        _ChangedRow(plan, then, now.result(leaf), before.period.id)
        for plan in now.programme.plans
        for leaf in plan.leaves
        if (then := before.items.get((plan.id, leaf.code)))
        and _figures(then) != _figures(now.result(leaf))
    ]
    write_table_page(
        book,
        CHANGES,
        f"THAY ĐỔI: {now.period.name.upper()} SO VỚI {before.period.name.upper()}",
        f"Kinh phí: triệu đồng. {len(rows)} việc có trạng thái, tỷ lệ hoàn thành hoặc số đã chi "
        "khác kỳ trước.",
        "ThayDoi",
        _CHANGE_COLUMNS,
        rows,
        origins=[lineage.told(row.plan.id, row.here.item.code) for row in rows],
        told=[FigureId(CHANGED_ROWS)],
    )


def _figures(result: ItemResult) -> tuple:
    return result.status, result.percent, result.spent
