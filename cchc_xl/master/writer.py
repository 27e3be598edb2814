"""The master workbook: written whole when a workspace is made."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from ..findings.finding import Finding
from ..findings.rules import RULES as DECLARED_RULES
from ..plan.agencies import Agency, names_in_words
from ..plan.choices import LEAVE_OUT, SETTABLE, USE_THIS, USES
from ..plan.explanations import HANDLING
from ..plan.model import LEVELS, Goal, Programme
from ..plan.periods import Period, period_of
from ..text.numbers import format_number
from ..writing.book import Book, Sheet
from ..writing.cells import Formula
from ..writing.templates import house_style
from .dashboard import BOARD_AT, SHOWN_AT, SHOWN_PERIOD, write_dashboard
from .dashboard_grid import Results
from .layout import (
    AGENCIES,
    ALLOCATIONS,
    ASSIGNMENTS,
    CHOICES,
    EXPLANATIONS,
    FINDING_CODE,
    FINDINGS,
    GOALS,
    GROUPS,
    ITEMS,
    MAIL,
    NO,
    PERIODS,
    PLANS,
    RESULT_COLLECTORS,
    RESULT_SUBMISSIONS,
    RULES,
    SETTINGS,
    TABLES,
    YES,
    Table,
)
from .macros import add_macros, with_ribbon
from .mail_settings import MAIL_ROWS
from .result_tables import RESULTS

_TITLE_ROW, _HINT_ROW, _HEADING_ROW = 0, 1, 3
_SPARE_ROWS = 200  # below a table, for what is typed or comes in later
_WIDEST = 300  # characters that can still be read on one page's width


def write_master(
    programme: Programme,
    findings: Iterable[Finding] = (),
    results: Results | None = None,
    period_id: str = "",
) -> bytes:
    """The master workbook of a programme, with what was found when it was read in, what the
    last consolidation gave, and a period in the picker (else the first)."""
    book = Book(f"Sổ tổng hợp CCHC {programme.year or ''}".strip())
    results = results or Results({})
    first = programme.periods[0].id if programme.periods else ""
    write_dashboard(book, programme, period_id or first, results)
    for name in RESULTS:
        rows = results.rows.get(name, ())
        title = result_title(name, results.period)
        _write_sheet(book.sheet(name), RESULTS[name], rows, "result_tab", title)
    for name, rows in plan_rows(programme, findings).items():
        _write_sheet(book.sheet(name), TABLES[name], rows, "plan_tab", name.upper())
    add_macros(book)
    return with_ribbon(book.to_bytes())


def plan_rows(
    programme: Programme, findings: Iterable[Finding] = ()
) -> dict[str, list[Sequence[object]]]:
    """Sheet -> rows of the tables that officers edit, money in đồng."""
    plans, registry = programme.plans, programme.registry
    items = [item for plan in plans for item in plan.items]
    return {
        SETTINGS: [
            (name, value)
            for name, value in (
                ("Tỉnh", programme.province),
                ("Cơ quan tổng hợp", programme.office),
                ("Năm", str(programme.year or "")),
            )
            if value
        ],
        PLANS: [
            (p.id, p.decision, _date(p.date), p.title, str(p.year), p.short_name, p.total)
            for p in plans
        ],
        ITEMS: [
            (
                i.plan,
                i.code,
                LEVELS[i.level],
                i.title,
                i.indicator,
                i.evidence,
                i.start.printed if i.start else "",
                i.end.printed if i.end else "",
                i.deadline,
                i.budget,
                str(i.source),
            )
            for i in items
        ],
        ASSIGNMENTS: [
            (
                i.plan,
                i.code,
                i.title,
                names_in_words(i.leads),
                names_in_words(i.coordinating),
                i.budget_holder,
                names_in_words(i.reporters),
                i.frequency,
                i.collector,
                i.report_officer,
            )
            for i in items
        ],
        ALLOCATIONS: [
            (a.plan, a.agency, a.budget, str(a.source)) for p in plans for a in p.allocations
        ],
        GOALS: [
            (
                g.plan,
                g.code,
                g.text,
                g.target.printed if g.target else "",
                _achieved(g),
                g.achieved_from,
                g.evidence,
                str(g.source),
            )
            for p in plans
            for g in p.goals
        ],
        AGENCIES: [
            (
                a.id,
                a.name,
                names_in_words(a.groups),
                names_in_words(_with_own_name(a)),
                a.email,
                a.phone,
                a.successor,
                a.succeeded_on,
            )
            for a in registry.agencies
        ],
        GROUPS: [
            (g.name, names_in_words(g.aliases), YES if g.each else NO, g.via)
            for g in registry.groups
        ],
        PERIODS: [
            (p.id, p.name, str(p.year), str(p.months), p.due_before, _own_overdue(p))
            for p in programme.periods
        ],
        RULES: [
            (rule.code, rule.what, own.use, own.severity.words, own.threshold, rule.unit)
            for rule in DECLARED_RULES.values()
            for own in (programme.rules.setting(rule.code),)
        ],
        CHOICES: [(c.period, c.file, c.what, c.agency, c.reason) for c in programme.choices],
        EXPLANATIONS: [
            (e.period, e.agency, e.plan, e.code, e.rule, e.value, e.text, e.handling, e.source)
            for e in programme.explanations
        ],
        MAIL: [(row.name, row.usual, row.hint) for row in MAIL_ROWS],
        FINDINGS: [
            (
                f.severity.words,
                f.code,
                f.place.file,
                f.place.sheet,
                f.place.cell,
                f.value,
                f.message,
                f.action,
                f.agency,
                "",
            )
            for f in sorted(findings, key=lambda f: f.sort_key)
        ],
    }


def _with_own_name(agency: Agency) -> tuple[str, ...]:
    """The name of today is an alias too: when an officer renames the agency, the rows that
    still carry the old name find it."""
    return tuple(dict.fromkeys((*agency.aliases, agency.name)))


def _write_sheet(
    sheet: Sheet,
    table: Table,
    rows: Sequence[Sequence[object]],
    tab_colour: str,
    title: str | Formula,
) -> None:
    style = house_style()
    name = sheet.raw.get_name()
    sheet.put(_TITLE_ROW, 0, title, bold=True, font_size=style["font"]["title"])
    is_wide = sum(column.width for column in table.columns) > _WIDEST
    sheet.merge(
        # The first column of a wide sheet stands on both its pages: a text in it would be cut.
        (_HINT_ROW, 1 if is_wide else 0),
        (_HINT_ROW, len(table.columns) - 1),
        table.hint,
        italic=True,
        text_wrap=True,
        font_color=style["colour"]["hint"],
    )
    last = sheet.table(_HEADING_ROW, table.name, table.columns, rows)
    if FINDING_CODE in table.headings:  # for the software, not for officers
        at = table.headings.index(FINDING_CODE)
        sheet.raw.set_column(at, at, None, None, {"hidden": True})
    sheet.page(
        landscape=True,
        heading_rows=(_HEADING_ROW, _HEADING_ROW),
        columns=len(table.columns),
        rows=None,
    )
    if is_wide:
        sheet.raw.fit_to_pages(2, 0)
        sheet.raw.repeat_columns(0, 0)
        sheet.raw.freeze_panes(_HEADING_ROW + 1, 1)
    sheet.raw.set_tab_color(style["dashboard"][tab_colour])
    for number, row in enumerate(MAIL_ROWS if name == MAIL else (), _HEADING_ROW + 1):
        if row.choices:
            sheet.validate((number, 1), (number, 1), {"validate": "list", "source": [*row.choices]})
    heading, colours = table.colours
    if colours:
        at = table.headings.index(heading)
        sheet.colour_words((_HEADING_ROW + 1, at), (last + _SPARE_ROWS, at), colours)
    for heading, options in _VALIDATIONS.get(name, {}).items():
        at = table.headings.index(heading)
        sheet.validate((_HEADING_ROW + 1, at), (last + _SPARE_ROWS, at), options)


_NOT_NEGATIVE = {
    "validate": "decimal",
    "criteria": ">=",
    "value": 0,
    "ignore_blank": True,
    "error_title": "Số không hợp lệ",
    "error_message": "Nhập số triệu đồng, không âm.",
}
_A_DATE = {
    "validate": "date",
    "criteria": ">=",
    "value": datetime.date(2000, 1, 1),
    "ignore_blank": True,
    "error_title": "Ngày không hợp lệ",
    "error_message": "Nhập ngày/tháng/năm.",
}
_VALIDATIONS: dict[str, dict[str, dict]] = {
    ITEMS: {
        "Cấp": {"validate": "list", "source": list(LEVELS.values())},
        "Kinh phí dự toán (triệu đồng)": _NOT_NEGATIVE,
    },
    ALLOCATIONS: {"Kinh phí (triệu đồng)": _NOT_NEGATIVE},
    AGENCIES: {"Kế thừa từ ngày": _A_DATE},
    GROUPS: {"Từng thành viên trả lời": {"validate": "list", "source": [YES, NO]}},
    PERIODS: {"Nộp trước ngày": _A_DATE, "Tính quá hạn trước ngày": _A_DATE},
    RULES: {
        "Áp dụng": {"validate": "list", "source": list(USES)},
        "Mức độ": {"validate": "list", "source": [s.words for s in SETTABLE]},
    },
    CHOICES: {"Xử lý": {"validate": "list", "source": [USE_THIS, LEAVE_OUT]}},
    EXPLANATIONS: {"Xử lý": {"validate": "list", "source": list(HANDLING)}},
}


def _achieved(goal: Goal) -> object:
    """A percentage as a text, which says that it is one."""
    if goal.achieved is not None and goal.target and goal.target.unit == "%":
        return f"{format_number(goal.achieved)}%"
    return goal.achieved


def _own_overdue(period: Period) -> datetime.date | None:
    """The day, where it is not the usual one."""
    p = period
    usual = period_of(p.id, p.name, p.year, p.months, p.due_before)
    return None if p == usual else p.overdue_before


def _date(iso: str) -> datetime.date | None:
    return datetime.date.fromisoformat(iso) if iso else None


def result_title(name: str, period: str) -> Formula:
    """The title of a sheet of results: what it shows, of which period, and since when."""
    at = BOARD_AT if name in (RESULT_SUBMISSIONS, RESULT_COLLECTORS) else SHOWN_AT
    text = (
        f'="{name.upper()}"&IF({SHOWN_PERIOD}="",""," · KỲ "&{SHOWN_PERIOD}&'
        f'IF({at}="",""," · "&{at}))'
    )
    return Formula(text, f"{name.upper()} · KỲ {period}" if period else name.upper())
