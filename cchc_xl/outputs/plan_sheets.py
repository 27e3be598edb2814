"""A sheet with a plan's rows: any columns, parents in bold above their children, totals.

Totals are native formulas with their values stored, so that the workbook shows its
figures in any viewer and goes on calculating in a spreadsheet program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ..ledger.ledger import ItemResult
from ..ledger.lineage import Lineage
from ..plan.figures import FigureId
from ..plan.model import Item, Plan
from ..plan.statuses import STATUS_COLOURS, Status
from ..writing.book import Book, Sheet
from ..writing.cells import (
    VIETNAMESE,
    Column,
    Formula,
    Traced,
    cells_by_heading,
    column_name,
    left_formula,
    line_style,
    share_formula,
)
from ..writing.letterhead import Page, facts_of
from ..writing.templates import house_style

_ORIGIN_HEADING = "Nguồn số liệu (bấm dấu + ở đầu cột để mở)"
_ORIGIN_WIDTH = 60

# --------------------------------------------------------------- what a column is


class PlanCell(NamedTuple):
    """A cell to be written: the sheet, where in it, what for, and the row's style."""

    page: PlanSheet
    row: int
    column: int
    result: ItemResult
    style: dict

    def put(self, value: object, of: FigureId | None = None, **style) -> None:
        self.page.sheet.put(self.row, self.column, value, of=of, **{**self.style, **style})

    def figure(self, what: str) -> FigureId:
        """Which figure of the row it is."""
        return FigureId(what, self.result.item.plan, self.result.item.code)


class PlanColumn(NamedTuple):
    """A column of a sheet with a plan's rows. `write` puts one cell; `group` is a heading
    over several columns."""

    heading: str
    width: float
    write: Callable[[PlanCell], None]
    group: str = ""
    total: bool = False


def text_cell(value: Callable[[ItemResult], str], **style) -> Callable[[PlanCell], None]:
    """A column of texts; those of parents are told apart where they name the work."""
    return lambda cell: cell.put(value(cell.result), text_wrap=True, **style)


def plain_cell(value: Callable[[ItemResult], str], **style) -> Callable[[PlanCell], None]:
    """A column of texts in one weight."""
    return text_cell(value, bold=False, italic=False, **style)


def count_cell(what: str, value: Callable[[ItemResult], int]) -> Callable[[PlanCell], None]:
    """A column of counts, centred, that add up; a row without reports has none."""

    def write(cell: PlanCell) -> None:
        page, number = cell.page, value(cell.result)
        shown: object = number if cell.result.due else None
        if not page.is_leaf(cell.result):
            below = page.child_cells(cell.result.item, cell.column)
            shown = Formula(f'=IF(COUNT({below})=0,"",SUM({below}))', number)
        cell.put(shown, cell.figure(what), align="center")

    return write


def code_cell(cell: PlanCell) -> None:
    cell.put(cell.result.item.code, num_format="@")


def status_cell(cell: PlanCell) -> None:
    status = cell.result.status
    colour = STATUS_COLOURS.get(status)
    style = {"font_color": house_style()["colour"][colour]} if colour else {}
    cell.put(status, cell.figure("status"), align="center", text_wrap=True, **style)


def percent_cell(cell: PlanCell) -> None:
    """As reported; above that the mean of the rows that reported one."""
    page, value = cell.page, cell.result.percent
    whole = value is None or float(value).is_integer()
    style = {"align": "center", "num_format": VIETNAMESE + ("0" if whole else "0.0")}
    if not page.is_leaf(cell.result):
        leaves = page.leaf_cells(cell.result.item, cell.column)
        formula = f'=IF(COUNT({leaves})=0,"",AVERAGE({leaves}))'
        value = Formula(formula, "" if value is None else float(value))
    cell.put(value, cell.figure("percent"), **style)


def money_cell(what: str, amount: Callable[[ItemResult], int | None]) -> Callable[[PlanCell], None]:
    """đồng; a row with rows below it adds those up, and stays empty where all are."""

    def write(cell: PlanCell) -> None:
        page, dong = cell.page, amount(cell.result)
        at = (cell.row, cell.column)
        children = page.plan.children(cell.result.item.code)
        # Some plans state an amount for a row and none for those below it.
        only_here = all(amount(page.ledger.result(child)) is None for child in children)
        if page.is_leaf(cell.result) or (only_here and dong is not None):
            page.sheet.put_money(*at, dong, of=cell.figure(what), **cell.style)
        else:
            below = page.child_cells(cell.result.item, cell.column)
            page.sheet.put_sum(*at, below, dong, of=cell.figure(what), **cell.style)

    return write


def left_cell(budget: str, spent: str) -> Callable[[PlanCell], None]:
    """Budget less spending, from the columns of these headings."""
    formula = left_formula(budget, spent)
    return _worked_out(Column("", 0, "money", lambda r: r.left, formula=formula), "left")


def share_cell(budget: str, spent: str) -> Callable[[PlanCell], None]:
    """Spending in percent of the budget, from the columns of these headings."""
    formula = share_formula(budget, spent)
    return _worked_out(Column("", 0, "share", lambda r: r.share, formula=formula), "share")


def _worked_out(column: Column, what: str) -> Callable[[PlanCell], None]:
    def write(cell: PlanCell) -> None:
        value = Traced(column.cell(cell.result), cell.figure(what))
        named = cells_by_heading(cell.page.columns, cell.row)
        cell.page.sheet.put_cell(cell.row, cell.column, column, value, named, **cell.style)

    return write


