"""The sheet Tóm tắt: the figures of a period at one look, each a formula over the sheets behind
it, beside those of the period before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..ledger.ledger import Ledger
from ..ledger.result_rows import submissions
from ..plan.figures import (
    CAME,
    CAME_LATE,
    CHANGE,
    DUE,
    IN_TIME,
    MISSING,
    ROWS,
    WITH_OVERDUE,
    FigureId,
)
from ..plan.model import Plan
from ..plan.statuses import Status
from ..text.money import percent_of, rest, sum_known
from ..writing.book import Book, Sheet
from ..writing.cells import KINDS, Column, Formula, cell_name, column_name, line_style, position
from ..writing.table_pages import FIRST_ROW
from ..writing.templates import house_style
from .sheet_names import AGENCIES, TASKS
from .summaries import AGENCY_COLUMNS, BEHIND, NOT_ASKED, ON_TIME, TASK_COLUMNS, row_counts


class KeyFigure(NamedTuple):
    """One figure: this period's as a formula, and the last one's; money in đồng. `kind` is count,
    money or percent; a line without a figure is a heading."""

    label: str
    figure: FigureId | None = None
    formula: str = ""
    now: Any = None
    before: Any = None
    kind: str = "count"
    last: str = ""

    @property
    def of_last(self) -> FigureId | None:
        """The same figure of the period before."""
        return self.figure._replace(period=self.last) if self.figure and self.last else None


def write_key_figures(book: Book, sheet: Sheet, so_far: Sequence[Ledger]) -> None:
    """Fill the sheet; those it reads from are written already."""
    now, before = so_far[-1], so_far[-2] if len(so_far) > 1 else None
    style = house_style()
    sheet.widths((58, 18, 18, 18))
    title = f"TÓM TẮT SỐ LIỆU - {now.period.name.upper()}"
    sheet.merge((0, 0), (0, 3), title, bold=True, font_size=style["font"]["title"])
    note = "Mỗi số là công thức lấy từ các trang sau. Kinh phí: triệu đồng."
    sheet.merge((1, 0), (1, 3), note, italic=True, font_color=style["colour"]["hint"])
    head = {
        **line_style(),
        "bold": True,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
        "bg_color": style["colour"]["heading_fill"],
    }
    last = before.period.name if before else "Kỳ trước"
    for at, text in enumerate(("Chỉ số", now.period.name, last, "Tăng, giảm")):
        sheet.put(3, at, text, **head)
    row = FIRST_ROW
    for line in _lines(book, now, before):
        _write(sheet, row, line._replace(last=before.period.id if before else ""))
        row += 1
    sheet.raw.freeze_panes(FIRST_ROW, 1)
    sheet.page(landscape=False, heading_rows=(3, 3), columns=4, rows=row)


def _write(sheet: Sheet, row: int, line: KeyFigure) -> None:
    style = line_style()
    if line.figure is None:
        fill = {"bold": True, "bg_color": house_style()["colour"]["task_fill"]}
        sheet.merge((row, 0), (row, 3), line.label, **style, **fill)
        return
    sheet.put(row, 0, line.label, **style, text_wrap=True)
    if not line.formula:  # nothing is known
        for at in (1, 2, 3):
            sheet.put(row, at, None, **style)
        return
    now, before = (cell_name(row, at) for at in (1, 2))
    change = f'=IF(COUNT({now},{before})<2,"",{now}-{before})'
    changed = line.figure._replace(what=CHANGE + line.figure.what)
    difference = rest(line.now, line.before)
    if line.kind == "money":
        sheet.put_money_formula(row, 1, line.formula, line.now, of=line.figure, **style)
        sheet.put_money(row, 2, line.before, of=line.of_last, **style)
        sheet.put_money_formula(row, 3, change, difference, of=changed, **style)
        return
    form = {**style, **KINDS["percent" if line.kind == "percent" else "number"]}
    shown = "" if line.now is None else line.now
    sheet.put(row, 1, Formula(line.formula, shown), of=line.figure, **form)
    sheet.put(row, 2, line.before, of=line.of_last, **form)
    shown = Formula(change, "" if difference is None else difference)
    sheet.put(row, 3, shown, of=changed, **form)


def _lines(book: Book, now: Ledger, before: Ledger | None) -> Iterator[KeyFigure]:
    yield KeyFigure("Nộp phiếu báo cáo")
    yield from _submission_lines(now, before)
    yield KeyFigure("Kinh phí")
    yield from _money_lines(book, now, before)
    yield KeyFigure("Tất cả việc phải thực hiện")
    yield from _row_lines(now, before, None)
    for plan in now.programme.plans:
        yield KeyFigure(f"Kế hoạch {plan.short_name}")
        yield from _row_lines(now, before, plan)


def _submission_lines(now: Ledger, before: Ledger | None) -> Iterator[KeyFigure]:
    names = {one.agency for one in now.agencies}
    span = _span(AGENCIES, AGENCY_COLUMNS, "Nộp phiếu", 0, len(names))
    here, then = key_values(now), key_values(before) if before else {}
    rest = f'ROWS({span})-COUNTIF({span},"{NOT_ASKED}")'
    yield KeyFigure("Cơ quan phải báo cáo", FigureId(DUE), f"={rest}", here[DUE], then.get(DUE))
    for label, what, states in (
        ("Cơ quan đã có phiếu dùng được", CAME, (ON_TIME, BEHIND)),
        ("   nộp đúng hạn", IN_TIME, (ON_TIME,)),
        ("   nộp trễ", CAME_LATE, (BEHIND,)),
    ):
        counted = "+".join(f'COUNTIF({span},"{state}")' for state in states)
        yield KeyFigure(label, FigureId(what), f"={counted}", here[what], then.get(what))
    counted = "".join(f'-COUNTIF({span},"{state}")' for state in (ON_TIME, BEHIND))
    yield KeyFigure(
        "Cơ quan chưa có phiếu dùng được",
        FigureId(MISSING),
        f"={rest}{counted}",
        here[MISSING],
        then.get(MISSING),
    )
    late = _span(AGENCIES, AGENCY_COLUMNS, Status.OVERDUE, 0, len(names))
    yield KeyFigure(
        "Cơ quan có việc quá hạn",
        FigureId(WITH_OVERDUE),
        f'=COUNTIF({late},">0")',
        here[WITH_OVERDUE],
        then.get(WITH_OVERDUE),
    )


def key_values(ledger: Ledger) -> dict[str, int]:
    """How many agencies must report, did so, in time or late, and have overdue work."""
    found = submissions(ledger)
    came = [one for one in found if one.accepted]
    late = sum(one.late is not None for one in came)
    overdue = {one.agency for one in ledger.agencies if one.counts[Status.OVERDUE]}
    return {
        DUE: len(found),
        CAME: len(came),
        IN_TIME: len(came) - late,
        CAME_LATE: late,
        MISSING: len(found) - len(came),
        WITH_OVERDUE: len(overdue),
    }


def _money_lines(book: Book, now: Ledger, before: Ledger | None) -> Iterator[KeyFigure]:
    budget, spent = _money(now)
    old_budget, old_spent = _money(before) if before else (None, None)
    for label, what, here, then in (
        ("Dự toán", "budget", budget, old_budget),
        ("Đã chi lũy kế", "spent", spent, old_spent),
        ("Còn lại", "left", rest(budget, spent), rest(old_budget, old_spent)),
    ):
        yield KeyFigure(label, FigureId(what), _reference(book, what), here, then, "money")
    yield KeyFigure(
        "Tỷ lệ chi (%)",
        FigureId("share"),
        _reference(book, "share"),
        percent_of(spent, budget),
        percent_of(old_spent, old_budget),
        "percent",
    )


def _money(ledger: Ledger) -> tuple[int | None, int | None]:
    totals = [ledger.totals(plan) for plan in ledger.programme.plans]
    return sum_known(one for one, _ in totals), sum_known(one for _, one in totals)


def _reference(book: Book, what: str) -> str:
    written = book.figures.get(FigureId(what))
    return f"='{written[0].sheet}'!{written[0].cell}" if written else ""


def _row_lines(now: Ledger, before: Ledger | None, plan: Plan | None) -> Iterator[KeyFigure]:
    here = row_counts(now, plan)
    then = row_counts(before, plan) if before else None
    of = plan.id if plan else ""
    plans = now.programme.plans
    above = plans[: plans.index(plan)] if plan else ()
    first = sum(len(one.children("")) for one in above)
    tasks = sum(len(one.children("")) for one in ([plan] if plan else plans))

    def total(status: str) -> str:
        heading = "Số việc" if status == "due" else status
        return f"SUM({_span(TASKS, TASK_COLUMNS, heading, first, tasks)})"

    for status in ("due", *Status):
        yield KeyFigure(
            "Số việc" if status == "due" else f"   {status.lower()}",
            FigureId(ROWS + status, of),
            f"={total(status)}",
            _count(here, status),
            _count(then, status) if then is not None else None,
        )
    yield KeyFigure(
        "Việc xong (%)",
        FigureId(ROWS + "done share", of),
        f'=IF({total("due")}=0,"",{total(Status.DONE)}/{total("due")}*100)',
        percent_of(here[Status.DONE], sum(here.values())),
        percent_of(then[Status.DONE], sum(then.values())) if then is not None else None,
        "percent",
    )


def _span(sheet: str, columns: Sequence[Column], heading: str, first: int, rows: int) -> str:
    """The cells of a column, of so many rows of its table from the one at `first` on."""
    letter = column_name(position(columns, heading))
    top = FIRST_ROW + first
    return f"'{sheet}'!{letter}{top + 1}:{letter}{top + rows}"


def _count(counts: Counter, status: str) -> int:
    return sum(counts.values()) if status == "due" else counts[status]
