"""The sheet Bảng điều khiển of the master workbook: the period, the buttons, and what the
results say at a glance.

Every figure is a live formula over the tables of the other sheets. The values stored with
the formulas are those that the tables hold when the workbook is written, so that it reads
the same in a viewer that does not calculate.
"""

from __future__ import annotations

from typing import Any

from ..plan.fates import FATE_WORDS, Fate
from ..plan.model import Programme
from ..plan.periods import Period
from ..plan.statuses import Status
from ..text.money import million_number, percent_of, sum_known
from ..text.numbers import format_number
from ..writing.book import Book, Sheet
from ..writing.cells import ANY_MONEY, VIETNAMESE, Formula, cell_name
from ..writing.templates import house_style
from .dashboard_grid import COLUMNS, LEFT, Grid, Results
from .layout import (
    AGENCY,
    CODE,
    DASHBOARD,
    MARK,
    NOT_RETURNED,
    PERIODS,
    PLAN,
    RESULT_AGENCIES,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_ITEMS,
    RESULT_SUBMISSIONS,
    STATUS,
    TITLE,
)
from .macros import commands

CHOSEN_PERIOD, SHOWN_PERIOD, SHOWN_AT = "KY_BAO_CAO", "KY_KET_QUA", "LUC_TONG_HOP"
BOARD_AT = "LUC_THEO_DOI"

_CARD = 4  # columns of a card or a button
_CARDS = COLUMNS // _CARD
_PERIOD_ROW, _BUTTON_ROW, _BUTTON_ROWS = 3, 6, 3
_OVERDUE_ROWS, _MISSING_ROWS, _MONEY_ROWS, _PLAN_ROWS, _PERIOD_ROWS = 13, 6, 10, 3, 4
_CHART_ROWS = 17
_ROW_PIXELS = 20
_SHOWN_LETTERS = 50
_HALF = COLUMNS // 2
_LEAF = f'(KetQua[Việc phải báo cáo]="{MARK}")'


def write_dashboard(book: Book, programme: Programme, chosen: str, results: Results) -> None:
    """The sheet, with the period `chosen` in its picker."""
    sheet = book.sheet(DASHBOARD)
    _Dashboard(book, sheet, programme, chosen, results).write()


