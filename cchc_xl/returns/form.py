"""The return form: one workbook for an agency and a period, with its rows of every plan.

`FIELDS` is the one list of the form's columns; `returns` reads by it. What tells a
returned file apart travels inside it: a hidden sheet with plan, period, agency and
version, and a hidden column with the key of each row.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from ..plan.agencies import Agency, slug
from ..plan.model import Item, Plan, Programme, row_key
from ..plan.periods import Period
from ..plan.statuses import REPORTED_STATUSES, Status
from ..text.dates import format_date
from ..writing.cells import VIETNAMESE, Formula, cell_name, column_name, line_style
from ..writing.templates import house_style
from ..writing.workbooks import Book, Sheet

FORM_VERSION = "1"
FORM_SHEET = "Phiếu báo cáo"
IDENTITY_SHEET = "_cchc"
ROW_KEY_HEADING = "Khóa dòng"
AGENCY_LABEL = "Cơ quan báo cáo:"
PERIOD_LABEL = "Kỳ báo cáo:"
CONTACT_LABEL, PHONE_LABEL = "Người lập phiếu:", "Điện thoại:"
TOTAL_LABEL = "Tổng cộng"
_LONGEST_NAME = 80  # of an agency in a file name; systems refuse very long ones


@dataclass(frozen=True)
class Field:
    """A column of the form. `hint` shows when an officer enters a cell of it."""

    name: str
    heading: str
    width: float
    given: bool = False
    hint: str = ""


FIELDS = (
    Field("code", "Mã", 7.5, given=True),
    Field("title", "Nội dung công việc", 30, given=True),
    Field("indicator", "Chỉ số đánh giá/mục tiêu", 22, given=True),
    Field("evidence", "Tài liệu kiểm chứng", 19, given=True),
    Field("time", "Thời gian", 11, given=True),
    Field("budget", "Kinh phí dự toán (triệu đồng)", 10, given=True),
    Field("status", "Trạng thái", 12, hint="Chọn một trạng thái trong danh sách."),
    Field(
        "percent",
        "Tỷ lệ hoàn thành (%)",
        9,
        hint="Số nguyên từ 0 đến 100. Ghi 50, không ghi 50% hoặc 0,5.",
    ),
    Field("result", "Kết quả đạt được", 24, hint="Ghi ngắn gọn kết quả đến hết kỳ báo cáo."),
    Field(
        "proof",
        "Số, ký hiệu văn bản kiểm chứng",
        16,
        hint="Ví dụ: 125/QĐ-UBND ngày 12/3/2018. Bắt buộc khi đã hoàn thành.",
    ),
    Field(
        "spent",
        "Kinh phí đã chi lũy kế (triệu đồng)",
        11,
        hint="Số đã chi từ đầu năm đến hết kỳ, tính bằng triệu đồng. Chưa chi thì ghi 0.",
    ),
    Field("difficulties", "Khó khăn, vướng mắc", 18, hint="Để trống nếu không có."),
    Field("proposals", "Đề xuất, kiến nghị", 18, hint="Để trống nếu không có."),
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}
COLUMN = {field.name: at for at, field in enumerate(FIELDS)}
_KEY_COLUMN = len(FIELDS)
_HEADING_ROW = 6
_FIRST_ROW = _HEADING_ROW + 2  # a row (1) (2) (3) stands between


def form_name(period: Period, agency: str) -> str:
    """What the file of an agency's form is called, without its ending."""
    return f"Phieu_{period.id}_{slug(agency)[:_LONGEST_NAME]}"


def feedback_name(period: Period, agency: str) -> str:
    """What the workbook is called that goes back to an agency, without its ending."""
    return f"Phan-hoi_{period.id}_{slug(agency)[:_LONGEST_NAME]}"


def form_files(programme: Programme, period: Period) -> dict[str, str]:
    """Agency -> the file of its form, for every agency that must report."""
    return _files(programme, period, form_name)


def feedback_files(programme: Programme, period: Period) -> dict[str, str]:
    """Agency -> the workbook that goes back to it, for every agency that must report."""
    return _files(programme, period, feedback_name)


