"""The audit of the report: each figure in it against its cell."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from decimal import Decimal

from rapidfuzz import fuzz, process

from ..plan.figures import told as in_words
from ..text.amounts_in_words import dong_in_words, same_words
from ..text.numbers import parse_number
from ..text.spelling import clean
from .issued import Issued, position

CITATIONS = "Dẫn chiếu báo cáo"
_LIKE_ENOUGH = 70  # of 100: the sentence as somebody has reworded it
_MILLION = 1_000_000


def check_report(issued: Issued, report: bytes | None, name: str) -> None:
    """Every figure and quotation that Dẫn chiếu báo cáo lists: it is what its cell holds, by the
    index it is what the sheet calls it, and its sentence stands in the report, if in other words
    with the same figure."""
    page = issued.pages.get(CITATIONS)
    if page is None:
        return
    paragraphs = _paragraphs(report) if report else []
    if report is None:
        issued.differ(page.name, "", name, "không có tệp", "có báo cáo")
    heading, sentences = page.column("Câu trong báo cáo")
    row = heading
    while cell := page.text(row := row + 1, sentences + 4):
        sentence, printed, called, sheet = (page.text(row, sentences + at) for at in range(4))
        page.done.update((row, sentences + at) for at in range(5))
        issued.checked += 1
        told = f"Báo cáo: {sentence[:80]}"
        cited = issued.pages.get(sheet)
        at = position(cell) if re.fullmatch(r"[A-Z]+\d+", cell) else (0, 0)
        stands = cited.value(*at) if cited else None
        if not _says(printed, stands):
            issued.differ(page.name, f"dòng {row}", told, printed, stands)
        figure = cited.figures.get(at) if cited else None
        if figure is None or called != clean(in_words(figure)):
            issued.differ(page.name, f"dòng {row}", told, called, figure and in_words(figure))
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
