"""The master workbook's sheets that show what came of the last consolidation and how the period
stands, each one Excel table."""

from __future__ import annotations

from ..findings.finding import SEVERITY_NAMES
from ..plan.fates import FATE_WORDS, Fate
from ..plan.fields import REPORTED, Kind
from ..plan.statuses import STATUS_COLOURS, Status
from ..writing.cells import Column
from .layout import (
    AGENCY,
    CODE,
    HANDLED,
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
RESULTS: dict[str, Table] = {
    RESULT_ITEMS: Table(
        "KetQua",
        f"Mỗi dòng của kế hoạch với trạng thái và kinh phí (triệu đồng). {_REFRESHED}",
        (
            Column(PLAN, 12),
            Column(CODE, 9),
            Column("Cấp", 15),
            Column(TITLE, 46),
            Column("Thời gian", 17, "centre"),
            Column(STATUS, 15, "centre"),
            Column("Tỷ lệ hoàn thành (%)", 11, "percent"),
            Column("Dự toán", 12, "live money"),
            Column("Đã chi", 12, "live money"),
            Column("Còn lại", 12, "live money"),
            Column("Tỷ lệ chi (%)", 10, "percent"),
            Column("Phải báo cáo", 9, "number"),
            Column("Đã báo cáo", 9, "number"),
            Column("Việc phải báo cáo", 9, "centre"),
            Column("Cộng vào tổng", 9, "centre"),
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
            Column(PLAN, 12),
            Column(AGENCY, 36),
            Column("Quyết định phân bổ", 12, "live money"),
            Column("Dự toán", 12, "live money"),
            Column("Chênh lệch", 12, "live money"),
            Column("Đã chi", 12, "live money"),
            Column("Còn lại", 12, "live money"),
            Column("Tỷ lệ chi (%)", 10, "percent"),
            Column("Phải báo cáo", 9, "number"),
            *(Column(status, 10, "number") for status in Status),
        ),
        key=(PLAN, AGENCY),
    ),
    RESULT_SUBMISSIONS: Table(
        "TienDoNop",
        f"Mỗi cơ quan: phiếu đã gửi, đã nhắc, đã nộp, còn gì phải làm. {_FOLLOWED}",
        (
            Column(AGENCY, 34),
            Column("Tình trạng", 16, "centre"),
            Column("Xử lý", 16, "centre"),
            Column("Việc tiếp theo", 34),
            Column("Phiếu lập", 11, "date"),
            Column("Đã gửi phiếu", 11, "centre"),
            Column("Nhắc lần 1", 11, "centre"),
            Column("Nhắc lần 2", 11, "centre"),
            Column("Nhắc lần 3", 11, "centre"),
            Column("Ngày nhận", 11, "date"),
            Column("Trễ (ngày)", 8, "number"),
            Column("Đã phản hồi", 11, "centre"),
            Column("Số mục phải báo cáo", 10, "number"),
            Column("Số mục đã báo cáo", 10, "number"),
            Column("Lỗi", 7, "number"),
            Column("Cảnh báo", 8, "number"),
            Column("Đúng hạn trong năm", 10, "centre"),
            Column("Người liên hệ", 24),
            Column("Điện thoại", 13),
            Column("E-mail", 24),
            Column("Tệp", 36),
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
        colours=(
            "Xử lý",
            dict(zip(HANDLED, ("error", "error", "warning", "warning", "done"), strict=True)),
        ),
    ),
    RESULT_COLLECTORS: Table(
        "NguoiThuThap",
        f"Ai thu thập số liệu theo Phụ lục 2, còn thiếu gì theo tần suất. {_FOLLOWED}",
        (
            Column("Người thu thập", 26),
            Column("Chức vụ, đơn vị", 40),
            Column("Tần suất", 13, "centre"),
            Column("Số việc", 8, "number"),
            Column("Việc đủ báo cáo", 9, "number"),
            Column("Số lần đã thu thập", 10, "centre"),
            Column("Còn thiếu", 9, "number"),
            Column("Việc chưa đủ báo cáo", 30),
            Column("Cơ quan chưa báo cáo", 34),
        ),
        key=("Người thu thập", "Chức vụ, đơn vị", "Tần suất"),
    ),
    RESULT_FINDINGS: Table(
        "PhatHienKy",
        "Những chỗ cần xem lại: tệp, trang, ô và việc cần làm. Ghi giải trình thì chép Kế hoạch, "
        f"Mã, Mã quy tắc và Giá trị sang trang Giải trình. {_REFRESHED}",
        (
            Column("Mức độ", 10, "centre"),
            Column(AGENCY, 26),
            Column("Tệp", 30),
            Column("Trang", 14),
            Column("Ô", 9, "centre"),
            Column("Giá trị", 24),
            Column("Nội dung", 60),
            Column("Việc cần làm", 40),
            Column(PLAN, 12),
            Column(CODE, 9),
            Column("Mã quy tắc", 24),
        ),
        key=(AGENCY, "Tệp", "Trang", "Ô", "Nội dung"),
        gone=("Mức độ", "Không có ở kỳ này"),
        words=tuple(SEVERITY_NAMES.values()),
        later=(PLAN, CODE, "Mã quy tắc"),
        colours=(
            "Mức độ",
            {SEVERITY_NAMES["error"]: "error", SEVERITY_NAMES["warning"]: "warning"},
        ),
    ),
    RESULT_FILES: Table(
        "TepNhanVe",
        f"Mọi tệp trong thư mục nhan-ve của kỳ, dùng được hay không, vì sao. {_REFRESHED}",
        (
            Column("Tệp", 46),
            Column(AGENCY, 32),
            Column("Kết quả", 18, "centre"),
            Column("Ngày nhận", 12, "date"),
            Column("Lưu lúc", 12, "date"),
            Column("Lý do", 44),
            Column("Mã kiểm tra SHA-256", 36),
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
            Column(PLAN, 16),
            Column(CODE, 8),
            Column("Cơ quan báo cáo", 30),
            *(
                Column(f.source_heading or f.told, f.source_width, _SHOWN.get(f.kind, "text"))
                for f in REPORTED
            ),
            Column("Tệp", 32),
            Column("Trang", 15),
            Column("Ô", 7, "centre"),
        ),
        key=(PLAN, CODE, "Cơ quan báo cáo"),
        gone=(STATUS, "Không có ở kỳ này"),
        words=Status,
        colours=(STATUS, STATUS_COLOURS),
    ),
}
