"""Every trouble in every file format, consolidated; and what came of each figure.

Troubled forms are dealt out to the agencies of the real plan, so that one consolidation reads
many of them.
"""

from __future__ import annotations

import io
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.styles import Font
from python_calamine import CalamineError, CalamineWorkbook

from cchc_xl.cli.steps import read_returns
from cchc_xl.findings.finding import Finding
from cchc_xl.ledger.ledger import status_at
from cchc_xl.master.opening import Loaded
from cchc_xl.period.consolidation import PeriodReading
from cchc_xl.plan.fates import Fate
from cchc_xl.plan.statuses import REPORTED_STATUSES, Status
from cchc_xl.returns.form import write_form
from cchc_xl.text.money import exact
from cchc_xl.text.spelling import fold
from tests.support.cell_troubles import CELL_TROUBLES, CellTrouble
from tests.support.file_formats import BY_LIBREOFFICE, FORMATS, WRITERS, Resaver, suffix, xlsx_bytes
from tests.support.filled import ENTRY_FIELDS, TEXT_FIELDS, TROUBLES, UNKNOWN, Filled, Trouble
from tests.support.forms import HEADINGS

PERIOD = "2018-6T"
WITH_MONEY = (
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Thông tin và Truyền thông",
    "Văn phòng UBND tỉnh",
    "Sở Khoa học và Công nghệ",
)
_NOT_SENDING = ("UBND huyện Lắk", "Cổng Thông tin điện tử của tỉnh")  # lent out; too small
_FEWEST_ROUNDS = 4


@dataclass(eq=False)
class Case:
    """One agency's troubled form: of a trouble with the form, or with troubles in cells."""

    form: Filled
    trouble: Trouble | None = None
    edit: Callable[[object], None] | None = None
    cells: dict[str, CellTrouble] = field(default_factory=dict)  # by code

    @property
    def formats(self) -> tuple[str, ...]:
        return self.trouble.only if self.trouble else FORMATS


