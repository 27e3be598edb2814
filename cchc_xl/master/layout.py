"""The master workbook's sheets, each one Excel table.

They hold the plan and are edited by officers; `master` writes them and `master_reader` reads
them back by this declaration. Those that show results are declared in `result_tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..plan.mail_kinds import Stage
from ..writing.cells import Column

DASHBOARD = "Bảng điều khiển"

SETTINGS = "Thông tin"
PLANS = "Quyết định"
ITEMS = "Kế hoạch"
ASSIGNMENTS = "Phân công"
ALLOCATIONS = "Phân bổ"
GOALS = "Chỉ tiêu tỉnh"
AGENCIES = "Cơ quan"
GROUPS = "Nhóm cơ quan"
PERIODS = "Kỳ báo cáo"
RULES = "Quy tắc"
CHOICES = "Xử lý phiếu"
EXPLANATIONS = "Giải trình"
MAIL = "Thư điện tử"
FINDINGS = "Phát hiện khi nạp"

PLAN, CODE, TITLE = "Kế hoạch", "Mã", "Nội dung công việc"
FINDING_CODE = "Mã phát hiện"
YES, NO = "Có", "Không"

RESULT_ITEMS = "Kết quả"
RESULT_AGENCIES = "Theo cơ quan"
RESULT_SUBMISSIONS = "Tiến độ nộp"
RESULT_FILES = "Tệp nhận về"
RESULT_FINDINGS = "Phát hiện"
RESULT_SOURCES = "Nguồn số liệu"
RESULT_COLLECTORS = "Người thu thập"
# Masters that an earlier version made lack these.
LATER_SHEETS = (GOALS, RULES, CHOICES, EXPLANATIONS, MAIL, RESULT_COLLECTORS)
NOT_RETURNED = Stage.MISSING.words
STATUS, AGENCY, MARK = "Trạng thái", "Cơ quan", "x"


class Table(NamedTuple):
    """One data sheet: the Excel table's name, a hint for officers, and its columns.

    `key` names the columns that tell its rows apart. A row of results that is no longer
    there, but beside which an officer wrote something, stays with `gone` (a column and a
    text) in place of figures. `words` are all that may stand in that column of a row of ours:
    another row is the officers' own. Masters that an earlier version made lack the columns
    `later`. `colours` gives words of a column their colour, by its name in `styles.toml`.
    """

    name: str
    hint: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    gone: tuple[str, str] = ("", "")
    words: Iterable[str] = ()
    later: tuple[str, ...] = ()
    colours: tuple[str, Mapping[Any, str]] = ("", {})

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def shown(self, rows: Iterable[Any]) -> list[tuple[object, ...]]:
        """The cells of the rows about these objects."""
        return [tuple(column.shows(row) for column in self.columns) for row in rows]

    def key_of(self, row: tuple) -> tuple[str, ...]:
        """What tells a row of this table (in the order of its columns) from the others."""
        return tuple(str(row[self.headings.index(heading)] or "") for heading in self.key)


TABLES: dict[str, Table] = {
    SETTINGS: Table(
        "ThongTin",
        "Thông tin chung, dùng cho tiêu đề của phiếu và các bảng tổng hợp.",
        (Column("Mục", 30), Column("Giá trị", 60)),
        key=("Mục",),
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
        key=(PLAN,),
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
        key=(PLAN, CODE),
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
        key=(PLAN, CODE),
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
        key=(PLAN, "Tên cơ quan"),
    ),
    GOALS: Table(
        "ChiTieuTinh",
        "Chỉ tiêu chung của tỉnh nêu trong quyết định. Yêu cầu ghi như “> 85%”, “≥ 10%”, “100%”, "
        "“56 đơn vị”. Đạt được ghi cùng đơn vị (86,5%), tính từ kỳ ghi ở cột Từ kỳ; cột này trống "
        "là mọi kỳ. Có thể thêm dòng.",
        (
            Column(PLAN, 14, "code"),
            Column(CODE, 9, "code"),
            Column("Chỉ tiêu", 66),
            # Texts, or Excel makes 0,865 of what is typed as 86,5%.
            Column("Yêu cầu", 14, "code"),
            Column("Đạt được", 14, "code"),
            Column("Từ kỳ", 12, "code"),
            Column("Văn bản, nguồn số liệu", 40),
            Column("Nguồn", 30),
        ),
        key=(PLAN, CODE),
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
        key=("Mã cơ quan",),
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
        key=("Tên nhóm",),
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
        key=("Kỳ",),
    ),
    RULES: Table(
        "QuyTac",
        "Những điều mỗi phiếu phải khớp. Mức độ Lỗi: số liệu bị loại khỏi tổng hợp; Cảnh báo, Ghi "
        "chú: vẫn tính. Áp dụng “Thử”: chỉ nêu ở trang Phát hiện để xem trước khi áp dụng.",
        (
            Column("Mã quy tắc", 26, "code"),
            Column("Nội dung kiểm tra", 64),
            Column("Áp dụng", 10, "centre"),
            Column("Mức độ", 12, "centre"),
            Column("Ngưỡng", 10, "plain number"),
            Column("Đơn vị ngưỡng", 16),
        ),
        key=("Mã quy tắc",),
    ),
    CHOICES: Table(
        "XuLyPhieu",
        "Ghi ở đây khi muốn lấy một bản khác trong nhiều bản, loại một tệp khỏi tổng hợp, hoặc cho "
        "biết tệp là của cơ quan nào. Tên tệp chép từ trang Tệp nhận về; phải ghi lý do.",
        (
            Column("Kỳ", 12, "code"),
            Column("Tệp", 50),
            Column("Xử lý", 20, "centre"),
            Column(AGENCY, 34),
            Column("Lý do", 50),
        ),
        key=("Kỳ", "Tệp"),
    ),
    EXPLANATIONS: Table(
        "GiaiTrinh",
        "Ghi giải trình nhận bằng công văn, điện thoại; trong phiếu thì phần mềm tự đọc. Muốn bác "
        "bỏ thì chọn “Không chấp nhận” (Giá trị trống là mọi giá trị). Giá trị chép như ở trang "
        "Phát hiện; số liệu đổi thì giải trình hết hiệu lực.",
        (
            Column("Kỳ", 12, "code"),
            Column(AGENCY, 30),
            Column(PLAN, 14, "code"),
            Column(CODE, 9, "code"),
            Column("Mã quy tắc", 24, "code"),
            # A text, or 1.500 typed into an English Excel becomes one and a half.
            Column("Giá trị", 14, "code"),
            Column("Giải trình", 50),
            Column("Xử lý", 16, "centre"),
            Column("Nguồn", 28),
        ),
        key=("Kỳ", AGENCY, PLAN, CODE, "Mã quy tắc", "Giá trị"),
    ),
    MAIL: Table(
        "ThuDienTu",
        "Cách gửi phiếu, nhắc nộp, phản hồi, kết quả và lấy phiếu từ hộp thư. Địa chỉ của từng cơ "
        "quan ghi ở trang Cơ quan. Không ghi mật khẩu vào sổ.",
        (Column("Mục", 30), Column("Giá trị", 46, "text"), Column("Cách ghi", 80)),
        key=("Mục",),
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
        key=(FINDING_CODE, "Tệp", "Trang", "Chỗ", "Giá trị"),
    ),
}
