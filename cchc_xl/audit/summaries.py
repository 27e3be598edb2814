"""The audit of the sheets by agency, by task, by period, of what is late, and of the figures under
the charts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from ..plan.model import Item, Plan
from ..plan.statuses import Status
from ..text.spelling import clean
from .figures import Fact, Figures, added, budget, leaves, less, share, total
from .issued import Issued, IssuedPage, Table
from .submissions import Came

COUNTS = tuple(Status)
_WHOLE = "Tổng cộng"
_LONGEST_LABEL = 38


# ------------------------------------------------------------------ Theo cơ quan


def check_agencies(issued: Issued, now: Figures, came: dict[str, Came]) -> None:
    page = issued.page("Theo cơ quan")
    headings = (
        "TT",
        "Cơ quan",
        "Quyết định phân bổ",
        "Dự toán",
        "Chênh lệch",
        "Đã chi",
        "Còn lại",
        "Tỷ lệ chi (%)",
        "Nộp phiếu",
        "Trễ (ngày)",
        "Phải báo cáo",
        *COUNTS,
        "Việc xong (%)",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    programme, period = now.programme, now.period
    budgets: dict[str, list[int]] = {}
    given: dict[str, list[int]] = {}
    by_agency: dict[str, list[Fact]] = {}
    by_holder: dict[str, list[Fact]] = {}
    for plan in programme.plans:
        for leaf in leaves(plan, None):
            if leaf.budget is not None and (holder := programme.holder(leaf, period)):
                budgets.setdefault(holder, []).append(leaf.budget)
        for one in plan.allocations:
            given.setdefault(one.agency, []).append(one.budget)
    for fact in now.facts:
        by_agency.setdefault(fact.agency, []).append(fact)
        if fact.spent is not None:
            by_holder.setdefault(fact.holder, []).append(fact)
    named = budgets.keys() | given.keys() | by_agency.keys() | by_holder.keys()
    names = [one.name for one in programme.registry.agencies if one.name in named]
    rows = table.rows(("Cơ quan",), ("Cơ quan", _WHOLE))
    found = rows.match([(clean(name),) for name in names], "Cơ quan")
    at = table.columns
    for number, name in enumerate(names, 1):
        row = found.get((clean(name),))
        if row is None:
            continue
        money = total(given.get(name, ())), total(budgets.get(name, ()))
        _agency(page, row, at, name, money, by_holder.get(name, []), by_agency.get(name, []), now)
        page.number(row, at["TT"], f"{name}: số thứ tự", number)
        one = came.get(name)
        page.words(
            row, at["Nộp phiếu"], f"{name}: Nộp phiếu", one.punctuality if one else "Không phải nộp"
        )
        late = one.late if one and one.accepted else None
        page.number(row, at["Trễ (ngày)"], f"{name}: Trễ (ngày)", late)
    if rows.sums is None:
        issued.differ(page.name, "", _WHOLE, "không có dòng", "một dòng")
    else:
        money = (
            total(total(given.get(name, ())) for name in names),
            total(total(budgets.get(name, ())) for name in names),
        )
        spending = [fact for name in names for fact in by_holder.get(name, [])]
        reports = [fact for name in names for fact in by_agency.get(name, [])]
        _agency(page, rows.sums, at, _WHOLE, money, spending, reports, now)
    states = Counter(one.punctuality for one in came.values())
    missing = sum(not one.accepted for one in came.values())
    due = period.due_before
    page.numbers_in(
        2,
        1,
        "Lời ghi đầu trang",
        [due.day, due.month, due.year, states["Đúng hạn"], states["Trễ"], missing, 1],
    )


def _agency(
    page: IssuedPage,
    row: int,
    at: dict[str, int],
    name: str,
    money: tuple,
    spending: list[Fact],
    reports: list[Fact],
    now: Figures,
) -> None:
    given, planned = money
    spent = total(fact.spent for fact in spending)
    cells = now.sources("spent", spending)
    difference = None if given is None and planned is None else (planned or 0) - (given or 0)
    page.money(row, at["Quyết định phân bổ"], f"{name}: Quyết định phân bổ", given)
    page.money(row, at["Dự toán"], f"{name}: Dự toán", planned)
    page.money(row, at["Chênh lệch"], f"{name}: Chênh lệch", difference)
    page.money(row, at["Đã chi"], f"{name}: Đã chi", spent, cells)
    page.money(row, at["Còn lại"], f"{name}: Còn lại", less(planned, spent), cells)
    page.number(row, at["Tỷ lệ chi (%)"], f"{name}: Tỷ lệ chi", share(spent, planned), cells)
    page.count(row, at["Phải báo cáo"], f"{name}: Phải báo cáo", len(reports))
    for status in COUNTS:
        having = [fact for fact in reports if fact.status == status]
        page.count(row, at[status], f"{name}: {status}", len(having), now.sources("status", having))
    done = sum(fact.status == Status.DONE for fact in reports)
    page.number(
        row,
        at["Việc xong (%)"],
        f"{name}: Việc xong",
        share(done, len(reports)),
        now.sources("status", reports),
    )


# ----------------------------------------------------------------- Theo nhiệm vụ


def check_tasks(issued: Issued, now: Figures) -> None:
    page = issued.page("Theo nhiệm vụ")
    headings = (
        "Kế hoạch",
        "Mã",
        "Nhiệm vụ",
        "Dự toán",
        "Đã chi",
        "Còn lại",
        "Tỷ lệ chi (%)",
        "Số việc",
        *COUNTS,
        "Việc xong (%)",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    tops = [(plan, top) for plan in now.programme.plans for top in plan.children("")]
    rows = table.rows(("Kế hoạch", "Mã"), ("Nhiệm vụ", _WHOLE))
    found = rows.match([(clean(p.short_name), top.code) for p, top in tops], "Nhiệm vụ")
    for plan, top in tops:
        row = found.get((clean(plan.short_name), top.code))
        if row is not None:
            page.words(row, table.columns["Nhiệm vụ"], f"{top.code}: Nhiệm vụ", top.title)
            _task(page, row, table.columns, f"{plan.short_name}, {top.code}", [(plan, top)], now)
    if rows.sums is None:
        issued.differ(page.name, "", _WHOLE, "không có dòng", "một dòng")
    else:
        _task(page, rows.sums, table.columns, _WHOLE, tops, now)


def _task(
    page: IssuedPage,
    row: int,
    at: dict[str, int],
    told: str,
    tops: list[tuple[Plan, Item]],
    now: Figures,
) -> None:
    planned = total(budget(plan, top) for plan, top in tops)
    spent = total(now.spent(plan, top) for plan, top in tops)
    reports = [fact for plan, top in tops for fact in now.below(plan, top)]
    money, statuses = now.sources("spent", reports), now.sources("status", reports)
    kinds = Counter(now.status(plan, leaf) for plan, top in tops for leaf in leaves(plan, top))
    page.money(row, at["Dự toán"], f"{told}: Dự toán", planned)
    page.money(row, at["Đã chi"], f"{told}: Đã chi", spent, money)
    page.money(row, at["Còn lại"], f"{told}: Còn lại", less(planned, spent), money)
    page.number(row, at["Tỷ lệ chi (%)"], f"{told}: Tỷ lệ chi", share(spent, planned), money)
    work = sum(kinds.values())
    page.count(row, at["Số việc"], f"{told}: Số việc", work)
    for status in COUNTS:
        page.count(row, at[status], f"{told}: {status}", kinds[status], statuses)
    page.number(
        row, at["Việc xong (%)"], f"{told}: Việc xong", share(kinds[Status.DONE], work), statuses
    )


# ----------------------------------------------------------------------- Quá hạn


def check_late(issued: Issued, now: Figures) -> None:
    page = issued.page("Quá hạn")
    headings = (
        "TT",
        "Kế hoạch",
        "Mã",
        "Nội dung công việc",
        "Cơ quan",
        "Thời hạn",
        "Quá hạn (ngày)",
        "Tỷ lệ (%)",
        "Khó khăn, vướng mắc",
        "Đề xuất, kiến nghị",
        "Tệp",
        "Ô",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    late = {
        (clean(fact.plan.short_name), fact.item.code, clean(fact.agency)): fact
        for fact in now.facts
        if fact.status == Status.OVERDUE
    }
    found = table.rows(("Kế hoạch", "Mã", "Cơ quan")).match(late, "Việc quá hạn")
    until = now.period.overdue_before - datetime.timedelta(days=1)
    at = table.columns
    for number, (names, fact) in enumerate(late.items(), 1):
        row = found.get(names)
        if row is None:
            continue
        told = f"{fact.item.code}, {fact.agency}: "
        source = now.sources("status", [fact])
        page.number(row, at["TT"], told + "số thứ tự", number)
        page.words(row, at["Nội dung công việc"], told + "nội dung", fact.item.title)
        page.words(row, at["Thời hạn"], told + "thời hạn", fact.item.end.printed)
        days = (until - fact.item.end.last_day).days
        page.number(row, at["Quá hạn (ngày)"], told + "Quá hạn (ngày)", days, source)
        percent = None if fact.percent is None else Fraction(fact.percent)
        page.number(
            row, at["Tỷ lệ (%)"], told + "Tỷ lệ (%)", percent, now.sources("percent", [fact])
        )
        for heading, name in (
            ("Khó khăn, vướng mắc", "difficulties"),
            ("Đề xuất, kiến nghị", "proposals"),
        ):
            page.words(row, at[heading], told + heading, fact.texts.get(name, ""), source)
        page.words(row, at["Tệp"], told + "tệp", fact.file)
        page.words(row, at["Ô"], told + "ô", fact.cells.get("status", ""))
    agencies = len({fact.agency for fact in late.values()})
    page.numbers_in(
        2, 1, "Lời ghi đầu trang", [len(late), agencies, until.day, until.month, until.year]
    )


# ------------------------------------------------------------------------ Các kỳ


def check_periods(issued: Issued, so_far: Sequence[Figures]) -> None:
    page = issued.page("Các kỳ")
    names = [past.period.name for past in so_far]
    per_period = ("Trạng thái", "Chi lũy kế", "Chi trong kỳ")
    headings = (
        "Kế hoạch",
        "Nhiệm vụ",
        "Mã",
        "Nội dung công việc",
        "Dự toán",
        *(clean(f"{what} {name}") for name in names for what in per_period),
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    at = table.columns
    work = [(plan, leaf) for plan in so_far[-1].programme.plans for leaf in leaves(plan, None)]
    rows = table.rows(("Kế hoạch", "Mã"), ("Nội dung công việc", _WHOLE))
    found = rows.match([(clean(plan.short_name), leaf.code) for plan, leaf in work], "Mục")
    for plan, leaf in work:
        row = found.get((clean(plan.short_name), leaf.code))
        if row is None:
            continue
        told = f"{plan.short_name}, {leaf.code}: "
        above = [leaf, *plan.ancestors(leaf)][-1]
        page.words(row, at["Nhiệm vụ"], told + "Nhiệm vụ", above.code)
        page.words(row, at["Nội dung công việc"], told + "nội dung", leaf.title)
        page.money(row, at["Dự toán"], told + "Dự toán", leaf.budget)
        for number, past in enumerate(so_far):
            facts = past.of(plan, leaf)
            status, spent, extra = (at[clean(f"{what} {past.period.name}")] for what in per_period)
            cells = past.sources("spent", facts)
            page.words(
                row,
                status,
                f"{told}Trạng thái {past.period.id}",
                past.status(plan, leaf),
                past.sources("status", facts),
            )
            page.money(
                row, spent, f"{told}Chi lũy kế {past.period.id}", past.spent(plan, leaf), cells
            )
            page.money(
                row,
                extra,
                f"{told}Chi trong kỳ {past.period.id}",
                added(so_far, number, plan, leaf),
                cells,
            )
    if rows.sums is None:
        issued.differ(page.name, "", _WHOLE, "không có dòng", "một dòng")
        return
    page.money(
        rows.sums, at["Dự toán"], "Tổng cộng: Dự toán", total(leaf.budget for _, leaf in work)
    )
    for number, past in enumerate(so_far):
        _, spent, extra = (at[clean(f"{what} {past.period.name}")] for what in per_period)
        page.money(rows.sums, spent, f"Tổng cộng: Chi lũy kế {past.period.id}", past.spent_in_all)
        page.money(
            rows.sums,
            extra,
            f"Tổng cộng: Chi trong kỳ {past.period.id}",
            total(added(so_far, number, plan, leaf) for plan, leaf in work),
        )


def check_changes(issued: Issued, so_far: Sequence[Figures]) -> None:
    if len(so_far) < 2:
        return
    page = issued.page("Thay đổi")
    headings = (
        "Kế hoạch",
        "Mã",
        "Nội dung công việc",
        "Trạng thái kỳ trước",
        "Trạng thái kỳ này",
        "Tỷ lệ kỳ trước (%)",
        "Tỷ lệ kỳ này (%)",
        "Đã chi kỳ trước",
        "Đã chi kỳ này",
        "Tăng, giảm",
    )
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    before, now = so_far[-2:]
    changed = {}
    for plan in now.programme.plans:
        for leaf in leaves(plan, None):
            then, here = (
                (one.status(plan, leaf), one.percent(plan, leaf), one.spent(plan, leaf))
                for one in (before, now)
            )
            if then != here:
                changed[clean(plan.short_name), leaf.code] = (plan, leaf, then, here)
    found = table.rows(("Kế hoạch", "Mã")).match(changed, "Mục có thay đổi")
    at = table.columns
    for names, (plan, leaf, then, here) in changed.items():
        row = found.get(names)
        if row is None:
            continue
        told = f"{plan.short_name}, {leaf.code}: "
        page.words(row, at["Nội dung công việc"], told + "nội dung", leaf.title)
        for when, figures, one in (("kỳ trước", then, before), ("kỳ này", here, now)):
            facts = one.of(plan, leaf)
            status, percent, spent = figures
            page.words(
                row,
                at[f"Trạng thái {when}"],
                f"{told}Trạng thái {when}",
                status,
                one.sources("status", facts),
            )
            page.number(
                row,
                at[f"Tỷ lệ {when} (%)"],
                f"{told}Tỷ lệ {when}",
                percent,
                one.sources("percent", facts),
            )
            page.money(
                row,
                at[f"Đã chi {when}"],
                f"{told}Đã chi {when}",
                spent,
                one.sources("spent", facts),
            )
        page.money(row, at["Tăng, giảm"], told + "Tăng, giảm", less(here[2], then[2]))
    page.numbers_in(2, 1, "Lời ghi đầu trang", [len(changed)])


# ----------------------------------------------------------------------- Biểu đồ


def check_charts(issued: Issued, so_far: Sequence[Figures]) -> None:
    """The figures under the charts: of agencies with a budget, of the periods, of the tasks."""
    page = issued.page("Biểu đồ")
    if page is None:
        return
    now = so_far[-1]
    programme, period = now.programme, now.period
    budgets: dict[str, int] = {}
    for plan in programme.plans:
        for leaf in leaves(plan, None):
            if leaf.budget is not None and (holder := programme.holder(leaf, period)):
                budgets[holder] = budgets.get(holder, 0) + leaf.budget
    names = [one.name for one in programme.registry.agencies if budgets.get(one.name)]
    lines: list[tuple[str, list]] = []
    for name in names:
        spending = [fact for fact in now.facts if fact.holder == name]
        spent = total(fact.spent for fact in spending)
        lines.append(
            (name, [("money", budgets[name], ()), ("money", spent, now.sources("spent", spending))])
        )
    _block(page, "Dự toán và đã chi theo cơ quan (triệu đồng)", ("Dự toán", "Đã chi"), lines)
    lines = []
    for number, past in enumerate(so_far):
        extra = total(
            added(so_far, number, plan, leaf)
            for plan in programme.plans
            for leaf in leaves(plan, None)
        )
        lines.append((past.period.name, [("money", past.spent_in_all, ()), ("money", extra, ())]))
    _block(page, "Chi lũy kế và chi trong kỳ (triệu đồng)", ("Chi lũy kế", "Chi trong kỳ"), lines)
    for plan in programme.plans:
        lines = []
        for top in plan.children(""):
            kinds = Counter(now.status(plan, leaf) for leaf in leaves(plan, top))
            cells = now.sources("status", now.below(plan, top))
            counts = [("count", kinds[status], cells) for status in Status]
            lines.append((_label(f"{top.code}. {top.title}"), counts))
        _block(page, f"Tình trạng việc theo nhiệm vụ - {plan.short_name}", COUNTS, lines)


def _label(text: str) -> str:
    if len(text) <= _LONGEST_LABEL:
        return text
    return text[: _LONGEST_LABEL - 1].rstrip() + "…"


def _block(page: IssuedPage, title: str, headings: Sequence[str], lines: list) -> None:
    """The figures of one chart: below its title a row for each label."""
    if not lines:
        return
    heads = [row for row in range(1, page.last + 1) if page.text(row, 1) == clean(title)]
    if len(heads) != 1:
        page.book.differ(page.name, "", title, f"{len(heads)} bảng", "một bảng")
        return
    for column, heading in enumerate(headings, 2):
        page.words(heads[0], column, f"{title}: tên cột", heading)
    for row, (label, figures) in enumerate(lines, heads[0] + 1):
        page.words(row, 1, f"{title}: nhãn", label)
        for column, (kind, figure, cells) in enumerate(figures, 2):
            told = f"{label}: {headings[column - 2]}"
            (page.money if kind == "money" else page.count)(row, column, told, figure, cells)