def _files(
    programme: Programme, period: Period, name_of: Callable[[Period, str], str]
) -> dict[str, str]:
    files: dict[str, str] = {}
    for name in programme.rows_by_agency(period):
        file = f"{name_of(period, name)}.xlsx"
        if file in files.values():  # two names that differ in diacritics only
            agency = programme.registry.by_name[name]
            file = f"{name_of(period, name)}_{slug(agency.id)}.xlsx"
        files[name] = file
    return files


def agency_of_name(programme: Programme, period: Period, file: str) -> str:
    """The agency whose form a file that cannot be opened was, by the name it was sent with."""
    stem = slug(PurePath(file).stem)
    names = [name for name in programme.registry.by_name if slug(form_name(period, name)) in stem]
    return max(names, key=len, default="")


Entries = Mapping[str, Mapping[str, object]]  # row key -> field -> what stands in its cell


def column_of(name: str) -> str:
    """The letters of a field's column in a form as it is sent."""
    return column_name(COLUMN[name])


def write_form(
    programme: Programme, period: Period, agency: Agency, entries: Entries | None = None
) -> bytes:
    """The form of an agency for a period, with the rows it must report; filled in where there
    are entries."""
    rows = programme.rows_by_agency(period)[agency.name]
    book = Book(f"Phiếu báo cáo CCHC {period.id} - {agency.name}")
    sheet = book.sheet(FORM_SHEET)
    _write_heading(sheet, programme, period, agency)
    at = _FIRST_ROW
    for plan in programme.plans:
        if plan.id in rows:
            with_budget = {
                item.code
                for item in rows[plan.id]
                if shows_budget(item, programme.holder(item, period), agency.name)
            }
            at = _write_plan(sheet, at, plan, rows[plan.id], with_budget, entries or {})
    _finish(sheet, at)
    _write_identity(book, period, agency, rows)
    return book.to_bytes()


def _write_heading(sheet: Sheet, programme: Programme, period: Period, agency: Agency) -> None:
    style = house_style()
    last = len(FIELDS) - 1
    centre = {"align": "center", "valign": "vcenter"}
    sheet.merge(
        (0, 0),
        (0, last),
        "PHIẾU BÁO CÁO KẾT QUẢ THỰC HIỆN CẢI CÁCH HÀNH CHÍNH",
        bold=True,
        font_size=style["font"]["title"],
        **centre,
    )
    sheet.merge((1, 0), (1, last), f"{PERIOD_LABEL} {period.name}", bold=True, **centre)
    sheet.merge((2, 0), (2, last), f"{AGENCY_LABEL} {agency.name}", bold=True, **centre)
    sheet.merge(
        (3, 0),
        (3, last),
        f"Gửi về {programme.office} trước ngày {format_date(period.due_before)}. "
        "Chỉ nhập các ô nền vàng; kinh phí ghi bằng triệu đồng, lũy kế từ đầu năm.",
        italic=True,
        font_color=style["colour"]["hint"],
        **centre,
    )
    # Who filled it in: labels in the given columns, entries beside them.
    entry = entry_style()
    sheet.put(4, 1, CONTACT_LABEL, align="right")
    sheet.merge((4, 2), (4, 3), "", **entry)
    sheet.merge((4, 4), (4, 5), PHONE_LABEL, align="right")
    sheet.merge((4, 6), (4, 7), "", **{**entry, "num_format": "@"})
    sheet.put(4, 8, "Ngày lập:", align="right")
    sheet.put(4, 9, None, **{**entry, "num_format": "dd/mm/yyyy", "align": "center"})
    sheet.validate(
        (4, 9),
        (4, 9),
        {
            "validate": "date",
            "criteria": ">=",
            "value": datetime.date(period.year, 1, 1),
            "input_title": "Ngày lập",
            "input_message": "Nhập ngày/tháng/năm.",
            "error_title": "Ngày không hợp lệ",
            "error_message": f"Nhập ngày/tháng/năm, từ năm {period.year}.",
        },
    )
    for at, field in enumerate(FIELDS):
        heading = {**line_style(), "bold": True, "text_wrap": True, **centre}
        sheet.put(
            _HEADING_ROW, at, field.heading, bg_color=style["colour"]["heading_fill"], **heading
        )
        sheet.put(_HEADING_ROW + 1, at, f"({at + 1})", italic=True, **line_style(), **centre)
    sheet.widths(field.width for field in FIELDS)
    sheet.put(_HEADING_ROW, _KEY_COLUMN, ROW_KEY_HEADING)


