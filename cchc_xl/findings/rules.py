"""The rules that reported rows are held to, each with what is said of a row that breaks it; its
function is in `ledger.checks`.

Officers see them on the master's sheet Quy tắc and set what each does. A rule that the sheet does
not list (a new one, an older workbook) stands as declared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .message import Message
from .severity import Severity


@dataclass(frozen=True, kw_only=True)
class Rule(Message):
    """A rule as declared: `what` tells officers of it. A breach of severity error leaves the
    reported field `field` out of the figures, warning and info count it.

    `looks_at` are the fields of an agency that it judges, if not that one; the value of the first
    is shown. An explanation is of them as they were: once they have changed, the same value is
    another case (spending that fell to 5 from 10, and later from 12). `of_blank`: what it finds
    is that nothing stands there.
    """

    code: str
    what: str
    severity: Severity = Severity.WARNING  # as every new rule
    field: str = ""
    threshold: Decimal | None = None
    unit: str = ""
    looks_at: tuple[str, ...] = ()
    of_blank: bool = False

    @property
    def judged(self) -> tuple[str, ...]:
        return self.looks_at or tuple(filter(None, [self.field]))


_DECLARED = (
    Rule(
        code="spent-implausible",
        what="Số đã chi gấp nhiều lần dự toán của mục: có thể ghi nhầm đơn vị (đồng, nghìn đồng)",
        severity=Severity.ERROR,
        message=(
            "Mục {item}: đã chi {value} triệu đồng, gấp {times} lần dự toán; có thể ghi bằng "
            "{unit} (tức {likely} triệu đồng)."
        ),
        action="Hỏi lại cơ quan và ghi lại bằng triệu đồng.",
        fix="Ghi lại bằng triệu đồng; nếu số đúng, giải thích ở cột Khó khăn, vướng mắc.",
        field="spent",
        threshold=Decimal(5),
        unit="lần dự toán",
    ),
    Rule(
        code="spent-over-budget",
        what="Số đã chi vượt dự toán của mục",
        message="Mục {item}: đã chi {value} triệu đồng, bằng {share}% dự toán ({budget}).",
        action="Hỏi lại cơ quan; kiểm tra đơn vị tính.",
        fix="Kiểm tra số tiền và đơn vị tính; nếu đúng, ghi giải trình.",
        field="spent",
        threshold=Decimal(100),
        unit="% dự toán",
    ),
    Rule(
        code="spent-over-budget-together",
        what="Các cơ quan cùng báo cáo một mục đã chi tổng cộng vượt dự toán",
        message=(
            "Mục {item}: các cơ quan ({agencies}) đã chi tổng cộng {value} triệu đồng, vượt dự "
            "toán {budget}."
        ),
        action="Hỏi lại các cơ quan này.",
        fix="Kiểm tra lại số tiền.",
        threshold=Decimal(100),
        unit="% dự toán",
        looks_at=("spent",),
    ),
    Rule(
        code="spent-without-budget",
        what="Có số đã chi nhưng kế hoạch không ghi dự toán",
        message="Mục {item}: đã chi {value} triệu đồng nhưng kế hoạch không ghi dự toán.",
        action="Hỏi lại cơ quan về nguồn kinh phí.",
        fix="Kiểm tra lại số tiền; nếu đúng, giải trình rõ nguồn kinh phí.",
        field="spent",
    ),
    Rule(
        code="spent-missing",
        what="Mục có dự toán nhưng ô số đã chi trống",
        message="Mục {item} có dự toán {budget} triệu đồng nhưng ô số đã chi trống.",
        action="Đề nghị cơ quan ghi số đã chi; chưa chi thì ghi 0.",
        fix="Ghi số đã chi; chưa chi thì ghi 0.",
        looks_at=("spent",),
        of_blank=True,
    ),
    Rule(
        code="spent-maybe-thousands",
        what=(
            "Số đã chi rất nhỏ so với dự toán: dấu chấm hàng nghìn có thể bị hiểu là dấu thập phân"
        ),
        message=(
            "Mục {item}: đã chi {value} triệu đồng, rất nhỏ so với dự toán {budget}; có thể là "
            "{likely} (dấu chấm hàng nghìn bị hiểu là dấu thập phân)."
        ),
        action="Hỏi lại cơ quan.",
        fix="Kiểm tra lại số tiền, ghi bằng triệu đồng.",
        field="spent",
        threshold=Decimal(1),
        unit="% dự toán",
    ),
    Rule(
        code="spent-fell",
        what="Số đã chi lũy kế giảm so với kỳ trước",
        message="Mục {item}: đã chi lũy kế {value} triệu đồng, ít hơn kỳ {period} ({before}).",
        action="Hỏi lại cơ quan số nào đúng.",
        fix="Kiểm tra lại số lũy kế; nếu đúng, ghi giải trình.",
        field="spent",
    ),
    Rule(
        code="percent-fell",
        what="Tỷ lệ hoàn thành giảm so với kỳ trước",
        message="Mục {item}: tỷ lệ {value}%, thấp hơn kỳ {period} ({before}%).",
        action="Hỏi lại cơ quan.",
        fix="Kiểm tra lại tỷ lệ; nếu đúng, ghi giải trình.",
        field="percent",
    ),
    Rule(
        code="done-reopened",
        what="Kỳ trước báo Hoàn thành, kỳ này báo chưa xong",
        message="Mục {item}: kỳ {period} báo Hoàn thành, nay báo “{value}”.",
        action="Hỏi lại cơ quan.",
        fix="Kiểm tra lại trạng thái; nếu đúng, ghi giải trình.",
        field="status",
    ),
    Rule(
        code="done-without-evidence",
        what="Báo Hoàn thành nhưng không ghi văn bản kiểm chứng",
        message="Mục {item}: báo Hoàn thành nhưng không ghi văn bản kiểm chứng.",
        action="Đề nghị cơ quan ghi số, ký hiệu văn bản.",
        fix="Ghi số, ký hiệu văn bản kiểm chứng.",
        field="status",
        looks_at=("proof", "status"),
        of_blank=True,
    ),
    Rule(
        code="full-percent-not-done",
        what="Tỷ lệ 100% nhưng trạng thái khác Hoàn thành",
        message="Mục {item}: tỷ lệ 100% nhưng trạng thái là “{value}”.",
        action="Hỏi lại cơ quan.",
        fix="Sửa trạng thái hoặc tỷ lệ cho khớp nhau.",
        field="percent",
        looks_at=("status", "percent"),
    ),
    Rule(
        code="done-below-full-percent",
        what="Báo Hoàn thành nhưng tỷ lệ dưới 100%",
        message="Mục {item}: báo Hoàn thành nhưng tỷ lệ là {value}%.",
        action="Hỏi lại cơ quan.",
        fix="Sửa trạng thái hoặc tỷ lệ cho khớp nhau.",
        field="percent",
        looks_at=("percent", "status"),
    ),
    Rule(
        code="status-missing",
        what="Mục có số liệu nhưng chưa chọn trạng thái",
        message="Mục {item} có số liệu nhưng chưa chọn trạng thái.",
        action="Đề nghị cơ quan chọn trạng thái.",
        fix="Chọn trạng thái trong danh sách.",
        looks_at=("status",),
        of_blank=True,
    ),
    Rule(
        code="given-changed",
        what="Cột khóa (nội dung, chỉ số, thời gian, dự toán) bị sửa so với phiếu đã gửi",
        message=(
            "Mục {item}: cột khóa “{column}” trên phiếu bị sửa thành “{value}”, phiếu đã gửi ghi "
            "“{sent}”; lấy theo kế hoạch."
        ),
        action="Hỏi lại cơ quan; nếu kế hoạch đổi thì sửa ở trang Kế hoạch.",
        fix="Khôi phục như phiếu đã gửi; nếu kế hoạch thay đổi, ghi vào cột Đề xuất, kiến nghị.",
        of_blank=True,
    ),
)
RULES = {rule.code: rule for rule in _DECLARED}