# ------------------------------------------------------------------- the sheets


class SheetPlan(NamedTuple):
    """What a sheet with a plan's rows is: the section of van-ban.toml with its titles, its
    columns, what the titles can name besides the usual, and whether somebody signs it."""

    section: str
    columns: Sequence[PlanColumn]
    facts: Mapping[str, object] = MappingProxyType({})
    signed: bool = True


class PlanSheet:
    """A sheet with the rows of a plan as an official appendix, parents in bold above their
    children. Right of what is printed, folded away, stands where each row's figures come from."""

    def __init__(self, book: Book, name: str, lineage: Lineage, plan: Plan):
        self.sheet: Sheet = book.sheet(name)
        self.lineage = lineage
        self.ledger = lineage.ledger
        self.plan = plan
        self.columns: Sequence[PlanColumn] = ()

    def write(self, what: SheetPlan) -> None:
        columns = self.columns = what.columns
        last_column = len(columns) - 1
        size = house_style()["official"]["body"]
        facts = facts_of(self.ledger.programme, self.ledger.period, self.plan)
        page = Page(self.sheet, [column.width for column in columns], facts | dict(what.facts))
        heading_row = page.head(what.section)
        if self.plan.has_budget:
            unit = "Đơn vị tính kinh phí: triệu đồng"
            self.sheet.merge(
                (heading_row, 0),
                (heading_row, last_column),
                unit,
                italic=True,
                align="right",
                font_size=size,
            )
        heading_row += 1
        self._headings(heading_row, columns)
        first = heading_row + 3
        self._rows = {item.code: first + n for n, item in enumerate(self.plan.items)}
        self.sheet.folded(last_column + 1, _ORIGIN_WIDTH)
        self.sheet.put(heading_row, last_column + 1, _ORIGIN_HEADING, **_origin_style(), bold=True)
        for item in self.plan.items:
            result = self.ledger.result(item)
            row, style = self._rows[item.code], self._style(result)
            for at, column in enumerate(columns):
                column.write(PlanCell(self, row, at, result, style))
            self.sheet.put(row, last_column + 1, self._origin(item), **_origin_style())
        end = first + len(self.plan.items)
        if any(column.total for column in columns):
            self._total(end, columns)
            end += 1
        self.sheet.raw.autofilter(first - 1, 0, first + len(self.plan.items) - 1, last_column)
        self.sheet.raw.freeze_panes(first, 2)
        self.sheet.page(
            landscape=True,
            heading_rows=(heading_row, heading_row + 2),
            columns=len(columns),
            rows=page.end(end) if what.signed else end,
            number_first_page=False,
        )

    def _origin(self, item: Item) -> str:
        """Where a row's figures come from: the returned cells, or the rows that it adds up."""
        below = self.plan.children(item.code)
        if below:
            return f"Cộng từ các dòng {'; '.join(child.code for child in below)}"
        return self.lineage.told(item.plan, item.code)

    def _headings(self, row: int, columns: Sequence[PlanColumn]) -> None:
        """Two lines, the upper for groups of columns, and the numbers (1) (2) (3)."""
        style = {
            **line_style(),
            "bold": True,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
            "font_size": house_style()["official"]["body"],
            "bg_color": house_style()["colour"]["heading_fill"],
        }
        at = 0
        while at < len(columns):
            group = columns[at].group
            end = at
            if group:
                while end + 1 < len(columns) and columns[end + 1].group == group:
                    end += 1
                self.sheet.merge((row, at), (row, end), group, **style)
                for column in range(at, end + 1):
                    self.sheet.put(row + 1, column, columns[column].heading, **style)
            else:
                self.sheet.merge((row, at), (row + 1, at), columns[at].heading, **style)
            at = end + 1
        for at in range(len(columns)):
            self.sheet.put(row + 2, at, f"({at + 1})", **line_style(), italic=True, align="center")

    def _style(self, result: ItemResult) -> dict:
        """Levels told apart by weight: the highest bold on a tint, leaves plain."""
        style = {**line_style(), "font_size": house_style()["official"]["body"]}
        item = result.item
        if not item.code:
            return style
        if not self.plan.parent_of(item) and not self.plan.is_leaf(item):
            style |= {"bold": True, "bg_color": house_style()["colour"]["task_fill"]}
        elif not self.plan.is_leaf(item):
            style |= {"bold": True, "italic": True}
        return style

    def _total(self, row: int, columns: Sequence[PlanColumn]) -> None:
        budget, spent = self.ledger.totals(self.plan)
        whole = ItemResult(
            Item(self.plan.id, "", "", "", "TỔNG CỘNG"),
            Status.NOT_REPORTED,
            None,
            budget,
            spent,
            sum(self.ledger.result(leaf).due for leaf in self.plan.leaves),
            0,
            0,
            (),
        )
        style: dict[str, Any] = self._style(whole) | {"bold": True}
        for at, column in enumerate(columns):
            if column.total:
                column.write(PlanCell(self, row, at, whole, style))
            else:
                self.sheet.put(row, at, "TỔNG CỘNG" if at == 1 else None, **style)

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


def _origin_style() -> dict:
    return {"font_color": house_style()["colour"]["hint"], "font_size": 9}
