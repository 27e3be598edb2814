"""The audit of the sheet Tóm tắt, and of the report: each figure in it against its cell."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from openpyxl.utils.cell import coordinate_to_tuple
from rapidfuzz import fuzz, process

from ..plan.model import Plan
from ..plan.statuses import Status
from ..text.amounts_in_words import dong_in_words, same_words
from ..text.numbers import parse_number
from ..text.spelling import clean
from .figures import Figures, budget, leaves, less, share, total
from .issued import Issued, IssuedPage, Table
from .submissions import Came

_COUNTS = tuple(Status)
_LIKE_ENOUGH = 70  # of 100: the sentence as somebody has reworded it
_MILLION = 1_000_000


class Period(NamedTuple):
    """A period's figures and what came for it."""

    figures: Figures
    came: dict[str, Came]


class Line(NamedTuple):
    """One line of the sheet; `kind` is "money" (đồng), "number" or "" for a heading."""

    label: str
    kind: str = ""
    value: int | Fraction | None = None


def check_key_figures(issued: Issued, now: Period, before: Period | None) -> None:
    """Every line of Tóm tắt, of this period and of the one before."""
    page = issued.page("Tóm tắt")
    last = before.figures.period.name if before else "Kỳ trước"
    headings = ("Chỉ số", now.figures.period.name, last, "Tăng, giảm")
    table = Table.of(page, headings) if page else None
    if page is None or table is None:
        return
    here = list(_lines(now))
    then = list(_lines(before)) if before else [Line(one.label, one.kind) for one in here]
    for row, (one, old) in enumerate(zip(here, then, strict=True), table.first):
        page.words(row, 1, "Chỉ số", one.label)
        if not one.kind:
            continue
        change = None if one.value is None or old.value is None else one.value - old.value
        values = (one.value, old.value, change)
        for column, heading, value in zip((2, 3, 4), headings[1:], values, strict=True):
            check = page.money if one.kind == "money" else page.number
            check(row, column, f"{clean(one.label)}, {heading}", value)


def _lines(period: Period) -> Iterator[Line]:
    figures = period.figures
    came = list(period.came.values())
    accepted = [one for one in came if one.accepted]
    late = sum(bool(one.late) for one in accepted)
    overdue = {fact.agency for fact in figures.facts if fact.status == Status.OVERDUE}
    yield Line("Nộp phiếu báo cáo")
    yield Line("Cơ quan phải báo cáo", "number", len(came))
    yield Line("Cơ quan đã có phiếu dùng được", "number", len(accepted))
    yield Line("   nộp đúng hạn", "number", len(accepted) - late)
    yield Line("   nộp trễ", "number", late)
    yield Line("Cơ quan chưa có phiếu dùng được", "number", len(came) - len(accepted))
    yield Line("Cơ quan có việc quá hạn", "number", len(overdue))
    planned = total(budget(plan, None) for plan in figures.programme.plans)
    spent = figures.spent_in_all
    yield Line("Kinh phí")
    yield Line("Dự toán", "money", planned)
    yield Line("Đã chi lũy kế", "money", spent)
    yield Line("Còn lại", "money", less(planned, spent))
    yield Line("Tỷ lệ chi (%)", "number", share(spent, planned))
    yield Line("Tất cả việc phải thực hiện")
    yield from _work(figures, figures.programme.plans)
    for plan in figures.programme.plans:
        yield Line(f"Kế hoạch {plan.short_name}")
        yield from _work(figures, [plan])


def _work(figures: Figures, plans: Sequence[Plan]) -> Iterator[Line]:
    kinds = Counter(figures.status(plan, leaf) for plan in plans for leaf in leaves(plan, None))
    yield Line("Số việc", "number", sum(kinds.values()))
    for status in _COUNTS:
        yield Line(f"   {status.lower()}", "number", kinds[status])
    yield Line("Việc xong (%)", "number", share(kinds[Status.DONE], sum(kinds.values())))


# ------------------------------------------------------------------------ the report


def check_report(issued: Issued, report: bytes | None, name: str) -> None:
    """Every figure and quotation that Dẫn chiếu báo cáo lists: it is what its cell holds, and its
    sentence stands in the report, if in other words with the same figure."""
    page = issued.pages.get("Dẫn chiếu báo cáo")
    if page is None:
        return
    headings = ("TT", "Câu trong báo cáo", "Số liệu, đoạn trích", "Là", "Trang", "Ô")
    table = Table.of(page, headings)
    if table is None:
        return
    paragraphs = _paragraphs(report) if report else []
    if report is None:
        issued.differ(page.name, "", name, "không có tệp", "có báo cáo")
    at = table.columns
    for row in range(table.first, page.last + 1):
        for column in at.values():
            page.pass_over(row, column)
        printed, cell = page.text(row, at["Số liệu, đoạn trích"]), page.text(row, at["Ô"])
        if not cell:
            break
        issued.checked += 1
        told = f"Báo cáo: {page.text(row, at['Câu trong báo cáo'])[:80]}"
        stands = _value_at(issued, page.text(row, at["Trang"]), cell)
        if not _says(printed, stands):
            issued.differ(page.name, f"dòng {row}", told, printed, stands)
        sentence = page.text(row, at["Câu trong báo cáo"])
        if report and not _has(paragraphs, sentence, printed):
            issued.differ(name, "", told, "câu hoặc số đã bị sửa", printed)


def _paragraphs(report: bytes) -> list[str]:
    from docx import Document
    from docx.oxml.ns import qn

    body = Document(io.BytesIO(report)).element.body
    texts = ("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))
    return [clean(text) for text in texts if text.strip()]


def _has(paragraphs: Sequence[str], sentence: str, printed: str) -> bool:
    sentence, printed = clean(sentence), clean(printed)
    if any(sentence in paragraph for paragraph in paragraphs):
        return True
    long = [paragraph for paragraph in paragraphs if len(paragraph) * 2 > len(sentence)]
    like = process.extract(
        sentence, long, scorer=fuzz.partial_ratio, limit=3, score_cutoff=_LIKE_ENOUGH
    )
    return any(printed in paragraph for paragraph, *_ in like)


def _value_at(issued: Issued, sheet: str, cell: str) -> object:
    page: IssuedPage | None = issued.pages.get(sheet)
    if page is None:
        return None
    return page.value(*coordinate_to_tuple(cell))


def _says(printed: str, value: object) -> bool:
    """Whether a text says what a cell holds: a figure to its last decimal, an amount in words, a
    quotation word by word."""
    if isinstance(value, str):
        return " ".join(value.split()) == " ".join(printed.split())
    if value is None or isinstance(value, bool):
        return False
    exact = Decimal(f"{value:.15g}")
    number = parse_number(printed)
    if number is None:
        return same_words(printed, dong_in_words(int(exact * _MILLION)))
    places = max(0, -int(number.as_tuple().exponent))
    return round(exact, places) == number or abs(exact - number) <= Decimal(5) / 10 ** (places + 1)
