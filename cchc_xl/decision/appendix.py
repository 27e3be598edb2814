"""The tables of a decision -> rows with codes, before two tables become one plan.

A table is known by its headings, not by its name or number: STT and content, and then
money and leads (a plan), or frequency and collectors (its monitoring table).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..findings.finding import Finding, Place, finding
from ..text.spelling import fold
from .documents import DocumentLine

# What a heading contains, without diacritics; the first that fits a cell names it.
_HEADINGS = {
    "code": r"(?:stt|tt|so tt|so thu tu|ma|ma so|ma hoat dong)$",
    "start": r"tu thang|bat dau",
    "end": r"den thang|ket thuc",
    "frequency": r"suat thu thap|tan suat",
    "collector": r"thu thap so lieu|nguoi thu thap",
    "budget": r"ngan sach|kinh phi|du toan",
    "lead": r"chu tri|(?:don vi|co quan) thuc hien",
    "coordinating": r"phoi hop",
    "evidence": r"kiem chung|xac minh",
    "indicator": r"chi so|muc tieu|chi tieu",
    "title": r"noi dung|hoat dong|nhiem vu",
    "result": r"ket qua|san pham",
    "deadline": r"thoi gian|thoi han",
    "report_officer": r"bao cao$",
}
_TELLING = {"lead", "frequency", "collector", "budget"}
_SPLIT_HEADINGS = {"start", "end", "collector", "report_officer"}

_LABEL = r"(?:nhiệm vụ|kết quả đầu ra|hoạt động|nhóm|mục|phần)\s+"
_CODE = re.compile(
    rf"^(?:{_LABEL})?(\d+(?:\.\d+)*|[IVX]+)\b(?:\s*[.):]*\s*)(.*)$", re.IGNORECASE | re.DOTALL
)
_ROMAN = re.compile(r"^[IVX]+$")
_UNIT = re.compile(r"^\W*(?:đvt|đơn vị tính)\b", re.IGNORECASE)
_TOTAL = re.compile(r"(?:tong|cong|tong cong)\s*:?\s*[\d.,\s]*$|tong (?:cong|so|kinh phi)\b")
# What follows a table: a list of amounts, the next appendix, the signatures.
_ENDS_TABLE = re.compile(r"trong do\s*:?$|phu luc\b|noi nhan\b|(?:tm|kt|tl|tuq)\.\s")
# A cell of these that is merged over several rows holds for each of them; money does not.
_PEOPLE = {"lead", "coordinating", "collector", "report_officer"}
_HOLDS_FOR_ROWS_BELOW = _PEOPLE | {"deadline", "start", "end", "frequency"}


@dataclass
class PrintedRow:
    """One row as printed: `cells` by heading; `code` as this software writes it."""

    place: Place
    cells: dict[str, str]
    code: str = ""
    level: str = ""
    parent: str = ""
    joined: bool = False
    carried: dict[str, str] = field(default_factory=dict)  # from cells merged with rows above

    def __getitem__(self, heading: str) -> str:
        return self.cells.get(heading, "")


@dataclass
class Heading:
    """A table's heading: where each column is, what it says, how many lines it takes."""

    columns: dict[str, int]
    texts: dict[str, str]
    lines: int


@dataclass
class Appendix:
    """One table: its rows, the totals it states, and the line that names the unit."""

    heading: Heading
    place: Place
    unit: str = ""
    rows: list[PrintedRow] = field(default_factory=list)
    totals: list[PrintedRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, row: PrintedRow, value: str = "", item: str = "") -> None:
        self.findings.append(finding(code, row.place, value, item=item))

    @property
    def is_plan(self) -> bool:
        return not {"lead", "budget"}.isdisjoint(self.heading.columns)

    @property
    def has_budget(self) -> bool:
        return "budget" in self.heading.columns


def read_appendices(lines: Iterable[DocumentLine]) -> list[Appendix]:
    """Every table of the document that is a plan or a monitoring table."""
    reader = _Reader(list(lines))
    reader.read()
    return [appendix for appendix in reader.appendices if appendix.rows]


