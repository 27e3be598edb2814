"""Figures in a text, each tied to the cell of a workbook that it stands in.

A figure that a template prints leaves a mark in the text; when the document is made the marks are
taken out and give, for each figure, the sentence around it and its cell. A text that does not say
what its cell says stops the build.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from markupsafe import escape

from ..files.spreadsheets import Grid, WorkbookSheets
from ..plan.figures import FigureId
from ..text.amounts_in_words import dong_in_words
from ..text.money import dong_from_million, exact
from ..text.numbers import format_number
from ..writing.cells import Written
from ..writing.template_faults import ToldError, refused
from ..writing.templates import REPORT

# Characters of private use that no text has; the numbers of marks are written in such too, so
# that a filter of a template cannot turn one into another. `_GAP` keeps apart what the template
# engine would take for a sign of its own.
_OPEN, _MIDDLE, _CLOSE, _GAP, _NOUGHT = "\ue000", "\ue001", "\ue002", "\ue003", "\ue010"
_MARK = re.compile(f"{_OPEN}([{_NOUGHT}-\ue019]+){_MIDDLE}([^{_CLOSE}]*){_CLOSE}")
_IN_DIGITS = {ord(_NOUGHT) + digit: str(digit) for digit in range(10)}
_IN_MARKS = {ord(str(digit)): ord(_NOUGHT) + digit for digit in range(10)}
_OF_MARKS = re.compile("[\ue000-\ue01f]")
_SENTENCE_END = re.compile(r"(?<=[.;:!?])\s+")
# No XML can hold them, and none may be taken for a mark.
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ue000-\ue01f\ufffe\uffff\ud800-\udfff]")
_UNKNOWN = "chưa có số liệu"


class Citation(NamedTuple):
    """A figure in a text: the sentence, the figure as printed, what it is and where it stands;
    `kind` says how a cell's value is printed."""

    sentence: str
    printed: str
    figure: FigureId
    written: Written
    kind: str


class Citations:
    """The figures that a text may cite, and those that it did."""

    def __init__(self, figures: Mapping[FigureId, Sequence[Written]]):
        self._figures = figures
        self._asked: list[tuple[FigureId, Written, str]] = []

    def figure(self, figure: FigureId, kind: str, value: object) -> Cited:
        """A figure as a template prints it; `value` in the unit of its cell, None where nothing
        is known. Raises KeyError when the workbook does not have it: a fault of ours."""
        written = self._figures[figure][0] if value is not None else None
        if written and kind == "text":
            value = written.value  # a cell may hold less than was written
        return Cited(self, figure, written, kind, value)

    def mark(self, figure: FigureId, written: Written, kind: str, value: object) -> str:
        """A figure as the template engine gets it, and remember that it was asked for."""
        self._asked.append((figure, written, kind))
        number = str(len(self._asked) - 1).translate(_IN_MARKS)
        shown = re.sub(r"(?<=[{}%])_(?=[{}%])", f"{_GAP}_{_GAP}", printed(kind, value))
        return f"{_OPEN}{number}{_MIDDLE}{escape(shown)}{_CLOSE}"

    def taken_from(self, paragraph: str) -> list[Citation]:
        """The citations of a paragraph that still has its marks."""
        marks = list(_MARK.finditer(paragraph))
        if not marks:
            return []
        # Sentences end between the marks only: a quotation is one figure.
        ends = [
            found.end()
            for found in _SENTENCE_END.finditer(paragraph)
            if not any(mark.start() < found.start() < mark.end() for mark in marks)
        ]
        bounds = [0, *ends, len(paragraph)]
        citations = []
        for mark in marks:
            at = bisect_right(bounds, mark.start())
            sentence = without_marks(paragraph[bounds[at - 1] : bounds[at]]).strip()
            figure, written, kind = self._asked[int(mark[1].translate(_IN_DIGITS))]
            shown = mark[2].replace(_GAP, "")
            citations.append(Citation(sentence, shown, figure, written, kind))
        return citations


class Cited:
    """A figure in a template: prints itself with a mark, compares as its value. What a template
    cannot reach begins with _: nothing of a figure is printed without its mark."""

    def __init__(
        self, citations: Citations, figure: FigureId, written: Written | None, kind: str, value: Any
    ):
        self._citations = citations
        self._figure = figure
        self._written = written
        self._kind = kind
        self._value = value

    @property
    def bang_chu(self) -> Cited:
        """The same amount in words."""
        return Cited(self._citations, self._figure, self._written, "words", self._value)

    def __str__(self) -> str:
        if self._written is None:
            return _UNKNOWN
        return self._citations.mark(self._figure, self._written, self._kind, self._value)

    __html__ = __str__  # what is in it is escaped already

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return self._value == (other._value if isinstance(other, Cited) else other)

    def __lt__(self, other) -> bool:
        return self._value < (other._value if isinstance(other, Cited) else other)

    def __gt__(self, other) -> bool:
        return self._value > (other._value if isinstance(other, Cited) else other)

    def __int__(self) -> int:
        raise ToldError("số liệu phải in như trong sổ, không đổi được sang số khác")

    def __float__(self) -> float:
        return float(int(self))

    __hash__ = object.__hash__


def printed(kind: str, value: object) -> str:
    """A cell's value as the text prints it: "money" (triệu đồng), "words" (the same amount in
    words), "percent", "count", or "text"."""
    if kind == "text":
        return " ".join(_NOT_TEXT.sub("", str(value)).split())
    number = exact(value) if isinstance(value, int | float) else Decimal(str(value))
    if kind == "words":
        return dong_in_words(dong_from_million(number))
    if kind == "percent":
        return format_number(number, 1)
    return format_number(number)


def without_marks(text: str) -> str:
    """A text as people read it. Raises TemplateError where a template has cut a figure."""
    text = _MARK.sub(r"\2", text).replace(_GAP, "")
    if _OF_MARKS.search(text):
        raise refused(
            REPORT,
            f"một số liệu bị cắt hoặc đảo, trong “{_OF_MARKS.sub('', text)}”; bỏ phần cắt chữ ở "
            "chỗ này. Không tệp nào được ghi",
        )
    return text


def verify(citations: Iterable[Citation], workbook: WorkbookSheets) -> None:
    """Raises TemplateError, with the sentence, when a text says something else than its cell of
    the finished workbook."""
    grids: dict[str, Grid] = {}
    for one in citations:
        sheet, cell, _ = one.written
        if sheet not in grids:
            grids[sheet] = workbook.grid(sheet)
        value = grids[sheet].value_at(cell)
        stands = "" if value in (None, "") else printed(one.kind, value)
        if stands != one.printed:
            raise refused(
                REPORT,
                f"báo cáo ghi “{one.printed}” nhưng ô {cell} trang {sheet} là “{stands}”, trong "
                f"câu “{one.sentence}”; bỏ phần đổi số ở chỗ này. Không tệp nào được ghi",
            )