class _Dashboard:
    def __init__(
        self, book: Book, sheet: Sheet, programme: Programme, chosen: str, results: Results
    ):
        self.book = book
        self.sheet = sheet
        self.programme = programme
        self.chosen = chosen
        self.results = results
        self.grid = Grid(book, sheet, results)
        self.colour = self.grid.colour
        lines = -(-len(commands()) // _CARDS)  # a later button may begin another line
        self.card_row = _BUTTON_ROW + _BUTTON_ROWS * lines

    def write(self) -> None:
        raw = self.sheet.raw
        raw.hide_gridlines(2)
        self._heading()
        self._period_picker()
        self._buttons()
        self._cards()
        last = _Lists(self.grid, self.programme, self.card_row + 5).write()
        raw.set_portrait()
        raw.set_paper(9)
        raw.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
        raw.fit_to_pages(1, 1)
        raw.print_area(0, 0, last, COLUMNS + 1)
        raw.set_first_sheet()
        raw.activate()

    # ------------------------------------------------------------- the top

    def _heading(self) -> None:
        band = {
            "bg_color": self.colour["band"],
            "font_color": self.colour["band_text"],
            "valign": "vcenter",
            "indent": 1,
        }
        self.sheet.raw.set_row(0, 32)
        self.sheet.raw.set_row(1, 20)
        self.grid.across(
            0, 0, COLUMNS, "BẢNG ĐIỀU KHIỂN CẢI CÁCH HÀNH CHÍNH", bold=True, font_size=18, **band
        )

        def setting(name: str) -> str:
            return f'IFERROR(INDEX(ThongTin[Giá trị],MATCH("{name}",ThongTin[Mục],0)),"")'

        p = self.programme
        text = (
            f'={setting("Cơ quan tổng hợp")}&" · tỉnh "&{setting("Tỉnh")}&" · năm "&'
            f"{setting('Năm')}"
        )
        shown = f"{p.office} · tỉnh {p.province} · năm {p.year or ''}"
        self.grid.across(1, 0, COLUMNS, Formula(text, shown), font_size=11, **band)

    def _period_picker(self) -> None:
        row = _PERIOD_ROW
        label = {"bold": True, "font_size": 12, "valign": "vcenter"}
        style = house_style()["colour"]
        self.sheet.raw.set_row(row, 24)
        self.grid.across(row, 0, 4, "Kỳ báo cáo", **label)
        self.grid.across(
            row,
            4,
            4,
            self.chosen,
            bold=True,
            font_size=14,
            align="center",
            valign="vcenter",
            bg_color=style["input_fill"],
            border=2,
            border_color=self.colour["band"],
        )
        picker = (row, LEFT + 4)
        self.book.name_cell(CHOSEN_PERIOD, self.sheet, *picker)
        self.sheet.validate(
            picker,
            picker,
            {
                "validate": "list",
                "source": f"='{PERIODS}'!$A$5:$A$40",
                "input_title": "Kỳ báo cáo",
                "input_message": "Chọn kỳ rồi bấm nút bên dưới.",
                "error_title": "Không có kỳ này",
                "error_message": "Chọn một kỳ trong danh sách (trang Kỳ báo cáo).",
            },
        )
        at = f"MATCH({CHOSEN_PERIOD},KyBaoCao[Kỳ],0)"
        text = (
            f'=IFERROR(INDEX(KyBaoCao[Tên kỳ],{at})&" · nộp trước ngày "&'
            f'TEXT(INDEX(KyBaoCao[Nộp trước ngày],{at}),"dd/mm/yyyy"),'
            '"Chọn kỳ báo cáo ở ô bên trái.")'
        )
        period = self.programme.period_by_id.get(self.chosen)
        shown = (
            f"{period.name} · nộp trước ngày {period.due_before:%d/%m/%Y}"
            if period
            else "Chọn kỳ báo cáo ở ô bên trái."
        )
        self.grid.across(
            row, 8, COLUMNS - 8, Formula(text, shown), font_size=13, valign="vcenter", indent=1
        )
        # What is shown, and since when; filled in by the buttons.
        hidden: dict[str, Any] = {"num_format": ";;;"}
        self.sheet.put(row + 1, 0, self.results.period, **hidden)
        self.sheet.put(row + 2, 0, None, **hidden)
        self.book.name_cell(SHOWN_PERIOD, self.sheet, row + 1, 0)
        self.book.name_cell(SHOWN_AT, self.sheet, row + 2, 0)
        self.sheet.put(row + 3, 0, None, **hidden)
        self.book.name_cell(BOARD_AT, self.sheet, row + 3, 0)
        none = "Chưa tổng hợp kỳ nào. Chép phiếu vào thư mục nhận về rồi bấm Tổng hợp."
        text = (
            f'=IF({SHOWN_PERIOD}="","{none}",IF({SHOWN_PERIOD}={CHOSEN_PERIOD},"Số liệu bên dưới '
            f'là của kỳ "&{SHOWN_PERIOD}&IF({SHOWN_AT}="","",", tổng hợp lúc "&{SHOWN_AT})&".",'
            f'"Số liệu bên dưới còn là của kỳ "&{SHOWN_PERIOD}&". Bấm Tổng hợp để xem kỳ "&'
            f'{CHOSEN_PERIOD}&"."))'
        )
        shown = (
            f"Số liệu bên dưới là của kỳ {self.results.period}." if self.results.period else none
        )
        self.grid.across(
            row + 1, 0, COLUMNS, Formula(text, shown), italic=True, font_color=style["hint"]
        )

    def _buttons(self) -> None:
        widths = [self.grid.column_pixels * _CARD] * _CARDS
        for row in range(_BUTTON_ROW, self.card_row):
            self.sheet.raw.set_row(row, 19 if (row - _BUTTON_ROW) % _BUTTON_ROWS < 2 else 15)
        for number, command in enumerate(commands()):
            line, place = divmod(number, _CARDS)
            self.sheet.raw.insert_button(
                _BUTTON_ROW + _BUTTON_ROWS * line,
                LEFT + place * _CARD,
                {
                    "macro": command.macro,
                    "caption": command.label,
                    "description": command.tip,
                    "width": widths[place] - 6,
                    "height": 50,
                    "x_offset": 3,
                },
            )

    # ----------------------------------------------------------- the cards

    def _cards(self) -> None:
        fates = self.results.column(RESULT_SUBMISSIONS, "Tình trạng")
        days = self.results.column(RESULT_SUBMISSIONS, "Trễ (ngày)")
        came = self.results.column(RESULT_SUBMISSIONS, "Ngày nhận")
        late = sum(bool(late and day) for late, day in zip(days, came, strict=True))
        severities = self.results.column(RESULT_FINDINGS, "Mức độ")
        rejected = self.results.column(RESULT_FILES, "Kết quả").count(Fate.REJECTED.words)
        leaves = self.results.column(RESULT_ITEMS, "Việc phải báo cáo").count(MARK)
        budget, spent = (self._total(heading) for heading in ("Dự toán", "Đã chi"))
        errors, warnings = severities.count("Lỗi"), severities.count("Cảnh báo")
        count = 'COUNTIF(TienDoNop[Tình trạng],"{}")'.format
        leaf_status = f'COUNTIFS(KetQua[{STATUS}],"{{}}",KetQua[Việc phải báo cáo],"{MARK}")'.format
        total = f'SUMIFS(KetQua[{{}}],KetQua[Cộng vào tổng],"{MARK}")'.format

        def known(heading: str) -> str:
            return f'=IF(COUNT(KetQua[{heading}])=0,"",{total(heading)})'

        words = ",".join(f'"{word}"' for word in (*FATE_WORDS, NOT_RETURNED))
        # Not the rows of agencies that no longer report, nor officers' own.
        due = f"SUMPRODUCT(COUNTIF(TienDoNop[Tình trạng],{{{words}}}))"
        good, bad = house_style()["colour"]["done"], house_style()["colour"]["error"]
        self._card(
            0,
            "Cơ quan đã nộp",
            Formula("=" + count(Fate.ACCEPTED.words), fates.count(Fate.ACCEPTED.words)),
            Formula(f'="trên "&{due}&" cơ quan"', f"trên {len(fates)} cơ quan"),
            good,
        )
        self._card(
            1,
            "Chưa nộp",
            Formula("=" + count(NOT_RETURNED), fates.count(NOT_RETURNED)),
            Formula(
                '="nộp trễ: "&COUNTIFS(TienDoNop[Trễ (ngày)],">0",TienDoNop[Ngày nhận],">0")',
                f"nộp trễ: {late}",
            ),
            bad,
        )
        self._card(
            2,
            "Phiếu không dùng được",
            Formula(f'=COUNTIF(TepNhanVe[Kết quả],"{Fate.REJECTED.words}")', rejected),
            Formula(
                '=COUNTIF(PhatHienKy[Mức độ],"Lỗi")&" lỗi, "&COUNTIF(PhatHienKy[Mức độ],'
                '"Cảnh báo")&" cảnh báo"',
                f"{errors} lỗi, {warnings} cảnh báo",
            ),
            bad,
        )
        self._card(
            3,
            "Việc hoàn thành",
            Formula("=" + leaf_status(Status.DONE), self.results.leaves(Status.DONE)),
            Formula(
                f'="trên "&COUNTIF(KetQua[Việc phải báo cáo],"{MARK}")&" việc"',
                f"trên {leaves} việc",
            ),
            good,
        )
        self._card(
            4,
            "Việc quá hạn",
            Formula("=" + leaf_status(Status.OVERDUE), self.results.leaves(Status.OVERDUE)),
            "xem danh sách bên dưới",
            bad,
        )
        money = {"num_format": ANY_MONEY}
        self._card(
            5,
            "Dự toán",
            Formula(known("Dự toán"), _shown(budget)),
            "triệu đồng",
            self.colour["band"],
            **money,
        )
        share = percent_of(spent, budget)
        told = "" if share is None else f"{format_number(share, 1)}% dự toán"
        self._card(
            6,
            "Đã chi",
            Formula(known("Đã chi"), _shown(spent)),
            Formula(
                f'=IF(OR({total("Dự toán")}=0,COUNT(KetQua[Đã chi])=0),"",SUBSTITUTE(FIXED('
                f'{total("Đã chi")}/{total("Dự toán")}*100,1,TRUE),".",",")&"% dự toán")',
                told,
            ),
            self.colour["band"],
            **money,
        )

    def _card(
        self, number: int, label: str, value: object, note: object, colour: str, **style
    ) -> None:
        fill = {
            "bg_color": self.colour["card"],
            "align": "center",
            "valign": "vcenter",
            "border_color": self.colour["card_line"],
            "left": 1,
            "right": 1,
        }
        first = number * _CARD
        for row, height in ((self.card_row, 20), (self.card_row + 1, 32), (self.card_row + 2, 18)):
            self.sheet.raw.set_row(row, height)
        self.grid.across(self.card_row, first, _CARD, label, font_size=10, top=1, **fill)
        large = {"bold": True, "font_size": 20, "font_color": colour}
        self.grid.across(self.card_row + 1, first, _CARD, value, **large, **fill, **style)
        self.grid.across(
            self.card_row + 2, first, _CARD, note, font_size=9, italic=True, bottom=1, **fill
        )

    def _total(self, heading: str) -> int | None:
        amounts = self.results.column(RESULT_ITEMS, heading)
        tops = self.results.column(RESULT_ITEMS, "Cộng vào tổng")
        pairs = zip(amounts, tops, strict=True)
        return sum_known(a for a, top in pairs if top == MARK and isinstance(a, int))


# ------------------------------------------------------------ the lists and charts below


class _Lists:
    """Charts, lists and what the charts are drawn from, from a row on: what is overdue, what is due
    when, who is missing, how far the work and the money have come."""

    def __init__(self, grid: Grid, programme: Programme, chart_row: int):
        self.grid = grid
        self.book, self.sheet, self.results = grid.book, grid.sheet, grid.results
        self.programme = programme
        self.colour = grid.colour
        self.chart_row = chart_row

    def write(self) -> int:
        """Gives the row after them."""
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


def _shown(dong: int | None) -> object:
    """An amount of đồng in triệu đồng; empty where none is known, which is not nought."""
    return "" if dong is None else million_number(dong)
