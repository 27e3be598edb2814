"""From a figure of an output back to the returned cells it was made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..plan.explanations import Explanation
from ..plan.model import Plan
from .ledger import REPORTED_FIELDS, Ledger

# What a figure can be, in the officers' words. A status by its name is how many reports have it;
# with `ROWS` before it, how many rows of the plan, each as all its agencies together have done it.
MONEY = {
    "spent": "Đã chi",
    "left": "Còn lại",
    "share": "Tỷ lệ chi (%)",
    "added": "Chi trong kỳ",
    "change": "Tăng, giảm so với kỳ trước",
}
WHAT = {
    "budget": "Dự toán",
    "allocated": "Quyết định phân bổ",
    "difference": "Chênh lệch",
    **MONEY,
    "percent": "Tỷ lệ hoàn thành (%)",
    "status": "Trạng thái",
    "due": "Phải báo cáo",
    "reported": "Đã báo cáo",
    "done": "Hoàn thành",
    "done share": "Tỷ lệ hoàn thành việc (%)",
    "collections": "Số lần thu thập",
    "achieved": "Kết quả đạt được của chỉ tiêu",
    "done of due": "Số cơ quan hoàn thành",
    "days late": "Số ngày quá hạn",
    "reported spent": "Đã chi, như cơ quan báo cáo",
    "result": "Kết quả đạt được",
    "proof": "Văn bản kiểm chứng",
    "difficulties": "Khó khăn, vướng mắc",
    "proposals": "Đề xuất, kiến nghị",
    "explanation": "Giải trình",
    "explained": "Điều được giải trình",
    "explained value": "Số liệu được giải trình",
}
ROWS = "rows "
HELD = "held "  # money that all agencies together hold
_OF_EXPLANATIONS = ("explanation:", "explained:", "explained value:")
_OF_THE_PLAN = {
    "budget",
    "allocated",
    "difference",
    "due",
    ROWS + "due",
    HELD + "budget",
    HELD + "allocated",
    HELD + "difference",
}


class FigureId(NamedTuple):
    """Which figure: `what` of `WHAT` or a count of a status; of a row, of a whole plan (no code)
    or of all plans (no plan); of one agency, or of all. `period` is given where it is not that of
    the output."""

    what: str
    plan: str = ""
    code: str = ""
    agency: str = ""
    period: str = ""


def explained_as(what: str, one: Explanation) -> FigureId:
    """Which figure a part of an explanation is ("explanation", "explained", "explained value"): a
    row of an agency may have several."""
    which = f"{what}:{one.rule}:{one.value}:{one.period}"
    return FigureId(which, one.plan, one.code, one.agency)


def told(figure: FigureId) -> str:
    """What a figure is, in words: "Đã chi, mục 6.2.1"."""
    plain = figure.what.removeprefix(ROWS).removeprefix(HELD).partition(":")[0]
    rows = _OF_ROWS.get(figure.what) or _AGENCIES.get(figure.what)
    parts = [
        rows or WHAT.get(plain) or plain,
        f"mục {figure.code}" if figure.code else "",
        figure.agency,
        f"kỳ {figure.period}" if figure.period else "",
    ]
    return ", ".join(filter(None, parts))


_OF_ROWS = {ROWS + "due": "Số việc"}
_AGENCIES = {
    "agencies due": "Số cơ quan phải báo cáo",
    "agencies reported": "Số cơ quan đã có phiếu",
    "agencies in time": "Số cơ quan nộp đúng hạn",
    "agencies late": "Số cơ quan nộp trễ",
    "agencies missing": "Số cơ quan chưa có phiếu",
    "agencies with overdue": "Số cơ quan có việc quá hạn",
}


class Origin(NamedTuple):
    """A returned cell behind a figure; `value` as it was read (money in đồng)."""

    agency: str
    file: str
    sheet: str
    cell: str
    value: object
    arrived: datetime.datetime

    def __str__(self) -> str:
        return (
            f"{self.agency}: {self.file}, {self.sheet}, {self.cell} "
            f"(nhận {self.arrived:%H:%M %d/%m/%Y})"
        )


class Lineage:
    """The origins of the figures of a period and of the year's earlier ones."""

    def __init__(self, ledger: Ledger, earlier: Sequence[Ledger] = ()):
        self.ledger = ledger
        self._periods = {one.period.id: _Facts(one) for one in (*earlier, ledger)}
        self._order = [one.period.id for one in (*earlier, ledger)]

    def origins(self, figure: FigureId) -> tuple[Origin, ...]:
        """The returned cells that a figure depends on."""
        if figure.what in _OF_THE_PLAN or figure.what.startswith(_OF_EXPLANATIONS):
            return ()  # an explanation stands with its place on its own sheet
        at = figure.period or self.ledger.period.id
        if at not in self._periods:
            return ()
        position = self._order.index(at)
        if figure.what == "collections":  # of all periods so far
            periods = self._order[: position + 1]
        elif figure.what == "change":
            periods = self._order[max(0, position - 1) : position + 1]
        else:
            periods = [at]
        found = [one for name in periods for one in self._periods[name].origins(figure)]
        if figure.what == "added":  # less what each row had spent before
            earlier = [self._periods[name] for name in reversed(self._order[:position])]
            for row in self._periods[at].rows_with("spent", figure):
                own = figure._replace(plan=row[0], code=row[1])
                before = (list(facts.origins(own)) for facts in earlier)
                found += next(filter(None, before), [])
        return tuple(found)

    def told(self, plan: str, code: str, most: int = 6) -> str:
        """The cells of a row's spending, or of its status where nothing was spent, in words."""
        result = self.ledger.items[plan, code]
        shown = [
            str(Origin(*source, None, self.ledger.accepted[source.agency].arrived))
            for source in result.sources[:most]
        ]
        rest = len(result.sources) - len(shown)
        if rest > 0:
            shown.append(f"… và {rest} phiếu khác: lọc mã {code} ở trang Nguồn số liệu")
        return "; ".join(shown) or "Chưa có phiếu nào báo cáo"