def fill_truth(items: list, late: set[str]) -> dict[str, dict]:
    """What an agency has to tell: every status, round and odd amounts, zeros and blanks."""
    percents = {"Hoàn thành": (100,), "Đang thực hiện": (45.5, 30, 80), "Chưa thực hiện": (0,)}
    entries: dict[str, dict] = {}
    for at, item in enumerate(items):
        if at % 8 == 7:  # not filled in
            continue
        status = REPORTED_STATUSES[(at + at // 5) % 4]
        if item.code in late and status != "Không thực hiện":  # else it would be overdue
            status = Status.DONE
        budget = (item.budget or 0) / 1_000_000
        spent = (None, 12.5, 0, 1478.4, 3)[at % 5]
        if budget:
            spent = {"Hoàn thành": budget, "Chưa thực hiện": 0}.get(status, round(budget * 0.45, 3))
        entries[item.code] = {
            "status": status,
            "percent": percents[status][at % len(percents[status])] if status in percents else None,
            "result": f"Đã tập huấn {at + 2} lớp, đạt chỉ tiêu mục {item.code}",
            "proof": f"{at + 100}/BC-CCHC ngày 12/3/2018" if at % 3 else "",
            "spent": spent,
            "difficulties": "Thiếu nguồn lực ở cấp huyện" if at % 4 == 0 else "",
            "proposals": "Đề nghị bổ sung kinh phí" if at % 6 == 0 else "",
        }
    return entries


class Matrix:
    """Builds the troubled forms of one workspace, and judges what is read from them."""

    def __init__(self, loaded: Loaded, home: Path):
        self.loaded, self.home = loaded, home
        programme = loaded.programme
        self.period = programme.period_by_id[PERIOD]
        rows = programme.rows_by_agency(self.period)
        self.items = {
            agency: {item.code: item for items in by_plan.values() for item in items}
            for agency, by_plan in rows.items()
        }
        self._issued: dict[tuple[str, str], Path] = {}

    def issue(self, agency: str, period_id: str) -> Path:
        """The form as sent out."""
        if (agency, period_id) not in self._issued:
            programme = self.loaded.programme
            period, registry = programme.period_by_id[period_id], programme.registry
            path = self.home / f"Phieu_{period_id}_{fold(agency).replace(' ', '-')}.xlsx"
            path.write_bytes(write_form(programme, period, registry.by_name[agency]))
            self._issued[agency, period_id] = path
        return self._issued[agency, period_id]

    def filled(self, agency: str) -> Filled:
        items = self.items[agency]
        late = {
            code
            for code, item in items.items()
            if status_at(item, Status.IN_PROGRESS, self.period) != Status.IN_PROGRESS
        }
        truth = fill_truth(list(items.values()), late)
        return Filled(self.issue(agency, PERIOD), agency, truth, self.issue)

    # ---------------------------------------------------------------- the cases

    def rounds(self) -> list[list[Case]]:
        """The cases, dealt out so that each agency sends one form a round."""
        rounds: list[dict[str, Case]] = [{} for _ in range(_FEWEST_ROUNDS)]
        for one in rounds[:3]:
            one |= {agency: Case(self.filled(agency)) for agency in WITH_MONEY}
        self._plant([case for one in rounds for case in one.values()])
        others = [a for a in self.items if a not in (*_NOT_SENDING, *WITH_MONEY)]
        for trouble in TROUBLES:
            senders = WITH_MONEY if trouble.money else [*others, *WITH_MONEY]
            free = ((n, a) for n, one in enumerate(rounds) for a in senders if a not in one)
            number, agency = next(free)
            form = self.filled(agency)
            edit = trouble.makes(form)
            rounds[number][agency] = Case(form, trouble, edit)
        return [list(one.values()) for one in rounds]

    def _plant(self, cases: list[Case]) -> None:
        """Put each trouble with a cell into a row of its own, among rows that are right."""
        free = [(case, code) for case in cases for code in case.form.codes]
        random.Random(3598).shuffle(free)

        def budget(slot: tuple[Case, str]) -> float:
            return (self.items[slot[0].form.agency][slot[1]].budget or 0) / 1_000_000

        for trouble in CELL_TROUBLES:
            known = trouble.field == "spent" and isinstance(trouble.means, int | Decimal)
            need = trouble.means if known else 0
            enough = [slot for slot in free if budget(slot) >= need > 0]
            case, code = min(enough or [slot for slot in free if not budget(slot)], key=budget)
            free.remove((case, code))
            case.cells[code] = trouble
            cell = case.form.cell(code, trouble.field)
            cell.value, cell.number_format = trouble.value, trouble.number_format
            if trouble.field in TEXT_FIELDS and cell.data_type == "f":
                cell.data_type = "s"
            if trouble.font:
                cell.font = Font(name=trouble.font)
            if trouble.stored is not None:
                case.form.stored[cell.coordinate] = trouble.stored
            if trouble.with_status:
                case.form.cell(code, "status").value = trouble.with_status
                case.form.truth[code]["status"] = trouble.with_status
            case.form.truth[code][trouble.field] = trouble.means
            if trouble.lost:
                case.form.may_lose([code], [trouble.field])

    # ----------------------------------------------------------------- the files

    def write(self, rounds: list[list[Case]]) -> None:
        """Every case in the formats that libraries write, and as LibreOffice will open it."""
        for number, cases in enumerate(rounds):
            for case in cases:
                form = case.form
                for file_format in WRITERS.keys() & set(case.formats):
                    content = WRITERS[file_format](form.workbook, form.stored)
                    self.path(file_format, number, form).write_bytes(content)
                if set(BY_LIBREOFFICE) & set(case.formats):
                    content = xlsx_bytes(form.workbook, form.stored)
                    self.path("opened", number, form).write_bytes(content)

    def resave(self, rounds: list[list[Case]], resaver: Resaver) -> None:
        """Every case as LibreOffice saves it."""
        for number, cases in enumerate(rounds):
            for case in cases:
                formats = [f for f in BY_LIBREOFFICE if f in case.formats]
                if formats:
                    opened = self.path("opened", number, case.form)
                    targets = [self.path(f, number, case.form) for f in formats]
                    resaver.save(opened, targets, case.edit, case.form.password)

    def path(self, file_format: str, number: int, form: Filled) -> Path:
        """home/format/round/agency/name"""
        folder = self.home / file_format / str(number) / fold(form.agency).replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{form.name}.{'xlsx' if file_format == 'opened' else suffix(file_format)}"

    # ------------------------------------------------------------------ verdicts

    def judge(self, rounds: list[list[Case]], formats) -> Iterator[tuple[str, str, list[str]]]:
        """(trouble, format, what is wrong with how it was read) of every case."""
        inbox = self.loaded.workspace.inbox(PERIOD)
        inbox.mkdir(parents=True, exist_ok=True)
        for file_format in formats:
            for number, cases in enumerate(rounds):
                sent = {}
                for case in cases:
                    if file_format not in case.formats:
                        continue
                    made = self.path(file_format, number, case.form)
                    name, content = case.form.wrap(made.name, made.read_bytes())
                    (inbox / name).write_bytes(content)
                    sent[name] = case, locate(made.read_bytes(), case.form)
                done = read_returns(self.loaded, PERIOD)
                for name, (case, where) in sent.items():
                    (inbox / name).unlink()
                    judged = Judge(self, case, name, where, done)
                    yield from judged.verdicts(file_format)


def locate(content: bytes, form: Filled) -> dict[str, set]:
    """Where the rows and columns of a form stand in a file: numbers by code, letters by field."""
    where: dict[str, set] = {name: set() for name in (*form.truth, *HEADINGS)}
    headings = {fold(heading.partition(" (")[0]): name for name, heading in HEADINGS.items()}
    codes = {fold(code): code for code in form.truth}
    titles = {fold(title): code for code, title in form.titles.items()}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name).to_python(False) for name in book.sheet_names]
    except CalamineError:  # a password
        return where
    for rows in sheets:
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if not isinstance(value, str) or not value:
                    continue
                text = fold(value.rpartition("|")[2]).removeprefix("muc ").rstrip(". ")
                if code := codes.get(text) or titles.get(text):
                    where[code].add(number)
                elif name := headings.get(text.partition(" (")[0]):
                    where[name].add("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column])
    return where


class Judge:
    """Compares what was read from one file with what its agency means."""

    def __init__(self, matrix: Matrix, case: Case, file: str, where: dict, done: PeriodReading):
        self.matrix, self.case, self.where = matrix, case, where
        agency = case.form.agency
        facts = done.ledger.facts
        self.facts = {fact.code: fact for fact in facts if fact.agency == agency}
        self.findings = [f for f in done.findings if file in f.place.file]
        self.accepted = any(r.fate == Fate.ACCEPTED and file in r.file for r in done.ledger.returns)
        self.file = file

    def verdicts(self, file_format: str) -> Iterator[tuple[str, str, list[str]]]:
        if self.case.trouble:
            problems = [p for code in self.case.form.truth for p in self.row(code, ENTRY_FIELDS)]
            yield self.case.trouble.name, file_format, problems
            return
        beside = []
        for code in self.case.form.truth:
            trouble = self.case.cells.get(code)
            fields = [name for name in ENTRY_FIELDS if not trouble or name != trouble.field]
            beside += self.row(code, fields)
            if trouble and file_format in trouble.only:
                yield trouble.name, file_format, list(self.row(code, [trouble.field]))
        yield f"beside {self.case.form.agency}", file_format, beside

    def row(self, code: str, fields) -> Iterator[str]:
        fact = self.facts[code]
        came = any(not self._missing(fact, name) for name in ENTRY_FIELDS)
        number = int(re.sub(r"\D", "", fact.cell) or 0)
        if came and (self.file not in fact.file or number not in (self.where[code] or {number})):
            yield f"misplaced: {code} is said to come from {fact.file} {fact.cell}"
        for name in fields:
            if problem := self.figure(code, name, fact):
                yield problem

    def figure(self, code: str, name: str, fact) -> str:
        """What is wrong with one figure, or ""."""
        meant = self.case.form.truth[code].get(name)
        there = "" if self._missing(fact, name) else fact[name]
        if there == "":
            if meant in (None, ""):
                return ""
            if not self.is_said(code, name):
                return f"SILENT: {code} {name} ({meant}) is missing and nothing says so"
            allowed = (code, name) in self.case.form.lost or meant is UNKNOWN
            return "" if allowed else f"LOST: {code} {name} ({meant}) is missing: {self.said(code)}"
        if there == self.expected(code, name, meant):
            return ""
        if name in TEXT_FIELDS and self.is_said(code, name):
            return ""
        return f"WRONG: {code} {name} is read as {there}, meant is {meant}"

    def expected(self, code: str, name: str, meant: Any) -> object:
        if meant is UNKNOWN or meant is None:
            return UNKNOWN
        if name == "status":
            return status_at(
                self.matrix.items[self.case.form.agency][code], meant, self.matrix.period
            )
        if name == "percent":
            return exact(float(meant))
        if name == "spent":
            return round(exact(float(meant)) * 1_000_000)
        return unicodedata.normalize("NFC", str(meant))

    @staticmethod
    def _missing(fact, name: str) -> bool:
        return fact[name] in (None, "", Status.NOT_REPORTED)

    # ------------------------------------------------------------------ findings

    def is_said(self, code: str, name: str) -> bool:
        return any(self._tells(found, code, name) for found in self.findings)

    def said(self, code: str) -> str:
        told = [f.code for f in self.findings if self._about(f, code) or not f.place.cell]
        return ", ".join(sorted(set(told))) or "something about its column"

    def _tells(self, found: Finding, code: str, name: str) -> bool:
        """Whether a finding is about this figure: about the file where the whole was refused,
        about its column, or about its row and no other column."""
        if not self.accepted and found.severity == "error":  # the whole file is refused
            return True
        if not found.place.cell:
            return self._about(found, code)
        if HEADINGS[name] in (found.value, *re.findall("“(.+?)”", found.message)):
            return True
        if not self._about(found, code) or not found.place.sheet:
            return False
        letters = re.sub(r"[^A-Z]", "", found.place.cell.split(",")[0])
        others = {x for n in ENTRY_FIELDS if n != name for x in self.where[n]} - self.where[name]
        return letters not in others

    def _about(self, found: Finding, code: str) -> bool:
        if re.search(rf"(?<![\w.]){re.escape(code)}(?![\w]|\.\d)", found.message):
            return True
        number = re.sub(r"\D", "", found.place.cell.split(",")[0])
        return bool(number) and int(number) in self.where[code]
