"""The audit's first half: every accepted return read once more, row by row, beside what the sheet
Nguồn số liệu shows of it and what the sheet Phát hiện says was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from ..findings.severity import Severity
from ..plan.figures import FigureId
from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.statuses import Status
from ..text.money import million_from_dong
from ..text.numbers import format_number
from ..text.spelling import clean, key
from .figures import Fact, status_on
from .issued import Issued, exact, shown
from .returns import COUNTS, FIGURES, TEXTS, FilledRow, Row, Titles

SOURCES, FINDINGS = "Nguồn số liệu", "Phát hiện"
_ERROR = Severity.ERROR.words
_NAMES = ("Mức độ", "Cơ quan", "Tệp", "Trang", "Ô", "Giá trị", "Nội dung")


class Understood(NamedTuple):
    """A figure that rests on how a text or a number's format was read: where it stands, what it
    is, the words and what they were taken for."""

    agency: str
    file: str
    sheet: str
    cell: str
    what: str
    words: str
    reading: str

    def __str__(self) -> str:
        return (
            f"{self.agency}: {self.file}, {self.sheet}, {self.cell}: {self.what}: "
            f"“{self.words}” đã hiểu là {self.reading}"
        )


class Accepted(NamedTuple):
    """A return that counts, as the journal says; `rows` is None where it could not be read."""

    agency: str
    file: str
    rows: list[FilledRow] | None


class Told(NamedTuple):
    """A line of the sheet Phát hiện."""

    severity: str
    agency: str
    file: str
    sheet: str
    cell: str
    value: str
    message: str


@dataclass
class Findings:
    """What the workbook itself says of single cells and rows of returns."""

    told: list[Told]

    @classmethod
    def of(cls, issued: Issued) -> Findings:
        page = issued.pages.get(FINDINGS)
        if page is None:
            return cls([])
        row, _ = page.column(_NAMES[0])
        columns = {text: at[1] for at, text in page.texts.items() if at[0] == row}
        told = []
        while page.text(row := row + 1, columns[_NAMES[0]]):
            told.append(Told(*(page.text(row, columns[name]) for name in _NAMES)))
        return cls(told)

    def on_cell(self, file: str, sheet: str, cell: str, *, error: bool = False) -> bool:
        return any(
            one.file == file
            and one.sheet == sheet
            and one.cell == cell
            and (not error or one.severity == _ERROR)
            for one in self.told
        )

    def on_row(self, file: str, sheet: str, number: int, *, error: bool = False) -> bool:
        return any(
            one.file == file
            and one.sheet == sheet
            and (not error or one.severity == _ERROR)
            and re.fullmatch(rf"(?:[A-Z]+|dòng ){number}", one.cell)
            for one in self.told
        )

    def counts(self) -> dict[tuple[str, str], int]:
        """(file, severity) -> how many there are."""
        counts: dict[tuple[str, str], int] = {}
        names = {severity.words: str(severity) for severity in Severity}
        for one in self.told:
            at = one.file, names.get(one.severity, one.severity)
            counts[at] = counts.get(at, 0) + 1
        return counts


def titles_for(programme: Programme, period: Period, agency: str) -> Titles:
    titles = {(plan.id, item.code): item.title for plan in programme.plans for item in plan.items}
    due = programme.rows_by_agency(period).get(agency, {})
    return Titles(titles, frozenset((p, item.code) for p, rows in due.items() for item in rows))


class Sources:
    """The reports of a period: what is asked for, with what the accepted returns say. Of a cell
    with several meanings that is taken which the workbook says it took."""

    def __init__(
        self, issued: Issued, programme: Programme, period: Period, accepted: Mapping[str, Accepted]
    ):
        self.issued = issued
        self.programme = programme
        self.period = period
        self.accepted = accepted
        self.findings = Findings.of(issued)
        self.understood: list[Understood] = []
        self.page = issued.pages.get(SOURCES)
        self.places = {figure: at for at, figure in self.page.figures.items()} if self.page else {}

    def facts(self) -> Iterator[Fact]:
        by_row, passed = _rows_that_count(self.programme, self.period, self.accepted, self.findings)
        for one, row, why in passed:
            cells = [row.address(name) for name in (*FIGURES, *TEXTS) if name in row.cells]
            self.issued.differ(
                FINDINGS,
                "",
                f"Phiếu của {one.agency}: {why}",
                "không được nêu",
                "được tính hoặc nêu",
                [f"{one.agency}: {one.file}, {row.sheet}, {cell}" for cell in cells[:3]],
            )
        for plan in self.programme.plans:
            for item in plan.leaves:
                for agency in self.programme.reporters(item, self.period):
                    holder = self.programme.holder(item, self.period) or agency
                    fact = Fact(plan, item, agency, holder)
                    one = self.accepted.get(agency)
                    row = by_row.get((agency, plan.id, item.code))
                    if one is not None and one.rows is None:
                        yield self._as_told(fact)
                    elif one is None or row is None or self._is_left_out(fact, one, row):
                        yield fact
                    else:
                        yield self._read(fact, one, row)

    def _stands(self, fact: Fact, name: str) -> object:
        """What Nguồn số liệu shows of a report."""
        what = "reported spent" if name == "spent" else name
        at = self.places.get(FigureId(what, fact.plan.id, fact.item.code, fact.agency))
        if at is None or self.page is None or at[0] not in self.page.placed:
            return None
        value = self.page.value(self.page.placed[at[0]], at[1])
        number = exact(value)
        if name == "spent" and number is not None:
            dong = number * 10**6
            return int(dong) if dong.denominator == 1 else value
        return Decimal(number.numerator) / number.denominator if number is not None else value

    def _beside(self, fact: Fact, heading: str) -> str:
        """What stands under a heading in the row of a report."""
        at = self.places.get(FigureId("status", fact.plan.id, fact.item.code, fact.agency))
        if at is None or self.page is None or at[0] not in self.page.placed:
            return ""
        columns = {text: column for column, text in self.page.headings(at[0]).items()}
        return self.page.text(self.page.placed[at[0]], columns.get(heading, 0))

    def _is_left_out(self, fact: Fact, one: Accepted, row: FilledRow) -> bool:
        told = self.findings.on_row(one.file, row.sheet, row.number, error=True)
        return told and not self._beside(fact, "Tệp")

    def _read(self, fact: Fact, one: Accepted, row: FilledRow) -> Fact:
        """A report as its cells say; a figure that the workbook says was left out is left out."""
        cells = {"row": row.address("status")}
        read: dict[str, object] = {}
        for name in FIGURES:
            value = self._figure(fact, one, row, name)
            read[name] = value
            if value is not None:
                cells[name] = row.address(name)
        if "spent" in cells:
            cells["row"] = cells["spent"]
        texts = {}
        for name in TEXTS:
            stands = clean(self._stands(fact, name) or "")
            told = self.findings.on_cell(one.file, row.sheet, row.address(name))
            says = told or row.says(name, stands)
            texts[name] = stands if says else row.text(name)
        if texts["result"]:
            cells["result"] = row.address("result")
        reported, percent, spent = str(read["status"] or ""), read["percent"], read["spent"]
        return replace(
            fact,
            came=True,
            reported=reported,
            percent=percent if isinstance(percent, Decimal) else None,
            spent=spent if isinstance(spent, int) else None,
            counts={name: value for name, value in read.items() if name in COUNTS},
            status=status_on(fact.item, reported, self.period),
            file=one.file,
            sheet=row.sheet,
            cells=cells,
            texts=texts,
        )

    def _figure(self, fact: Fact, one: Accepted, row: FilledRow, name: str) -> object:
        meaning, cell = row.meaning(name), row.address(name)
        place = one.agency, one.file, row.sheet, cell
        stands, own = self._stands(fact, name), meaning.only
        said = self.findings.on_cell(*place[1:])
        if name == "status":  # an overdue report was of one of the two unfinished ones
            possible = {status_on(fact.item, v, self.period): v for v in meaning.values}
            stands = None if stands == Status.NOT_REPORTED else possible.get(str(stands), stands)
        if own is not None and self.findings.on_cell(*place[1:], error=True):
            own = None
        unsure = not meaning.certain or len(meaning.values) > 1
        if unsure and stands in meaning.values and (said or not row.formats_known):
            own = stands  # of several meanings the one that the workbook says it took
        if meaning.is_blank and said and not row.formats_known:
            own = stands  # a merger that the library does not tell of
        if own is None and not meaning.is_blank and not said:
            self.issued.differ(
                FINDINGS,
                "",
                f"{fact.item.code}, {fact.agency}: {FIGURES[name]} không được tính",
                "không được nêu",
                row.cells[name].value,
                [f"{place[0]}: {', '.join(place[1:])}"],
            )
        if own is not None and not meaning.is_plain:
            words = row.words(name)
            self.understood.append(Understood(*place, FIGURES[name], words, _told(name, own)))
        return own

    def _as_told(self, fact: Fact) -> Fact:
        """A return that cannot be read once more: its figures as the workbook has them, so that
        the sums can be held against them all the same."""
        percent, spent = self._stands(fact, "percent"), self._stands(fact, "spent")
        headings = {"status": "Ô trạng thái", "percent": "Ô tỷ lệ", "spent": "Ô đã chi"}
        cells = {name: self._beside(fact, one) for name, one in headings.items()}
        return replace(
            fact,
            came=bool(self._beside(fact, "Tệp")),
            status=str(self._stands(fact, "status") or Status.NOT_REPORTED),
            percent=percent if isinstance(percent, Decimal) else None,
            spent=spent if isinstance(spent, int) else None,
            counts={name: self._stands(fact, name) for name in COUNTS},
            texts={name: clean(self._stands(fact, name) or "") for name in TEXTS},
            file=self._beside(fact, "Tệp"),
            sheet=self._beside(fact, "Trang"),
            cells={
                **cells,
                "result": self._beside(fact, "Ô kết quả"),
                "row": cells["spent"] or cells["status"],
            },
        )


def _told(name: str, value: object) -> str:
    if name == "spent" and isinstance(value, int):
        return f"{format_number(million_from_dong(value))} triệu đồng"
    return f"{shown(value)}%" if name == "percent" else str(value)


def _rows_that_count(programme, period, accepted, findings):
    by_row: dict[tuple[str, str, str], FilledRow] = {}
    passed: list[tuple[Accepted, FilledRow, str]] = []
    for one in accepted.values():
        due = titles_for(programme, period, one.agency).due
        rows: dict[Row, list[FilledRow]] = {}
        for row in one.rows or ():
            told = findings.on_row(one.file, row.sheet, row.number)
            if row.of is None:
                of = _by_title(row, due, programme) if told else None
                if of is None:
                    if not told and not row.is_total:
                        passed.append((one, row, "dòng có số liệu mà không rõ thuộc mục nào"))
                    continue
                row = replace(row, of=of)
            if row.of in due:
                rows.setdefault(row.of, []).append(row)
            elif not told:
                passed.append((one, row, f"mục {row.of[1]} không phải của cơ quan này"))
        for of, found in rows.items():
            if len(found) > 1:
                if not findings.on_row(one.file, found[0].sheet, found[0].number, error=True):
                    passed.append((one, found[0], f"mục {of[1]} có {len(found)} dòng"))
            else:
                by_row[one.agency, *of] = found[0]
    return by_row, passed


def _by_title(row: FilledRow, due: frozenset[Row], programme: Programme) -> Row | None:
    same = [
        (plan, code)
        for plan, code in due
        if key(programme.plan_by_id[plan].by_code[code].title) == key(row.title)
    ]
    return same[0] if len(same) == 1 else None
