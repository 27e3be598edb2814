"""The master workbook's sheets, each one Excel table.

They hold the plan and are edited by officers; `master` writes them and `master_reader` reads
them back by this declaration. Those that show results are declared in `result_tables`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from ..findings.rules import Rule
from ..plan.agencies import Agency, Group, names_in_words
from ..plan.choices import Setting
from ..plan.mail_kinds import Stage
from ..plan.model import LEVELS, Allocation, Goal, Item
from ..plan.periods import Period, period_of
from ..text.dates import Month
from ..text.numbers import format_number
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


class RuleInForce(NamedTuple):
    """A rule with what officers made of it."""

    rule: Rule
    own: Setting


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


def _month(month: Month | None) -> str:
    return month.printed if month else ""


def _names(attribute: str) -> Callable[[Any], str]:
    """Shows the names that an attribute has."""
    return lambda row: names_in_words(getattr(row, attribute))


def _names_and_aliases(agency: Agency) -> str:
    """The name of today is an alias too: when an officer renames the agency, the rows that
    still carry the old name find it."""
    return names_in_words(tuple(dict.fromkeys((*agency.aliases, agency.name))))


def _each_answers(group: Group) -> str:
    return YES if group.each else NO


def _source(row: Item | Allocation | Goal) -> str:
    return str(row.source)


TABLES: dict[str, Table] = {
    SETTINGS: Table(
        "ThongTin",
        "Thông tin chung, dùng cho tiêu đề của phiếu và các bảng tổng hợp.",
        (Column("Mục", 30, shows=itemgetter(0)), Column("Giá trị", 60, shows=itemgetter(1))),
        key=("Mục",),
    ),
    PLANS: Table(
        "QuyetDinh",
        "Mỗi dòng là một kế hoạch đang theo dõi. Không sửa cột Kế hoạch.",
        (
            Column(PLAN, 14, "code", attrgetter("id")),
            Column("Số quyết định", 18, shows=attrgetter("decision")),
            Column("Ngày ban hành", 14, "date", lambda plan: _date(plan.date)),
            Column("Trích yếu", 80, shows=attrgetter("title")),
            Column("Năm", 8, "centre", lambda plan: str(plan.year)),
            Column("Tên gọi tắt", 18, shows=attrgetter("short_name")),
            Column("Tổng kinh phí (triệu đồng)", 16, "money", attrgetter("total")),
        ),
        key=(PLAN,),
    ),
    ITEMS: Table(
        "KeHoach",
        "Nội dung, thời gian, kinh phí của từng mục. Ô kinh phí trống nghĩa là chưa có dự toán, "
        "khác với 0.",
        (
            Column(PLAN, 12, "code", attrgetter("plan")),
            Column(CODE, 9, "code", attrgetter("code")),
            Column("Cấp", 14, shows=lambda item: LEVELS[item.level]),
            Column(TITLE, 48, shows=attrgetter("title")),
            Column("Chỉ số đánh giá/mục tiêu", 40, shows=attrgetter("indicator")),
            Column("Tài liệu kiểm chứng", 34, shows=attrgetter("evidence")),
            Column("Từ tháng", 10, "centre", lambda item: _month(item.start)),
            Column("Đến tháng", 10, "centre", lambda item: _month(item.end)),
            Column("Thời hạn ghi trong quyết định", 18, shows=attrgetter("deadline")),
            Column("Kinh phí dự toán (triệu đồng)", 14, "money", attrgetter("budget")),
            Column("Nguồn", 26, shows=_source),
        ),
        key=(PLAN, CODE),
    ),
    ASSIGNMENTS: Table(
        "PhanCong",
        "Ai chủ trì, ai sử dụng kinh phí, ai báo cáo. Nhiều tên cách nhau bằng dấu chấm phẩy; "
        "có thể ghi tên nhóm.",
        (
            Column(PLAN, 12, "code", attrgetter("plan")),
            Column(CODE, 9, "code", attrgetter("code")),
            Column(TITLE, 40, shows=attrgetter("title")),
            Column("Cơ quan chủ trì", 26, shows=_names("leads")),
            Column("Cơ quan phối hợp", 30, shows=_names("coordinating")),
            Column("Cơ quan sử dụng kinh phí", 24, shows=attrgetter("budget_holder")),
            Column("Cơ quan báo cáo", 26, shows=_names("reporters")),
            Column("Tần suất thu thập", 14, "centre", attrgetter("frequency")),
            Column("Người thu thập số liệu", 34, shows=attrgetter("collector")),
            Column("Người báo cáo", 24, shows=attrgetter("report_officer")),
        ),
        key=(PLAN, CODE),
    ),
    ALLOCATIONS: Table(
        "PhanBo",
        "Kinh phí quyết định phân bổ cho từng cơ quan (Điều 1), dùng để đối chiếu.",
        (
            Column(PLAN, 14, "code", attrgetter("plan")),
            Column("Tên cơ quan", 44, shows=attrgetter("agency")),
            Column("Kinh phí (triệu đồng)", 18, "money", attrgetter("budget")),
            Column("Nguồn", 34, shows=_source),
        ),
        key=(PLAN, "Tên cơ quan"),
    ),
    GOALS: Table(
        "ChiTieuTinh",
        "Chỉ tiêu chung của tỉnh nêu trong quyết định. Yêu cầu ghi như “> 85%”, “≥ 10%”, “100%”, "
        "“56 đơn vị”. Đạt được ghi cùng đơn vị (86,5%), tính từ kỳ ghi ở cột Từ kỳ; cột này trống "
        "là mọi kỳ. Có thể thêm dòng.",
        (
            Column(PLAN, 14, "code", attrgetter("plan")),
            Column(CODE, 9, "code", attrgetter("code")),
            Column("Chỉ tiêu", 66, shows=attrgetter("text")),
            # Texts, or Excel makes 0,865 of what is typed as 86,5%.
            Column("Yêu cầu", 14, "code", lambda goal: goal.target.printed if goal.target else ""),
            Column("Đạt được", 14, "code", _achieved),
            Column("Từ kỳ", 12, "code", attrgetter("achieved_from")),
            Column("Văn bản, nguồn số liệu", 40, shows=attrgetter("evidence")),
            Column("Nguồn", 30, shows=_source),
        ),
        key=(PLAN, CODE),
    ),
    AGENCIES: Table(
        "CoQuan",
        "Danh sách cơ quan báo cáo. Đổi tên thì sửa cột Tên cơ quan, giữ tên cũ ở cột Bí danh; "
        "không sửa Mã cơ quan.",
        (
            Column("Mã cơ quan", 12, "code", attrgetter("id")),
            Column("Tên cơ quan", 42, shows=attrgetter("name")),
            Column("Nhóm", 32, shows=_names("groups")),
            Column("Bí danh", 44, shows=_names_and_aliases),
            Column("E-mail", 28, shows=attrgetter("email")),
            Column("Điện thoại", 16, "code", attrgetter("phone")),
            Column("Đơn vị kế thừa", 28, shows=attrgetter("successor")),
            Column("Kế thừa từ ngày", 14, "date", attrgetter("succeeded_on")),
        ),
        key=("Mã cơ quan",),
    ),
    GROUPS: Table(
        "NhomCoQuan",
        "Nhóm mà quyết định gọi chung. “Có”: từng thành viên phải trả lời; “Không”: thành viên "
        "chưa xác định (… có liên quan).",
        (
            Column("Tên nhóm", 36, shows=attrgetter("name")),
            Column("Bí danh", 80, shows=_names("aliases")),
            Column("Từng thành viên trả lời", 14, "centre", _each_answers),
            Column("Báo cáo qua nhóm", 36, shows=attrgetter("via")),
        ),
        key=("Tên nhóm",),
    ),
    PERIODS: Table(
        "KyBaoCao",
        "Hạn nộp của từng kỳ. Cột cuối thường để trống: việc có hạn trước hạn nộp (hoặc trước khi "
        "hết kỳ, nếu sớm hơn) mà chưa hoàn thành là quá hạn.",
        (
            Column("Kỳ", 12, "code", attrgetter("id")),
            Column("Tên kỳ", 28, shows=attrgetter("name")),
            Column("Năm", 8, "centre", lambda period: str(period.year)),
            Column("Số tháng", 10, "centre", lambda period: str(period.months)),
            Column("Nộp trước ngày", 16, "date", attrgetter("due_before")),
            Column("Tính quá hạn trước ngày", 18, "date", _own_overdue),
        ),
        key=("Kỳ",),
    ),
    RULES: Table(
        "QuyTac",
        "Những điều mỗi phiếu phải khớp. Mức độ Lỗi: số liệu bị loại khỏi tổng hợp; Cảnh báo, Ghi "
        "chú: vẫn tính. Áp dụng “Thử”: chỉ nêu ở trang Phát hiện để xem trước khi áp dụng.",
        (
            Column("Mã quy tắc", 26, "code", attrgetter("rule.code")),
            Column("Nội dung kiểm tra", 64, shows=attrgetter("rule.what")),
            Column("Áp dụng", 10, "centre", attrgetter("own.use")),
            Column("Mức độ", 12, "centre", attrgetter("own.severity.words")),
            Column("Ngưỡng", 10, "plain number", attrgetter("own.threshold")),
            Column("Đơn vị ngưỡng", 16, shows=attrgetter("rule.unit")),
        ),
        key=("Mã quy tắc",),
    ),
    CHOICES: Table(
        "XuLyPhieu",
        "Ghi ở đây khi muốn lấy một bản khác trong nhiều bản, loại một tệp khỏi tổng hợp, hoặc cho "
        "biết tệp là của cơ quan nào. Tên tệp chép từ trang Tệp nhận về; phải ghi lý do.",
        (
            Column("Kỳ", 12, "code", attrgetter("period")),
            Column("Tệp", 50, shows=attrgetter("file")),
            Column("Xử lý", 20, "centre", attrgetter("what")),
            Column(AGENCY, 34, shows=attrgetter("agency")),
            Column("Lý do", 50, shows=attrgetter("reason")),
        ),
        key=("Kỳ", "Tệp"),
    ),
    EXPLANATIONS: Table(
        "GiaiTrinh",
        "Ghi giải trình nhận bằng công văn, điện thoại; trong phiếu thì phần mềm tự đọc. Muốn bác "
        "bỏ thì chọn “Không chấp nhận” (Giá trị trống là mọi giá trị). Giá trị chép như ở trang "
        "Phát hiện; số liệu đổi thì giải trình hết hiệu lực.",
        (
            Column("Kỳ", 12, "code", attrgetter("period")),
            Column(AGENCY, 30, shows=attrgetter("agency")),
            Column(PLAN, 14, "code", attrgetter("plan")),
            Column(CODE, 9, "code", attrgetter("code")),
            Column("Mã quy tắc", 24, "code", attrgetter("rule")),
            # A text, or 1.500 typed into an English Excel becomes one and a half.
            Column("Giá trị", 14, "code", attrgetter("value")),
            Column("Giải trình", 50, shows=attrgetter("text")),
            Column("Xử lý", 16, "centre", attrgetter("handling")),
            Column("Nguồn", 28, shows=attrgetter("source")),
        ),
        key=("Kỳ", AGENCY, PLAN, CODE, "Mã quy tắc", "Giá trị"),
    ),
    MAIL: Table(
        "ThuDienTu",
        "Cách gửi phiếu, nhắc nộp, phản hồi, kết quả và lấy phiếu từ hộp thư. Địa chỉ của từng cơ "
        "quan ghi ở trang Cơ quan. Không ghi mật khẩu vào sổ.",
        (
            Column("Mục", 30, shows=attrgetter("name")),
            Column("Giá trị", 46, "text", attrgetter("usual")),
            Column("Cách ghi", 80, shows=attrgetter("hint")),
        ),
        key=("Mục",),
    ),
    FINDINGS: Table(
        "PhatHien",
        "Những chỗ cần xem lại khi nạp quyết định. Đã xem xong thì ghi “x” vào cột Đã xử lý.",
        (
            Column("Mức độ", 11, "centre", attrgetter("severity.words")),
            Column(FINDING_CODE, 24, shows=attrgetter("code")),
            Column("Tệp", 26, shows=attrgetter("place.file")),
            Column("Trang", 14, shows=attrgetter("place.sheet")),
            Column("Chỗ", 12, shows=attrgetter("place.cell")),
            Column("Giá trị", 34, shows=attrgetter("value")),
            Column("Nội dung", 70, shows=attrgetter("message")),
            Column("Việc cần làm", 46, shows=attrgetter("action")),
            Column("Cơ quan", 24, shows=attrgetter("agency")),
            Column("Đã xử lý", 10, "centre", lambda _: ""),
        ),
        key=(FINDING_CODE, "Tệp", "Trang", "Chỗ", "Giá trị"),
    ),
}
