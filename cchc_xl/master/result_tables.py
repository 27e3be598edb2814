"""The master workbook's sheets that show what came of the last consolidation and how the period
stands, each one Excel table. Their rows are about objects of the ledger and of the board: a row
of a plan with its `plan` and `result`, an agency's result, a status of the board, a finding, a
return, a fact."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from operator import attrgetter, methodcaller
from typing import Any

from ..findings.severity import Severity
from ..plan.fates import FATE_WORDS, Fate
from ..plan.fields import REPORTED, Field, Kind
from ..plan.figures import FILE_ARRIVED, FILE_FATE, FILE_SAVED, FigureId
from ..plan.mail_kinds import MailKind, Stage
from ..plan.model import LEVELS
from ..plan.statuses import STATUS_COLOURS, Status
from ..writing.cells import Column
from .layout import (
    AGENCY,
    CODE,
    MARK,
    NOT_RETURNED,
    PLAN,
    RESULT_AGENCIES,
    RESULT_COLLECTORS,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_ITEMS,
    RESULT_SOURCES,
    RESULT_SUBMISSIONS,
    STATUS,
    TITLE,
    Table,
)

_REFRESHED = "Phần mềm điền lại mỗi lần Tổng hợp; cột và ghi chú thêm của anh/chị được giữ nguyên."
_FOLLOWED = _REFRESHED.replace("Tổng hợp;", "Tổng hợp hoặc bấm Bảng theo dõi;")
# How a table shows a reported field; texts as they are.
_SHOWN = {
    Kind.STATUS: "centre",
    Kind.PERCENT: "percent",
    Kind.COUNT: "number",
    Kind.MONEY: "live money",
}


def _status_count(status: Status) -> Column:
    return Column(status, 10, "number", lambda one: one.counts[status] or None)


def _of_file(what: str) -> Callable[[Any], FigureId]:
    return lambda one: FigureId(what, code=one.file, agency=one.agency)


def _saved_on(one: Any) -> datetime.date | None:
    return one.saved.astimezone(one.arrived.tzinfo).date() if one.saved else None


def _why_not_used(one: Any) -> str:
    return "" if one.fate == Fate.ACCEPTED else "\n".join(f.message for f in one.findings)


def _reported_column(field: Field) -> Column:
    """A reported figure or text, which others are made of or quote."""
    # The spending of an agency is that of its own money; here it is what it reported.
    what = "reported spent" if field.name == "spent" else field.name
    return Column(
        field.source_heading or field.told,
        field.source_width,
        _SHOWN.get(field.kind, "text"),
        lambda fact: fact[field.name],
        lambda fact: FigureId(what, fact.plan, fact.code, fact.agency),
    )


REPORTED_COLUMNS = tuple(map(_reported_column, REPORTED))
FINDING_COLUMNS = (
    Column("Mức độ", 10, "centre", lambda found: found.severity.words),
    Column(AGENCY, 26, shows=attrgetter("agency")),
    Column("Tệp", 30, shows=attrgetter("place.file")),
    Column("Trang", 14, shows=attrgetter("place.sheet")),
    Column("Ô", 9, "centre", attrgetter("place.cell")),
    Column("Giá trị", 24, shows=attrgetter("value")),
    Column("Nội dung", 60, shows=attrgetter("message")),
    Column("Việc cần làm", 40, shows=attrgetter("action")),
)
RESULTS: dict[str, Table] = {
    RESULT_ITEMS: Table(
        "KetQua",
        f"Mỗi dòng của kế hoạch với trạng thái và kinh phí (triệu đồng). {_REFRESHED}",
        (
            Column(PLAN, 12, shows=attrgetter("plan.id")),
            Column(CODE, 9, shows=attrgetter("item.code")),
            Column("Cấp", 15, shows=lambda row: LEVELS[row.item.level]),
            Column(TITLE, 46, shows=attrgetter("item.title")),
            Column("Thời gian", 17, "centre", attrgetter("item.time")),
            Column(STATUS, 15, "centre", attrgetter("result.status")),
            Column("Tỷ lệ hoàn thành (%)", 11, "percent", attrgetter("result.percent")),
            Column("Dự toán", 12, "live money", attrgetter("result.budget")),
            Column("Đã chi", 12, "live money", attrgetter("result.spent")),
            Column("Còn lại", 12, "live money", attrgetter("result.left")),
            Column("Tỷ lệ chi (%)", 10, "percent", attrgetter("result.share")),
            Column("Phải báo cáo", 9, "number", attrgetter("result.due")),
            Column("Đã báo cáo", 9, "number", attrgetter("result.reported")),
            Column(
                "Việc phải báo cáo",
                9,
                "centre",
                lambda row: MARK if row.plan.is_leaf(row.item) else "",
            ),
            Column(
                "Cộng vào tổng",
                9,
                "centre",
                lambda row: "" if row.plan.parent_of(row.item) else MARK,
            ),
        ),
        key=(PLAN, CODE),
        gone=(STATUS, "Không còn trong kế hoạch"),
        words=Status,
        colours=(STATUS, STATUS_COLOURS),
    ),
    RESULT_AGENCIES: Table(
        "TheoCoQuan",
        f"Kinh phí (triệu đồng) và số việc của từng cơ quan trong từng kế hoạch. {_REFRESHED}",
        (
            Column(PLAN, 12, shows=attrgetter("plan")),
            Column(AGENCY, 36, shows=attrgetter("agency")),
            Column("Quyết định phân bổ", 12, "live money", attrgetter("allocated")),
            Column("Dự toán", 12, "live money", attrgetter("budget")),
            Column("Chênh lệch", 12, "live money", attrgetter("difference")),
            Column("Đã chi", 12, "live money", attrgetter("spent")),
            Column("Còn lại", 12, "live money", attrgetter("left")),
            Column("Tỷ lệ chi (%)", 10, "percent", attrgetter("share")),
            Column("Phải báo cáo", 9, "number", attrgetter("due")),
            *map(_status_count, Status),
        ),
        key=(PLAN, AGENCY),
    ),
    RESULT_SUBMISSIONS: Table(
        "TienDoNop",
        f"Mỗi cơ quan: phiếu đã gửi, đã nhắc, đã nộp, còn gì phải làm. {_FOLLOWED}",
        (
            Column(AGENCY, 34, shows=attrgetter("agency")),
            Column("Tình trạng", 16, "centre", attrgetter("submission.state")),
            Column("Xử lý", 16, "centre", attrgetter("handled")),
            Column("Việc tiếp theo", 34, shows=attrgetter("next_step")),
            Column("Phiếu lập", 11, "date", attrgetter("form_made")),
            Column("Đã gửi phiếu", 11, "centre", methodcaller("mailed_text", MailKind.FORM)),
            *(
                Column(
                    f"Nhắc lần {number + 1}",
                    11,
                    "centre",
                    methodcaller("mailed_text", MailKind.REMINDER, number),
                )
                for number in range(3)
            ),
            Column("Ngày nhận", 11, "date", attrgetter("returned")),
            Column("Trễ (ngày)", 8, "number", attrgetter("late")),
            Column("Đã phản hồi", 11, "centre", methodcaller("mailed_text", MailKind.FEEDBACK)),
            Column("Số mục phải báo cáo", 10, "number", attrgetter("rows_due")),
            Column("Số mục đã báo cáo", 10, "number", attrgetter("rows_reported")),
            Column("Lỗi", 7, "number", lambda one: one.errors or None),
            Column("Cảnh báo", 8, "number", lambda one: one.warnings or None),
            Column("Đúng hạn trong năm", 10, "centre", attrgetter("punctuality")),
            Column("Người liên hệ", 24, shows=attrgetter("contact")),
            Column("Điện thoại", 13, shows=attrgetter("phone")),
            Column("E-mail", 24, shows=attrgetter("email")),
            Column("Tệp", 36, shows=attrgetter("file")),
        ),
        key=(AGENCY,),
        gone=("Tình trạng", "Không phải nộp"),
        words=(*FATE_WORDS, NOT_RETURNED),
        later=(
            "Xử lý",
            "Việc tiếp theo",
            "Phiếu lập",
            "Đã gửi phiếu",
            "Nhắc lần 1",
            "Nhắc lần 2",
            "Nhắc lần 3",
            "Đã phản hồi",
            "Đúng hạn trong năm",
            "Người liên hệ",
        ),
        colours=("Xử lý", {stage.words: stage.colour for stage in Stage}),
    ),
    RESULT_COLLECTORS: Table(
        "NguoiThuThap",
        f"Ai thu thập số liệu theo Phụ lục 2, còn thiếu gì theo tần suất. {_FOLLOWED}",
        (
            Column("Người thu thập", 26, shows=attrgetter("name")),
            Column("Chức vụ, đơn vị", 40, shows=attrgetter("duty")),
            Column("Tần suất", 13, "centre", attrgetter("frequency")),
            Column("Số việc", 8, "number", attrgetter("rows")),
            Column("Việc đủ báo cáo", 9, "number", attrgetter("complete")),
            Column("Số lần đã thu thập", 10, "centre", attrgetter("collections")),
            Column("Còn thiếu", 9, "number", lambda one: one.owed or None),
            Column("Việc chưa đủ báo cáo", 30, shows=lambda one: ", ".join(one.missing)),
            Column("Cơ quan chưa báo cáo", 34, shows=attrgetter("owing")),
        ),
        key=("Người thu thập", "Chức vụ, đơn vị", "Tần suất"),
    ),
    RESULT_FINDINGS: Table(
        "PhatHienKy",
        "Những chỗ cần xem lại: tệp, trang, ô và việc cần làm. Ghi giải trình thì chép Kế hoạch, "
        f"Mã, Mã quy tắc và Giá trị sang trang Giải trình. {_REFRESHED}",
        (
            *FINDING_COLUMNS,
            # What the sheet Giải trình asks for, of what a rule says of a row.
            Column(PLAN, 12, shows=lambda found: found.row.rpartition("|")[0]),
            Column(CODE, 9, shows=lambda found: found.row.rpartition("|")[2]),
            Column("Mã quy tắc", 24, shows=lambda found: found.code if found.row else ""),
        ),
        key=(AGENCY, "Tệp", "Trang", "Ô", "Nội dung"),
        gone=("Mức độ", "Không có ở kỳ này"),
        words=tuple(severity.words for severity in Severity),
        later=(PLAN, CODE, "Mã quy tắc"),
        colours=("Mức độ", {Severity.ERROR.words: "error", Severity.WARNING.words: "warning"}),
    ),
    RESULT_FILES: Table(
        "TepNhanVe",
        f"Mọi tệp trong thư mục nhan-ve của kỳ, dùng được hay không, vì sao. {_REFRESHED}",
        (
            Column("Tệp", 46, shows=attrgetter("file")),
            Column(AGENCY, 32, shows=attrgetter("agency")),
            Column("Kết quả", 18, "centre", lambda one: Fate(one.fate).words, _of_file(FILE_FATE)),
            Column("Ngày nhận", 12, "date", lambda one: one.arrived.date(), _of_file(FILE_ARRIVED)),
            Column("Lưu lúc", 12, "date", _saved_on, _of_file(FILE_SAVED)),
            Column("Lý do", 44, shows=_why_not_used),
            Column("Mã kiểm tra SHA-256", 36, shows=attrgetter("sha256")),
        ),
        key=("Tệp",),
        gone=("Kết quả", "Không có ở kỳ này"),
        words=FATE_WORDS,
        colours=("Kết quả", {Fate.ACCEPTED.words: "done", Fate.REJECTED.words: "error"}),
    ),
    RESULT_SOURCES: Table(
        "NguonSoLieu",
        f"Mỗi mục do một cơ quan báo cáo, kèm tệp, trang và ô đã đọc. {_REFRESHED}",
        (
            Column(PLAN, 16, shows=attrgetter("plan")),
            Column(CODE, 8, shows=attrgetter("code")),
            Column("Cơ quan báo cáo", 30, shows=attrgetter("agency")),
            *REPORTED_COLUMNS,
            Column("Tệp", 32, shows=attrgetter("file")),
            Column("Trang", 15, shows=attrgetter("sheet")),
            Column("Ô", 7, "centre", attrgetter("cell")),
        ),
        key=(PLAN, CODE, "Cơ quan báo cáo"),
        gone=(STATUS, "Không có ở kỳ này"),
        words=Status,
        colours=(STATUS, STATUS_COLOURS),
    ),
}
