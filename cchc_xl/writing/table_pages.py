"""A sheet that is one filterable table, with a title, sums below it, and where each row comes
from folded away beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..plan.figures import FigureId
from .book import Book, Sheet
from .cells import Column, cells_of
from .templates import house_style

_HEADING_ROW = 3
_ORIGIN_WIDTH = 60
FIRST_ROW = _HEADING_ROW + 1


def write_table_page(
    book: Book,
    name: str,
    title: str,
    note: str,
    table_name: str,
    columns: Sequence[Column],
    rows: Sequence[Any],
    *,
    whole: object = None,
    origins: Sequence[str] | None = None,
    told: Sequence[FigureId] = (),
    with_texts: bool = False,
) -> Sheet:
    """The Excel table's name, its columns and what its rows are about; `whole` is what they are
    together, for the sums below; `origins` stand folded away right of each row. `told` are the
    figures that `note` names, `with_texts` see `Sheet.table`."""
    style = house_style()
    sheet = book.sheet(name)
    sheet.put(0, 0, title, bold=True, font_size=style["font"]["title"])
    hint = {"italic": True, "text_wrap": True, "font_color": style["colour"]["hint"]}
    sheet.merge((1, 0), (1, len(columns) - 1), note, **hint)
    sheet.tell(1, 0, told)
    cells = [cells_of(columns, row) for row in rows]
    last = sheet.table(_HEADING_ROW, table_name, columns, cells, with_texts=with_texts)
    end = last + 1
    if whole is not None:
        sheet.totals(end, columns, FIRST_ROW, whole)
        end += 1
    if origins is not None:
        sheet.folded(len(columns), _ORIGIN_WIDTH)
        plain = {"font_color": style["colour"]["hint"], "font_size": 9}
        sheet.put(_HEADING_ROW, len(columns), "Nguồn số liệu", **plain, bold=True)
        for row, text in enumerate(origins, FIRST_ROW):
            sheet.put(row, len(columns), text, **plain)
    sheet.page(
        landscape=True, heading_rows=(_HEADING_ROW, _HEADING_ROW), columns=len(columns), rows=end
    )
    return sheet
