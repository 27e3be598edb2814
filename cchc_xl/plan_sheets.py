"""A sheet with a plan's rows: any columns, parents in bold above their children, totals.

Totals are native formulas with their values stored, so that the workbook shows its
figures in any viewer and goes on calculating in a spreadsheet program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .consolidate import DONE, NOT_REPORTED, OVERDUE, ItemResult, Ledger
from .plan import Item, Plan
from .workbooks import (
    VIETNAMESE,
    Book,
    Formula,
    Sheet,
    cell_name,
    column_name,
    house_style,
    line_style,
)

# --------------------------------------------------------------- what a column is


class Cell(NamedTuple):
    """Where a column's cell stands, for those that need formulas."""

    sheet: PlanSheet
    row: int
    column: int
    result: ItemResult
    style: dict


class PlanColumn(NamedTuple):
    """A column of a sheet with a plan's rows. `write` puts one cell; `group` is a heading
    over several columns."""

    heading: str
    width: float
    write: Callable[[Cell], None]
    group: str = ""
    total: bool = False


def text_cell(value: Callable[[ItemResult], str], **style) -> Callable[[Cell], None]:
    """A column of texts."""

    def write(cell: Cell) -> None:
        style_here = {**cell.style, "text_wrap": True, **style}
        cell.sheet.put(cell.row, cell.column, value(cell.result), **style_here)

    return write


def count_cell(value: Callable[[ItemResult], int], **style) -> Callable[[Cell], None]:
    """A column of counts, centred; a row without reports has none."""

    def write(cell: Cell) -> None:
        number = value(cell.result) if cell.result.due else None
        cell.sheet.put(cell.row, cell.column, number, **{**cell.style, "align": "center", **style})

    return write


def code_cell(cell: Cell) -> None:
    cell.sheet.put(cell.row, cell.column, cell.result.item.code, **cell.style, num_format="@")


def status_cell(cell: Cell) -> None:
    colour = house_style()["colour"]
    colours = {OVERDUE: "error", NOT_REPORTED: "warning", DONE: "done"}
    name = colours.get(cell.result.status)
    style = {**cell.style, "align": "center", "text_wrap": True}
    if name:
        style["font_color"] = colour[name]
    cell.sheet.put(cell.row, cell.column, cell.result.status, **style)


def percent_cell(cell: Cell) -> None:
    """As reported; above that the mean of the rows that reported one."""
    sheet, value = cell.sheet, cell.result.percent
    decimals = value is not None and not float(value).is_integer()
    style = {
        **cell.style,
        "align": "center",
        "num_format": VIETNAMESE + ("0.0" if decimals else "0"),
    }
    if sheet.is_leaf(cell.result):
        sheet.put(cell.row, cell.column, value, **style)
    else:
        leaves = sheet.leaf_cells(cell.result.item, cell.column)
        formula = f'=IF(COUNT({leaves})=0,"",AVERAGE({leaves}))'
        sheet.put(cell.row, cell.column, Formula(formula, "" if value is None else value), **style)


def money_cell(amount: Callable[[ItemResult], int | None]) -> Callable[[Cell], None]:
    """đồng; a row with rows below it adds those up, and stays empty where all are."""

    def write(cell: Cell) -> None:
        sheet, dong = cell.sheet, amount(cell.result)
        if sheet.is_leaf(cell.result):
            sheet.put_money(cell.row, cell.column, dong, **cell.style)
            return
        below = sheet.child_cells(cell.result.item, cell.column)
        sheet.put_money_formula(
            cell.row, cell.column, f'=IF(COUNT({below})=0,"",SUM({below}))', dong, **cell.style
        )

    return write


def left_cell(cell: Cell) -> None:
    """Budget less spending, from the two cells to the left; empty where one is unknown."""
    budget, spent = (cell_name(cell.row, cell.column - n) for n in (2, 1))
    result = cell.result
    left = None
    if result.budget is not None and result.spent is not None:
        left = result.budget - result.spent
    formula = f'=IF(AND(ISNUMBER({budget}),ISNUMBER({spent})),{budget}-{spent},"")'
    cell.sheet.put_money_formula(cell.row, cell.column, formula, left, **cell.style)


def ratio_cell(distance: int) -> Callable[[Cell], None]:
    """Spending in percent of the budget; the budget stands `distance` columns to the left."""

    def write(cell: Cell) -> None:
        budget = cell_name(cell.row, cell.column - distance)
        spent = cell_name(cell.row, cell.column - distance + 1)
        result = cell.result
        known = result.budget and result.spent is not None
        value = result.spent / result.budget * 100 if known else ""
        formula = f'=IF(AND(N({budget})<>0,ISNUMBER({spent})),{spent}/{budget}*100,"")'
        style = {**cell.style, "align": "right", "num_format": VIETNAMESE + "0.0"}
        cell.sheet.put(cell.row, cell.column, Formula(formula, value), **style)

    return write


# ------------------------------------------------------------------- the sheets


