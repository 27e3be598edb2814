"""Every sheet of the issued workbook, cell by cell: each figure of the index against its own value,
its row's labels and its column's heading; each text against what the plan, the returns and the
index say; and whatever is left, which nobody can account for."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from ..plan.fields import FIELD_BY_NAME
from ..plan.figures import CHANGE, HELD, ROWS, FigureId, told
from ..plan.model import Programme
from ..plan.statuses import Status
from ..text.dates import format_date, format_long_date
from ..text.spelling import clean
from .expected import Expected, NoSuchFigureError
from .explanations import as_shown
from .figures import is_matrix, leaves
from .issued import NUMBERED, Issued, IssuedPage, Position, Value
from .texts import Texts, label

_MATRIX = " theo CQ"
# What may stand above a figure, or before it in its row, where the words for it differ from those
# of `told`: by what the figure is, without what comes before or after it.
_HEADINGS = {
    "spent": r"Đã chi( lũy kế| kỳ (này|trước))?|Chi lũy kế.*",
    "added": r"Chi trong kỳ.*",
    "change": r"Tăng, giảm",
    "share": r"Tỷ lệ (chi )?\(%\)",
    "percent": r"Tỷ lệ.*\(%\)",
    "status": r"Trạng thái.*",
    "due": r"Phải báo cáo|Số mục phải báo cáo|Số việc",
    "reported": r"Số mục đã báo cáo",
    "done share": r"Việc xong \(%\)",
    "done of due": r"Hoàn thành",
    "collections": r"Số lần đã thu thập",
    "achieved": r"Đạt được",
    "reported spent": r"Đã chi \(triệu đồng\)",
    "days late": r"Quá hạn \(ngày\)",
    "late": r"Trễ \(ngày\)",
    "late counted": r"Trễ \(ngày\)",
    "punctuality": r"Nộp phiếu",
    "state": r"Tình trạng",
    "arrived": r"Ngày nhận",
    "found error": r"Lỗi",
    "found warning": r"Cảnh báo",
    "file fate": r"Kết quả",
    "file arrived": r"Ngày nhận",
    "file saved": r"Lưu lúc",
    "explained value": r"Giá trị",
    "explained state": r"Tình trạng",
    "agencies due": r"Cơ quan phải báo cáo",
    "agencies reported": r"Cơ quan đã có phiếu dùng được",
    "agencies in time": r"nộp đúng hạn",
    "agencies late": r"nộp trễ",
    "agencies missing": r"Cơ quan chưa có phiếu dùng được",
    "agencies with overdue": r"Cơ quan có việc quá hạn",
}
_UNKNOWN = "không quy tắc nào cho biết ô này là gì"


def find_rows(issued: Issued, programme: Programme) -> None:
    """Where the rows of the index stand by now."""
    for page in issued.pages.values():
        page.find_rows(lambda heading, whose: label(programme, heading, whose))


def check_pages(issued: Issued, expected: Expected) -> None:
    order = [name for name in issued.pages if name in issued.listed]
    if order != [name for name in issued.listed if name in issued.pages]:
        issued.differ("", "", "Thứ tự các trang", ", ".join(order), ", ".join(issued.listed))
    texts = Texts(expected, _matrices(issued))
    for page in issued.pages.values():
        for what in page.hidden:
            issued.differ(page.name, what, "Bị ẩn", "ẩn", "hiện")
        _Page(page, expected, texts).check()
    _complete(issued, expected)


class _Page:
    """A sheet under audit."""

    def __init__(self, page: IssuedPage, expected: Expected, texts: Texts):
        self.page = page
        self.expected = expected
        self.texts = texts

    def check(self) -> None:
        for at, figure in self.page.figures.items():
            if stands := self._place(at):
                self._figure(at, stands, figure)
        for row, whose in self.page.whose.items():
            if row in self.page.placed:
                self._texts_of_row(row, whose)
        for at, text in self.page.texts.items():
            if (stands := self._place(at)) and stands not in self.page.done:
                self.page.hold(stands, "Chữ", text)
            if stands and at not in self.page.whose:
                self._numbers_told(at, stands)
        self._numbered()
        for at in self.page.rest():
            is_text = isinstance(self.page.cells.get(at), str) and at not in self.page.formulas
            is_figure = not is_text or _is_figure(str(self.page.cells[at]))
            what = "Số liệu" if is_figure else "Chữ"
            self.page.differ(at, f"{what} không đối chiếu được", self.page.cells.get(at), _UNKNOWN)

    def _place(self, at: Position) -> Position | None:
        """Where a cell of the index stands by now; None where its row is gone."""
        row = self.page.placed.get(at[0])
        return None if row is None else (row, at[1])

    # --------------------------------------------------------------------- figures

    def _figure(self, at: Position, stands: Position, figure: FigureId) -> None:
        what = told(figure)
        try:
            value = self.expected.value(figure)
        except NoSuchFigureError:
            self.page.differ(stands, what, self.page.value(*stands), "không có số liệu này")
            return
        if figure.what.startswith("explanation:"):
            value = as_shown(str(value), self.page.text(*stands))
        self.page.hold(stands, what, value, lambda: self.expected.sources(figure))
        self._heading(at, stands, figure)

    def _heading(self, at: Position, stands: Position, figure: FigureId) -> None:
        """Whether the column (or, in a list of figures, the row) is called what the figure is, and
        is of its period."""
        above = self.page.heading(*at)
        before = self.page.first_texts.get(at[0], "")
        kind = figure.what.partition(":")[0]
        for prefix in (CHANGE, ROWS, HELD):
            kind = kind.removeprefix(prefix)
        words = told(FigureId(kind)) if kind != "letter" else figure.agency
        field = FIELD_BY_NAME.get(kind)
        wanted = _HEADINGS.get(kind) or re.escape((field and field.source_heading) or words)
        if not any(re.fullmatch(wanted, clean(one), re.I) for one in (above, before)):
            self.page.differ(stands, "Tên cột", f"{above} {before}", words)
        period = figure.period or self.expected.now.period.id
        for past in self.expected.so_far:
            if past.period.name in above and past.period.id != period and CHANGE not in figure.what:
                self.page.differ(stands, "Kỳ của cột", above, period)
        if above.endswith("kỳ trước") != (period != self.expected.now.period.id) and above.endswith(
            ("kỳ trước", "kỳ này")
        ):
            self.page.differ(stands, "Kỳ của cột", above, period)

    # ----------------------------------------------------------------------- texts

    def _texts_of_row(self, row: int, whose: FigureId) -> None:
        headings = self.page.headings(row)
        others = list(headings.values())
        for column, heading in headings.items():
            stands = self.page.placed[row], column
            if (row, column) in self.page.figures or heading == "TT":
                continue
            try:
                text = self.texts.text(heading, whose, others)
            except KeyError:
                self.page.differ(stands, heading, self.page.value(*stands), "không có dòng này")
                continue
            if text is not None:
                self.page.hold(stands, f"{heading}, {told(whose)}", text)

    def _numbered(self) -> None:
        """The numbers before the rows of a table."""
        for (row, column), text in self.page.texts.items():
            if text != "TT":
                continue
            number, rows = 0, {at for at, _ in (*self.page.texts, *self.page.figures)}
            while (number := number + 1) + row in rows:
                at = self.page.placed.get(row + number, 0), column
                sums = row + number in self.page.whose and not any(
                    self.page.whose[row + number][1:]
                )
                if at[0] and not sums:
                    self.page.hold(at, "Số thứ tự", Fraction(number))

    def _numbers_told(self, at: Position, stands: Position) -> None:
        """The numbers in a sentence of ours: those that the index lists, and of names."""
        figures = self.page.told.get(at, [])
        if NUMBERED.fullmatch(self.page.texts[at]):
            return
        if not figures and at[0] >= min((row for row, _ in self.page.figures), default=0):
            return
        text = rest = self.page.text(*stands)
        values = [_printed(self.expected.value(one)) for one in figures]
        at_least = 0
        for value in values:
            found = re.compile(rf"(?<!\d){re.escape(value)}(?!\d)").search(rest, at_least)
            if not found:
                self.page.differ(stands, "Số trong câu", text, ", ".join(values))
                return
            at_least = found.start()
            rest = rest[:at_least] + rest[found.end() :]
        for name in self._names:
            rest = re.sub(re.escape(name), "", rest, flags=re.I)
        if re.search(r"\d", rest):
            self.page.differ(stands, "Số liệu không đối chiếu được", text, _UNKNOWN)

    @property
    def _names(self) -> Iterator[str]:
        """What has numbers in it and is no figure, the longest first."""
        programme = self.expected.programme
        for plan in programme.plans:
            yield from (plan.title, plan.decision, plan.short_name)
            if plan.date:
                yield format_long_date(plan.date)
        yield from (past.period.name for past in self.expected.so_far)
        yield from (f"năm {year}" for year in {programme.year, *(p.year for p in programme.plans)})
        yield from ("Phụ lục 1", "Phụ lục 2", "Điều 1", "SHA-256")


def _matrices(issued: Issued) -> dict[str, str]:
    """plan -> the sheet with its rows against agencies."""
    return {
        figure.plan: page.name
        for page in issued.pages.values()
        if page.name.endswith(_MATRIX)
        for figure in page.figures.values()
        if figure.code and figure.agency
    }


def _printed(value: Value) -> str:
    return format_date(value) if isinstance(value, datetime.date) else str(value)


def _is_figure(text: str) -> bool:
    return text in tuple(Status) or bool(re.fullmatch(r"\d+/\d+", text))


# -------------------------------------------------------------------------- what is missing

_Whose = tuple[str, str, str]  # plan, code, agency


def _complete(issued: Issued, expected: Expected) -> None:
    """No sheet leaves out a row of what it lists: the figures of a kind on it are of all rows of a
    plan, of all agencies, of all that is overdue and so on; and each of these is listed."""
    wholes = dict(_wholes(expected))
    listed: dict[tuple[str, str, str], set[_Whose]] = defaultdict(set)
    for page in issued.pages.values():
        for figure in page.figures.values():
            kind = figure.what.partition(":")[0]
            if figure.code or figure.agency:
                listed[page.name, kind, figure.period].add(figure[1:4])
    used: set[frozenset[_Whose]] = set()
    for (sheet, kind, _), rows in listed.items():
        whole = max(wholes.values(), key=lambda one: (len(one & rows), -len(one)))
        used.add(whole)
        for missing in sorted(whole - rows):
            issued.differ(sheet, "", f"Mục: {told(FigureId(kind, *missing))}", "không có", "có")
    for name, whole in wholes.items():
        if whole and whole not in used:
            issued.differ("", "", name, "không có", f"{len(whole)} dòng")


def _wholes(expected: Expected) -> Iterator[tuple[str, frozenset[_Whose]]]:
    """What a sheet can list, by its name."""
    now, programme = expected.now, expected.programme
    for plan in programme.plans:
        yield f"Các mục của {plan.short_name}", frozenset((plan.id, i.code, "") for i in plan.items)
        if is_matrix(plan, now):
            rows = frozenset((plan.id, leaf.code, "") for leaf in leaves(plan, None))
            yield f"Các việc của {plan.short_name}", rows
            reports = (fact for fact in now.facts if fact.plan is plan)
            yield f"Báo cáo về {plan.short_name}", frozenset(fact.whose for fact in reports)
    every = [(plan.id, leaf.code, "") for plan in programme.plans for leaf in leaves(plan, None)]
    tops = [(plan.id, top.code, "") for plan in programme.plans for top in plan.children("")]
    overdue = (fact.whose for fact in now.facts if fact.status == Status.OVERDUE)
    yield "Mọi việc", frozenset(every)
    yield "Mọi nhiệm vụ", frozenset(tops)
    yield "Việc có thay đổi", frozenset((*row, "") for row in expected.changed_rows())
    yield "Báo cáo của các cơ quan", frozenset(fact.whose for fact in now.facts)
    yield "Việc quá hạn", frozenset(overdue)
    yield "Chỉ tiêu", frozenset(one.verdict_id[1:4] for one in expected.targets)
    explained = ((*one.plan_and_code, one.agency) for one in expected.explained)
    yield "Giải trình", frozenset(explained)
    yield "Cơ quan phải nộp phiếu", frozenset(("", "", name) for name in now.came)
    yield "Cơ quan có kinh phí hoặc việc", frozenset(("", "", n) for n in expected.agencies)
    yield "Cơ quan có dự toán", frozenset(("", "", name) for name in expected.with_budget)
    files = ((name, one.agency) for name, one in expected.files.items())
    yield "Tệp nhận về", frozenset(("", *one) for one in files)
