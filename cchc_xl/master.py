"""The master workbook's data sheets, which officers edit.

Each sheet is one Excel table declared in `TABLES`; `master_reader` reads them back by
the same declaration.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .agencies import Agency, names_in_words
from .findings import SEVERITY_NAMES, Finding
from .periods import Period, period_of
from .plan import LEVELS, Programme
from .workbooks import Book, Column, Sheet, house_style

SETTINGS = "Thông tin"
PLANS = "Quyết định"
ITEMS = "Kế hoạch"
ASSIGNMENTS = "Phân công"
ALLOCATIONS = "Phân bổ"
AGENCIES = "Cơ quan"
GROUPS = "Nhóm cơ quan"
PERIODS = "Kỳ báo cáo"
FINDINGS = "Phát hiện khi nạp"

PLAN, CODE, TITLE = "Kế hoạch", "Mã", "Nội dung công việc"
FINDING_CODE = "Mã phát hiện"
YES, NO = "Có", "Không"


class Table(NamedTuple):
    """One data sheet: the Excel table's name, a hint for officers, and its columns."""

    name: str
    hint: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]


TABLES: dict[str, Table] = {
    SETTINGS: Table(
        "ThongTin",
        "Thông tin chung, dùng cho tiêu đề của phiếu và các bảng tổng hợp.",
        (Column("Mục", 30), Column("Giá trị", 60)),
    ),
    PLANS: Table(
        "QuyetDinh",
        "Mỗi dòng là một kế hoạch đang theo dõi. Không sửa cột Kế hoạch.",
        (
            Column(PLAN, 14, "code"),
            Column("Số quyết định", 18),
            Column("Ngày ban hành", 14, "date"),
            Column("Trích yếu", 80),
            Column("Năm", 8, "centre"),
            Column("Tên gọi tắt", 18),
            Column("Tổng kinh phí (triệu đồng)", 16, "money"),
        ),
    ),
    ITEMS: Table(
        "KeHoach",
        "Nội dung, thời gian, kinh phí của từng mục. Ô kinh phí trống nghĩa là chưa có dự toán, "
        "khác với 0.",
        (
            Column(PLAN, 12, "code"),
            Column(CODE, 9, "code"),
            Column("Cấp", 14),
            Column(TITLE, 48),
            Column("Chỉ số đánh giá/mục tiêu", 40),
            Column("Tài liệu kiểm chứng", 34),
            Column("Từ tháng", 10, "centre"),
            Column("Đến tháng", 10, "centre"),
            Column("Thời hạn ghi trong quyết định", 18),
            Column("Kinh phí dự toán (triệu đồng)", 14, "money"),
            Column("Nguồn", 26),
        ),
    ),
    ASSIGNMENTS: Table(
        "PhanCong",
        "Ai chủ trì, ai sử dụng kinh phí, ai báo cáo. Nhiều tên cách nhau bằng dấu chấm phẩy; "
        "có thể ghi tên nhóm.",
        (
            Column(PLAN, 12, "code"),
            Column(CODE, 9, "code"),
            Column(TITLE, 40),
            Column("Cơ quan chủ trì", 26),
            Column("Cơ quan phối hợp", 30),
            Column("Cơ quan sử dụng kinh phí", 24),
            Column("Cơ quan báo cáo", 26),
            Column("Tần suất thu thập", 14, "centre"),
            Column("Người thu thập số liệu", 34),
            Column("Người báo cáo", 24),
        ),
    ),
    ALLOCATIONS: Table(
        "PhanBo",
        "Kinh phí quyết định phân bổ cho từng cơ quan (Điều 1), dùng để đối chiếu.",
        (
            Column(PLAN, 14, "code"),
            Column("Tên cơ quan", 44),
            Column("Kinh phí (triệu đồng)", 18, "money"),
            Column("Nguồn", 34),
        ),
    ),
    AGENCIES: Table(
        "CoQuan",
        "Danh sách cơ quan báo cáo. Đổi tên thì sửa cột Tên cơ quan, giữ tên cũ ở cột Bí danh; "
        "không sửa Mã cơ quan.",
        (
            Column("Mã cơ quan", 12, "code"),
            Column("Tên cơ quan", 42),
            Column("Nhóm", 32),
            Column("Bí danh", 44),
            Column("E-mail", 28),
            Column("Điện thoại", 16, "code"),
            Column("Đơn vị kế thừa", 28),
            Column("Kế thừa từ ngày", 14, "date"),
        ),
    ),
    GROUPS: Table(
        "NhomCoQuan",
        "Nhóm mà quyết định gọi chung. “Có”: từng thành viên phải trả lời; “Không”: thành viên "
        "chưa xác định (… có liên quan).",
        (
            Column("Tên nhóm", 36),
            Column("Bí danh", 80),
            Column("Từng thành viên trả lời", 14, "centre"),
            Column("Báo cáo qua nhóm", 36),
        ),
    ),
    PERIODS: Table(
        "KyBaoCao",
        "Hạn nộp của từng kỳ. Cột cuối thường để trống: việc có hạn trước hạn nộp (hoặc trước khi "
        "hết kỳ, nếu sớm hơn) mà chưa hoàn thành là quá hạn.",
        (
            Column("Kỳ", 12, "code"),
            Column("Tên kỳ", 28),
            Column("Năm", 8, "centre"),
            Column("Số tháng", 10, "centre"),
            Column("Nộp trước ngày", 16, "date"),
            Column("Tính quá hạn trước ngày", 18, "date"),
        ),
    ),
    FINDINGS: Table(
        "PhatHien",
        "Những chỗ cần xem lại khi nạp quyết định. Đã xem xong thì ghi “x” vào cột Đã xử lý.",
        (
            Column("Mức độ", 11, "centre"),
            Column(FINDING_CODE, 24),
            Column("Tệp", 26),
            Column("Trang", 14),
            Column("Chỗ", 12),
            Column("Giá trị", 34),
            Column("Nội dung", 70),
            Column("Việc cần làm", 46),
            Column("Cơ quan", 24),
            Column("Đã xử lý", 10, "centre"),
        ),
    ),
}
_TITLE_ROW, _HINT_ROW, _HEADING_ROW = 0, 1, 3


