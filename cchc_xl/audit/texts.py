"""The texts in the rows of the issued workbook's tables, by the heading above them and by whose row
it is: what the plan, the registry, the returns and the journal say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..plan.fields import ENTRIES
from ..plan.figures import FigureId
from ..plan.model import Item, Plan, Programme
from ..plan.statuses import Status
from ..text.dates import format_moment
from ..text.spelling import clean, shortened
from .expected import Expected
from .explanations import Given
from .figures import Fact, is_matrix, leaves
from .targets import Judged

_LONGEST_RESULT, _LONGEST_REMARK = 420, 240  # what fits into a row on paper
_MANY = 8  # more names or texts than this are counted, not listed
_MOST_CELLS = 6
SOURCES = "Nguồn số liệu"


def label(programme: Programme, heading: str, whose: FigureId) -> str | None:
    """What tells a row from others, where a heading asks for it."""
    _, plan, code, agency, _ = whose
    if heading in ("STT", "Mã") or (heading == "Tệp" and code and not plan):
        return code
    if heading == "Kế hoạch" and plan:
        return programme.plan_by_id[plan].short_name
    if heading == "Yêu cầu":
        return whose.what.partition(":")[2]
    return agency if heading in ("Cơ quan", "Cơ quan báo cáo") else None


class Texts:
    """The texts of a period's workbook; `matrices` are the sheets, by plan, that have its rows
    against agencies."""

    def __init__(self, expected: Expected, matrices: Mapping[str, str]):
        self.expected = expected
        self.matrices = matrices
        self.now = expected.now
        self.programme = expected.programme
        frequency = f"Tần suất năm {self.programme.year}"
        self._of_item: dict[str, Callable[[Plan, Item], str]] = {
            "Nội dung công việc": lambda plan, item: item.title,
            "Nội dung": lambda plan, item: item.title,
            "Chỉ số đánh giá/tác động/mục tiêu": lambda plan, item: item.indicator,
            "Kết quả yêu cầu": lambda plan, item: item.indicator,
            "Tài liệu kiểm chứng (xác minh)": lambda plan, item: item.evidence,
            frequency: lambda plan, item: item.frequency,
            "Thu thập số liệu": self._collector,
            "Báo cáo": lambda plan, item: item.report_officer,
            "Từ tháng": lambda plan, item: item.start.printed if item.start else "",
            "Đến tháng": lambda plan, item: item.end.printed if item.end else "",
            "Thời hạn": lambda plan, item: item.end.printed if item.end else "",
            "Cơ quan, đơn vị chủ trì": lambda plan, item: "\n".join(item.leads),
            "Cơ quan chủ trì thực hiện": lambda plan, item: ";\n".join(item.leads),
            "Cơ quan sử dụng kinh phí": lambda plan, item: item.budget_holder,
            "Thời gian hoàn thành": lambda plan, item: item.deadline,
            "Kết quả đạt được, văn bản kiểm chứng": self._results,
            "Ghi chú": self._remarks,
            "Cơ quan chưa hoàn thành": self._unfinished,
            "Nguồn số liệu (bấm dấu + ở đầu cột để mở)": self._origin,
            SOURCES: self._origin,
        }

    def text(self, heading: str, whose: FigureId, others: Sequence[str]) -> str | None:
        """What stands below a heading, `others` beside it, in a row of someone; None where no
        rule says so. Raises KeyError for a row that there should not be."""
        if not whose.code and not whose.agency:
            return None  # sums
        kind = whose.what.partition(":")[0]
        found = label(self.programme, heading, whose)
        if found is None and kind.startswith("expla"):
            found = self._given(heading, self.expected.given(whose))
        elif found is None and kind in ("target", "achieved", "verdict"):
            found = self._target(heading, self.expected.target(whose))
        elif found is None and whose.code and not whose.plan:
            found = (
                self.expected.files[whose.code].sha256 if heading.startswith("Mã kiểm") else None
            )
        elif found is None and whose.code:
            found = self._of_row(heading, whose, others)
        elif found is None and whose.agency:
            found = self._of_agency(heading, whose.agency)
        return found

    def _of_row(self, heading: str, whose: FigureId, others: Sequence[str]) -> str | None:
        plan, item = self.expected.plan(whose), self.expected.item(whose)
        if heading == "Nhiệm vụ":
            top = [item, *plan.ancestors(item)][-1]
            return top.code if "Nội dung công việc" in others else item.title
        if whose.agency:
            fact = self.expected.fact(whose)
            if (found := self._of_fact(heading, fact)) is not None:
                return found
        if heading == SOURCES and "Số việc" in others:
            return f"Cộng từ {len(leaves(plan, item))} việc, xem trang {SOURCES}"
        rule = self._of_item.get(heading)
        return rule(plan, item) if rule else None

    def _of_fact(self, heading: str, fact: Fact) -> str | None:
        came = self.now.came.get(fact.agency)
        arrived = came.arrived if came and fact.file else None
        unit = self.programme.registry.by_name[fact.agency]
        return {
            "Khó khăn, vướng mắc": fact.texts.get("difficulties", ""),
            "Đề xuất, kiến nghị": fact.texts.get("proposals", ""),
            "Điện thoại": unit.phone,
            "Tệp": fact.file,
            "Trang": fact.sheet,
            "Ô": fact.cells.get("status", ""),
            **{f.cell_heading: fact.cells.get(f.name, "") for f in ENTRIES if f.cell_heading},
            "Nhận lúc": format_moment(arrived) if arrived else "",
        }.get(heading)

    def _of_agency(self, heading: str, agency: str) -> str | None:
        unit, came = self.programme.registry.by_name[agency], self.now.came.get(agency)
        counts = came is not None and came.accepted
        source = ""
        if counts and came and came.arrived:
            source = f"{came.file} (nhận {format_moment(came.arrived)})"
        return {
            "E-mail": unit.email,
            "Điện thoại": unit.phone,
            "Tệp": came.file if came else None,
            SOURCES: source or "Chưa có phiếu dùng được",
        }.get(heading)

    def _given(self, heading: str, one: Given) -> str | None:
        return {
            "Kỳ": self.programme.period_by_id[one.period].name,
            "Tệp": one.file,
            "Trang": one.sheet,
            "Ô": one.cell,
            "Nguồn": one.source,
        }.get(heading)

    def _target(self, heading: str, one: Judged) -> str | None:
        return {
            "Chỉ tiêu, mục tiêu": one.text,
            "Căn cứ": one.basis,
            "Tệp": one.file,
            "Ô": one.cell,
        }.get(heading)

    # ------------------------------------------------------------ of a row of the plan

    def _collector(self, plan: Plan, item: Item) -> str:
        """As the decision has it: on tasks and outputs, and on work that has its own."""
        above = plan.by_code.get(plan.parent_of(item))
        same = above is not None and above.collector == item.collector
        return "" if same and plan.is_leaf(item) else item.collector

    def _results(self, plan: Plan, item: Item) -> str:
        told = [*self._quoted(plan, item, "result"), *self._quoted(plan, item, "proof")]
        return shortened("\n".join(told), _LONGEST_RESULT)

    def _remarks(self, plan: Plan, item: Item) -> str:
        facts = self.now.below(plan, item)
        came = sum(fact.came for fact in facts)
        missing = [f"Đã báo cáo {came}/{len(facts)}"] if came < len(facts) else []
        return shortened(
            "\n".join([*missing, *self._quoted(plan, item, "difficulties")]), _LONGEST_REMARK
        )

    def _quoted(self, plan: Plan, item: Item, name: str) -> list[str]:
        """What was written of a row of work: as it stands where one agency answers for it."""
        facts = self.now.below(plan, item)
        if not plan.is_leaf(item) or not any(fact.came for fact in facts):
            return []
        lead = "Văn bản: " if name == "proof" else ""
        written = [(fact.agency, fact.texts[name]) for fact in facts if fact.texts.get(name)]
        if len(written) > _MANY:
            return [f"{lead}{len(written)} cơ quan có báo cáo, xem trang {SOURCES}"]
        if len(facts) == 1:
            return [lead + text for _, text in written]
        return [f"{agency}: {lead.lower()}{text}" for agency, text in written]

    def _unfinished(self, plan: Plan, item: Item) -> str:
        """Those who have not done a row of work, by how far they are."""
        if not plan.is_leaf(item):
            return ""
        by_status: dict[str, list[str]] = {}
        for fact in self.now.of(plan, item):
            if fact.status != Status.DONE:
                by_status.setdefault(fact.status, []).append(fact.agency)
        names = [name for found in by_status.values() for name in found]
        if len(names) > _MANY:
            where = self.matrices.get(plan.id, SOURCES) if is_matrix(plan, self.now) else SOURCES
            return f"{len(names)} cơ quan, xem trang {where}"
        return "; ".join(names)

    def _origin(self, plan: Plan, item: Item) -> str:
        """The rows that a row adds up, or the returned cells of its spending, else its status."""
        if below := plan.children(item.code):
            return f"Cộng từ các dòng {'; '.join(clean(child.code) for child in below)}"
        told = []
        for fact in self.now.of(plan, item):
            came = self.now.came.get(fact.agency)
            if fact.came and came and came.arrived:
                cell = fact.cells.get("row")
                place = f"{fact.agency}: {fact.file}, {fact.sheet}, {cell}"
                told.append(f"{place} (nhận {format_moment(came.arrived)})")
        rest = len(told) - _MOST_CELLS
        if rest > 0:
            more = f"… và {rest} phiếu khác: lọc mã {item.code} ở trang {SOURCES}"
            told = [*told[:_MOST_CELLS], more]
        return "; ".join(told) or "Chưa có phiếu nào báo cáo"