class _Reader:
    """Goes through a document line by line and remembers the table it is in."""

    def __init__(self, lines: list[DocumentLine]):
        self.lines = lines
        self.appendices: list[Appendix] = []
        self.appendix: Appendix | None = None
        self.heading: Heading | None = None  # the last one printed: it says where columns are
        self.printed: list[PrintedRow] = []  # rows of the table, before codes are given
        self.page_break = False  # a repeated heading stands before the next row
        self.unit = ""

    def read(self) -> None:
        i = 0
        while i < len(self.lines):
            if heading := _heading(self.lines, i):
                self._begin(heading, self.lines[i].place)
                i += heading.lines
            else:
                self._line(self.lines[i])
                i += 1
        self._end()

    def _begin(self, heading: Heading, place: Place) -> None:
        here = self.appendix
        again = here is not None and heading.columns.keys() == here.heading.columns.keys()
        if here and again:
            _overflow_into_last_row(here, self.printed, heading)
        else:
            self._end()
            self.appendix = Appendix(heading, place, self.unit)
            self.appendices.append(self.appendix)
        self.heading, self.page_break = heading, again

    def _end(self) -> None:
        if self.appendix:
            _give_codes(self.appendix, self.printed)
        self.appendix, self.printed = None, []

    def _line(self, line: DocumentLine) -> None:
        if _UNIT.search(line.text) and len(line.text) < 80:
            self.unit = line.text
            if self.appendix and not self.printed:
                self.appendix.unit = line.text
            return
        if self.appendix is None or self.heading is None or _is_column_numbers(line):
            return
        row = _row(line, self.heading)
        if not _starts_anew(row) and any(_ENDS_TABLE.match(fold(cell)) for cell in line.cells):
            self._end()
            self.unit = ""
        elif len(line.cells) == 1 or _is_paragraph(row):
            pass
        elif _TOTAL.match(fold(line.text)) or _is_bare_total(row):
            self.appendix.totals.append(row)
        elif self.printed and _continues(self.printed[-1], row, self.page_break):
            self.printed[-1] = _joined(self.printed[-1], row)
        else:
            self.printed.append(row)
        self.page_break = False


def _row(line: DocumentLine, heading: Heading) -> PrintedRow:
    cells = {name: _cell(line.cells, at) for name, at in heading.columns.items()}
    carried = {
        name: text
        for name in _HOLDS_FOR_ROWS_BELOW & cells.keys()
        if (text := _cell(line.carried, heading.columns[name]))
    }
    return PrintedRow(line.place, cells, carried=carried)


# -------------------------------------------------------------------- headings


def _heading(lines: list[DocumentLine], i: int) -> Heading | None:
    """The heading that begins at line i, if one does."""
    columns = _named_columns(lines[i])
    if not {"code", "title"} <= columns.keys() or len(columns) < 3:
        return None
    texts = {name: _cell(lines[i].cells, at) for name, at in columns.items()}
    height = 1
    if i + 1 < len(lines) and not _cell(lines[i + 1].cells, columns["code"]):
        below = _named_columns(lines[i + 1])
        parts = {name: at for name, at in below.items() if name in _SPLIT_HEADINGS}
        if parts and parts.keys() == below.keys():
            if {"start", "end"} & parts.keys():
                columns.pop("deadline", None)
            columns |= parts
            texts |= {name: _cell(lines[i + 1].cells, at) for name, at in parts.items()}
            height = 2
    if _TELLING.isdisjoint(columns):
        return None
    if "result" in columns:  # what shall come out serves as the indicator
        columns.setdefault("indicator", columns.pop("result"))
    return Heading(columns, texts, height)


def _named_columns(line: DocumentLine) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(line.cells):
        folded = fold(cell)
        for name, mark in _HEADINGS.items():
            if name not in columns and re.search(rf"(?<!\w)(?:{mark})(?!\w)", folded):
                columns[name] = at
                break
    return columns