class SheetPlan(NamedTuple):
    """What a sheet with a plan's rows is: its titles and its columns."""

    titles: Callable[[Plan, Ledger], list[str]]
    columns: Sequence[PlanColumn]


class PlanSheet:
    """A sheet with the rows of a plan, parents in bold above their children."""

    def __init__(self, book: Book, name: str, ledger: Ledger, plan: Plan):
        self.sheet: Sheet = book.sheet(name)
        self.ledger = ledger
        self.plan = plan
        self.put = self.sheet.put
        self.put_money = self.sheet.put_money
        self.put_money_formula = self.sheet.put_money_formula

    def write(self, what: SheetPlan) -> None:
        columns = what.columns
        last_column = len(columns) - 1
        titles = what.titles(self.plan, self.ledger)
        for row, title in enumerate(titles):
            italic = title.startswith("(")
            size = house_style()["font"]["title"] - (0 if row < 2 else 2)
            self.sheet.merge(
                (row, 0), (row, last_column), title,
                bold=not italic, italic=italic, font_size=size, align="center",
                valign="vcenter", text_wrap=True,
            )  # fmt: skip
        unit_row = len(titles)
        if any(column.total for column in columns):
            unit = "Đơn vị tính kinh phí: triệu đồng"
            self.sheet.merge((unit_row, 0), (unit_row, last_column), unit, italic=True,
                             align="right")  # fmt: skip
        self.sheet.widths(column.width for column in columns)
        heading_row = unit_row + 1
        self._headings(heading_row, columns)
        first = heading_row + 3
        self._rows = {item.code: first + n for n, item in enumerate(self.plan.items)}
        for item in self.plan.items:
            result = self.ledger.result(item)
            for at, column in enumerate(columns):
                column.write(Cell(self, self._rows[item.code], at, result, self._style(result)))
        end = first + len(self.plan.items)
        if any(column.total for column in columns):
            self._total(end, columns)
            end += 1
        self.sheet.raw.freeze_panes(first, 2)
        self.sheet.page(
            landscape=True,
            heading_rows=(heading_row, heading_row + 2),
            columns=len(columns),
            rows=end,
        )

    def _headings(self, row: int, columns: Sequence[PlanColumn]) -> None:
        """Two lines, the upper for groups of columns, and the numbers (1) (2) (3)."""
        style = {
            **line_style(), "bold": True, "align": "center", "valign": "vcenter",
            "text_wrap": True, "font_size": house_style()["font"]["heading"],
            "bg_color": house_style()["colour"]["heading_fill"],
        }  # fmt: skip
        at = 0
        while at < len(columns):
            group = columns[at].group
            end = at
            if group:
                while end + 1 < len(columns) and columns[end + 1].group == group:
                    end += 1
                self.sheet.merge((row, at), (row, end), group, **style)
                for column in range(at, end + 1):
                    self.put(row + 1, column, columns[column].heading, **style)
            else:
                self.sheet.merge((row, at), (row + 1, at), columns[at].heading, **style)
            at = end + 1
        for at in range(len(columns)):
            self.put(row + 2, at, f"({at + 1})", **line_style(), italic=True, align="center")

    def _style(self, result: ItemResult) -> dict:
        """Levels told apart by weight: the highest bold on a tint, leaves plain."""
        style = line_style()
        item = result.item
        if not self.plan.parent_of(item) and not self.plan.is_leaf(item):
            style |= {"bold": True, "bg_color": house_style()["colour"]["task_fill"]}
        elif not self.plan.is_leaf(item):
            style |= {"bold": True, "italic": True}
        return style

    def _total(self, row: int, columns: Sequence[PlanColumn]) -> None:
        budget, spent = self.ledger.totals(self.plan)
        whole = ItemResult(
            Item(self.plan.id, "", "", "", "TỔNG CỘNG"), "", None, budget, spent, 0, 0, 0, ()
        )
        style = {**line_style(), "bold": True}
        for at, column in enumerate(columns):
            if column.total:
                column.write(Cell(self, row, at, whole, style))
            else:
                self.put(row, at, "TỔNG CỘNG" if at == 1 else None, **style)

    # ---------------------------------------------------------- cells by rows

    def is_leaf(self, result: ItemResult) -> bool:
        return bool(result.item.code) and self.plan.is_leaf(result.item)

    def child_cells(self, item: Item, column: int) -> str:
        """The cells of the rows directly below one, as a formula's arguments."""
        return self._cells((child.code for child in self.plan.children(item.code)), column)

    def leaf_cells(self, item: Item, column: int) -> str:
        return self._cells((leaf.code for leaf in self.plan.leaves_under(item)), column)

    def _cells(self, codes: Iterable[str], column: int) -> str:
        """Single cells and ranges: "L10:L13,L15"."""
        spans: list[list[int]] = []
        for row in sorted(self._rows[code] for code in codes):
            if spans and spans[-1][1] == row - 1:
                spans[-1][1] = row
            else:
                spans.append([row, row])
        letter = column_name(column)
        return ",".join(
            f"{letter}{a + 1}" if a == b else f"{letter}{a + 1}:{letter}{b + 1}" for a, b in spans
        )
