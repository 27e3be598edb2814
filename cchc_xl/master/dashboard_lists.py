"""The lists and charts of the sheet Bảng điều khiển: what is overdue, what is due when, who
is missing, how far the work and the money have come."""

from __future__ import annotations

from ..plan.fates import FATE_WORDS, Fate
from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.statuses import Status
from ..text.money import million_number
from ..writing.cells import ANY_MONEY, VIETNAMESE, Formula, cell_name
from ..writing.templates import house_style
from .dashboard_grid import COLUMNS, LEFT, Grid
from .layout import (
    AGENCY,
    CODE,
    DASHBOARD,
    MARK,
    NOT_RETURNED,
    PERIODS,
    PLAN,
    RESULT_AGENCIES,
    RESULT_ITEMS,
    RESULT_SUBMISSIONS,
    STATUS,
    TITLE,
)

_OVERDUE_ROWS, _MISSING_ROWS, _MONEY_ROWS, _PLAN_ROWS, _PERIOD_ROWS = 13, 6, 10, 3, 4
_CHART_ROWS = 17
_ROW_PIXELS = 20
_SHOWN_LETTERS = 50
_HALF = COLUMNS // 2
_LEAF = f'(KetQua[Việc phải báo cáo]="{MARK}")'


def write_lists(grid: Grid, programme: Programme, row: int) -> int:
    """Charts, lists and what the charts are drawn from, from a row on; gives the row after."""
    return _Lists(grid, programme, row).write()


