"""The rules that reported rows are held to, as data: officers see them on the master's sheet
Quy tắc and set what each does.

A rule that the sheet does not list (a new one, an older workbook) stands as declared here.
New rules start as warnings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..findings.finding import NOWHERE, Place

ON, OFF, TRIAL = "Có", "Không", "Thử"
USES = (ON, OFF, TRIAL)
SETTABLE = ("error", "warning", "info")  # severities that a rule may be given


class Rule(NamedTuple):
    """A rule as declared: `severity` error leaves the reported field `field` out of the
    figures, warning and info count it."""

    code: str
    what: str
    severity: str
    field: str
    threshold: Decimal | None = None
    unit: str = ""


_RULES = (
    Rule(
        "spent-implausible",
        "Số đã chi gấp nhiều lần dự toán của mục: có thể ghi nhầm đơn vị (đồng, nghìn đồng)",
        "error",
        "spent",
        Decimal(5),
        "lần dự toán",
    ),
    Rule(
        "spent-over-budget",
        "Số đã chi vượt dự toán của mục",
        "warning",
        "spent",
        Decimal(100),
        "% dự toán",
    ),
    Rule(
        "spent-over-budget-together",
        "Các cơ quan cùng báo cáo một mục đã chi tổng cộng vượt dự toán",
        "warning",
        "",
        Decimal(100),
        "% dự toán",
    ),
    Rule(
        "spent-without-budget", "Có số đã chi nhưng kế hoạch không ghi dự toán", "warning", "spent"
    ),
    Rule("spent-missing", "Mục có dự toán nhưng ô số đã chi trống", "warning", ""),
    Rule(
        "spent-maybe-thousands",
        "Số đã chi rất nhỏ so với dự toán: dấu chấm hàng nghìn có thể bị hiểu là dấu thập phân",
        "warning",
        "spent",
        Decimal(1),
        "% dự toán",
    ),
    Rule("spent-fell", "Số đã chi lũy kế giảm so với kỳ trước", "warning", "spent"),
    Rule("percent-fell", "Tỷ lệ hoàn thành giảm so với kỳ trước", "warning", "percent"),
    Rule("done-reopened", "Kỳ trước báo Hoàn thành, kỳ này báo chưa xong", "warning", "status"),
    Rule(
        "done-without-evidence",
        "Báo Hoàn thành nhưng không ghi văn bản kiểm chứng",
        "warning",
        "status",
    ),
    Rule(
        "full-percent-not-done", "Tỷ lệ 100% nhưng trạng thái khác Hoàn thành", "warning", "percent"
    ),
    Rule("done-below-full-percent", "Báo Hoàn thành nhưng tỷ lệ dưới 100%", "warning", "percent"),
    Rule("status-missing", "Mục có số liệu nhưng chưa chọn trạng thái", "warning", ""),
    Rule(
        "given-changed",
        "Cột khóa (nội dung, chỉ số, thời gian, dự toán) bị sửa so với phiếu đã gửi",
        "warning",
        "",
    ),
)
RULES: dict[str, Rule] = {rule.code: rule for rule in _RULES}


class Setting(NamedTuple):
    """What an officer made of a rule: `use` is one of `USES`."""

    severity: str
    use: str = ON
    threshold: Decimal | None = None


@dataclass(frozen=True)
class Rules:
    """The rules as set; those not set are as declared."""

    settings: Mapping[str, Setting] = field(default_factory=dict)

    def setting(self, code: str) -> Setting:
        rule = RULES[code]
        return self.settings.get(code) or Setting(rule.severity, ON, rule.threshold)

    def severity(self, code: str) -> str:
        """error, warning or info; "trial" where a breach is only to be shown, "" where the
        rule is off."""
        own = self.setting(code)
        return {OFF: "", TRIAL: "trial"}.get(own.use, own.severity)

    def threshold(self, code: str) -> Decimal:
        own = self.setting(code)
        return own.threshold if own.threshold is not None else RULES[code].threshold or Decimal(0)

    def trying(self, code: str, threshold: Decimal | None = None) -> Rules:
        """The same rules with one on trial."""
        own = self.setting(code)
        tried = Setting(own.severity, TRIAL, own.threshold if threshold is None else threshold)
        return Rules({**self.settings, code: tried})


AS_DECLARED = Rules()

# -------------------------------------------------------- what officers decide of files

USE_THIS, LEAVE_OUT = "Dùng bản này", "Loại khỏi tổng hợp"


class Choice(NamedTuple):
    """An officer's decision on one returned file of a period; `agency` says whose it is where
    the file does not, `place` where the decision stands in the master."""

    period: str
    file: str
    what: str
    reason: str
    agency: str = ""
    place: Place = NOWHERE
