"""The return form: one workbook for an agency and a period, with its rows of every plan, in the
columns of `plan.fields`.

What tells a returned file apart travels inside it: a hidden sheet with plan, period, agency and
version, and a hidden column with the key of each row.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any

from ..plan.agencies import Agency, slug
from ..plan.fields import ENTRIES, FIELDS, Kind
from ..plan.model import Item, Plan, Programme, row_key
from ..plan.periods import Period
from ..plan.statuses import REPORTED_STATUSES, Status
from ..text.dates import format_date
from ..text.money import million_number, sum_known
from ..writing.book import Book, Sheet
from ..writing.cells import VIETNAMESE, Formula, cell_name, column_name, line_style
from ..writing.templates import house_style

FORM_VERSION = "1"
FORM_SHEET = "Phiếu báo cáo"
IDENTITY_SHEET = "_cchc"
ROW_KEY_HEADING = "Khóa dòng"
AGENCY_LABEL = "Cơ quan báo cáo:"
PERIOD_LABEL = "Kỳ báo cáo:"
CONTACT_LABEL, PHONE_LABEL = "Người lập phiếu:", "Điện thoại:"
TOTAL_LABEL = "Tổng cộng"
_LONGEST_NAME = 80  # of an agency in a file name; systems refuse very long ones


_COLUMN = {field.name: at for at, field in enumerate(FIELDS)}
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


Entries = Mapping[str, Mapping[str, Any]]  # row key -> field -> its value, money in đồng


def column_of(name: str) -> str:
    """The letters of a field's column in a form as it is sent."""
    return column_name(_COLUMN[name])


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
    centre: dict[str, Any] = {"align": "center", "valign": "vcenter"}
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
    sheet: Sheet, row: int, item: Item, with_budget: bool, filled: Mapping[str, Any]
) -> None:
    for at, field in enumerate(FIELDS):
        if not field.given:
            value = filled.get(field.name)
            value = million_number(value) if field.kind == Kind.MONEY else value
            sheet.put(row, at, value, **entry_style(), **_LOOKS[field.kind])
        elif field.kind == Kind.MONEY:
            amount = getattr(item, field.name) if with_budget else None
            sheet.put_money(row, at, amount, **line_style())
        else:
            given = {**line_style(), "text_wrap": True, **_LOOKS[field.kind]}
            sheet.put(row, at, getattr(item, field.name), **given)
    sheet.put(row, _KEY_COLUMN, row_key(item.plan, item.code), num_format="@")


def _write_total(
    sheet: Sheet, row: int, first: int, items: tuple[Item, ...], with_budget: set[str]
) -> int:
    """A closing row with live totals; gives the row after it."""
    bold = {**line_style(), "bold": True}

    def span(at: int) -> str:
        return f"{cell_name(first, at)}:{cell_name(row - 1, at)}"

    for at, field in enumerate(FIELDS):
        look = {**bold, **_LOOKS[field.kind]}
        if field.kind == Kind.STATUS:
            # Codes are counted through the key column: it is filled on rows to report only.
            done = f'COUNTIF({span(at)},"{Status.DONE}")&"/"&COUNTA({span(_KEY_COLUMN)})'
            total = Formula(f'={done}&" hoàn thành"', f"0/{len(items)} hoàn thành")
            sheet.put(row, at, total, **look, text_wrap=True)
        elif field.given and field.kind == Kind.MONEY:
            amounts = [getattr(item, field.name) for item in items if item.code in with_budget]
            total = sum_known(amounts)
            if total is None:
                sheet.put(row, at, None, **bold)
            else:
                sheet.put_money_formula(row, at, f"=SUM({span(at)})", total, **bold)
        elif field.kind in (Kind.MONEY, Kind.COUNT):
            formula = f'=IF(COUNT({span(at)})=0,"",SUM({span(at)}))'
            sheet.put(row, at, Formula(formula, ""), **look)
        else:
            sheet.put(row, at, TOTAL_LABEL if field.name == "title" else None, **bold)
    return row + 1


def _finish(sheet: Sheet, end: int) -> None:
    """Checks, protection, freezing and page set-up over the whole body."""
    first, last = _FIRST_ROW, end - 1
    for field in ENTRIES:
        at = _COLUMN[field.name]
        hint = {"input_title": field.title, "input_message": field.hint}
        sheet.validate((first, at), (last, at), {**_CHECKS[field.kind], **hint})
        if field.kind == Kind.MONEY:  # a whole number must not show a lonely decimal comma
            cell = cell_name(first, at)
            whole = {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER({cell}),{cell}=INT({cell}))",
                "format": sheet.book.condition(num_format=VIETNAMESE + "#,##0"),
            }
            sheet.raw.conditional_format(first, at, last, at, whole)
    sheet.raw.set_column(_KEY_COLUMN, _KEY_COLUMN, 12, None, {"hidden": True})
    sheet.raw.freeze_panes(_FIRST_ROW, 2)
    allowed = ("format_cells", "format_columns", "format_rows", "autofilter", "sort")
    sheet.raw.protect("", dict.fromkeys(allowed, True))
    sheet.page(
        landscape=True, heading_rows=(_HEADING_ROW, _HEADING_ROW + 1), columns=len(FIELDS), rows=end
    )


# How a cell of each kind looks on the form, and what may be typed into it.
_LOOKS: dict[Kind, dict[str, Any]] = {
    Kind.CODE: {"num_format": "@"},
    Kind.TEXT: {},
    Kind.TIME: {"align": "center"},
    Kind.DOCUMENT: {"num_format": "@"},
    Kind.STATUS: {"align": "center"},
    Kind.PERCENT: {"align": "center", "num_format": "0.##"},
    Kind.COUNT: {"align": "right", "num_format": VIETNAMESE + "#,##0"},
    Kind.MONEY: {"align": "right", "num_format": VIETNAMESE + "#,##0.######"},
}
_ANY = {"validate": "any"}
_CHECKS: dict[Kind, dict[str, Any]] = {
    Kind.CODE: _ANY,
    Kind.TEXT: _ANY,
    Kind.TIME: _ANY,
    Kind.DOCUMENT: _ANY,
    Kind.STATUS: {
        "validate": "list",
        "source": list(REPORTED_STATUSES),
        "error_title": "Trạng thái không hợp lệ",
        "error_message": "Chọn một trạng thái trong danh sách.",
    },
    Kind.PERCENT: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_title": "Tỷ lệ không hợp lệ",
        "error_message": "Nhập số nguyên từ 0 đến 100, không ghi dấu %.",
    },
    Kind.COUNT: {
        "validate": "integer",
        "criteria": ">=",
        "value": 0,
        "error_title": "Số đếm không hợp lệ",
        "error_message": "Nhập số nguyên từ 0 trở lên, không ghi đơn vị.",
    },
    Kind.MONEY: {
        "validate": "decimal",
        "criteria": ">=",
        "value": 0,
        "error_title": "Số tiền không hợp lệ",
        "error_message": "Nhập số triệu đồng, không âm, không ghi đơn vị.",
    },
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
