"""The sheet Biểu đồ: native charts, and under them the figures they show, each a reference to its
cell in the summary sheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..ledger.ledger import Ledger
from ..plan.figures import ROWS, FigureId
from ..plan.model import Plan
from ..plan.statuses import Status
from ..text.money import dong_from_million, exact
from ..writing.book import Book, Sheet
from ..writing.cells import KINDS, VIETNAMESE, Formula, Written, line_style
from ..writing.templates import house_style
from .sheet_names import CHARTS

_COLUMNS, _WIDTH, _LABEL = 10, 12, 40
_HALF = 4  # columns of the left charts, the first being wide
_FIRST_CHART, _CHART_ROWS = 2, 16
_PIXELS_PER_ROW = 20
_LONGEST_LABEL = 38


class Series(NamedTuple):
    """One line or colour of a chart: its heading, its figures, its colour."""

    heading: str
    figures: Sequence[FigureId]
    colour: str


class Picture(NamedTuple):
    """A chart: `kind` and `subtype` as XlsxWriter names them; a label for each category."""

    title: str
    kind: str
    subtype: str | None
    labels: Sequence[str]
    series: Sequence[Series]


def write_charts(book: Book, so_far: Sequence[Ledger]) -> None:
    """Absorption by agency, the year's trend, and status by task of each plan. Written after the
    sheets that hold the figures."""
    ledger = so_far[-1]
    pictures = [_agencies(ledger), _trend(so_far), *map(_tasks, ledger.programme.plans)]
    pictures = [one for one in pictures if one.labels]
    style = house_style()
    sheet = book.sheet(CHARTS)
    sheet.widths([_LABEL, *[_WIDTH] * (_COLUMNS - 1)])
    sheet.put(
        0, 0, f"BIỂU ĐỒ - {ledger.period.name.upper()}", bold=True, font_size=style["font"]["title"]
    )
    row = first = _FIRST_CHART + -(-len(pictures) // 2) * _CHART_ROWS + 1
    sheet.put(row, 0, "SỐ LIỆU CỦA BIỂU ĐỒ (kinh phí: triệu đồng)", bold=True)
    row += 1
    for at, picture in enumerate(pictures):
        chart = _draw(book, picture, row + 1)
        _place(sheet, chart, at)
        row = _figures(book, sheet, picture, row)
    sheet.raw.set_h_pagebreaks([first])
    sheet.page(landscape=True, heading_rows=None, columns=_COLUMNS, rows=row)


# ----------------------------------------------------------------- what they show


def _agencies(ledger: Ledger) -> Picture:
    """Budget and spending of the agencies that hold money."""
    names = dict.fromkeys(one.agency for one in ledger.agencies if one.budget)
    colours = house_style()["dashboard"]
    return Picture(
        "Dự toán và đã chi theo cơ quan (triệu đồng)",
        "bar",
        None,
        list(names),
        [
            Series("Dự toán", [FigureId("budget", agency=n) for n in names], colours["budget"]),
            Series("Đã chi", [FigureId("spent", agency=n) for n in names], colours["spent"]),
        ],
    )


def _trend(so_far: Sequence[Ledger]) -> Picture:
    """Spending over the year's periods, cumulative and in each period."""
    periods = [past.period for past in so_far]
    colours = house_style()["dashboard"]
    return Picture(
        "Chi lũy kế và chi trong kỳ (triệu đồng)",
        "column",
        None,
        [period.name for period in periods],
        [
            Series(
                heading, [FigureId(what, period=period.id) for period in periods], colours[colour]
            )
            for what, heading, colour in (
                ("spent", "Chi lũy kế", "spent"),
                ("added", "Chi trong kỳ", "budget"),
            )
        ],
    )


def _tasks(plan: Plan) -> Picture:
    """How many rows of each task have each status."""
    tops = plan.children("")
    colours = house_style()["dashboard"]["series"]
    return Picture(
        f"Tình trạng việc theo nhiệm vụ - {plan.short_name}",
        "bar",
        "percent_stacked",
        [_label(f"{top.code}. {top.title}") for top in tops],
        [
            Series(status, [FigureId(ROWS + status, plan.id, top.code) for top in tops], colour)
            for status, colour in zip(Status, colours, strict=False)
        ],
    )


def _label(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1].rstrip() + "…"


# ------------------------------------------------------------------ how it is done


def _figures(book: Book, sheet: Sheet, picture: Picture, row: int) -> int:
    """The figures of a chart, each a reference to where it stands; gives the next free row."""
    bold = {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True}
    head = {**line_style(), **bold, "bg_color": house_style()["colour"]["heading_fill"]}
    sheet.put(row, 0, picture.title, **{**head, "align": "left"})
    for at, series in enumerate(picture.series, 1):
        sheet.put(row, at, series.heading, **head)
    money = picture.subtype is None
    for line, label in enumerate(picture.labels):
        row += 1
        sheet.put(row, 0, label, **line_style(), text_wrap=True)
        for at, series in enumerate(picture.series, 1):
            found = book.figures.get(series.figures[line])
            if not found:
                sheet.put(row, at, None, of=series.figures[line], **line_style())
            elif money:
                dong = dong_from_million(exact(found[0].value))
                of = series.figures[line]
                sheet.put_money_formula(row, at, _reference(found[0]), dong, of=of, **line_style())
            else:
                count = Formula(_reference(found[0]), found[0].value)
                of = series.figures[line]
                sheet.put(row, at, count, of=of, **line_style(), **KINDS["number"])
    return row + 2


def _reference(written: Written) -> str:
    name = written.sheet.replace("'", "''")
    return f"='{name}'!{written.cell}"


def _draw(book: Book, picture: Picture, first: int):
    chart = book.chart(picture.kind, picture.subtype)
    last = first + len(picture.labels) - 1
    for at, series in enumerate(picture.series, 1):
        chart.add_series(
            {
                "name": [CHARTS, first - 1, at],
                "categories": [CHARTS, first, 0, last, 0],
                "values": [CHARTS, first, at, last, at],
                "fill": {"color": series.colour},
                "gap": 60,
                **({"overlap": 100} if picture.subtype else {}),
            }
        )
    chart.set_title({"name": picture.title, "overlay": False, "name_font": _font(11, bold=True)})
    chart.set_legend({"position": "bottom", "font": _font(9)})
    categories: dict[str, Any] = {"num_font": _font(8)}
    values: dict[str, Any] = {"num_font": _font(8)}
    values["major_gridlines"] = {"visible": True, "line": {"color": "#D9D9D9", "width": 0.5}}
    values["num_format"] = "0%" if picture.subtype else VIETNAMESE + "#,##0"
    if picture.kind == "bar":  # lies on its side: categories from the top down
        chart.set_y_axis({**categories, "reverse": True})
        chart.set_x_axis({**values, "label_position": "high"})
    else:
        chart.set_x_axis(categories)
        chart.set_y_axis(values)
    return chart


def _font(size: int, *, bold: bool = False) -> dict:
    return {"name": house_style()["font"]["name"], "size": size, "bold": bold}


def _place(sheet: Sheet, chart, number: int) -> None:
    """Two charts in a row."""
    first, last = (_HALF, _COLUMNS - 1) if number % 2 else (0, _HALF - 1)
    height = _CHART_ROWS * _PIXELS_PER_ROW - 10
    chart.set_size({"width": sheet.pixels(first, last) - 8, "height": height})
    row = _FIRST_CHART + number // 2 * _CHART_ROWS
    sheet.raw.insert_chart(row, first, chart, {"x_offset": 3, "object_position": 1})
