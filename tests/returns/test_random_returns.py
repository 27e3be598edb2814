"""Whatever was done to a form, a figure that is counted is the one that was meant.

Each case fills a real form with known figures, lets an officer do several things to it on top
of each other, and compares what is counted with what a careful reader of the result would say
(`sheet_model`): right, or not counted with a finding at its place; never wrong in silence,
never lost in silence, and never refused where nobody could doubt it.

Many seeds: CCHC_SEEDS=5000 (and CCHC_FIRST=1000) before pytest. A failure names its seed and
what was done.
"""

from __future__ import annotations

import datetime
import io
import os
import random
import re
from decimal import Decimal

import openpyxl
import pytest

from cchc_xl.ledger.checks import Checker
from cchc_xl.plan.fates import Fate
from cchc_xl.returns.form import write_form
from cchc_xl.returns.reader import ReturnReader
from tests.support.forms import HEADINGS
from tests.support.officers import Officer
from tests.support.sheet_model import FIGURES, Book, Cell, Column, Reading, Row, letters

FIRST = int(os.environ.get("CCHC_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("CCHC_SEEDS", "300")))
AGENCIES = ("Sở Tư pháp", "Sở Nội vụ", "Sở Thông tin và Truyền thông", "UBND huyện Lắk")
ARRIVED = datetime.datetime(2018, 5, 20, 9, tzinfo=datetime.UTC)
FILE = "phieu.xlsx"
KEY_HEADING = "Khóa dòng"


@pytest.fixture(scope="module")
def reader(programme, period):
    return ReturnReader(programme, period)


@pytest.fixture(scope="module")
def issued(programme, period) -> dict[str, Book]:
    """The forms as they were sent, as models; the codes stand in the order of the form."""
    return {
        name: modelled(write_form(programme, period, programme.registry.by_name[name]))
        for name in AGENCIES
    }


def modelled(content: bytes) -> Book:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    page, hidden = workbook.worksheets
    lines = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(at for at, line in enumerate(lines) if HEADINGS["code"] in line)
    names = {heading: name for name, heading in HEADINGS.items()} | {KEY_HEADING: "key"}
    columns = [Column(names[heading], heading) for heading in lines[top]]
    rows = []
    for at, line in enumerate(lines):
        values = dict(zip(columns, line, strict=True))
        key = str(line[-1] or "")
        if at == top:
            rows.append(Row("heading"))
            continue
        row = Row(
            "item" if "|" in key else "other",
            cells={
                column: Cell(v, "formula" if str(v).startswith("=") else "plain")
                for column, v in values.items()
                if v is not None
            },
        )
        if row.kind == "item":
            row.code = key.partition("|")[2]
        rows.append(row)
    return Book(columns, rows, [[cell.value for cell in row] for row in hidden.iter_rows()])


def read_one(reader: ReturnReader, content: bytes):
    """The only place that says how a returned file is read: (return, its findings)."""
    one = reader.read(content, FILE, ARRIVED)
    checked = []
    if one.fate == Fate.ACCEPTED:
        one, checked = Checker(reader.programme, {}, {}).check(one)
    return one, [*one.findings, *checked]


# --------------------------------------------------------------------- oracle


def counted(one, code: str, name: str) -> tuple[object, str]:
    """A figure that is counted and the cell it is said to come from."""
    for row in one.rows:
        if row.item.code == code:
            value = row[name]
            if name == "spent" and value is not None:
                value = Decimal(value) / 1_000_000
            return value, row.cell(name)
    return None, ""


def is_named(book: Book, reading: Reading, code: str, name: str, findings) -> bool:
    """Whether a finding says, with its place, why a figure is not counted."""
    own = {letters(at) for at, c in enumerate(book.columns) if c.name in ("code", "title")}
    for found in findings:
        assert found.place.file == FILE, found
        cell = found.place.cell
        line = re.search(r"\d+$", cell)
        on_row = line and int(line[0]) in reading.lines
        if cell in reading.places or (on_row and cell.rstrip("0123456789") in {*own, "dòng "}):
            return True
        if not cell and re.search(
            rf"Mục {re.escape(code)}(?![.\d])|mục {re.escape(code)}\.", found.message
        ):
            return True
        if {
            int(n) for n in re.findall(r"\b(?:[A-Z]+|dòng )(\d+)\b", found.message)
        } & reading.lines:
            return True
        if found.value == HEADINGS[name]:  # the whole column
            return True
    return False


def doubted(reading, findings) -> bool:
    """Whether a rule left a figure out that a reader alone could not doubt: many times the
    budget, or in a cell that spans several rows."""
    codes = {f.code for f in findings if f.place.cell in reading.places}
    return bool(codes & {"spent-implausible", "cell-merged"})


def check(book: Book, codes: list[str], one, findings) -> list[str]:
    """What is wrong with a reading, in words."""
    wrong = []
    refused = one.fate != Fate.ACCEPTED
    if refused and not findings:
        wrong.append("refused without a word")
    for code in codes:
        for name in FIGURES:
            reading = book.readings(code, name)
            got, source = counted(one, code, name)
            stands = f"{code} {name} at {sorted(reading.places)}"
            named = refused or is_named(book, reading, code, name, findings)
            if got is not None and source not in reading.places:
                wrong.append(f"WRONG in silence: {stands}: {got} of {source}")
            elif got is not None and got not in reading.allowed and not named:
                allowed = sorted(map(str, reading.allowed))
                wrong.append(f"WRONG in silence: {stands}: {got}, says {allowed}")
            elif got is None and reading.sure and reading.says and not doubted(reading, findings):
                wrong.append(f"not counted though sure: {stands}")
            elif got is None and reading.says and not named:
                wrong.append(f"LOST in silence: {stands}")
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_was_done_to_a_form_its_figures_are_right_or_said_to_be_missing(
    reader, issued, seed
):
    chance = random.Random(seed)
    form = issued[chance.choice(AGENCIES)].copy()
    codes = [row.code for row in form.items()]
    officer = Officer(form, chance)
    for _ in range(chance.choice([0, 1, 1, 2, 3, 5, 8])):
        officer.act()
    one, findings = read_one(reader, form.to_bytes())
    wrong = check(form, codes, one, findings)
    said = [(f.code, f.place.cell, f.value) for f in findings if f.code != "row-empty"]
    assert not wrong, "\n".join([f"seed {seed}: {officer.did}", *wrong[:8], f"{said[:12]}"])


def test_the_model_writes_what_other_programs_read(issued):
    """The forms made here are what a real program finds in a real file."""
    form = issued[AGENCIES[0]].copy()
    Officer(form, random.Random(1))
    page = openpyxl.load_workbook(io.BytesIO(form.to_bytes())).worksheets[0]
    for row in form.items():
        for column, cell in row.cells.items():
            found = page[form.address(row, column)].value
            number = isinstance(cell.value, int | float | Decimal)
            assert found == (float(cell.value) if number else cell.value)