# ---------------------------------------------------------------------- writing


def write_master(programme: Programme, findings: Iterable[Finding] = ()) -> bytes:
    """The master workbook of a programme, with what was found when it was read in."""
    book = Book(f"Sổ tổng hợp CCHC {programme.year}")
    for name, rows in _contents(programme, findings).items():
        _write_sheet(book.sheet(name), name, rows)
    return book.to_bytes()


def _contents(
    programme: Programme, findings: Iterable[Finding]
) -> dict[str, list[Sequence[object]]]:
    plans, registry = programme.plans, programme.registry
    items = [item for plan in plans for item in plan.items]
    return {
        SETTINGS: [
            ("Tỉnh", programme.province),
            ("Cơ quan tổng hợp", programme.office),
            ("Năm", str(programme.year)),
        ],
        PLANS: [
            (
                p.id, p.decision, _date(p.date), p.title, str(p.year), p.short_name, p.total,
            )
            for p in plans
        ],
        ITEMS: [
            (
                i.plan, i.code, LEVELS[i.level], i.title, i.indicator, i.evidence,
                i.start.printed if i.start else "", i.end.printed if i.end else "",
                i.deadline, i.budget, str(i.source),
            )
            for i in items
        ],
        ASSIGNMENTS: [
            (
                i.plan, i.code, i.title, names_in_words(i.leads), names_in_words(i.coordinating),
                i.budget_holder, names_in_words(i.reporters), i.frequency, i.collector,
                i.report_officer,
            )
            for i in items
        ],
        ALLOCATIONS: [
            (a.plan, a.agency, a.budget, str(a.source)) for p in plans for a in p.allocations
        ],
        AGENCIES: [
            (
                a.id, a.name, names_in_words(a.groups), names_in_words(_with_own_name(a)),
                a.email, a.phone, a.successor, a.succeeded_on,
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
        FINDINGS: [
            (
                SEVERITY_NAMES[f.severity], f.code, f.place.file, f.place.sheet, f.place.cell,
                f.value, f.message, f.action, f.agency, "",
            )
            for f in sorted(findings, key=lambda f: f.sort_key)
        ],
    }  # fmt: skip


def _with_own_name(agency: Agency) -> tuple[str, ...]:
    """The name of today is an alias too: when an officer renames the agency, the rows that
    still carry the old name find it."""
    return tuple(dict.fromkeys((*agency.aliases, agency.name)))


def _write_sheet(sheet: Sheet, name: str, rows: list[Sequence[object]]) -> None:
    table = TABLES[name]
    style = house_style()
    sheet.put(_TITLE_ROW, 0, name.upper(), bold=True, font_size=style["font"]["title"])
    sheet.merge(
        (_HINT_ROW, 0),
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
        rows=last + 1,
    )
    for heading, options in _VALIDATIONS.get(name, {}).items():
        at = table.headings.index(heading)
        sheet.validate((_HEADING_ROW + 1, at), (last + 200, at), options)


_NOT_NEGATIVE = {
    "validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True,
    "error_title": "Số không hợp lệ", "error_message": "Nhập số triệu đồng, không âm.",
}  # fmt: skip
_A_DATE = {
    "validate": "date", "criteria": ">=", "value": datetime.date(2000, 1, 1),
    "ignore_blank": True,
    "error_title": "Ngày không hợp lệ", "error_message": "Nhập ngày/tháng/năm.",
}  # fmt: skip
_VALIDATIONS: dict[str, dict[str, dict]] = {
    ITEMS: {
        "Cấp": {"validate": "list", "source": list(LEVELS.values())},
        "Kinh phí dự toán (triệu đồng)": _NOT_NEGATIVE,
    },
    ALLOCATIONS: {"Kinh phí (triệu đồng)": _NOT_NEGATIVE},
    AGENCIES: {"Kế thừa từ ngày": _A_DATE},
    GROUPS: {"Từng thành viên trả lời": {"validate": "list", "source": [YES, NO]}},
    PERIODS: {"Nộp trước ngày": _A_DATE, "Tính quá hạn trước ngày": _A_DATE},
}


def _own_overdue(period: Period) -> datetime.date | None:
    """The day, where it is not the usual one."""
    p = period
    usual = period_of(p.id, p.name, p.year, p.months, p.due_before)
    return None if p == usual else p.overdue_before


def _date(iso: str) -> datetime.date | None:
    return datetime.date.fromisoformat(iso) if iso else None
