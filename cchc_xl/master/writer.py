"""The master workbook: written whole when a workspace is made."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from ..findings.finding import Finding
from ..findings.rules import RULES as DECLARED_RULES
from ..plan.choices import LEAVE_OUT, SETTABLE, USE_THIS, USES
from ..plan.explanations import HANDLING
from ..plan.model import LEVELS, Programme
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
    RuleInForce,
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
) -> dict[str, list[tuple[object, ...]]]:
    """Sheet -> rows of the tables that officers edit, money in đồng."""
    plans, registry = programme.plans, programme.registry
    items = [item for plan in plans for item in plan.items]
    settings = {
        "Tỉnh": programme.province,
        "Cơ quan tổng hợp": programme.office,
        "Năm": str(programme.year or ""),
    }
    about: dict[str, Iterable[Any]] = {
        SETTINGS: [(name, value) for name, value in settings.items() if value],
        PLANS: plans,
        ITEMS: items,
        ASSIGNMENTS: items,
        ALLOCATIONS: [allocation for plan in plans for allocation in plan.allocations],
        GOALS: [goal for plan in plans for goal in plan.goals],
        AGENCIES: registry.agencies,
        GROUPS: registry.groups,
        PERIODS: programme.periods,
        RULES: [
            RuleInForce(rule, programme.rules.setting(rule.code))
            for rule in DECLARED_RULES.values()
        ],
        CHOICES: programme.choices,
        EXPLANATIONS: programme.explanations,
        MAIL: MAIL_ROWS,
        FINDINGS: sorted(findings, key=lambda found: found.sort_key),
    }
    return {sheet: TABLES[sheet].shown(rows) for sheet, rows in about.items()}


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


def result_title(name: str, period: str) -> Formula:
    """The title of a sheet of results: what it shows, of which period, and since when."""
    at = BOARD_AT if name in (RESULT_SUBMISSIONS, RESULT_COLLECTORS) else SHOWN_AT
    text = (
        f'="{name.upper()}"&IF({SHOWN_PERIOD}="",""," · KỲ "&{SHOWN_PERIOD}&'
        f'IF({at}="",""," · "&{at}))'
    )
    return Formula(text, f"{name.upper()} · KỲ {period}" if period else name.upper())