class _Facts:
    """A ledger's facts by row of the plan."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self._statuses = {
            (agency, row.item.plan, row.item.code): row.status
            for agency, one in ledger.accepted.items()
            for row in one.rows
        }

    def _as_read(self, fact: dict[str, Any], name: str) -> object:
        """What stands in the cell: a status that counts as Quá hạn was reported as another."""
        if name == "status":
            return self._statuses[fact["agency"], fact["plan"], fact["code"]]
        return fact[name]

    def origins(self, figure: FigureId) -> Iterator[Origin]:
        name = _field(figure.what)
        holds = "holder" if figure.what.removeprefix(HELD) in MONEY else "agency"
        for fact in self._facts_of(figure):
            if figure.agency and fact[holds] != figure.agency:
                continue
            if cell := fact[f"{name}_cell"]:
                agency, value = fact["agency"], self._as_read(fact, name)
                arrived = self.ledger.accepted[agency].arrived
                yield Origin(agency, fact["file"], fact["sheet"], cell, value, arrived)

    def rows_with(self, name: str, figure: FigureId) -> list[tuple[str, str]]:
        """The rows of work of a figure that have a reported field."""
        facts = [fact for fact in self._facts_of(figure) if fact[f"{name}_cell"]]
        return list(dict.fromkeys((fact["plan"], fact["code"]) for fact in facts))

    def _facts_of(self, figure: FigureId) -> Iterable[dict[str, Any]]:
        for plan in self.ledger.programme.plans:
            if figure.plan in ("", plan.id):
                for code in _leaf_codes(plan, figure.code):
                    yield from self.ledger.reported.get((plan.id, code), ())


def _field(what: str) -> str:
    """The reported field that a figure is made of."""
    if what.removeprefix(HELD) in MONEY or what == "reported spent":
        return "spent"
    if what == "achieved":
        return "result"
    return what if what in REPORTED_FIELDS else "status"


def _leaf_codes(plan: Plan, code: str) -> list[str]:
    if not code:
        return [leaf.code for leaf in plan.leaves]
    item = plan.by_code.get(code)
    return [leaf.code for leaf in plan.leaves_under(item)] if item else []
