"""The report of a period as a Word document: what `templates/bao-cao.docx` asks for, filled from
the ledger, every figure tied to its cell in the monitoring workbook.

Texts of agencies are quoted as they wrote them, equal ones once, with who wrote them.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import lxml.etree as etree

from ..files.packages import repacked
from ..ledger.assessments import goal_assessments
from ..ledger.facts import Fact
from ..ledger.ledger import ItemResult, Ledger
from ..ledger.result_rows import submissions, without_spending
from ..plan.agencies import names_in_words
from ..plan.explanations import IN_FORCE, REFUSED, Explanation
from ..plan.figures import (
    CAME,
    CAME_LATE,
    DUE,
    IN_TIME,
    MISSING,
    ROWS,
    WITH_OVERDUE,
    FigureId,
    explained_as,
)
from ..plan.model import Item, Plan
from ..plan.statuses import Status
from ..text.dates import format_date
from ..text.money import million_from_dong, percent_of, rest, sum_known
from ..text.spelling import key
from ..text.targets import Target
from ..writing.letterhead import facts_of, official_lines
from .citations import Citation, Citations, Cited, without_marks
from .history import added_total
from .key_figures import key_values
from .report_template import filled_report
from .summaries import row_counts
from .watchlists import judged_as

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NAMES = {
    "Hoàn thành": "hoan_thanh",
    "Đang thực hiện": "dang_thuc_hien",
    "Chưa thực hiện": "chua_thuc_hien",
    "Quá hạn": "qua_han",
    "Không thực hiện": "khong_thuc_hien",
    "Chưa báo cáo": "chua_bao_cao",
}


class Report(NamedTuple):
    """A report and every figure in it with its cell."""

    content: bytes
    citations: tuple[Citation, ...]


def write_report(so_far: Sequence[Ledger], citations: Citations) -> Report:
    """The report of the last of the year's ledgers; `citations` knows where figures stand.
    Raises TemplateError for a template that cannot be filled."""
    filled = filled_report(_Context(so_far, citations).all())
    return _without_marks(filled, citations)


def _without_marks(content: bytes, citations: Citations) -> Report:
    """The document as people read it, and the citations that its marks told."""
    found: list[Citation] = []

    def cleaned(name: str, part: bytes) -> bytes:
        if not re.fullmatch(r"word/(?:document|header\d*|footer\d*|footnotes)\.xml", name):
            return part
        tree = etree.fromstring(part)
        for paragraph in tree.iter(f"{_WORD}p"):
            texts = list(paragraph.iter(f"{_WORD}t"))
            found.extend(citations.taken_from("".join(text.text or "" for text in texts)))
            for text in texts:
                text.text = without_marks(text.text or "")
        return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)

    return Report(repacked(content, cleaned), tuple(found))


# ------------------------------------------------------------- what a template can name


class _Context:
    """Everything that the template can name, in Vietnamese without diacritics."""

    def __init__(self, so_far: Sequence[Ledger], citations: Citations):
        self.so_far = so_far
        self.ledger = so_far[-1]
        self.before = so_far[-2] if len(so_far) > 1 else None
        self.programme = self.ledger.programme
        self.citations = citations

    def _cited(self, kind: str, value: object, what: str, **of: str) -> Cited:
        return self.citations.figure(FigureId(what, **of), kind, value)

    def _quoted(self, words: str, what: str, plan: str, code: str, agency: str) -> Cited:
        return self._cited("text", words or None, what, plan=plan, code=code, agency=agency)

    def all(self) -> dict[str, Any]:
        ledger = self.ledger
        return {
            **facts_of(self.programme, ledger.period),
            **official_lines(facts_of(self.programme, ledger.period)),
            "han_nop": format_date(ledger.period.due_before),
            "la_ca_nam": ledger.period.months == 12,
            "nop": self._submissions(),
            "viec": self._rows(None),
            "kinh_phi": self._money(None),
            "kinh_phi_thieu": names_in_words(without_spending(self.ledger)),
            "ke_hoach": [self._plan(plan) for plan in self.programme.plans],
            "kinh_phi_co_quan": self._agencies(),
            "qua_han": self._overdue(),
            "chi_tieu": self._goals(),
            "so_sanh": self._comparison(),
            "kho_khan": self._gathered("difficulties"),
            "kien_nghi": self._gathered("proposals"),
            "giai_trinh": self._explanations(),
        }

    def _submissions(self) -> dict[str, Any]:
        values = key_values(self.ledger)

        def count(what: str) -> Cited:
            return self._cited("count", values[what], what)

        late = [one.agency for one in submissions(self.ledger) if one.accepted and one.late]
        return {
            "phai_nop": count(DUE),
            "da_nhan": count(CAME),
            "dung_han": count(IN_TIME),
            "tre": count(CAME_LATE),
            "thieu": count(MISSING),
            "co_quan_co_viec_qua_han": count(WITH_OVERDUE),
            "ten_tre": names_in_words(late),
            "ten_thieu": names_in_words(self.ledger.missing),
        }

    def _rows(self, plan: Plan | None) -> dict[str, Cited]:
        """How many rows of work have each status."""
        return self._counts(row_counts(self.ledger, plan), plan.id if plan else "")

    def _counts(self, counts, plan: str = "", code: str = "") -> dict[str, Cited]:
        total = sum(counts.values())
        of = {"plan": plan, "code": code}
        told = {
            _NAMES[status]: self._cited("count", counts[status], ROWS + status, **of)
            for status in Status
        }
        share = percent_of(counts[Status.DONE], total)
        return {
            "tong": self._cited("count", total, ROWS + "due", **of),
            **told,
            "ty_le": self._cited("percent", share, ROWS + "done share", **of),
        }

    def _money(self, of: ItemResult | None, agency: str = "") -> dict[str, Cited]:
        """Budget, spending, what is left in triệu đồng and the share, of a row or of all."""
        if of:
            budget, spent = of.budget, of.spent
            where = {"plan": of.item.plan, "code": of.item.code}
        else:
            budget, spent = self._totals(agency)
            where = {"agency": agency}
        return {
            "du_toan": self._dong(budget, "budget", **where),
            "da_chi": self._dong(spent, "spent", **where),
            "con_lai": self._dong(rest(budget, spent), "left", **where),
            "ty_le": self._cited("percent", percent_of(spent, budget), "share", **where),
        }

    def _totals(self, agency: str) -> tuple[int | None, int | None]:
        own = [one for one in self.ledger.agencies if not agency or one.agency == agency]
        if agency:
            return sum_known(one.budget for one in own), sum_known(one.spent for one in own)
        totals = [self.ledger.totals(plan) for plan in self.programme.plans]
        return sum_known(one for one, _ in totals), sum_known(one for _, one in totals)

    def _dong(self, dong: int | None, what: str, **of: str) -> Cited:
        return self._cited("money", None if dong is None else million_from_dong(dong), what, **of)

    # ------------------------------------------------------------- plans and rows

    def _plan(self, plan: Plan) -> dict[str, Any]:
        return {
            "ten": plan.title,
            "ten_tat": plan.short_name,
            **{
                name: value
                for name, value in facts_of(self.programme, self.ledger.period, plan).items()
                if name in ("quyet_dinh", "ngay_quyet_dinh")
            },
            "co_kinh_phi": plan.has_budget,
            "viec": self._rows(plan),
            "nhiem_vu": [self._task(plan, top) for top in plan.children("")],
        }

    def _task(self, plan: Plan, top: Item) -> dict[str, Any]:
        leaves = plan.leaves_under(top)
        result = self.ledger.result(top)
        counts = Counter(self.ledger.result(leaf).status for leaf in leaves)
        return {
            "ma": top.code,
            "ten": top.title,
            "viec": self._counts(counts, plan.id, top.code),
            "kinh_phi": self._money(result),
            "co_kinh_phi": result.budget is not None,
            "ket_qua": [told for leaf in leaves for told in self._results(plan, leaf)],
            "chua_bao_cao": [
                {"ma": leaf.code, "noi_dung": leaf.title}
                for leaf in leaves
                if not self.ledger.result(leaf).reported
            ],
        }

    def _results(self, plan: Plan, leaf: Item) -> Iterable[dict[str, Any]]:
        """What agencies reported of a finished row, equal texts once."""
        if self.ledger.result(leaf).status != Status.DONE:
            return
        texts = self.ledger.texts.get((plan.id, leaf.code), {})
        proofs = dict(texts.get("proof", ()))
        for words, agencies in _together(texts.get("result", ())):
            first = agencies[0]
            proof = proofs.get(first, "") if len(agencies) == 1 else ""
            yield {
                "ma": leaf.code,
                "noi_dung": leaf.title.lstrip("-– "),
                "ket_qua": self._quoted(words, "result", plan.id, leaf.code, first),
                "van_ban": self._quoted(proof, "proof", plan.id, leaf.code, first),
                "co_quan": names_in_words(agencies),
            }

    def _agencies(self) -> list[dict[str, Any]]:
        holders = dict.fromkeys(one.agency for one in self.ledger.agencies if one.budget)
        return [{"ten": name, **self._money(None, name)} for name in holders]

    def _overdue(self) -> list[dict[str, Any]]:
        """Rows of work that are overdue, with the agencies that have not finished them and why;
        equal reasons once."""
        until = self.ledger.period.overdue_before - datetime.timedelta(days=1)
        late: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.ledger.facts:
            if fact.status == Status.OVERDUE:
                late.setdefault((fact.plan, fact.code), []).append(fact)
        told = []
        for (plan, code), facts in late.items():
            item = self.programme.plan_by_id[plan].by_code[code]
            assert item.end  # else it would not be overdue
            agencies = [fact.agency for fact in facts]
            days = (until - item.end.last_day).days
            reasons = [(f.agency, f["difficulties"]) for f in facts if f["difficulties"]]
            told.append(
                {
                    "ma": code,
                    "noi_dung": item.title,
                    "co_quan": names_in_words(agencies),
                    "thoi_han": item.end.printed,
                    "so_ngay": self._cited(
                        "count", days, "days late", plan=plan, code=code, agency=agencies[0]
                    ),
                    "ly_do": [
                        {
                            "noi_dung": self._quoted(words, "difficulties", plan, code, who[0]),
                            # Named where only some of those overdue say so.
                            "co_quan": "" if who == agencies else names_in_words(who),
                        }
                        for words, who in _together(reasons)
                    ],
                }
            )
        return told

    def _goals(self) -> list[dict[str, Any]]:
        return [
            {
                "noi_dung": one.title,
                "yeu_cau": one.target.printed if one.target else "",
                "dat_duoc": self.citations.figure(
                    judged_as("achieved", one), "count", one.achieved
                ),
                "don_vi": _unit(one.target),
                "danh_gia": one.verdict,
            }
            for one in goal_assessments(self.ledger)
        ]

    def _comparison(self) -> dict[str, Any] | None:
        if self.before is None:
            return None
        now, then = self.ledger, self.before
        spent = sum_known(then.totals(plan)[1] for plan in self.programme.plans)
        at = {"period": then.period.id}
        here = {"period": now.period.id}
        added = added_total(self.so_far, len(self.so_far) - 1)
        done = {p: row_counts(one)[Status.DONE] for p, one in (("now", now), ("then", then))}
        return {
            "ky_truoc": then.period.name,
            "da_chi_truoc": self._dong(spent, "spent", **at),
            "chi_trong_ky": self._dong(added, "added", **here),
            "hoan_thanh_truoc": self._cited("count", done["then"], ROWS + Status.DONE, **at),
            "hoan_thanh": self._cited("count", done["now"], ROWS + Status.DONE),
        }

    def _gathered(self, name: str) -> list[dict[str, Any]]:
        """What agencies wrote, equal texts once, in the order of the plan."""
        written: dict[str, tuple[str, FigureId, list[str]]] = {}
        for (plan, code), fields in self.ledger.texts.items():
            for agency, words in fields.get(name, ()):
                first = words, FigureId(name, plan, code, agency), []
                _, _, agencies = written.setdefault(key(words), first)
                if agency not in agencies:
                    agencies.append(agency)
        return [
            {
                "noi_dung": self.citations.figure(figure, "text", words),
                "co_quan": names_in_words(agencies),
            }
            for words, figure, agencies in written.values()
        ]

    def _explanations(self) -> list[dict[str, Any]]:
        """What agencies answered to warnings: in the annual report all of the year, in others
        what answers one of the period; what officers did not accept in neither."""
        annual = self.ledger.period.months == 12

        def cited(what: str, words: str, one: Explanation) -> Cited:
            return self.citations.figure(explained_as(what, one), "text", words or None)

        return [
            {
                "co_quan": one.agency,
                "ma": one.code,
                "noi_dung": self.programme.plan_by_id[one.plan]
                .by_code[one.code]
                .title.lstrip("-– "),
                "dieu": cited("explained", one.what, one),
                "gia_tri": cited("explained value", one.value, one),
                "giai_trinh": cited("explanation", one.text, one),
                "ky": self.programme.period_by_id[one.period].name,
                "con_hieu_luc": state == IN_FORCE,
            }
            for one, state in self.ledger.explanations
            if (state != REFUSED if annual else state == IN_FORCE)
        ]


def _unit(target: Target | None) -> str:
    """As it stands behind a number."""
    if target is None:
        return ""
    return "%" if target.unit == "%" else f" {target.unit}"


def _together(written: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """(words, who wrote them), equal words once."""
    found: dict[str, tuple[str, list[str]]] = {}
    for agency, words in written:
        found.setdefault(key(words), (words, []))[1].append(agency)
    return list(found.values())
