"""The audit's first half: every accepted return read once more, row by row, against the sheet
Nguồn số liệu and what the sheet Phát hiện says was left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.statuses import Status
from ..text.money import million_from_dong
from ..text.spelling import key
from .figures import Fact, status_on
from .issued import Issued, Table
from .returns import FIGURES, TEXTS, FilledRow, Row, Titles

SOURCES, FINDINGS = "Nguồn số liệu", "Phát hiện"
_LABELS = ("Kế hoạch", "Mã", "Cơ quan báo cáo")
_COLUMNS = {
    "status": "Trạng thái",
    "percent": "Tỷ lệ (%)",
    "spent": "Đã chi (triệu đồng)",
    "result": "Kết quả đạt được",
    "proof": "Văn bản kiểm chứng",
    "difficulties": "Khó khăn, vướng mắc",
    "proposals": "Đề xuất, kiến nghị",
}
_CELLS = {
    "status": "Ô trạng thái",
    "percent": "Ô tỷ lệ",
    "spent": "Ô đã chi",
    "result": "Ô kết quả",
}
_ERROR = "Lỗi"


class Accepted(NamedTuple):
    """A return that counts, as the journal says; `rows` is None where it could not be read."""

    agency: str
    file: str
    arrived: str
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
        page = issued.page(FINDINGS)
        headings = ("TT", "Mức độ", "Cơ quan", "Tệp", "Trang", "Ô", "Giá trị", "Nội dung")
        table = Table.of(page, headings) if page else None
        if page is None or table is None:
            return cls([])
        told = []
        for number, row in enumerate(range(table.first, page.last + 1), 1):
            if page.text(row, table.columns["Mức độ"]) == "":
                break
            page.number(row, table.columns["TT"], "Số thứ tự", number)
            for column in table.columns.values():  # a value that was typed is no figure of ours
                if isinstance(page.value(row, column), str):
                    page.pass_over(row, column)
            names = ("Mức độ", "Cơ quan", "Tệp", "Trang", "Ô", "Giá trị", "Nội dung")
            told.append(Told(*(page.text(row, table.columns[name]) for name in names)))
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


def titles_for(programme: Programme, period: Period, agency: str) -> Titles:
    titles = {(plan.id, item.code): item.title for plan in programme.plans for item in plan.items}
    due = programme.rows_by_agency(period).get(agency, {})
    return Titles(titles, frozenset((p, item.code) for p, rows in due.items() for item in rows))


def facts_of(
    programme: Programme, period: Period, accepted: dict[str, Accepted], findings: Findings
) -> tuple[list[Fact], list[tuple[Accepted, FilledRow, str]]]:
    """Every report that is asked for, with what the returns say; and rows of returns that count
    for nothing although nothing was said of them."""
    by_row, passed = _rows_that_count(programme, period, accepted, findings)
    facts = []
    for plan in programme.plans:
        for item in plan.leaves:
            for agency in programme.reporters(item, period):
                holder = programme.holder(item, period) or agency
                fact = Fact(plan, item, agency, holder)
                row = by_row.get((agency, plan.id, item.code))
                if row is not None:
                    fact = _read(fact, accepted[agency], row, findings, period)
                facts.append(fact)
    return facts, passed


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


def _read(fact: Fact, one: Accepted, row: FilledRow, findings: Findings, period: Period) -> Fact:
    """A report as its cells say; a figure that the workbook says was left out is left out."""
    read: dict[str, object] = {}
    for name in FIGURES:
        value = row.meaning(name).only
        if value is not None and findings.on_cell(
            one.file, row.sheet, row.address(name), error=True
        ):
            value = None
        read[name] = value
    reported = str(read["status"] or "")
    return replace(
        fact,
        came=True,
        reported=reported,
        percent=read["percent"],
        spent=read["spent"],
        status=status_on(fact.item, reported, period),
        file=one.file,
        sheet=row.sheet,
        cells={name: row.address(name) for name in (*FIGURES, "result")},
        texts={name: row.text(name) for name in TEXTS},
    )


# ------------------------------------------------------------------ the sheet itself


def check_sources(
    issued: Issued,
    programme: Programme,
    period: Period,
    accepted: dict[str, Accepted],
    findings: Findings,
) -> list[Fact]:
    """Hold every line of Nguồn số liệu against the returned cells; gives the reports that the
    other sheets must add up from."""
    facts, passed = facts_of(programme, period, accepted, findings)
    for one, row, why in passed:
        cells = [row.address(name) for name in (*FIGURES, *TEXTS) if name in row.cells]
        issued.differ(
            FINDINGS,
            "",
            f"Phiếu của {one.agency}: {why}",
            "không được nêu",
            "được tính hoặc nêu",
            [f"{one.agency}: {one.file}, {row.sheet}, {cell}" for cell in cells[:3]],
        )
    page = issued.page(SOURCES)
    wanted = (*_LABELS, *_COLUMNS.values(), "Tệp", "Trang", *_CELLS.values(), "Nhận lúc")
    table = Table.of(page, wanted) if page else None
    if table is None:
        return facts
    labels = [(f.plan.short_name, f.item.code, f.agency) for f in facts]
    rows = table.rows(_LABELS).match(labels, "Nguồn số liệu")
    checked = []
    by_row, _ = _rows_that_count(programme, period, accepted, findings)
    for fact, names in zip(facts, labels, strict=True):
        if names in rows:
            line = _Line(issued, table, rows[names], findings)
            row = by_row.get((fact.agency, fact.plan.id, fact.item.code))
            fact = line.check(fact, accepted.get(fact.agency), row, period)
        checked.append(fact)
    return checked


class _Line:
    """One line of Nguồn số liệu."""

    def __init__(self, issued: Issued, table: Table, row: int, findings: Findings):
        self.issued = issued
        self.page = table.page
        self.columns = table.columns
        self.row = row
        self.findings = findings

    def _at(self, heading: str) -> tuple[int, int]:
        return self.row, self.columns[heading]

    def _text(self, heading: str) -> str:
        return self.page.text(*self._at(heading))

    def check(
        self, fact: Fact, one: Accepted | None, row: FilledRow | None, period: Period
    ) -> Fact:
        told = f"{fact.item.code}, {fact.agency}"
        for column in self.columns.values():
            self.page.pass_over(self.row, column)
        if one is not None and one.rows is None:
            return self._as_told(fact, period)
        if row is None:
            for name, heading in {**_COLUMNS, "file": "Tệp"}.items():
                expected = Status.NOT_REPORTED if name == "status" else ""
                self.page.words(*self._at(heading), f"{told}: {heading}", expected)
            return fact
        if not self._text("Tệp"):
            left_out = self.findings.on_row(one.file, row.sheet, row.number, error=True)
            self.page.words(
                *self._at("Tệp"),
                f"{told}: tệp",
                "" if left_out else one.file,
                [] if left_out else [fact.source("status")],
            )
            if left_out:
                return replace(
                    fact,
                    came=False,
                    reported="",
                    status=Status.NOT_REPORTED,
                    percent=None,
                    spent=None,
                    texts={},
                    file="",
                    sheet="",
                    cells={},
                )
        self.page.words(*self._at("Tệp"), f"{told}: tệp", one.file)
        self.page.words(*self._at("Trang"), f"{told}: trang", row.sheet)
        self.page.words(*self._at("Nhận lúc"), f"{told}: nhận lúc", one.arrived)
        fact = self._figures(fact, one, row, period, told)
        for name in TEXTS:
            stands = self._text(_COLUMNS[name])
            self.page._take(*self._at(_COLUMNS[name]))
            if not row.says(name, stands) and not self.findings.on_cell(
                one.file, row.sheet, row.address(name)
            ):
                value = row.cells[name].value if name in row.cells else ""
                self.page._differ(
                    *self._at(_COLUMNS[name]),
                    f"{told}: {_COLUMNS[name]}",
                    stands,
                    value,
                    [f"{one.agency}: {one.file}, {row.sheet}, {row.address(name)}"],
                )
            fact.texts[name] = stands
        cell = row.address("result") if fact.texts["result"] else ""
        self.page.words(*self._at(_CELLS["result"]), f"{told}: ô kết quả", cell)
        return fact

    def _figures(
        self, fact: Fact, one: Accepted, row: FilledRow, period: Period, told: str
    ) -> Fact:
        stands = self._values()
        for name in FIGURES:
            meaning, own = (
                row.meaning(name),
                getattr(fact, "reported" if name == "status" else name),
            )
            cell = row.address(name)
            said = self.findings.on_cell(one.file, row.sheet, cell)
            value = stands[name]
            if name == "status":
                own = own or None
                # An overdue report was of one of the two unfinished statuses.
                possible = {status_on(fact.item, v, period): v for v in meaning.values}
                value = possible.get(value, value) if value != Status.NOT_REPORTED else None
            unsure = not meaning.certain or len(meaning.values) > 1
            if unsure and value in meaning.values and (said or not row.formats_known):
                own = value  # of several meanings the one that the workbook says it took
            if meaning.is_blank and said and not row.formats_known:
                own = value  # a merger that the library does not tell of
            at = self._at(_COLUMNS[name])
            sources = [f"{one.agency}: {one.file}, {row.sheet}, {cell}"]
            expected = _shown(name, own, fact, period)
            if value != own:
                self.page._differ(
                    *at, f"{told}: {_COLUMNS[name]}", self.page.value(*at), expected, sources
                )
            elif own is None and not meaning.is_blank and not said:
                self.issued.differ(
                    FINDINGS,
                    "",
                    f"{told}: {FIGURES[name]} không được tính",
                    "không được nêu",
                    row.cells[name].value,
                    sources,
                )
            counted = cell if own is not None else ""
            self.page.words(*self._at(_CELLS[name]), f"{told}: {_CELLS[name]}", counted)
            fact = replace(
                fact,
                **{
                    "reported" if name == "status" else name: (own or "")
                    if name == "status"
                    else own
                },
            )
            fact.cells[name] = counted
        return replace(fact, status=status_on(fact.item, fact.reported, period), texts={})

    def _values(self) -> dict[str, object]:
        percent = self.page._take(*self._at(_COLUMNS["percent"]))
        spent = self.page._take(*self._at(_COLUMNS["spent"]))
        return {
            "status": self._text(_COLUMNS["status"]),
            "percent": _exact(percent),
            "spent": None if spent is None else _dong_or_text(spent),
        }

    def _as_told(self, fact: Fact, period: Period) -> Fact:
        """A return that cannot be read once more: its figures as the workbook has them, so that
        the sums can be held against them all the same."""
        values = self._values()
        status = str(values["status"])
        return replace(
            fact,
            came=bool(self._text("Tệp")),
            status=status,
            percent=values["percent"] if isinstance(values["percent"], Decimal) else None,
            spent=values["spent"] if isinstance(values["spent"], int) else None,
            texts={name: self._text(_COLUMNS[name]) for name in TEXTS},
            file=self._text("Tệp"),
            sheet=self._text("Trang"),
            cells={name: self._text(heading) for name, heading in _CELLS.items()},
        )


def _exact(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(f"{value:.15g}")
    return value


def _dong_or_text(value: object) -> object:
    exact = _exact(value)
    if isinstance(exact, Decimal) and exact * 1_000_000 == int(exact * 1_000_000):
        return int(exact * 1_000_000)
    return value


def _shown(name: str, own: object, fact: Fact, period: Period) -> object:
    if name == "status":
        return status_on(fact.item, str(own or ""), period)
    return million_from_dong(own) if name == "spent" and isinstance(own, int) else own


def counts_of(findings: Findings) -> dict[tuple[str, str], int]:
    """(file, severity) -> how many findings the workbook lists of it."""
    counts: dict[tuple[str, str], int] = {}
    for one in findings.told:
        counts[one.file, one.severity] = counts.get((one.file, one.severity), 0) + 1
    return counts
