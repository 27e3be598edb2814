"""The very hidden sheet that says where each figure of a workbook stands, and what the texts around
the tables are: whoever checks the workbook needs no second copy of its layout."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..plan.figures import TEXT, FigureId
from .book import Book, accepted

INDEX_SHEET = "_so_lieu"
HEADINGS = ("Số liệu", "Kế hoạch", "Mã", "Cơ quan", "Kỳ", "Trang", "Ô", "Chữ")
_SHEET = HEADINGS.index("Trang")


def write_figure_index(book: Book) -> None:
    """Written after all sheets that have figures, which were put with `of`; in their order."""
    order = {name: at for at, name in enumerate(book.sheet_names)}
    entries = sorted(_entries(book), key=lambda entry: order[entry[_SHEET]])
    raw = book.sheet(INDEX_SHEET).raw
    raw.very_hidden()
    for row, cells in enumerate([HEADINGS, *entries]):
        for column, text in enumerate(cells):
            if text:
                accepted(raw.write_string(row, column, text))


def _entries(book: Book) -> Iterator[tuple[str, ...]]:
    cited = ((figure, one) for figure, places in book.figures.items() for one in places)
    for figure, one in chain(cited, book.uncited):
        if isinstance(figure, FigureId):
            yield (*figure, one.sheet, one.cell)
    for one in book.texts:
        yield (*FigureId(TEXT), one.sheet, one.cell, str(one.value))