def _write_plan(
    sheet: Sheet,
    at: int,
    plan: Plan,
    items: tuple[Item, ...],
    with_budget: set[str],
    entries: Entries,
) -> int:
    """Write one plan's part from row `at`; gives the first row after it."""
    style = house_style()
    section = {
        **line_style(),
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": style["colour"]["task_fill"],
    }
    text = f"{plan.title} (Quyết định số {plan.decision})"
    sheet.merge((at, 0), (at, len(FIELDS) - 1), text, **section)
    at += 1
    parent = ""
    first = at
    for item in items:
        if item.parent != parent:
            parent = item.parent
            above = plan.by_code.get(parent)
            if above:
                label = f"{above.code}. {above.title}"
                sheet.merge(
                    (at, 0),
                    (at, len(FIELDS) - 1),
                    label,
                    **line_style(),
                    italic=True,
                    text_wrap=True,
                    font_color=style["colour"]["hint"],
                )
                at += 1
        filled = entries.get(row_key(plan.id, item.code), {})
        _write_row(sheet, at, item, item.code in with_budget, filled)
        at += 1
    return _write_total(sheet, at, first, items, with_budget)


def shows_budget(item: Item, holder: str, agency: str) -> bool:
    """A budget stands on the form of its holder, or of the only one to report the row; on
    several forms it would be counted several times."""
    return agency == holder or item.reporters == (agency,)


def _write_row(
    sheet: Sheet, at: int, item: Item, with_budget: bool, filled: Mapping[str, object]
) -> None:
    given = {**line_style(), "text_wrap": True}
    sheet.put(at, COLUMN["code"], item.code, **given, num_format="@")
    sheet.put(at, COLUMN["title"], item.title, **given)
    sheet.put(at, COLUMN["indicator"], item.indicator, **given)
    sheet.put(at, COLUMN["evidence"], item.evidence, **given)
    sheet.put(at, COLUMN["time"], item.time, **given, align="center")
    sheet.put_money(at, COLUMN["budget"], item.budget if with_budget else None, **line_style())
    entry = entry_style()
    for name in ("result", "proof", "difficulties", "proposals"):
        as_text = {"num_format": "@" if name == "proof" else "General"}
        sheet.put(at, COLUMN[name], filled.get(name), **entry, **as_text)
    sheet.put(at, COLUMN["status"], filled.get("status"), **entry, align="center")
    sheet.put(
        at, COLUMN["percent"], filled.get("percent"), **entry, align="center", num_format="0.##"
    )
    sheet.put(
        at,
        COLUMN["spent"],
        filled.get("spent"),
        **entry,
        align="right",
        num_format=VIETNAMESE + "#,##0.######",
    )
    sheet.put(at, _KEY_COLUMN, row_key(item.plan, item.code), num_format="@")


