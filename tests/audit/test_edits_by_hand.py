"""Whatever somebody changes by hand in an issued workbook, the audit names the place."""

from __future__ import annotations

import datetime
import io
import random
import re

import openpyxl
import pytest

from cchc_xl.audit.check import read_again
from cchc_xl.plan.statuses import Status
from cchc_xl.workspace.folders import Workspace
from cchc_xl.writing.figure_index import INDEX_SHEET
from tests.support.audited import PERIOD, issued

pytestmark = pytest.mark.long
EDITS = 50
LETTERS = "✓ĐCQK–"
DATE = re.compile(r"\b(0[1-9]|1\d|2[0-8])/(\d{1,2}/\d{4})")


class Edits:
    """A workbook that somebody edits, and what the audit says of it: the returns are read again
    only once."""

    def __init__(self, root):
        self.asked = read_again(Workspace(root), PERIOD)
        self.content = issued(root).read_bytes()
        report = root / PERIOD / "tong-hop" / f"Bao-cao_{PERIOD}.docx"
        self.report = report.read_bytes()
        self.open()

    def open(self):
        """The workbook anew, with values in place of formulas."""
        self.book = openpyxl.load_workbook(io.BytesIO(self.content), data_only=True)
        self.sheets = [one for one in self.book.worksheets if one.title != INDEX_SHEET]
        return self

    def cells(self, wanted):
        """The places whose cell is as wanted."""
        return [
            cell
            for sheet in self.sheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and wanted(cell.value)
        ]

    def differences(self):
        out = io.BytesIO()
        self.book.save(out)
        return self.asked.audit(out.getvalue(), "so.xlsx", self.report, "bao-cao.docx").differences

    def untold(self, changed) -> set:
        """The changed places that the audit says nothing of: by cell, or by its row."""
        told = self.differences()
        places = {(one.sheet, one.cell) for one in told}
        return {
            (cell.parent.title, cell.coordinate)
            for cell in changed
            if (cell.parent.title, cell.coordinate) not in places
            and (cell.parent.title, f"dòng {cell.row}") not in places
        }


@pytest.fixture(scope="module")
def edits(demo) -> Edits:
    return Edits(demo)


@pytest.fixture
def edited(edits) -> Edits:
    return edits.open()


def chosen(seed: str, among: list, number: int = EDITS) -> list:
    return random.Random(seed).sample(among, min(number, len(among)))


def test_unchanged_it_passes(edited):
    assert edited.differences() == ()


def test_fifty_numbers(edited):
    numbers = edited.cells(lambda v: isinstance(v, int | float) and not isinstance(v, bool))
    changed = chosen("numbers", numbers)
    for cell, by in zip(changed, (1, -1, 0.5, 0.000001, 1000) * EDITS, strict=False):
        cell.value += by
    assert len(changed) == EDITS and edited.untold(changed) == set()


def test_fifty_texts(edited):
    texts = edited.cells(lambda v: isinstance(v, str) and v not in tuple(Status))
    changed = chosen("texts", texts)
    ways = (
        lambda text: text + " a",
        lambda text: "X" + text[1:],
        lambda text: None,
        lambda text: f"khác {text}",
    )
    for cell, way in zip(changed, ways * EDITS, strict=False):
        cell.value = way(cell.value)
    assert len(changed) == EDITS and edited.untold(changed) == set()


def test_fifty_statuses(edited):
    statuses = edited.cells(lambda v: v in tuple(Status) or (isinstance(v, str) and v in LETTERS))
    changed = chosen("statuses", statuses)
    for number, cell in enumerate(changed):
        others = list(Status if cell.value in tuple(Status) else LETTERS)
        others.remove(cell.value)
        cell.value = str(others[number % len(others)])
    assert len(changed) == EDITS and edited.untold(changed) == set()


def test_fifty_dates(edited):
    """Cells with a day, and days in texts."""
    dates = edited.cells(lambda v: isinstance(v, datetime.datetime))
    texts = edited.cells(lambda v: isinstance(v, str) and bool(DATE.search(v)))
    dates = chosen("days", dates, EDITS // 2)
    changed = [*dates, *chosen("dates", texts, EDITS - len(dates))]
    for cell in changed:
        if isinstance(cell.value, str):
            cell.value = DATE.sub(lambda found: f"{int(found[1]) + 1:02d}/{found[2]}", cell.value)
        else:
            cell.value += datetime.timedelta(days=1)
    assert len(dates) > 10 and len(changed) == EDITS
    assert edited.untold(changed) == set()


def test_fifty_hidden_rows(edited):
    rows = [(sheet, row) for sheet in edited.sheets for row in range(1, sheet.max_row + 1)]
    hidden = chosen("hidden", rows)
    for sheet, row in hidden:
        sheet.row_dimensions[row].hidden = True
    told = {(one.sheet, one.cell) for one in edited.differences() if one.what == "Bị ẩn"}
    assert told == {(sheet.title, f"dòng {row}") for sheet, row in hidden}


def test_numbers_in_hidden_rows_and_columns_that_are_not_ours(edited):
    for sheet in edited.sheets:
        sheet.cell(sheet.max_row + 3, 2).value = 5
        sheet.row_dimensions[sheet.max_row].hidden = True
    told = [one for one in edited.differences() if one.what == "Số liệu không đối chiếu được"]
    assert {one.sheet for one in told} == {sheet.title for sheet in edited.sheets}


@pytest.mark.parametrize("round_", range(4))
def test_rows_deleted_on_every_sheet(edited, round_):
    """Four times on each sheet, of those that hold something."""
    for sheet in edited.sheets:
        full = [n for n, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(row)]
        sheet.delete_rows(random.Random(f"{round_} {sheet.title}").choice(full))
    told = {one.sheet for one in edited.differences()}
    assert 4 * len(edited.sheets) >= EDITS and told >= {sheet.title for sheet in edited.sheets}


@pytest.mark.parametrize("round_", range(6))
def test_sheets_that_were_swapped(edited, round_):
    """Their names, two by two: more than fifty pairs in all."""
    names = [sheet.title for sheet in edited.sheets]
    random.Random(round_).shuffle(names)
    pairs = list(zip(names[::2], names[1::2], strict=False))
    for first, second in pairs:
        edited.book[first].title, edited.book[second].title = "a", "b"
        edited.book["a"].title, edited.book["b"].title = second, first
    told = {one.sheet for one in edited.differences()}
    assert len(pairs) * 6 >= EDITS and told >= {name for pair in pairs for name in pair}


def test_sheets_in_another_order(edited):
    edited.book.move_sheet("Phụ lục 1", -1)
    assert "Thứ tự các trang" in {one.what for one in edited.differences()}
