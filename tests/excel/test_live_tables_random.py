"""Officers do anything to the tables of results and to the plan; Tổng hợp keeps its word.

Many seeds: CCHC_SEEDS=300 (and CCHC_FIRST=1000) before pytest. A failure names its seed and
what was done.
"""

from __future__ import annotations

import datetime
import os
import random
import shutil
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter, range_boundaries

from cchc_xl.cli.demo import decision_paths
from cchc_xl.cli.steps import consolidate_period, init
from cchc_xl.files.spreadsheets import Grid, cell_text, find_columns
from cchc_xl.ledger.figure_file import figures_of
from cchc_xl.master.layout import CODE, DASHBOARD, PLAN, TABLES
from cchc_xl.master.opening import load, load_open
from cchc_xl.master.result_tables import RESULTS
from cchc_xl.master.writer import write_master
from cchc_xl.period.dispatch import make_forms
from cchc_xl.workspace.folders import Workspace
from tests.support.calc.host import Calc
from tests.support.forms import Form, return_form

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PERIOD, MASTER = "2018-6T", "CCHC-2018.xlsm"
FIRST = int(os.environ.get("CCHC_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("CCHC_SEEDS", "2")))
MONEY = "Kinh phí dự toán (triệu đồng)"


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    with Calc(tmp_path_factory.mktemp("calc"), python_path=[ROOT]) as calc:
        yield calc


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A workspace of two short plans and ten agencies, half of which returned something."""
    root = tmp_path_factory.mktemp("small") / "CCHC-2018"
    init(root, decision_paths())
    programme = load(root).programme
    units = programme.registry.agencies[:10]
    programme = replace(
        programme,
        plans=tuple(replace(plan, items=plan.items[:14]) for plan in programme.plans),
        registry=replace(programme.registry, agencies=units),
    )
    (root / MASTER).write_bytes(write_master(programme, period_id=PERIOD))
    chance = random.Random(1)
    for number, form in enumerate(make_forms(load(root), PERIOD)[0].values()):
        if number % 3 < 2:
            wrong = {"status": "Gần xong", "spent": "mười"}
            fine = {"status": "Đang thực hiện", "spent": 1.5, "result": "=1.10"}
            rows = {code: chance.choice([fine, fine, wrong, {}]) for code in Form(form).rows}
            path = return_form(form, root / PERIOD / "nhan-ve", rows, change=as_text)
            os.utime(path, (1_527_000_000 + number, 1_527_000_000 + number))
    (root / PERIOD / "nhan-ve/1.10.txt").write_text("không phải phiếu")
    return root


def as_text(form: Form) -> None:
    for code in form.rows:
        cell = form.cell(code, "result")
        if isinstance(cell.value, str):
            cell.data_type = "s"


class Open:
    """The open sheets of a book as `load_open` reads them."""

    def __init__(self, book):
        self._book, self.names = book, list(book.doc.Sheets.ElementNames)

    def grid(self, name: str) -> Grid:
        rows = self._book.sheet_values(name)
        return Grid(name, [["" if v is None else v for v in row] for row in rows], 0, 0)


class Officer:
    """Somebody at random, who notes what must still be there afterwards."""

    def __init__(self, book, chance: random.Random):
        self.book, self.chance, self.did = book, chance, []
        self.notes: dict[str, dict[tuple, set[str]]] = {name: {} for name in RESULTS}
        self.own_rows: dict[str, list[str]] = {name: [] for name in RESULTS}
        self.outside: dict[str, list[tuple[str, int, int, bool]]] = {name: [] for name in RESULTS}
        self.number = 0

    def act(self) -> None:
        name = self.chance.choice(list(RESULTS))
        deed = self.chance.choice(
            [
                self.sort,
                self.add_column,
                self.insert_column,
                self.note,
                self.note,
                self.delete,
                self.duplicate,
                self.own_row,
                self.below,
                self.beside,
                self.move_down,
                self.spell_headings,
                self.rename,
                self.new_agency,
                self.drop_item,
                self.new_item,
                self.budget,
            ]
        )
        self.did.append(f"{deed.__name__} {name}")
        deed(name)

    # -- looking ----------------------------------------------------------

    def word(self, what: str) -> str:
        self.number += 1
        return f"{what} {self.number}"

    def bounds(self, name: str) -> tuple[int, int, int, int]:
        """left, top, right, bottom, counted from 1; top is the heading."""
        table = (RESULTS | TABLES)[name]
        return range_boundaries(self.book.table_address(table.name))

    def block(self, name: str) -> list[list[object]]:
        return self.book.block(name, self.book.table_address((RESULTS | TABLES)[name].name))

    def columns(self, name: str) -> dict[str, int]:
        return find_columns(self.block(name)[0], (RESULTS | TABLES)[name].headings)

    def keyed(self, name: str) -> list[tuple[tuple[str, ...], list[object]]]:
        """(key, row) of every row; the parts of the key are empty where there is none."""
        headings, *rows = self.block(name)
        columns = find_columns(headings, RESULTS[name].headings)
        at = [columns[heading] for heading in RESULTS[name].key]
        return [(tuple(cell_text(row[n]) for n in at), row) for row in rows]

    def own(self, name: str) -> list[int]:
        headings = self.block(name)[0]
        ours = find_columns(headings, RESULTS[name].headings).values()
        return sorted(set(range(len(headings))) - set(ours))

    def put(self, name: str, row: int, column: int, values: list[list[object]]) -> None:
        last = f"{get_column_letter(column + len(values[0]) - 1)}{row + len(values) - 1}"
        typed = [[f"'{v}" if isinstance(v, str) else v for v in line] for line in values]
        self.book.set_cell(name, f"{get_column_letter(column)}{row}:{last}", typed)

    def cells(self, name: str, left: int, top: int, right: int, bottom: int):
        sheet = self.book.doc.Sheets.getByName(name)
        return sheet, sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)

    def shift(self, name: str, left: int, top: int, right: int, bottom: int, how: str) -> None:
        sheet, cells = self.cells(name, left, top, right, bottom)
        uno = self.book.calc._uno
        if how == "DOWN":
            mode = uno.Enum("com.sun.star.sheet.CellInsertMode", how)
            sheet.insertCells(cells.RangeAddress, mode)
        else:
            mode = uno.Enum("com.sun.star.sheet.CellDeleteMode", how)
            sheet.removeRange(cells.RangeAddress, mode)

    def moved(self, name: str, rows: int, left: int, top: int, right: int) -> None:
        """Cells below a place in the table went down."""
        self.outside[name] = [
            (text, row + rows * (row > top and left <= column <= right), column, below)
            for text, row, column, below in self.outside[name]
        ]

    # -- on a table of results --------------------------------------------

    def sort(self, name: str) -> None:
        left, top, _, _ = self.bounds(name)
        rows = self.block(name)[1:]
        self.chance.shuffle(rows)
        self.put(name, top + 1, left, rows)

    def add_column(self, name: str) -> None:
        left, top, right, bottom = self.bounds(name)
        if any(column == right + 1 for _, _, column, _ in self.outside[name]):
            return
        self.book.resize_table(
            RESULTS[name].name,
            f"{get_column_letter(left)}{top}:{get_column_letter(right + 1)}{bottom}",
        )
        self.put(name, top, right + 1, [[self.word("Cột thêm")]])

    def insert_column(self, name: str) -> None:
        left, top, right, _ = self.bounds(name)
        at = self.chance.randint(left + 1, right)
        self.book.doc.Sheets.getByName(name).Columns.insertByIndex(at - 1, 1)
        self.put(name, top, at, [[self.word("Cột chèn")]])
        self.outside[name] = [
            (text, row, column + (column >= at), below)
            for text, row, column, below in self.outside[name]
        ]

    def note(self, name: str) -> None:
        if not self.own(name):
            self.add_column(name)
        if not self.own(name):
            return
        left, top, _, _ = self.bounds(name)
        rows = self.keyed(name)
        at, column = self.chance.randrange(len(rows)), self.chance.choice(self.own(name))
        key, row = rows[at]
        if any(key) and [k for k, _ in rows].count(key) == 1 and row[column] is None:
            text = self.word("ghi chú")
            self.put(name, top + 1 + at, left + column, [[text]])
            self.notes[name].setdefault(key, set()).add(text)

    def delete(self, name: str) -> None:
        left, top, right, bottom = self.bounds(name)
        if bottom - top < 3:
            return
        at = self.chance.randint(top + 1, bottom)
        key, row = self.keyed(name)[at - top - 1]
        self.notes[name].pop(key, None)
        texts = {cell_text(value) for value in row}
        self.own_rows[name] = [text for text in self.own_rows[name] if text not in texts]
        self.shift(name, left, at, right, at, "UP")
        self.moved(name, -1, left, at, right)

    def insert(self, name: str) -> int:
        """An empty row somewhere in the table."""
        left, top, right, bottom = self.bounds(name)
        at = self.chance.randint(top + 2, bottom) if bottom > top + 1 else bottom
        self.shift(name, left, at, right, at, "DOWN")
        self.moved(name, 1, left, at - 1, right)
        return at

    def duplicate(self, name: str) -> None:
        left, _, _, _ = self.bounds(name)
        key, row = self.chance.choice(self.keyed(name))
        if self.notes[name].get(key) or not any(key):
            return
        for column in self.own(name):
            row[column] = None
        self.put(name, self.insert(name), left, [row])

    def own_row(self, name: str) -> None:
        """A row of their own, without anything that tells rows of ours apart."""
        left, _, _, _ = self.bounds(name)
        free = self.own(name) or [
            at for heading, at in self.columns(name).items() if heading not in RESULTS[name].key
        ]
        text = self.word("dòng riêng")
        at = self.insert(name)
        self.put(name, at, left + self.chance.choice(free), [[text]])
        self.own_rows[name].append(text)

    def below(self, name: str) -> None:
        left, _, right, bottom = self.bounds(name)
        row, column = bottom + self.chance.randint(2, 5), self.chance.randint(left, right)
        text = self.word("dưới bảng")
        self.put(name, row, column, [[text]])
        self.outside[name] = [o for o in self.outside[name] if o[1:3] != (row, column)]
        self.outside[name].append((text, row, column, True))

    def beside(self, name: str) -> None:
        _, top, right, bottom = self.bounds(name)
        row, column = self.chance.randint(top, bottom), right + 3
        text = self.word("bên phải")
        self.put(name, row, column, [[text]])
        self.outside[name] = [o for o in self.outside[name] if o[1:3] != (row, column)]
        self.outside[name].append((text, row, column, False))

    def move_down(self, name: str) -> None:
        self.book.doc.Sheets.getByName(name).Rows.insertByIndex(0, 2)
        self.outside[name] = [(t, row + 2, column, b) for t, row, column, b in self.outside[name]]

    def spell_headings(self, name: str) -> None:
        left, top, _, _ = self.bounds(name)
        heading, at = self.chance.choice(list(self.columns(name).items()))
        spelt = self.chance.choice([heading.upper(), f" {heading}  ", heading.replace(" ", "\n")])
        self.put(name, top, left + at, [[spelt]])

    # -- on the plan ------------------------------------------------------

    def rename(self, _: str) -> None:
        left, top, _, _ = self.bounds("Cơ quan")
        column = self.columns("Cơ quan")["Tên cơ quan"]
        at = self.chance.randrange(len(self.block("Cơ quan")) - 1)
        self.put("Cơ quan", top + 1 + at, left + column, [[self.word("Sở Đổi tên")]])

    def append(self, name: str, values: dict[str, object]) -> None:
        left, _, _, bottom = self.bounds(name)
        row = [values.get(heading) for heading in TABLES[name].headings]
        self.put(name, bottom + 1, left, [row])
        right = get_column_letter(left + len(row) - 1)
        self.book.resize_table(TABLES[name].name, f"{get_column_letter(left)}4:{right}{bottom + 1}")

    def new_agency(self, _: str) -> None:
        name = self.word("Sở Mới lập")
        self.append("Cơ quan", {"Mã cơ quan": f"M{self.number}", "Tên cơ quan": name})
        rows = self.block("Phân công")
        at = self.chance.randrange(1, len(rows))
        column = self.columns("Phân công")["Cơ quan báo cáo"]
        names = "; ".join(filter(None, [rows[at][column], name]))
        self.put("Phân công", 4 + at, 1 + column, [[names]])

    def drop_item(self, _: str) -> None:
        code = self.chance.choice([row[:2] for row in self.block("Kế hoạch")[1:]])
        for name in ("Kế hoạch", "Phân công"):
            for at, row in enumerate(self.block(name)):
                if at and row[:2] == code:
                    self.put(name, 4 + at, 1, [[None] * len(row)])

    def new_item(self, _: str) -> None:
        plan = next(row[0] for row in self.block("Kế hoạch")[1:] if row[0])
        where = {PLAN: plan, CODE: f"9.{self.number + 1}0"}
        self.append("Kế hoạch", {**where, "Cấp": "Hoạt động", MONEY: 5})
        reporter = self.block("Cơ quan")[1][1]
        self.append("Phân công", {**where, "Cơ quan báo cáo": reporter})
        self.number += 1

    def budget(self, _: str) -> None:
        rows = self.block("Kế hoạch")
        at = self.chance.randrange(1, len(rows))
        if rows[at][1]:
            column = self.columns("Kế hoạch")[MONEY]
            self.put("Kế hoạch", 4 + at, 1 + column, [[self.chance.randrange(1, 900) / 4]])


def as_cell(value: object, kind: str) -> object:
    if value is None or value == "":
        return None
    if "money" in kind:
        return Decimal(value) / 1_000_000
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    return value


def same(found: object, wanted: object) -> bool:
    if isinstance(wanted, int | float | Decimal):
        return isinstance(found, int | float) and found == pytest.approx(float(wanted))
    return found == wanted


def check(book, officer: Officer, expected: dict[str, list[tuple]], before: dict) -> None:
    for name, table in RESULTS.items():
        columns, own_at = officer.columns(name), officer.own(name)
        keys, rows = zip(*officer.keyed(name), strict=True)
        wanted = {}
        for row in expected[name]:
            wanted.setdefault(tuple(cell_text(part) for part in table.key_of(row)), []).append(row)
        for key, group in wanted.items():
            found = [row for row, at in zip(rows, keys, strict=True) if at == key]
            assert len(found) == len(group), (name, key, "how often it stands there")
            for row, cells in zip(group, found, strict=True):
                for column, value in zip(table.columns, row, strict=True):
                    cell = cells[columns[column.heading]]
                    assert same(cell, as_cell(value, column.kind)), (name, key, column.heading)
        for key, row in zip(keys, rows, strict=True):
            if not any(key):
                continue
            assert key in wanted or officer.notes[name].get(key), (name, key, "is gone")
            if key not in wanted and table.gone[0]:
                assert row[columns[table.gone[0]]] == table.gone[1]
        for key, texts in officer.notes[name].items():
            own = [
                {row[at] for at in own_at} for row, k in zip(rows, keys, strict=True) if k == key
            ]
            assert len(own) == 1 and texts <= own[0], (name, key, texts, "notes beside it")
        everything = Counter(cell_text(cell) for row in rows for cell in row)
        for text in officer.own_rows[name]:
            assert everything[text] == 1, (name, text)
        there = [key for key in keys if any(key)]
        stayed = [key for key in before[name][0] if key in set(there)]
        unique = [k for k in stayed if stayed.count(k) == 1 and there.count(k) == 1]
        assert [k for k in there if k in set(unique)] == unique, (name, "order")
        grown = officer.bounds(name)[3] - before[name][1]
        officer.outside[name] = [
            (text, row + grown * below, column, below)
            for text, row, column, below in officer.outside[name]
        ]
        sheet = book.sheet_values(name)
        for text, row, column, _ in officer.outside[name]:
            assert sheet[row - 1][column - 1] == text, (name, text, row, column)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_officers_do_the_tables_come_out_right(calc, small, tmp_path, seed):
    root = tmp_path / "CCHC-2018"
    shutil.copytree(small, root)
    chance = random.Random(seed)
    with calc.open(root / MASTER, calculate=False) as book:
        officer = Officer(book, chance)
        book.press("Tổng hợp")
        for _ in range(2):
            officer.did.append("--")
            for _ in range(chance.randint(1, 14)):
                officer.act()
            before = {
                name: ([key for key, _ in officer.keyed(name) if any(key)], officer.bounds(name)[3])
                for name in RESULTS
            }
            loaded = load_open(Workspace(root), Open(book), MASTER)
            done = consolidate_period(loaded, PERIOD)
            settings, told = book.settings, len(book.alerts)
            book.press("Tổng hợp")
            try:
                assert [alert["mode"] for alert in book.alerts[told:]] == ["info"], book.alerts
                assert not list((root / "nhat-ky").glob("loi_*"))
                assert book.tracebacks == book.function_tracebacks == []
                assert book.settings == settings
                assert book.cell(DASHBOARD, "F4") == PERIOD
                written = (root / "nhat-ky" / f"so-lieu_{PERIOD}.json").read_bytes()
                assert written == figures_of(done.ledger)
                check(book, officer, done.tables, before)
            except AssertionError as error:
                log = "".join(p.read_text() for p in (root / "nhat-ky").glob("loi_*"))[-900:]
                raise AssertionError(f"seed {seed}: {officer.did}\n{log}") from error
