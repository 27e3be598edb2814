"""The audit of the sheets with a plan's rows: Phụ lục 2, Phụ lục 1, plans without money, and who
has done what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..outputs.sheet_names import (
    LONGEST_REMARK,
    LONGEST_RESULT,
    MOST_AGENCIES,
    PHU_LUC_1,
    PHU_LUC_2,
    appendix_sheets,
    matrix_of,
    plan_sheets,
)
from ..plan.model import Item, Plan
from ..plan.periods import Period, collections_due
from ..plan.statuses import Status
from ..text.spelling import clean, shortened
from .figures import Fact, Figures, budget, leaves, less, share
from .issued import Issued, IssuedPage, Table

_MANY = 8  # more names or texts than this are counted, not listed
_WHOLE = "TỔNG CỘNG"
_LETTERS = {
    Status.DONE: "✓",
    Status.IN_PROGRESS: "Đ",
    Status.NOT_STARTED: "C",
    Status.OVERDUE: "Q",
    Status.CANCELLED: "K",
    Status.NOT_REPORTED: "–",
}
_COUNTS = (
    Status.DONE,
    Status.IN_PROGRESS,
    Status.NOT_STARTED,
    Status.CANCELLED,
    Status.OVERDUE,
    Status.NOT_REPORTED,
)
_SEE = "xem trang Nguồn số liệu"


def check_appendices(issued: Issued, so_far: Sequence[Figures]) -> None:
    """Every sheet with the rows of a plan."""
    now = so_far[-1]
    plans = now.programme.plans
    monitored = [plan for plan in plans if plan.has_monitoring]
    with_money = [plan for plan in plans if plan.has_budget]
    for plan in monitored:
        if page := issued.page(appendix_sheets(PHU_LUC_2, monitored)[plan.id]):
            _phu_luc_2(page, plan, so_far)
    for plan in with_money:
        if page := issued.page(appendix_sheets(PHU_LUC_1, with_money)[plan.id]):
            _phu_luc_1(page, plan, now)
    for plan in plans:
        if not plan.has_budget:
            if page := issued.page(plan_sheets(plans)[plan.id]):
                _without_money(page, plan, now)
            _matrix(issued, plan, now)


def _rows(page: IssuedPage, plan: Plan, headings: Sequence[str], text: str) -> tuple:
    """The table, each item with its row, and the row with sums."""
    table = Table.of(page, ("STT", text, *headings), lines=2)
    if table is None:
        return None, [], None
    rows = table.rows(("STT",), (text, _WHOLE))
    found = rows.match([(item.code,) for item in plan.items], "Mục")
    if rows.sums is None:
        page.book.differ(page.name, "", _WHOLE, "không có dòng", "một dòng")
    pairs = [(item, found[(item.code,)]) for item in plan.items if (item.code,) in found]
    for item, row in pairs:
        page.words(row, table.columns[text], f"{item.code}: {text}", item.title)
    return table, pairs, rows.sums


# --------------------------------------------------------------------- Phụ lục 2


def _phu_luc_2(page: IssuedPage, plan: Plan, so_far: Sequence[Figures]) -> None:
    now = so_far[-1]
    headings = (
        "Số lần đã thu thập",
        "Trạng thái",
        "Tỷ lệ hoàn thành (%)",
        "Dự toán",
        "Đã chi",
        "Tỷ lệ (%)",
        "Ghi chú",
        "Kết quả đạt được, văn bản kiểm chứng",
    )
    table, rows, whole = _rows(page, plan, headings, "Nội dung công việc")
    if table is None:
        return
    at = table.columns
    for item, row in rows:
        facts = now.below(plan, item)
        told = f"{item.code}: "
        page.words(
            row,
            at["Số lần đã thu thập"],
            told + "Số lần đã thu thập",
            _collected(plan, item, so_far),
            now.sources("status", facts),
        )
        page.words(
            row,
            at["Trạng thái"],
            told + "Trạng thái",
            now.status(plan, item),
            now.sources("status", facts),
        )
        page.number(
            row,
            at["Tỷ lệ hoàn thành (%)"],
            told + "Tỷ lệ hoàn thành (%)",
            now.percent(plan, item),
            now.sources("percent", facts),
        )
        _money(page, row, at, "Tỷ lệ (%)", plan, item, now)
        is_leaf = plan.is_leaf(item)
        quoted = [*_quoted(facts, "result"), *_quoted(facts, "proof", "Văn bản: ")]
        remarks = _quoted(facts, "difficulties")
        came = sum(fact.came for fact in facts)
        if not is_leaf or not came:
            quoted, remarks = [], []
        if came < len(facts):
            remarks = [f"Đã báo cáo {came}/{len(facts)}", *remarks]
        page.words(
            row,
            at["Kết quả đạt được, văn bản kiểm chứng"],
            told + "Kết quả, văn bản",
            shortened("\n".join(quoted), LONGEST_RESULT),
            now.sources("result", facts),
        )
        page.words(
            row,
            at["Ghi chú"],
            told + "Ghi chú",
            shortened("\n".join(remarks), LONGEST_REMARK),
            now.sources("status", facts),
        )
    if whole:
        _money(page, whole, at, "Tỷ lệ (%)", plan, None, now)


def _money(
    page: IssuedPage,
    row: int,
    at: dict[str, int],
    ratio: str,
    plan: Plan,
    item: Item | None,
    now: Figures,
) -> None:
    """Budget, spending and the one in percent of the other."""
    told = f"{item.code}: " if item else "Tổng cộng: "
    planned, spent = budget(plan, item), now.spent(plan, item)
    cells = now.sources("spent", now.below(plan, item))
    page.money(row, at["Dự toán"], told + "Dự toán", planned)
    page.money(row, at["Đã chi"], told + "Đã chi", spent, cells)
    page.number(row, at[ratio], told + ratio, share(spent, planned), cells)
    if "Còn lại" in at:
        page.money(row, at["Còn lại"], told + "Còn lại", less(planned, spent), cells)


def _collected(plan: Plan, item: Item, so_far: Sequence[Figures]) -> str:
    """How many of the collections due by now there were: those into which a period fell whose
    reports all came."""
    if not item.frequency:
        return ""
    now = so_far[-1].period
    complete = []
    for past in so_far:
        facts = past.below(plan, item)
        if facts and all(fact.came for fact in facts):
            complete.append(past.period)
    due = collections_due(item.frequency, now)
    if due is None:
        return "Đã thu thập" if now in complete else "Chưa đủ"
    if due == 0:
        return "Chưa đến kỳ"
    a_year = collections_due(item.frequency, _whole_year(now)) or 0
    done = set()
    for past in complete:
        number = past.months * a_year // 12 + (past.months * a_year % 12 > 0)
        done.add(min(number, due))
    return f"{len(done - {0})}/{due}"


def _whole_year(period: Period) -> Period:
    return replace(period, months=12)


def _quoted(facts: Sequence[Fact], name: str, lead: str = "") -> list[str]:
    """What was written of a row of work: as it stands where one agency answers for it."""
    written = [(fact.agency, fact.texts[name]) for fact in facts if fact.texts.get(name)]
    if len(written) > _MANY:
        return [f"{lead}{len(written)} cơ quan có báo cáo, {_SEE}"]
    if len(facts) == 1:
        return [lead + text for _, text in written]
    return [f"{agency}: {lead.lower()}{text}" for agency, text in written]


# --------------------------------------------------------------------- Phụ lục 1


def _phu_luc_1(page: IssuedPage, plan: Plan, now: Figures) -> None:
    headings = (
        "Từ tháng",
        "Đến tháng",
        "Dự toán",
        "Đã chi",
        "Còn lại",
        "Tỷ lệ chi (%)",
        "Trạng thái",
    )
    table, rows, whole = _rows(page, plan, headings, "Nội dung công việc")
    if table is None:
        return
    at = table.columns
    for item, row in rows:
        told = f"{item.code}: "
        for heading, month in (("Từ tháng", item.start), ("Đến tháng", item.end)):
            page.words(row, at[heading], told + heading, month.printed if month else "")
        _money(page, row, at, "Tỷ lệ chi (%)", plan, item, now)
        page.words(
            row,
            at["Trạng thái"],
            told + "Trạng thái",
            now.status(plan, item),
            now.sources("status", now.below(plan, item)),
        )
    if whole:
        _money(page, whole, at, "Tỷ lệ chi (%)", plan, None, now)


# --------------------------------------------------------------- plans without money


def _without_money(page: IssuedPage, plan: Plan, now: Figures) -> None:
    late = "Cơ quan chưa hoàn thành"
    table, rows, whole = _rows(
        page, plan, ("Trạng thái", "Phải báo cáo", *_COUNTS, late), "Nội dung"
    )
    if table is None:
        return
    at = table.columns
    for item, row in rows:
        facts = now.below(plan, item)
        cells = now.sources("status", facts)
        page.words(row, at["Trạng thái"], f"{item.code}: Trạng thái", now.status(plan, item), cells)
        _counts(page, row, at, f"{item.code}: ", facts, now)
        names = [fact.agency for fact in facts if fact.status != Status.DONE]
        if not plan.is_leaf(item):
            page.words(row, at[late], f"{item.code}: {late}", "")
        elif len(names) > _MANY:
            where = matrix_of(plan_sheets(now.programme.plans)[plan.id])
            if not _is_matrix(plan, now):
                where = "Nguồn số liệu"
            counted = f"{len(names)} cơ quan, xem trang {where}"
            page.words(row, at[late], f"{item.code}: {late}", counted, cells)
        else:
            stands = sorted(filter(None, page.text(row, at[late]).split("; ")))
            page.pass_over(row, at[late])
            if stands != sorted(map(clean, names)):
                page.words(row, at[late], f"{item.code}: {late}", "; ".join(names), cells)
    if whole:
        _counts(page, whole, at, "Tổng cộng: ", now.below(plan, None), now)


def _counts(
    page: IssuedPage, row: int, at: dict[str, int], told: str, facts: Sequence[Fact], now: Figures
) -> None:
    page.count(row, at["Phải báo cáo"], told + "Phải báo cáo", len(facts))
    for status in _COUNTS:
        having = [fact for fact in facts if fact.status == status]
        page.count(row, at[status], told + status, len(having), now.sources("status", having))


def _is_matrix(plan: Plan, now: Figures) -> bool:
    most = max((len(now.of(plan, leaf)) for leaf in leaves(plan, None)), default=0)
    return most > 1 and len({fact.agency for fact in now.below(plan, None)}) <= MOST_AGENCIES


def _matrix(issued: Issued, plan: Plan, now: Figures) -> None:
    """Rows against agencies, where several answer for one row."""
    work = leaves(plan, None)
    reporting = {fact.agency for fact in now.below(plan, None)}
    agencies = [one.name for one in now.programme.registry.agencies if one.name in reporting]
    if not _is_matrix(plan, now):
        return
    page = issued.page(matrix_of(plan_sheets(now.programme.plans)[plan.id]))
    table = (
        Table.of(page, ("Mã", "Nhiệm vụ", "Hoàn thành", *map(clean, agencies))) if page else None
    )
    if page is None or table is None:
        return
    rows = table.rows(("Mã",)).match([(leaf.code,) for leaf in work], "Mã")
    others = set(table.columns.values()) - {table.columns[clean(name)] for name in agencies}
    for leaf in work:
        row = rows.get((leaf.code,))
        if row is None:
            continue
        facts = {fact.agency: fact for fact in now.of(plan, leaf)}
        done = sum(fact.status == Status.DONE for fact in facts.values())
        page.words(row, table.columns["Nhiệm vụ"], f"{leaf.code}: Nhiệm vụ", leaf.title)
        page.words(
            row,
            table.columns["Hoàn thành"],
            f"{leaf.code}: Hoàn thành",
            f"{done}/{len(facts)}" if facts else "",
            now.sources("status", facts.values()),
        )
        for name in agencies:
            fact = facts.get(name)
            page.words(
                row,
                table.columns[clean(name)],
                f"{leaf.code}, {name}",
                _LETTERS[fact.status] if fact else "",
                now.sources("status", [fact] if fact else []),
            )
    for name in {page.text(table.heading, column) for column in others} - {
        "Mã",
        "Nhiệm vụ",
        "Hoàn thành",
    }:
        page.book.differ(page.name, "", f"Cột {name}", "có cột này", "không có cơ quan này")
