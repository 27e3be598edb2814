"""What officers do to a form before they send it back, on the model of `sheet_model`."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace
from decimal import Decimal

from tests.support.sheet_model import BLANK, ENTRIES, FIGURES, Book, Cell, Column, Row, figure
from tests.support.writings import money, share, state

STATUSES = ("Chưa thực hiện", "Đang thực hiện", "Hoàn thành", "Không thực hiện")


def _column(book: Book, name: str) -> Column:
    """A column of a form that nobody has touched yet."""
    found = book.column(name)
    assert found is not None
    return found


class Officer:
    """Fills a form, then does to it what officers do."""

    def __init__(self, book: Book, chance: random.Random):
        self.book, self.chance = book, chance
        self.did: list[str] = []
        self.budgets: dict[str, Decimal | None] = {}
        for row in book.items():
            self.fill(row)

    def fill(self, row: Row) -> None:
        chance, book = self.chance, self.book
        budget = row.cells.get(_column(book, "budget"), BLANK).value
        code = row.code
        self.budgets[code] = budget = None if budget is None else Decimal(str(budget))
        if chance.random() < 0.15:
            return
        status = chance.choice(STATUSES)
        row.cells[_column(book, "status")] = figure(status)
        percent = Decimal(chance.choice([0, 1, 45, 50, 99, 100]))
        # A bare 1 may be 100% as Excel stores it.
        row.cells[_column(book, "percent")] = figure(percent, sure=percent != 1)
        row.cells[_column(book, "result")] = Cell(f"Kết quả {code}")
        row.cells[_column(book, "proof")] = Cell(f"{chance.randrange(99)}/BC")
        if budget is not None or chance.random() < 0.1:
            most = 20 if budget is None else int(budget)
            step = chance.choice([1, 10, 1000])  # to the thousand đồng at the finest
            spent = Decimal(chance.randrange(most * step + 1)) / step
            row.cells[_column(book, "spent")] = figure(spent.normalize() + 0)

    def act(self) -> None:
        deed = self.chance.choice(CELLS * 4 + ROWS * 2 + COLUMNS + SHEETS)
        self.did.append(deed.__name__)
        deed(self)

    def item(self) -> Row | None:
        items = self.book.items()
        return self.chance.choice(items) if items else None

    def entry(self, *names: str) -> tuple[Row, Column, Cell] | None:
        """A filled cell of a column that stands once."""
        found = [
            (row, column, cell)
            for row in self.book.items()
            for column, cell in row.cells.items()
            if column in self.book.columns and column.name in names and cell.true is not None
        ]
        return self.chance.choice(found) if found else None

    # -- cells

    def rewrite_spent(self) -> None:
        for _ in range(self.chance.choice([1, 1, 5])):
            if found := self.entry("spent"):
                row, column, cell = found
                new = money(cell.true, self.budgets.get(row.code), self.chance)
                row.cells[column] = replace(new, true=cell.true)

    def rewrite_percent(self) -> None:
        for _ in range(self.chance.choice([1, 1, 5])):
            if found := self.entry("percent"):
                row, column, cell = found
                new = share(cell.true, self.chance)
                row.cells[column] = replace(new, true=cell.true, sure=new.sure and cell.true != 1)

    def rewrite_status(self) -> None:
        if found := self.entry("status"):
            row, column, cell = found
            row.cells[column] = replace(state(cell.true, self.chance), true=cell.true)

    def overwrite(self) -> None:
        if found := self.entry("spent", "percent"):
            row, column, _ = found
            row.cells[column] = figure(Decimal(7))

    def format_column(self) -> None:
        """A whole column of shares shown with a % sign."""
        for row in self.book.items():
            for column, cell in row.cells.items():
                if column.name == "percent" and isinstance(cell.true, Decimal):
                    row.cells[column] = figure(
                        cell.true, cell.true / 100, style="%", sure=cell.true == 0
                    )

    def merge_down(self) -> None:
        items, column = self.book.items(), self.book.column("spent")
        at = self.chance.randrange(max(1, len(items) - 1))
        if column and len(items) > 1:
            upper, lower = items[at], items[at + 1]
            if self.book.rows.index(lower) == self.book.rows.index(upper) + 1:
                lower.cells[column] = BLANK  # as merging does
                upper.cells[column] = replace(upper.cells.get(column, BLANK), sure=False)
                self.book.merges.append((upper, column, lower, column))

    # -- rows

    def insert_rows(self) -> None:
        column = self.book.column("title") or self.book.columns[0]
        junk = [{}, {column: Cell("Ghi chú của đơn vị")}, {column: Cell("Cộng nhóm")}]
        row = Row("other", cells=self.chance.choice(junk))
        if (spent := self.book.column("spent")) and row.cells and self.chance.random() < 0.4:
            row.cells[spent] = Cell(Decimal(99))  # a sum of theirs
        self.book.rows.insert(self.chance.randrange(len(self.book.rows) + 1), row)

    def delete_row(self) -> None:
        if row := self.item():
            self.book.rows.remove(row)

    def duplicate_row(self) -> None:
        if row := self.item():
            again = row.copy()
            if self.chance.random() < 0.6:
                for column, value in self.other_figures():
                    again.cells[column] = value
            self.book.rows.insert(self.chance.randrange(9, len(self.book.rows) + 1), again)

    def other_figures(self) -> list[tuple[Column, Cell]]:
        other = {"status": STATUSES[3], "percent": Decimal(33), "spent": Decimal(0)}
        return [(c, figure(other[c.name])) for c in self.book.columns if c.name in other]

    def duplicate_row_empty(self) -> None:
        if row := self.item():
            again = row.copy()
            again.cells = {c: v for c, v in again.cells.items() if c.name not in ENTRIES}
            self.book.rows.append(again)

    def sort_rows(self) -> None:
        self.shuffle(self.book.items())

    def shuffle(self, rows: list[Row]) -> None:
        """Whole rows change places."""
        places = sorted(self.book.rows.index(row) for row in rows)
        order = list(rows)
        self.chance.shuffle(order)
        if self.chance.random() < 0.3:
            order = rows[::-1]
        for at, row in zip(places, order, strict=True):
            self.book.rows[at] = row

    def sort_without_keys(self) -> None:
        """The hidden column stays where it is, as when only what is seen was marked."""
        keys = [c for c in self.book.columns if c.name == "key"]
        rows = self.book.items()
        before = [[row.cells.get(c, BLANK) for c in keys] for row in rows]
        moved = rows[1:] + rows[:1]
        for row, cells in zip(moved, before, strict=True):
            row.cells |= dict(zip(keys, cells, strict=True))
            row.doubt = True

    def swap_entries(self) -> None:
        """What two rows report changes places: then that is what they report."""
        one, other = self.item(), self.item()
        if one and other and one is not other:
            for column in [c for c in self.book.columns if c.name in ENTRIES]:
                a, b = one.cells.get(column, BLANK), other.cells.get(column, BLANK)
                one.cells[column], other.cells[column] = b, a

    def swap_codes(self) -> None:
        """The codes change places, nothing else does: which row is which?"""
        column, one, other = self.book.column("code"), self.item(), self.item()
        if column and one and other and one is not other:
            a, b = one.cells.get(column, BLANK), other.cells.get(column, BLANK)
            one.cells[column], other.cells[column] = b, a
            one.typed, other.typed = other.typed or other.code, one.typed or one.code

    def fill_codes_down(self) -> None:
        items, column = self.book.items(), self.book.column("code")
        if column and len(items) > 2:
            at = self.chance.randrange(len(items) - 1)
            upper, lower = items[at], items[at + 1]
            lower.cells[column] = upper.cells.get(column, BLANK)
            lower.typed = upper.typed or upper.code

    def spell_code(self) -> None:
        row, column = self.item(), self.book.column("code")
        if row and column and not row.typed:
            code = row.code
            spelt = [f"{code}.", f" {code} ", code.lower(), f"Mục {code}", ""]
            row.cells[column] = Cell(self.chance.choice(spelt) or None)
            row.doubt = True

    def code_as_date(self) -> None:
        row, column = self.item(), self.book.column("code")
        if row and column:
            row.cells[column] = Cell(Decimal(43101), style="date")
            row.doubt = True

    def hide_rows(self) -> None:
        for row in self.book.items():
            row.hidden = self.chance.random() < 0.5

    # -- columns

    def move_column(self) -> None:
        column = self.chance.choice(self.book.columns)
        self.book.columns.remove(column)
        self.book.columns.insert(self.chance.randrange(len(self.book.columns) + 1), column)

    def insert_column(self) -> None:
        column = Column("", self.chance.choice([None, "Ghi chú", "Đơn vị phối hợp", "STT", 2018]))
        for row in self.book.items():
            if column.heading:
                row.cells[column] = Cell(self.chance.choice([5, "x", Decimal("0.5")]))
        self.book.columns.insert(self.chance.randrange(len(self.book.columns) + 1), column)

    def duplicate_column(self) -> None:
        """Once more as it stands, or with other figures, or as a column of their own."""
        figures = [c for c in self.book.columns if c.name in FIGURES]
        column = self.chance.choice([*figures * 4, *self.book.columns])
        again, way = replace(column), self.chance.randrange(3)
        if way == 2:
            again = Column("", f"{column.heading} năm 2017")
        for row in self.book.rows:
            if column in row.cells:
                row.cells[again] = Cell(3) if way == 2 else row.cells[column]
                if way == 1 and row.cells[column].true is not None:
                    others = {c: cell for c, cell in self.other_figures() if c is column}
                    row.cells[again] = others.get(column, row.cells[column])
        self.book.columns.insert(self.chance.randrange(len(self.book.columns) + 1), again)

    def delete_column(self) -> None:
        if len(self.book.columns) > 8:
            self.book.columns.remove(self.chance.choice(self.book.columns))

    def spell_heading(self) -> None:
        column = self.chance.choice(self.book.columns)
        text = str(column.heading or "")
        spelt = [
            text.upper(),
            f" {text} ",
            text.replace(" ", "\n", 1),
            text.replace(" ", "  "),
            unicodedata.normalize("NFD", text),
            text.replace(" ", "\u00a0"),
        ]
        column.heading = self.chance.choice(spelt) or None

    def rename_heading(self) -> None:
        column = self.chance.choice(self.book.columns)
        known = {
            "spent": ["Đã chi", "Kinh phí đã chi", "Số tiền"],
            "percent": ["Tỷ lệ", "%"],
            "status": ["Tình trạng", "Tiến độ"],
            "code": ["STT", "Số TT"],
        }
        column.heading = self.chance.choice([None, "Cột khác", *known.get(column.name, [])])
        column.doubt = True

    def other_unit(self) -> None:
        """The heading asks for another unit, and what stands below is in it."""
        column = self.book.column("spent")
        if column and column.divisor == 1:
            unit, column.divisor = self.chance.choice([("nghìn đồng", 1000), ("đồng", 1_000_000)])
            column.heading = f"Kinh phí đã chi lũy kế ({unit})"
            column.doubt = True

    def hide_column(self) -> None:
        self.chance.choice(self.book.columns).hidden = True

    # -- the heading and the sheets

    def repeat_heading(self) -> None:
        """The heading stands again further down, as for printing."""
        if (heading := self.book.heading) and not self.book.copied:
            texts = {c: Cell(c.heading) for c in self.book.columns if c.heading is not None}
            at = self.chance.randrange(self.book.rows.index(heading) + 1, len(self.book.rows) + 1)
            self.book.rows.insert(at, Row("other", cells=texts))

    def delete_heading(self) -> None:
        alone = not self.book.copied
        if (heading := self.book.heading) and alone and self.chance.random() < 0.3:
            self.book.rows.remove(heading)

    def rename_sheet(self) -> None:
        self.book.sheet = self.chance.choice(["Sheet1", "Sở TP", "Báo cáo 6T", "a'b", "phiếu"])

    def add_sheet(self) -> None:
        name = f"Trang {len(self.book.others)}"
        self.book.others.append((name, [["Ghi chú", 1], [None, "1.1.1", 5]]))

    def copy_sheet(self) -> None:
        if self.book.heading is None or self.book.column("spent") is None:
            return
        again = self.book.copy()
        again.sheet = f"Bản sao {len(self.book.others)}"
        if self.chance.random() < 0.5:  # empty, as it was sent
            for row in again.rows:
                row.cells = {c: v for c, v in row.cells.items() if c.name not in ENTRIES}
        else:
            self.book.doubt = True
        self.book.others.append((again.sheet, again))

    def turn_sheets(self) -> None:
        self.book.first = self.chance.random() < 0.5

    def hide_sheet(self) -> None:
        self.book.hidden = True

    def inline(self) -> None:
        self.book.shared = False


O = Officer  # noqa: E741  (the lists below would not fit a line otherwise)
CELLS = [O.rewrite_spent, O.rewrite_spent, O.rewrite_percent, O.rewrite_status, O.overwrite]
ROWS = [
    O.insert_rows,
    O.delete_row,
    O.duplicate_row,
    O.duplicate_row_empty,
    O.sort_rows,
    O.sort_without_keys,
    O.swap_entries,
    O.swap_codes,
    O.fill_codes_down,
    O.spell_code,
    O.code_as_date,
    O.hide_rows,
    O.merge_down,
]
COLUMNS = [
    O.move_column,
    O.insert_column,
    O.duplicate_column,
    O.delete_column,
    O.spell_heading,
    O.rename_heading,
    O.other_unit,
    O.hide_column,
    O.format_column,
]
SHEETS = [
    O.repeat_heading,
    O.delete_heading,
    O.rename_sheet,
    O.add_sheet,
    O.copy_sheet,
    O.turn_sheets,
    O.hide_sheet,
    O.inline,
]