class _Lists:
    def __init__(self, grid: Grid, programme: Programme, chart_row: int):
        self.grid = grid
        self.book, self.sheet, self.results = grid.book, grid.sheet, grid.results
        self.programme = programme
        self.colour = grid.colour
        self.chart_row = chart_row

    def write(self) -> int:
        row = self.chart_row + _CHART_ROWS + 1
        self._overdue(row)
        self._due_days(row)
        self._missing(row + _PERIOD_ROWS + 3)
        data = row + _OVERDUE_ROWS + 3
        self._status_chart(data)
        self._money_chart(data)
        return data + _MONEY_ROWS + 2

    def _overdue(self, row: int) -> None:
        columns = ((CODE, 2, "center"), (TITLE, 9, "left"), ("Thời gian", 4, "center"))
        title = _title(
            "Việc quá hạn",
            f'COUNTIFS(KetQua[{STATUS}],"{Status.OVERDUE}",KetQua[Việc phải báo cáo],"{MARK}")',
            self.results.leaves(Status.OVERDUE),
            _OVERDUE_ROWS,
            RESULT_ITEMS,
        )
        self.grid.heading(row, 0, title, [(h, w) for h, w, _ in columns])
        statuses = self.results.column(RESULT_ITEMS, STATUS)
        marks = self.results.column(RESULT_ITEMS, "Việc phải báo cáo")
        found = [n for n, s in enumerate(statuses) if s == Status.OVERDUE and marks[n] == MARK]
        condition = f'(KetQua[{STATUS}]="{Status.OVERDUE}")*{_LEAF}'
        self.grid.lines(row + 2, 0, 15, _OVERDUE_ROWS)
        self.grid.numbers(row + 2, 0, "KetQua", CODE, condition, found, _OVERDUE_ROWS)
        for n in range(_OVERDUE_ROWS):
            at = f"$A{row + 3 + n}"
            first = 0
            for heading, width, align in columns:
                value = self.grid.picked(RESULT_ITEMS, heading, found, n, at)
                if heading == TITLE:
                    value = _shortened(value)
                self.grid.cell(row + 2 + n, first, width, value, align=align)
                first += width

    def _due_days(self, row: int) -> None:
        first, columns = 16, (("Kỳ", 3), ("Nộp trước ngày", 4), ("Còn lại", 5))
        title = _title(
            "Lịch nộp báo cáo",
            "COUNTA(KyBaoCao[Kỳ])",
            len(self.programme.periods),
            _PERIOD_ROWS,
            PERIODS,
        )
        self.grid.heading(row, first, title, columns)
        self.grid.lines(row + 2, first, 12, _PERIOD_ROWS)
        periods: tuple[Period | None, ...] = (*self.programme.periods, *[None] * _PERIOD_ROWS)
        for n in range(_PERIOD_ROWS):
            period = periods[n]
            at, due = n + 1, f"INDEX(KyBaoCao[Nộp trước ngày],{n + 1})"
            there = f"IF(ROWS(KyBaoCao[Kỳ])<{at},0,N({due}))"
            name = f'=IF({there}=0,"",INDEX(KyBaoCao[Kỳ],{at}))'
            self.grid.cell(
                row + 2 + n, first, 3, Formula(name, period.id if period else ""), align="center"
            )
            day = f'=IF({there}=0,"",TEXT({due},"dd/mm/yyyy"))'
            shown = f"{period.due_before:%d/%m/%Y}" if period else ""
            self.grid.cell(row + 2 + n, first + 3, 4, Formula(day, shown), align="center")
            left = (
                f'=IF({there}=0,"",IF({due}>TODAY(),"còn "&({due}-TODAY())&" ngày","đã đến hạn"))'
            )
            # What is left depends on the day: programs calculate it when they open the file.
            self.grid.cell(row + 2 + n, first + 7, 5, Formula(left, ""), align="center")

    def _missing(self, row: int) -> None:
        first = 16
        fates = self.results.column(RESULT_SUBMISSIONS, "Tình trạng")
        found = [n for n, fate in enumerate(fates) if fate != Fate.ACCEPTED.words]
        words = [*FATE_WORDS, NOT_RETURNED]
        words.remove(Fate.ACCEPTED.words)
        condition = "+".join(f'(TienDoNop[Tình trạng]="{word}")' for word in words)
        title = _title(
            "Chưa có phiếu dùng được",
            "+".join(f'COUNTIF(TienDoNop[Tình trạng],"{word}")' for word in words),
            len(found),
            _MISSING_ROWS,
            RESULT_SUBMISSIONS,
        )
        self.grid.heading(row, first, title, ((AGENCY, 8), ("Tình trạng", 4)))
        self.grid.lines(row + 2, first, 12, _MISSING_ROWS)
        column = LEFT + COLUMNS
        self.grid.numbers(row + 2, column, "TienDoNop", AGENCY, condition, found, _MISSING_ROWS)
        for n in range(_MISSING_ROWS):
            at = cell_name(row + 2 + n, column)
            name = self.grid.picked(RESULT_SUBMISSIONS, AGENCY, found, n, at)
            self.grid.cell(row + 2 + n, first, 8, name)
            fate = self.grid.picked(RESULT_SUBMISSIONS, "Tình trạng", found, n, at)
            self.grid.cell(row + 2 + n, first + 8, 4, fate, align="center")

    # ----------------------------------------------------------- the charts

    def _status_chart(self, row: int) -> None:
        columns = [("", 3), *((s, 2) for s in Status)]
        title = _title(
            "Số việc theo tình trạng",
            f"COUNTA(QuyetDinh[{PLAN}])",
            len(self.programme.plans),
            _PLAN_ROWS,
            RESULT_ITEMS,
        )
        self.grid.heading(row, 0, title, columns)
        self.grid.lines(row + 2, 0, 15, _PLAN_ROWS)
        self.sheet.raw.set_row(row + 1, 32)
        first = 3
        heading = {
            "bold": True,
            "font_size": 8,
            "text_wrap": True,
            "align": "center",
            "valign": "vcenter",
            "border": 1,
            "border_color": self.colour["card_line"],
            "bg_color": house_style()["colour"]["heading_fill"],
        }
        for status in Status:
            self.sheet.put(row + 1, LEFT + first, status, **heading)
            first += 2
        plans = self.programme.plans
        for n in range(_PLAN_ROWS):
            plan = plans[n] if n < len(plans) else None
            of = f'IF(ROWS(QuyetDinh[{PLAN}])<{n + 1},"",INDEX(QuyetDinh[{PLAN}],{n + 1})&"")'
            name = f'=IF({of}="","",INDEX(QuyetDinh[Tên gọi tắt],{n + 1}))'
            self.grid.cell(row + 2 + n, 0, 3, Formula(name, plan.short_name if plan else ""))
            for at, status in enumerate(Status):
                count = (
                    f'=IF({of}="","",COUNTIFS(KetQua[{PLAN}],{of},KetQua[{STATUS}],"{status}",'
                    f'KetQua[Việc phải báo cáo],"{MARK}"))'
                )
                value = self.results.leaves(status, plan.id) if plan else ""
                self.grid.cell(row + 2 + n, 3 + 2 * at, 2, Formula(count, value), align="center")
        chart = self.book.chart("bar", "percent_stacked")
        last = row + 1 + _PLAN_ROWS
        for at in range(len(Status)):
            column = LEFT + 3 + 2 * at
            chart.add_series(
                {
                    "name": [DASHBOARD, row + 1, column],
                    "categories": [DASHBOARD, row + 2, LEFT, last, LEFT],
                    "values": [DASHBOARD, row + 2, column, last, column],
                    "fill": {"color": self.colour["series"][at]},
                    "gap": 60,
                }
            )
        chart.set_title(_chart_title("Tình trạng thực hiện theo kế hoạch"))
        chart.set_legend({"position": "bottom", "font": _font(9)})
        chart.set_y_axis({"reverse": True, "num_font": _font(9)})
        chart.set_x_axis(
            {
                "num_font": _font(9),
                "num_format": "0%",
                "label_position": "high",
                "major_gridlines": _gridlines(),
            }
        )
        self._place(chart, 0, _HALF)

    def _money_chart(self, row: int) -> None:
        first, columns = 16, ((AGENCY, 6), ("Dự toán", 3), ("Đã chi", 3))
        names, budgets, spents = (
            self.results.column(RESULT_AGENCIES, h) for h in (AGENCY, "Dự toán", "Đã chi")
        )
        found = [n for n in range(len(names)) if budgets[n] is not None or spents[n] is not None]
        condition = "ISNUMBER(TheoCoQuan[Dự toán])+ISNUMBER(TheoCoQuan[Đã chi])>0"
        title = _title(
            "Kinh phí theo cơ quan (triệu đồng)",
            f"SUMPRODUCT(--({condition}))",
            len(found),
            _MONEY_ROWS,
            RESULT_AGENCIES,
        )
        self.grid.heading(row, first, title, columns)
        self.grid.lines(row + 2, first, 12, _MONEY_ROWS)
        column = LEFT + COLUMNS
        self.grid.numbers(row + 2, column, "TheoCoQuan", AGENCY, condition, found, _MONEY_ROWS)
        for n in range(_MONEY_ROWS):
            at = cell_name(row + 2 + n, column)
            name = self.grid.picked(RESULT_AGENCIES, AGENCY, found, n, at)
            self.grid.cell(row + 2 + n, first, 6, name)
            for place, heading in ((6, "Dự toán"), (9, "Đã chi")):
                amount = self.grid.picked(RESULT_AGENCIES, heading, found, n, at, million_number)
                self.grid.cell(row + 2 + n, first + place, 3, amount, num_format=ANY_MONEY)
        last = row + 1 + _MONEY_ROWS
        chart = self.book.chart("bar")
        for place, colour in ((6, "budget"), (9, "spent")):
            chart.add_series(
                {
                    "name": [DASHBOARD, row + 1, LEFT + first + place],
                    "categories": [DASHBOARD, row + 2, LEFT + first, last, LEFT + first],
                    "values": [
                        DASHBOARD,
                        row + 2,
                        LEFT + first + place,
                        last,
                        LEFT + first + place,
                    ],
                    "fill": {"color": self.colour[colour]},
                    "gap": 60,
                }
            )
        chart.set_title(_chart_title("Dự toán và đã chi theo cơ quan (triệu đồng)"))
        chart.set_legend({"position": "bottom", "font": _font(9)})
        chart.set_y_axis({"reverse": True, "num_font": _font(8)})
        chart.set_x_axis(
            {
                "num_font": _font(9),
                "num_format": VIETNAMESE + "#,##0",
                "label_position": "high",
                "major_gridlines": _gridlines(),
            }
        )
        self._place(chart, _HALF, _HALF)

    def _place(self, chart, first: int, width: int) -> None:
        chart.set_size(
            {"width": self.grid.column_pixels * width - 6, "height": _CHART_ROWS * _ROW_PIXELS - 8}
        )
        chart.set_chartarea({"border": {"color": self.colour["card_line"]}})
        self.sheet.raw.insert_chart(
            self.chart_row, LEFT + first, chart, {"x_offset": 3, "object_position": 1}
        )


def _title(text: str, count: str, number: int, rows: int, sheet: str) -> Formula:
    """The title of a list, which says so where there is more than it can show."""
    more = f'" ({rows} trong "&{count}&", trang {sheet})"'
    shown = f" ({rows} trong {number}, trang {sheet})" if number > rows else ""
    return Formula(f'="{text}"&IF({count}>{rows},{more},"")', text + shown)


def _shortened(formula: Formula) -> Formula:
    """A text as long as its cell can show, with dots where it is cut."""
    text, value = formula.text[1:], str(formula.value)
    cut = value if len(value) <= _SHOWN_LETTERS else value[: _SHOWN_LETTERS - 1] + "…"
    text = f'=IF(LEN({text})>{_SHOWN_LETTERS},LEFT({text},{_SHOWN_LETTERS - 1})&"…",{text})'
    return Formula(text, cut)


def _font(size: int) -> dict:
    return {"name": house_style()["font"]["name"], "size": size}


def _chart_title(text: str) -> dict:
    return {"name": text, "name_font": {**_font(12), "bold": True}, "overlay": False}


def _gridlines() -> dict:
    return {"visible": True, "line": {"color": "#E3E8EF"}}