def _write_total(
    sheet: Sheet, at: int, first: int, items: tuple[Item, ...], with_budget: set[str]
) -> int:
    """A closing row with live totals; gives the row after it."""
    bold = {**line_style(), "bold": True}

    def span(name: str) -> str:
        return f"{cell_name(first, COLUMN[name])}:{cell_name(at - 1, COLUMN[name])}"

    for column in range(len(FIELDS)):
        sheet.put(at, column, None, **bold)
    sheet.put(at, COLUMN["title"], TOTAL_LABEL, **bold)
    # Codes are counted through the key column: it is filled on rows to report only.
    keys = f"{cell_name(first, _KEY_COLUMN)}:{cell_name(at - 1, _KEY_COLUMN)}"
    sheet.put(
        at,
        COLUMN["status"],
        Formula(
            f'=COUNTIF({span("status")},"{Status.DONE}")&"/"&COUNTA({keys})&" hoàn thành"',
            f"0/{len(items)} hoàn thành",
        ),
        **bold,
        align="center",
        text_wrap=True,
    )
    budgets = [item.budget for item in items if item.code in with_budget]
    known = [budget for budget in budgets if budget is not None]
    if known:
        sheet.put_money_formula(at, COLUMN["budget"], f"=SUM({span('budget')})", sum(known), **bold)
    sheet.put(
        at,
        COLUMN["spent"],
        Formula(f'=IF(COUNT({span("spent")})=0,"",SUM({span("spent")}))', ""),
        **bold,
        align="right",
        num_format=VIETNAMESE + "#,##0.######",
    )
    return at + 1


def _finish(sheet: Sheet, end: int) -> None:
    """Checks, protection, freezing and page set-up over the whole body."""
    first, last = _FIRST_ROW, end - 1
    for name, options in _CHECKS.items():
        field = FIELD_BY_NAME[name]
        hint = {"input_title": field.heading.partition(" (")[0], "input_message": field.hint}
        sheet.validate((first, COLUMN[name]), (last, COLUMN[name]), {**options, **hint})
    # A whole number must not show a lonely decimal comma.
    spent = f"{column_name(COLUMN['spent'])}{first + 1}"
    sheet.raw.conditional_format(
        first,
        COLUMN["spent"],
        last,
        COLUMN["spent"],
        {
            "type": "formula",
            "criteria": f"=AND(ISNUMBER({spent}),{spent}=INT({spent}))",
            "format": sheet.book.condition(num_format=VIETNAMESE + "#,##0"),
        },
    )
    sheet.raw.set_column(_KEY_COLUMN, _KEY_COLUMN, 12, None, {"hidden": True})
    sheet.raw.freeze_panes(_FIRST_ROW, 2)
    sheet.raw.protect(
        "",
        {
            "format_cells": True,
            "format_columns": True,
            "format_rows": True,
            "autofilter": True,
            "sort": True,
        },
    )
    sheet.page(
        landscape=True, heading_rows=(_HEADING_ROW, _HEADING_ROW + 1), columns=len(FIELDS), rows=end
    )


_CHECKS: dict[str, dict] = {
    "status": {
        "validate": "list",
        "source": list(REPORTED_STATUSES),
        "error_title": "Trạng thái không hợp lệ",
        "error_message": "Chọn một trạng thái trong danh sách.",
    },
    "percent": {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_title": "Tỷ lệ không hợp lệ",
        "error_message": "Nhập số nguyên từ 0 đến 100, không ghi dấu %.",
    },
    "result": {"validate": "any"},
    "proof": {"validate": "any"},
    "spent": {
        "validate": "decimal",
        "criteria": ">=",
        "value": 0,
        "error_title": "Số tiền không hợp lệ",
        "error_message": "Nhập số triệu đồng, không âm, không ghi đơn vị.",
    },
    "difficulties": {"validate": "any"},
    "proposals": {"validate": "any"},
}


def _write_identity(book: Book, period: Period, agency: Agency, plan_ids: Iterable[str]) -> None:
    sheet = book.sheet(IDENTITY_SHEET)
    facts = {
        "form": "cchc-xl",
        "version": FORM_VERSION,
        "period": period.id,
        "agency": agency.id,
        "agency_name": agency.name,
        "plans": "; ".join(plan_ids),
    }
    for at, (name, value) in enumerate(facts.items()):
        sheet.put(at, 0, name)
        sheet.put(at, 1, value, num_format="@")
    sheet.raw.very_hidden()


def entry_style() -> dict:
    """The look of a cell that an agency fills in."""
    return {
        **line_style(),
        "locked": False,
        "text_wrap": True,
        "bg_color": house_style()["colour"]["input_fill"],
    }