def _overflow_into_last_row(appendix: Appendix, printed: list[PrintedRow], again: Heading) -> None:
    """A scan may push the rest of a cell into the repeated heading below it: what a heading
    has beyond its first text belongs to the last row."""
    if not printed:
        return
    for name, before in appendix.heading.texts.items():
        now = again.texts.get(name, "")
        if now != before and now.startswith(before):
            last = printed[-1]
            last.cells[name] = f"{last[name]} {now[len(before) :].strip()}".strip()
            last.joined = True


def _is_column_numbers(line: DocumentLine) -> bool:
    """The row (1) (2) (3) under a heading."""
    marks = [cell for cell in line.cells if cell]
    return len(marks) > 2 and all(re.fullmatch(r"\(?\d{1,2}\)?", mark) for mark in marks)


def _cell(cells: tuple[str, ...], at: int) -> str:
    return cells[at] if at < len(cells) else ""


# ------------------------------------------------------------ rows over a page


def _is_paragraph(row: PrintedRow) -> bool:
    """A line of text between two pages of a table, such as a mark of a scan: nothing but a
    first cell that is no number."""
    return not _starts_anew(row) and not any(row[name] for name in row.cells if name != "code")


def _starts_anew(row: PrintedRow) -> bool:
    return bool(_CODE.match(row["code"]))


def _is_bare_total(row: PrintedRow) -> bool:
    """A sum under the money column without a word beside it."""
    return [name for name in row.cells if row[name]] == ["budget"]


def _continues(above: PrintedRow, row: PrintedRow, page_break: bool) -> bool:
    """Whether a row goes on with the row above it.

    The number stands in one of the two parts; after a page break it may be the later one.
    The later part looks like a rest: its content is missing, or begins with a small letter.
    """
    if _starts_anew(above) == _starts_anew(row) or (_starts_anew(row) and not page_break):
        return False
    if above["budget"] and row["budget"]:  # two amounts are two rows
        return False
    title = row["title"]
    return not title or title[0].islower()


def _joined(above: PrintedRow, row: PrintedRow) -> PrintedRow:
    cells = {
        name: " ".join(part for part in (above[name], row[name]) if part) for name in above.cells
    }
    return PrintedRow(above.place, cells, joined=True, carried=above.carried)


# ----------------------------------------------------------------------- codes


def _give_codes(appendix: Appendix, raw: list[PrintedRow]) -> None:
    """Give every row its code, level and parent.

    Dotted numbers tell their own level (1 task, 1.1 output, 1.1.1 activity). Where Roman
    numbers head groups, the rows below are numbered within the group: III.7.
    """
    group = ""
    unnumbered = 0
    used: dict[str, PrintedRow] = {}
    for row in raw:
        for name, text in row.carried.items():
            row.cells[name] = row[name] or text
        # A sheet may hold 1.1 as a number, which reads "1,1" here.
        row.cells["code"] = re.sub(r"^(\d+),(\d+)$", r"\1.\2", row["code"])
        found = _CODE.match(row["code"])
        if found and found[2] and not row["title"]:
            row.cells["title"] = found[2].strip()
        number = found[1].upper() if found else ""
        if number and _ROMAN.match(number):
            group, unnumbered = number, 0
            row.code, row.level = number, "group"
        elif number and group:
            row.code, row.level = f"{group}.{number}", "task"
            above = number.rpartition(".")[0]
            row.parent = f"{group}.{above}" if above else group
        elif number:
            row.code = number
            row.level = ("task", "output", "activity")[min(number.count("."), 2)]
            row.parent = number.rpartition(".")[0]
        elif group and row["title"]:
            unnumbered += 1
            while f"{group}.{unnumbered}" in used:
                unnumbered += 1
            row.code, row.level, row.parent = f"{group}.{unnumbered}", "task", group
            appendix.note("row-without-code", row, row["title"], item=row.code)
        else:
            text = " ".join(filter(None, row.cells.values()))
            appendix.note("row-not-understood", row, text)
            continue
        if row.code in used:
            appendix.note("code-repeated", row, row["title"], item=row.code)
            continue
        if row.joined:
            appendix.note("row-joined", row, item=row.code)
        used[row.code] = row
        appendix.rows.append(row)
