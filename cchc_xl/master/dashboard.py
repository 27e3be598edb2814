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
from ..plan.statuses import Status
from ..text.money import million_number, percent_of, sum_known
from ..text.numbers import format_number
from ..writing.book import Book, Sheet
from ..writing.cells import ANY_MONEY, Formula
from ..writing.templates import house_style
from .dashboard_grid import COLUMNS, LEFT, Grid, Results
from .dashboard_lists import write_lists
from .layout import (
    DASHBOARD,
    MARK,
    NOT_RETURNED,
    PERIODS,
    RESULT_COLLECTORS,
    RESULT_FILES,
    RESULT_FINDINGS,
    RESULT_ITEMS,
    RESULT_SUBMISSIONS,
    STATUS,
)
from .macros import commands

CHOSEN_PERIOD, SHOWN_PERIOD, SHOWN_AT = "KY_BAO_CAO", "KY_KET_QUA", "LUC_TONG_HOP"
BOARD_AT = "LUC_THEO_DOI"

_CARD = 4  # columns of a card or a button
_CARDS = COLUMNS // _CARD
_PERIOD_ROW, _BUTTON_ROW, _BUTTON_ROWS = 3, 6, 3


def result_title(name: str, period: str) -> Formula:
    """The title of a sheet of results: what it shows, of which period, and since when."""
    at = BOARD_AT if name in (RESULT_SUBMISSIONS, RESULT_COLLECTORS) else SHOWN_AT
    text = (
        f'="{name.upper()}"&IF({SHOWN_PERIOD}="",""," · KỲ "&{SHOWN_PERIOD}&'
        f'IF({at}="",""," · "&{at}))'
    )
    return Formula(text, f"{name.upper()} · KỲ {period}" if period else name.upper())


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
        last = write_lists(self.grid, self.programme, self.card_row + 5)
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


def _shown(dong: int | None) -> object:
    """An amount of đồng in triệu đồng; empty where none is known, which is not nought."""
    return "" if dong is None else million_number(dong)
